//! Diagnostics and wishes as text, for whole-output assertions.

use std::fmt::Write as _;

use tenure::diagnostic::{Diagnostic, Label, Sources};
use tenure::policy::explain::Explanation;
use tenure::policy::{
    AssignedPart, AttributeWish, BlockWish, Candidate, Desired, Extent, Mode, NamePattern, Policy,
    StageAccount, Standing, UnitWish, Wish,
};

/// Each diagnostic with the lines it points at, underlined.
pub(crate) fn diagnostics(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let severity = diagnostic.severity.word();
        let code = diagnostic.code.name;
        writeln!(text, "{severity}[{code}]: {}", diagnostic.message).unwrap();
        label(&mut text, sources, &diagnostic.primary, '^');
        for other in &diagnostic.secondary {
            label(&mut text, sources, other, '-');
        }
        if let Some(help) = &diagnostic.help {
            writeln!(text, "  help: {help}").unwrap();
        }
        if let Some(fix) = &diagnostic.fix {
            writeln!(text, "  fix: {}", fix.title).unwrap();
        }
    }
    text
}

fn label(text: &mut String, sources: &Sources, label: &Label, mark: char) {
    let source = sources.get(label.span.file).unwrap();
    let (start, end) = (label.span.start as usize, label.span.end as usize);
    assert!(
        source.text.get(start..end).is_some(),
        "{label:?} lies in {}",
        source.name
    );
    let (_, place) = sources.place(label.span).unwrap();
    let begin = source.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = source.text[begin..].lines().next().unwrap_or_default();
    writeln!(text, "  {}:{}", source.name, place.line).unwrap();
    writeln!(text, "{}", format!("    {line}").trim_end()).unwrap();
    let before = source.text[begin..start].chars().count();
    let marked = source.text[start..end].lines().next().unwrap_or_default();
    let marks: String = std::iter::repeat_n(mark, marked.chars().count().max(1)).collect();
    let more = if source.text[start..end].contains('\n') {
        " …"
    } else {
        ""
    };
    let gap = " ".repeat(before);
    let under = format!("    {gap}{marks}{more} {}", label.text);
    writeln!(text, "{}", under.trim_end()).unwrap();
}

/// A wish, a line each thing; nothing is said of what is empty.
pub(crate) fn wish(policy: &Policy, wish: &Wish) -> String {
    let mut text = String::new();
    let stage = |id: tenure::policy::StageId| policy.rules.stage(id).unwrap().name.to_string();
    let standing = match &wish.standing {
        Standing::In { stage: id, .. } => stage(*id),
        Standing::Held { reason, ends, .. } => {
            let ends = ends.map_or(String::new(), |(id, _)| format!(", ends in {}", stage(id)));
            format!("held: {reason}{ends}")
        }
    };
    writeln!(text, "{} {standing}", wish.person).unwrap();
    writeln!(text, "  account {}", account(wish.account)).unwrap();
    writeln!(text, "  zone {}", wish.zone).unwrap();
    for query in &wish.adopt {
        writeln!(text, "  adopt {:?}", query.tests).unwrap();
    }
    for unique in &wish.uniques {
        let candidates: Vec<String> = unique.candidates.iter().map(candidate).collect();
        writeln!(text, "  candidates {}", candidates.join(", ")).unwrap();
    }
    match &wish.unit {
        UnitWish::In(dn, _) => writeln!(text, "  unit {dn}").unwrap(),
        UnitWish::Untouched(_) => writeln!(text, "  unit untouched").unwrap(),
        UnitWish::Held(why, _) => writeln!(text, "  unit held: {why}").unwrap(),
    }
    for line in &wish.attributes {
        writeln!(text, "  {}", attribute(line)).unwrap();
    }
    block(&mut text, "groups", &wish.groups);
    block(&mut text, "lists", &wish.lists);
    for rule in &wish.approvals {
        let rule = policy.rules.rule(*rule).unwrap();
        writeln!(text, "  asks {}", rule.text).unwrap();
    }
    for one in &wish.invariants {
        let title = &policy.rules.invariants[one.index as usize].title;
        let unknown = one.unknown.as_ref();
        let unknown = unknown.map_or(String::new(), |why| format!(" (perhaps: {why})"));
        writeln!(text, "  never breaks {title}{unknown}").unwrap();
    }
    if let Some(next) = wish.next_change {
        writeln!(text, "  next {next}").unwrap();
    }
    text
}

