//! Functions of spreadsheets, PowerShell and other languages: understood, and answered with what is written here.

use super::Lower;
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use crate::policy::builtin;
use crate::policy::codes;
use crate::policy::ir::Node;
use crate::policy::types::Type;
use crate::syntax::ast::{Expr, ExprKind, Name};

impl Lower<'_> {
    /// `LEFT(x, 3)`, and `take(x, 3)`: a function that is called on a value here.
    pub(crate) fn foreign_call(&mut self, name: &Name, args: &[Expr], span: Span) -> Option<Node> {
        let known = builtin::named(&name.value).next().map(|known| known.name);
        let foreign = known
            .map(Ours::Method)
            .or_else(|| ours(&name.value))
            .or_else(|| near(&name.value).map(Ours::Method))?;
        self.look_into(args);
        let message = if known.is_some() {
            format!("`{}` is called on a value, with a dot", name.value)
        } else {
            format!("there is no function `{}`", name.value)
        };
        let diagnostic = Diagnostic::new(&codes::UNKNOWN_FUNCTION, name.span, message);
        Some(self.wrong(match foreign {
            Ours::Advice(advice) => diagnostic.label("no function here").help(advice),
            Ours::List(method) => {
                let words: Vec<&str> = args
                    .iter()
                    .map(|arg| self.sources.slice(arg.span))
                    .collect();
                let right = format!("[{}].{method}()", words.join(", "));
                let diagnostic = diagnostic.label("called on a list here");
                written(diagnostic, span, right, !args.is_empty())
            }
            Ours::Method(method) => {
                let label = if known.is_some() {
                    "not a free function".to_owned()
                } else {
                    format!("here it is `.{method}`")
                };
                let shown = args
                    .first()
                    .map_or("x".to_owned(), |first| self.as_base(first));
                let rest = args.iter().skip(1).map(|arg| self.sources.slice(arg.span));
                let rest: Vec<&str> = rest.collect();
                let right = format!("{shown}.{method}({})", rest.join(", "));
                let fits = args
                    .split_first()
                    .is_some_and(|(_, rest)| takes(method, rest.len()));
                written(diagnostic.label(label), span, right, fits)
            }
        }))
    }

    /// `x.ToUpper()`.
    pub(crate) fn foreign_method(
        &mut self,
        base: &Node,
        name: &Name,
        args: &[Expr],
        span: Span,
    ) -> Option<Node> {
        if builtin::named(&name.value).next().is_some() {
            return None;
        }
        let foreign = ours(&name.value)?;
        let message = format!("there is no function `{}`", name.value);
        let diagnostic = Diagnostic::new(&codes::UNKNOWN_FUNCTION, name.span, message);
        Some(
            self.wrong(match foreign {
                Ours::Method(method) if builtin::find(method, &base.ty).is_some() => {
                    let diagnostic = diagnostic.label(format!("here it is `{method}`"));
                    let rest = self.sources.slice(Span {
                        start: name.span.end,
                        ..span
                    });
                    let right = format!("{}.{method}{rest}", self.sources.slice(base.span));
                    written(diagnostic, span, right, takes(method, args.len()))
                }
                Ours::Method(method) | Ours::List(method) => diagnostic
                    .label("no function here")
                    .help(format!("the function is `{method}` here")),
                Ours::Advice(advice) => diagnostic.label("no function here").help(advice),
            }),
        )
    }

    /// `x.upper` and `x.Length`: a function without its parentheses.
    pub(crate) fn function_as_field(
        &mut self,
        base: &Node,
        ty: &Type,
        name: &Name,
    ) -> Option<Node> {
        let method = match ours(&name.value) {
            Some(Ours::Method(method)) => method,
            _ => {
                builtin::all()
                    .find(|known| known.name.eq_ignore_ascii_case(&name.value))?
                    .name
            }
        };
        let function = builtin::find(method, ty)?;
        let right = format!("{method}()");
        let message = format!("{ty} has no fields, and `{}` is a function", name.value);
        let diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, name.span, message);
        let diagnostic = diagnostic.label("functions are called with parentheses");
        let shape = function.shape();
        let words = self.sources.slice(base.span);
        Some(self.wrong(if function.least() == 0 {
            let fix = Fix::replace(name.span, right);
            diagnostic
                .help(format!("write `{words}.{method}()`"))
                .fix(fix)
        } else {
            diagnostic.help(format!("write `{words}.{shape}`"))
        }))
    }

    /// An expression as something that a dot can follow.
    fn as_base(&self, expr: &Expr) -> String {
        let words = self.sources.slice(expr.span);
        let binds = matches!(
            expr.kind,
            ExprKind::Not(_)
                | ExprKind::And(_)
                | ExprKind::Or(_)
                | ExprKind::Compare { .. }
                | ExprKind::In { .. }
                | ExprKind::Matches { .. }
                | ExprKind::IsPresent(_)
                | ExprKind::IsMissing(_)
                | ExprKind::Else(..)
                | ExprKind::At(..)
                | ExprKind::Add(..)
                | ExprKind::Subtract(..)
                | ExprKind::Duration(_)
        );
        if binds {
            return format!("({words})");
        }
        words.to_owned()
    }
}

