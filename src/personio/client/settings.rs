//! Where Personio is, who asks, and how patiently.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

/// Personio's own address: API documentation and specifications name no other.
pub const URL: &str = "https://api.personio.de";

/// What this program calls itself to Personio, unless it is told otherwise.
pub const APP_ID: &str = "TENURE";

/// Which generation of the API is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Api {
    /// The second, and the first where the credential or the policy asks for it.
    #[default]
    Auto,
    /// The first: one list with everything in it.
    V1,
    /// The second: persons, the employments of each, and the tables that they refer to.
    V2,
}

/// A connection to Personio.
#[derive(Clone)]
pub struct Settings {
    /// The address without a path: `https://api.personio.de`.
    pub url: String,
    /// Which generation.
    pub api: Api,
    /// The id of the credential.
    pub client_id: SecretString,
    /// Its secret.
    pub client_secret: SecretString,
    /// `X-Personio-App-ID`, which Personio asks every integration to send.
    pub app_id: String,
    /// `X-Personio-Partner-ID`, for partners of its marketplace.
    pub partner_id: Option<String>,
    /// Certificates that are trusted beside the system's, as PEM.
    pub ca: Option<Vec<u8>>,
    /// The address of a proxy, which may hold a password; without one, what the environment says (`HTTPS_PROXY`).
    pub proxy: Option<SecretString>,
    /// Attributes that are taken for released although nothing proves it, by Personio's name.
    pub assume_released: Vec<Arc<str>>,
    /// How wide photos are asked for, in pixels.
    pub photo_width: u32,
    /// Whether documented limits are kept; only a simulator has none.
    pub limited: bool,
    /// How patiently.
    pub patience: Patience,
}

/// How wide photos are unless the configuration says otherwise, in pixels: what Outlook and the address book show.
pub const PHOTO_WIDTH: u32 = 96;

/// How long is waited, and how often is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For an answer, to its end.
    pub answer: Duration,
    /// How often a request that only reads is sent.
    pub attempts: u32,
    /// Before the second attempt; twice as long before each one after that.
    pub pause: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for Patience {
    /// A storm of 429 or 503 of a good minute is sat out. Personio asks for a second at least after a 429.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_mins(1),
            attempts: 7,
            pause: Duration::from_secs(1),
            longest: Duration::from_secs(30),
        }
    }
}

impl Settings {
    /// A connection to that address with nothing unusual about it.
    pub fn new(
        url: impl Into<String>,
        client_id: SecretString,
        client_secret: SecretString,
    ) -> Self {
        Self {
            url: url.into(),
            api: Api::default(),
            client_id,
            client_secret,
            app_id: APP_ID.to_owned(),
            partner_id: None,
            ca: None,
            proxy: None,
            assume_released: Vec::new(),
            photo_width: PHOTO_WIDTH,
            limited: true,
            patience: Patience::default(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("url", &self.url)
            .field("api", &self.api)
            .finish_non_exhaustive()
    }
}
