//! dockgate, a filtering authorization proxy in front of the Docker socket.
//!
//! # The life of a request
//! [`proxy`] accepts a connection and asks the kernel or the certificate who
//! is there ([`request::Identity`]); the [`policy`] of that listener gives the
//! caller one role. [`catalogue::route`] finds the operation that the path
//! means to Docker, [`request::understand`] reads the rest of the head into a
//! typed [`request::Request`], and [`policy::Role::decide`] turns it into a
//! permit ([`policy::Allowed`]) or a [`policy::Denial`]. Only a permit can be
//! sent upstream, and it is rebuilt from the tree that was judged. Whatever
//! happened becomes one [`record::Record`].
//!
//! The folders import each other in one direction only; `tests/layers.rs`
//! holds the table.

pub mod catalogue;
pub mod certs;
pub mod cli;
pub mod confine;
pub mod control;
pub mod imitation;
pub mod import;
pub mod learn;
pub mod policy;
pub mod presets;
pub mod proxy;
pub mod record;
pub mod reference;
pub mod request;
