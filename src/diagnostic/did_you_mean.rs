//! The nearest of several names, if one is near enough to be meant.

/// The candidate nearest to `word`, or none if all are too far.
///
/// An equal name but for case wins at once. Otherwise the edit distance (insertions, deletions,
/// substitutions and swaps of neighbours) may be at most a third of the word's length, at least one.
/// Among equally near candidates the first in order wins, so that messages are deterministic.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.eq_ignore_ascii_case(word) {
            return Some(candidate);
        }
        let far = distance(&word.to_lowercase(), &candidate.to_lowercase());
        let better = match best {
            None => true,
            Some((least, name)) => (far, candidate) < (least, name),
        };
        if far <= limit && better {
            best = Some((far, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// Optimal string alignment distance over characters.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let change = at(&last, j) + usize::from(ca != cb);
            let mut least = change.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(cb) && b.get(j - 1) == Some(ca);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = last;
        last = row;
    }
    at(&last, b.len())
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let names = ["department", "office", "hire_date"];
        assert_eq!(did_you_mean("departement", names), Some("department"));
        assert_eq!(did_you_mean("ofifce", names), Some("office"));
        assert_eq!(did_you_mean("OFFICE", names), Some("office"));
    }

    #[test]
    fn a_word_that_is_far_from_all_gets_no_suggestion() {
        assert_eq!(did_you_mean("salary", ["department", "office"]), None);
        assert_eq!(did_you_mean("x", ["id", "office"]), None);
    }
}
