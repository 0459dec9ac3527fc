"""What is asked of the daemon, in order. A step with a name becomes `recorded/NAME.http`; one without sets the scene.

Running: `web` (labelled, with a volume) and `cat` (its stdin is open); exited with 3: `job`; created: `new`.
`{word}` in a target is an id that an earlier step kept.
"""

import io
import json
import tarfile
import time
from dataclasses import dataclass, field
from urllib.parse import quote

JSON = {"Content-Type": "application/json"}
TAR = {"Content-Type": "application/x-tar"}
TCP = {"Connection": "Upgrade", "Upgrade": "tcp"}
H2C = {"Connection": "Upgrade", "Upgrade": "h2c"}
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",  # the sample key of RFC 6455
    "Origin": "http://localhost",
}
NOWHERE = "127.0.0.1:1"  # a registry that refuses every connection
STARTED = int(time.time())


@dataclass
class Step:
    name: str | None
    method: str
    target: str
    headers: dict = field(default_factory=dict)
    body: bytes | None = None
    keep: tuple | None = None  # (word, kind, name): remember the Id of the answer
    stdin: bytes | None = None
    watch: float | None = None
    raw: bytes | None = None  # these bytes in place of a request
    meanwhile: str | None = None  # a POST to send once the head of this answer has come
    alone: bool = False  # take out the containers and images that are not of the scene
    settle: float = 0  # seconds to wait before asking


def ask(name, line, **rest):
    method, target = line.split(" ", 1)
    return Step(name, method, target, **rest)


def send(name, line, value, **rest):
    return ask(name, line, headers=JSON, body=json.dumps(value, separators=(",", ":")).encode(), **rest)


def scene(line, value=None, **rest):
    return ask(None, line, **rest) if value is None else send(None, line, value, **rest)


