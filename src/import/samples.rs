//! Paths that an original is asked about: each operation, with and without versions, with names of all kinds.

use crate::catalogue::{Operation, Target, Verb};

/// Prefixes that clients send.
pub(super) const VERSIONS: &[&str] = &["", "/v1.24", "/v1.30", "/v1.41", "/v1.47", "/v1.56"];

const LONG_ID: &str = "3f4e5d6c7b8a9f0e1d2c3b4a5968778695a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0";
const SHORT_ID: &str = "3f4e5d6c7b8a";
const SWARM_ID: &str = "9ac0ejm4uoyrqw7x2z5b8d1fg";

/// IDs by which any object of the kind can be named; nothing where there are none.
pub(super) fn ids(kind: Target) -> &'static [&'static str] {
    match kind {
        Target::Container | Target::Exec | Target::Network | Target::Image | Target::Plugin => &[LONG_ID, SHORT_ID],
        Target::Config | Target::Node | Target::Secret | Target::Service | Target::Task => &[SWARM_ID],
        Target::Volume => &[],
    }
}

/// Names of all the shapes that an object of the kind can have.
pub(super) fn names(kind: Target) -> &'static [&'static str] {
    match kind {
        Target::Exec | Target::Task => &[],
        Target::Volume => &["data", "my-data_1.x", "Data2", LONG_ID],
        Target::Image => &[
            "nginx",
            "nginx:1.27",
            "library/nginx",
            "registry.example.com:5000/team/app:1.0",
            "nginx@sha256:3f4e5d6c7b8a9f0e1d2c3b4a5968778695a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0",
        ],
        Target::Plugin => &["vieux/sshfs", "vieux/sshfs:latest"],
        _ => &["web", "web-1", "my_app.2", "Web", "x9"],
    }
}

/// The row's path with these names in it, below a prefix.
pub(super) fn path(row: &Operation, version: &str, name: &str) -> String {
    let mut path = version.to_owned();
    let mut fill = [name, "first"].into_iter();
    for segment in row.path.split('/').skip(1) {
        path.push('/');
        path.push_str(if segment.starts_with('{') { fill.next().unwrap_or_default() } else { segment });
    }
    path
}

/// The method that stands for the row's verb.
pub(super) fn method(row: &Operation) -> &'static str {
    if row.verb == Verb::Any { "GET" } else { row.verb.as_str() }
}
