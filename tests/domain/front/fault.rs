//! Faults by operation and ordinal: what goes wrong, where, and how often.

use std::time::Duration;

use super::message::{Kind, Refusal};

/// Which operations a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// Operations of one kind.
    Only(Kind),
    /// Everything that changes the directory.
    Write,
    /// Whatever comes.
    Any,
}

impl On {
    pub(super) fn includes(self, kind: Kind) -> bool {
        match self {
            Self::Only(only) => only == kind,
            Self::Write => kind.is_write(),
            Self::Any => true,
        }
    }
}

impl From<Kind> for On {
    fn from(kind: Kind) -> Self {
        Self::Only(kind)
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection is cut and the domain controller hears nothing of the operation. What else is under way on
    /// that connection may have been done or not, and its answers are lost.
    Cut,
    /// The domain controller does it; its answer is lost, and the connection with it.
    Swallow,
    /// The connection is cut in the middle of the last message of the answer.
    CutAnswer,
    /// Every connection is cut, as when the machine is switched off; it hears nothing of the operation.
    CutAll,
    /// The operation waits before it goes on to the domain controller.
    Delay(Duration),
    /// The front answers with that result code, and the domain controller hears nothing.
    Answer(u32),
    /// The server says that it goes away, and does.
    Disconnect,
    /// What comes back is no LDAP.
    Garbage,
    /// The domain controller does it, and no answer comes by that connection any more, which stays open.
    Silence,
    /// From then on the connection is open and nobody is at its other end.
    Stall,
}

/// A fault and the operations that it befalls.
#[derive(Debug)]
pub(super) struct Rule {
    fault: Fault,
    on: On,
    /// The first one, counted from 1 since the fault was set.
    first: usize,
    times: usize,
    seen: usize,
}

impl Rule {
    pub(super) fn new(fault: Fault, on: On, first: usize, times: usize) -> Self {
        Self {
            fault,
            on,
            first,
            times,
            seen: 0,
        }
    }

    /// What befalls this operation, which is counted.
    pub(super) fn strike(&mut self, kind: Kind) -> Option<Fault> {
        if !self.on.includes(kind) {
            return None;
        }
        self.seen += 1;
        let due = self.first..self.first.saturating_add(self.times);
        due.contains(&self.seen).then_some(self.fault)
    }
}

/// What a domain controller says with these codes.
pub(super) fn answer(code: u32) -> Refusal {
    let text = match code {
        51 => "00002024: LdapErr: DSID-0C09062C, comment: The server is busy, data 0, v4563",
        52 => {
            "0000200F: LdapErr: DSID-0C0907F2, comment: The server is not available, data 0, v4563"
        }
        _ => "",
    };
    Refusal::new(code, text)
}