def tar(**files):
    """A tar archive with fixed times, so that image ids do not change from one recording to the next."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def filters(**wanted):
    return "filters=" + quote(json.dumps(wanted))


def labels(team):
    return {"com.example.scene": "recording", "com.example.team": team}


# On a shared daemon the lists are narrowed to the scene; what is recorded is still the daemon's own answer.
OURS = filters(label=["com.example.scene"])
NONE = filters(label=["com.example.scene=none"])
IMAGES = filters(reference=["busybo?", "alpine", "hello-world", "tiny"])
NETWORKS = filters(name=["^bridge$", "^host$", "^none$", "^backend$"])
STREAMS = "stream=1&stdin=1&stdout=1&stderr=1"
SERVE = "echo listening on 80; echo no favicon >&2; exec sleep 3600"
WEB = {
    "Image": "busybox",
    "Cmd": ["sh", "-c", SERVE],
    "Labels": labels("shop"),
    "HostConfig": {"Binds": ["data:/data"]},
}
CAT = {"Image": "busybox", "Cmd": ["cat"], "OpenStdin": True, "AttachStdin": True, "Labels": labels("tools")}
JOB = {"Image": "alpine", "Cmd": ["sh", "-c", "exit 3"], "Labels": labels("tools")}
NEW = {"Image": "busybox", "Cmd": ["echo", "hello from new"], "Labels": labels("shop")}
EXEC = {"Cmd": ["cat"], "AttachStdin": True, "AttachStdout": True, "AttachStderr": True}

CONTAINER_NAMES = ("web", "cat", "job", "new", "renamed", "tiny")
IMAGE_NAMES = ("busybox", "alpine", "hello-world", "tiny", "built", "snapshot")
CLEAN = [
    *(scene(f"DELETE /containers/{name}?force=1&v=1") for name in CONTAINER_NAMES),
    *(scene(f"DELETE /images/{name}?force=1") for name in ("tiny", "built", "snapshot", f"{NOWHERE}/tiny")),
    scene("DELETE /volumes/data"),
    scene("DELETE /volumes/spare"),
    scene("DELETE /networks/backend"),
    scene("DELETE /networks/spare"),
]

SYSTEM = [
    ask("ping", "GET /_ping"),
    ask("ping-head", "HEAD /_ping"),
    ask("version", "GET /version"),
    ask("options", "OPTIONS /_ping"),
    ask("page-not-found", "GET /no/such/page"),
    ask("head-not-found", "HEAD /containers/json"),
    ask("version-too-new", "GET /v1.99/version"),
    ask("version-too-old", "GET /v1.23/version"),
    ask("moved", "GET //version"),
    Step("bad-request", "GET", "", raw=b"GET / HTTP/1.1\r\nno colon\r\n\r\n"),
    send("auth-failed", "POST /auth", {"username": "u", "password": "p", "serveraddress": NOWHERE}),
    ask("session-not-upgraded", "POST /session"),
    ask("session", "POST /session", headers={**H2C, "X-Docker-Expose-Session-Uuid": "scene"}, watch=0.7),
    ask("grpc-not-upgraded", "POST /grpc"),
    ask("grpc", "POST /grpc", headers=H2C, watch=0.7),
]

MAKE = [
    ask("image-import", "POST /images/create?fromSrc=-&repo=tiny&tag=latest", headers=TAR, body=tar(hello="hello\n")),
    send("volume-create", "POST /volumes/create", {"Name": "data", "Labels": labels("shop")}, keep=("data", "volume", "data")),
    send("network-create", "POST /networks/create", {"Name": "backend", "Labels": labels("shop")}, keep=("backend", "network", "backend")),
    scene("POST /containers/create?name=web", WEB, keep=("web", "container", "web")),
    scene("POST /containers/create?name=cat", CAT, keep=("cat", "container", "cat")),
    scene("POST /containers/create?name=job", JOB, keep=("job", "container", "job")),
    send("container-create", "POST /containers/create?name=new", NEW, keep=("new", "container", "new")),
    scene("POST /containers/create?name=tiny", {"Image": "tiny", "Cmd": ["/hello"]}),
    *(scene(f"POST /containers/{name}/start") for name in ("web", "cat", "job")),
]

CONTAINERS = [
    ask("containers", f"GET /containers/json?{OURS}", settle=1),
    ask("containers-all", f"GET /containers/json?all=1&{OURS}"),
    ask("containers-shop", "GET /containers/json?" + filters(label=["com.example.team=shop"])),
    *(ask(f"container-{name}", f"GET /containers/{name}/json") for name in ("web", "cat", "job", "new")),
    ask("container-size", "GET /containers/web/json?size=1"),
    ask("container-missing", "GET /containers/missing/json"),
    send("container-create-conflict", "POST /containers/create?name=web", NEW),
    send("container-create-no-image", "POST /containers/create?name=other", {**NEW, "Image": "missing"}),
    ask("container-create-not-json", "POST /containers/create", body=b"{"),
    ask("container-top", "GET /containers/web/top"),
    ask("container-top-stopped", "GET /containers/job/top"),
    ask("container-logs", "GET /containers/web/logs?stdout=1&stderr=1"),
    ask("container-logs-follow", "GET /containers/web/logs?stdout=1&stderr=1&follow=1", watch=0.7),
    ask("container-logs-nothing", "GET /containers/web/logs"),
    ask("container-stats", "GET /containers/web/stats?stream=0&one-shot=1"),
    ask("container-stats-stream", "GET /containers/web/stats", watch=2.5),
    ask("container-changes", "GET /containers/web/changes"),
    ask("container-export", "GET /containers/tiny/export"),
    ask("archive", "GET /containers/web/archive?path=/etc/passwd"),
    ask("archive-head", "HEAD /containers/web/archive?path=/etc/passwd"),
    ask("archive-put", "PUT /containers/web/archive?path=/tmp", headers=TAR, body=tar(hello="hello\n")),
    ask("archive-put-missing", "PUT /containers/missing/archive?path=/", headers=TAR, body=tar(hello="hello\n")),
    ask("archive-no-path", "GET /containers/web/archive?path=/missing"),
    ask("archive-head-missing", "HEAD /containers/missing/archive?path=/"),
    ask("attach-new", f"POST /containers/new/attach?{STREAMS}", headers=TCP, meanwhile="/containers/new/start"),
    ask("container-wait-new", "POST /containers/new/wait"),
    ask("container-start", "POST /containers/new/start"),
    ask("container-start-again", "POST /containers/web/start"),
    ask("container-wait", "POST /containers/job/wait"),
    ask("container-wait-open", "POST /containers/web/wait", watch=0.7),
    ask("container-pause", "POST /containers/web/pause"),
    ask("container-unpause", "POST /containers/web/unpause"),
    ask("container-pause-stopped", "POST /containers/job/pause"),
    ask("container-resize", "POST /containers/cat/resize?h=24&w=80"),
    send("container-update", "POST /containers/web/update", {"CpuShares": 512}),
    ask("container-rename", "POST /containers/new/rename?name=renamed"),
    scene("POST /containers/renamed/rename?name=new"),
    ask("container-rename-conflict", "POST /containers/new/rename?name=web"),
    ask("container-kill", "POST /containers/web/kill?signal=HUP"),
    ask("container-kill-stopped", "POST /containers/job/kill"),
    ask("container-stop", "POST /containers/web/stop?t=0"),
    ask("container-stop-again", "POST /containers/job/stop"),
    ask("container-restart", "POST /containers/web/restart?t=0"),
    ask("containers-prune", f"POST /containers/prune?{NONE}"),
    ask("container-delete-running", "DELETE /containers/web"),
    ask("container-checkpoints", "GET /containers/web/checkpoints"),
    ask("events", f"GET /events?since={STARTED}&" + filters(container=["web"], event=["pause", "unpause"]), watch=0.7),
]

STREAM = [
    ask("attach", f"POST /containers/cat/attach?{STREAMS}", headers=TCP, stdin=b"hello\n"),
    ask("attach-raw", f"POST /containers/cat/attach?{STREAMS}", stdin=b"hello\n"),
    ask("attach-missing", f"POST /containers/missing/attach?{STREAMS}", headers=TCP),
    ask("attach-waiting", f"POST /containers/web/attach?{STREAMS}", headers=TCP, watch=0.7),
    ask("attach-websocket", f"GET /containers/cat/attach/ws?{STREAMS}", headers=WEBSOCKET, watch=0.7),
    ask("attach-websocket-refused", f"GET /containers/cat/attach/ws?{STREAMS}"),
    ask("attach-websocket-missing", f"GET /containers/missing/attach/ws?{STREAMS}", headers=WEBSOCKET),
    send("exec-create", "POST /containers/web/exec", EXEC, keep=("exec", "exec", "exec")),
    send("exec-create-stopped", "POST /containers/job/exec", EXEC),
    scene("POST /containers/web/exec", EXEC, keep=("raw", "exec", "raw")),
    scene("POST /containers/web/exec", EXEC, keep=("detached", "exec", "detached")),
    ask("exec-start", "POST /exec/{exec}/start", headers=JSON | TCP, body=b'{"Detach":false,"Tty":false}', stdin=b"hello\n"),
    ask("exec", "GET /exec/{exec}/json", settle=1),
    ask("exec-start-raw", "POST /exec/{raw}/start", headers=JSON, body=b'{"Detach":false,"Tty":false}', stdin=b"hello\n"),
    send("exec-start-detached", "POST /exec/{detached}/start", {"Detach": True}),
    ask("exec-start-again", "POST /exec/{detached}/start", headers=JSON | TCP, body=b'{"Detach":false,"Tty":false}', settle=1),
    send("exec-start-missing", "POST /exec/missing/start", {"Detach": False}),
    ask("exec-resize-ended", "POST /exec/{exec}/resize?h=24&w=80"),
    ask("exec-missing", "GET /exec/missing/json"),
]

IMAGE = [
    ask("images", f"GET /images/json?{IMAGES}"),
    ask("images-busybox", "GET /images/json?" + filters(reference=["busybox"])),
    *(ask(f"image-{name}", f"GET /images/{name}/json", keep=(name, "image", f"{name}:latest")) for name in ("busybox", "alpine", "hello-world", "tiny")),
    ask("image-missing", "GET /images/missing/json"),
    ask("image-history", "GET /images/busybox/history"),
    ask("image-get", "GET /images/tiny/get"),
    ask("images-get", "GET /images/get?names=tiny"),
    ask("image-tag", "POST /images/tiny/tag?repo=tiny&tag=old"),
    ask("image-delete", "DELETE /images/tiny:old"),
    ask("image-delete-used", "DELETE /images/busybox"),
    scene(f"POST /images/tiny/tag?repo={NOWHERE}/tiny&tag=latest"),
    ask("image-push-failed", f"POST /images/{NOWHERE}/tiny/push?tag=latest", headers={"X-Registry-Auth": "e30="}),
    ask("image-pull-failed", f"POST /images/create?fromImage={NOWHERE}/missing&tag=latest"),
    ask("images-search-failed", f"GET /images/search?term={NOWHERE}/missing"),
    ask("distribution-failed", f"GET /distribution/{NOWHERE}/missing/json"),
    ask("images-load-not-tar", "POST /images/load?quiet=1", headers=TAR, body=b"not a tar archive"),
    ask("images-prune", f"POST /images/prune?{NONE}"),
    ask("build", "POST /build?t=built", headers=TAR, body=tar(Dockerfile='FROM busybox\nLABEL com.example.scene=built\nCMD ["true"]\n')),
    ask("build-failed", "POST /build?rm=1&forcerm=1", headers=TAR, body=tar(Dockerfile="FROM busybox\nRUN exit 7\n")),
    ask("build-bad-dockerfile", "POST /build", headers=TAR, body=tar(Dockerfile="FRUM busybox\n")),
    ask("build-prune", "POST /build/prune?" + filters(id=["missing"])),
    ask("build-cancel", "POST /build/cancel?id=missing"),
    send("commit", "POST /commit?container=web&repo=snapshot", {}),
]

REST = [
    ask("volumes", f"GET /volumes?{OURS}"),
    ask("volume", "GET /volumes/data"),
    ask("volume-missing", "GET /volumes/missing"),
    scene("POST /volumes/create", {"Name": "spare"}),
    ask("volume-delete", "DELETE /volumes/spare"),
    ask("volume-delete-used", "DELETE /volumes/data"),
    send("volume-update", "PUT /volumes/data?version=1", {}),
    ask("volumes-prune", f"POST /volumes/prune?{NONE}"),
    ask("networks", f"GET /networks?{NETWORKS}"),
    ask("network-backend", "GET /networks/backend"),
    ask("network-bridge", "GET /networks/bridge", keep=("bridge", "network", "bridge")),
    ask("network-missing", "GET /networks/missing"),
    send("network-create-conflict", "POST /networks/create", {"Name": "bridge"}),
    send("network-connect", "POST /networks/backend/connect", {"Container": "web"}),
    send("network-disconnect", "POST /networks/backend/disconnect", {"Container": "web"}),
    scene("POST /networks/create", {"Name": "spare"}),
    ask("network-delete", "DELETE /networks/spare"),
    ask("network-delete-bridge", "DELETE /networks/bridge"),
    ask("networks-prune", f"POST /networks/prune?{NONE}"),
    *(ask(f"swarm-inactive-{what}", f"GET /{what}") for what in ("swarm", "services", "nodes", "tasks", "secrets", "configs")),
    send("swarm-inactive-service-create", "POST /services/create", {"Name": "web"}),
    send("swarm-inactive-secret-create", "POST /secrets/create", {"Name": "key", "Data": ""}),
    send("swarm-init-bad-address", "POST /swarm/init", {"ListenAddr": "nowhere"}),
    ask("swarm-leave-inactive", "POST /swarm/leave"),
    ask("plugins", "GET /plugins"),
    ask("plugin-missing", "GET /plugins/missing/json"),
    ask("info", "GET /info"),
    ask("disk-usage", "GET /system/df", alone=True),
    ask("container-delete", "DELETE /containers/new"),
]

STEPS = SYSTEM + MAKE + CONTAINERS + STREAM + IMAGE + REST
