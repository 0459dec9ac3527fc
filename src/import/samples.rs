//! Paths that an original is asked about: each operation, with and without versions, with names of all kinds.

use crate::catalogue::{Operation, Target, Verb};

/// Prefixes that clients send.
pub(super) const VERSIONS: &[&str] = &["", "/v1.24", "/v1.30", "/v1.41", "/v1.47", "/v1.56"];

/// IDs that have neither beginning nor end in common, and all digits: what takes them takes any.
const IDS: &[&str] = &[
    "3f4e5d6c7b8a9f0e1d2c3b4a5968778695a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0",
    "b07c19e2d3a4f5867f6e5d4c3b2a19088796a5b4c3d2e1f0089f7e6d5c4b3a2f",
    "0f4e5d6c7b8a",
    "e1d2c3b4a596",
    "fa",
];
const SWARM_IDS: &[&str] = &["9ac0ejm4uoyrqw7x2z5b8d1fg", "kx3h6ipl7n9s0tv2wy4z1a5bq"];

/// IDs by which any object of the kind can be named; nothing where there are none.
pub(super) fn ids(kind: Target) -> &'static [&'static str] {
    match kind {
        Target::Container | Target::Exec | Target::Network | Target::Image | Target::Plugin => IDS,
        Target::Config | Target::Node | Target::Secret | Target::Service | Target::Task => SWARM_IDS,
        Target::Volume => &[],
    }
}

/// Names of all the shapes that an object of the kind can have, with every character that one may have.
pub(super) fn names(kind: Target) -> &'static [&'static str] {
    match kind {
        Target::Exec | Target::Task => &[],
        Target::Volume => &[
            "data",
            "my-data_1.x",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "b07c19e2d3a4f5867f6e5d4c3b2a19088796a5b4c3d2e1f0089f7e6d5c4b3a2f",
        ],
        Target::Image => &[
            "nginx",
            "nginx:1.27",
            "library/nginx",
            "registry.example.com:5000/team/app:1.0",
            "nginx@sha256:3f4e5d6c7b8a9f0e1d2c3b4a5968778695a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0",
        ],
        Target::Plugin => &["vieux/sshfs", "vieux/sshfs:latest"],
        _ => &["web", "my_app.2-x", "abcdefghijklmnopqrstuvwxyz0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "x9", "db"],
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
