//! The explanation as data.

use super::{Subject, View, desired, terms};
use crate::policy::explain::{TraceVerdict, Traced};
use crate::policy::{AttributeWish, GroupWish, RuleId, Standing, UnitWish};
use serde_json::{Value as Json, json};

impl View<'_> {
    /// Everything about the person, or about what was asked.
    pub(super) fn json(&self, subject: &Subject<'_>) -> Json {
        let stage = match &self.wish.standing {
            Standing::In { stage, .. } => json!(
                self.policy
                    .rules
                    .stage(*stage)
                    .map(|stage| stage.name.to_string())
            ),
            Standing::Held { reason, .. } => json!({ "held": &**reason }),
        };
        let mut result = json!({
            "person": self.wish.person.to_string(),
            "name": self.name,
            "stage": stage,
            "lifecycle": self.rows_json(&self.explanation.stage),
        });
        if let (Some(result), Some(present)) = (result.as_object_mut(), &self.present) {
            result.insert("account".to_owned(), present.account_json());
        }
        let part = match subject {
            Subject::Everything => json!({
                "unit": match &self.wish.unit {
                    UnitWish::In(dn, rule) => json!({ "dn": dn.as_str(), "rule": self.rule_json(*rule) }),
                    UnitWish::Untouched(rule) => json!({ "untouched": true, "rule": self.rule_json(*rule) }),
                    UnitWish::Held(why, rule) => json!({ "held": &**why, "rule": self.rule_json(*rule) }),
                },
                "attributes": self.wish.attributes.iter().map(|wish| self.attribute_json(wish)).collect::<Vec<_>>(),
                "groups": self.granted().map(|wish| self.group_json(wish)).collect::<Vec<_>>(),
                "other_groups": self.present.as_ref().map(|present| present.others_json(self.granted())),
                "next": self.present.as_ref().map(super::Present::next_json),
            }),
            Subject::Attribute(wish) => json!({ "attribute": self.attribute_json(wish) }),
            Subject::NoRule(attribute) => {
                let mut value = json!({ "name": attribute, "rule": null });
                self.add_present(&mut value, attribute, None);
                json!({ "attribute": value })
            }
            Subject::Group(name) => {
                let rows = self.explanation.groups.iter();
                let rows = rows.filter(|groups| {
                    groups
                        .possible
                        .iter()
                        .any(|group| group.eq_ignore_ascii_case(name))
                });
                let rows: Vec<Traced> = rows.map(|groups| groups.row.clone()).collect();
                let mut granted = self.granted();
                let granted = granted.any(|wish| wish.group.eq_ignore_ascii_case(name));
                let terms: Vec<Json> = terms::of_group(self.policy, self.wish, name)
                    .into_iter()
                    .map(|(what, rule)| json!({ "what": what, "rule": self.rule_json(rule) }))
                    .collect();
                json!({
                    "terms": terms,
                    "group": name,
                    "granted": granted,
                    "gives_way_to": self.gives_way(name).map(|(to, _)| to),
                    "rows": self.rows_json(&rows),
                    "now": self.present.as_ref().map(|present| present.membership_json(name)),
                })
            }
        };
        if let (Some(result), Json::Object(part)) = (result.as_object_mut(), part) {
            result.extend(part);
        }
        result
    }

    fn attribute_json(&self, wish: &AttributeWish) -> Json {
        let mut value = json!({
            "name": &*wish.attribute,
            "value": desired(self.policy, &wish.value),
            "overlay": wish.overlay,
            "rule": self.rule_json(wish.rule),
        });
        self.add_present(&mut value, &wish.attribute, Some(wish.rule));
        value
    }

    /// What an attribute has now, and what the next plan writes, where a directory can be read.
    fn add_present(&self, value: &mut Json, attribute: &str, rule: Option<RuleId>) {
        if let (Some(value), Some(present)) = (value.as_object_mut(), &self.present) {
            value.extend(present.attribute_json(attribute, rule));
        }
    }

    fn group_json(&self, wish: &GroupWish) -> Json {
        json!({
            "group": &*wish.group,
            "rule": self.rule_json(wish.rule),
            "now": self.present.as_ref().map(|present| present.membership_json(&wish.group)),
        })
    }

    fn rule_json(&self, rule: RuleId) -> Json {
        let rule = self.policy.rules.rule(rule);
        rule.map_or(
            Json::Null,
            |rule| json!({ "text": &*rule.text, "file": &*rule.file, "line": rule.line }),
        )
    }

    fn rows_json(&self, rows: &[Traced]) -> Json {
        let rows = rows.iter().map(|row| {
            let verdict = match row.verdict {
                TraceVerdict::Decides => "decides",
                TraceVerdict::Fails => "fails",
                TraceVerdict::Unknown => "unknown",
                TraceVerdict::NotReached => "not-reached",
            };
            let facts = row.facts.iter().map(|fact| {
                let values: Vec<Json> = fact.values.iter().map(|(name, value)| json!({ "name": &**name, "value": &**value })).collect();
                json!({ "condition": &*fact.condition, "holds": fact.holds, "values": values })
            });
            json!({ "rule": self.rule_json(row.rule), "verdict": verdict, "facts": facts.collect::<Vec<_>>() })
        });
        Json::Array(rows.collect())
    }
}
