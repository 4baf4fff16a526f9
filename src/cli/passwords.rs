//! How new passwords reach their owners: sealed to the keys of the policy, by a notice that the run sends itself, or
//! both.
//!
//! A notice with a password is sent when the directory has taken that, from memory, once. It is handed over when at
//! least one of those to whom it goes has it for certain, or somebody can open what is sealed. Where nobody knows
//! whether it arrived, the password must not be the one that stays, whatever is sealed (S20); and where nobody could
//! be reached, nothing is begun that leads to a password.

use super::Output;
use super::apply::pass_named;
use super::report::Report;
use super::sealed::SealedPasswords;
use super::session::Reading;
use crate::apply::{Handed, Handover, Letter, NotHanded, Owner};
use crate::notice::{Courier, Message};
use crate::plan::{ActionId, Change, Notice, Plan};
use crate::policy::Policy;
use crate::state::delivery::Progress;
use crate::text::visible;
use crate::workspace::Workspace;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Where a test may kill: the directory has the password and nobody was told, somebody was told and nothing says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    PasswordSet,
    PasswordTold,
}

/// Hands passwords over.
#[derive(Debug)]
pub(super) struct Passwords {
    sealed: SealedPasswords,
    /// What brings them, where the policy has a notice for it; else why nothing can.
    courier: Option<Result<Courier, String>>,
    told: Mutex<Told>,
}

/// What was told so far.
#[derive(Debug, Default)]
struct Told {
    passwords: usize,
    /// What did not reach somebody although the password is handed over.
    problems: Vec<String>,
}

impl Passwords {
    /// As policy and configuration say.
    pub(super) fn new(workspace: &Workspace, policy: &Policy) -> Self {
        let rules = &policy.rules;
        let courier = || {
            let ways = workspace.ways(&|name| std::env::var(name).ok());
            let ways = ways.map_err(|error| Report::from(error).message().to_owned())?;
            Ok(Courier::new(ways, rules.password.plain_mail))
        };
        Self {
            sealed: SealedPasswords::new(workspace, &rules.password.sealed_to),
            courier: rules.tells_passwords().then(courier),
            told: Mutex::default(),
        }
    }

    /// Computes the passwords of these people, where the policy does.
    pub(super) fn compute(&mut self, reading: &Reading) {
        self.sealed.compute(reading);
    }

    /// Says before anything is done whose accounts have to wait, because their password could reach nobody.
    pub(super) fn warn(&self, plan: &Plan, output: &mut Output) {
        if self.courier.is_none() || self.sealed.seals() {
            return;
        }
        let waits = plan.waiting();
        let mut why: BTreeMap<String, usize> = BTreeMap::new();
        for ((id, action), waits) in (0_u32..).map(ActionId).zip(&plan.actions).zip(waits) {
            if waits || !matches!(action.change, Change::SetPassword { .. }) {
                continue;
            }
            let brings = |notice: &&Notice| notice.tells_password() && notice.after.contains(&id);
            let notices: Vec<&Notice> = plan.notices.iter().filter(brings).collect();
            if let Some(hindrance) = self.hindrance(&notices) {
                *why.entry(hindrance).or_default() += 1;
            }
        }
        for (why, number) in why {
            let whose = if number == 1 {
                "1 new password could reach nobody, and its account waits".to_owned()
            } else {
                format!("{number} new passwords could reach nobody, and their accounts wait")
            };
            output.error(&format!("{whose}: {why}"));
        }
        if let Some(Ok(courier)) = &self.courier {
            for help in courier.helps() {
                output.error(&format!("  help: {help}"));
            }
        }
    }

    /// Says where passwords are.
    pub(super) fn say_where(&mut self, output: &mut Output) {
        self.sealed.say_where(output);
        let told = self.told.get_mut().unwrap_or_else(PoisonError::into_inner);
        match std::mem::take(&mut told.passwords) {
            0 => {}
            1 => output.say("1 new password was told by notice"),
            more => output.say(&format!("{more} new passwords were told by notice")),
        }
        for problem in std::mem::take(&mut told.problems) {
            output.error(&format!(
                "{}; it is not sent again, for the password is kept nowhere",
                visible(&problem)
            ));
        }
    }