/// Each row of stage and groups with its verdict, the conditions that made it so, and what they read.
pub(crate) fn explanation(policy: &Policy, explanation: &Explanation) -> String {
    let mut text = String::new();
    let groups = explanation.groups.iter().map(|one| &one.row);
    for row in explanation.stage.iter().chain(groups) {
        let rule = policy.rules.rule(row.rule).unwrap();
        writeln!(text, "{:?}: {}", row.verdict, rule.text).unwrap();
        for fact in &row.facts {
            let holds = if fact.holds { "holds" } else { "does not hold" };
            writeln!(text, "  {holds}: {}", fact.condition).unwrap();
            for (name, value) in &fact.values {
                writeln!(text, "    {name}: {value}").unwrap();
            }
        }
    }
    text
}

fn account(account: StageAccount) -> String {
    match account {
        StageAccount::Enabled => "enabled".to_owned(),
        StageAccount::Prepared => "prepared".to_owned(),
        StageAccount::Disabled => "disabled".to_owned(),
        StageAccount::DeletedAfter(length) => format!("deleted after {} disabled", length.count),
        StageAccount::Untouched => "untouched".to_owned(),
        StageAccount::Hold => "hold".to_owned(),
    }
}

fn candidate(candidate: &Candidate) -> String {
    match candidate {
        Candidate::Fixed(name) => name.to_string(),
        Candidate::Numbered {
            before,
            hinge,
            after,
        } => format!("{before}{hinge}[n]{after}"),
    }
}

fn attribute(line: &AttributeWish) -> String {
    let mode = match line.mode {
        Mode::Always => "",
        Mode::Once => " once",
        Mode::IfEmpty => " if empty",
        Mode::Adding => " adding",
    };
    let overlay = if line.overlay { " (stage)" } else { "" };
    format!(
        "{} = {}{mode}{overlay}",
        line.attribute,
        desired(&line.value)
    )
}

fn desired(value: &Desired) -> String {
    match value {
        Desired::Values(values) => format!("{values:?}"),
        Desired::Assigned(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|part| match part {
                    AssignedPart::Literal(text) => text.to_string(),
                    AssignedPart::Unique(index) => format!("<{index}>"),
                })
                .collect();
            parts.concat()
        }
        Desired::Person(id, otherwise) => format!("person {id}, else {}", desired(otherwise)),
        Desired::Clear => "clear".to_owned(),
        Desired::Keep => "keep".to_owned(),
        Desired::Held(why) => format!("held: {why}"),
    }
}

fn block(text: &mut String, name: &str, block: &BlockWish) {
    let names = |groups: Vec<&str>| groups.join(", ");
    let granted: Vec<&str> = block.granted.iter().map(|wish| &*wish.group).collect();
    if !granted.is_empty() {
        writeln!(text, "  {name} {}", names(granted)).unwrap();
    }
    let extent = match block.restriction.extent {
        Extent::AsRules => None,
        Extent::None => Some("none"),
        Extent::NoneOfOurs => Some("none of ours"),
        Extent::Untouched => Some("untouched"),
    };
    let except: Vec<String> = block
        .restriction
        .except
        .iter()
        .map(|pattern| match pattern {
            NamePattern::Glob { text, .. } => text.to_string(),
            NamePattern::Dn(dn) => dn.to_string(),
        })
        .collect();
    if block.restriction.rule.is_some() && (extent.is_some() || !except.is_empty()) {
        let except = if except.is_empty() {
            String::new()
        } else {
            format!(" except {}", except.join(", "))
        };
        writeln!(
            text,
            "  {name} are {}{except}",
            extent.unwrap_or("as rules")
        )
        .unwrap();
    }
    let forbidden: Vec<&str> = block.forbidden.iter().map(|wish| &*wish.group).collect();
    if !forbidden.is_empty() && name == "groups" {
        writeln!(text, "  forbidden {}", names(forbidden)).unwrap();
    }
    for (held, why) in &block.held {
        writeln!(text, "  {name} hold {}: {why}", held.group).unwrap();
    }
}
