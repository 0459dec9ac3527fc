//! THE TABLE: one row per operation, in the order in which dockerd tries its routes.

use super::param::{filters, flag, int, signal};
use super::{Body, Operation, Param, Risk, Stream, Target, Verb};

macro_rules! operations {
    ($($name:ident $verb:ident $path:literal $risk:ident $target:tt $body:ident $stream:ident [$($query:expr),* $(,)?] $about:literal;)*) => {
        /// The name of an operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the names are Docker's own; the table says what they do")]
        pub enum Op { $($name),* }

        /// Every operation, in the order in which dockerd tries its routes.
        pub static OPERATIONS: &[Operation] = &[$(Operation {
            op: Op::$name,
            name: stringify!($name),
            verb: Verb::$verb,
            path: $path,
            risk: Risk::$risk,
            target: operations!(@target $target),
            body: Body::$body,
            stream: Stream::$stream,
            query: { const Q: &[Param] = &[$($query),*]; Q },
            about: $about,
        }),*];
    };
    (@target -) => { None };
    (@target $target:ident) => { Some(Target::$target) };
}

operations! {
    SystemPing Get "/_ping" Read - None Plain [] "ask whether the daemon is there";
    ContainerList Get "/containers/json" Reveal - None Plain [flag("all"), int("limit"), flag("size"), filters()] "list containers";
    ContainerKill Post "/containers/{id}/kill" Write Container None Plain [signal("signal").or("KILL")] "send a signal to a container";
    ExecStart Post "/exec/{id}/start" Host Exec ExecStart Hijack [] "run a prepared exec";
}
