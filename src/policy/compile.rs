//! From syntax trees to a checked policy.

use super::codes;
use super::files::{notice_file, reserved};
use super::ir::{Kind, Node};
use super::items::{Items, once_each};
use super::lower::{LetState, Lower, What};
use super::program::{Function, Let, Policy};
use super::ruleset::{Block, LineRule, Rule, RuleKind};
use super::types::Type;
use crate::diagnostic::{self, Diagnostic, FileId, Fix, Sources, Span, did_you_mean};
use crate::directory::Dn;
use crate::syntax::ast::{self, File, FileItem, Item};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

/// A file that a policy names (`from "sites.csv"`): in which text, and its path as written there.
pub type FileKey = (FileId, Arc<str>);

/// Everything a policy is compiled from.
#[derive(Debug)]
pub struct Input<'a> {
    /// The syntax trees, in any order.
    pub files: &'a [File],
    /// All texts: policy files, tables and lists of names.
    pub sources: &'a Sources,
    /// The files that [`super::wanted_files`] named: their text, or why they cannot be read.
    pub tables: &'a BTreeMap<FileKey, Result<FileId, String>>,
    /// Values for `param`s, from the configuration.
    pub params: &'a BTreeMap<String, String>,
    /// The write bases of the directory; relative units stand below the first.
    pub bases: &'a [Dn],
    /// Which notices are posted: a password may stand in one that is.
    pub posted: Posted<'a>,
    /// An `expect` whose condition is asked of people ([`super::Evaluator::answers`]); no part of the policy.
    pub question: Option<&'a Item>,
}

/// Which notices are posted, encrypted and signed, as the configuration says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Posted<'a> {
    /// None.
    #[default]
    Nothing,
    /// All.
    All,
    /// Those of these names.
    Only(&'a BTreeSet<String>),
}

impl Posted<'_> {
    /// Whether the notice of that name is.
    pub(crate) fn has(self, notice: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Only(names) => names.contains(notice),
        }
    }
}

/// Checks policies. There is a [`Policy`] exactly if no diagnostic is an error.
pub fn compile(input: &Input<'_>) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut files: Vec<&File> = input.files.iter().collect();
    files.sort_by_key(|file| input.sources.get(file.id).map(|source| source.name.clone()));
    let items = Items::sort(&files);
    let mut lower = Lower::new(input.sources, input.bases);
    lower.posted = input.posted;
    // Rule 0 is nobody's: what no author wrote refers to it.
    lower.rules.rules.push(nobodys_rule());
    once_each(&mut lower, &items, &files);
    let employment = items.employment.first().copied();
    let schema = items
        .person
        .first()
        .and_then(|item| lower.person(item, employment));
    if items.person.is_empty() {
        // Without fields every name would be unknown: one message is enough.
        let mut diagnostics = lower.diagnostics;
        diagnostic::sort(&mut diagnostics);
        return (None, diagnostics);
    }
    lower.sources(&items.sources, schema.as_ref());
    declare(&mut lower, &items, input);
    lower.declare_stages(&items.stages);
    for index in 0..lower.lets.len() {
        lower.check_let(u32::try_from(index).unwrap_or(u32::MAX));
    }
    for index in 0..lower.functions.len() {
        lower.check_function(u32::try_from(index).unwrap_or(u32::MAX));
    }
    for item in &items.uniques {
        let reserved = reserved(&mut lower, item, input);
        lower.unique(item, reserved);
    }
    for item in items.timezone.iter().take(1) {
        lower.timezone(item);
    }
    for item in items.lifecycle.iter().take(1) {
        lower.lifecycle(item);
    }
    lower.stage_bodies(&items.stages);
    for item in items.identity.iter().take(1) {
        lower.identity(item);
    }
    for item in &items.profiles {
        lower.profile(item);
    }
    for item in items.password.iter().take(1) {
        lower.password(item);
    }
    for item in items.unit.iter().take(1) {
        lower.unit_item(item);
    }
    for item in &items.group_declarations {
        lower.group_declaration(item);
    }
    for item in &items.groups {
        lower.groups(item, Block::Groups);
    }
    for item in &items.lists {
        lower.groups(item, Block::Lists);
    }
    for item in &items.forbids {
        lower.forbid(item);
    }
    for item in &items.exclusives {
        lower.exclusive(item);
    }
    for item in &items.exceptions {
        lower.exception(item);
    }
    for item in items.guard.iter().take(1) {
        lower.guard(item);
    }
    for item in &items.privileged {
        lower.privileged(item);
    }
    for item in &items.approvals {
        lower.approve(item);
    }
    for item in &items.invariants {
        lower.invariant(item);
    }
    lower.privileges_wait();
    lower.contradicted_invariants();
    lower.unused_groups();
    lower.named_in_directory();
    for item in items.retention.iter().take(1) {
        lower.retention(item);
    }
    for item in &items.expects {
        lower.expect(item);
    }
    for item in &items.notices {
        let body = notice_file(&mut lower, item, input);
        lower.notify(item, body);
    }
    for item in &items.awaits {
        lower.await_item(item);
    }
    for item in items.writeback.iter().take(1) {
        lower.writeback(item, schema.as_ref());
    }
    if let Some(Item::Expect(item)) = input.question {
        lower.asked(&item.body.condition);
    }
    if let Some(item) = items.profiles.first() {
        lower.required_lines(item.word);
    }
    lower.anchor_is_not_written();
    lower.tests_of(&items.tests);
    finish(lower, schema, input, &files, &items)
}

