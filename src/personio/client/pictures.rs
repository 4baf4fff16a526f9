//! The photo of each person, for a policy that has a field of that type.
//!
//! People come with the address of their picture, or with none; the picture itself is a request for each person, of
//! version 1 whichever generation the people are read from. Nothing documented tells when a picture changed, neither
//! an `ETag` nor the person's own time, so each reading asks for all of them. A 404 means that there is none. Whatever
//! else goes wrong with one leaves it unknown, which clears nothing (G6); with many of them it ends the reading.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Error;
use super::http::{Http, Outcome, Request, Unusable};
use super::list::{escaped, id_of};
use super::pace::Endpoint;
use super::released::{self, Listed};
use crate::hr::{Photo, RawRecord, RawValue, Schema, Type};

/// Personio's name of the picture.
pub(crate) const PICTURE: &str = "profile_picture";

/// How many pictures are asked for at a time.
const AT_A_TIME: usize = 8;

/// So many pictures may be unknown before their share counts.
const FEW: usize = 20;

/// Reads the photos of everybody who has one, where the policy wants them.
pub(super) async fn fill(
    http: &Http<'_>,
    schema: &Schema,
    records: &mut [RawRecord],
) -> Result<(), Error> {
    let Some(index) = wanted(schema) else {
        return Ok(());
    };
    let told = |record: &RawRecord| match record.fields.get(index) {
        Some(Some(RawValue::Text(address))) => !address.trim().is_empty(),
        Some(_) | None => false,
    };
    let whose: Vec<(usize, Arc<str>)> = records
        .iter()
        .enumerate()
        .filter(|(_, record)| told(record))
        .filter_map(|(place, record)| Some((place, id_of(record, schema)?)))
        .collect();
    let asked = whose.len();
    let width = http.settings().photo_width;
    let read = whose.into_iter().map(|(place, id)| async move {
        let photo = one(http, &id, width).await?;
        Ok::<_, Error>((place, photo))
    });
    let mut read = stream::iter(read).buffer_unordered(AT_A_TIME);
    let (mut found, mut failed) = (0, 0);
    while let Some((place, photo)) = read.try_next().await? {
        let value = match photo {
            Answer::Photo(photo) => {
                found += 1;
                RawValue::Photo(Arc::new(photo))
            }
            Answer::None => RawValue::Null,
            Answer::Failed(error) => {
                failed += 1;
                if failed > FEW && failed * 10 > asked {
                    return Err(error);
                }
                RawValue::Photo(Arc::new(Photo::Unknown(
                    format!("their photo could not be read: {error}").into(),
                )))
            }
        };
        if let Some(field) = records
            .get_mut(place)
            .and_then(|one| one.fields.get_mut(index))
        {
            *field = Some(value);
        }
    }
    if asked > 0 && found == 0 && failed == 0 {
        return proved(http, schema, index).await;
    }
    Ok(())
}

/// Where the policy's photo stands among the sources, if it has one.
fn wanted(schema: &Schema) -> Option<usize> {
    let is_photo = |index: &usize| {
        let mut attributes = schema.attributes_from(*index);
        attributes.any(|attribute| attribute.ty == Type::Photo)
    };
    (0..schema.sources().len()).find(is_photo)
}

/// What a request came to.
enum Answer {
    Photo(Photo),
    /// 404.
    None,
    Failed(Error),
}

async fn one(http: &Http<'_>, id: &str, width: u32) -> Result<Answer, Error> {
    let endpoint = Endpoint::Picture;
    let path = format!(
        "/v1/company/employees/{}/profile-picture/{width}",
        escaped(id)
    );
    // What is cut off looks whole to HTTP, and a page of a proxy is no picture.
    let parse = |body: &[u8]| {
        let photo = Photo::of(body.to_vec());
        match &photo {
            Photo::Known(picture) => match picture.kind() {
                Err(flaw) if flaw.may_be_the_way() => Err(Unusable(flaw.to_string())),
                Ok(_) | Err(_) => Ok(photo),
            },
            Photo::Unknown(_) => Ok(photo),
        }
    };
    match http
        .exchange(&Request::get(endpoint, path, &[]), parse)
        .await
    {
        Ok(Outcome::Found(photo)) => Ok(Answer::Photo(photo)),
        Ok(Outcome::Nothing) => Ok(Answer::None),
        Ok(Outcome::Forbidden(says)) => Err(Error::Right {
            what: "read profile pictures",
            says,
            scope: "employees:read",
        }),
        Err(
            error @ (Error::Busy { .. }
            | Error::Failing { .. }
            | Error::BadAnswer { .. }
            | Error::Refused { .. }),
        ) => Ok(Answer::Failed(error)),
        Err(error) => Err(error),
    }
}

/// That nobody has a picture must be proved: Personio answers 404 of each, too, where the attribute is not released.
async fn proved(http: &Http<'_>, schema: &Schema, index: usize) -> Result<(), Error> {
    let assumed = &http.settings().assume_released;
    if assumed.iter().any(|one| &**one == PICTURE) {
        return Ok(());
    }
    let listed = Listed::ask(http).await?;
    let missing = released::of_source(schema, index, listed.as_ref());
    match listed {
        Some(listed) if listed.key(PICTURE).is_some() => Ok(()),
        Some(_) => Err(Error::NotReleased { missing }),
        None => Err(Error::Unproved {
            missing,
            why: "nobody has one, and the credential may not list its attributes",
        }),
    }
}
