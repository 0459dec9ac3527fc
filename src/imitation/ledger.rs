//! What reached the daemon, kept as it came, in bounded memory.

use std::collections::BTreeMap;

/// The most of one request's body that is kept; what is beyond is only counted.
pub const BODY_KEPT: usize = 1 << 20;
/// The most exchanges that are kept; those beyond are only counted.
pub const EXCHANGES_KEPT: usize = 20_000;
/// The most bytes of heads and bodies that are kept in all.
pub const BYTES_KEPT: usize = 64 << 20;

/// One request as it came over the wire, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The method; empty where the head could not be read.
    pub method: String,
    /// The request target exactly as it came, with its query.
    pub target: String,
    /// The bytes of the head, up to and with the blank line.
    pub head: Vec<u8>,
    /// The header fields in their order, names as they were spelled.
    pub headers: Vec<(String, String)>,
    /// The fields that followed a chunked body.
    pub trailers: Vec<(String, String)>,
    /// The body without its framing, at most [`BODY_KEPT`] bytes of it.
    pub body: Vec<u8>,
    /// How long the body was, kept or not.
    pub body_len: u64,
    /// Which connection it came on, counted from 1.
    pub connection: u64,
    /// The request was well formed and all of it came.
    pub complete: bool,
    /// The peer went away before the request or its answer had ended.
    pub gone: bool,
    /// The daemon has done with it: the answer or stream is over.
    pub ended: bool,
    /// Bytes that the client sent into an opened stream.
    pub streamed: u64,
    /// Bytes that came before the stream was opened, which a real daemon drops.
    pub lost: u64,
}

impl Exchange {
    /// The first header field of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// All exchanges since the last clearing.
#[derive(Default)]
pub(super) struct Ledger {
    entries: BTreeMap<u64, Exchange>,
    next: u64,
    bytes: usize,
    beyond: u64,
}

impl Ledger {
    /// Enters an exchange and returns the number by which it is updated.
    pub(super) fn open(&mut self, exchange: Exchange) -> u64 {
        self.next += 1;
        if self.entries.len() >= EXCHANGES_KEPT || self.bytes + exchange.head.len() > BYTES_KEPT {
            self.beyond += 1;
        } else {
            self.bytes += exchange.head.len();
            self.entries.insert(self.next, exchange);
        }
        self.next
    }

    /// Adds a piece of the body.
    pub(super) fn body(&mut self, number: u64, piece: &[u8]) {
        let Some(entry) = self.entries.get_mut(&number) else {
            return;
        };
        let room = (BODY_KEPT - entry.body.len()).min(BYTES_KEPT.saturating_sub(self.bytes));
        let kept = piece.get(..room).unwrap_or(piece);
        entry.body.extend_from_slice(kept);
        entry.body_len += piece.len() as u64;
        self.bytes += kept.len();
    }

    /// Changes an exchange, unless it was cleared or never kept.
    pub(super) fn update(&mut self, number: u64, change: impl FnOnce(&mut Exchange)) {
        if let Some(entry) = self.entries.get_mut(&number) {
            change(entry);
        }
    }

    /// The exchanges in the order in which their heads came.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.entries.values().cloned().collect()
    }

    /// How many exchanges came that could not be kept.
    pub(super) fn not_kept(&self) -> u64 {
        self.beyond
    }

    /// Forgets all exchanges.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
        self.beyond = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_is_counted_but_not_kept_whole() {
        let mut ledger = Ledger::default();
        let number = ledger.open(Exchange::default());
        for _ in 0..3 {
            ledger.body(number, &vec![7; BODY_KEPT / 2 + 1]);
        }
        let kept = ledger.exchanges().remove(0);
        assert_eq!(kept.body.len(), BODY_KEPT);
        assert_eq!(kept.body_len, 3 * (BODY_KEPT as u64 / 2 + 1));
    }

    #[test]
    fn exchanges_beyond_the_bound_are_counted() {
        let mut ledger = Ledger::default();
        for _ in 0..EXCHANGES_KEPT + 2 {
            ledger.open(Exchange::default());
        }
        assert_eq!(ledger.exchanges().len(), EXCHANGES_KEPT);
        assert_eq!(ledger.not_kept(), 2);
    }

    #[test]
    fn bytes_in_all_are_bounded() {
        let mut ledger = Ledger::default();
        for _ in 0..=BYTES_KEPT / BODY_KEPT {
            let number = ledger.open(Exchange::default());
            ledger.body(number, &vec![7; BODY_KEPT]);
        }
        let kept: usize = ledger.exchanges().iter().map(|entry| entry.body.len()).sum();
        assert_eq!(kept, BYTES_KEPT);
    }

    #[test]
    fn an_update_after_clearing_changes_nothing() {
        let mut ledger = Ledger::default();
        let number = ledger.open(Exchange::default());
        ledger.clear();
        ledger.update(number, |entry| entry.gone = true);
        ledger.body(number, b"late");
        assert!(ledger.exchanges().is_empty());
    }
}
