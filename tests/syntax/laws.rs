//! Laws of the tree: borders between statements, comments, mutilated policies.

use super::{found, parse};
use tenure::syntax::ast::Item;

/// A statement of each kind at the top level, every token set apart by a blank.
const ITEMS: &[&str] = &[
    r#"source "personio" lose at most 3%"#,
    r#"source "x.csv" prefix "x""#,
    r#"source "y.csv""#,
    r#"person { id : int key  name : text ? from "n" sensitive }"#,
    "employment { start : date  end : date ? }",
    r#"employment from "jobs" { start : date from "x" open }"#,
    r#"param domain : text = "example.org""#,
    "param limit : int ?",
    r#"table sites from "sites.csv" key office { office : text }"#,
    "let site = sites [ office ]",
    "let unit : list of text = unit",
    "let when_ = last_day at 18:00",
    "let n = 14 days",
    "let b = x is missing",
    "let m = x matches /a b/",
    "let d = account . mail . lower ( )",
    "let t = f ( a , b )",
    "let c = choose { when a => b otherwise => c }",
    "let q = any e in reports where ( e . x == 1 )",
    "fn f ( p : text ) : text = p . trim ( )",
    "unique login { try base reuse after 10 years }",
    r#"timezone site . zone else "Europe/Berlin""#,
    "lifecycle { when a => b otherwise => c }",
    "stage leaver was gone , left { account disabled groups none }",
    "identity { anchor employeeID = id confirmed 2026-02-28 }",
    "profile { cn = x once mail = y else clear }",
    "password { random 16 }",
    "unit { otherwise => folder }",
    r#"groups { always => "SG-A" linger 14 days }"#,
    "lists { when a => group , unit }",
    r#"group "SG-A" { kind security scope domain local }"#,
    r#"privileged group "SG-A" , name"#,
    r#"forbid "SG-A" when a == b"#,
    "forbid name , other",
    r#"exclusive "A" , "B" prefer first"#,
    r#"exclusive "A" , "B" prefer current separate"#,
    r#"invariant "x" when a never group "A" never account enabled"#,
    r#"exception for 4711 until 2027-01-31 because "x" { grant "G" }"#,
    "guard { disable at most 2 % or 5 whichever is more }",
    "approve delete , disable",
    r#"approve grant "SG-A" when is_manager"#,
    r#"notify "w" { on create to a , b }"#,
    "writeback { email = account . mail }",
    "retention { values 180 days trail 3 years }",
    r#"expect "x" when department is present"#,
    r#"test "t" { on 2026-01-01 expect stage a }"#,
];

