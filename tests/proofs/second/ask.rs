//! Expressions over one person: the reference's chapters 'Missing', 'Unknown' and 'Expressions', word by word.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tenure::syntax::ast::{Clock, CompareOp, Expr, ExprKind, Part, Quantifier, Rows, Template};

use super::declared::Policy;
use super::people::{People, Record, typed};
use super::tally::Tally;
use super::value::{Answer, List, NEVER, Number, Value, list, order, truth};
use super::{library, pattern, time};

/// Names that are not the policy's own: parameters of a function, the element of a quantifier.
pub(super) type Locals = BTreeMap<String, Answer>;

/// One person at one instant.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) policy: &'a Policy,
    pub(super) people: &'a People,
    pub(super) who: &'a Record,
    pub(super) now: Timestamp,
    pub(super) zone: TimeZone,
    pub(super) tally: &'a Tally,
    /// The instants at which a comparison that was met changes.
    pub(super) changes: RefCell<Vec<Timestamp>>,
}

impl Ask<'_> {
    /// The day of `now` in the person's zone.
    pub(super) fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }

    /// What a condition is: a missing one does not hold, and `None` is unknown.
    pub(super) fn holds(&self, condition: &Expr, locals: &Locals) -> Option<bool> {
        match self.value(condition, locals) {
            Answer::Is(Value::Bool(truth)) => Some(truth),
            Answer::Missing => Some(false),
            Answer::Unknown => None,
            Answer::Is(other) => unreachable!("the checker takes no {other:?} for a condition"),
        }
    }

    /// What an expression gives.
    pub(super) fn value(&self, expr: &Expr, locals: &Locals) -> Answer {
        let value = self.value_of(expr, locals);
        if value == Answer::Missing {
            self.tally.met_missing();
        }
        value
    }

    fn value_of(&self, expr: &Expr, locals: &Locals) -> Answer {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, locals),
            ExprKind::Call { name, args } => self.call(&name.value, args, locals),
            ExprKind::Text(template) => self.template(template, locals),
            ExprKind::Int(number) => Answer::Is(Value::Number(Number::whole((*number).into()))),
            ExprKind::Number(digits) => Answer::Is(Value::Number(Number::parse(digits).unwrap())),
            ExprKind::Bool(value) => truth(*value),
            ExprKind::Date(date) => Answer::Is(Value::Date(*date)),
            ExprKind::Time(time) => Answer::Is(Value::Time(*time)),
            ExprKind::Duration(length) => Answer::Is(Value::Length(time::length(*length))),
            ExprKind::Clock(Clock::Never) => Answer::Is(Value::Date(NEVER)),
            ExprKind::List(items) => self.list(items, locals),
            ExprKind::Paren(inner) => self.value(inner, locals),
            ExprKind::Not(inner) => {
                let mark = self.tally.mark();
                let holds = self.holds(inner, locals).map(|holds| !holds);
                self.truth("not", holds, mark)
            }
            ExprKind::And(parts) => {
                let mark = self.tally.mark();
                let mut holds = Some(true);
                for part in parts {
                    match self.holds(part, locals) {
                        Some(true) => {}
                        Some(false) => {
                            holds = Some(false);
                            break;
                        }
                        None => holds = None,
                    }
                }
                self.truth("and", holds, mark)
            }
            ExprKind::Or(parts) => {
                let mark = self.tally.mark();
                let mut holds = Some(false);
                for part in parts {
                    match self.holds(part, locals) {
                        Some(false) => {}
                        Some(true) => {
                            holds = Some(true);
                            break;
                        }
                        None => holds = None,
                    }
                }
                self.truth("or", holds, mark)
            }
            ExprKind::Compare {
                op, left, right, ..
            } => {
                let mark = self.tally.mark();
                let holds = self.compare(*op, left, right, locals);
                self.truth(sign(*op), holds, mark)
            }
            ExprKind::In { item, list } => {
                let mark = self.tally.mark();
                let holds = self.is_in(item, list, locals);
                self.truth("in", holds, mark)
            }
            ExprKind::Matches { text, pattern } => {
                let mark = self.tally.mark();
                let holds = match self.value(text, locals) {
                    Answer::Unknown => None,
                    Answer::Missing => Some(false),
                    Answer::Is(value) => Some(pattern::fits(&value.to_string(), pattern)),
                };
                self.truth("matches", holds, mark)
            }
            ExprKind::IsPresent(inner) => {
                let mark = self.tally.mark();
                let holds = self.is_there(inner, locals);
                self.truth("is present", holds, mark)
            }
            ExprKind::IsMissing(inner) => {
                let mark = self.tally.mark();
                let holds = self.is_there(inner, locals).map(|there| !there);
                self.truth("is missing", holds, mark)
            }
            ExprKind::Else(first, second) => {
                let mark = self.tally.mark();
                let first = self.value(first, locals);
                self.note("else", &first, mark);
                match first {
                    Answer::Missing => self.value(second, locals),
                    other => other,
                }
            }
            ExprKind::At(day, at) => {
                let mark = self.tally.mark();
                let value = self.both(day, at, locals, |day, at| time::at(day, at, &self.zone));
                self.note("at", &value, mark);
                value
            }
            ExprKind::Add(left, right) => {
                let mark = self.tally.mark();
                let value = self.both(left, right, locals, |left, right| {
                    time::plus(left, right, 1, &self.zone)
                });
                self.note("+", &value, mark);
                value
            }
            ExprKind::Subtract(left, right) => {
                let mark = self.tally.mark();
                let value = self.both(left, right, locals, |left, right| {
                    time::plus(left, right, -1, &self.zone)
                });
                self.note("-", &value, mark);
                value
            }
            ExprKind::Field { base, name } => self.field(base, &name.value, locals),
            ExprKind::Method { base, name, args } => self.method(base, &name.value, args, locals),
            ExprKind::Index { base, key } => self.row(base, key, locals),
            ExprKind::Choose(rows) => self.choose(rows, locals),
            ExprKind::Quantifier {
                quantifier,
                variable,
                list,
                condition,
            } => self.quantifier(*quantifier, &variable.value, list, condition, locals),
            ExprKind::Clock(Clock::Now | Clock::Today)
            | ExprKind::Account(_)
            | ExprKind::Regex(_)
            | ExprKind::Error => unreachable!("the checker lets no {expr:?} stand here"),
        }
    }

    /// A condition's outcome, counted.
    fn truth(&self, construct: &'static str, holds: Option<bool>, mark: u64) -> Answer {
        self.tally.note(construct, holds, mark);
        holds.map_or(Answer::Unknown, truth)
    }

    /// Whether a value is there, counted.
    fn note(&self, construct: &'static str, value: &Answer, mark: u64) {
        let there = match value {
            Answer::Is(_) => Some(true),
            Answer::Missing => Some(false),
            Answer::Unknown => None,
        };
        self.tally.note(construct, there, mark);
    }

    fn is_there(&self, expr: &Expr, locals: &Locals) -> Option<bool> {
        match self.value(expr, locals) {
            // One that is known is enough.
            Answer::Is(Value::List(list)) => {
                let known = list.items.iter().any(|item| *item != Answer::Unknown);
                let unknown = list.more || list.items.contains(&Answer::Unknown);
                (known || !unknown).then_some(known)
            }
            Answer::Is(_) => Some(true),
            Answer::Missing => Some(false),
            Answer::Unknown => None,
        }
    }

    /// Something of two values: unknown if one is, missing if one is.
    fn both(
        &self,
        left: &Expr,
        right: &Expr,
        locals: &Locals,
        of: impl Fn(&Value, &Value) -> Value,
    ) -> Answer {
        match (self.value(left, locals), self.value(right, locals)) {
            (Answer::Unknown, _) | (_, Answer::Unknown) => Answer::Unknown,
            (Answer::Missing, _) | (_, Answer::Missing) => Answer::Missing,
            (Answer::Is(left), Answer::Is(right)) => Answer::Is(of(&left, &right)),
        }
    }

    fn name(&self, name: &str, locals: &Locals) -> Answer {
        if let Some(value) = locals.get(name) {
            return value.clone();
        }
        if let Some(value) = self.who.fields.get(name) {
            return value.clone();
        }
        if let Some(item) = self.policy.lets.get(name) {
            return self.value(&item.value, &Locals::new());
        }
        if let Some(item) = self.policy.params.get(name) {
            return self.value(item.default.as_ref().unwrap(), &Locals::new());
        }
        if let Some(index) = self.policy.uniques.iter().position(|one| one == name) {
            return Answer::Is(Value::Text(format!("<{index}>")));
        }
        if self.policy.tables.contains_key(name) {
            return Answer::Is(Value::Table(name.to_owned()));
        }
        match (name, &self.who.key) {
            ("reports" | "all_reports" | "is_manager", Some(key)) => self.relation(key, name),
            ("reports" | "all_reports" | "is_manager", None) => Answer::Unknown,
            _ => unreachable!("the checker knows no name {name}"),
        }
    }

    /// `f(a)`: each argument is worked out once, conditions are decided before they are given away.
    fn call(&self, name: &str, args: &[Expr], locals: &Locals) -> Answer {
        if name == "disclose" {
            return self.value(&args[0], locals);
        }
        let function = &self.policy.functions[name];
        let mark = self.tally.mark();
        let mut given = Locals::new();
        for ((param, _), arg) in function.params.iter().zip(args) {
            given.insert(param.value.to_string(), self.value(arg, locals));
        }
        let value = self.value(&function.body, &given);
        match &value {
            Answer::Is(Value::Bool(holds)) => self.tally.note("fn", Some(*holds), mark),
            other => self.note("fn", other, mark),
        }
        value
    }

    fn template(&self, template: &Template, locals: &Locals) -> Answer {
        if let Some(literal) = template.literal() {
            return Answer::Is(Value::Text(literal.to_owned()));
        }
        let mark = self.tally.mark();
        let mut whole = String::new();
        let mut value = None;
        for part in &template.parts {
            match part {
                Part::Literal(text, _) => whole.push_str(text),
                Part::Hole(expr, _) => match self.value(expr, locals) {
                    Answer::Is(value) => whole.push_str(&value.to_string()),
                    other => {
                        value = Some(other);
                        break;
                    }
                },
            }
        }
        let value = value.unwrap_or(Answer::Is(Value::Text(whole)));
        self.note("template", &value, mark);
        value
    }

    /// A list that is written out leaves out what is missing.
    fn list(&self, items: &[Expr], locals: &Locals) -> Answer {
        let items = items.iter().map(|item| self.value(item, locals));
        list(items.filter(|item| *item != Answer::Missing).collect())
    }

    fn compare(&self, op: CompareOp, left: &Expr, right: &Expr, locals: &Locals) -> Option<bool> {
        if let Some(clock) = clock(left) {
            return self.against_clock(clock, op, right, locals);
        }
        if let Some(clock) = clock(right) {
            return self.against_clock(clock, turned(op), left, locals);
        }
        let (left, right) = (self.value(left, locals), self.value(right, locals));
        compared(op, &left, &right)
    }

    /// `now` or `today` on the left, which makes a moment at which the answer changes.
    fn against_clock(
        &self,
        clock: Clock,
        op: CompareOp,
        other: &Expr,
        locals: &Locals,
    ) -> Option<bool> {
        let other = self.value(other, locals);
        let here = match clock {
            Clock::Now => Value::Moment(super::value::Moment::At(self.now)),
            Clock::Today | Clock::Never => Value::Date(self.today()),
        };
        if let Answer::Is(value) = &other {
            let mut changes = self.changes.borrow_mut();
            changes.extend(time::changes(op, value, &self.zone));
        }
        compared(op, &Answer::Is(here), &other)
    }

    fn is_in(&self, item: &Expr, list: &Expr, locals: &Locals) -> Option<bool> {
        let item = self.value(item, locals);
        let list = self.value(list, locals);
        match (&item, &list) {
            (Answer::Missing, _) => Some(false),
            (Answer::Unknown, _) | (_, Answer::Unknown) => None,
            (_, Answer::Missing) => Some(false),
            (Answer::Is(_), Answer::Is(Value::List(list))) => {
                let mut found = Some(false);
                for one in &list.items {
                    match compared(CompareOp::Equal, &item, one) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => found = None,
                    }
                }
                found
            }
            _ => unreachable!("the checker takes no {list:?} for a list"),
        }
    }

    fn choose(&self, rows: &Rows, locals: &Locals) -> Answer {
        for row in &rows.rows {
            let mark = self.tally.mark();
            let holds = self.holds(&row.condition, locals);
            self.tally.note("choose row", holds, mark);
            match holds {
                Some(true) => return self.value(&row.result, locals),
                Some(false) => {}
                None => return Answer::Unknown,
            }
        }
        let (_, otherwise) = rows.otherwise.as_ref().unwrap();
        self.value(otherwise, locals)
    }

    fn quantifier(
        &self,
        quantifier: Quantifier,
        variable: &str,
        list: &Expr,
        condition: &Expr,
        locals: &Locals,
    ) -> Answer {
        let mark = self.tally.mark();
        let list = match self.value(list, locals) {
            Answer::Is(Value::List(list)) => list,
            Answer::Missing => List {
                items: Vec::new(),
                more: false,
            },
            Answer::Unknown => List {
                items: Vec::new(),
                more: true,
            },
            Answer::Is(other) => unreachable!("the checker takes no {other:?} for a list"),
        };
        let (mut met, mut unknown) = (0, list.more);
        // What decides: one that holds for `any`, one that does not for `all`, nothing for `count`.
        let mut decided = None;
        for item in &list.items {
            // It may turn out to be missing, and then it is no element.
            if *item == Answer::Unknown {
                unknown = true;
                continue;
            }
            let mut inner = locals.clone();
            inner.insert(variable.to_owned(), item.clone());
            match (self.holds(condition, &inner), quantifier) {
                (None, _) => unknown = true,
                (Some(true), Quantifier::Any) => decided = Some(true),
                (Some(false), Quantifier::All) => decided = Some(false),
                (Some(holds), _) => met += i128::from(holds),
            }
            if decided.is_some() {
                break;
            }
        }
        let word = match quantifier {
            Quantifier::Any => "any",
            Quantifier::All => "all",
            Quantifier::Count => {
                let counted = (!unknown).then_some(met);
                let outcome = counted.map(|met| met > 0);
                self.tally.note("count", outcome, mark);
                return counted.map_or(Answer::Unknown, super::value::number);
            }
        };
        let rest = (!unknown).then_some(quantifier == Quantifier::All);
        self.truth(word, decided.or(rest), mark)
    }

    /// `sites[office]`.
    fn row(&self, base: &Expr, key: &Expr, locals: &Locals) -> Answer {
        let mark = self.tally.mark();
        let Answer::Is(Value::Table(name)) = self.value(base, locals) else {
            unreachable!("the checker looks up in tables alone");
        };
        let key = self.value(key, locals);
        let table = &self.policy.tables[&name];
        let column = table
            .columns
            .iter()
            .find(|one| one.name == table.key)
            .unwrap();
        let value = match key {
            Answer::Is(key) => {
                let is = |row: &BTreeMap<String, String>| {
                    typed(column, &row[&table.key]) == Some(Answer::Is(key.clone()))
                };
                let row = table.rows.iter().position(is);
                row.map_or(Answer::Missing, |row| {
                    Answer::Is(Value::Row { table: name, row })
                })
            }
            other => other,
        };
        self.note("table row", &value, mark);
        value
    }

    fn field(&self, base: &Expr, name: &str, locals: &Locals) -> Answer {
        let mark = self.tally.mark();
        let (construct, value) = match self.value(base, locals) {
            Answer::Is(Value::Person(key)) => ("relation", self.of_person(&key, name)),
            Answer::Is(Value::Row { table, row }) => {
                let table = &self.policy.tables[&table];
                let column = table.columns.iter().find(|one| one.name == name).unwrap();
                ("table cell", typed(column, &table.rows[row][name]).unwrap())
            }
            Answer::Is(Value::Table(table)) => {
                let table = &self.policy.tables[&table];
                let column = table.columns.iter().find(|one| one.name == name).unwrap();
                let cells = table
                    .rows
                    .iter()
                    .map(|row| typed(column, &row[name]).unwrap());
                let cells = cells.filter(|cell| *cell != Answer::Missing);
                ("table column", list(cells.collect()))
            }
            Answer::Is(Value::Employment(fields)) => {
                let field = fields.iter().find(|(field, _)| field == name).unwrap();
                ("employment field", field.1.clone())
            }
            Answer::Is(other) => unreachable!("the checker knows no fields of {other:?}"),
            // A condition is no value that somebody owes: nobody leads for want of a person of whom to ask it.
            Answer::Missing if name == "is_manager" => ("relation", truth(false)),
            other => ("field of nothing", other),
        };
        self.note(construct, &value, mark);
        value
    }

    fn method(&self, base: &Expr, name: &str, args: &[Expr], locals: &Locals) -> Answer {
        let mark = self.tally.mark();
        let mut given = Vec::new();
        for arg in std::iter::once(base).chain(args) {
            if let ExprKind::Regex(regex) = &arg.kind {
                given.push(Value::Text(regex.to_string()));
                continue;
            }
            match self.value(arg, locals) {
                Answer::Is(Value::List(list)) if list.items.contains(&Answer::Unknown) => {
                    return Answer::Unknown;
                }
                Answer::Is(value) => given.push(value),
                other => {
                    self.note("function", &other, mark);
                    return other;
                }
            }
        }
        let value = library::call(name, &given[0], &given[1..]);
        match &value {
            Answer::Is(Value::Bool(holds)) => self.tally.note("function: bool", Some(*holds), mark),
            other => self.note("function", other, mark),
        }
        value
    }
}

