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
    plain("list containers", "GET /v1.41/containers/json?all=true", Expect::Allowed),
    plain("list images", "GET /v1.41/images/json", Expect::Allowed),
    plain("list networks", "GET /v1.41/networks", Expect::Allowed),
    Telling {
        what: "run a privileged container with the host's disk",
        head: "POST /v1.41/containers/create",
        headers: JSON,
        body: r#"{"Image":"dockgate-demo-none","HostConfig":{"Privileged":true,"Binds":["/:/host"]}}"#,
        expect: Expect::Denied,
    },
    Telling {
        what: "open a shell in a container",
        head: "POST /v1.41/containers/dockgate-demo-none/exec",
        headers: JSON,
        body: r#"{"Cmd":["sh"]}"#,
        expect: Expect::Denied,
    },
    plain(
        "read a file out of a container",
        "GET /v1.41/containers/dockgate-demo-none/archive?path=/etc/shadow",
        Expect::Denied,
    ),
    plain("read a container's logs", "GET /v1.41/containers/dockgate-demo-none/logs?stdout=1", Expect::Denied),
    plain("remove a container by force", "DELETE /v1.41/containers/dockgate-demo-none?force=1", Expect::Denied),
    plain(
        "make the daemon call a host of one's choice",
        "GET /v1.41/distribution/dockgate-demo.invalid/x/json",
        Expect::Denied,
    ),
    plain("hide an operation behind percent escapes", "GET /v1.41/%63ontainers/json", Expect::Refused),
    plain("hide it behind dots", "GET /v1.41/images/../containers/dockgate-demo-none/logs", Expect::Refused),
    Telling {
        what: "use an old version whose start takes a host configuration",
        head: "POST /v1.23/containers/dockgate-demo-none/start",
        headers: JSON,
        body: r#"{"Privileged":true}"#,
        expect: Expect::Refused,
    },
    plain(
        "send a parameter twice, so that two readers disagree",
        "GET /v1.41/containers/json?limit=1&limit=0",
        Expect::Refused,
    ),
    plain("use a parameter that nobody knows", "GET /v1.41/containers/json?backdoor=open", Expect::Denied),
    Telling {
        what: "turn the connection into a tunnel",
        head: "POST /grpc",
        headers: "Connection: Upgrade\r\nUpgrade: h2c\r\n",
        body: "",
        expect: Expect::Denied,
    },
];
