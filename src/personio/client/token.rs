//! The token of one generation of the API: asked for once, for everybody who needs it, and in time again.
//!
//! A token is the same for 24 hours per credential, and `expires_in` is what is left of them
//! (<https://developer.personio.de/changelog/authentication-api-improved-bearer-token>).

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio::sync::Mutex;

use super::Error;

/// How long before its end a token is not used any more.
const EARLY: Duration = Duration::from_mins(1);

/// How long a token lives whose answer does not say so.
const LIFE: Duration = Duration::from_hours(24);

/// A token as it was given.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) token: SecretString,
    /// Seconds that it has left.
    pub(super) expires_in: Option<u64>,
    /// The rights of the credential, if they were told.
    pub(super) scope: Option<String>,
}

/// A token in use.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) token: SecretString,
    /// The rights of the credential, if they were told.
    pub(super) scope: Option<String>,
    until: Instant,
}

/// The token, if there is one.
#[derive(Debug, Default)]
pub(super) struct Token(Mutex<Option<Arc<Held>>>);

impl Token {
    /// The token; `ask` gets one if there is none or it ends soon, and others wait for the same one.
    pub(super) async fn get(
        &self,
        ask: impl AsyncFnOnce() -> Result<Granted, Error>,
    ) -> Result<Arc<Held>, Error> {
        let mut held = self.0.lock().await;
        if let Some(token) = held.as_ref().filter(|token| Instant::now() < token.until) {
            return Ok(token.clone());
        }
        let granted = ask().await?;
        let life = granted
            .expires_in
            .map_or(LIFE, Duration::from_secs)
            .min(LIFE);
        let early = EARLY.min(life / 2);
        let new = Arc::new(Held {
            token: granted.token,
            scope: granted.scope,
            until: Instant::now() + life.saturating_sub(early),
        });
        *held = Some(new.clone());
        Ok(new)
    }

    /// Drops a token that was refused, unless somebody has got another one since.
    pub(super) async fn refused(&self, token: &Arc<Held>) {
        let mut held = self.0.lock().await;
        if held
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, token))
        {
            *held = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Granted, Token};
    use futures_util::future::join_all;
    use secrecy::SecretString;
    use std::cell::Cell;
    use std::sync::Arc;
    use std::time::Duration;

    /// Grants a token after a moment, and counts how often.
    async fn granted(asked: &Cell<u32>, expires_in: u64) -> Granted {
        asked.set(asked.get() + 1);
        tokio::time::sleep(Duration::from_millis(5)).await;
        Granted {
            token: SecretString::from("papi-1"),
            expires_in: Some(expires_in),
            scope: None,
        }
    }

    #[test]
    fn many_wait_for_one_token_and_one_that_was_refused_is_dropped_once() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (token, asked) = (Token::default(), Cell::new(0));
            let get = || token.get(async || Ok(granted(&asked, 3_600).await));
            let held = join_all((0..50).map(|_| get())).await;
            assert_eq!(asked.get(), 1);
            let held: Vec<Arc<_>> = held.into_iter().map(Result::unwrap).collect();
            // Each of them is told that it ended, some of them only when there is a new one.
            let renew = held.iter().map(|old| async {
                token.refused(old).await;
                get().await.unwrap()
            });
            join_all(renew).await;
            assert_eq!(asked.get(), 2);
        });
    }

    #[test]
    fn a_token_that_ends_soon_is_not_used_any_more() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (token, asked) = (Token::default(), Cell::new(0));
            for _ in 0..3 {
                let got = token.get(async || Ok(granted(&asked, 0).await)).await;
                got.unwrap();
            }
            assert_eq!(asked.get(), 3);
        });
    }
}
