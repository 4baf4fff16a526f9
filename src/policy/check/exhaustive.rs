//! Whether a list of conditions leaves somebody out.
//!
//! The conditions are read as a formula over atoms: a field of `one of` is a variable with its values (and
//! missing), every other simple condition is true or false on its own. All combinations are tried. What is
//! proved holds; what is not proved may still be impossible for reasons that this does not see, and then
//! the author writes `otherwise`.

use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::lower::{LetState, Lower};
use crate::policy::types::Type;
use crate::syntax::ast::CompareOp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most combinations that are tried.
const MAX_COMBINATIONS: usize = 1 << 18;

/// The most combinations that are tried to leave facts out of an example.
const MAX_FREE: usize = 1 << 12;

/// Somebody whom no row takes.
#[derive(Debug)]
pub(crate) struct Example {
    /// In words: `no row takes a person with status == "leave"`.
    pub(crate) text: String,
    /// Whether it is certain; always, but where there were too many combinations to try.
    pub(crate) certain: bool,
}

/// A variable with its possible values; the last of an optional one is "missing".
#[derive(Debug)]
struct Variable {
    name: String,
    values: Vec<Option<Arc<str>>>,
}

/// A condition over variables.
#[derive(Debug)]
enum Formula {
    Constant(bool),
    /// The variable has one of these values.
    Is(usize, Vec<usize>),
    Not(Box<Formula>),
    And(Vec<Formula>),
    Or(Vec<Formula>),
}

impl Lower<'_> {
    /// Warns of the first row that never decides, because those before it take everybody.
    pub(crate) fn reached(&mut self, rows: &[(&Node, Span)]) {
        let tests: Vec<&Node> = rows.iter().map(|(test, _)| *test).collect();
        let Some((_, before_last)) = tests.split_last() else {
            return;
        };
        if tests.iter().any(|node| is_wrong(node)) || self.uncovered(before_last).is_some() {
            return;
        }
        let taken = (0..before_last.len()).find(|count| {
            let first = before_last.get(..*count).unwrap_or_default();
            self.uncovered(first).is_none()
        });
        let never = taken.unwrap_or(before_last.len());
        if let Some((_, span)) = rows.get(never) {
            self.report(
                Diagnostic::new(&codes::UNREACHABLE, *span, "this row never decides")
                    .label("never reached")
                    .help("the rows before it take everybody: remove it, or put it further up"),
            );
        }
    }

    /// A combination that none of the conditions takes, if there is one.
    pub(crate) fn uncovered(&self, conditions: &[&Node]) -> Option<Example> {
        if conditions.iter().any(|node| is_wrong(node)) {
            return None;
        }
        let mut atoms = Atoms {
            lower: self,
            variables: Vec::new(),
            index: BTreeMap::new(),
        };
        // Twice: a value may turn out to be optional only behind a row that knows that it is there.
        for node in conditions {
            atoms.formula(node);
        }
        let formulas: Vec<Formula> = conditions.iter().map(|node| atoms.formula(node)).collect();
        let sizes: Vec<usize> = atoms
            .variables
            .iter()
            .map(|variable| variable.values.len())
            .collect();
        let combinations = sizes
            .iter()
            .try_fold(1usize, |product, size| product.checked_mul(*size));
        if combinations.is_none_or(|combinations| combinations > MAX_COMBINATIONS) {
            return Some(Example {
                text: "there are too many conditions to prove that somebody is always taken"
                    .to_owned(),
                certain: false,
            });
        }
        // Odometer over all combinations; the last variable turns fastest.
        let mut chosen = vec![0usize; sizes.len()];
        loop {
            if !formulas.iter().any(|formula| formula.holds(&chosen)) {
                let matter = matters(&formulas, &sizes, &chosen);
                return Some(describe(&atoms.variables, &chosen, &matter));
            }
            let mut turned = false;
            for (wheel, size) in chosen.iter_mut().zip(&sizes).rev() {
                *wheel += 1;
                if *wheel < *size {
                    turned = true;
                    break;
                }
                *wheel = 0;
            }
            if !turned {
                return None;
            }
        }
    }
}

/// Whether anything in it has been reported: then nothing can be proved, and one message is enough.
fn is_wrong(node: &Node) -> bool {
    let mut wrong = false;
    node.walk(&mut |node| wrong |= node.ty == Type::Error);
    wrong
}

