//! Credentials of the simulator: who may log in, and what they may see and do.

use std::collections::BTreeSet;
use std::fmt;

/// A credential. Its secret protects nothing: the simulator serves sample data on this machine alone.
#[derive(Clone)]
pub struct Credential {
    /// The client id.
    pub id: String,
    /// The client secret.
    pub secret: String,
    /// What it may: `personio:persons:read`, `employees:read`, …
    pub scopes: BTreeSet<String>,
    /// The attributes that were released to it; `None` for all.
    pub attributes: Option<BTreeSet<String>>,
}

/// Every scope there is. Personio publishes no list: those of workplaces, cost centers and legal entities are named
/// after their endpoints.
pub const SCOPES: &[&str] = &[
    "employees:read",
    "employees:write",
    "employees:attributes",
    "absences:read",
    "personio:persons:read",
    "personio:persons:write",
    "personio:absences:read",
    "personio:org-units:read",
    "personio:workplaces:read",
    "personio:cost-centers:read",
    "personio:legal-entities:read",
    "personio:webhooks:read",
    "personio:webhooks:write",
];

/// The client id of the credential that the simulator has from the start.
pub const CLIENT_ID: &str = "papi-client-sim";

/// Its secret.
pub const CLIENT_SECRET: &str = "papi-secret-sim";

impl Default for Credential {
    /// May everything.
    fn default() -> Self {
        Self {
            id: CLIENT_ID.to_owned(),
            secret: CLIENT_SECRET.to_owned(),
            scopes: SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
            attributes: None,
        }
    }
}

impl Credential {
    /// Whether it may do what that scope allows.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// Whether an attribute was released to it; ids always are.
    pub fn may_see(&self, key: &str) -> bool {
        key == "id"
            || self
                .attributes
                .as_ref()
                .is_none_or(|released| released.contains(key))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
