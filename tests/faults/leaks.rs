//! What a gate holds: descriptors, threads, connections, memory.

use crate::common::{Client, Served, get, wait};
use std::fs;

/// How much more memory of its own a gate may have after a storm than before it, in KiB: allocators
/// keep some of what was freed.
const SLACK: u64 = 12 << 10;

/// What a process holds at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    descriptors: usize,
    threads: usize,
    memory: u64,
}

impl Snapshot {
    pub(crate) fn of(served: &Served) -> Self {
        let count = |what: &str| fs::read_dir(of_process(served, what)).unwrap().count();
        Self { descriptors: count("fd"), threads: count("task"), memory: memory(served) }
    }

    /// What it holds once it is quiet: after a first storm, because an allocator keeps what it was
    /// once given, and only what a second one adds is a leak.
    pub(crate) fn settled(served: &Served) -> Self {
        wait("a quiet gate", || is_quiet(served).then_some(()));
        let now = Self::of(served);
        Self { descriptors: now.descriptors - number(&numbers(served), "dockgate_upstream_idle"), ..now }
    }

    /// Waits until nothing is open but what was, and idle connections to the daemon, which a pool
    /// keeps for a while.
    pub(crate) fn assert_nothing_is_left(&self, served: &Served) {
        wait("connections, streams and requests that end", || is_quiet(served).then_some(()));
        let idle = number(&numbers(served), "dockgate_upstream_idle");
        // the connection that this was asked on goes in its turn
        wait("descriptors that are closed", || (Self::of(served).descriptors <= self.descriptors + idle).then_some(()));
        assert_eq!(Self::of(served).threads, self.threads);
        self.assert_memory(served);
    }

    pub(crate) fn assert_memory(&self, served: &Served) {
        let now = memory(served);
        assert!(now <= self.memory + SLACK, "{} KiB became {now} KiB", self.memory);
    }
}

fn of_process(served: &Served, what: &str) -> String {
    format!("/proc/{}/{what}", served.child.id())
}

fn memory(served: &Served) -> u64 {
    let status = fs::read_to_string(of_process(served, "status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The gate's own numbers.
fn numbers(served: &Served) -> String {
    Client::unix(&served.file("status.sock")).send(get("/metrics")).answer().text()
}

/// The sum of a number over all its labels.
fn number(numbers: &str, name: &str) -> usize {
    let lines = numbers.lines().filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum()
}

fn is_quiet(served: &Served) -> bool {
    let numbers = numbers(served);
    let open = ["connections_open", "requests_open", "streams_open", "upstream_busy", "bodies_held_bytes"];
    open.iter().all(|name| number(&numbers, &format!("dockgate_{name}")) == 0)
}
