//! Which recording answers which request, as data. The first row that fits is taken.

use super::names::{Kind, known};
use super::recorded::Recorded;
use super::request::{Request, When};

/// How a recording is played back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// The head, then what the client sends, as frames of standard output.
    Echo,
    /// All of it, then the stream stays open until the client goes.
    Open,
    /// All of it, unless a big body was asked for.
    Tar,
    /// All of it.
    Whole,
}

/// One row of the table.
pub(super) struct Answer {
    method: &'static str,
    /// A path; `*` stands for the name of an object, as greedy as dockerd's own names.
    path: &'static str,
    /// What kind of object the name must be known as; without one any name will do.
    object: Option<Kind>,
    when: &'static [When],
    pub(super) how: How,
    pub(super) recorded: Recorded,
}

macro_rules! recorded {
    ($name:literal) => {
        Recorded { name: $name, bytes: include_bytes!(concat!("recorded/", $name, ".http")) }
    };
}

macro_rules! object {
    (-) => {
        None
    };
    ($kind:ident) => {
        Some(Kind::$kind)
    };
}

macro_rules! answers {
    ($($method:ident $path:literal $kind:tt [$($when:expr),*] $how:ident $name:literal;)*) => {
        &[$(Answer {
            method: stringify!($method),
            path: $path,
            object: object!($kind),
            when: &[$($when),*],
            how: How::$how,
            recorded: recorded!($name),
        }),*]
    };
}

use When::{Body, Exactly, Header, Lacks, NoImage, NotJson, One, Query, True};

/// Containers that were not running when the scene was recorded.
const STILL: When = One(&["job", "new"]);
const TCP: When = Header("upgrade", "tcp");
const H2C: When = Header("upgrade", "h2c");
/// The handshake of RFC 6455 with its sample key, the one for which an answer was recorded.
const WEBSOCKET: When = Header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");

