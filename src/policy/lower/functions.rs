//! `fn`: pure functions of the policy, checked once, however often they are called.
//!
//! Marks flow through a call as they would through the body written out. The body is checked once for what it
//! says; then, for each parameter, once more as if exactly this argument were sensitive, free text and read the
//! clock, to see what of that reaches the result, or names a group or a unit on the way. Nothing can hang on a missing
//! value unseen: what may be missing needs a parameter that says so (`text?`), and a condition must be decided
//! before it is given away.

use super::{Allowed, Lower, Opening};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::builtin;
use crate::policy::codes;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{self, Expr, Name};

/// The most calls that one call may lead to: functions that call others twice, and those again, double at each step.
const MAX_CALLS: u32 = 1_000;

/// A function, declared and perhaps checked.
#[derive(Debug)]
pub(crate) struct Function<'a> {
    pub(super) item: &'a ast::Fn,
    params: Vec<Parameter>,
    ty: Type,
    state: State,
}

#[derive(Debug, Clone)]
struct Parameter {
    name: Name,
    ty: Type,
    optional: bool,
}

#[derive(Debug)]
enum State {
    Waiting,
    /// Being checked: whoever calls it meanwhile has found a cycle.
    Open,
    Done {
        body: Box<Node>,
        slots: Vec<u32>,
        flows: Vec<Flow>,
        /// How many calls one call leads to, itself included.
        calls: u32,
        /// Whether it holds because something is missing; whether it does not hold because of that.
        evidence: [bool; 2],
    },
}

/// What of an argument reaches the result.
#[derive(Debug, Clone, Copy, Default)]
struct Flow {
    /// Which of being sensitive, free and bound to the clock.
    marks: Marks,
    /// Whether it stands in the name of a group or a unit.
    names: bool,
}

impl<'a> Lower<'a> {
    /// Takes up `fn name(…) : type = …`; its body is checked when it is first called.
    pub(crate) fn declare_function(&mut self, item: &'a ast::Fn) {
        let index = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
        if builtin::named(&item.name.value).next().is_some() || &*item.name.value == "disclose" {
            self.report(
                Diagnostic::new(
                    &codes::DUPLICATE,
                    item.name.span,
                    format!("`{}` is built in", item.name.value),
                )
                .label("declared again")
                .help("give it another name"),
            );
        } else {
            self.declare(&item.name, super::What::Fn(index));
        }
        let mut params = Vec::new();
        for (name, ty) in &item.params {
            params.push(Parameter {
                name: name.clone(),
                ty: self.written_type(ty).unwrap_or(Type::Error),
                optional: ty.optional,
            });
        }
        let ty = self.written_type(&item.ty).unwrap_or(Type::Error);
        self.functions.push(Function {
            item,
            params,
            ty,
            state: State::Waiting,
        });
    }

    /// Checks a function, if that has not been done.
    pub(crate) fn check_function(&mut self, index: u32) {
        let Some(function) = self.functions.get_mut(index as usize) else {
            return;
        };
        if !matches!(function.state, State::Waiting) {
            return;
        }
        function.state = State::Open;
        let (item, params, ty) = (function.item, function.params.clone(), function.ty.clone());
        self.opening.push(Opening::Function(index));
        let present = std::mem::take(&mut self.present);
        let locals = std::mem::take(&mut self.locals);
        let (body, slots) = self.body(item, &params, &ty, None);
        let calls = self.calls(&body);
        let body = if calls > MAX_CALLS {
            self.too_many_calls(item)
        } else {
            body
        };
        let flows = (0..params.len()).map(|hot| {
            if body.ty == Type::Error {
                return Flow::default();
            }
            self.flow(item, &params, &ty, hot)
        });
        let flows = flows.collect();
        let evidence =
            [true, false].map(|positive| self.missing_evidence(&body, positive).is_some());
        self.present = present;
        self.locals = locals;
        self.opening.pop();
        if let Some(function) = self.functions.get_mut(index as usize) {
            function.state = State::Done {
                body: Box::new(body),
                slots,
                flows,
                calls,
                evidence,
            };
        }
    }