/// Which of the chosen values are needed for the example; the others may be anything.
fn matters(formulas: &[Formula], sizes: &[usize], chosen: &[usize]) -> Vec<bool> {
    let mut free: Vec<usize> = Vec::new();
    let mut combinations = 1;
    for (variable, size) in sizes.iter().enumerate() {
        if combinations * size > MAX_FREE {
            continue;
        }
        free.push(variable);
        if is_uncovered(formulas, sizes, &mut chosen.to_vec(), &free) {
            combinations *= size;
        } else {
            free.pop();
        }
    }
    (0..sizes.len())
        .map(|variable| !free.contains(&variable))
        .collect()
}

/// Whether no condition holds, whatever the values of the free variables.
fn is_uncovered(
    formulas: &[Formula],
    sizes: &[usize],
    chosen: &mut [usize],
    free: &[usize],
) -> bool {
    let Some((variable, free)) = free.split_first() else {
        return !formulas.iter().any(|formula| formula.holds(chosen));
    };
    let size = sizes.get(*variable).copied().unwrap_or(1);
    (0..size).all(|value| {
        if let Some(slot) = chosen.get_mut(*variable) {
            *slot = value;
        }
        is_uncovered(formulas, sizes, chosen, free)
    })
}

fn describe(variables: &[Variable], chosen: &[usize], matter: &[bool]) -> Example {
    let mut facts = Vec::new();
    let chosen = variables.iter().zip(chosen).zip(matter);
    for ((variable, value), _) in chosen.filter(|(_, matters)| **matters) {
        let is_flag = variable.values.iter().all(Option::is_none);
        facts.push(match variable.values.get(*value) {
            Some(Some(text)) => format!("{} == {text:?}", variable.name),
            _ if is_flag && *value == 0 => format!("not ({})", variable.name),
            _ if is_flag => variable.name.clone(),
            _ => format!("{} is missing", variable.name),
        });
    }
    let text = if facts.is_empty() {
        "no row takes anybody".to_owned()
    } else {
        format!("no row takes a person with {}", facts.join(" and "))
    };
    Example {
        text,
        certain: true,
    }
}

impl Formula {
    fn holds(&self, chosen: &[usize]) -> bool {
        match self {
            Self::Constant(truth) => *truth,
            Self::Is(variable, values) => chosen
                .get(*variable)
                .is_some_and(|value| values.contains(value)),
            Self::Not(inner) => !inner.holds(chosen),
            Self::And(parts) => parts.iter().all(|part| part.holds(chosen)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(chosen)),
        }
    }
}

struct Atoms<'l, 'a> {
    lower: &'l Lower<'a>,
    variables: Vec<Variable>,
    index: BTreeMap<String, usize>,
}

impl Atoms<'_, '_> {
    fn formula(&mut self, node: &Node) -> Formula {
        match &node.kind {
            Kind::Const(Value::Bool(truth)) => Formula::Constant(*truth),
            Kind::Not(inner) => Formula::Not(Box::new(self.formula(inner))),
            Kind::And(parts) => Formula::And(parts.iter().map(|part| self.formula(part)).collect()),
            Kind::Or(parts) => Formula::Or(parts.iter().map(|part| self.formula(part)).collect()),
            Kind::Let(index) => match self.lower.lets.get(*index as usize) {
                Some(LetState::Done(_, node)) => self.formula(&node.clone()),
                _ => self.flag(node, false),
            },
            Kind::Present(inner) => self.presence(inner, node, true),
            Kind::Missing(inner) => self.presence(inner, node, false),
            Kind::Compare { op, left, right } => self.comparison(*op, left, right, node),
            Kind::In { item, list } => match (self.choice(item), &list.kind) {
                (Some(variable), Kind::List(nodes)) if nodes.iter().all(is_text) => {
                    let texts: Vec<&str> = nodes.iter().filter_map(text).collect();
                    self.is(variable, |value| {
                        value.is_some_and(|value| texts.contains(&value))
                    })
                }
                _ => self.flag(node, false),
            },
            _ => self.flag(node, false),
        }
    }