/// The rule of what no author wrote; it stands nowhere.
fn nobodys_rule() -> Rule {
    Rule {
        kind: RuleKind::Lifecycle,
        text: "".into(),
        file: "".into(),
        line: 0,
        span: Span::default(),
        reads: Vec::new(),
        reads_clock: false,
    }
}

fn declare<'a>(lower: &mut Lower<'a>, items: &Items<'a>, input: &Input<'_>) {
    for item in &items.params {
        param(lower, item, input);
    }
    let declared: Vec<&str> = items
        .params
        .iter()
        .map(|item| &*item.body.name.value)
        .collect();
    for name in input.params.keys() {
        if !declared.contains(&name.as_str()) {
            let near = did_you_mean(name, declared.iter().copied());
            let at = items
                .person
                .first()
                .map_or_else(Span::default, |item| item.word);
            lower.report(
                Diagnostic::new(
                    &codes::BAD_PARAM,
                    at,
                    format!("the configuration gives `{name}`, and the policy has no such `param`"),
                )
                .help(near.map_or_else(
                    || format!("declare it: `param {name} : text`"),
                    |near| format!("did you mean `{near}`?"),
                )),
            );
        }
    }
    for (index, item) in (0u32..).zip(&items.tables) {
        lower.declare(&item.body.name, What::Table(index));
        let key = (item.word.file, item.body.from.value.clone());
        lower.table(item, input.tables.get(&key));
    }
    for (index, item) in (0u32..).zip(&items.lets) {
        lower.declare(&item.body.name, What::Let(index));
        lower.lets.push(LetState::Waiting(&item.body));
    }
    for item in &items.fns {
        lower.declare_function(&item.body);
    }
    for (index, item) in (0u32..).zip(&items.uniques) {
        lower.declare(&item.body.name, What::Unique(index));
    }
}

fn param(lower: &mut Lower<'_>, item: &FileItem<ast::Param>, input: &Input<'_>) {
    let param = &item.body;
    let index = u32::try_from(lower.params.len()).unwrap_or(u32::MAX);
    let ty = lower.written_type(&param.ty).unwrap_or(Type::Error);
    let node = match (input.params.get(&*param.name.value), &param.default) {
        (Some(text), _) => given(lower, text, &ty, param.name.span),
        (None, Some(default)) => {
            let node = lower.expr_as(default, &ty);
            constant(lower, node)
        }
        (None, None) => lower.wrong(
            Diagnostic::new(
                &codes::BAD_PARAM,
                param.name.span,
                format!("`{}` has no value", param.name.value),
            )
            .label("without a value")
            .help(format!(
                "give it in `tenure.toml`: `[params]` `{} = \"…\"`, or write a default",
                param.name.value
            )),
        ),
    };
    lower.params.push(node);
    lower.declare(&param.name, What::Param(index));
}

/// A parameter is the same for everybody.
fn constant(lower: &mut Lower<'_>, node: Node) -> Node {
    let mut varies = false;
    node.walk(&mut |node| {
        varies |= !matches!(node.kind, Kind::Const(_) | Kind::List(_) | Kind::Error);
    });
    if !varies {
        return node;
    }
    lower.wrong(
        Diagnostic::new(
            &codes::BAD_PARAM,
            node.span,
            "the default of a `param` is written out",
        )
        .label("not the same for everybody")
        .help("what depends on a person, or on other values, is a `let`"),
    )
}

/// A parameter's value from the configuration.
fn given(lower: &mut Lower<'_>, text: &str, ty: &Type, span: Span) -> Node {
    use super::eval::Value;
    let value = match ty {
        Type::Text => Value::text(text.trim()),
        Type::Int => text.parse().ok().map(Value::Int),
        Type::Bool => text.parse().ok().map(Value::Bool),
        Type::Date => text.parse().ok().map(Value::Date),
        Type::Time => text.parse().ok().map(Value::Time),
        Type::Duration => text.parse().ok().map(Value::Duration),
        Type::Unit => Dn::parse(text)
            .ok()
            .filter(|dn| !dn.is_root())
            .map(Value::Unit),
        Type::Timezone | Type::OneOf(_) => {
            let node = Node::constant(Value::Text(text.into()), Type::Text, span);
            return lower.coerce(node, ty);
        }
        Type::List(element) => return given_list(lower, text, element, span),
        Type::Number => text.parse().ok().map(Value::Number),
        Type::Person
        | Type::Photo
        | Type::Employment
        | Type::Instant
        | Type::Row(..)
        | Type::Error => None,
    };
    match value {
        Some(value) => Node::constant(value, ty.clone(), span),
        None => lower.wrong(
            Diagnostic::new(
                &codes::BAD_PARAM,
                span,
                format!("the configuration gives {text:?}, and {ty} is needed"),
            )
            .label("from the configuration")
            .help("correct it in `tenure.toml`, below `[params]`"),
        ),
    }
}