    /// Sends each of the notices; what came of it.
    fn tell(&self, to: &Owner<'_>, password: &SecretString) -> Result<Vec<Letter>, NotHanded> {
        let mut letters = Vec::new();
        let courier = match &self.courier {
            Some(Ok(courier)) => courier,
            Some(Err(why)) => {
                letters.extend((0..to.notices.len()).map(|notice| Letter {
                    notice,
                    id: new_id(to),
                    deliveries: Vec::new(),
                    problem: Some(why.clone()),
                }));
                return Ok(letters);
            }
            None => return Ok(letters),
        };
        for (position, notice) in to.notices.iter().enumerate() {
            let body = notice.body_with(password.expose_secret());
            let body = body.ok_or_else(|| NotHanded::Told("its place is not there".to_owned()))?;
            let id = new_id(to);
            let message = Message::at_once(
                (&id, &notice.name, &notice.event),
                notice.person.to_string(),
                &notice.to,
                &notice.subject,
                &body,
            );
            let brought = courier.bring(&message, Timestamp::now());
            letters.push(Letter {
                notice: position,
                id,
                deliveries: brought.deliveries,
                problem: brought.problem,
            });
        }
        Ok(letters)
    }

    fn remember(&self, to: &Owner<'_>, letters: &[Letter]) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.passwords += usize::from(letters.iter().any(Letter::arrived));
        for letter in letters {
            let (Some(problem), Some(notice)) = (&letter.problem, to.notices.get(letter.notice))
            else {
                continue;
            };
            let whose = &notice.person;
            told.problems
                .push(format!("{} of {whose}: {problem}", notice.name));
        }
    }
}

impl Handover for Passwords {
    fn computed(&self, to: &Owner<'_>) -> Option<SecretString> {
        self.sealed.computed(to)
    }

    fn hindrance(&self, notices: &[&Notice]) -> Option<String> {
        let courier = self.courier.as_ref()?;
        if self.sealed.seals() {
            return None;
        }
        let courier = match courier {
            Ok(courier) => courier,
            Err(why) => return Some(why.clone()),
        };
        if notices.is_empty() {
            let why = "no notice goes to anybody who could bring it: see what the plan says cannot be told";
            return Some(why.to_owned());
        }
        let closed = notices.iter().map(|notice| courier.closed(&notice.name));
        let mut why = closed.collect::<Option<Vec<String>>>()?;
        why.dedup();
        Some(why.join("; "))
    }

    fn prepare(&self, to: &Owner<'_>, password: &SecretString) -> Result<(), NotHanded> {
        if let Some(why) = self.hindrance(to.notices) {
            return Err(NotHanded::Told(why));
        }
        self.sealed.prepare(to, password)
    }

    fn hand_over(&self, to: &Owner<'_>, password: &SecretString) -> Result<Handed, NotHanded> {
        if self.courier.is_none() || to.notices.is_empty() {
            return self.sealed.hand_over(to, password);
        }
        pass_named(&Step::PasswordSet);
        let letters = self.tell(to, password)?;
        pass_named(&Step::PasswordTold);
        let arrived = letters.iter().any(Letter::arrived);
        let mut all = letters.iter().flat_map(|letter| &letter.deliveries);
        let perhaps = all.any(|one| one.progress == Progress::Sending);
        if !arrived && (perhaps || !self.sealed.seals()) {
            let problems = letters.into_iter().filter_map(|letter| letter.problem);
            return Err(NotHanded::Told(problems.collect::<Vec<_>>().join("; ")));
        }
        self.sealed.hand_over(to, password)?;
        self.remember(to, &letters);
        Ok(Handed::Told(letters))
    }
}

/// Another id each time: whoever ignores a repeat must not ignore another password.
fn new_id(to: &Owner<'_>) -> String {
    format!("{}.{}", to.run, Uuid::new_v4().simple())
}
