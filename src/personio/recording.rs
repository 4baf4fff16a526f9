//! Recorded answers, read and refused as a whole.

use std::sync::Arc;

use rayon::prelude::*;
use serde::de::DeserializeSeed;
use serde_json::error::Category;

use super::paging::{self, Page};
use super::wire::{Answer, Answers, Fields, Wanted};
use super::{Error, NeverSent};
use crate::diagnostic::did_you_mean;
use crate::hr::{At, Place, RawRecord, Schema};
use crate::text::{decode, excerpt, visible};

/// How much of a message is shown that comes from a recording, in characters.
const MESSAGE_CHARS: usize = 200;

/// The people of recorded answers of `GET /v1/company/employees`, untyped.
///
/// `files` are names and contents. A file holds one answer, an array of answers, or one after the other (JSON lines);
/// the order of files and answers means nothing. All pages must be there, exactly once, with totals that agree. A
/// recording from before paging (2023), without `metadata`, is accepted if it is a single answer and nothing suggests
/// that there is more. Otherwise, and if any file is damaged, nothing is read at all (G6).
pub fn read_recording(files: &[(&str, &[u8])], schema: &Schema) -> Result<Vec<RawRecord>, Error> {
    let read: Vec<Result<File, Error>> = files
        .par_iter()
        .map(|(name, bytes)| read_file(name, bytes, schema))
        .collect();
    let mut pages = Vec::new();
    let mut records = Vec::new();
    let mut keys = Vec::new();
    for file in read {
        let file = file?;
        pages.extend(file.pages);
        records.extend(file.records);
        if keys.is_empty() {
            keys = file.keys;
        }
    }
    paging::check_complete(&pages)?;
    check_sent(&records, schema, &keys)?;
    Ok(records)
}

/// What one file holds.
pub(super) struct File {
    pub(super) pages: Vec<Page>,
    pub(super) records: Vec<RawRecord>,
    /// The keys of its first record, for suggestions.
    pub(super) keys: Vec<String>,
}

/// Reads the answers of one file, or of one request, which `name` stands for in messages.
pub(super) fn read_file(name: &str, bytes: &[u8], schema: &Schema) -> Result<File, Error> {
    let wanted = Wanted::new(schema);
    let file: Arc<str> = visible(name).into();
    let answers = parse(&file, bytes, &wanted)?;
    let mut pages = Vec::new();
    let mut records = Vec::new();
    let mut at = (1u32..).map(At::Record);
    let single = answers.len() == 1;
    for (answer, number) in answers.into_iter().zip(1..) {
        let name = if single {
            file.to_string()
        } else {
            format!("{file} answer {number}")
        };
        let (page, people) = accept(name, answer, wanted.typed.get())?;
        pages.push(page);
        records.extend(
            people
                .into_iter()
                .zip(&mut at)
                .map(|(fields, at)| RawRecord {
                    place: Place {
                        file: file.clone(),
                        at,
                    },
                    fields,
                }),
        );
    }
    let keys = wanted.keys.take();
    Ok(File {
        pages,
        records,
        keys,
    })
}

fn parse(file: &Arc<str>, bytes: &[u8], wanted: &Wanted) -> Result<Vec<Answer>, Error> {
    let file = file.clone();
    let text = decode(bytes).map_err(|problem| Error::NotText {
        file: file.clone(),
        problem,
    })?;
    if text.trim().is_empty() {
        return Err(Error::Empty { file });
    }
    let mut json = serde_json::Deserializer::from_str(&text);
    let mut answers = Vec::new();
    while answers.is_empty() || json.end().is_err() {
        let more = Answers(wanted).deserialize(&mut json);
        let more = more.map_err(|error| refuse(&file, &error))?;
        if more.is_empty() {
            return Err(Error::Empty { file });
        }
        answers.extend(more);
    }
    Ok(answers)
}

fn refuse(file: &Arc<str>, error: &serde_json::Error) -> Error {
    let (file, line, column) = (file.clone(), error.line(), error.column());
    let whole = error.to_string();
    let what = whole
        .strip_suffix(&format!(" at line {line} column {column}"))
        .unwrap_or(&whole);
    let what = match what.rsplit_once(", expected ") {
        // What stands there instead may be a salary.
        Some((found, expected)) if found.starts_with("invalid ") => format!("expected {expected}"),
        _ => excerpt(what, MESSAGE_CHARS),
    };
    match error.classify() {
        Category::Eof => Error::CutOff { file, line, column },
        Category::Data => Error::NotPeople {
            file,
            line,
            column,
            what,
        },
        Category::Syntax | Category::Io => Error::NotJson {
            file,
            line,
            column,
            what,
        },
    }
}

/// What an answer says about itself, and its people; an answer without people is refused.
fn accept(name: String, answer: Answer, typed: bool) -> Result<(Page, Vec<Fields>), Error> {
    let file: Arc<str> = name.as_str().into();
    let not_an_answer = |what| Error::NotAnAnswer {
        file: file.clone(),
        what,
    };
    let message = answer.error.map(|error| error.message.unwrap_or_default());
    match (answer.success, message) {
        (Some(true), None) => {}
        (None, None) => return Err(not_an_answer("it does not say `\"success\": true`")),
        (_, message) => {
            let message = excerpt(message.unwrap_or_default().trim(), MESSAGE_CHARS);
            let message = if message.is_empty() {
                "it gives no reason".to_owned()
            } else {
                message
            };
            return Err(Error::Failed { file, message });
        }
    }
    let Some(people) = answer.people else {
        return Err(not_an_answer("it has no `data`"));
    };
    let page = Page {
        name,
        metadata: answer.metadata.map(|metadata| paging::Metadata {
            people: metadata.total_elements.0,
            pages: metadata.total_pages.0,
            page: metadata.current_page.0,
        }),
        offset: answer.offset.map(|offset| offset.0),
        limit: answer.limit.map(|limit| limit.0),
        people: people.len() as u64,
        typed,
    };
    Ok((page, people))
}

/// Refuses a recording in which an attribute of the schema is in no record, not even as null: Personio silently leaves
/// out what the credential may not read, and missing everywhere would look like emptied everywhere.
fn check_sent(records: &[RawRecord], schema: &Schema, keys: &[String]) -> Result<(), Error> {
    if records.is_empty() {
        return Ok(());
    }
    let sent = |source: usize| {
        records
            .iter()
            .any(|record| matches!(record.fields.get(source), Some(Some(_))))
    };
    let never = schema
        .attributes()
        .iter()
        .enumerate()
        .filter(|(position, _)| !schema.source_of(*position).is_some_and(sent));
    let attributes: Vec<NeverSent> = never
        .map(|(_, attribute)| NeverSent {
            attribute: attribute.name.clone(),
            source: attribute.source.clone(),
            near: near(&attribute.source, keys),
        })
        .collect();
    if attributes.is_empty() {
        Ok(())
    } else {
        Err(Error::NeverSent { attributes })
    }
}

fn near(source: &str, keys: &[String]) -> Option<String> {
    let others = keys.iter().map(String::as_str).filter(|key| *key != source);
    did_you_mean(source, others).map(str::to_owned)
}
