//! `source "…"`: where people come from. The configuration says where each of them is.

use super::Lower;
use crate::diagnostic::{Diagnostic, Fix};
use crate::hr;
use crate::policy::around::SourceRule;
use crate::policy::codes;
use crate::policy::ruleset::RuleKind;
use crate::syntax::ast::{self, Name};

/// The longest prefix, in bytes: longer ones leave little room for a login that is made of the key.
const MAX_PREFIX_BYTES: usize = 32;

impl Lower<'_> {
    /// Every `source`, sorted by name, so that the order of files does not matter.
    pub(crate) fn sources(
        &mut self,
        items: &[&ast::FileItem<ast::Source>],
        schema: Option<&hr::Schema>,
    ) {
        for item in items {
            self.source(item, schema);
        }
        self.rules.sources.sort_by(|a, b| a.name.cmp(&b.name));
    }

    fn source(&mut self, item: &ast::FileItem<ast::Source>, schema: Option<&hr::Schema>) {
        let source = &item.body;
        if source.name.value.trim().is_empty() {
            self.report(
                Diagnostic::new(&codes::BAD_SOURCE, source.name.span, "a source has a name")
                    .label("empty")
                    .help("write the name under which the configuration has it"),
            );
            return;
        }
        let known = self.rules.sources.iter();
        if let Some(first) = known
            .into_iter()
            .find(|known| known.name == source.name.value)
        {
            let first = first.span;
            let message = format!("the source `{}` stands here twice", source.name.value);
            self.report(
                Diagnostic::new(&codes::DUPLICATE, source.name.span, message)
                    .label("again")
                    .also(first, "first here")
                    .help("remove one of them"),
            );
            return;
        }
        if let Some(prefix) = &source.prefix {
            self.prefix(prefix, schema);
        }
        let rule = self.rule(RuleKind::Source, item.span, []);
        self.rules.sources.push(SourceRule {
            name: source.name.value.clone(),
            prefix: source.prefix.as_ref().map(|prefix| prefix.value.clone()),
            lose: source.lose,
            rule,
            span: source.name.span,
        });
    }

    /// A prefix makes other keys of keys, and never a number: `1` before `2` would be somebody else's 12.
    fn prefix(&mut self, prefix: &Name, schema: Option<&hr::Schema>) {
        let text = &*prefix.value;
        let begins_with_letter = text.chars().next().is_some_and(char::is_alphabetic);
        let hostile = text.chars().any(crate::text::is_hostile);
        if !begins_with_letter || hostile || text.trim() != text || text.len() > MAX_PREFIX_BYTES {
            self.report(
                Diagnostic::new(&codes::BAD_SOURCE, prefix.span, "this is no prefix of keys")
                    .label("not a short text that begins with a letter")
                    .help("write a letter or a short word, such as `\"x\"` or `\"ext-\"`"),
            );
            return;
        }
        let key = schema.and_then(|schema| schema.attributes().get(schema.key()));
        let Some(key) = key.filter(|key| key.ty == hr::Type::Int) else {
            return;
        };
        let message = format!("the key `{}` is a number, which bears no prefix", key.name);
        let mut diagnostic = Diagnostic::new(&codes::BAD_SOURCE, prefix.span, message)
            .label(format!("`{text}12` is no number"))
            .help(format!("declare it as text: `{} : text key`", key.name));
        if let Some(place) = self.key_type {
            diagnostic = diagnostic
                .also(place, "a number")
                .fix(Fix::replace(place, "text"));
        }
        self.report(diagnostic);
    }
}
