//! Other people: their fields, and who reports to whom.

use super::ask::Ask;
use super::value::{Answer, List, Value, truth};

impl Ask<'_> {
    /// A field of another person, of whom nothing is known where the record cannot be read.
    pub(super) fn of_person(&self, key: &str, name: &str) -> Answer {
        let record = self.people.get(key).filter(|record| !record.quarantined);
        match (name, record) {
            (_, None) => Answer::Unknown,
            ("reports" | "all_reports" | "is_manager", _) => self.relation(key, name),
            (_, Some(record)) => record.fields[name].clone(),
        }
    }

    pub(super) fn relation(&self, key: &str, name: &str) -> Answer {
        let team = match name {
            "all_reports" => self.all_reports(key),
            _ => self.reports(key),
        };
        if name != "is_manager" {
            return Answer::Is(Value::List(team));
        }
        match (team.items.is_empty(), team.more) {
            (false, _) => truth(true),
            (true, false) => truth(false),
            (true, true) => Answer::Unknown,
        }
    }

    /// Those whose supervisor is this person; of a record whose supervisor cannot be read nobody knows.
    fn reports(&self, key: &str) -> List {
        let mut team = List {
            items: Vec::new(),
            more: false,
        };
        for record in &self.people.records {
            match record.fields.get("supervisor") {
                Some(Answer::Is(Value::Person(one))) if one == key => match &record.key {
                    Some(key) => team.items.push(Answer::Is(Value::Person(key.clone()))),
                    None => team.more = true,
                },
                Some(Answer::Unknown) => team.more = true,
                _ => {}
            }
        }
        team
    }

    /// They and theirs, down to the end.
    fn all_reports(&self, key: &str) -> List {
        let mut all = self.reports(key);
        let mut next = 0;
        while let Some(Answer::Is(Value::Person(one))) = all.items.get(next).cloned() {
            let theirs = self.reports(&one);
            all.more |= theirs.more;
            for item in theirs.items {
                if !all.items.contains(&item) {
                    all.items.push(item);
                }
            }
            next += 1;
        }
        // Who stands in a circle has no end of reports.
        if all
            .items
            .contains(&Answer::Is(Value::Person(key.to_owned())))
        {
            return List {
                more: true,
                ..self.reports(key)
            };
        }
        all.items.sort_by_key(|item| match item {
            Answer::Is(Value::Person(key)) => key.parse::<i64>().unwrap(),
            other => unreachable!("these are people: {other:?}"),
        });
        all
    }
}
