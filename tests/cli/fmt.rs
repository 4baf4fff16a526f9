//! `tenure fmt`: what it writes, what it leaves alone, and how it ends.

use super::{Place, Ran};
use std::io::Write as _;
use std::process::Stdio;

const RAGGED: &str = "lists {\n  always => \"A\"\n  when is_lead => \"B\" }\n";
const EVEN: &str = "lists {\n  always       => \"A\"\n  when is_lead => \"B\"\n}\n";

/// The command with a text on its standard input.
fn fed(place: &Place, arguments: &[&str], text: &str) -> Ran {
    let mut command = place.command(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn the_policy_of_the_nearest_configuration_is_laid_out() {
    let place = Place::example();
    let ran = place.expect(0, &["fmt", "--check"]);
    assert!(
        ran.out.is_empty() && ran.said("14 files: nothing to change"),
        "{ran}"
    );
    place.change("rules/lists.tenure", "manage granted", "manage   granted");
    let before = place.content();
    let ran = place.expect(1, &["fmt", "--check"]);
    assert!(
        ran.out.contains("-  manage   granted\n+  manage granted\n"),
        "{ran}"
    );
    assert!(
        ran.out
            .starts_with("--- rules/lists.tenure\n+++ rules/lists.tenure"),
        "{ran}"
    );
    assert!(ran.said("1 would change"), "{ran}");
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
    let ran = place.expect(0, &["fmt"]);
    assert!(
        ran.said("rules/lists.tenure is laid out anew") && ran.out.is_empty(),
        "{ran}"
    );
    assert_eq!(
        place.written_since(&before),
        [place.path("rules/lists.tenure")]
    );
    let unlike = std::fs::read_to_string("rules/lists.tenure").unwrap();
    assert_eq!(place.read("rules/lists.tenure"), unlike);
}

#[test]
fn a_file_that_is_laid_out_is_not_written() {
    let place = Place::empty();
    place.write("a/even.tenure", EVEN);
    place.write("a/b/ragged.tenure", RAGGED);
    place.write("a/other.txt", "lists{}");
    let time = |name: &str| {
        std::fs::metadata(place.path(name))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = (time("a/even.tenure"), time("a/b/ragged.tenure"));
    std::thread::sleep(std::time::Duration::from_millis(20));
    place.expect(0, &["fmt", "a", "a/even.tenure"]);
    assert_eq!(time("a/even.tenure"), before.0);
    assert!(time("a/b/ragged.tenure") > before.1);
    assert_eq!(place.read("a/b/ragged.tenure"), EVEN);
    assert_eq!(place.read("a/other.txt"), "lists{}");
    let left: Vec<_> = place
        .content()
        .into_keys()
        .filter(|path| path.is_file())
        .collect();
    assert_eq!(left.len(), 3, "nothing else is left: {left:?}");
}

#[test]
fn a_file_with_an_error_is_left_alone_and_the_others_are_laid_out() {
    let place = Place::empty();
    place.write("bad.tenure", "lists {  always => 'A' }");
    place.write("good.tenure", RAGGED);
    let ran = place.expect(1, &["fmt", "."]);
    assert!(
        ran.said("single-quotes") && ran.said("1 changed, 1 left alone"),
        "{ran}"
    );
    assert_eq!(place.read("bad.tenure"), "lists {  always => 'A' }");
    assert_eq!(place.read("good.tenure"), EVEN);
    place.expect(1, &["fmt", "--check", "."]);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let place = Place::empty();
    let ran = fed(&place, &["fmt", "-"], RAGGED);
    assert_eq!((ran.code, ran.out.as_str()), (0, EVEN));
    let ran = fed(&place, &["fmt", "--check", "-"], RAGGED);
    assert!(
        ran.code == 1 && ran.out.starts_with("--- standard input\n"),
        "{ran}"
    );
    let ran = fed(&place, &["fmt", "--check", "-"], EVEN);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    let ran = fed(&place, &["fmt", "-"], "lists {");
    assert!(
        ran.code == 1 && ran.out.is_empty() && ran.said("missing-brace"),
        "{ran}"
    );
    let ran = fed(&place, &["fmt", "-"], "");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
}

#[test]
fn the_end_is_told_by_the_exit_code() {
    let place = Place::empty();
    let ran = place.expect(64, &["fmt", "--chekc"]);
    assert!(ran.said("--check"), "{ran}");
    let ran = place.expect(1, &["fmt", "nowhere.tenure"]);
    assert!(ran.said("unreadable-file"), "{ran}");
    let ran = place.expect(1, &["fmt"]);
    assert!(ran.said("no-config"), "{ran}");
    place.write("empty/readme.txt", "");
    let ran = place.expect(1, &["fmt", "empty"]);
    assert!(ran.said("no-policy"), "{ran}");
    place.write("latin.tenure", b"# M\xFCller\n");
    let ran = place.expect(1, &["fmt", "latin.tenure"]);
    assert!(ran.said("not UTF-8"), "{ran}");
}

#[test]
fn line_ends_and_the_mark_stay_and_utf_16_becomes_utf_8() {
    let place = Place::empty();
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    place.write("windows.tenure", windows(RAGGED));
    place.expect(0, &["fmt", "windows.tenure"]);
    assert_eq!(place.read("windows.tenure"), windows(EVEN));
    place.expect(0, &["fmt", "--check", "windows.tenure"]);
    // The first line decides.
    place.write("mixed.tenure", EVEN.replacen("\"A\"\n", "\"A\"\r\n", 1));
    let ran = place.expect(1, &["fmt", "--check", "mixed.tenure"]);
    assert!(ran.out.contains("only line ends"), "{ran}");
    place.expect(0, &["fmt", "mixed.tenure"]);
    assert_eq!(place.read("mixed.tenure"), EVEN);
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(EVEN.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    place.write("wide.tenure", wide);
    place.expect(0, &["fmt", "wide.tenure"]);
    assert_eq!(place.read("wide.tenure"), EVEN);
}

#[cfg(unix)]
#[test]
fn rights_stay_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let place = Place::empty();
    place.write("real/a.txt", RAGGED);
    let rights = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(place.path("real/a.txt"), rights).unwrap();
    place.write("policy/b.tenure", EVEN);
    symlink("../real/a.txt", place.path("policy/a.tenure")).unwrap();
    place.expect(0, &["fmt", "policy", "policy/a.tenure", "real/a.txt"]);
    assert!(place.path("policy/a.tenure").is_symlink());
    assert_eq!(place.read("real/a.txt"), EVEN);
    let mode = std::fs::metadata(place.path("real/a.txt"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}
