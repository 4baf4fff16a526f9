//! Free calls: `disclose(x)`, and functions of the policy.

use super::Lower;
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::ir::Node;
use crate::syntax::ast::{Expr, Name};

impl Lower<'_> {
    /// `f(a)`.
    pub(crate) fn call(&mut self, name: &Name, args: &[Expr], span: Span) -> Node {
        if &*name.value == "disclose"
            && let [value] = args
        {
            let mut node = self.expr(value);
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
        if !self.names.contains_key(&name.value)
            && let Some(node) = self.foreign_call(name, args, span)
        {
            return node;
        }
        self.look_into(args);
        if let Some(declared) = self.names.get(&name.value) {
            let is_function = declared.what == super::What::Fn;
            let declared = declared.span;
            self.used.insert(name.value.clone());
            if !is_function {
                let message = format!("`{}` is a value, not a function", name.value);
                return self.wrong(
                    Diagnostic::new(&codes::UNKNOWN_FUNCTION, name.span, message)
                        .label("cannot be called")
                        .also(declared, "declared here")
                        .help(format!("write `{}` alone", name.value)),
                );
            }
            return self.wrong(
                Diagnostic::new(
                    &codes::NOT_IN_FORCE,
                    name.span,
                    format!("`{}` cannot be called yet", name.value),
                )
                .label("not in this version")
                .also(declared, "declared here"),
            );
        }
        self.unknown_function(name)
    }

    fn unknown_function(&mut self, name: &Name) -> Node {
        self.wrong(
            Diagnostic::new(
                &codes::UNKNOWN_FUNCTION,
                name.span,
                format!("there is no function `{}`", name.value),
            )
            .label("unknown function")
            .help("functions are called on a value: `name.upper()`; they are listed in the reference, docs/functions.md"),
        )
    }
}