    /// How many calls an expression leads to, and one for itself.
    fn calls(&self, body: &Node) -> u32 {
        let mut calls: u32 = 1;
        body.walk(&mut |node| {
            if let Kind::Invoke { function, .. } = &node.kind
                && let Some(function) = self.functions.get(*function as usize)
                && let State::Done { calls: more, .. } = &function.state
            {
                calls = calls.saturating_add(*more);
            }
        });
        calls
    }

    fn too_many_calls(&mut self, item: &ast::Fn) -> Node {
        let message = format!(
            "one call of `{}` leads to more than {MAX_CALLS} others",
            item.name.value
        );
        self.wrong(
            Diagnostic::new(&codes::TOO_MANY_CALLS, item.name.span, message)
                .label("calls functions that call others, again and again")
                .help("give what several calls share a name of its own, in a `let`"),
        )
    }

    /// Whether a function's condition holds, or does not, because something is missing.
    pub(super) fn evidence_of(&self, index: u32, positive: bool) -> bool {
        match self
            .functions
            .get(index as usize)
            .map(|function| &function.state)
        {
            Some(State::Done {
                evidence: [holds, fails],
                ..
            }) => {
                if positive {
                    *holds
                } else {
                    *fails
                }
            }
            Some(State::Waiting | State::Open) | None => false,
        }
    }

    /// The body with its parameters as they are declared; one of them may be `hot`.
    fn body(
        &mut self,
        item: &ast::Fn,
        params: &[Parameter],
        ty: &Type,
        hot: Option<usize>,
    ) -> (Node, Vec<u32>) {
        let mut slots = Vec::with_capacity(params.len());
        for (position, param) in params.iter().enumerate() {
            let hot = hot == Some(position);
            let marks = Marks {
                missing: param.optional,
                sensitive: hot,
                free: hot,
                clock: hot,
                ..Marks::default()
            };
            slots.push(self.enter(&param.name, param.ty.clone(), marks, true));
        }
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        let node = self.allowing(allowed, |lower| lower.expr_as(&item.body, ty));
        self.must_be_present(&node, item.ty.optional);
        self.locals.clear();
        (node, slots)
    }

    /// What of that parameter reaches the result. Marks are a union over what an expression reads, so that one
    /// at a time says it for all.
    fn flow(&mut self, item: &ast::Fn, params: &[Parameter], ty: &Type, hot: usize) -> Flow {
        let before = self.diagnostics.len();
        let (node, _) = self.body(item, params, ty, Some(hot));
        let mut refused = self.diagnostics.drain(before..);
        let names = refused.any(|one| one.code.name == codes::FREE_TEXT_NAME.name);
        drop(refused);
        Flow {
            marks: node.marks,
            names,
        }
    }

    /// Whether an expression hangs on what a function was given.
    pub(super) fn is_given(&self, node: &Node) -> bool {
        let mut given = false;
        node.walk(&mut |node| given |= matches!(node.kind, Kind::Local(_)));
        given && self.locals.iter().any(|local| local.parameter)
    }

    /// The function of that name.
    pub(super) fn function_named(&self, name: &str) -> Option<u32> {
        match self.names.get(name)?.what {
            super::What::Fn(index) => Some(index),
            _ => None,
        }
    }

    /// The checked body of a function and the slots of its parameters.
    pub(crate) fn function_body(&self, index: u32) -> Option<(&Node, &[u32])> {
        match &self.functions.get(index as usize)?.state {
            State::Done { body, slots, .. } => Some((body, slots)),
            State::Waiting | State::Open => None,
        }
    }

