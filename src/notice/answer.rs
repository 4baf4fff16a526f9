//! What the refusal of a mail server is about: this delivery, or us.
//!
//! A server says so by the enhanced status code (RFC 3463) at the beginning of its words, and where it has none, by
//! the code before them (RFC 5321). What is about the recipient or the mail refuses that one for good. What is about
//! the sender, the connection or the server would be said of every mail: it refuses none.

/// Where in a mail it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// Of the first recipient.
    First,
    /// Of a further one; others were taken.
    Further,
    /// Of head and body.
    Content,
}

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// This recipient, or this mail.
    Delivery,
    /// How many recipients one mail has: this one later (RFC 5321 4.5.3.1.10).
    TooMany,
    /// Who we say that we are: name and password.
    Logon,
    /// The address that we send from.
    Sender,
    /// What the server lets be done by whom.
    Policy,
    /// The server itself.
    System,
    /// How the server is spoken to.
    Protocol,
}

/// What a permanent refusal is about, by its code and the words behind it.
pub(super) fn about(at: At, code: u16, words: &str) -> About {
    if matches!(code, 530 | 534 | 535 | 538) {
        return About::Logon;
    }
    match enhanced(code, words) {
        Some((1, 7 | 8)) => About::Sender,
        // A message that is too big for the system; a mailbox that is another's by now (RFC 7293).
        Some((1 | 2 | 4 | 6, _) | (3, 4) | (7, 17..=19)) => About::Delivery,
        Some((5, 3)) => About::TooMany,
        Some((7, 8)) => About::Logon,
        Some((3, _)) => About::System,
        Some((5, _)) => About::Protocol,
        Some((7, _)) => About::Policy,
        Some(_) | None => by_code(at, code),
    }
}

fn by_code(at: At, code: u16) -> About {
    match (at, code) {
        (_, 500..=504 | 555) => About::Protocol,
        (At::Further, 552) => About::TooMany,
        (At::First | At::Further, 550 | 551 | 552 | 553 | 556) | (At::Content, 552) => {
            About::Delivery
        }
        // After head and body there is no mailbox any more that it could be about (RFC 5321 4.3.2).
        (At::First | At::Further, 521 | 554) | (At::Content, 550 | 551 | 553 | 554) => {
            About::Policy
        }
        _ => About::System,
    }
}

/// Subject and detail of the enhanced status code, where there is one that fits the code.
fn enhanced(code: u16, words: &str) -> Option<(u16, u16)> {
    let mut parts = words.split_whitespace().next()?.split('.');
    let mut number = || {
        let part = parts.next()?;
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        (digits && part.len() <= 3).then(|| part.parse::<u16>().ok())?
    };
    let (class, subject, detail) = (number()?, number()?, number()?);
    (class == code / 100 && parts.next().is_none()).then_some((subject, detail))
}

/// The answer without the words of the server, which may name somebody.
pub(super) fn numbers(code: u16, words: &str) -> String {
    match enhanced(code, words) {
        Some((subject, detail)) => format!("{code} {}.{subject}.{detail}", code / 100),
        None => code.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{About, At, about, numbers};

    #[test]
    fn an_enhanced_code_counts_before_the_code_and_only_where_it_fits() {
        assert_eq!(about(At::First, 550, "5.7.1 no"), About::Policy);
        assert_eq!(about(At::First, 554, "5.1.1 no"), About::Delivery);
        assert_eq!(about(At::Content, 554, "5.6.7 no"), About::Delivery);
        assert_eq!(about(At::Content, 550, "5.0.0 no"), About::Policy);
        // Another class, a version of a program, an address: no code.
        for words in [
            "4.7.1 no",
            "5.7 no",
            "5.7.1.2 no",
            "5.7.x no",
            "5.7.1234 no",
            "",
        ] {
            assert_eq!(about(At::First, 550, words), About::Delivery, "{words}");
        }
    }

    #[test]
    fn too_many_is_said_of_a_further_one_alone() {
        assert_eq!(about(At::First, 552, "full"), About::Delivery);
        assert_eq!(about(At::Further, 552, "full"), About::TooMany);
        assert_eq!(about(At::Further, 552, "5.2.2 full"), About::Delivery);
        assert_eq!(about(At::Further, 550, "5.5.3 too many"), About::TooMany);
    }

    #[test]
    fn the_numbers_name_nobody() {
        assert_eq!(numbers(550, "5.7.1 <anna@example.com>: no"), "550 5.7.1");
        assert_eq!(numbers(554, "anna@example.com is not welcome"), "554");
    }
}
