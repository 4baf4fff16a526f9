//! What GitHub's runner makes of a log, by its documented rules.

use std::collections::BTreeMap;

/// A workflow command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) message: String,
}

impl Command {
    #[track_caller]
    pub(crate) fn number(&self, property: &str) -> u32 {
        self.properties[property].parse().unwrap()
    }
}

/// Every command in a log: in the form `::name key=value,…::message` at the beginning of a line, blanks aside, and in
/// the older one, `##[name key=value;…]message`, anywhere in one. A line ends at each kind of line end.
pub(crate) fn commands(log: &str) -> Vec<Command> {
    log.split(['\n', '\r'])
        .filter_map(|line| new_form(line).or_else(|| old_form(line)))
        .collect()
}

fn new_form(line: &str) -> Option<Command> {
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let pairs = properties.split(',').filter_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        let known = !key.is_empty() && !value.is_empty();
        known.then(|| (key.to_owned(), unescaped(value, true)))
    });
    Some(Command {
        name: name.to_owned(),
        properties: pairs.collect(),
        message: unescaped(message, false),
    })
}

fn old_form(line: &str) -> Option<Command> {
    let (_, rest) = line.split_once("##[")?;
    let (head, message) = rest.split_once(']')?;
    Some(Command {
        name: head.split(' ').next().unwrap_or_default().to_owned(),
        properties: BTreeMap::new(),
        message: message.to_owned(),
    })
}

/// The per cent sign comes last, so that what it makes is not read again.
fn unescaped(text: &str, property: bool) -> String {
    let mut text = text.replace("%0D", "\r").replace("%0A", "\n");
    if property {
        text = text.replace("%3A", ":").replace("%2C", ",");
    }
    text.replace("%25", "%")
}

#[test]
fn the_examples_of_the_documentation_are_read() {
    let log = "checking\n::error file=app.js,line=1,col=5,endColumn=7,title=YOUR-TITLE::Missing semicolon\n \
               ::debug::one%0Atwo%25\nnoise ##[add-mask]secret\nat a::b::c\n";
    let read = commands(log);
    assert_eq!(read.len(), 3, "{read:#?}");
    assert_eq!(
        (&*read[0].name, &*read[0].message),
        ("error", "Missing semicolon")
    );
    assert_eq!(read[0].properties["file"], "app.js");
    assert_eq!(
        (read[0].number("line"), read[0].number("endColumn")),
        (1, 7)
    );
    assert_eq!((&*read[1].name, &*read[1].message), ("debug", "one\ntwo%"));
    assert_eq!((&*read[2].name, &*read[2].message), ("add-mask", "secret"));
}
