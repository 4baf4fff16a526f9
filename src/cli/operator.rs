//! Who runs this program, where, and from which version of the policy.

use super::args::Consent;
use crate::apply::Author;
use crate::state::Holder;
use crate::workspace::Workspace;
use jiff::Timestamp;
use std::process::Command;

/// The user and machine of this process.
#[derive(Debug, Clone)]
pub(super) struct Operator {
    user: String,
    host: String,
}

impl Operator {
    /// As the system says.
    pub(super) fn of_this_process() -> Self {
        let var = |name| {
            std::env::var(name)
                .ok()
                .filter(|value: &String| !value.is_empty())
        };
        let user = var("USER")
            .or_else(|| var("USERNAME"))
            .or_else(|| var("LOGNAME"));
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = host
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty());
        Self {
            user: user.unwrap_or_else(|| "unknown".to_owned()),
            host: host
                .or_else(|| var("HOSTNAME"))
                .or_else(|| var("COMPUTERNAME"))
                .unwrap_or_else(|| "unknown".to_owned()),
        }
    }

    /// `user@host`.
    pub(super) fn name(&self) -> String {
        format!("{}@{}", self.user, self.host)
    }

    /// As the holder of the lock.
    pub(super) fn holder(&self) -> Holder {
        Holder {
            pid: std::process::id(),
            host: self.host.clone(),
            user: self.user.clone(),
            since: Timestamp::now(),
        }
    }

    /// As who signs an order.
    pub(super) fn signature(&self) -> String {
        format!("{}@{}", self.user, self.host)
    }

    /// As the author of a run.
    pub(super) fn author(&self, workspace: &Workspace, consent: &Consent) -> Author {
        let because = consent.because.as_deref().unwrap_or_default();
        let overrides = consent
            .r#override
            .iter()
            .map(|guard| format!("{guard} because {because}"));
        Author {
            who: self.user.clone(),
            host: self.host.clone(),
            git_commit: git_commit(workspace),
            overrides: overrides.collect(),
            approvals: consent.approve.clone(),
        }
    }
}

/// The commit of the policy folder, where it is in git and git is there.
fn git_commit(workspace: &Workspace) -> Option<String> {
    let folder = workspace.path(&workspace.config.policy);
    let folder = if folder.as_os_str().is_empty() {
        ".".into()
    } else {
        folder
    };
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["rev-parse", "HEAD"])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let commit = text.trim();
    (output.status.success() && !commit.is_empty()).then(|| commit.to_owned())
}
