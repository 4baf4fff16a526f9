//! Names as the front compares them: of its own, so that a mistake in the program's does not hide here as well.

/// The parts of a name (RFC 4514), each as `attribute=value`, unescaped and in small letters.
pub(super) fn parts(dn: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    let mut bytes = dn.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                let mut hex = bytes.clone().take(2).map(char::from);
                let pair = (hex.next().and_then(digit), hex.next().and_then(digit));
                if let (Some(high), Some(low)) = pair {
                    part.push(high << 4 | low);
                    bytes.next();
                    bytes.next();
                } else {
                    part.extend(bytes.next());
                }
            }
            b',' => {
                parts.push(folded(&part));
                part.clear();
                while bytes.peek() == Some(&b' ') {
                    bytes.next();
                }
            }
            byte => part.push(byte),
        }
    }
    parts.push(folded(&part));
    parts
}

/// How many characters the value of the first part has.
pub(super) fn first_length(dn: &str) -> usize {
    let first = parts(dn).swap_remove(0);
    first
        .split_once('=')
        .map_or(0, |(_, value)| value.chars().count())
}

fn folded(part: &[u8]) -> String {
    String::from_utf8_lossy(part).to_lowercase()
}

fn digit(c: char) -> Option<u8> {
    u8::try_from(c.to_digit(16)?).ok()
}