#[rustfmt::skip]
static TABLE: &[Answer] = answers! {
//  method  path                        object     when                                    how    recording
    GET     "/_ping"                    -          []                                      Whole  "ping";
    HEAD    "/_ping"                    -          []                                      Whole  "ping-head";
    OPTIONS "*"                         -          []                                      Whole  "options";
    GET     "/version"                  -          []                                      Whole  "version";
    GET     "/info"                     -          []                                      Whole  "info";
    GET     "/system/df"                -          []                                      Whole  "disk-usage";
    GET     "/events"                   -          []                                      Open   "events";
    POST    "/auth"                     -          []                                      Whole  "auth-failed";
    POST    "/session"                  -          [H2C]                                   Open   "session";
    POST    "/session"                  -          []                                      Whole  "session-not-upgraded";
    POST    "/grpc"                     -          [H2C]                                   Open   "grpc";
    POST    "/grpc"                     -          []                                      Whole  "grpc-not-upgraded";

    GET     "/containers/json"          -          [Query("filters", "team=shop")]         Whole  "containers-shop";
    GET     "/containers/json"          -          [True("all")]                           Whole  "containers-all";
    GET     "/containers/json"          -          []                                      Whole  "containers";
    POST    "/containers/create"        -          [NotJson]                               Whole  "container-create-not-json";
    POST    "/containers/create"        -          [NoImage]                               Whole  "container-create-no-image";
    POST    "/containers/create"        -          [Exactly("name", "web")]                Whole  "container-create-conflict";
    POST    "/containers/create"        -          []                                      Whole  "container-create";
    POST    "/containers/prune"         -          []                                      Whole  "containers-prune";
    GET     "/containers/*/json"        Container  [True("size")]                          Whole  "container-size";
    GET     "/containers/*/json"        Container  [One(&["web"])]                         Whole  "container-web";
    GET     "/containers/*/json"        Container  [One(&["cat"])]                         Whole  "container-cat";
    GET     "/containers/*/json"        Container  [One(&["job"])]                         Whole  "container-job";
    GET     "/containers/*/json"        Container  [One(&["new"])]                         Whole  "container-new";
    GET     "/containers/*/json"        -          []                                      Whole  "container-missing";
    GET     "/containers/*/checkpoints" -          []                                      Whole  "container-checkpoints";
    GET     "/containers/*/top"         Container  [STILL]                                 Whole  "container-top-stopped";
    GET     "/containers/*/top"         Container  []                                      Whole  "container-top";
    GET     "/containers/*/top"         -          []                                      Whole  "container-missing";
    GET     "/containers/*/logs"        Container  [Lacks("stdout"), Lacks("stderr")]      Whole  "container-logs-nothing";
    GET     "/containers/*/logs"        Container  [True("follow")]                        Open   "container-logs-follow";
    GET     "/containers/*/logs"        Container  []                                      Whole  "container-logs";
    GET     "/containers/*/logs"        -          []                                      Whole  "container-missing";
    GET     "/containers/*/stats"       Container  [Lacks("stream")]                       Open   "container-stats-stream";
    GET     "/containers/*/stats"       Container  [True("stream")]                        Open   "container-stats-stream";
    GET     "/containers/*/stats"       Container  []                                      Whole  "container-stats";
    GET     "/containers/*/stats"       -          []                                      Whole  "container-missing";
    GET     "/containers/*/changes"     Container  []                                      Whole  "container-changes";
    GET     "/containers/*/changes"     -          []                                      Whole  "container-missing";
    GET     "/containers/*/export"      Container  []                                      Tar    "container-export";
    GET     "/containers/*/export"      -          [One(&["tiny"])]                        Tar    "container-export";
    GET     "/containers/*/export"      -          []                                      Whole  "container-missing";
    GET     "/containers/*/archive"     Container  [Query("path", "missing")]              Whole  "archive-no-path";
    GET     "/containers/*/archive"     Container  []                                      Whole  "archive";
    GET     "/containers/*/archive"     -          []                                      Whole  "container-missing";
    HEAD    "/containers/*/archive"     Container  []                                      Whole  "archive-head";
    HEAD    "/containers/*/archive"     -          []                                      Whole  "archive-head-missing";
    PUT     "/containers/*/archive"     Container  []                                      Whole  "archive-put";
    PUT     "/containers/*/archive"     -          []                                      Whole  "archive-put-missing";
    POST    "/containers/*/start"       Container  [One(&["web", "cat"])]                  Whole  "container-start-again";
    POST    "/containers/*/start"       Container  []                                      Whole  "container-start";
    POST    "/containers/*/start"       -          []                                      Whole  "container-missing";
    POST    "/containers/*/stop"        Container  [STILL]                                 Whole  "container-stop-again";
    POST    "/containers/*/stop"        Container  []                                      Whole  "container-stop";
    POST    "/containers/*/stop"        -          []                                      Whole  "container-missing";
    POST    "/containers/*/restart"     Container  []                                      Whole  "container-restart";
    POST    "/containers/*/restart"     -          []                                      Whole  "container-missing";
    POST    "/containers/*/kill"        Container  [STILL]                                 Whole  "container-kill-stopped";
    POST    "/containers/*/kill"        Container  []                                      Whole  "container-kill";
    POST    "/containers/*/kill"        -          []                                      Whole  "container-missing";
    POST    "/containers/*/pause"       Container  [STILL]                                 Whole  "container-pause-stopped";
    POST    "/containers/*/pause"       Container  []                                      Whole  "container-pause";
    POST    "/containers/*/pause"       -          []                                      Whole  "container-missing";
    POST    "/containers/*/unpause"     Container  []                                      Whole  "container-unpause";
    POST    "/containers/*/unpause"     -          []                                      Whole  "container-missing";
    POST    "/containers/*/wait"        Container  [One(&["job"])]                         Whole  "container-wait";
    POST    "/containers/*/wait"        Container  [One(&["new"])]                         Whole  "container-wait-new";
    POST    "/containers/*/wait"        Container  []                                      Open   "container-wait-open";
    POST    "/containers/*/wait"        -          []                                      Whole  "container-missing";
    POST    "/containers/*/resize"      Container  []                                      Whole  "container-resize";
    POST    "/containers/*/resize"      -          []                                      Whole  "container-missing";
    POST    "/containers/*/rename"      Container  [Exactly("name", "web")]                Whole  "container-rename-conflict";
    POST    "/containers/*/rename"      Container  []                                      Whole  "container-rename";
    POST    "/containers/*/rename"      -          []                                      Whole  "container-missing";
    POST    "/containers/*/update"      Container  []                                      Whole  "container-update";
    POST    "/containers/*/update"      -          []                                      Whole  "container-missing";
    POST    "/containers/*/attach"      Container  [TCP, One(&["cat"])]                    Echo   "attach";
    POST    "/containers/*/attach"      Container  [TCP, STILL]                            Whole  "attach-new";
    POST    "/containers/*/attach"      Container  [TCP]                                   Open   "attach-waiting";
    POST    "/containers/*/attach"      Container  []                                      Echo   "attach-raw";
    POST    "/containers/*/attach"      -          []                                      Whole  "attach-missing";
    GET     "/containers/*/attach/ws"   Container  [WEBSOCKET]                             Open   "attach-websocket";
    GET     "/containers/*/attach/ws"   Container  []                                      Whole  "attach-websocket-refused";
    GET     "/containers/*/attach/ws"   -          []                                      Whole  "attach-websocket-missing";
    POST    "/containers/*/exec"        Container  [STILL]                                 Whole  "exec-create-stopped";
    POST    "/containers/*/exec"        Container  []                                      Whole  "exec-create";
    POST    "/containers/*/exec"        -          []                                      Whole  "container-missing";
    DELETE  "/containers/*"             Container  [True("force")]                         Whole  "container-delete";
    DELETE  "/containers/*"             Container  [STILL]                                 Whole  "container-delete";
    DELETE  "/containers/*"             Container  []                                      Whole  "container-delete-running";
    DELETE  "/containers/*"             -          []                                      Whole  "container-missing";

    POST    "/exec/*/start"             Exec       [Body("\"Detach\":true")]               Whole  "exec-start-detached";
    POST    "/exec/*/start"             Exec       [One(&["detached"])]                    Whole  "exec-start-again";
    POST    "/exec/*/start"             Exec       [TCP]                                   Echo   "exec-start";
    POST    "/exec/*/start"             Exec       []                                      Echo   "exec-start-raw";
    POST    "/exec/*/start"             -          []                                      Whole  "exec-start-missing";
    POST    "/exec/*/resize"            Exec       []                                      Whole  "exec-resize-ended";
    POST    "/exec/*/resize"            -          []                                      Whole  "exec-missing";
    GET     "/exec/*/json"              Exec       []                                      Whole  "exec";
    GET     "/exec/*/json"              -          []                                      Whole  "exec-missing";

    GET     "/images/json"              -          [Query("filters", "\"busybox\"")]       Whole  "images-busybox";
    GET     "/images/json"              -          []                                      Whole  "images";
    GET     "/images/search"            -          []                                      Whole  "images-search-failed";
    GET     "/images/get"               -          []                                      Tar    "images-get";
    GET     "/images/*/get"             Image      []                                      Tar    "image-get";
    GET     "/images/*/get"             -          []                                      Whole  "image-missing";
    GET     "/images/*/history"         Image      []                                      Whole  "image-history";
    GET     "/images/*/history"         -          []                                      Whole  "image-missing";
    GET     "/images/*/json"            Image      [One(&["busybox"])]                     Whole  "image-busybox";
    GET     "/images/*/json"            Image      [One(&["alpine"])]                      Whole  "image-alpine";
    GET     "/images/*/json"            Image      [One(&["hello-world"])]                 Whole  "image-hello-world";
    GET     "/images/*/json"            Image      [One(&["tiny"])]                        Whole  "image-tiny";
    GET     "/images/*/json"            -          []                                      Whole  "image-missing";
    POST    "/images/load"              -          []                                      Whole  "images-load-not-tar";
    POST    "/images/create"            -          [Query("fromSrc", "-")]                 Whole  "image-import";
    POST    "/images/create"            -          []                                      Whole  "image-pull-failed";
    POST    "/images/prune"             -          []                                      Whole  "images-prune";
    POST    "/images/*/push"            -          []                                      Whole  "image-push-failed";
    POST    "/images/*/tag"             Image      []                                      Whole  "image-tag";
    POST    "/images/*/tag"             -          []                                      Whole  "image-missing";
    DELETE  "/images/*"                 Image      [One(&["busybox"])]                     Whole  "image-delete-used";
    DELETE  "/images/*"                 Image      []                                      Whole  "image-delete";
    DELETE  "/images/*"                 -          [One(&["tiny:old"])]                    Whole  "image-delete";
    DELETE  "/images/*"                 -          []                                      Whole  "image-missing";
    GET     "/distribution/*/json"      -          []                                      Whole  "distribution-failed";
    POST    "/build"                    -          [Body("FRUM")]                          Whole  "build-bad-dockerfile";
    POST    "/build"                    -          [Body("RUN exit 7")]                    Whole  "build-failed";
    POST    "/build"                    -          []                                      Whole  "build";
    POST    "/build/prune"              -          []                                      Whole  "build-prune";
    POST    "/build/cancel"             -          []                                      Whole  "build-cancel";
    POST    "/commit"                   -          []                                      Whole  "commit";

    GET     "/volumes"                  -          []                                      Whole  "volumes";
    GET     "/volumes/*"                Volume     []                                      Whole  "volume";
    GET     "/volumes/*"                -          []                                      Whole  "volume-missing";
    POST    "/volumes/create"           -          []                                      Whole  "volume-create";
    POST    "/volumes/prune"            -          []                                      Whole  "volumes-prune";
    PUT     "/volumes/*"                -          []                                      Whole  "volume-update";
    DELETE  "/volumes/*"                Volume     []                                      Whole  "volume-delete-used";
    DELETE  "/volumes/*"                -          [One(&["spare"])]                       Whole  "volume-delete";
    DELETE  "/volumes/*"                -          []                                      Whole  "volume-missing";

    GET     "/networks"                 -          []                                      Whole  "networks";
    GET     "/networks/"                -          []                                      Whole  "networks";
    GET     "/networks/*"               Network    [One(&["bridge"])]                      Whole  "network-bridge";
    GET     "/networks/*"               Network    []                                      Whole  "network-backend";
    GET     "/networks/*"               -          []                                      Whole  "network-missing";
    POST    "/networks/create"          -          [Body("\"Name\":\"bridge\"")]            Whole  "network-create-conflict";
    POST    "/networks/create"          -          []                                      Whole  "network-create";
    POST    "/networks/prune"           -          []                                      Whole  "networks-prune";
    POST    "/networks/*/connect"       Network    []                                      Whole  "network-connect";
    POST    "/networks/*/connect"       -          []                                      Whole  "network-missing";
    POST    "/networks/*/disconnect"    Network    []                                      Whole  "network-disconnect";
    POST    "/networks/*/disconnect"    -          []                                      Whole  "network-missing";
    DELETE  "/networks/*"               Network    [One(&["bridge"])]                      Whole  "network-delete-bridge";
    DELETE  "/networks/*"               Network    []                                      Whole  "network-delete";
    DELETE  "/networks/*"               -          [One(&["spare"])]                       Whole  "network-delete";
    DELETE  "/networks/*"               -          []                                      Whole  "network-missing";

    GET     "/swarm"                    -          []                                      Whole  "swarm-inactive-swarm";
    GET     "/services"                 -          []                                      Whole  "swarm-inactive-services";
    GET     "/nodes"                    -          []                                      Whole  "swarm-inactive-nodes";
    GET     "/tasks"                    -          []                                      Whole  "swarm-inactive-tasks";
    GET     "/secrets"                  -          []                                      Whole  "swarm-inactive-secrets";
    GET     "/configs"                  -          []                                      Whole  "swarm-inactive-configs";
    POST    "/services/create"          -          []                                      Whole  "swarm-inactive-service-create";
    POST    "/secrets/create"           -          []                                      Whole  "swarm-inactive-secret-create";
    POST    "/swarm/init"               -          []                                      Whole  "swarm-init-bad-address";
    POST    "/swarm/leave"              -          []                                      Whole  "swarm-leave-inactive";
    GET     "/plugins"                  -          []                                      Whole  "plugins";
    GET     "/plugins/*/json"           -          []                                      Whole  "plugin-missing";
};

