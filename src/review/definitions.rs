//! What rules lean on without being rules: `let`, `fn`, `param`, tables and the files that a policy names. A rule whose
//! own words are the same may still say something else because one of them does.

use crate::diagnostic::Sources;
use crate::syntax;
use crate::syntax::ast::Item;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One definition in its author's words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Definition {
    /// `let site`, `table sites`, `file "mails/welcome.md"`.
    title: Arc<str>,
    /// All that it says, blanks and comments aside.
    text: String,
}

/// The definitions of a policy, by the word with which rules name them.
#[derive(Debug, Clone, Default)]
pub struct Definitions(BTreeMap<Arc<str>, Definition>);

impl Definitions {
    /// Those of a policy that was read, with the values of its `param`s that do not stand in it.
    pub fn of(sources: &Sources, params: &BTreeMap<String, String>) -> Self {
        let mut all = BTreeMap::new();
        for (id, source) in sources.iter() {
            if !source.name.ends_with(".tenure") {
                let title = format!("file \"{}\"", source.name);
                let definition = Definition {
                    title: title.into(),
                    text: source.text.to_string(),
                };
                all.insert(source.name.clone(), definition);
                continue;
            }
            let (file, _) = syntax::parse(id, &source.text);
            for item in &file.items {
                let Some((word, name, span)) = named(item) else {
                    continue;
                };
                let range = span.start as usize..span.end as usize;
                let mut text = plain(source.text.get(range).unwrap_or_default());
                if word == "param"
                    && let Some(value) = params.get(&*name)
                {
                    text = format!("{text} = {value}");
                }
                let definition = Definition {
                    title: format!("{word} {name}").into(),
                    text,
                };
                all.insert(name, definition);
            }
        }
        Self(all)
    }

    /// The words of the definitions that differ from those of another policy.
    pub(super) fn changed(&self, other: &Self) -> BTreeSet<Arc<str>> {
        let words = self.0.keys().chain(other.0.keys());
        let differs = |word: &&Arc<str>| {
            let text = |of: &Self| of.0.get(*word).map(|one| one.text.clone());
            text(self) != text(other)
        };
        words.filter(differs).cloned().collect()
    }

    /// What stands for a definition in an answer.
    pub(super) fn title(&self, word: &str) -> Option<&Arc<str>> {
        self.0.get(word).map(|one| &one.title)
    }

    /// The words of all definitions that a text names, and of those that these name.
    pub(super) fn reached(&self, text: &str) -> BTreeSet<Arc<str>> {
        let mut reached = BTreeSet::new();
        let mut texts = vec![text.to_owned()];
        while let Some(text) = texts.pop() {
            let words: BTreeSet<&str> = text
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .collect();
            for (word, definition) in &self.0 {
                let is_file = word.contains('.');
                let path = || word.rsplit_once('/').map_or(&**word, |(_, name)| name);
                let named = if is_file {
                    text.contains(path())
                } else {
                    words.contains(&**word)
                };
                if named && reached.insert(word.clone()) && !is_file {
                    texts.push(definition.text.clone());
                }
            }
        }
        reached
    }
}

/// An item that others name: its word, its name, and where it stands.
fn named(item: &Item) -> Option<(&'static str, Arc<str>, crate::diagnostic::Span)> {
    Some(match item {
        Item::Param(item) => ("param", item.body.name.value.clone(), item.span),
        Item::Table(item) => ("table", item.body.name.value.clone(), item.span),
        Item::Let(item) => ("let", item.body.name.value.clone(), item.span),
        Item::Fn(item) => ("fn", item.body.name.value.clone(), item.span),
        Item::Unique(item) => ("unique", item.body.name.value.clone(), item.span),
        Item::Source(_)
        | Item::Person(_)
        | Item::Employment(_)
        | Item::Timezone(_)
        | Item::Lifecycle(_)
        | Item::Stage(_)
        | Item::Identity(_)
        | Item::Profile(_)
        | Item::Password(_)
        | Item::Unit(_)
        | Item::Groups(_)
        | Item::Lists(_)
        | Item::GroupDeclaration(_)
        | Item::PrivilegedGroup(_)
        | Item::Forbid(_)
        | Item::Exclusive(_)
        | Item::Invariant(_)
        | Item::Exception(_)
        | Item::Guard(_)
        | Item::Approve(_)
        | Item::Notify(_)
        | Item::Await(_)
        | Item::Writeback(_)
        | Item::Retention(_)
        | Item::Expect(_)
        | Item::Test(_) => return None,
    })
}

/// A text without comments, its blanks as one each; what stands in quotes stays as it is.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut comment, mut escaped) = (false, false, false);
    for c in text.chars() {
        if comment {
            comment = c != '\n';
            continue;
        }
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '#' => comment = true,
            '"' => {
                quoted = true;
                out.push(c);
            }
            c if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn blanks_and_comments_are_no_difference_and_quoted_ones_are() {
        let one = plain("let a  =  \"x  # y\"   # why\n  else b");
        assert_eq!(one, "let a = \"x  # y\" else b");
    }
}