/// Blocks with a statement of each kind in them.
const BLOCKS: &[(&str, &[&str])] = &[
    (
        "person",
        &[
            "id : int key",
            r#"name : text ? from "n""#,
            "key : one of ( \"a\" , \"b\" ) open",
            "from : list of text sensitive",
            "open : person",
        ],
    ),
    (
        "unique login",
        &[
            "try base",
            r#"try "{base}{n}""#,
            "reuse after never",
            r#"reserved from "c.csv""#,
        ],
    ),
    (
        "lifecycle",
        &[
            "when a == b => c",
            "vanished for 14 days => gone",
            "when x => vanished",
        ],
    ),
    (
        "stage x",
        &[
            "account enabled",
            "account deleted after 30 days disabled",
            "account untouched",
            "unit folder",
            "unit untouched",
            "groups none of ours except \"A\" , b",
            "groups none",
            "lists untouched",
            "lists except name",
            "profile untouched",
            "grant \"A\" , name",
            "set title = name",
            "set title = name else keep",
            "clear a , b-c",
        ],
    ),
    (
        "identity",
        &[
            "anchor employeeID = id",
            "adopt when account . mail == email",
            "link 4711 to \"jdoe\"",
            "tied \"adm-{account.sAMAccountName}\"",
            "ignore \"svc-*\" , \"x\"",
            "ignore person 1042",
            "ignore when account . x is present",
            "person 5120 continues \"x1\"",
            "confirmed 2026-02-28",
        ],
    ),
    (
        "profile",
        &[
            "cn = a",
            "sn = a else b",
            "mail = a once",
            "title = a else clear",
            "info = a if empty",
            "proxyAddresses = a adding",
            "clear a , b",
            "keep a",
        ],
    ),
    (
        "password",
        &[
            "random 16",
            "change at first logon",
            "reset on enter a or b from c or d",
            "reset on exit a",
            "hand over 2 days before",
            "allow plain password mail",
        ],
    ),
    (
        "groups",
        &[
            "always => a , b",
            "when x in y => a",
            "keep \"A\"",
            "linger 14 days",
            "manage all",
            "create kind security in \"OU=A\" description \"b\"",
            "create",
        ],
    ),
    (
        "guard",
        &[
            "disable at most 2 %",
            "clear at most 3 or 2 % whichever is less",
            "protect group a , b",
            "protect account when account . x == 1",
            "override disable 12 on 2026-12-31 because \"x\"",
            "password at most 3",
        ],
    ),
    (
        "notify \"x\"",
        &[
            "on create",
            "on change of a , b",
            "on enter a from b",
            "on when a",
            "to a , \"b\"",
            "subject \"x\"",
            "body file \"x.md\"",
            "body name",
        ],
    ),
    (
        "test \"x\"",
        &[
            "on 2026-01-01",
            "on 2026-01-01 at 09:00",
            "person { id = 1 name = b }",
            "person boss { }",
            "taken mail \"x\" , y",
            "expect stage a",
            "expect account enabled",
            "expect account . mail == x",
            "expect unit x",
            "expect no group \"A\" , \"B\"",
            "expect account . mail is missing",
        ],
    ),
];

/// The text with every blank outside quotes and slashes as a line end.
fn one_token_a_line(text: &str) -> String {
    let (mut quoted, mut escaped) = (None, false);
    let mut out = String::new();
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted.is_some() => escaped = true,
            '"' | '/' if quoted.is_none() => quoted = Some(c),
            _ if quoted == Some(c) => quoted = None,
            _ => {}
        }
        out.push(if c == ' ' && quoted.is_none() {
            '\n'
        } else {
            c
        });
    }
    out
}

/// A node without the places in it.
fn placeless(node: &impl std::fmt::Debug) -> String {
    let debug = format!("{node:?}");
    let mut parts = debug.split("Span { file: FileId(0), start: ");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push_str(part.split_once(" }").unwrap().1);
    }
    out
}

fn items(text: &str) -> Vec<String> {
    let (file, diagnostics) = parse(text);
    assert_eq!(diagnostics, [], "{text}");
    file.items.iter().map(placeless).collect()
}

#[test]
fn any_two_items_side_by_side_are_cut_where_they_should_be() {
    let alone: Vec<String> = ITEMS.iter().map(|item| items(item).remove(0)).collect();
    for (first, alone_first) in ITEMS.iter().zip(&alone) {
        for (second, alone_second) in ITEMS.iter().zip(&alone) {
            let line = format!("{first} {second}");
            let both = [alone_first.clone(), alone_second.clone()];
            assert_eq!(items(&line), both, "{line}");
            assert_eq!(items(&one_token_a_line(&line)), both, "{line}");
        }
    }
}

#[test]
fn any_two_statements_of_a_block_are_cut_where_they_should_be() {
    for (head, statements) in BLOCKS {
        for first in *statements {
            for second in *statements {
                let block = |inner: &str| items(&format!("{head} {{ {inner} }}")).remove(0);
                let (a, b) = (block(first), block(second));
                let text = format!("{head} {{ {first} {second} }}");
                let both = items(&text).remove(0);
                assert_eq!(items(&one_token_a_line(&text)), std::slice::from_ref(&both));
                let inner = |whole: &str| last_list(whole).to_owned();
                assert_eq!(
                    inner(&both),
                    format!("{}, {}", inner(&a), inner(&b)),
                    "{text}"
                );
            }
        }
    }
}

