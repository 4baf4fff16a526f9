//! The photos of recorded people: files of a folder `photos` beside the recording, each named by the id of its person.

use super::files::{self, FileError};
use crate::hr::{Photo, RawRecord, RawValue, Schema, Type};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder beside a recording.
const FOLDER: &str = "photos";

/// Said of a person who has a picture that nobody recorded.
const NOT_RECORDED: &str =
    "their photo is not recorded: lay it into `photos` beside the recording, named by their id";

/// Gives recorded people the photos that lie beside `recordings`. Who has a picture in Personio and none there keeps it
/// unknown, for a file that was forgotten must not clear a photo (G6).
pub(super) fn fill(
    recordings: &[PathBuf],
    schema: &Schema,
    records: &mut [RawRecord],
) -> Result<(), FileError> {
    let is_photo = |index: &usize| {
        let mut attributes = schema.attributes_from(*index);
        attributes.any(|attribute| attribute.ty == Type::Photo)
    };
    let Some(index) = (0..schema.sources().len()).find(is_photo) else {
        return Ok(());
    };
    let key = schema.source_of(schema.key());
    let mut found = BTreeMap::new();
    let folders = recordings.iter().filter_map(|file| file.parent());
    for folder in folders {
        lying(&folder.join(FOLDER), &mut found)?;
    }
    for record in records {
        let field = |index: usize| record.fields.get(index).and_then(Option::as_ref);
        let told =
            matches!(field(index), Some(RawValue::Text(address)) if !address.trim().is_empty());
        if !told {
            continue;
        }
        let id = match key.and_then(field) {
            Some(RawValue::Integer(number)) => number.to_string(),
            Some(RawValue::Text(text)) => text.clone(),
            Some(_) | None => continue,
        };
        let photo = match found.get(&id) {
            Some(path) => Photo::of(files::read_bytes(path)?),
            None => Photo::Unknown(NOT_RECORDED.into()),
        };
        if let Some(field) = record.fields.get_mut(index) {
            *field = Some(RawValue::Photo(Arc::new(photo)));
        }
    }
    Ok(())
}

/// The files of a folder by what stands before the dot; no folder is no files.
fn lying(folder: &Path, found: &mut BTreeMap<String, PathBuf>) -> Result<(), FileError> {
    if !folder.is_dir() {
        return Ok(());
    }
    for path in files::in_folder(folder)? {
        if let Some(id) = path.file_stem().and_then(|stem| stem.to_str()) {
            found.insert(id.to_owned(), path.clone());
        }
    }
    Ok(())
}
