//! The XML of S3's answers: elements and texts, as far as a list of objects and an error need them.
//!
//! What is more than that is refused and not guessed at: declarations of types and entities, which no S3 sends, among it.

/// How deep elements lie in each other at most; in an answer of S3 they do at three.
const MAX_DEPTH: usize = 16;

/// The texts of all elements that hold no other, each with the path of names that leads to it, in order; `None` where it
/// is no XML that is read here.
pub(super) fn leaves(xml: &str) -> Option<Vec<(String, String)>> {
    let mut open: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    let mut text = String::new();
    // Whether the innermost element holds no other so far.
    let mut is_leaf = false;
    let mut rest = xml.trim_start_matches('\u{feff}');
    let mut ended = false;
    while let Some((before, behind)) = rest.split_once('<') {
        if open.is_empty() {
            // Around the outermost element nothing but space stands, and it is the only one.
            before.trim().is_empty().then_some(())?;
        } else {
            text.push_str(&unescaped(before)?);
        }
        if let Some(said) = behind.strip_prefix('?') {
            rest = said.split_once("?>")?.1;
            continue;
        }
        if let Some(said) = behind.strip_prefix("!--") {
            rest = said.split_once("-->")?.1;
            continue;
        }
        if behind.starts_with('!') {
            return None;
        }
        let (tag, behind) = tag(behind)?;
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            let closed = open.pop().filter(|open| *open == name.trim_end())?;
            if is_leaf {
                let mut path: Vec<&str> = open.iter().map(|name| local(name)).collect();
                path.push(local(closed));
                found.push((path.join("/"), std::mem::take(&mut text)));
            }
            is_leaf = false;
            ended |= open.is_empty();
            continue;
        }
        let alone = tag.strip_suffix('/');
        let name = alone.unwrap_or(tag).split_whitespace().next()?;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, ':' | '_' | '-' | '.');
        if ended || !name.chars().all(is_name) || open.len() >= MAX_DEPTH {
            return None;
        }
        text.clear();
        if alone.is_some() {
            let mut path: Vec<&str> = open.iter().map(|name| local(name)).collect();
            path.push(local(name));
            found.push((path.join("/"), String::new()));
            is_leaf = false;
            ended |= open.is_empty();
        } else {
            open.push(name);
            is_leaf = true;
        }
    }
    (ended && open.is_empty() && rest.trim().is_empty()).then_some(found)
}

/// What stands up to the end of a tag, and behind it; in the quotes of an attribute `>` ends nothing.
fn tag(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some((text.get(..at)?, text.get(at + 1..)?)),
            (None, '<') => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// A name without the prefix of its namespace.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// A text with its entities resolved; `None` where one is none of the five or no character.
fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, behind) = part.split_once(';')?;
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            number => {
                let number = number.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(digits) => u32::from_str_radix(digits, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)?
            }
        });
        out.push_str(behind);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::leaves;

    fn read(xml: &str) -> Option<Vec<String>> {
        let all = leaves(xml)?;
        Some(
            all.into_iter()
                .map(|(path, text)| format!("{path}={text}"))
                .collect(),
        )
    }

    #[test]
    fn an_answer_of_s3_is_read() {
        let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- <a> -->\n\
                   <s:L xmlns:s='http://x/>'><IsTruncated>true</IsTruncated><Contents><Key>a&amp;b&#x20;&#233;</Key>\
                   <Size>1</Size></Contents><Contents>\n <Key/>\n</Contents></s:L>\n";
        let wanted = [
            "L/IsTruncated=true",
            "L/Contents/Key=a&b é",
            "L/Contents/Size=1",
            "L/Contents/Key=",
        ];
        assert_eq!(read(xml).unwrap(), wanted);
    }

    #[test]
    fn what_is_no_answer_of_s3_is_refused() {
        for xml in [
            "",
            "text",
            "<a>",
            "</a>",
            "<a></b>",
            "<a><b></a></b>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a>&b;</a>",
            "<a>&amp</a>",
            "<a>&#xd800;</a>",
            "<!DOCTYPE a><a/>",
            "<a><![CDATA[x]]></a>",
            "<a b='>",
            "<a <b>",
            "<>",
            "< a>",
        ] {
            assert_eq!(read(xml), None, "{xml}");
        }
        let deep = "<a>".repeat(40) + &"</a>".repeat(40);
        assert_eq!(read(&deep), None);
    }
}
