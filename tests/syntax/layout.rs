//! The layout of `tenure fmt`: laws over every policy of the repository, as it stands and with its blanks
//! shaken, and what each rule of the layout does.

use super::parse;
use crate::dice::Dice;
use std::path::{Path, PathBuf};
use tenure::diagnostic::{Diagnostic, FileId};
use tenure::syntax::format::{WIDTH, format};

/// The layout of a text that can be parsed.
#[track_caller]
fn laid_out(text: &str) -> String {
    format(FileId(0), text).unwrap_or_else(|found| panic!("{found:#?}\n{text}"))
}

/// Everything that a text says, without places: its items with their documentation, and its comments.
fn meaning(text: &str) -> (String, Vec<String>) {
    let (file, _) = parse(text);
    let place = regex::Regex::new(r"Span \{ file: FileId\(0\), start: \d+, end: \d+ \}").unwrap();
    let items = place
        .replace_all(&format!("{:?}", file.items), "_")
        .into_owned();
    let comment = |span: tenure::diagnostic::Span| {
        let words = &text[span.start as usize..span.end as usize];
        words.trim_end().to_owned()
    };
    (
        items,
        file.comments.iter().map(|one| comment(one.span)).collect(),
    )
}

/// Holds the laws of the layout for a text, if that can be parsed; whether it can.
#[track_caller]
pub(crate) fn holds(name: &str, text: &str) -> bool {
    if parse(text).1.iter().any(Diagnostic::is_error) {
        return false;
    }
    let once = laid_out(text);
    assert_eq!(
        meaning(text),
        meaning(&once),
        "{name} says something else:\n{text}\n---\n{once}"
    );
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(letters(text), letters(&once), "{name} lost something");
    let twice = laid_out(&once);
    assert!(
        once == twice,
        "{name} does not stay:\n{text}\n--- once\n{once}\n--- twice\n{twice}"
    );
    let odd = once
        .lines()
        .find(|line| line.ends_with([' ', '\t']) || line.contains('\t'));
    let odd = odd.filter(|line| !line.contains(['"', '#', '/']));
    assert_eq!(odd, None, "{name}");
    true
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "fuzz" {
                walk(&path, found);
            }
        } else if path
            .extension()
            .is_some_and(|kind| kind == "tenure" || kind == "md")
        {
            found.push(path);
        }
    }
}

/// Every policy of the repository: files, and blocks of documents.
fn policies() -> Vec<(String, String)> {
    let mut files = Vec::new();
    walk(Path::new(env!("CARGO_MANIFEST_DIR")), &mut files);
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(&path)
            .unwrap()
            .replace("\r\n", "\n");
        if name.ends_with(".tenure") {
            found.push((name, text));
            continue;
        }
        for (number, block) in text.split("```tenure").skip(1).enumerate() {
            let (_, block) = block.split_once('\n').unwrap();
            let block = block.split("\n```").next().unwrap();
            found.push((format!("{name}, block {number}"), block.to_owned()));
        }
    }
    found
}

#[test]
fn every_policy_of_the_repository_keeps_its_meaning_and_its_second_layout_is_its_first() {
    let all = policies();
    let held = all.iter().filter(|(name, text)| holds(name, text)).count();

    assert!(held > 400, "{held} of {}", all.len());
}

#[test]
fn the_example_is_laid_out() {
    let mut files = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"),
        &mut files,
    );
    files.retain(|path| path.extension().is_some_and(|kind| kind == "tenure"));
    assert!(files.len() > 10);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(laid_out(&text), text, "{}", file.display());
    }
}

/// A text with other blanks between its tokens, and comments strewn in.
fn shaken(text: &str, dice: &mut Dice) -> String {
    let blanks = [
        " ",
        " ",
        " ",
        "\n",
        "\n",
        "  ",
        "\t",
        "\n\n",
        "\n    ",
        " \n\n\n\n ",
        "\n\t",
    ];
    let mut result = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '#' => {
                let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                result.push_str(&text[at..end]);
                while chars.next_if(|(next, _)| *next < end).is_some() {}
                // The line end that ends a comment stays; how far the next line is indented does not matter.
                if chars.next().is_some() {
                    result.push('\n');
                }
            }
            '"' | '/' => {
                result.push(c);
                while let Some((_, inner)) = chars.next() {
                    result.push(inner);
                    if inner == '\\' {
                        result.extend(chars.next().map(|(_, escaped)| escaped));
                    } else if inner == c {
                        break;
                    }
                }
            }
            ' ' | '\n' | '\t' => {
                while chars
                    .next_if(|(_, next)| matches!(next, ' ' | '\n' | '\t'))
                    .is_some()
                {}
                match dice.below(24) {
                    0 => result.push_str(" # why\n"),
                    1 => result.push_str("\n# alone\n"),
                    2 => result.push_str("\n\n## told\n"),
                    3 => result.push_str(" # one\n  # two\n\n# three\n"),
                    _ => result.push_str(dice.of(&blanks)),
                }
            }
            '(' | ')' | '[' | ']' | ',' | '{' | '}' | '=' if dice.below(6) == 0 => {
                let operator = c == '=';
                if !operator {
                    result.push_str(dice.of(&blanks));
                }
                result.push(c);
                if !operator {
                    result.push_str(dice.of(&blanks));
                }
            }
            _ => result.push(c),
        }
    }
    result
}