/// What somebody else's function is here.
#[derive(Debug, Clone, Copy)]
enum Ours {
    /// A function that is called on the first argument and takes the others.
    Method(&'static str),
    /// A function that is called on a list of the arguments.
    List(&'static str),
    /// Something else; an act.
    Advice(&'static str),
}

/// Says how to write it, and offers to do so where all arguments have their place.
fn written(diagnostic: Diagnostic, span: Span, right: String, fits: bool) -> Diagnostic {
    let diagnostic = diagnostic.help(format!("write `{right}`"));
    if fits {
        return diagnostic.fix(Fix::replace(span, right));
    }
    diagnostic
}

/// Whether a function takes so many arguments.
fn takes(method: &str, count: usize) -> bool {
    builtin::named(method).any(|known| (known.least()..=known.params.len()).contains(&count))
}

/// The function whose name was misspelt.
fn near(name: &str) -> Option<&'static str> {
    did_you_mean(name, builtin::all().map(|function| function.name))
}

/// What a function of that name, in any case, is here.
fn ours(name: &str) -> Option<Ours> {
    let name = name.to_ascii_lowercase();
    let has = |names: &&(&[&str], Ours)| names.0.contains(&name.as_str());
    FOREIGN.iter().find(has).map(|(_, ours)| *ours)
}

/// Names in small letters, and what they are here.
static FOREIGN: &[(&[&str], Ours)] = &[
    (
        &[
            "toupper",
            "touppercase",
            "ucase",
            "touppercaseinvariant",
            "toupperinvariant",
        ],
        Ours::Method("upper"),
    ),
    (
        &["tolower", "tolowercase", "lcase", "tolowerinvariant"],
        Ours::Method("lower"),
    ),
    (
        &["proper", "totitlecase", "capitalize", "pcase"],
        Ours::Method("title"),
    ),
    (&["trim", "strip", "normalizespaces"], Ours::Method("clean")),
    (
        &["removediacritics", "normalizediacritics", "unaccent"],
        Ours::Method("without_accents"),
    ),
    (&["left"], Ours::Method("take")),
    (&["right"], Ours::Method("take_last")),
    (&["len", "size"], Ours::Method("length")),
    (&["substitute", "regexreplace"], Ours::Method("replace")),
    (&["regexextract"], Ours::Method("extract")),
    (&["textbefore"], Ours::Method("before")),
    (&["textafter"], Ours::Method("after")),
    (&["textsplit"], Ours::Method("split")),
    (&["startswith"], Ours::Method("starts_with")),
    (&["endswith"], Ours::Method("ends_with")),
    (&["includes"], Ours::Method("contains")),
    (&["padleft", "padstart"], Ours::Method("pad_start")),
    (&["padright", "padend"], Ours::Method("pad_end")),
    (
        &["trimstart", "trimprefix", "removeprefix"],
        Ours::Method("without_prefix"),
    ),
    (
        &["trimend", "trimsuffix", "removesuffix"],
        Ours::Method("without_suffix"),
    ),
    (&["value", "numbervalue", "cdbl"], Ours::Method("number")),
    (&["cint", "toint", "parseint"], Ours::Method("int")),
    (
        &["datevalue", "cdate", "todate", "parsedate"],
        Ours::Method("date"),
    ),
    (&["text", "formatdate", "tostring"], Ours::Method("format")),
    (&["rounddown", "trunc"], Ours::Method("round_down")),
    (&["mod"], Ours::Method("modulo")),
    (
        &["workday", "addworkdays", "addbusinessdays"],
        Ours::Method("plus_working_days"),
    ),
    (&["unique"], Ours::Method("distinct")),
    (&["sha256", "md5", "gethashcode"], Ours::Method("hash")),
    (&["min", "minimum", "earliest"], Ours::List("min")),
    (&["max", "maximum", "latest"], Ours::List("max")),
    (
        &["mid", "substring", "substr"],
        Ours::Advice("count off what stands before and take what follows: `x.drop(2).take(3)`"),
    ),
    (
        &["find", "search", "indexof"],
        Ours::Advice(
            "there are no positions: take what stands before or behind, `x.before(\"@\")`, `x.after(\"@\")`, or ask `x.contains(\"@\")`",
        ),
    ),
    (
        &["concatenate", "concat", "append"],
        Ours::Advice("put the values into one text: `\"{a} {b}\"`"),
    ),
    (
        &["textjoin"],
        Ours::Advice("call `join` on a list: `[a, b].join(\", \")`"),
    ),
    (
        &["if", "iif", "ifs", "switch"],
        Ours::Advice("decide with rows: `choose { when a == b => x  otherwise => y }`"),
    ),
    (
        &["iferror", "ifna", "ifnull", "isnull", "coalesce", "nvl"],
        Ours::Advice("say what holds where a value is missing: `x else y`"),
    ),
    (
        &["isblank", "isempty", "isnullorempty", "isnullorwhitespace"],
        Ours::Advice("ask `x is missing`"),
    ),
    (
        &["vlookup", "xlookup", "hlookup", "lookup", "index", "match"],
        Ours::Advice("look a row up in a table: `sites[office].zone`"),
    ),
    (
        &["and"],
        Ours::Advice("join conditions with the word: `a and b`"),
    ),
    (
        &["or"],
        Ours::Advice("join conditions with the word: `a or b`"),
    ),
    (&["not"], Ours::Advice("write the word alone: `not x`")),
    (
        &["exact", "equals"],
        Ours::Advice("compare with `==`; texts are told apart by case"),
    ),
    (
        &["today", "now", "getdate"],
        Ours::Advice("compare with the word alone: `today >= hire_date`"),
    ),
    (
        &[
            "edate",
            "dateadd",
            "adddays",
            "addmonths",
            "addyears",
            "addhours",
        ],
        Ours::Advice("add a length of time: `x + 3 months`"),
    ),
    (
        &["eomonth"],
        Ours::Advice("add the months and go to the end: `(x + 3 months).end_of_month()`"),
    ),
    (
        &["days", "datediff", "datedif"],
        Ours::Advice("count the days from one date to another: `a.days_until(b)`"),
    ),
    (
        &["networkdays", "workdays"],
        Ours::Advice(
            "count the working days behind a date: `a.working_days_until(b)`; to count the first day, too, `(a - 1 day).working_days_until(b)`",
        ),
    ),
    (
        &["isnumber", "isnumeric"],
        Ours::Advice("ask whether it can be read as one: `x.number() is present`"),
    ),
    (
        &["rand", "randbetween", "random"],
        Ours::Advice(
            "a policy gives the same for the same person: divide people with `id.bucket(10)`",
        ),
    ),
    (
        &["countif", "counta", "count"],
        Ours::Advice("ask a list for its `length()`"),
    ),
    (&["sum"], Ours::Advice("add numbers with `a.plus(b)`")),
    (
        &["ismatch", "regexmatch", "test"],
        Ours::Advice("ask `x matches /…/` for the whole text, or `x.extract(/…/) is present`"),
    ),
];

#[cfg(test)]
mod tests {
    use super::{FOREIGN, Ours, builtin};
    use std::collections::BTreeSet;

    #[test]
    fn every_foreign_name_leads_to_something_that_there_is() {
        let mut seen = BTreeSet::new();
        for (names, ours) in FOREIGN {
            for name in *names {
                assert!(seen.insert(*name), "{name} stands twice");
                assert_eq!(*name, name.to_ascii_lowercase());
            }
            if let Ours::Method(method) | Ours::List(method) = ours {
                assert!(builtin::named(method).next().is_some(), "{method}");
            }
        }
    }
}
