//! Values kept apart from the trail, under a key per person (S12).
//!
//! What an action did to a person's account (names, values before and after, reasons) is sealed with
//! XChaCha20-Poly1305 under a random key of that person. Beside it only a salted digest is kept, and the
//! salt is sealed too: destroy the key, and neither the values nor a way to guess them remains, while the
//! digest still proves that the trail is whole. Values that are nobody's (a unit that was made) stand in clear.
//! The digest covers whose the value is: so a value cannot be given to somebody else, with the key and all.
//!
//! The keys are in the same file: what protects the store against a thief is the file's rights and the
//! disk's encryption. The key serves forgetting, and `secure_delete` wipes it.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use jiff::Timestamp;
use rand::TryRng as _;
use rand::rngs::SysRng;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::{StoreError, codec};
use crate::hr::PersonId;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const SALT_BYTES: usize = 16;

/// Binds a sealed body to its purpose, and tells digests of an earlier version, which say not whose the value is,
/// from any other.
const PURPOSE: &[u8] = b"tenure private value 1";

/// Tells digests that cover whose the value is from any other.
const OWNED: &[u8] = b"tenure private value 2";

/// A value kept apart: its row, and the salted digest that stands for it in the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) id: i64,
    pub(crate) digest: [u8; 32],
}

/// A value taken out again, with the digests that it can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digests {
    owned: [u8; 32],
    /// As an earlier version made it.
    bare: [u8; 32],
}

/// What a digest proves of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It is the one that was written, and of whom.
    Owned,
    /// It is the one that was written; an earlier version did not say of whom.
    Bare,
}

impl Digests {
    /// What that digest proves; `None` where it is another value's.
    pub(crate) fn prove(&self, digest: &[u8]) -> Option<Proof> {
        if digest == self.owned.as_slice() {
            Some(Proof::Owned)
        } else {
            (digest == self.bare.as_slice()).then_some(Proof::Bare)
        }
    }
}

/// What is left of a value kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Private {
    /// The value.
    Known(String),
    /// Its person was forgotten, or its time was up.
    Forgotten,
}

impl Private {
    /// The value, unless it was forgotten.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Forgotten => None,
        }
    }
}

/// Random bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| StoreError::Random(error.to_string()))?;
    Ok(bytes)
}

/// Puts a value away, under the key of that person if it is somebody's.
pub(crate) fn put(
    db: &Connection,
    person: Option<&PersonId>,
    at: Timestamp,
    value: &str,
) -> Result<Sealed, StoreError> {
    let salt: [u8; SALT_BYTES] = random()?;
    let mut plain = salt.to_vec();
    plain.extend_from_slice(value.as_bytes());
    let person = person.map(ToString::to_string);
    let digest = owned(person.as_deref(), &plain);
    let body = match &person {
        None => plain,
        Some(person) => {
            let nonce: [u8; NONCE_BYTES] = random()?;
            let sealed = cipher(&key_of(db, person, at)?)
                .encrypt(
                    &XNonce::from(nonce),
                    Payload {
                        msg: &plain,
                        aad: PURPOSE,
                    },
                )
                .map_err(|_| codec::unreadable("a value to seal", "too long"))?;
            [nonce.as_slice(), &sealed].concat()
        }
    };
    db.prepare_cached("INSERT INTO private (person, at, body) VALUES (?1, ?2, ?3)")?
        .execute(params![person, at.to_string(), body])?;
    Ok(Sealed {
        id: db.last_insert_rowid(),
        digest,
    })
}

/// Takes a value out again, with its digests.
pub(crate) fn get(db: &Connection, id: i64) -> Result<(Private, Option<Digests>), StoreError> {
    /// Whose, the body, and the key if it is still there.
    type Kept = (Option<String>, Vec<u8>, Option<Vec<u8>>);
    let row: Option<Kept> = db
        .prepare_cached(
            "SELECT private.person, body, key FROM private
             LEFT JOIN person_key ON person_key.person = private.person WHERE id = ?1",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (person, plain) = match row {
        None | Some((Some(_), _, None)) => return Ok((Private::Forgotten, None)),
        Some((None, body, _)) => (None, body),
        Some((Some(person), body, Some(key))) => (Some(person), open(&key, &body)?),
    };
    let digests = Digests {
        owned: owned(person.as_deref(), &plain),
        bare: bare(&plain),
    };
    let text = plain
        .get(SALT_BYTES..)
        .and_then(|value| std::str::from_utf8(value).ok())
        .ok_or_else(|| codec::unreadable("a value kept apart", &id.to_string()))?;
    Ok((Private::Known(text.into()), Some(digests)))
}

/// Whose a value is; `None` where it is nobody's, or nobody's any more.
pub(crate) fn owner(db: &Connection, id: i64) -> Result<Option<PersonId>, StoreError> {
    let owner: Option<Option<String>> = db
        .prepare_cached("SELECT person FROM private WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let owner = owner.flatten().filter(|owner| !owner.is_empty());
    owner.as_deref().map(codec::person).transpose()
}

fn open(key: &[u8], body: &[u8]) -> Result<Vec<u8>, StoreError> {
    let broken = || codec::unreadable("a sealed value", "changed since it was sealed");
    let key: [u8; KEY_BYTES] = key.try_into().map_err(|_| broken())?;
    let (nonce, sealed) = body.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
    cipher(&key)
        .decrypt(
            &XNonce::from(*nonce),
            Payload {
                msg: sealed,
                aad: PURPOSE,
            },
        )
        .map_err(|_| broken())
}

/// Forgets a person: without the key, nothing that was sealed under it can be read again. Yields which entries of the
/// trail lose their values by it.
pub(crate) fn destroy_key(db: &Connection, person: &PersonId) -> Result<Vec<i64>, StoreError> {
    let person = person.to_string();
    let mut entries = Vec::new();
    {
        let mut statement = db.prepare(
            "SELECT seq FROM audit WHERE private IN (SELECT id FROM private WHERE person = ?1) ORDER BY seq",
        )?;
        let mut rows = statement.query([&person])?;
        while let Some(row) = rows.next()? {
            entries.push(row.get(0)?);
        }
    }
    db.execute("DELETE FROM person_key WHERE person = ?1", [&person])?;
    db.execute("UPDATE private SET body = x'' WHERE person = ?1", [&person])?;
    Ok(entries)
}

/// The key of a person, made when first needed.
fn key_of(db: &Connection, person: &str, at: Timestamp) -> Result<[u8; KEY_BYTES], StoreError> {
    let found: Option<Vec<u8>> = db
        .prepare_cached("SELECT key FROM person_key WHERE person = ?1")?
        .query_row([person], |row| row.get(0))
        .optional()?;
    if let Some(key) = found {
        return key
            .try_into()
            .map_err(|_| codec::unreadable("a key", "of another length"));
    }
    let key: [u8; KEY_BYTES] = random()?;
    db.execute(
        "INSERT INTO person_key (person, key, made) VALUES (?1, ?2, ?3)",
        params![person, key, at.to_string()],
    )?;
    Ok(key)
}

fn cipher(key: &[u8; KEY_BYTES]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

/// The digest of a salted value and of whose it is.
fn owned(person: Option<&str>, salted: &[u8]) -> [u8; 32] {
    let person = person.unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(OWNED);
    hash.update((person.len() as u64).to_be_bytes());
    hash.update(person.as_bytes());
    hash.update(salted);
    hash.finalize().into()
}

/// The digest of a salted value, as an earlier version made it.
fn bare(salted: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(PURPOSE);
    hash.update(salted);
    hash.finalize().into()
}
