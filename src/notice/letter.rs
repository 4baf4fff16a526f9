//! A message as a mail: head and body, encoded by the mail library alone.

use super::Message;
use super::server::Settings;
use crate::text::mail::{Address, HeadLine};
use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, MessageBuilder};
use secrecy::ExposeSecret as _;
use std::time::{Duration, UNIX_EPOCH};
use zeroize::Zeroizing;

/// An address as the mail library has it; none where it takes no such address.
pub(super) fn address(address: &Address) -> Option<lettre::Address> {
    address.as_str().parse().ok()
}

/// The bytes of a mail to these.
///
/// The id is that of the notice, whatever attempt this is, so that whoever gets it twice can tell. `Auto-Submitted`
/// keeps out-of-office replies away (RFC 3834).
pub(super) fn letter(
    settings: &Settings,
    message: &Message,
    to: &[lettre::Address],
    now: Timestamp,
) -> Result<Zeroizing<Vec<u8>>, String> {
    let seconds = Duration::from_secs(now.as_second().max(0).cast_unsigned());
    let mut builder = MessageBuilder::new()
        .date(UNIX_EPOCH + seconds)
        .message_id(Some(id(settings, message)))
        .from(mailbox(settings.from_name.as_ref(), &settings.from)?);
    if let Some(reply_to) = &settings.reply_to {
        builder = builder.reply_to(mailbox(None, reply_to)?);
    }
    for address in to {
        builder = builder.to(address.clone().into());
    }
    let builder = builder
        .subject(message.subject.as_str())
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("X-Tenure-Notice"),
            HeadLine::new(&message.notice).as_str().to_owned(),
        ))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    let mail = builder
        .body(message.body.expose_secret().to_owned())
        .map_err(|error| error.to_string())?;
    Ok(Zeroizing::new(mail.formatted()))
}

/// `<ID@DOMAIN>`, with the domain of the sender.
fn id(settings: &Settings, message: &Message) -> String {
    let domain = settings.from.as_str().rsplit('@').next();
    let domain = domain.filter(|domain| domain.is_ascii());
    format!("<{}@{}>", message.id, domain.unwrap_or("tenure.invalid"))
}

fn mailbox(name: Option<&HeadLine>, of: &Address) -> Result<Mailbox, String> {
    let address = address(of).ok_or_else(|| format!("`{of}` is no mail address"))?;
    Ok(Mailbox::new(
        name.map(|name| name.as_str().to_owned()),
        address,
    ))
}
