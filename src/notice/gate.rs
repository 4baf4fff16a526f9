//! A way that is open until it turns out to be closed, and then for the rest of the pass.

use super::http::Poster;
use super::smtp::Mailer;
use super::{Error, Message, Verdict};
use jiff::Timestamp;

/// After so many connections that broke off one after the other, a server is left alone.
const MOST_BROKEN: u32 = 3;

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
    /// What the server says of each recipient; none where it turned out to be closed.
    pub(super) fn deliver(
        &mut self,
        message: &Message,
        positions: &[u32],
        now: Timestamp,
    ) -> Option<Vec<(u32, Verdict)>> {
        let mailer = self.open.as_mut()?;
        match mailer.deliver(message, positions, now) {
            Ok(verdicts) => {
                self.broken = if mailer.is_lost() { self.broken + 1 } else { 0 };
                if self.broken == MOST_BROKEN {
                    let error = mailer.worn_out();
                    self.close(error);
                }
                Some(verdicts)
            }
            Err(error) => {
                self.close(error);
                None
            }
        }
    }
}

impl Gate<Poster<'_>> {
    /// The same of the one address.
    pub(super) fn deliver(
        &mut self,
        message: &Message,
        now: Timestamp,
    ) -> Option<Vec<(u32, Verdict)>> {
        let poster = self.open.as_ref()?;
        match poster.post(message, now) {
            Ok(verdict) => {
                let lost = matches!(verdict, Verdict::Unknown(_));
                self.broken = if lost { self.broken + 1 } else { 0 };
                if self.broken == MOST_BROKEN {
                    let error = poster.worn_out();
                    self.close(error);
                }
                Some(vec![(0, verdict)])
            }
            Err(error) => {
                self.close(error);
                None
            }
        }
    }
}
