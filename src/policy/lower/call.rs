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
        if !self.names.contains_key(&name.value)
            && let Some(node) = self.foreign_call(name, args, span)
        {
            return node;
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
