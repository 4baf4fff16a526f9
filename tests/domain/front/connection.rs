//! One client's connection: message by message to the domain controller and back, with what the front makes of it.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::ber::Node;
use super::controller::{self, Unknown};
use super::fault::{self, Fault};
use super::message::{Answer, Ask, ENTRY, Kind, REFERENCE, Refusal, Request, START_TLS, WHO_AM_I};
use super::settings::Welcome;
use super::shared::{Door, Shared};
use super::tls::Stream;
use super::windows::{self, Audience, Context};
use super::wire::Wire;

type Pipe = Box<dyn Stream>;

/// Far enough away that nothing waits for it.
const NEVER: Duration = Duration::from_hours(24);

/// Passes on what goes through, until one of the ends has enough of it.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream, door: Door, number: u64) {
    let mut cuts = shared.cuts.subscribe();
    tokio::select! {
        _ = run(&shared, stream, door, number) => {}
        _ = cuts.changed() => {}
    }
}

async fn run(shared: &Arc<Shared>, stream: TcpStream, door: Door, number: u64) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if shared.settings.borrow().welcome == Welcome::Stalled {
        return std::future::pending().await;
    }
    let encrypted = door != Door::Plain;
    let client: Pipe = if encrypted {
        Box::new(shared.acceptor.accept(stream).await?)
    } else {
        Box::new(stream)
    };
    let server: Pipe = Box::new(shared.behind.dial(door.behind()).await?);
    let connection = Connection {
        shared: shared.clone(),
        number,
        encrypted,
        client: Ends::new(client),
        server: Ends::new(server),
        who: String::new(),
        waiting: HashMap::new(),
        delayed: Vec::new(),
        silent: false,
    };
    connection.pass().await
}

/// Both directions of a stream.
struct Ends {
    reader: Wire<ReadHalf<Pipe>>,
    writer: WriteHalf<Pipe>,
}

impl Ends {
    fn new(pipe: Pipe) -> Self {
        let (reader, writer) = tokio::io::split(pipe);
        Self {
            reader: Wire::new(reader),
            writer,
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes).await?;
        self.writer.flush().await
    }
}

/// A request that the domain controller has not answered to the end.
struct Waiting {
    /// Its place in the log.
    seen: usize,
    ask: Ask,
    fault: Option<Fault>,
    entries: u32,
    /// How many it may become.
    most: Option<u32>,
}

struct Connection {
    shared: Arc<Shared>,
    number: u64,
    encrypted: bool,
    client: Ends,
    server: Ends,
    /// Who is logged on, in small letters; empty where nobody is.
    who: String,
    waiting: HashMap<u32, Waiting>,
    /// Requests that wait to be sent on.
    delayed: Vec<(Instant, Vec<u8>)>,
    /// The client gets no answer any more.
    silent: bool,
}

/// What happens next on a connection.
enum Event {
    FromClient(Option<Vec<u8>>),
    FromServer(Option<Vec<u8>>),
    Due,
    Idle,
    Changed,
}

/// The connection is at its end.
fn cut<T>() -> io::Result<T> {
    Err(io::ErrorKind::ConnectionAborted.into())
}

impl Connection {
    async fn pass(mut self) -> io::Result<()> {
        let mut settings = self.shared.settings.subscribe();
        let mut last = Instant::now();
        loop {
            let idle = settings.borrow_and_update().idle.unwrap_or(NEVER);
            let due = self.delayed.iter().map(|(due, _)| *due).min();
            let due = due.unwrap_or_else(|| Instant::now() + NEVER);
            let event = tokio::select! {
                message = self.client.reader.next() => Event::FromClient(message?),
                message = self.server.reader.next() => Event::FromServer(message?),
                () = tokio::time::sleep_until(due) => Event::Due,
                () = tokio::time::sleep_until(last + idle) => Event::Idle,
                changed = settings.changed() => if changed.is_ok() { Event::Changed } else { return Ok(()) },
            };
            match event {
                Event::FromClient(Some(bytes)) => {
                    last = Instant::now();
                    let request = Request::of(Node::parse(&bytes)?);
                    let request = request.ok_or(io::ErrorKind::InvalidData)?;
                    if matches!(&request.ask, Ask::Extended { oid } if oid == START_TLS)
                        && !self.encrypted
                    {
                        self = self.start_tls(&request).await?;
                    } else {
                        self.asked(request).await?;
                    }
                }
                Event::FromServer(Some(bytes)) => {
                    last = Instant::now();
                    self.answered(Node::parse(&bytes)?).await?;
                }
                Event::FromClient(None) | Event::FromServer(None) => return Ok(()),
                Event::Due => self.send_due().await?,
                Event::Idle => {
                    self.client
                        .send(&Answer::notice_of_disconnection().node.encode())
                        .await?;
                    return cut();
                }
                Event::Changed => {}
            }
        }
    }

