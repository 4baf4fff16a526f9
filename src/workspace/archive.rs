//! Where the audit trail is archived, as `tenure.toml` names it, and where the keys to it lie.

use super::live::Secret;
use super::{Error, Workspace, files};
use crate::archive::{Settings, Url};
use crate::hr::Duration;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use std::path::PathBuf;

/// The variable that the id of the access key is in, unless it is said.
const ACCESS_KEY: &str = "TENURE_ARCHIVE_ACCESS_KEY";

/// The variable that its secret is in, unless it is said.
const SECRET_KEY: &str = "TENURE_ARCHIVE_SECRET_KEY";

/// The region that signatures are made for, unless it is said: that of stores which have none.
const REGION: &str = "us-east-1";

/// An archive, without its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Where it is.
    pub place: ArchiveAt,
    /// How long objects stay; without it nothing is removed.
    pub keep: Option<Duration>,
}

/// Where an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveAt {
    /// In a folder.
    Folder(PathBuf),
    /// In a bucket.
    S3 {
        /// Where that is.
        url: Url,
        /// The region that signatures are made for.
        region: String,
        /// Where the id of the access key is.
        access_key: Secret,
        /// Where its secret is.
        secret_key: Secret,
        /// A file of certificates.
        ca: Option<PathBuf>,
    },
}

/// `[archive]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ArchiveSection {
    folder: Option<PathBuf>,
    s3: Option<String>,
    region: Option<String>,
    access_key: Option<Secret>,
    secret_key: Option<Secret>,
    ca: Option<PathBuf>,
    keep: Option<String>,
}

impl ArchiveSection {
    /// The archive; else what is wrong with it, and what to write.
    pub(super) fn archive(self) -> Result<Archive, (String, &'static str)> {
        let keep = match &self.keep {
            None => None,
            Some(text) => {
                let keep = text.parse::<Duration>().ok();
                let some = keep.filter(|keep| *keep != Duration::default());
                Some(some.ok_or_else(|| {
                    (
                        format!("`[archive]`: `keep = {text:?}` is no length of time"),
                        "write a number and a unit: `keep = \"3 years\"`; without the line nothing is removed",
                    )
                })?)
            }
        };
        let place = match (self.folder, self.s3) {
            (Some(folder), None) => {
                let strange = self.region.is_some()
                    || self.access_key.is_some()
                    || self.secret_key.is_some()
                    || self.ca.is_some();
                if strange {
                    return Err((
                        "`[archive]` is a `folder`, and has what belongs to a bucket".to_owned(),
                        "remove `region`, `access_key`, `secret_key` and `ca`",
                    ));
                }
                ArchiveAt::Folder(folder)
            }
            (None, Some(url)) => {
                let usual = |name: &str| Secret::Env(name.to_owned());
                ArchiveAt::S3 {
                    url: Url::parse(&url)?,
                    region: region(self.region)?,
                    access_key: self.access_key.unwrap_or_else(|| usual(ACCESS_KEY)),
                    secret_key: self.secret_key.unwrap_or_else(|| usual(SECRET_KEY)),
                    ca: self.ca,
                }
            }
            (None, None) | (Some(_), Some(_)) => {
                return Err((
                    "`[archive]` names no place, or two".to_owned(),
                    "write `folder = \"PATH\"`, or `s3 = \"https://s3.example.com/bucket/prefix\"`",
                ));
            }
        };
        Ok(Archive { place, keep })
    }
}

fn region(text: Option<String>) -> Result<String, (String, &'static str)> {
    let text = text.unwrap_or_else(|| REGION.to_owned());
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if text.is_empty() || !text.chars().all(fits) {
        return Err((
            format!("`[archive]`: `region = {text:?}` is no name of a region"),
            "write it as the store has it: `region = \"eu-central-1\"`",
        ));
    }
    Ok(text)
}

impl Archive {
    /// The instant before which everything is too old; `None` where nothing is.
    pub fn since(&self, now: Timestamp) -> Option<Timestamp> {
        let keep = self.keep?;
        let span = Span::new()
            .try_months(keep.months)
            .and_then(|span| span.try_days(keep.days))
            .and_then(|span| span.try_seconds(keep.seconds))
            .ok()?;
        let since = now
            .to_zoned_datetime(TimeZone::UTC)
            .checked_sub(span)
            .ok()?;
        Some(since.timestamp())
    }
}

impl Workspace {
    /// What a bucket needs, with its keys.
    pub fn bucket(
        &self,
        place: &ArchiveAt,
        variable: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<Option<Settings>, Error> {
        let ArchiveAt::S3 {
            url,
            region,
            access_key,
            secret_key,
            ca,
        } = place
        else {
            return Ok(None);
        };
        let secret = |key, place| self.secret(("`[archive]`", key), place, variable);
        let ca = ca.as_ref().map(|file| files::read_bytes(&self.path(file)));
        Ok(Some(Settings {
            url: url.clone(),
            region: region.clone(),
            access_key: secret("access_key", access_key)?,
            secret_key: secret("secret_key", secret_key)?,
            ca: ca.transpose()?,
        }))
    }
}
