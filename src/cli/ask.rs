//! Asks whoever sits at the terminal.

use std::io::Write as _;

/// Whether the answer is yes; anything else, or none, is no.
pub(super) fn says_yes(question: &str) -> bool {
    let _ = write!(std::io::stderr(), "{question} Type yes: ");
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "yes" | "y")
}