/// The answer to what is no HTTP.
pub(super) static BAD_REQUEST: Recorded = recorded!("bad-request");
/// The answer to a path that is not in its clean form.
pub(super) static MOVED: Recorded = recorded!("moved");
pub(super) static TOO_NEW: Recorded = recorded!("version-too-new");
pub(super) static TOO_OLD: Recorded = recorded!("version-too-old");
static PAGE_NOT_FOUND: Recorded = recorded!("page-not-found");
static HEAD_NOT_FOUND: Recorded = recorded!("head-not-found");

/// The answer to a request; what was not recorded is not found.
pub(super) fn choose(request: &Request<'_>) -> (How, Recorded) {
    let fitting = TABLE.iter().find(|answer| answer.fits(request));
    match fitting {
        Some(answer) => (answer.how, answer.recorded),
        None if request.head.method == "HEAD" => (How::Whole, HEAD_NOT_FOUND),
        None => (How::Whole, PAGE_NOT_FOUND),
    }
}

impl Answer {
    fn fits(&self, request: &Request<'_>) -> bool {
        let same = self.method == request.head.method;
        let name = same.then(|| self.name(request.path)).flatten();
        name.and_then(|name| self.object(name))
            .is_some_and(|object| self.when.iter().all(|when| request.is(*when, object)))
    }

    /// What stands for `*` in a path that has this form.
    fn name<'a>(&self, path: &'a str) -> Option<&'a str> {
        match self.path.split_once('*') {
            Some((before, after)) => path.strip_prefix(before)?.strip_suffix(after),
            None => (path == self.path).then_some(""),
        }
    }

    fn object<'a>(&self, name: &'a str) -> Option<&'a str> {
        self.object.map_or(Some(name), |kind| known(kind, name))
    }
}

#[cfg(test)]
mod tests;
