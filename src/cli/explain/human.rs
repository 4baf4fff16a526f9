//! The explanation as a person reads it.

use super::{Subject, View, desired, terms};
use crate::cli::view::Options;
use crate::policy::explain::{TraceVerdict, Traced, TracedGroups};
use crate::policy::{AttributeWish, GroupWish, RuleId, Standing, UnitWish};
use crate::text::visible;
use std::fmt::Write;

impl View<'_> {
    /// Everything about the person, or about what was asked.
    pub(super) fn human(&self, subject: &Subject<'_>, options: &Options) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{} ({})", self.name, self.wish.person);
        if let Some(present) = &self.present {
            let _ = writeln!(text, "\n{}", present.account());
        }
        match subject {
            Subject::Everything => {
                self.stage(&mut text);
                self.unit(&mut text);
                text.push_str("\nattributes\n");
                for wish in &self.wish.attributes {
                    self.attribute_line(wish, &mut text);
                }
                text.push_str("\ngroups\n");
                for wish in self.granted() {
                    self.group_line(wish, &mut text);
                }
                for one in &self.wish.invariants {
                    if let Some(rule) = self.policy.rules.invariants.get(one.index as usize) {
                        let _ = writeln!(
                            text,
                            "  ! {:<38} {}",
                            visible(&rule.title),
                            self.place(rule.rule)
                        );
                    }
                }
                for wish in &self.wish.groups.forbidden {
                    let _ = writeln!(
                        text,
                        "  ! {:<38} {}",
                        format!("never {}", visible(&wish.group)),
                        self.place(wish.rule)
                    );
                }
                if let Some(present) = &self.present {
                    for line in present.others(self.granted()) {
                        let _ = writeln!(text, "  {line}");
                    }
                    text.push_str(&present.next(options));
                }
            }
            Subject::Attribute(wish) => {
                let _ = writeln!(
                    text,
                    "\n{} = {}",
                    wish.attribute,
                    desired(self.policy, &wish.value)
                );
                let _ = writeln!(text, "  by {}", self.rule(wish.rule));
                self.now(&wish.attribute, Some(wish.rule), &mut text);
                if wish.overlay {
                    text.push_str("  the stage says so; its end brings the former value back\n");
                }
                self.stage(&mut text);
            }
            Subject::NoRule(attribute) => {
                let _ = writeln!(
                    text,
                    "\n{attribute} is left as it is: no rule of this policy speaks of it for this person"
                );
                self.now(attribute, None, &mut text);
                self.stage(&mut text);
            }
            Subject::Group(name) => self.group(name, &mut text),
        }
        text
    }

    /// One attribute in a line, and what is there below it.
    fn attribute_line(&self, wish: &AttributeWish, text: &mut String) {
        let _ = writeln!(
            text,
            "  {:<28} {:<40} {}",
            wish.attribute,
            desired(self.policy, &wish.value),
            self.place(wish.rule)
        );
        if let Some(present) = &self.present {
            for line in present.attribute(&wish.attribute, Some(wish.rule)) {
                let _ = writeln!(text, "    {line}");
            }
        }
    }

    /// What an attribute has now, and what becomes of it.
    fn now(&self, attribute: &str, rule: Option<RuleId>, text: &mut String) {
        if let Some(present) = &self.present {
            for line in present.attribute(attribute, rule) {
                let _ = writeln!(text, "  {line}");
            }
        }
    }

    /// One granted group in a line, and whether it is there below it.
    fn group_line(&self, wish: &GroupWish, text: &mut String) {
        let (mark, name) = match self.gives_way(&wish.group) {
            None => ("+", visible(&wish.group).into_owned()),
            Some((to, _)) => (
                " ",
                visible(&format!("{} gives way to {to}", wish.group)).into_owned(),
            ),
        };
        let _ = writeln!(text, "  {mark} {name:<38} {}", self.place(wish.rule));
        if let Some(present) = &self.present {
            for line in present.membership(&wish.group) {
                let _ = writeln!(text, "    {line}");
            }
        }
    }

    fn stage(&self, text: &mut String) {
        let title = match &self.wish.standing {
            Standing::In { stage, .. } => {
                let stage = self.policy.rules.stage(*stage);
                stage
                    .map(|stage| format!("stage {}", stage.name))
                    .unwrap_or_default()
            }
            Standing::Held { reason, .. } => format!("held: {}", visible(reason)),
        };
        let _ = writeln!(text, "\n{title}");
        self.rows(&self.explanation.stage, text);
    }

    fn unit(&self, text: &mut String) {
        let title = match &self.wish.unit {
            UnitWish::In(dn, _) => format!("unit {}", visible(dn.as_str())),
            UnitWish::Untouched(_) => "unit as it is".to_owned(),
            UnitWish::Held(why, _) => format!("unit held: {}", visible(why)),
        };
        let _ = writeln!(text, "\n{title}");
        if let UnitWish::In(_, rule) | UnitWish::Untouched(rule) = &self.wish.unit
            && !self.explanation.unit.iter().any(|row| row.rule == *rule)
        {
            let _ = writeln!(text, "  by {}", self.rule(*rule));
            return;
        }
        self.rows(&self.explanation.unit, text);
    }

    fn group(&self, name: &str, text: &mut String) {
        let is = |group: &str| group.eq_ignore_ascii_case(name);
        let granted = self.granted().find(|wish| is(&wish.group));
        let forbidden = self
            .wish
            .groups
            .forbidden
            .iter()
            .find(|wish| is(&wish.group));
        let verdict = match (granted, forbidden, self.gives_way(name)) {
            (_, Some(wish), _) => format!("never {name}: {}", self.rule(wish.rule)),
            (Some(_), None, Some((to, rule))) => {
                format!("{name} gives way to {to}: {}", self.rule(rule))
            }
            (Some(wish), None, None) => format!("member of {name}: {}", self.rule(wish.rule)),
            (None, None, _) => format!("no rule gives {name}"),
        };
        let _ = writeln!(text, "\n{}", visible(&verdict));
        if let Some(present) = &self.present {
            for line in present.membership(name) {
                let _ = writeln!(text, "  {line}");
            }
        }
        let speaks = |groups: &&TracedGroups| groups.possible.iter().any(|group| is(group));
        let rows: Vec<Traced> = self
            .explanation
            .groups
            .iter()
            .filter(speaks)
            .map(|groups| groups.row.clone())
            .collect();
        self.rows(&rows, text);
        let restriction = [&self.wish.groups.restriction, &self.wish.lists.restriction];
        for rule in restriction
            .into_iter()
            .filter_map(|restriction| restriction.rule)
        {
            let _ = writeln!(text, "  the stage restricts: {}", self.rule(rule));
        }
        for (what, rule) in terms::of_group(self.policy, self.wish, name) {
            let _ = writeln!(text, "  {what}: {}", self.rule(rule));
        }
        self.stage(text);
    }

    fn rows(&self, rows: &[Traced], text: &mut String) {
        for row in rows {
            let mark = match row.verdict {
                TraceVerdict::Decides => "=>",
                TraceVerdict::Fails => " -",
                TraceVerdict::Unknown => " ?",
                TraceVerdict::NotReached => "  ",
            };
            if row.verdict == TraceVerdict::NotReached {
                continue;
            }
            let _ = writeln!(text, "  {mark} {}", self.rule(row.rule));
            for fact in &row.facts {
                let holds = if fact.holds { "holds" } else { "fails" };
                let values: Vec<String> = fact
                    .values
                    .iter()
                    .map(|(name, value)| format!("{name} is {}", visible(value)))
                    .collect();
                let _ = writeln!(
                    text,
                    "       {} {holds}: {}",
                    visible(&fact.condition),
                    values.join(", ")
                );
            }
        }
    }
}