    /// `name(a, b)` and `a.name(b)`.
    pub(super) fn invoke(&mut self, index: u32, name: &Name, args: &[&Expr], span: Span) -> Node {
        self.used.insert(name.value.clone());
        self.check_function(index);
        let Some(function) = self.functions.get(index as usize) else {
            return Node::error(span);
        };
        let (item, params, ty) = (function.item, function.params.clone(), function.ty.clone());
        if matches!(function.state, State::Open) {
            return self.circle(Opening::Function(index), &name.value, item.name.span, span);
        }
        if args.len() != params.len() {
            for arg in args {
                let _ = self.expr(arg);
            }
            return self.wrong_count_for(item, args.len(), span);
        }
        let mut nodes = Vec::with_capacity(args.len());
        for (position, (arg, param)) in args.iter().zip(&params).enumerate() {
            let node = self.argument_for(arg, param);
            nodes.push(self.names_nothing(node, index, position));
        }
        let function = self.functions.get(index as usize);
        let Some(State::Done { body, flows, .. }) = function.map(|function| &function.state) else {
            return Node::error(span);
        };
        if body.ty == Type::Error || nodes.iter().any(|node| node.ty == Type::Error) {
            return Node::error(span);
        }
        let here = |hollow: Option<Span>| hollow.map(|_| span);
        let mut marks = Marks {
            missing: item.ty.optional,
            hollow_true: here(body.marks.hollow_true),
            hollow_false: here(body.marks.hollow_false),
            hollow_order: here(body.marks.hollow_order),
            ..body.marks
        };
        for (node, flow) in nodes.iter().zip(flows) {
            marks.sensitive |= node.marks.sensitive && flow.marks.sensitive;
            marks.free |= node.marks.free && flow.marks.free;
            marks.clock |= node.marks.clock && flow.marks.clock;
        }
        if marks.clock && !self.allowed.clock {
            return self.clock_not_here(&name.value, span);
        }
        Node {
            kind: Kind::Invoke {
                function: index,
                args: nodes,
            },
            ty,
            marks,
            span,
        }
    }

    fn wrong_count_for(&mut self, item: &ast::Fn, given: usize, span: Span) -> Node {
        let takes = item.params.len();
        let names: Vec<&str> = item.params.iter().map(|(name, _)| &*name.value).collect();
        let message = format!(
            "`{}` takes {takes} value{}, and {given} {} given",
            item.name.value,
            if takes == 1 { "" } else { "s" },
            if given == 1 { "is" } else { "are" },
        );
        self.wrong(
            Diagnostic::new(&codes::WRONG_ARGUMENTS, span, message)
                .label(format!("write `{}({})`", item.name.value, names.join(", ")))
                .also(item.name.span, "declared here"),
        )
    }

    /// A value for a parameter: of its type, there where the parameter is never missing, and decided.
    fn argument_for(&mut self, arg: &Expr, param: &Parameter) -> Node {
        let node = self.expr_as(arg, &param.ty);
        if node.ty == Type::Error {
            return node;
        }
        if let Some(unknown) = self.not_given_yet([&node]) {
            return unknown;
        }
        let words = self.sources.slice(node.span).to_owned();
        if node.marks.missing && !param.optional {
            return self.wrong(
                Diagnostic::new(
                    &codes::MAYBE_MISSING,
                    node.span,
                    format!("`{}` is never missing, and this may be", param.name.value),
                )
                .label("may be missing")
                .also(param.name.span, "without a `?`")
                .help(format!(
                    "say what it is then, as in `{words} else …`, or write `?` behind the type of the parameter"
                )),
            );
        }
        let gap = node.marks.gaps.then_some(node.span);
        if let Some(span) = node.marks.hollow().or(gap) {
            let what = if gap.is_some() {
                "an element of this list may be missing"
            } else {
                "this hangs on a value that may be missing"
            };
            return self.wrong(
                Diagnostic::new(
                    &codes::MAYBE_MISSING,
                    span,
                    format!("{what}, and within the function nobody would see it"),
                )
                .label("may be missing")
                .help("decide it first (`x is present and …`, `x else …`), or give the function `x` itself, as `text?`"),
            );
        }
        node
    }

    /// Free text names no group and no unit, through a function neither (S15).
    fn names_nothing(&mut self, node: Node, index: u32, position: usize) -> Node {
        let Some(function) = self.functions.get(index as usize) else {
            return node;
        };
        let State::Done { flows, .. } = &function.state else {
            return node;
        };
        let names = flows.get(position).is_some_and(|flow| flow.names);
        let param = function.params.get(position).map(|param| param.name.span);
        if let (true, true, Some(param)) = (names, node.marks.free, param) {
            return self.wrong(
                Diagnostic::new(
                    &codes::FREE_TEXT_NAME,
                    node.span,
                    "free HR text never names a group or a unit, through a function neither",
                )
                .label("whoever types this in HR would choose")
                .also(param, "stands in a name")
                .help("look it up in a `table`, or declare the field as `one of (…)`"),
            );
        }
        node
    }
}
