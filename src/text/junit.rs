//! Reports of tests in the XML of `JUnit`, which pipelines and build servers read.
//!
//! There is no standard; what is written is valid by the schema that Jenkins publishes, and holds nothing that other
//! readers do not know. XML 1.0 has no way at all to write most control characters, so these and all that could
//! rearrange a line are made visible first, as everywhere.
//!
//! Begin with [`xml`].

use super::visible;
use std::fmt::Write;

/// Cases that belong together: a file, a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// What it is called.
    pub name: String,
    /// What was tried, in order.
    pub cases: Vec<Case>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it is called; readers know a case by its class and its name.
    pub name: String,
    /// What it belongs to; readers make groups of it.
    pub class: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What else there is to say; several lines, or empty.
    pub output: String,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// It was left out.
    Skipped,
    /// Not as it should.
    Failed {
        /// The kind of failure.
        kind: String,
        /// What is wrong, in one line.
        message: String,
        /// All about it; may have several lines.
        text: String,
    },
}

/// The report: the suites in order, each with its counts.
pub fn xml(name: &str, suites: &[Suite]) -> String {
    let cases: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let failures: usize = suites.iter().map(Suite::failures).sum();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{cases}\" failures=\"{failures}\" errors=\"0\">\n",
        attribute(name)
    );
    for suite in suites {
        suite.write(&mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

impl Suite {
    fn failures(&self) -> usize {
        let failed = |case: &&Case| matches!(case.outcome, Outcome::Failed { .. });
        self.cases.iter().filter(failed).count()
    }

    fn write(&self, out: &mut String) {
        let skipped = |case: &&Case| case.outcome == Outcome::Skipped;
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
            attribute(&self.name),
            self.cases.len(),
            self.failures(),
            self.cases.iter().filter(skipped).count(),
        );
        for case in &self.cases {
            case.write(out);
        }
        out.push_str("  </testsuite>\n");
    }
}

impl Case {
    fn write(&self, out: &mut String) {
        let _ = write!(
            out,
            "    <testcase classname=\"{}\" name=\"{}\"",
            attribute(&self.class),
            attribute(&self.name)
        );
        if self.outcome == Outcome::Passed && self.output.is_empty() {
            out.push_str("/>\n");
            return;
        }
        out.push_str(">\n");
        match &self.outcome {
            Outcome::Passed => {}
            Outcome::Skipped => out.push_str("      <skipped/>\n"),
            Outcome::Failed {
                kind,
                message,
                text,
            } => {
                let _ = writeln!(
                    out,
                    "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                    attribute(kind),
                    attribute(message),
                    content(text)
                );
            }
        }
        if !self.output.is_empty() {
            let _ = writeln!(
                out,
                "      <system-out>{}</system-out>",
                content(&self.output)
            );
        }
        out.push_str("    </testcase>\n");
    }
}

/// A text between quotes, on one line.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(text, &mut out);
    out
}

/// A text between tags; its lines stay.
fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, line) in text.split('\n').enumerate() {
        if place > 0 {
            out.push('\n');
        }
        escape(line, &mut out);
    }
    out
}

/// Every `>` is escaped, so no `]]>` is left, which may not stand between tags either.
fn escape(text: &str, out: &mut String) {
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // No control characters, yet XML 1.0 (2.2, `Char`) has no place for them.
            '\u{FFFE}' | '\u{FFFF}' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, Outcome, Suite, xml};

    #[test]
    fn each_outcome_is_counted_and_written() {
        let case = |name: &str, outcome| Case {
            name: name.to_owned(),
            class: "a.tenure".to_owned(),
            outcome,
            output: String::new(),
        };
        let failed = Outcome::Failed {
            kind: "wrong".to_owned(),
            message: "a < b & \"c\"".to_owned(),
            text: "one\n]]>\u{1b}\u{ffff}".to_owned(),
        };
        let suite = Suite {
            name: "a".to_owned(),
            cases: vec![
                case("passes", Outcome::Passed),
                case("is left out", Outcome::Skipped),
                case("fails", failed),
            ],
        };
        let report = xml("tenure", &[suite]);
        assert_eq!(
            report,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"tenure\" tests=\"3\" failures=\"1\" errors=\"0\">\n  \
             <testsuite name=\"a\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\">\n    \
             <testcase classname=\"a.tenure\" name=\"passes\"/>\n    \
             <testcase classname=\"a.tenure\" name=\"is left out\">\n      <skipped/>\n    </testcase>\n    \
             <testcase classname=\"a.tenure\" name=\"fails\">\n      \
             <failure type=\"wrong\" message=\"a &lt; b &amp; &quot;c&quot;\">one\n]]&gt;\\u{1b}\\u{ffff}</failure>\n    \
             </testcase>\n  </testsuite>\n</testsuites>\n"
        );
    }
}
