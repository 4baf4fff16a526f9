//! What our own files remember in comments above the entries: numbers that must never be given twice, and
//! which changes are already contained.

use std::fmt::Write as _;

/// The comments of a file that this program wrote; all of it missing from any other file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// The highest update sequence number that was ever given.
    pub(super) usn: Option<u64>,
    /// The relative id that the next new account or group gets.
    pub(super) next_rid: Option<u32>,
    /// The change file whose changes are contained, and up to which one.
    pub(super) contains: Option<(String, u64)>,
}

const USN: &str = "# highest update sequence number: ";
const RID: &str = "# next relative id: ";
const CONTAINS: &str = "# contains the changes of ";

/// How many lines at the top are looked at.
const HEADER_LINES: usize = 20;

impl Header {
    /// Reads the comments at the top of a file.
    pub(super) fn read(text: &str) -> Self {
        let mut header = Self::default();
        let top = text.split('\n').take(HEADER_LINES);
        for line in top.take_while(|line| !line.starts_with("dn:")) {
            if let Some(number) = line.strip_prefix(USN) {
                header.usn = number.parse().ok();
            } else if let Some(number) = line.strip_prefix(RID) {
                header.next_rid = number.parse().ok();
            } else if let Some(rest) = line.strip_prefix(CONTAINS) {
                header.contains = rest
                    .split_once(" up to ")
                    .and_then(|(log, number)| Some((log.to_owned(), number.parse().ok()?)));
            }
        }
        header
    }

    /// Writes the comments.
    pub(super) fn write(&self, out: &mut String) {
        out.push_str("version: 1\n");
        let mut line = |prefix: &str, value: &dyn std::fmt::Display| {
            // Writing to a String can not fail.
            let _ = writeln!(out, "{prefix}{value}");
        };
        if let Some(usn) = self.usn {
            line(USN, &usn);
        }
        if let Some(rid) = self.next_rid {
            line(RID, &rid);
        }
        if let Some((log, number)) = &self.contains {
            line(CONTAINS, &format!("{log} up to {number}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Header;

    #[test]
    fn a_header_reads_back() {
        let header = Header {
            usn: Some(7),
            next_rid: Some(1105),
            contains: Some(("ab12".to_owned(), 3)),
        };
        let mut text = String::new();
        header.write(&mut text);
        assert_eq!(
            text,
            "version: 1\n# highest update sequence number: 7\n# next relative id: 1105\n# contains the changes \
             of ab12 up to 3\n"
        );
        assert_eq!(Header::read(&text), header);
        assert_eq!(
            Header::read("dn: CN=a\n# next relative id: 5"),
            Header::default()
        );
    }
}