    /// Goes on inside TLS.
    async fn start_tls(mut self, request: &Request) -> io::Result<Self> {
        let seen = self.shared.see(request, self.number);
        self.client.send(&request.success(None)).await?;
        self.shared
            .record(seen, |seen| (seen.code, seen.told) = (Some(0), true));
        let Ends { reader, writer } = self.client;
        let inside = self
            .shared
            .acceptor
            .accept(reader.into_inner().unsplit(writer))
            .await?;
        self.client = Ends::new(Box::new(inside));
        self.encrypted = true;
        Ok(self)
    }

    async fn send_due(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let (due, later) = std::mem::take(&mut self.delayed)
            .into_iter()
            .partition(|(due, _)| *due <= now);
        self.delayed = later;
        let due: Vec<(Instant, Vec<u8>)> = due;
        for (_, bytes) in due {
            self.server.send(&bytes).await?;
        }
        Ok(())
    }

    /// The client asks something.
    async fn asked(&mut self, mut request: Request) -> io::Result<()> {
        let seen = self.shared.see(&request, self.number);
        let fault = self.shared.strike(request.kind);
        match fault {
            Some(Fault::Cut) => return cut(),
            Some(Fault::CutAll) => {
                self.shared.cut();
                return cut();
            }
            Some(Fault::Answer(code)) => {
                return self.refuse(&request, seen, &fault::answer(code)).await;
            }
            Some(Fault::Disconnect) => {
                self.client
                    .send(&Answer::notice_of_disconnection().node.encode())
                    .await?;
                return cut();
            }
            Some(Fault::Garbage) => {
                self.client
                    .send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    .await?;
                return cut();
            }
            Some(Fault::Stall) => return std::future::pending().await,
            Some(Fault::Silence) => self.silent = true,
            Some(Fault::Swallow | Fault::CutAnswer | Fault::Delay(_)) | None => {}
        }
        let settings = self.shared.settings.borrow().clone();
        if let Some(refusal) =
            self.refusal_of_bind(&request, settings.windows, settings.plain_binds)
        {
            return self.refuse(&request, seen, &refusal).await;
        }
        if settings.windows && matches!(&request.ask, Ask::Extended { oid } if oid == WHO_AM_I) {
            return self.say_who(&request, seen).await;
        }
        if settings.read_only
            && let Some(refusal) = controller::read_only(&self.shared.behind, &request)
        {
            return self.refuse(&request, seen, &refusal).await;
        }
        match controller::unknown(&self.shared.behind, &request, &settings).await {
            Some(Unknown::Refused(refusal)) => return self.refuse(&request, seen, &refusal).await,
            Some(Unknown::Doubled) => {
                self.shared
                    .record(seen, |seen| (seen.code, seen.told) = (Some(0), true));
                return self.client.send(&request.success(None)).await;
            }
            None => {}
        }
        let mut most = None;
        if settings.windows {
            let context = Context {
                behind: &self.shared.behind,
                encrypted: self.encrypted,
            };
            if let Some(refusal) = windows::refuse(&request.ask, &context).await {
                return self.refuse(&request, seen, &refusal).await;
            }
            most = most_entries(&mut request);
        }
        controller::narrow(&mut request, &settings);
        if let Some(controller) = &settings.controller {
            controller::translate_request(&mut request, controller);
        }
        self.shared.record(seen, |seen| seen.sent = true);
        let bytes = request.node.encode();
        let waiting = Waiting {
            seen,
            ask: request.ask,
            fault,
            entries: 0,
            most,
        };
        self.waiting.insert(request.id, waiting);
        match fault {
            Some(Fault::Delay(time)) => {
                self.delayed.push((Instant::now() + time, bytes));
                Ok(())
            }
            _ => self.server.send(&bytes).await,
        }
    }

