//! The life of a connection: read a request, remember it, play its answer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::net::UnixStream;
use tokio::time::timeout;

use super::Shared;
use super::answers::{BAD_REQUEST, How, MOVED, TOO_NEW, TOO_OLD, choose};
use super::fault::Fault;
use super::head::Head;
use super::ledger::Exchange;
use super::recorded::{Recorded, replace};
use super::request::Request;
use super::stream;
use super::target::{Place, place};
use super::wire::{Short, Sink, Start, Wire};

/// How much of a body an answer can depend on.
const BODY_SEEN: usize = 64 << 10;
/// How much of an unread body is still read after an early answer, as Go's server does.
const DRAIN_LIMIT: u64 = 256 << 10;
/// How long it is waited for.
const DRAIN_TIME: std::time::Duration = std::time::Duration::from_millis(500);
/// The API version of the recorded daemon.
const API_VERSION: &str = "1.45";

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
const GARBAGE: &[u8] = b"\x00\xff\x16\x03 this is not HTTP\r\n\r\n";

/// Answers requests on this connection until it ends.
pub(super) async fn serve(stream: UnixStream, shared: Arc<Shared>, connection: u64) {
    let wire = Wire::new(stream);
    shared.connections.fetch_add(1, Ordering::Relaxed);
    let mut turn = Turn { wire, shared, connection };
    while turn.next().await {}
}

struct Turn {
    wire: Wire,
    shared: Arc<Shared>,
    connection: u64,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.shared.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What was found out about a request.
struct Asked {
    number: u64,
    head: Head,
    body: Vec<u8>,
    fault: Option<Fault>,
    /// The answer is given before the body has ended.
    early: bool,
}

impl Turn {
    /// One request and its answer; false when the connection is over.
    async fn next(&mut self) -> bool {
        match self.wire.head().await {
            Ok(Start::Head(raw, head)) => {
                let number = self.enter(raw, Some(&head));
                let done = self.answer(number, head).await;
                self.shared.update(number, |entry| {
                    entry.gone |= done.is_err();
                    entry.ended = true;
                });
                done.unwrap_or(false)
            }
            Ok(Start::Bad(raw)) => {
                let number = self.enter(raw, None);
                self.shared.update(number, |entry| entry.ended = true);
                let _ = self.wire.send(BAD_REQUEST.bytes).await; // a peer that has gone needs no answer
                false
            }
            Ok(Start::Cut(raw)) => {
                let number = self.enter(raw, None);
                self.shared.update(number, |entry| entry.gone = true);
                false
            }
            Ok(Start::End) | Err(_) => false,
        }
    }

    fn enter(&self, raw: Vec<u8>, head: Option<&Head>) -> u64 {
        self.shared.ledger().open(Exchange {
            method: head.map(|head| head.method.clone()).unwrap_or_default(),
            target: head.map(|head| head.target.clone()).unwrap_or_default(),
            headers: head.map(|head| head.headers.clone()).unwrap_or_default(),
            head: raw,
            connection: self.connection,
            ..Exchange::default()
        })
    }

    async fn answer(&mut self, number: u64, head: Head) -> io::Result<bool> {
        let fault = self.shared.take_fault();
        let mut asked = Asked { number, head, body: Vec::new(), fault, early: false };
        match self.read_body(&mut asked).await? {
            Ok(()) => {}
            Err(Short::Enough) => asked.early = true,
            Err(Short::Cut) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(Short::Bad) => {
                self.wire.send(BAD_REQUEST.bytes).await?;
                return Ok(false);
            }
        }
        self.play(&asked).await
    }

