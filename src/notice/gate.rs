//! A way that is open until it turns out to be closed, and then for the rest of the pass.

use super::http::Poster;
use super::smtp::Mailer;
use super::{Error, Message, Verdict};
use jiff::Timestamp;

/// After so many connections that broke off one after the other, a server is left alone.
pub(super) const MOST_BROKEN: u32 = 3;

/// A connection that is made when it is needed, or the reason why there is none.
#[derive(Debug)]
pub(super) struct Gate<T> {
    pub(super) open: Option<T>,
    pub(super) closed: Option<Error>,
    /// How many connections in a row broke off.
    broken: u32,
}

impl<T> Default for Gate<T> {
    fn default() -> Self {
        Self {
            open: None,
            closed: None,
            broken: 0,
        }
    }
}

impl<T> Gate<T> {
    /// Opens it if need be; whether it is open.
    pub(super) fn open_with(&mut self, open: impl FnOnce() -> Result<T, Error>) -> bool {
        if self.closed.is_some() {
            return false;
        }
        if self.open.is_none() {
            match open() {
                Ok(opened) => self.open = Some(opened),
                Err(error) => self.closed = Some(error),
            }
        }
        self.open.is_some()
    }

    /// Closes it for the rest of the pass.
    fn close(&mut self, error: Error) {
        self.open = None;
        self.closed = Some(error);
    }
}

impl Gate<Mailer<'_>> {
    /// What the server says of each recipient; nothing where it is not open.
    pub(super) fn deliver(
        &mut self,
        message: &Message,
        positions: &[u32],
        now: Timestamp,
    ) -> Vec<(u32, Verdict)> {
        let Some(mailer) = self.open.as_mut() else {
            return Vec::new();
        };
        let said = mailer.deliver(message, positions, now);
        let lost = mailer.is_lost();
        self.broken = if lost { self.broken + 1 } else { 0 };
        let worn_out = (self.broken == MOST_BROKEN).then(|| mailer.worn_out());
        if let Some(error) = said.closes.or(worn_out) {
            self.close(error);
        }
        said.verdicts
    }
}

impl Gate<Poster> {
    /// The same of the one address.
    pub(super) fn deliver(&mut self, message: &Message, now: Timestamp) -> Vec<(u32, Verdict)> {
        let Some(poster) = self.open.as_ref() else {
            return Vec::new();
        };
        let said = poster.post(message, now);
        let lost = |(_, verdict): &(u32, Verdict)| matches!(verdict, Verdict::Unknown(_));
        let lost = said.verdicts.iter().any(lost);
        self.broken = if lost { self.broken + 1 } else { 0 };
        let worn_out = (self.broken == MOST_BROKEN).then(|| poster.worn_out());
        if let Some(error) = said.closes.or(worn_out) {
            self.close(error);
        }
        said.verdicts
    }
}