    /// A password in the clear. The domain controller cannot refuse it, for on our other side there is TLS.
    fn refusal_of_bind(
        &self,
        request: &Request,
        windows: bool,
        plain_binds: bool,
    ) -> Option<Refusal> {
        let Ask::Bind { name, simple: true } = &request.ask else {
            return None;
        };
        if self.encrypted || plain_binds || name.is_empty() {
            return None;
        }
        let text = if windows {
            "00002028: LdapErr: DSID-0C09035C, comment: The server requires binds to turn on integrity checking \
             if SSL\\TLS are not already active on the connection, data 0, v4563"
        } else {
            "BindSimple: Transport encryption required."
        };
        Some(Refusal::new(8, text))
    }

    async fn refuse(
        &mut self,
        request: &Request,
        seen: usize,
        refusal: &Refusal,
    ) -> io::Result<()> {
        let told = !self.silent;
        self.shared.record(seen, |seen| {
            (seen.code, seen.told) = (Some(refusal.code), told);
        });
        if told {
            self.client.send(&request.refusal(refusal)).await?;
        }
        Ok(())
    }

    /// Who is logged on, which Samba does not tell (RFC 4532).
    async fn say_who(&mut self, request: &Request, seen: usize) -> io::Result<()> {
        let who = self.shared.authorization(&self.who);
        self.shared
            .record(seen, |seen| (seen.code, seen.told) = (Some(0), true));
        self.client.send(&request.success(Some(&who))).await
    }

    /// The domain controller says something.
    async fn answered(&mut self, node: Node) -> io::Result<()> {
        let mut answer = Answer { node };
        let id = answer.id();
        let Some(mut waiting) = self.waiting.remove(&id) else {
            // What nobody asked for: it goes away.
            return self.tell(&answer).await;
        };
        let settings = self.shared.settings.borrow().clone();
        controller::translate_entry(&mut answer, &settings);
        if !answer.is_last() {
            if settings.windows && !self.fits_windows(&mut answer, &mut waiting).await? {
                self.waiting.insert(id, waiting);
                return Ok(());
            }
            self.waiting.insert(id, waiting);
            return self.tell(&answer).await;
        }
        if settings.windows {
            windows::translate(&mut answer, &waiting.ask, &self.shared.longest);
            if waiting.most.is_some_and(|most| waiting.entries > most) {
                answer.set(&Refusal::new(4, ""));
            }
        }
        let code = answer.code();
        if let (Ask::Bind { name, .. }, 0) = (&waiting.ask, code) {
            self.who = name.to_lowercase();
        }
        let fault = waiting.fault;
        let told = !self.silent && !matches!(fault, Some(Fault::Swallow | Fault::CutAnswer));
        self.shared.record(waiting.seen, |seen| {
            (seen.code, seen.told) = (Some(code), told);
        });
        match fault {
            Some(Fault::Swallow) => cut(),
            Some(Fault::CutAnswer) => {
                let bytes = answer.node.encode();
                self.client.send(&bytes[..bytes.len() / 2]).await?;
                cut()
            }
            _ => self.tell(&answer).await,
        }
    }

    /// Makes an entry or a referral as Windows gives it; no if it is not given at all.
    async fn fits_windows(
        &mut self,
        answer: &mut Answer,
        waiting: &mut Waiting,
    ) -> io::Result<bool> {
        if answer.tag() == REFERENCE {
            for reference in self.shared.references(answer.id()) {
                self.tell(&reference).await?;
            }
            return Ok(false);
        }
        if windows::hide_deleted(answer, self.audience()) {
            return Ok(false);
        }
        if answer.tag() == ENTRY {
            waiting.entries += 1;
            if waiting.most.is_some_and(|most| waiting.entries > most) {
                return Ok(false);
            }
            windows::cut_ranges(answer);
        }
        Ok(true)
    }

    fn audience(&self) -> Audience {
        if self.shared.may_list_deleted(&self.who) {
            Audience::Trusted
        } else {
            Audience::Everybody
        }
    }

    async fn tell(&mut self, answer: &Answer) -> io::Result<()> {
        if self.silent {
            return Ok(());
        }
        self.client.send(&answer.node.encode()).await
    }
}

/// How many entries the answer to a search may have: as many as Windows gives where there are no pages, and as many as
/// the client wants.
fn most_entries(request: &mut Request) -> Option<u32> {
    if request.kind != Kind::Search {
        return None;
    }
    let is_paged = windows::cut_page(request);
    let Ask::Search { size_limit, .. } = &request.ask else {
        return None;
    };
    let wish = (*size_limit > 0).then_some(*size_limit);
    let limit = (!is_paged).then_some(windows::MAX_PAGE_SIZE);
    wish.into_iter().chain(limit).min()
}
