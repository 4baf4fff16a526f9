//! The place of a password in a notice: a plan knows the place, and the run that makes the password puts it there.

use super::{AccountAfter, Notice};
use crate::plan::account_after::PASSWORD;
use crate::policy::notice::{NOTHING, TextPart};
use std::sync::Arc;
use zeroize::Zeroizing;

impl Notice {
    /// Whether a run hands a password over with it.
    pub fn tells_password(&self) -> bool {
        !self.password.is_empty()
    }

    /// The body with this in the places of the password; none where something else stands there.
    pub fn body_with(&self, password: &str) -> Option<Zeroizing<String>> {
        let longest = self.body.len() + self.password.len() * password.len();
        // Large enough from the beginning: no part of it is left where the text was before it grew.
        let mut text = Zeroizing::new(String::with_capacity(longest));
        let mut from = 0;
        for place in &self.password {
            let place = usize::try_from(*place).ok()?;
            text.push_str(self.body.get(from..place)?);
            self.body.get(place..)?.strip_prefix(PASSWORD)?;
            text.push_str(password);
            from = place + PASSWORD.len();
        }
        text.push_str(self.body.get(from..)?);
        Some(text)
    }
}

impl AccountAfter<'_> {
    /// A text of which a password may be a piece, and where it is.
    pub(super) fn body(&self, parts: &[TextPart]) -> (Arc<str>, Vec<u32>) {
        let (mut text, mut places) = (String::new(), Vec::new());
        for part in parts {
            if matches!(part, TextPart::Password) {
                places.extend(u32::try_from(text.len()));
            }
            text.push_str(self.piece(part).as_deref().unwrap_or(NOTHING));
        }
        (text.into(), places)
    }
}