/// What stands in the last list of a node.
fn last_list(node: &str) -> &str {
    let end = node.rfind(']').unwrap();
    let mut depth = 0;
    for (at, c) in node[..=end].char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &node[at + 1..end];
        }
    }
    panic!("no list in {node}");
}

const WHOLE: &str = include_str!("cases/whole.tenure");

#[test]
fn comments_mean_nothing() {
    let (file, _) = parse(WHOLE);
    let mut bare = WHOLE.to_owned();
    for comment in file.comments.iter().rev() {
        let range = comment.span.start as usize..comment.span.end as usize;
        bare.replace_range(range, "");
    }
    assert!(!bare.contains(" # "));
    assert_eq!(items(&bare), items(WHOLE));
    let sprinkled = one_token_a_line(
        &bare
            .lines()
            .filter(|line| !line.starts_with("##"))
            .collect::<Vec<_>>()
            .join("\n"),
    )
    .replace('\n', " # a \"comment\"\n");
    let comments: Vec<String> = items(&sprinkled);
    let documented =
        |item: &String| item.replace("The mail domain.\\n\\nEnvironments differ by it.", "");
    let expected: Vec<String> = items(WHOLE).iter().map(documented).collect();
    assert_eq!(comments, expected);
}

/// The words of the policy with the blanks before each.
fn words(text: &str) -> Vec<&str> {
    let token =
        regex::Regex::new(r#"\s*(#.*|"[^"\n]*"|/[^/\n]*/|[\w.%:-]+|=>|[=!<>]=|.)"#).unwrap();
    token.find_iter(text).map(|found| found.as_str()).collect()
}

#[test]
fn a_policy_without_one_of_its_words_is_read_all_the_same() {
    let words = words(WHOLE);
    let step = std::env::var("TENURE_EVERY_WORD").map_or(7, |_| 1);
    let whole = parse(WHOLE).0.items.len();
    for missing in (0..words.len()).step_by(step) {
        let mutilated: String = words[..missing]
            .iter()
            .chain(&words[missing + 1..])
            .copied()
            .collect();
        let (file, diagnostics) = parse(&mutilated);
        let lost = whole.saturating_sub(file.items.len());
        assert!(
            lost <= 3,
            "{:?} at {missing}: {lost} items lost",
            words[missing]
        );
        assert!(
            diagnostics.len() <= 3,
            "{:?} at {missing}: {diagnostics:#?}",
            words[missing]
        );
        let internal = diagnostics
            .iter()
            .any(|one| one.code.name == "internal-syntax");
        assert!(!internal, "{diagnostics:#?}");
    }
}

#[test]
fn a_fix_that_is_applied_is_gone() {
    let text = include_str!("cases/habits.tenure");
    let (_, before) = parse(text);
    let mut edits: Vec<_> = before.iter().filter_map(|one| one.fix.as_ref()).collect();
    assert!(edits.len() > 20);
    for fix in edits.drain(..) {
        let mut mended = text.to_owned();
        let mut parts = fix.edits.clone();
        parts.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        for (span, new) in parts {
            mended.replace_range(span.start as usize..span.end as usize, &new);
        }
        let after = found(&mended).len();
        assert!(
            after < before.len(),
            "{fix:?} leaves {after} of {}",
            before.len()
        );
    }
}

#[test]
fn a_word_that_is_no_item_gets_the_nearest_one() {
    assert_eq!(
        found("lifecylce { when a => b }"),
        [("unknown-item", "lifecylce".to_owned())]
    );
    let (file, diagnostics) = parse("grups { always => \"A\" }\nlet a = b\n");
    assert!(matches!(file.items.as_slice(), [Item::Let(_)]));
    assert_eq!(
        diagnostics[0].help.as_deref(),
        Some("did you mean `groups`?")
    );
    let (_, far) = parse("xyzzy { }");
    assert!(
        far[0]
            .help
            .as_deref()
            .unwrap()
            .starts_with("the items are `approve`")
    );
}