    async fn read_body(&mut self, asked: &mut Asked) -> io::Result<Result<(), Short>> {
        if asked.head.asks("expect", "100-continue") {
            self.wire.send(CONTINUE).await?;
        }
        let room = match asked.fault {
            Some(Fault::EarlyAnswer { after_body_bytes }) => after_body_bytes,
            _ => u64::MAX,
        };
        let (shared, number, seen) = (&self.shared, asked.number, &mut asked.body);
        let mut put = |piece: &[u8]| {
            shared.ledger().body(number, piece);
            let room = BODY_SEEN.saturating_sub(seen.len());
            seen.extend_from_slice(piece.get(..room).unwrap_or(piece));
        };
        let sink = Sink { room, put: &mut put };
        let read = self.wire.body(asked.head.framing, sink).await;
        Ok(read.map(|trailers| {
            self.shared.update(number, |entry| {
                entry.trailers = trailers;
                entry.complete = true;
            });
        }))
    }

    async fn play(&mut self, asked: &Asked) -> io::Result<bool> {
        let (how, recorded) = find(asked);
        match asked.fault {
            Some(Fault::CloseBeforeHead) => return Ok(false),
            Some(Fault::CloseMidBody) => {
                return self.cut(recorded, recorded.head().len() + recorded.body().len() / 2).await;
            }
            Some(Fault::CloseMidHead) => {
                return self.cut(recorded, recorded.head().len() / 2).await;
            }
            Some(Fault::Garbage) => return self.wire.send(GARBAGE).await.map(|()| false),
            Some(Fault::SlowHead(time)) if !self.wire.wait(time).await => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            _ => {}
        }
        self.stream(how, recorded, asked).await?;
        if asked.early {
            self.drain().await;
        }
        let ends = how == How::Open || how == How::Echo || recorded.closes();
        Ok(!ends && !asked.early && asked.head.persistent)
    }

    async fn cut(&mut self, recorded: Recorded, at: usize) -> io::Result<bool> {
        self.wire.send(recorded.bytes.get(..at).unwrap_or_default()).await?;
        Ok(false)
    }

    async fn stream(&mut self, how: How, recorded: Recorded, asked: &Asked) -> io::Result<()> {
        if recorded.hijacks() {
            let lost = self.wire.discard().await;
            self.shared.update(asked.number, |entry| entry.lost = lost);
        }
        let bytes = announced(recorded, asked.fault);
        let big = self.shared.big.load(Ordering::Relaxed);
        let mut opened = stream::Opened { wire: &mut self.wire, shared: &self.shared, number: asked.number };
        match how {
            How::Echo => opened.echo(recorded.head()).await,
            How::Open => opened.hold(&bytes).await,
            How::Tar if big > 0 => opened.big(recorded.head(), big).await,
            How::Tar | How::Whole => opened.wire.send(&bytes).await,
        }
    }

    async fn drain(&mut self) {
        let mut ignore = |_: &[u8]| {};
        let sink = Sink { room: DRAIN_LIMIT, put: &mut ignore };
        let rest = super::head::Framing::Length(u64::MAX);
        let _ = timeout(DRAIN_TIME, self.wire.body(rest, sink)).await;
    }
}

fn find(asked: &Asked) -> (How, Recorded) {
    let whole = |recorded| (How::Whole, recorded);
    match place(&asked.head.target, ceiling(asked.fault)) {
        Place::Bad => whole(BAD_REQUEST),
        Place::Moved => whole(MOVED),
        Place::TooNew => whole(TOO_NEW),
        Place::TooOld => whole(TOO_OLD),
        Place::Path(path) => choose(&Request { head: &asked.head, path: &path, body: &asked.body }),
    }
}

fn ceiling(fault: Option<Fault>) -> &'static str {
    match fault {
        Some(Fault::ApiVersion(version)) => version,
        _ => API_VERSION,
    }
}

/// The recorded bytes, with the API version that a fault announces.
fn announced(recorded: Recorded, fault: Option<Fault>) -> Vec<u8> {
    let Some(Fault::ApiVersion(version)) = fault else {
        return recorded.bytes.to_vec();
    };
    if matches!(recorded.name, "version" | "version-too-new") {
        return replace(&recorded, API_VERSION, version);
    }
    let field = |version| format!("Api-Version: {version}\r\n");
    replace(&recorded, &field(API_VERSION), &field(version))
}
