//! Values with a grammar of their own, each read into one spelling as dockerd
//! reads it. What dockerd would refuse is [`UseValue::Odd`]: it fits no list.
//!
//! [`UseValue::Odd`]: super::UseValue::Odd

pub mod amount;
pub mod bind;
pub mod capability;
pub mod change;
pub mod device;
pub mod image;
pub mod logging;
pub mod mount;
pub mod namespace;
pub mod pair;
pub mod path;
pub mod plain;
pub mod port;
pub mod registry;
pub mod restart;
pub mod security_opt;
pub mod ulimit;
pub mod user;
pub mod volume_opts;
