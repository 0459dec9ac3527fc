//! The longer lists of query parameters, each sorted by name.
//!
//! A few are listed although today's daemons ignore them (`trunc_cmd`,
//! `only_ids`, `digests`, `hijack`, `force` of a tag): common clients send them.

use super::param::{boolean, filters, flag, int, json, path, signal, text};
use super::{Param, Target};

pub(super) const ATTACH: &[Param] = &[
    text("detachKeys"),
    flag("hijack"),
    flag("logs"),
    flag("stderr"),
    flag("stdin").danger("type into the container"),
    flag("stdout"),
    flag("stream"),
];

/// Before API 1.42 a websocket always carries all three streams, whatever is asked for.
pub(super) const ATTACH_WEBSOCKET: &[Param] = &[
    text("detachKeys"),
    flag("hijack"),
    flag("logs"),
    flag("stderr").since(42).before("true"),
    flag("stdin").danger("type into the container").since(42).before("true"),
    flag("stdout").since(42).before("true"),
    flag("stream"),
];

pub(super) const BUILD_PRUNE: &[Param] = &[
    flag("all"),
    filters(),
    int("keep-storage"),
    int("max-used-space").since(48),
    int("min-free-space").since(48),
    int("reserved-space").since(48),
    flag("stream").since(56),
];

pub(super) const CHECKPOINT_DELETE: &[Param] = &[path("dir")];

pub(super) const CHECKPOINT_LIST: &[Param] = &[path("dir")];

pub(super) const CONTAINER_LIST: &[Param] =
    &[flag("all"), text("before"), filters(), int("limit"), text("since"), flag("size"), flag("trunc_cmd")];

pub(super) const CONTAINER_LOGS: &[Param] = &[
    flag("details"),
    flag("follow"),
    text("since"),
    flag("stderr"),
    flag("stdout"),
    text("tail").or("all"),
    flag("timestamps"),
    text("until"),
];

pub(super) const CONTAINER_START: &[Param] =
    &[text("checkpoint").danger("start a container from a checkpoint"), path("checkpoint-dir"), text("detachKeys")];

pub(super) const CONTAINER_STOP: &[Param] = &[signal("signal").since(42), int("t")];

pub(super) const CONTAINER_TOP: &[Param] = &[text("ps_args").danger("choose the arguments of `ps` on the host")];

pub(super) const IMAGE_BUILD: &[Param] = &[
    json("buildargs"),
    text("buildid"),
    json("cachefrom"),
    text("cgroupparent"),
    int("cpuperiod"),
    int("cpuquota"),
    text("cpusetcpus"),
    text("cpusetmems"),
    int("cpushares"),
    text("dockerfile"),
    text("extrahosts").many(),
    flag("forcerm"),
    text("isolation"),
    json("labels"),
    int("memory"),
    int("memswap"),
    text("networkmode").or("default"),
    flag("nocache"),
    json("outputs").since(40),
    text("platform").since(32),
    flag("pull"),
    flag("q"),
    text("remote"),
    flag("rm").or("true"),
    text("securityopt").many(),
    text("session"),
    int("shmsize"),
    flag("squash"),
    text("t").many(),
    text("target"),
    json("ulimits"),
    text("version").or("1"),
];

pub(super) const IMAGE_COMMIT: &[Param] = &[
    text("author"),
    text("changes").many(),
    text("comment"),
    text("container").names(Target::Container),
    flag("pause").or("true"),
    text("repo"),
    text("tag"),
];

pub(super) const IMAGE_CREATE: &[Param] = &[
    text("changes").many(),
    text("fromImage"),
    text("fromSrc"),
    text("message"),
    text("platform").since(32),
    text("repo"),
    text("tag"),
];

pub(super) const IMAGE_LIST: &[Param] = &[
    flag("all"),
    flag("digests"),
    text("filter"),
    filters(),
    flag("identity").since(54),
    flag("manifests").since(47),
    flag("only_ids"),
    flag("shared-size").since(42),
];

pub(super) const PLUGIN_PRIVILEGES: &[Param] = &[text("name"), text("remote")];

pub(super) const PRUNE: &[Param] = &[filters(), flag("stream").since(56)];

pub(super) const PUT_ARCHIVE: &[Param] = &[flag("copyUIDGID"), flag("noOverwriteDirNonDir"), path("path")];

pub(super) const SERVICE_UPDATE: &[Param] = &[
    text("registryAuthFrom").word().or("spec"),
    text("rollback").word().danger("return a service to what it was, whatever the request says"),
    int("version"),
];

pub(super) const SWARM_LOGS: &[Param] = &[
    flag("details"),
    flag("follow"),
    text("since"),
    flag("stderr"),
    flag("stdout"),
    text("tail").or("all"),
    flag("timestamps"),
];

pub(super) const SWARM_UPDATE: &[Param] = &[
    boolean("rotateManagerToken").or("false").danger("replace the token that managers join with"),
    boolean("rotateManagerUnlockKey").or("false").danger("replace the key that unlocks managers"),
    boolean("rotateWorkerToken").or("false").danger("replace the token that workers join with"),
    int("version"),
];
