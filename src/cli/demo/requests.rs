//! The requests that the demo sends. Those that must not pass would do nothing
//! on a real Docker if they did: what they name does not exist.

/// What must become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    Allowed,
    Denied,
    Refused,
}

/// A request and what it tells.
#[derive(Debug)]
pub(super) struct Telling {
    pub(super) what: &'static str,
    pub(super) head: &'static str,
    pub(super) headers: &'static str,
    pub(super) body: &'static str,
    pub(super) expect: Expect,
}

const JSON: &str = "Content-Type: application/json\r\n";

const fn plain(what: &'static str, head: &'static str, expect: Expect) -> Telling {
    Telling { what, head, headers: "", body: "", expect }
}

pub(super) const REQUESTS: &[Telling] = &[
    plain("ping", "GET /_ping", Expect::Allowed),
    plain("ask for the version", "GET /version", Expect::Allowed),
    plain("list containers", "GET /containers/json?all=true", Expect::Allowed),
    plain("list images", "GET /images/json", Expect::Allowed),
    plain("list networks", "GET /networks", Expect::Allowed),
    Telling {
        what: "run a privileged container with the host's disk",
        head: "POST /containers/create",
        headers: JSON,
        body: r#"{"Image":"dockgate-demo-none","HostConfig":{"Privileged":true,"Binds":["/:/host"]}}"#,
        expect: Expect::Denied,
    },
    Telling {
        what: "open a shell in a container",
        head: "POST /containers/dockgate-demo-none/exec",
        headers: JSON,
        body: r#"{"Cmd":["sh"]}"#,
        expect: Expect::Denied,
    },
    plain(
        "read a file out of a container",
        "GET /containers/dockgate-demo-none/archive?path=/etc/shadow",
        Expect::Denied,
    ),
    plain("read a container's logs", "GET /containers/dockgate-demo-none/logs?stdout=1", Expect::Denied),
    plain("remove a container by force", "DELETE /containers/dockgate-demo-none?force=1", Expect::Denied),
    plain(
        "make the daemon call a host of one's choice",
        "GET /distribution/dockgate-demo.invalid/x/json",
        Expect::Denied,
    ),
    plain("hide an operation behind percent escapes", "GET /%63ontainers/json", Expect::Refused),
    plain("hide it behind dots", "GET /images/../containers/dockgate-demo-none/logs", Expect::Refused),
    Telling {
        what: "use an old version whose start takes a host configuration",
        head: "POST /v1.23/containers/dockgate-demo-none/start",
        headers: JSON,
        body: r#"{"Privileged":true}"#,
        expect: Expect::Refused,
    },
    plain(
        "send a parameter twice, so that two readers disagree",
        "GET /containers/json?limit=1&limit=0",
        Expect::Refused,
    ),
    plain("use a parameter that nobody knows", "GET /containers/json?backdoor=open", Expect::Denied),
    Telling {
        what: "turn the connection into a tunnel",
        head: "POST /grpc",
        headers: "Connection: Upgrade\r\nUpgrade: h2c\r\n",
        body: "",
        expect: Expect::Denied,
    },
];

/// What the allowed ones look like to the daemon, without their version.
pub(super) const ARRIVING: &[&str] = &["_ping", "version", "containers/json?all=1", "images/json", "networks"];
