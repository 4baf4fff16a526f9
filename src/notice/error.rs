//! Why nothing can be sent in one way, whatever the notice says, and what to do about it.

/// Why a way is closed. No variant holds anything about a person: it is kept in clear.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It cannot be set up as it is configured.
    #[error("{server}: {what}")]
    Setup {
        /// Which server.
        server: String,
        /// In words.
        what: String,
        /// What to do.
        help: &'static str,
    },
    /// Nobody answers, or not in time, or not to the end.
    #[error("{server} cannot be reached: {why}")]
    Unreachable {
        /// Which server.
        server: String,
        /// In words.
        why: String,
    },
    /// Whoever answers cannot prove to be who it should be.
    #[error("{server} is not to be trusted: {why}")]
    Certificate {
        /// Which server.
        server: String,
        /// In words.
        why: String,
        /// What to do.
        help: &'static str,
    },
    /// The server does not let this sender in.
    #[error("{server} does not let this sender in: {says}")]
    Credentials {
        /// Which server.
        server: String,
        /// What it says.
        says: String,
    },
    /// The server takes no mail from this sender.
    #[error("{server} takes no mail from `{from}`: {says}")]
    Sender {
        /// Which server.
        server: String,
        /// The address.
        from: String,
        /// What it says.
        says: String,
    },
    /// Whoever answers takes nothing from us, or nothing there.
    #[error("{server} turns notices away: {answer}")]
    TurnedAway {
        /// Which server.
        server: String,
        /// The numbers of its answer; its words may name somebody.
        answer: String,
        /// What to do.
        help: &'static str,
    },
}

impl Error {
    /// The stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Setup { .. } => "notice-setup",
            Self::Unreachable { .. } => "notice-unreachable",
            Self::Certificate { .. } => "notice-certificate",
            Self::Credentials { .. } => "notice-credentials",
            Self::Sender { .. } => "notice-sender",
            Self::TurnedAway { .. } => "notice-turned-away",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Setup { help, .. }
            | Self::Certificate { help, .. }
            | Self::TurnedAway { help, .. } => help,
            Self::Unreachable { .. } => {
                "check host and port in `tenure.toml`, and whether a firewall is between; what waits is sent by the next run, \
                 or by `tenure notices --send`"
            }
            Self::Credentials { .. } => {
                "check `user` and `password` of `[mail]` in `tenure.toml`; without them the server must take mail from this \
                 machine as it is"
            }
            Self::Sender { .. } => {
                "check `from` of `[mail]` in `tenure.toml`: the server must know that this account may send as that"
            }
        }
    }
}
