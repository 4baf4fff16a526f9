//! Requests signed as S3 wants it: AWS Signature Version 4, over method, path, query, headers and the digest of the body.
//!
//! Our own, because it is a page of HMAC; whoever answers computes the same with the secret that both know.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::object::hex;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who signs, and where for.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    pub(super) id: SecretString,
    pub(super) secret: SecretString,
    pub(super) region: String,
}

/// What is signed.
#[derive(Debug, Clone)]
pub(super) struct Request<'r> {
    pub(super) method: &'r str,
    /// The path, encoded as [`encoded`] does.
    pub(super) path: &'r str,
    /// Names and values, not encoded.
    pub(super) query: &'r [(&'r str, String)],
    /// Names in lower case, and values; `host` among them, and every other one that is to be signed.
    pub(super) headers: &'r [(&'r str, String)],
    /// The digest of the body, in hexadecimal digits.
    pub(super) digest: &'r str,
}

/// The digest of a body, in hexadecimal digits.
pub(super) fn digest(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

/// An instant as S3 writes it.
pub(super) fn stamp(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

/// A text as it stands in a path or a query: everything but letters, digits and `-._~` by its bytes; in a path `/` stays.
pub(super) fn encoded(text: &str, in_path: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let stays = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if stays || in_path && byte == b'/' {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The query as it is signed and sent: encoded, in order.
pub(super) fn query(query: &[(&str, String)]) -> String {
    let mut parts: Vec<(String, String)> = query
        .iter()
        .map(|(name, value)| (encoded(name, false), encoded(value, false)))
        .collect();
    parts.sort();
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parts.join("&")
}

/// The header `authorization` of a request that is made at that instant.
pub(super) fn authorization(keys: &Keys, request: &Request<'_>, at: Timestamp) -> String {
    let mut headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (*name, value.trim()))
        .collect();
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        request.method,
        request.path,
        query(request.query)
    );
    for (name, value) in &headers {
        let _ = writeln!(canonical, "{name}:{value}");
    }
    let _ = write!(canonical, "\n{names}\n{}", request.digest);
    let stamp = stamp(at);
    let day = stamp.split('T').next().unwrap_or_default();
    let scope = format!("{day}/{}/s3/aws4_request", keys.region);
    let to_sign = format!(
        "{ALGORITHM}\n{stamp}\n{scope}\n{}",
        digest(canonical.as_bytes())
    );
    let mut key = format!("AWS4{}", keys.secret.expose_secret()).into_bytes();
    for part in [day, &keys.region, "s3", "aws4_request", &to_sign] {
        key = mac(&key, part.as_bytes());
    }
    format!(
        "{ALGORITHM} Credential={}/{scope},SignedHeaders={names},Signature={}",
        keys.id.expose_secret(),
        hex(&key)
    )
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // A key may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of Amazon's published examples for S3.
    fn keys() -> Keys {
        Keys {
            id: "AKIAIOSFODNN7EXAMPLE".to_owned().into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned().into(),
            region: "us-east-1".to_owned(),
        }
    }

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// The signature that a request has on the 24th of May 2013.
    #[track_caller]
    fn signature(
        (method, path): (&str, &str),
        query: &[(&str, String)],
        headers: &[(&str, &str)],
        digest: &str,
    ) -> String {
        let mut all = vec![
            ("host", "examplebucket.s3.amazonaws.com".to_owned()),
            ("x-amz-date", "20130524T000000Z".to_owned()),
            ("x-amz-content-sha256", digest.to_owned()),
        ];
        all.extend(
            headers
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let request = Request {
            method,
            path,
            query,
            headers: &all,
            digest,
        };
        let header = authorization(&keys(), &request, "2013-05-24T00:00:00Z".parse().unwrap());
        let (_, signature) = header.rsplit_once("Signature=").unwrap();
        signature.to_owned()
    }

    #[test]
    fn the_digest_of_nothing_is_the_published_one() {
        assert_eq!(digest(b""), EMPTY);
    }

    #[test]
    fn the_published_get_of_an_object_has_its_signature() {
        assert_eq!(
            signature(("GET", "/test.txt"), &[], &[("range", "bytes=0-9")], EMPTY),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }

    #[test]
    fn the_published_put_of_an_object_has_its_signature() {
        let body = digest(b"Welcome to Amazon S3.");
        assert_eq!(
            body,
            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
        );
        let headers = [
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ];
        assert_eq!(
            signature(
                ("PUT", &encoded("/test$file.text", true)),
                &[],
                &headers,
                &body
            ),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        );
    }

    #[test]
    fn the_published_get_of_a_setting_and_the_published_list_have_their_signatures() {
        assert_eq!(
            signature(("GET", "/"), &[("lifecycle", String::new())], &[], EMPTY),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        );
        let query = [("prefix", "J".to_owned()), ("max-keys", "2".to_owned())];
        assert_eq!(
            signature(("GET", "/"), &query, &[], EMPTY),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        );
    }

    #[test]
    fn everything_that_parts_a_path_or_a_query_is_encoded() {
        assert_eq!(encoded("a/b c+é~", true), "a/b%20c%2B%C3%A9~");
        assert_eq!(encoded("a/b=&", false), "a%2Fb%3D%26");
    }

    #[test]
    fn keys_do_not_show_in_what_is_printed_of_them() {
        let shown = format!("{:?}", keys());
        assert!(
            !shown.contains("AKIA") && !shown.contains("wJal"),
            "{shown}"
        );
    }
}