/// A list's value from the configuration: a comma stands between the elements.
fn given_list(lower: &mut Lower<'_>, text: &str, element: &Type, span: Span) -> Node {
    let items: Vec<Node> = text
        .split(',')
        .map(|part| given(lower, part.trim(), element, span))
        .collect();
    if items.iter().any(|item| item.ty == Type::Error) {
        return Node::error(span);
    }
    let values = items.into_iter().filter_map(|item| {
        if let Kind::Const(value) = item.kind {
            return Some(value);
        }
        None
    });
    let ty = Type::List(Box::new(element.clone()));
    Node::constant(super::eval::Value::List(values.collect()), ty, span)
}

fn finish(
    mut lower: Lower<'_>,
    schema: Option<crate::hr::Schema>,
    input: &Input<'_>,
    files: &[&File],
    items: &Items<'_>,
) -> (Option<Policy>, Vec<Diagnostic>) {
    lower.unused();
    unused_stages(&mut lower, items);
    let mut diagnostics = std::mem::take(&mut lower.diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        // What is wrong may be what uses it.
        diagnostics.retain(|one| one.code != &codes::UNUSED);
    }
    diagnostic::sort(&mut diagnostics);
    let Some(schema) = schema.filter(|_| !diagnostics.iter().any(Diagnostic::is_error)) else {
        return (None, diagnostics);
    };
    let functions = (0..lower.functions.len())
        .filter_map(|index| lower.function_body(u32::try_from(index).ok()?))
        .map(|(body, params)| Function {
            params: params.to_vec(),
            body: body.clone(),
        })
        .collect();
    let mut rules = lower.rules;
    let mut program = lower.program;
    program.lets = lower
        .lets
        .into_iter()
        .filter_map(|state| match state {
            LetState::Done(name, node) => Some(Let { name, node }),
            LetState::Waiting(_) | LetState::Open(_) => None,
        })
        .collect();
    program.functions = functions;
    rules.exceptions.sort();
    rules.lines = line_rules(&program);
    rules.digest = digest(input, files);
    let policy = Policy {
        rules,
        schema: Arc::new(schema),
        tests: lower.tests,
        program,
    };
    (Some(policy), diagnostics)
}

fn unused_stages(lower: &mut Lower<'_>, items: &Items<'_>) {
    for item in &items.stages {
        let name = &item.body.name;
        let key: Arc<str> = format!("stage {}", name.value).into();
        if !lower.used.contains(&key) {
            lower.report(
                Diagnostic::new(
                    &codes::UNUSED,
                    name.span,
                    format!("no rule leads to the stage `{}`", name.value),
                )
                .help("name it in `lifecycle`, or remove it")
                .fix(Fix {
                    title: "remove it".to_owned(),
                    edits: vec![(item.span, String::new())],
                }),
            );
        }
    }
}

fn line_rules(program: &super::program::Program) -> Vec<LineRule> {
    let mut lines: BTreeMap<&'static str, Option<super::ruleset::RuleId>> = BTreeMap::new();
    for line in &program.profile {
        lines.insert(line.attribute.name, Some(line.rule));
    }
    let exceptions = program
        .exceptions
        .values()
        .flatten()
        .map(|exception| &exception.body);
    for line in program
        .stages
        .iter()
        .chain(exceptions)
        .flat_map(|body| &body.lines)
    {
        lines.entry(line.attribute.name).or_insert(None);
    }
    let rules = lines.into_iter().map(|(attribute, profile)| LineRule {
        attribute: attribute.into(),
        profile,
    });
    rules.collect()
}

/// A digest of everything that the policy was made of: files with their names, tables, parameters, bases.
fn digest(input: &Input<'_>, files: &[&File]) -> Arc<str> {
    let mut parts: Vec<&str> = Vec::new();
    let mut add = |part| parts.push(part);
    for file in files {
        if let Some(source) = input.sources.get(file.id) {
            add(&source.name);
            add(&source.text);
        }
    }
    let mut tables: Vec<(&str, &str)> = Vec::new();
    for file in input.tables.values().flatten() {
        if let Some(source) = input.sources.get(*file) {
            tables.push((&source.name, &source.text));
        }
    }
    tables.sort_unstable();
    tables.dedup();
    for (name, text) in tables {
        add(name);
        add(text);
    }
    for (name, value) in input.params {
        add(name);
        add(value);
    }
    for base in input.bases {
        add(base.as_str());
    }
    sha256_hex(&parts)
}

/// The SHA-256 of texts, each behind its length, as 64 hex digits.
pub(crate) fn sha256_hex(parts: &[&str]) -> Arc<str> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let digits = digest
        .iter()
        .fold(String::with_capacity(64), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
    digits.into()
}