#[test]
fn blanks_and_comments_at_any_place_change_no_meaning() {
    let all = policies();
    let rounds = if crate::is_long() { 40 } else { 1 };
    let (mut held, mut tried) = (0, 0);
    for seed in 0..rounds {
        for (number, (name, text)) in all.iter().enumerate() {
            if parse(text).1.iter().any(Diagnostic::is_error) || text.len() > 6_000 {
                continue;
            }
            let mut dice = Dice::new(seed * 100_000 + u64::try_from(number).unwrap());
            let text = shaken(text, &mut dice);
            tried += 1;
            held += usize::from(holds(&format!("{name}, shaken {seed}"), &text));
        }
    }

    assert!(held * 100 > tried * 95 && held > 300, "{held} of {tried}");
}

#[test]
fn a_statement_has_a_line_and_columns_are_aligned() {
    let text = r#"groups { when office == "Berlin" => "SG-Berlin" when office
  == "Honolulu" => "SG-Aloha" , "SG-Beach" always=>"SG-Everybody" linger 14 days }
param x:text="a"  let load = choose { when kind == "trainee" => "part"
  otherwise => f ( a . b ( ) , sites [ office ] . code ) }
profile {
	cn = x once # first
	mailNickname = y     else   clear

	# a line of its own

}
guard { disable at most 2 % or 5 whichever is more
 protect group "A" protect account "B"
# at the end
}
stage a { } stage b { account disabled  groups none }"#;
    let expected = r#"groups {
  when office == "Berlin"   => "SG-Berlin"
  when office == "Honolulu" => "SG-Aloha", "SG-Beach"
  always                    => "SG-Everybody"
  linger 14 days
}
param x : text = "a"
let load = choose {
  when kind == "trainee" => "part"
  otherwise              => f(a.b(), sites[office].code)
}
profile {
  cn           = x   once   # first
  mailNickname = y   else clear

  # a line of its own
}
guard {
  disable at most 2% or 5 whichever is more
  protect group   "A"
  protect account "B"
  # at the end
}
stage a {}
stage b { account disabled  groups none }
"#;
    assert_eq!(laid_out(text), expected);
}

#[test]
fn a_column_stays_where_its_author_has_aligned_it_and_moves_where_there_is_no_room() {
    let kept = "lists {\n  always       => \"A\"\n\n  when is_lead => \"B\"\n}\n";
    let wide = kept.replace(" =>", "     =>");
    assert_eq!(laid_out(&wide), wide);
    let ragged = kept.replace("always       =>", "always =>");
    assert_eq!(laid_out(&ragged), ragged, "a run ends at a blank line");
    let narrow = kept
        .replace("\n\n", "\n")
        .replace("always       =>", "always =>");
    assert_eq!(laid_out(&narrow), kept.replace("\n\n", "\n"));
    let comments = "let a = 1       # one\nlet b = \"much too long\" # two\n";
    let aligned = "let a = 1                 # one\nlet b = \"much too long\"   # two\n";
    assert_eq!(laid_out(comments), aligned);
}

#[test]
fn a_long_line_is_broken_where_it_belongs_together_least() {
    let names: Vec<String> = (0..12)
        .map(|number| format!("\"SG-Department-{number}\""))
        .collect();
    let text = format!(
        "groups {{ when office == \"Berlin\" and is_lead => {} }}",
        names.join(", ")
    );
    let result = laid_out(&text);
    let lines: Vec<&str> = result.lines().collect();
    assert_eq!(lines[1], "  when office == \"Berlin\" and is_lead");
    assert!(
        lines[2].starts_with("    => \"SG-Department-0\""),
        "{result}"
    );
    assert!(lines[3].starts_with("    \"SG-Department-"), "{result}");
    assert!(lines.iter().all(|line| line.len() <= WIDTH), "{result}");
    assert!(holds("a long line", &result));
}

#[test]
fn blank_lines_stay_between_statements_and_nowhere_else() {
    let text = "\n\n# head\n\n\n\nlet a = 1\n\n\n\n\nlet b = 2\nstage c {\n\n\n  account enabled\n\n\n  groups none\n\n}\n\n\n";
    let expected =
        "# head\n\n\nlet a = 1\n\n\nlet b = 2\nstage c {\n  account enabled\n\n  groups none\n}\n";
    assert_eq!(laid_out(text), expected);
    assert_eq!(laid_out(""), "");
    assert_eq!(laid_out("\n \n"), "");
    assert_eq!(laid_out("# only this"), "# only this\n");
}

#[test]
fn a_text_with_an_error_has_no_layout() {
    for (text, code) in [
        ("let a = ", "syntax"),
        ("let a = x == 'b'", "single-quotes"),
        ("// no comment\nlet a = 1", "block-comment"),
        ("let a =\u{a0}1", "invisible-character"),
        ("stage a { account enabled; }", "semicolon"),
    ] {
        let found = format(FileId(0), text).unwrap_err();
        assert!(
            found.iter().any(|one| one.code.name == code),
            "{text}: {found:?}"
        );
    }
}
