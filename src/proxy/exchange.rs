//! One request under way: counts its bytes and records its end, whoever lets go last.

use super::quotas::Place;
use super::rules::Standing;
use super::tap::TapState;
use crate::policy::{Decision, Role, View};
use crate::record::{End, How, RequestId, Sinks};
use crate::request::Request;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Held by everything that works on one request; the last one to let go ends it.
#[derive(Debug)]
pub(super) struct Exchange {
    /// The request's id.
    pub(super) id: RequestId,
    began: Instant,
    /// The operation, once it is forwarded.
    operation: Cell<Option<&'static str>>,
    answered: Cell<Option<Duration>>,
    status: Cell<u16>,
    up: Cell<u64>,
    down: Cell<u64>,
    uploaded: Cell<bool>,
    how: Cell<Option<How>>,
    recorded: Cell<bool>,
    endless: Cell<bool>,
    /// It counts among the open streams.
    streaming: Cell<bool>,
    /// What may go on without an end, to be decided again under other rules.
    request: RefCell<Option<Box<Request>>>,
    /// What it takes of the role's quotas for as long as it goes on.
    places: RefCell<Vec<Place>>,
    /// What of the answer is shown, where that is not all of it.
    view: RefCell<Option<Box<View>>>,
    traffic: Rc<Traffic>,
    sinks: Rc<Sinks>,
}

/// What one thread has under way; read when the gate drains.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    /// Exchanges under way that end by themselves.
    plain: Cell<usize>,
    /// Bytes moved so far.
    moved: Cell<u64>,
}

impl Traffic {
    /// Requests under way that are expected to end by themselves.
    pub(super) fn plain(&self) -> usize {
        self.plain.get()
    }

    /// Bytes moved so far, both ways.
    pub(super) fn moved(&self) -> u64 {
        self.moved.get()
    }
}

impl Exchange {
    /// A head has been read.
    pub(super) fn begin(traffic: &Rc<Traffic>, sinks: &Rc<Sinks>) -> Rc<Self> {
        traffic.plain.set(traffic.plain.get() + 1);
        sinks.metrics.requests_open.inc();
        Rc::new(Self {
            id: RequestId::next(),
            began: Instant::now(),
            operation: Cell::new(None),
            answered: Cell::new(None),
            status: Cell::new(0),
            up: Cell::new(0),
            down: Cell::new(0),
            uploaded: Cell::new(false),
            how: Cell::new(None),
            recorded: Cell::new(false),
            endless: Cell::new(false),
            streaming: Cell::new(false),
            request: RefCell::new(None),
            places: RefCell::new(Vec::new()),
            view: RefCell::new(None),
            traffic: Rc::clone(traffic),
            sinks: Rc::clone(sinks),
        })
    }

    /// Whether a *decided* record was queued, so that an *ended* one must follow.
    pub(super) fn recorded(&self, queued: bool) {
        self.recorded.set(queued);
    }

    /// The exchange may never end by itself; a shutdown does not wait for it.
    pub(super) fn streams(&self, request: &Request) {
        self.endless();
        self.sinks.metrics.streams_open.inc();
        self.streaming.set(true);
        self.lasts(request);
    }

    /// It takes these places until it ends.
    pub(super) fn takes(&self, places: Vec<Place>) {
        *self.places.borrow_mut() = places;
    }

    /// The exchange may last, so that it is decided again when rules change.
    pub(super) fn lasts(&self, request: &Request) {
        *self.request.borrow_mut() = Some(Box::new(request.clone()));
    }

    /// Whether the stream is still allowed.
    pub(super) fn is_allowed(&self, standing: &Standing) -> bool {
        let Some(request) = self.request.borrow().clone() else { return true };
        let allowed = |role: &Role| match role.decide(*request) {
            Decision::Allow(permit) => self.shows_as(permit.view()),
            Decision::Deny(_) => false,
        };
        standing.is_trusted().is_ok() && standing.role().is_ok_and(allowed)
    }

    /// Only this of the answer is shown, for as long as it lasts.
    pub(super) fn views(&self, view: Option<&View>) {
        *self.view.borrow_mut() = view.cloned().map(Box::new);
    }

    /// Whether other rules show the same of the answer: what has begun is not cut anew.
    fn shows_as(&self, other: Option<&View>) -> bool {
        match (self.view.borrow().as_deref(), other) {
            (None, None) => true,
            (Some(view), Some(other)) => view.is_same(other),
            _ => false,
        }
    }

    fn endless(&self) {
        if !self.endless.replace(true) {
            self.traffic.plain.set(self.traffic.plain.get().saturating_sub(1));
        }
    }

    /// It goes to the daemon as this operation.
    pub(super) fn forwarded(&self, operation: &'static str) {
        self.operation.set(Some(operation));
    }

    /// The client's status is known.
    pub(super) fn answered(&self, status: u16) {
        self.status.set(status);
        self.answered.set(Some(self.took()));
    }

    /// Bytes went to the daemon.
    pub(super) fn up(&self, bytes: usize) {
        self.up.set(self.up.get() + bytes as u64);
        self.sinks.metrics.up.inc_by(bytes as u64);
        self.traffic.moved.set(self.traffic.moved.get() + bytes as u64);
    }

    /// Bytes went to the client.
    pub(super) fn down(&self, bytes: usize) {
        self.down.set(self.down.get() + bytes as u64);
        self.sinks.metrics.down.inc_by(bytes as u64);
        self.traffic.moved.set(self.traffic.moved.get() + bytes as u64);
    }

    /// The request body was handed over whole.
    pub(super) fn upload_done(&self) {
        self.uploaded.set(true);
    }

    /// Whether the request body was handed over whole.
    pub(super) fn is_uploaded(&self) -> bool {
        self.uploaded.get()
    }

    /// What ended it; the first word counts.
    pub(super) fn finish(&self, how: How) {
        if self.how.get().is_none() {
            self.how.set(Some(how));
        }
    }

    /// Since the head was read.
    pub(super) fn took(&self) -> Duration {
        self.began.elapsed()
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.endless();
        self.sinks.metrics.requests_open.dec();
        if self.streaming.get() {
            self.sinks.metrics.streams_open.dec();
        }
        if !self.recorded.get() {
            return;
        }
        let end = End {
            operation: self.operation.get(),
            answered: self.answered.get(),
            status: self.status.get(),
            took: self.took(),
            up: self.up.get(),
            down: self.down.get(),
            how: self.how.get().unwrap_or(How::ClientGone),
        };
        self.sinks.ended(self.id, &end);
    }
}

/// Marks a request as open on its connection for as long as its answer is incomplete.
#[derive(Debug)]
pub(super) struct Open(Rc<TapState>);

impl Open {
    /// The request's head was read whole.
    pub(super) fn new(tap: &Rc<TapState>) -> Self {
        tap.begin();
        Self(Rc::clone(tap))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.end();
    }
}
