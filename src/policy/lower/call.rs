//! Calls: `x.take(2)` and `disclose(x)`.

use super::Lower;
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::policy::builtin::{self, BUILTINS};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Expr, Name};

impl Lower<'_> {
    /// `f(a)`.
    pub(crate) fn call(&mut self, name: &Name, args: &[Expr], span: Span) -> Node {
        if &*name.value == "disclose"
            && let [value] = args
        {
            let mut node = self.expr(value);
            if self.is_given(&node) {
                return self.wrong(
                    Diagnostic::new(
                        &codes::SENSITIVE_FLOW,
                        span,
                        "a function cannot disclose what it is given",
                    )
                    .label("nobody sees at the call what is disclosed")
                    .help("write it where the function is called: `f(disclose(x))`"),
                );
            }
            node.marks.sensitive = false;
            node.span = span;
            return node;
        }
        if &*name.value == "disclose" {
            let message = format!("`disclose` takes 1 value, and {} are given", args.len());
            return self.wrong(
                Diagnostic::new(&codes::WRONG_ARGUMENTS, span, message)
                    .label("write `disclose(x)`")
                    .help("one call for each value that may be seen"),
            );
        }
        if let Some(index) = self.function_named(&name.value) {
            let args: Vec<&Expr> = args.iter().collect();
            return self.invoke(index, name, &args, span);
        }
        self.look_into(args);
        if let Some(declared) = self.names.get(&name.value) {
            let declared = declared.span;
            self.used.insert(name.value.clone());
            let message = format!("`{}` is a value, not a function", name.value);
            return self.wrong(
                Diagnostic::new(&codes::UNKNOWN_FUNCTION, name.span, message)
                    .label("cannot be called")
                    .also(declared, "declared here")
                    .help(format!("write `{}` alone", name.value)),
            );
        }
        if builtin::find(&name.value).is_some() {
            return self.wrong(
                Diagnostic::new(
                    &codes::UNKNOWN_FUNCTION,
                    name.span,
                    format!("`{}` is called on a text", name.value),
                )
                .label("not a free function")
                .help(format!("write `x.{}(…)`", name.value)),
            );
        }
        self.unknown_function(name)
    }

    /// Checks arguments of something that cannot be called, for what is wrong or used in them.
    fn look_into(&mut self, args: &[Expr]) {
        for arg in args {
            let _ = self.expr(arg);
        }
    }

    fn unknown_function(&mut self, name: &Name) -> Node {
        let names = BUILTINS.iter().map(|function| function.name);
        let near = did_you_mean(&name.value, names);
        self.wrong(
            Diagnostic::new(
                &codes::UNKNOWN_FUNCTION,
                name.span,
                format!("there is no function `{}`", name.value),
            )
            .label("unknown function")
            .help("functions are called on a text: `name.upper()`")
            .help_did_you_mean(near),
        )
    }

    /// `a.f(x)`.
    pub(crate) fn method(&mut self, base: &Expr, name: &Name, args: &[Expr], span: Span) -> Node {
        let base = self.expr(base);
        let Some(function) = builtin::find(&name.value) else {
            self.look_into(args);
            return self.unknown_function(name);
        };
        if args.len() != function.params.len() {
            let params: Vec<&str> = function.params.iter().map(|param| param.name).collect();
            let message = format!(
                "`{}` takes {} value{}, and {} {} given",
                function.name,
                function.params.len(),
                if function.params.len() == 1 { "" } else { "s" },
                args.len(),
                if args.len() == 1 { "is" } else { "are" },
            );
            return self.wrong(
                Diagnostic::new(&codes::WRONG_ARGUMENTS, span, message)
                    .label(format!("write `.{}({})`", function.name, params.join(", ")))
                    .help(function.summary),
            );
        }
        let mut nodes = vec![base];
        for (arg, param) in args.iter().zip(function.params) {
            nodes.push(self.expr_as(arg, &param.kind.ty()));
        }
        if nodes.iter().any(|node| node.ty == Type::Error) {
            return Node::error(span);
        }
        let Some(base) = nodes.first() else {
            return Node::error(span);
        };
        if !matches!(
            base.ty,
            Type::Text | Type::OneOf(_) | Type::Int | Type::Date | Type::Timezone
        ) {
            let message = format!(
                "`{}` is called on a text, and this is {}",
                function.name, base.ty
            );
            return self.wrong(
                Diagnostic::new(&codes::WRONG_TYPE, base.span, message).label(base.ty.to_string()),
            );
        }
        if base.marks.assigned {
            let message = format!(
                "`{}` cannot be called on a name that is not given yet",
                function.name
            );
            return self.wrong(
                Diagnostic::new(&codes::ASSIGNED_NOT_HERE, base.span, message)
                    .label("given by `unique`")
                    .help("call it where the candidates are made, in the `try`"),
            );
        }
        let marks = nodes
            .iter()
            .map(|node| node.marks)
            .fold(Marks::default(), Marks::and);
        // What is cut off a text at a literal length is there, unless the length is 0.
        let sure = function.name == "take"
            && matches!(
                nodes.get(1).map(|node| &node.kind),
                Some(Kind::Const(Value::Int(1..)))
            );
        Node {
            marks: Marks {
                missing: marks.missing || (function.may_miss && !sure),
                ..marks
            },
            ty: function.result.ty(),
            kind: Kind::Call {
                function,
                args: nodes,
            },
            span,
        }
    }
}