/// `now` or `today`, alone on its side.
fn clock(expr: &Expr) -> Option<Clock> {
    match &expr.kind {
        ExprKind::Clock(clock @ (Clock::Now | Clock::Today)) => Some(*clock),
        ExprKind::Paren(inner) => clock(inner),
        _ => None,
    }
}

/// Whether it is not known, or not known wholly: a list hangs on each of its elements.
fn is_unknown(answer: &Answer) -> bool {
    match answer {
        Answer::Unknown => true,
        Answer::Is(Value::List(list)) => list.more || list.items.iter().any(is_unknown),
        Answer::Is(_) | Answer::Missing => false,
    }
}

/// Two values compared: unknown first, then missing.
fn compared(op: CompareOp, left: &Answer, right: &Answer) -> Option<bool> {
    if is_unknown(left) || is_unknown(right) {
        return None;
    }
    let (left, right) = match (left, right) {
        (Answer::Missing, _) | (_, Answer::Missing) => return Some(op == CompareOp::NotEqual),
        (Answer::Is(left), Answer::Is(right)) => (left, right),
        (Answer::Unknown, _) | (_, Answer::Unknown) => return None,
    };
    Some(match op {
        CompareOp::Equal => left == right,
        CompareOp::NotEqual => left != right,
        CompareOp::Less => order(left, right).is_lt(),
        CompareOp::LessOrEqual => order(left, right).is_le(),
        CompareOp::Greater => order(left, right).is_gt(),
        CompareOp::GreaterOrEqual => order(left, right).is_ge(),
    })
}

/// The comparison with its sides exchanged.
fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
        CompareOp::Equal | CompareOp::NotEqual => op,
    }
}

fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "==",
        CompareOp::NotEqual => "!=",
        CompareOp::Less => "<",
        CompareOp::LessOrEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterOrEqual => ">=",
    }
}
