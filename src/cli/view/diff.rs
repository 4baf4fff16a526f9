//! The difference of two texts, line by line, in the unified form that `patch` and reviewers read.

use crate::text::visible;
use std::fmt::Write;

/// Unchanged lines shown around each change.
const CONTEXT: usize = 3;

/// Cells of the table of common lines at most; beyond that the differing middle is shown as a whole.
const MAX_CELLS: usize = 4_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Keep,
    Drop,
    Add,
}

/// What turns one text into another. On a terminal hostile characters are made visible.
pub(in crate::cli) fn unified(name: &str, before: &str, after: &str, terminal: bool) -> String {
    let name = visible(name);
    let mut result = format!("--- {name}\n+++ {name} (laid out anew)\n");
    if before == after {
        result.push_str("only line ends or the encoding differ\n");
        return result;
    }
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let steps = steps(&old, &new);
    let changed: Vec<usize> = (0..steps.len())
        .filter(|at| steps.get(*at) != Some(&Step::Keep))
        .collect();
    let near = |at: usize| {
        let next = changed.partition_point(|change| change + CONTEXT < at);
        changed
            .get(next)
            .is_some_and(|change| *change <= at + CONTEXT)
    };
    let (mut left, mut right, mut at) = (0, 0, 0);
    while at < steps.len() {
        if !near(at) {
            (left, right, at) = (left + 1, right + 1, at + 1);
            continue;
        }
        let begin = (left, right);
        let mut body = String::new();
        while at < steps.len() && near(at) {
            let (mark, line) = match steps.get(at) {
                Some(Step::Drop) => ('-', old.get(left)),
                Some(Step::Add) => ('+', new.get(right)),
                Some(Step::Keep) | None => (' ', old.get(left)),
            };
            let line = line.copied().unwrap_or_default();
            draw(&mut body, mark, line, terminal);
            left += usize::from(mark != '+');
            right += usize::from(mark != '-');
            at += 1;
        }
        let range = |from: usize, to: usize| match to - from {
            0 => format!("{from},0"),
            lines => format!("{},{lines}", from + 1),
        };
        let (old, new) = (range(begin.0, left), range(begin.1, right));
        let _ = write!(result, "@@ -{old} +{new} @@\n{body}");
    }
    result
}

fn draw(body: &mut String, mark: char, line: &str, terminal: bool) {
    body.push(mark);
    let text = line.strip_suffix('\n').unwrap_or(line);
    if terminal {
        let pieces: Vec<_> = text.split('\t').map(visible).collect();
        body.push_str(&pieces.join("\t"));
    } else {
        body.push_str(text);
    }
    body.push('\n');
    if text.len() == line.len() {
        body.push_str("\\ No newline at end of file\n");
    }
}

/// The shortest way from one to the other, by a table of their common lines.
fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let pairs = old.iter().zip(new);
    let head = pairs.take_while(|(one, other)| one == other).count();
    let most = old.len().min(new.len()) - head;
    let pairs = old.iter().rev().zip(new.iter().rev()).take(most);
    let tail = pairs.take_while(|(one, other)| one == other).count();
    let one = old.get(head..old.len() - tail).unwrap_or_default();
    let other = new.get(head..new.len() - tail).unwrap_or_default();
    let mut steps = vec![Step::Keep; head];
    steps.extend(middle(one, other));
    steps.extend(std::iter::repeat_n(Step::Keep, tail));
    steps
}

fn middle(old: &[&str], new: &[&str]) -> Vec<Step> {
    let width = new.len() + 1;
    let cells = (old.len() + 1).saturating_mul(width);
    if cells > MAX_CELLS {
        let drops = std::iter::repeat_n(Step::Drop, old.len());
        return drops
            .chain(std::iter::repeat_n(Step::Add, new.len()))
            .collect();
    }
    // How many lines are common from a place in both to their ends.
    let mut common = vec![0_u32; cells];
    let value =
        |common: &[u32], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
    for (i, line) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            let best = if line == other {
                value(&common, i + 1, j + 1) + 1
            } else {
                value(&common, i + 1, j).max(value(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut steps = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old.get(i) == new.get(j) {
            steps.push(Step::Keep);
            (i, j) = (i + 1, j + 1);
        } else if i < old.len()
            && (j == new.len() || value(&common, i + 1, j) >= value(&common, i, j + 1))
        {
            steps.push(Step::Drop);
            i += 1;
        } else {
            steps.push(Step::Add);
            j += 1;
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn a_change_stands_between_three_lines_on_each_side() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        let diff = unified("x", before, after, false);
        let expected =
            "--- x\n+++ x (laid out anew)\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(diff, expected);
    }

    #[test]
    fn changes_far_apart_are_two_pieces_and_a_missing_end_is_told() {
        let middle = "m\n".repeat(9);
        let diff = unified(
            "x",
            &format!("a\n{middle}z"),
            &format!("b\n{middle}z\n"),
            false,
        );
        assert_eq!(diff.matches("@@ ").count(), 2, "{diff}");
        assert!(
            diff.contains("-z\n\\ No newline at end of file\n+z\n"),
            "{diff}"
        );
        let new = unified("x", "", "a\n", false);
        assert!(new.ends_with("@@ -0,0 +1,1 @@\n+a\n"), "{new}");
    }

    #[test]
    fn what_rearranges_a_terminal_is_shown_there_only() {
        let shown = unified("x", "#\t\u{202e}a\n", "b\n", true);
        assert!(shown.contains("-#\t\\u{202e}a\n"), "{shown}");
        assert!(unified("x", "#\u{202e}a\n", "b\n", false).contains('\u{202e}'));
    }
}
