//! People as HR knows them: typed, validated, in our own words.
//!
//! A reader (recorded Personio answers, CSV) delivers [`RawRecord`]s. [`type_records`] types them by the
//! [`Schema`] that the policy's `person { … }` describes and gives a [`Snapshot`]: the [`Person`]s, and one by one
//! the [`Quarantined`] records with every [`Reason`]. What the schema does not name is dropped before it gets here.
//!
//! **Invariant:** a [`Snapshot`] is complete and holds each person once, or there is none. **Invariant:** a value of
//! a person has the type that its attribute declares, and a required one is there. **Invariant:** the order of
//! records and files leaves no trace. This module knows neither Personio's JSON nor policies nor directories, and
//! reads no file and no clock.
//!
//! Begin with [`Schema`], then [`Snapshot`].

mod csv;
mod decimal;
mod digest;
mod duration;
mod employment;
mod employments_csv;
mod notation;
mod person;
mod photo;
pub mod port;
mod raw;
mod read;
mod related;
mod relations;
mod schema;
mod sensitive;
mod snapshot;
mod sources;
mod typing;
mod value;
mod written;

pub use csv::{CsvError, MissingColumn, read_csv};
pub use decimal::{Decimal, Rounding};
pub use digest::Digest;
pub use duration::Duration;
pub use employment::{Employment, is_sensitive_of_employment};
pub use employments_csv::read_employments_csv;
pub use notation::{Problem, time_zone};
pub use person::{BadPersonId, MAX_ID_BYTES, Person, PersonId};
pub use photo::{MAX_PHOTO_BYTES, Photo};
pub use raw::{At, Place, RawRecord, RawValue};
pub use read::{Error, MAX_PEOPLE, type_records};
pub use related::{RelatedPath, Step};
pub use relations::Team;
pub use schema::{Attribute, MAX_ATTRIBUTES, SUPERVISOR, Schema, SchemaError, Type};
pub use sensitive::is_sensitive_by_nature;
pub use snapshot::{DuplicateIds, Origin, Quarantined, Reason, Snapshot, Standing};
pub use sources::{SourceRead, SourceSnapshot, merge};
pub use typing::{MAX_ITEMS, MAX_TEXT_BYTES, read_text};
pub use value::Value;
pub use written::{Written, overwritten};
