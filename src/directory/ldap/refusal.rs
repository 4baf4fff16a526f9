//! What a domain controller answers, as the port says it.

use ldap3::LdapResult;

use crate::directory::port::{Error, ResultCode};

/// The answer as a refusal, of what was asked of this object.
pub(super) fn refusal(answer: &LdapResult, dn: &str) -> Error {
    let (win32, message) = split(&answer.text);
    // Windows writes several lines, indented.
    let words: Vec<&str> = message.split_whitespace().collect();
    let message = if words.is_empty() {
        "no reason is given".to_owned()
    } else {
        words.join(" ")
    };
    Error::Refused {
        code: ResultCode::from_number(answer.rc),
        win32,
        dn: dn.to_owned(),
        message: crate::text::visible(&message).into_owned(),
    }
}

/// The answer in words: its code, and what the server says.
pub(super) fn words(answer: &LdapResult) -> String {
    let code = ResultCode::from_number(answer.rc);
    let text = answer.text.trim_matches(['\0', ' ', '\n']);
    if text.is_empty() {
        return code.to_string();
    }
    format!("{code}: {}", crate::text::visible(text))
}

/// The Windows error in front of a message, `0000052D: SvcErr: …`, and what comes behind it. Some refusals have none.
fn split(text: &str) -> (Option<u32>, &str) {
    let text = text.trim_matches(['\0', ' ', '\n']);
    let Some((head, rest)) = text.split_once(':') else {
        return (None, text);
    };
    let is_code = head.len() == 8 && head.bytes().all(|byte| byte.is_ascii_hexdigit());
    match u32::from_str_radix(head, 16) {
        Ok(code) if is_code => (Some(code), rest.trim()),
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::{refusal, split};
    use crate::directory::port::{ResultCode, win32};
    use ldap3::LdapResult;

    #[test]
    fn the_windows_error_stands_in_front() {
        let password = "0000052D: Constraint violation - check_password_restrictions: too short";
        assert_eq!(
            split(password),
            (
                Some(win32::PASSWORD_RESTRICTION),
                "Constraint violation - check_password_restrictions: too short"
            )
        );
        let taken = "Entry CN=a: b already exists";
        assert_eq!(split(taken), (None, taken));
        assert_eq!(split("DEADBEEF"), (None, "DEADBEEF"));
        assert_eq!(split("+0000000: x"), (None, "+0000000: x"));
        assert_eq!(split("00002098: x\0"), (Some(0x2098), "x"));
    }

    #[test]
    fn what_a_server_says_is_shown_and_does_nothing() {
        let answer = LdapResult {
            rc: 53,
            matched: String::new(),
            text: "00002035: \u{1b}[2Jgone".to_owned(),
            refs: Vec::new(),
            ctrls: Vec::new(),
        };
        let error = refusal(&answer, "CN=a");
        assert_eq!(error.code(), Some(ResultCode::UnwillingToPerform));
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
    }
}