    fn comparison(&mut self, op: CompareOp, left: &Node, right: &Node, node: &Node) -> Formula {
        for (side, other) in [(left, right), (right, left)] {
            if let (Some(wanted), Some(variable)) = (text(other), self.choice(side)) {
                return match op {
                    CompareOp::Equal => self.is(variable, |value| value == Some(wanted)),
                    CompareOp::NotEqual => self.is(variable, |value| value != Some(wanted)),
                    _ => self.flag(node, false),
                };
            }
        }
        match op {
            // `a >= b` is the opposite of `a < b` where neither is missing.
            CompareOp::GreaterOrEqual | CompareOp::LessOrEqual
                if !left.marks.missing && !right.marks.missing =>
            {
                self.flag_named(&self.key(node, true), true)
            }
            CompareOp::NotEqual => self.flag_named(&self.key(node, true), true),
            _ => self.flag(node, false),
        }
    }

    fn presence(&mut self, inner: &Node, node: &Node, present: bool) -> Formula {
        if let Some(variable) = self.choice(inner) {
            return self.is(variable, |value| value.is_some() == present);
        }
        let words = self.words(inner);
        let _ = node;
        self.flag_named(&format!("{words} is present"), !present)
    }

    /// The variable of an expression that is one of a list of texts.
    fn choice(&mut self, node: &Node) -> Option<usize> {
        let Type::OneOf(choices) = &node.ty else {
            return None;
        };
        if !matches!(
            node.kind,
            Kind::Field(_)
                | Kind::Column { .. }
                | Kind::Of { .. }
                | Kind::Part { .. }
                | Kind::Local(_)
                | Kind::Invoke { .. }
                | Kind::Let(_)
        ) {
            return None;
        }
        let name = self.words(node);
        if let Some(index) = self.index.get(&name) {
            let variable = self.variables.get_mut(*index)?;
            if node.marks.missing && !variable.values.contains(&None) {
                variable.values.push(None);
            }
            return Some(*index);
        }
        let mut values: Vec<Option<Arc<str>>> = choices.iter().cloned().map(Some).collect();
        if node.marks.missing {
            values.push(None);
        }
        Some(self.add(name, values))
    }

    fn add(&mut self, name: String, values: Vec<Option<Arc<str>>>) -> usize {
        let index = self.variables.len();
        self.index.insert(name.clone(), index);
        self.variables.push(Variable { name, values });
        index
    }

    fn is(&self, variable: usize, test: impl Fn(Option<&str>) -> bool) -> Formula {
        let values = self
            .variables
            .get(variable)
            .map(|variable| variable.values.as_slice());
        let kept = values.unwrap_or_default().iter().enumerate();
        let kept = kept
            .filter(|(_, value)| test(value.as_deref()))
            .map(|(index, _)| index);
        Formula::Is(variable, kept.collect())
    }

    fn flag(&mut self, node: &Node, negated: bool) -> Formula {
        self.flag_named(&self.key(node, false), negated)
    }

    /// A condition that is true or false on its own.
    fn flag_named(&mut self, name: &str, negated: bool) -> Formula {
        let index = match self.index.get(name) {
            Some(index) => *index,
            None => self.add(name.to_owned(), vec![None, None]),
        };
        Formula::Is(index, vec![usize::from(!negated)])
    }

    /// The words of a simple condition; of its opposite where `opposite`.
    fn key(&self, node: &Node, opposite: bool) -> String {
        let Kind::Compare { op, left, right } = &node.kind else {
            return self.words(node);
        };
        let (left, right) = (self.words(left), self.words(right));
        let op = match (op, opposite) {
            (CompareOp::Equal, _) | (CompareOp::NotEqual, true) => "==",
            (CompareOp::NotEqual, false) => "!=",
            (CompareOp::Less, _) | (CompareOp::GreaterOrEqual, true) => "<",
            (CompareOp::GreaterOrEqual, false) => ">=",
            (CompareOp::Greater, _) | (CompareOp::LessOrEqual, true) => ">",
            (CompareOp::LessOrEqual, false) => "<=",
        };
        format!("{left} {op} {right}")
    }

    fn words(&self, node: &Node) -> String {
        let words: Vec<&str> = self
            .lower
            .sources
            .slice(node.span)
            .split_whitespace()
            .collect();
        words.join(" ")
    }
}

fn is_text(node: &Node) -> bool {
    text(node).is_some()
}

fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Const(Value::Text(text)) => Some(text),
        _ => None,
    }
}
