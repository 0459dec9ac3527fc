//! What the Docker Engine API is: every operation, as data. Imports nothing.

pub mod answers;
pub mod chains;
mod companions;
mod facets;
pub mod fields;
mod groups;
mod lookup;
mod op_set;
mod operations;
mod param;
pub mod parts;
mod path;
mod queries;
mod route;
mod shape;
mod version;

pub use answers::{Answer, Element, LINES};
pub use companions::{COMMANDS, Command};
pub use facets::{FACETS, Facet, FacetKind, FacetRow, LOCAL_LOG_OPTS, LeftOut, Unsaid, facet_named};
pub use groups::{GROUPS, Group};
pub use lookup::{group_named, operation_at, operation_named};
pub use op_set::OpSet;
pub use operations::{OPERATIONS, Op};
pub use param::{Kind, Param};
pub use parts::{Part, PartSet, is_secret_key};
pub use route::{Params, Route, RouteError, route};
pub use version::{ApiVersion, CEILING, FLOOR};

use fields::Field;
use http::Method;
use shape::Shape;

/// The method column: Docker registers some debug routes for any method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Every method that Docker knows, as dockerd registers `/debug/*` up to API 1.47.
    Any,
    /// `DELETE`
    Delete,
    /// `GET`
    Get,
    /// `HEAD`, which dockerd answers only where it is registered.
    Head,
    /// `OPTIONS`
    Options,
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

impl Verb {
    /// The verb of a method, if any row has it.
    pub fn of(method: &Method) -> Option<Self> {
        Some(match *method {
            Method::DELETE => Self::Delete,
            Method::GET => Self::Get,
            Method::HEAD => Self::Head,
            Method::OPTIONS => Self::Options,
            Method::POST => Self::Post,
            Method::PUT => Self::Put,
            _ => return None,
        })
    }

    /// The method as it is written, `*` for any.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "*",
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// The worst that an operation can do by itself, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Tells what is there.
    Read,
    /// Tells what may be secret: environment, logs, files, tokens.
    Reveal,
    /// Changes or removes what is there.
    Write,
    /// Can become root on the host, or send data out through the daemon.
    Host,
}

impl Risk {
    /// The word for people and programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Reveal => "reveal",
            Self::Write => "write",
            Self::Host => "host",
        }
    }
}

/// The kind of object that the path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are Docker's own")]
pub enum Target {
    Config,
    Container,
    Exec,
    Image,
    Network,
    Node,
    Plugin,
    Secret,
    Service,
    Task,
    Volume,
}

impl Target {
    /// What objects of the kind are called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Container => "container",
            Self::Exec => "exec",
            Self::Image => "image",
            Self::Network => "network",
            Self::Node => "node",
            Self::Plugin => "plugin",
            Self::Secret => "secret",
            Self::Service => "service",
            Self::Task => "task",
            Self::Volume => "volume",
        }
    }

    /// Whether a name of this kind may hold slashes in a path: dockerd's routes
    /// say `{name:.*}` for them. Swarm's objects have IDs, and two names in
    /// one path are never greedy.
    pub const fn is_greedy(self) -> bool {
        match self {
            Self::Container | Self::Exec | Self::Image => true,
            Self::Network | Self::Plugin | Self::Volume => true,
            Self::Config | Self::Node | Self::Secret | Self::Service | Self::Task => false,
        }
    }
}

/// What a request carries behind its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing; anything else is refused.
    None,
    /// JSON of this table.
    Json(&'static Field),
    /// A tar archive that streams through untouched.
    Tar,
}

impl Body {
    /// The table of a JSON body.
    pub fn table(self) -> Option<&'static Field> {
        match self {
            Self::Json(table) => Some(table),
            Self::None | Self::Tar => None,
        }
    }
}

/// How the exchange flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// One request, one answer.
    Plain,
    /// The request body may be endless.
    Request,
    /// The answer may be endless.
    Response,
    /// Both may be endless, and flow at the same time.
    Both,
    /// The connection becomes a raw stream (`Upgrade: tcp`, or 200 and raw bytes).
    Hijack,
    /// The connection becomes HTTP/2 (`Upgrade: h2c`).
    H2c,
    /// The connection becomes a websocket.
    Websocket,
}

/// One row of the catalogue: an operation of the Docker Engine API.
#[derive(Debug)]
pub struct Operation {
    /// The row's place in [`OPERATIONS`].
    pub op: Op,
    /// Docker's own `operationId`.
    pub name: &'static str,
    /// The method.
    pub verb: Verb,
    /// The path below the version prefix, `{id}`, `{name}` for parameters.
    pub path: &'static str,
    /// The path, cut at its names.
    pub(in crate::catalogue) shape: Shape,
    /// The worst it can do by itself.
    pub risk: Risk,
    /// What the path names.
    pub target: Option<Target>,
    /// What the request carries.
    pub body: Body,
    /// How the exchange flows.
    pub stream: Stream,
    /// The query parameters that dockerd reads.
    pub query: &'static [Param],
    /// One line for people.
    pub about: &'static str,
}

impl Operation {
    /// Whether it means the same in every version, or has none: the pings, the
    /// tunnels of BuildKit, and the debug routes, which dockerd up to API 1.47
    /// knows without a version alone.
    pub fn is_versionless(&self) -> bool {
        use Op::{DebugPprof, DebugPprofIndex, DebugVars, SystemOptions, SystemPing, SystemPingHead};
        let alone =
            matches!(self.op, SystemPing | SystemPingHead | SystemOptions | DebugVars | DebugPprof | DebugPprofIndex);
        alone || self.stream == Stream::H2c
    }

    /// The query parameter of this name; names are case-sensitive, as in dockerd.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.query.iter().find(|p| p.name == name)
    }

    /// What the query names, where the path names nothing.
    pub fn object_in_query(&self) -> Option<Target> {
        self.query.iter().find_map(|param| param.object)
    }
}
