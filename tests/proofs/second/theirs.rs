//! The same picture of what the real evaluator wants.

use tenure::policy::{
    AssignedPart, AttributeWish, BlockWish, Desired, Extent, Mode, NamePattern, Policy,
    StageAccount, Standing, UnitWish, Wish,
};

use super::decide::Picture;

/// A wish as a picture.
pub(super) fn picture(policy: &Policy, wish: &Wish) -> Picture {
    let mut picture = Picture::new();
    let mut say = |name: &str, text: String| picture.insert(name.to_owned(), text);
    say("zone", wish.zone.to_string());
    let next = wish.next_change.map(|at| at.to_string());
    say("next", next.unwrap_or_else(|| "never".to_owned()));
    for (index, holds) in wish.watches.iter().enumerate() {
        say(&format!("watch {index}"), format!("{holds:?}"));
    }
    // Of a record that cannot be read nothing is expected.
    let expects = if wish.watches.is_empty() {
        0
    } else {
        policy.rules.expects.len()
    };
    for index in 0..expects {
        let unmet = wish.unmet.iter().any(|one| *one as usize == index);
        say(&format!("expect {index} unmet"), unmet.to_string());
    }
    let stage = match &wish.standing {
        Standing::In { stage, .. } => policy.rules.stage(*stage).unwrap().name.to_string(),
        Standing::Held { ends: Some(_), .. } => "held, ends".to_owned(),
        Standing::Held { ends: None, .. } => "held".to_owned(),
    };
    say("stage", stage);
    let account = match wish.account {
        StageAccount::Enabled => "enabled",
        StageAccount::Prepared => "prepared",
        StageAccount::Disabled => "disabled",
        StageAccount::DeletedAfter(_) => "deleted",
        StageAccount::Untouched => "untouched",
        StageAccount::Hold => return picture,
    };
    say("account", account.to_owned());
    if wish.account == StageAccount::Untouched {
        return picture;
    }
    let unit = match &wish.unit {
        UnitWish::In(dn, _) => dn.to_string(),
        UnitWish::Untouched(_) => "untouched".to_owned(),
        UnitWish::Held(..) => "held".to_owned(),
    };
    say("unit", unit);
    for line in &wish.attributes {
        say(&format!("attribute {}", line.attribute), attribute(line));
    }
    block(&mut picture, "group", &wish.groups);
    block(&mut picture, "list", &wish.lists);
    picture
}

fn attribute(line: &AttributeWish) -> String {
    let mode = match line.mode {
        Mode::Always => "",
        Mode::Once => " once",
        Mode::IfEmpty => " if empty",
        Mode::Adding => " adding",
    };
    let overlay = if line.overlay { " (stage)" } else { "" };
    desired(&line.value) + mode + overlay
}

fn desired(value: &Desired) -> String {
    match value {
        Desired::Values(values) => values.join(" | "),
        Desired::Assigned(parts) => {
            let parts = parts.iter().map(|part| match part {
                AssignedPart::Literal(text) => text.to_string(),
                AssignedPart::Unique(index) => format!("<{index}>"),
            });
            parts.collect()
        }
        Desired::Person(key, otherwise) => format!("person {key}, else {}", desired(otherwise)),
        Desired::Clear => "clear".to_owned(),
        Desired::Keep => "keep".to_owned(),
        Desired::Held(_) => "held".to_owned(),
    }
}

fn block(picture: &mut Picture, kind: &str, block: &BlockWish) {
    let key = |name: &str| format!("{kind} {}", name.to_lowercase());
    for wish in &block.granted {
        picture.insert(key(&wish.group), "given".to_owned());
    }
    for (wish, _) in &block.held {
        picture.insert(key(&wish.group), "held".to_owned());
    }
    for wish in &block.forbidden {
        let word = picture.entry(key(&wish.group));
        let word = word.or_insert_with(|| "not given".to_owned());
        word.push_str(", forbidden");
    }
    let mut restriction = match block.restriction.extent {
        Extent::AsRules if block.restriction.except.is_empty() => "",
        Extent::AsRules => "as rules",
        Extent::None => "none",
        Extent::NoneOfOurs => "none of ours",
        Extent::Untouched => "untouched",
    }
    .to_owned();
    for pattern in &block.restriction.except {
        let text = match pattern {
            NamePattern::Glob { text, .. } => text.to_string(),
            NamePattern::Dn(dn) => dn.to_string(),
        };
        restriction.push(' ');
        restriction.push_str(&text);
    }
    picture.insert(format!("{kind}s restricted"), restriction);
}
