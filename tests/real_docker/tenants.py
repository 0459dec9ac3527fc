#!/usr/bin/env python3
"""Two tenants on a live daemon: DIRECT is its socket, DOCKGATE_BIN the gate.

Tenant A walks every operation of the catalogue against the objects of tenant B, by every name that
they have, and names them in bodies and queries. Nothing of B may be read, changed, used or told.
Both may do `everything`, so that it is the fence alone that holds.
"""
import io
import json
import os
import subprocess
import tarfile
import threading
import time
from urllib.parse import quote, unquote_plus, urlencode

from lab import Checks, Gate, as_user, ask

A, B, OPS = 2001, 2002, 2003
POLICY = f"""\
version: 1
parts:
  all: {{ may: [everything] }}
roles:
  a: {{ who: [{{ uid: {A} }}], tenant: a, includes: [all] }}
  b: {{ who: [{{ uid: {B} }}], tenant: b, includes: [all] }}
  ops: {{ who: [{{ uid: {OPS} }}], includes: [all] }}
"""
# What stands in all that is B's, and nowhere else.
MARK = "7f6e-of-b"
RACE_SECONDS = 5
SWARM = {"service", "task", "secret", "config"}


def archive(files):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return data.getvalue()


# What facets name objects, and so can be limited by what those are.
BY_LABEL = ["networks", "volumes", "links", "volumes_from", "container", "commit_of", "config_from", "secrets", "configs"]
# The namespaces of other containers, beside Docker's default.
NAMESPACES = ["pid", "ipc"]


def by_label(operations):
    """A policy without tenants: A may do all that can be said to be about what carries its label."""
    mine = "{ label: dockgate.tenant=a }"
    lines = ["version: 1", "roles:", "  a:", f"    who: [{{ uid: {A} }}]", "    may:", "      - ping"]
    for row in operations:
        limits = [f"{word}: {mine}" for word in BY_LABEL if word in row["facets"]]
        limits += [f"{word}: [default, {mine}]" for word in NAMESPACES if word in row["facets"]]
        limits += [f"network_mode: {mine}"] if "network_mode" in row["facets"] else []
        if row["target"] is not None and row["name"] not in REGISTRY or row["name"] in LISTS:
            limits.append("target: { name: none-of-them }" if row["target"] == "plugin" else f"target: {mine}")
        if row["name"] in PRUNES or not limits:
            continue
        lines.append(f"      - {row['name']}: {{ {', '.join(limits)} }}")
    others = {B: "tenant: b", OPS: "tenant: ops"}
    for uid, tenant in others.items():
        lines += [f"  u{uid}:", f"    who: [{{ uid: {uid} }}]", f"    {tenant}", "    may: [everything]"]
    return "\n".join(lines) + "\n"


class World:
    """The gate, and what B has made through it."""

    def __init__(self, policy):
        self.gate = Gate(policy, mode="0666")
        self.direct = self.gate.direct
        self.names = {}

    def of(self, uid, method, target, body=None, kind="application/json"):
        return as_user(uid, lambda: ask(self.gate.path, method, target, body, kind))

    def make(self, uid, target, body):
        status, made = self.of(uid, "POST", target, body)
        if status not in (200, 201):
            raise SystemExit(f"{target}: {status} {made}")
        return made.get("Id") or made.get("ID") or made.get("Name")

    def container(self, uid, name, **more):
        body = {"Image": "busybox", "Cmd": ["sleep", "600"], **more}
        made = self.make(uid, f"/containers/create?name={name}", body)
        self.of(uid, "POST", f"/containers/{made}/start")
        return made

    def settle(self):
        """Objects of both."""
        ask(self.direct, "POST", "/swarm/init", {"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"})
        label = {"Labels": {"dockgate.tenant": "a"}}
        ask(self.direct, "POST", "/networks/create", {"Name": "a-net", **label})
        ask(self.direct, "POST", "/volumes/create", {"Name": "a-vol", **label})
        ask(self.direct, "POST", "/containers/create?name=a-web", {"Image": "busybox", "Cmd": ["sleep", "600"], "Volumes": {"/data": {}}, **label})
        ask(self.direct, "POST", "/containers/a-web/start")
        self.make(B, "/networks/create", {"Name": "b-net"})
        self.make(B, "/volumes/create", {"Name": "b-vol"})
        mark = {"mark": MARK}
        web = self.container(B, "b-web", Env=[f"MARK={MARK}"], Labels=mark, Hostname=MARK,
                             Cmd=["sh", "-c", f"echo {MARK}; sleep 600"], HostConfig={"Binds": ["b-vol:/v"], "NetworkMode": "b-net"})
        self.container(B, "b-bridge", Labels=mark, Cmd=["true"])
        self.make(B, "/networks/create", {"Name": "b-spare", "Labels": mark})
        self.make(B, "/volumes/create", {"Name": "b-spare", "Labels": mark})
        image = self.make(B, "/commit?container=b-web&repo=b-img&tag=1", {})
        execution = self.make(B, f"/containers/{web}/exec", {"Cmd": ["echo", MARK]})
        network = ask(self.direct, "GET", "/networks/b-net")[1]["Id"]
        short = image.removeprefix("sha256:")
        self.names = {
            "container": [web, web[:12], web[:5], "b-web"],
            "exec": [execution],
            "image": [image, short, short[:12], "b-img:1", "docker.io/library/b-img:1"],
            "network": [network, network[:12], "b-net"],
            "volume": ["b-vol"],
            "node": ["self"],
            "plugin": ["b-plugin"],
        }
        self.swarm(mark)

    def swarm(self, mark):
        """Services need a swarm, which this daemon has alone."""
        data = "cw=="
        secret = self.make(B, "/secrets/create", {"Name": "b-secret", "Labels": mark, "Data": data})
        config = self.make(B, "/configs/create", {"Name": "b-config", "Labels": mark, "Data": data})
        # a tenant's services name images by digests, which a local image has not
        labels = {**mark, "dockgate.tenant": "b"}
        spec = {"Name": "b-svc", "Labels": labels, "TaskTemplate": {"ContainerSpec": {"Image": "busybox", "Command": ["sleep", "600"], "Labels": labels}}}
        service = ask(self.direct, "POST", "/services/create", spec)[1]["ID"]
        task = self.task_of(service)
        self.names |= {
            "secret": [secret, "b-secret"],
            "config": [config, "b-config"],
            "service": [service, service[:8], "b-svc"],
            "task": [task],
        }

    def task_of(self, service):
        for _ in range(100):
            tasks = ask(self.direct, "GET", "/tasks?filters=" + quote(json.dumps({"service": [service]})))[1]
            if tasks:
                return tasks[0]["ID"]
            time.sleep(0.1)
        raise SystemExit("the service has no task")

    def snapshot(self):
        """All that B has, without what changes by itself."""
        shown = {}
        for kind, path in (("container", "/containers/{}/json"), ("image", "/images/{}/json"), ("network", "/networks/{}"),
                           ("volume", "/volumes/{}"), ("secret", "/secrets/{}"), ("config", "/configs/{}"), ("service", "/services/{}")):
            status, told = ask(self.direct, "GET", path.format(quote(self.names[kind][0], safe="")))
            told = told if isinstance(told, dict) else {}
            told.pop("Containers", None)
            told.pop("ExecIDs", None)
            shown[kind] = (status, json.dumps(told, sort_keys=True))
        for name in ("/containers/b-bridge/json", "/networks/b-spare", "/volumes/b-spare"):
            shown[name] = ask(self.direct, "GET", name)[0]
        return shown

    def end(self):
        self.gate.end()
        for name in ("b-svc", "a-svc"):
            ask(self.direct, "DELETE", f"/services/{name}")
        ask(self.direct, "POST", "/swarm/leave?force=1")
        for one in ask(self.direct, "GET", "/containers/json?all=1")[1]:
            ask(self.direct, "DELETE", f"/containers/{one['Id']}?force=1&v=1")
        for kind in ("networks", "volumes"):
            for name in ("a-net", "b-net", "b-spare", "a-vol", "b-vol", "a-race", "b-race"):
                ask(self.direct, "DELETE", f"/{kind}/{name}")
        for image in ("b-img:1", "a-img:1"):
            ask(self.direct, "DELETE", f"/images/{image}?force=1")


# What an operation needs beside its path, to do what it is there for.
WITH = {
    "CheckpointCreate": ("", {"CheckpointID": "c"}),
    "ConfigUpdate": ("version=1", {"Name": "b-config"}),
    "ContainerArchive": ("path=/etc/passwd", None),
    "ContainerArchiveInfo": ("path=/etc/passwd", None),
    "ContainerExec": ("", {"Cmd": ["true"]}),
    "ContainerLogs": ("stdout=1", None),
    "ContainerRename": ("name=stolen", None),
    "ContainerStats": ("stream=0", None),
    "ContainerUpdate": ("", {"CpuShares": 2}),
    "ContainerAttach": ("logs=1&stdout=1", None),
    "ExecStart": ("", {"Detach": True}),
    "ImageTag": ("repo=stolen&tag=1", None),
    "NetworkConnect": ("", {"Container": "a-web"}),
    "NetworkDisconnect": ("", {"Container": "a-web"}),
    "PutContainerArchive": ("path=/", b""),
    "SecretUpdate": ("version=1", {"Name": "b-secret"}),
    "ServiceLogs": ("stdout=1", None),
    "ServiceUpdate": ("version=1", {"Name": "b-svc"}),
    "TaskLogs": ("stdout=1", None),
}
# What has no object in its path and tells or changes nothing of a tenant's; all else is denied or in a table below.
OPEN = {"SystemOptions", "SystemPing", "SystemPingHead", "SystemVersion", "SystemInfo"}
# What a registry would be asked, which is not there.
REGISTRY = {"DistributionInspect", "ImageSearch", "SystemAuth"}
LISTS = {
    "ConfigList": "/configs",
    "ContainerList": "/containers/json?all=1&size=1",
    "ImageList": "/images/json?all=1",
    "NetworkList": "/networks",
    "SecretList": "/secrets",
    "ServiceList": "/services?status=true",
    "SystemDataUsage": "/system/df",
    "SystemEvents": "/events?since=0&until={now}",
    "TaskList": "/tasks",
    "VolumeList": "/volumes",
}
PRUNES = {
    "ContainerPrune": "/containers/prune",
    "ImagePrune": "/images/prune?filters=" + quote('{"dangling":["false"]}'),
    "NetworkPrune": "/networks/prune",
    "VolumePrune": "/v1.41/volumes/prune",
}
DENIED = (400, 403, 404, 409)


def tells(world, answer, sent=""):
    """What of B an answer tells that the request did not say itself."""
    text = answer if isinstance(answer, str) else json.dumps(answer) if not isinstance(answer, bytes) else answer.decode(errors="replace")
    known = [MARK, "b-web", "b-bridge", "b-spare", "b-svc", "b-secret", "b-config", "b-img"]
    known += [name for names in world.names.values() for name in names if len(name) > 11]
    sent = unquote_plus(sent)
    told = [word for word in known if word in text and word not in sent]
    # what was asked for by a short name is told by its whole one
    return [word for word in told if not ("b-img" in word and "b-img" in sent)]


def paths(world, operations, checks):
    """Every operation about an object in its path, by every name that the object has."""
    for row in operations:
        kind = row.get("target")
        if kind is None or row["name"] in REGISTRY:
            continue
        query, body = WITH.get(row["name"], ("", None))
        wrong = []
        for name in world.names[kind]:
            path = row["path"].replace("{id}", quote(name, safe="")).replace("{name}", quote(name, safe="")).replace("{checkpoint}", "c")
            tar = isinstance(body, bytes)
            sent = archive({"x": b"x"}) if tar else body
            status, told = world.of(A, row["method"], f"{path}?{query}" if query else path, sent, "application/x-tar" if tar else "application/json")
            leak = tells(world, told, path)
            if status not in DENIED or leak:
                wrong.append(f"{name[:14]}: {status} {leak} {str(told)[:120]}")
        checks.line(row["name"], not wrong, "; ".join(wrong))


def lists(world, operations, checks, prunes=True):
    for row in operations:
        name = row["name"]
        if row.get("target") is not None:
            continue
        if name in LISTS:
            status, told = world.of(A, "GET", LISTS[name].format(now=int(time.time()) + 1))
            leak = tells(world, told)
            checks.line(name, status == 200 and not leak, f"{status} {leak}")
        elif name in PRUNES:
            if not prunes:
                continue
            status, told = world.of(A, "POST", PRUNES[name])
            checks.line(name, status == 200 and not tells(world, told), f"{status} {str(told)[:200]}")
        elif name in OPEN | REGISTRY or name in MADE:
            continue
        else:
            method = "GET" if row["method"] == "*" else row["method"]
            status, told = world.of(A, method, row["path"].replace("{name}", "heap"), {} if method == "POST" else None)
            checks.line(name, status in (400, 403), f"no plan for it, and it answers {status} {str(told)[:120]}")


def host(**config):
    return {"Image": "busybox", "HostConfig": config}


def joined(name, **endpoint):
    return {"Image": "busybox", "NetworkingConfig": {"EndpointsConfig": {name: endpoint}}}


def task(**more):
    return {"Name": "a-svc", "TaskTemplate": {"ContainerSpec": {"Image": "busybox", **more}}}


# Every way to name an object in a body or query: operation, kind of object, request.
MADE = {
    "ContainerCreate": [
        ("container", lambda n: ("/containers/create", host(NetworkMode=f"container:{n}"))),
        ("container", lambda n: ("/containers/create", host(PidMode=f"container:{n}"))),
        ("container", lambda n: ("/containers/create", host(IpcMode=f"container:{n}"))),
        ("container", lambda n: ("/containers/create", host(VolumesFrom=[n]))),
        ("container", lambda n: ("/containers/create", host(VolumesFrom=[f"{n}:ro"]))),
        ("container", lambda n: ("/containers/create", host(Links=[f"{n}:x"]))),
        ("container", lambda n: ("/containers/create", joined("a-net", Links=[f"{n}:x"]))),
        ("network", lambda n: ("/containers/create", host(NetworkMode=n))),
        ("network", lambda n: ("/containers/create", joined(n))),
        ("network", lambda n: ("/containers/create", joined("a-net", NetworkID=n))),
        ("volume", lambda n: ("/containers/create", host(Binds=[f"{n}:/x"]))),
        ("volume", lambda n: ("/containers/create", host(Mounts=[{"Type": "volume", "Source": n, "Target": "/x"}]))),
        ("image", lambda n: ("/containers/create", {"Image": n})),
        ("none", lambda n: ("/containers/create?name=b-web", {"Image": "busybox"})),
    ],
    "NetworkCreate": [
        ("none", lambda n: ("/networks/create", {"Name": "b-net"})),
        ("network", lambda n: ("/networks/create", {"Name": "a-other", "ConfigFrom": {"Network": n}})),
    ],
    "VolumeCreate": [("volume", lambda n: ("/volumes/create", {"Name": n}))],
    "ImageCommit": [
        ("container", lambda n: ("/commit?" + urlencode({"container": n, "repo": "a-img", "tag": "1"}), {})),
        ("none", lambda n: ("/commit?container=a-web&repo=b-img&tag=1", {})),
    ],
    "ImageBuild": [
        ("container", lambda n: ("/build?" + urlencode({"networkmode": f"container:{n}"}), DOCKERFILE)),
        ("network", lambda n: ("/build?" + urlencode({"networkmode": n}), DOCKERFILE)),
        ("image", lambda n: ("/build?" + urlencode({"cachefrom": json.dumps([n])}), DOCKERFILE)),
        ("none", lambda n: ("/build?t=b-img:1", DOCKERFILE)),
    ],
    "ImageCreate": [
        ("none", lambda n: ("/images/create?fromImage=b-img&tag=1", b"")),
        ("none", lambda n: ("/images/create?fromImage=b-img", b"")),
        ("none", lambda n: ("/images/create?fromSrc=-&repo=b-img&tag=1", archive({"x": b"x"}))),
        # what everybody runs
        ("none", lambda n: ("/images/create?fromSrc=-&repo=busybox&tag=latest", archive({"x": b"x"}))),
    ],
    "SecretCreate": [("none", lambda n: ("/secrets/create", {"Name": "b-secret", "Data": "eA=="}))],
    "ConfigCreate": [("none", lambda n: ("/configs/create", {"Name": "b-config", "Data": "eA=="}))],
    "ServiceCreate": [
        ("network", lambda n: ("/services/create", {**task(), "Networks": [{"Target": n}]})),
        ("secret", lambda n: ("/services/create", task(Secrets=[{"SecretID": n, "SecretName": "b-secret", "File": {"Name": "x", "UID": "0", "GID": "0", "Mode": 292}}]))),
        ("config", lambda n: ("/services/create", task(Configs=[{"ConfigID": n, "ConfigName": "b-config", "File": {"Name": "x", "UID": "0", "GID": "0", "Mode": 292}}]))),
        ("volume", lambda n: ("/services/create", task(Mounts=[{"Type": "volume", "Source": n, "Target": "/x"}]))),
        ("image", lambda n: ("/services/create", {"Name": "a-svc", "TaskTemplate": {"ContainerSpec": {"Image": n}}})),
        ("none", lambda n: ("/services/create", {**task(), "Name": "b-svc"})),
    ],
    "ImageGetAll": [("image", lambda n: ("GET /images/get?" + urlencode({"names": n}), None))],
    # not operations without an object in their path, but ways to name a second one
    "a network of one's own": [
        ("container", lambda n: ("/networks/a-net/connect", {"Container": n})),
        ("container", lambda n: ("/networks/a-net/disconnect", {"Container": n, "Force": True})),
        ("network", lambda n: ("/networks/a-net/connect", {"Container": "a-web", "EndpointConfig": {"NetworkID": n}})),
    ],
    "tags": [
        ("none", lambda n: ("/images/busybox/tag?repo=b-img&tag=1", None)),
        ("none", lambda n: ("/images/busybox/tag?repo=b-img&tag=latest", None)),
        ("none", lambda n: ("/images/create?fromSrc=-&repo=busybox&tag=latest", archive({"x": b"x"}))),
        ("none", lambda n: ("/images/b-img/push?tag=1", None)),
        ("none", lambda n: ("GET /images/get?names=b-img", None)),
        ("none", lambda n: ("GET /images/b-img/get", None)),
    ],
    "filters": [
        ("container", lambda n: ("GET /containers/json?all=1&filters=" + quote(json.dumps({"since": [n]})), None)),
        ("container", lambda n: ("GET /containers/json?all=1&filters=" + quote(json.dumps({"before": [n]})), None)),
        ("image", lambda n: ("GET /images/json?filters=" + quote(json.dumps({"since": [n]})), None)),
        ("service", lambda n: ("GET /tasks?filters=" + quote(json.dumps({"service": [n]})), None)),
        ("none", lambda n: ("GET /tasks?filters=" + quote(json.dumps({"node": [os.uname().nodename]})), None)),
    ],
    "labels": [
        ("none", lambda n: ("/containers/create", {"Image": "busybox", "Labels": {"dockgate.tenant": "b"}})),
        ("none", lambda n: ("/networks/create", {"Name": "a-forged", "Labels": {"dockgate.tenant": "b"}})),
        ("none", lambda n: ("/volumes/create", {"Name": "a-forged", "Labels": {"dockgate.tenant": "b"}})),
        ("none", lambda n: ("/build?labels=" + quote('{"dockgate.tenant":"b"}'), DOCKERFILE)),
        ("none", lambda n: ("/commit?container=a-web&repo=a-forged&changes=" + quote("LABEL dockgate.tenant=b"), {})),
        ("none", lambda n: ("/commit?container=a-web&repo=a-forged&changes=" + quote('CMD ["true"]\nLABEL dockgate.tenant=b'), {})),
        ("none", lambda n: ("/commit?container=a-web&repo=a-forged&changes=" + quote("LABEL dockgate.tenant=b \\"), {})),
        ("none", lambda n: ("/images/create?fromSrc=-&changes=" + quote("CMD true\nLABEL dockgate.tenant=b"), archive({"x": b"x"}))),
        ("none", lambda n: ("/services/create", task(Labels={"dockgate.tenant": "b"}))),
        ("none", lambda n: ("/secrets/create", {"Name": "a-forged", "Labels": {"dockgate.tenant": "b"}, "Data": "eA=="})),
    ],
}
DOCKERFILE = archive({"Dockerfile": b"FROM busybox\nLABEL dockgate.tenant=b\nRUN true\n"})


def bodies(world, checks, names=True):
    """`names`: what is made takes no name from others, and no label, which only a tenant is held to."""
    for name, ways in MADE.items():
        wrong = []
        ways = [way for way in ways if names or not (way[0] in ("none", "image") or name in ("VolumeCreate", "filters"))]
        if not ways:
            continue
        for count, (kind, way) in enumerate(ways):
            for called in world.names.get(kind, [""]):
                line, body = way(called)
                method, target = line.split(" ") if " " in line else ("POST", line)
                media = "application/x-tar" if isinstance(body, bytes) else "application/json"
                status, told = world.of(A, method, target, body, media)
                leak = tells(world, told, target + str(body))
                if status not in DENIED or leak:
                    wrong.append(f"{count} {called[:14]}: {status} {leak} {str(told)[:150]}")
        checks.line(name, not wrong, "; ".join(wrong))


def controls(world, checks):
    """B reaches all of it, so that what A was denied could have been had."""
    for name, method, target, body in (
        ("inspects", "GET", "/containers/b-web/json", None),
        ("reads logs", "GET", "/containers/b-web/logs?stdout=1", None),
        ("copies out", "GET", "/containers/b-web/archive?path=/etc/passwd", None),
        ("runs its image", "POST", "/containers/create?name=b-2", {"Image": "b-img:1", "HostConfig": {"VolumesFrom": ["b-web"], "Binds": ["b-vol:/w"], "NetworkMode": "container:b-web", "PidMode": "container:b-web"}}),
        ("joins its network", "POST", "/networks/b-net/connect", {"Container": "b-bridge"}),
        ("updates", "POST", "/containers/b-web/update", {"CpuShares": 512}),
        ("saves its image", "GET", "/images/get?names=b-img:1", None),
        ("inspects its service", "GET", "/services/b-svc", None),
        ("inspects its task", "GET", f"/tasks/{world.names['task'][0]}", None),
        ("inspects its secret", "GET", "/secrets/b-secret", None),
        ("removes", "DELETE", "/containers/b-2", None),
    ):
        status, told = world.of(B, method, target, body)
        checks.line(f"B {name}", status in (200, 201, 204), f"{status} {str(told)[:200]}")
    # Docker would look the volume up again when it starts, and it could be another's by then
    status, told = world.of(B, "POST", "/containers/create", {"Image": "busybox", "HostConfig": {"VolumesFrom": ["b-web"]}})
    checks.line("B takes over no volume that it does not name", status == 409, f"{status} {str(told)[:200]}")
    for name, target in LISTS.items():
        told = world.of(B, "GET", target.format(now=int(time.time()) + 1))[1]
        checks.line(f"B sees its own: {name}", tells(world, told) != [], str(told)[:200])


def inherited(world, checks):
    """An image that carries a tenant's label makes nobody its tenant's."""
    ask(world.direct, "POST", "/build?t=planted:1", archive({"Dockerfile": b"FROM busybox\nLABEL dockgate.tenant=b\n"}), "application/x-tar")
    made = world.make(OPS, "/containers/create", {"Image": "planted:1"})
    labels = ask(world.direct, "GET", f"/containers/{made}/json")[1]["Config"]["Labels"]
    checks.line("an image's label", labels.get("dockgate.tenant") == "", str(labels))
    status, _ = world.of(OPS, "POST", "/containers/create", {"Image": "busybox", "Labels": {"dockgate.tenant": "b"}})
    checks.line("nobody sets it", status == 403, str(status))
    for target in (f"/containers/{made}", "/images/planted:1"):
        ask(world.direct, "DELETE", target)


def races(world, checks):
    """Names change hands under load; whatever A reaches was A's when it was asked about."""
    end = time.monotonic() + RACE_SECONDS
    crossed, reached = [], [0]

    def swap_volumes():
        turn = 0
        while time.monotonic() < end:
            turn += 1
            label = {"dockgate.tenant": "ab"[turn % 2]}
            ask(world.direct, "DELETE", "/volumes/a-race")
            ask(world.direct, "POST", "/volumes/create", {"Name": "a-race", "Labels": label})

    def swap_networks():
        turn = 0
        while time.monotonic() < end:
            turn += 1
            ask(world.direct, "DELETE", "/networks/a-race")
            ask(world.direct, "POST", "/networks/create", {"Name": "a-race", "Labels": {"dockgate.tenant": "ab"[turn % 2]}})

    def look(made, kind):
        told = ask(world.direct, "GET", f"/containers/{made}/json")[1]
        if kind == "volume":
            owner = ask(world.direct, "GET", "/volumes/a-race")[1].get("Labels") or {}
            return owner.get("dockgate.tenant")
        network = told["NetworkSettings"]["Networks"].get("a-race", {}).get("NetworkID")
        owner = ask(world.direct, "GET", f"/networks/{network}")
        return (owner[1].get("Labels") or {}).get("dockgate.tenant") if owner[0] == 200 else "a"

    def use(kind, body):
        while time.monotonic() < end:
            status, told = world.of(A, "POST", "/containers/create", body)
            if status == 201:
                reached[0] += 1
                owner = look(told["Id"], kind)
                if owner != "a":
                    crossed.append((kind, owner))
                ask(world.direct, "DELETE", f"/containers/{told['Id']}?force=1")

    for kind, swap, body in (("volume", swap_volumes, host(Binds=["a-race:/x"])), ("network", swap_networks, host(NetworkMode="a-race"))):
        end = time.monotonic() + RACE_SECONDS
        reached[0] = 0
        swapping = threading.Thread(target=swap)
        swapping.start()
        use(kind, body)
        swapping.join()
        checks.line(f"a {kind} changes hands: {reached[0]}", not crossed and reached[0] > 3, f"{crossed[:5]} {reached}")


def by_labels(operations, checks):
    """The same walk under a policy of targets by label."""
    checks.part = "by label"
    world = World(by_label(operations))
    try:
        world.settle()
        before = world.snapshot()
        paths(world, operations, checks)
        bodies(world, checks, names=False)
        lists(world, operations, checks, prunes=False)
        for name, method, target, body in (
            ("inspects", "GET", "/containers/a-web/json", None),
            ("shares namespaces", "POST", "/containers/create?name=a-2", host(PidMode="container:a-web", NetworkMode="container:a-web", VolumesFrom=["a-web"])),
            ("joins and mounts", "POST", "/containers/create?name=a-3", host(NetworkMode="a-net", Binds=["a-vol:/v"])),
            ("disconnects", "POST", "/networks/a-net/connect", {"Container": "a-web"}),
            ("commits", "POST", "/commit?container=a-web&repo=a-img&tag=1", {}),
        ):
            status, told = world.of(A, method, target, body)
            checks.line(f"A {name} its own", status in (200, 201), f"{status} {str(told)[:200]}")
        shown = world.of(A, "GET", "/containers/json?all=1")[1]
        checks.line("A sees its own", [one["Names"][0] for one in shown] == ["/a-web"], str(shown)[:300])
        changed = [kind for kind, was in world.snapshot().items() if before[kind] != was]
        checks.line("B has what it had", not changed, "; ".join(changed)[:2000])
    finally:
        world.end()


def remade(world, checks):
    """A container is removed and made anew under its name, now A's and now B's: A sees its own alone."""
    end = time.monotonic() + RACE_SECONDS
    seen, crossed = {200: 0, 404: 0}, []

    def remake():
        turn = 0
        while time.monotonic() < end:
            turn += 1
            label = {"dockgate.tenant": "ab"[turn % 2]}
            ask(world.direct, "DELETE", "/containers/c-race?force=1")
            ask(world.direct, "POST", "/containers/create?name=c-race", {"Image": "busybox", "Labels": label, "Env": [f"OF={label['dockgate.tenant']}"]})
            time.sleep(0.01)

    remaking = threading.Thread(target=remake)
    remaking.start()

    def look():
        while time.monotonic() < end:
            status, told = ask(world.gate.path, "GET", "/containers/c-race/json")
            seen[status] = seen.get(status, 0) + 1
            if status == 200 and "OF=a" not in told["Config"]["Env"]:
                crossed.append(told["Config"]["Env"])
        return seen, crossed

    seen, crossed = as_user(A, look)
    remaking.join()
    ask(world.direct, "DELETE", "/containers/c-race?force=1")
    fine = not crossed and seen.get(200, 0) > 10 and seen.get(404, 0) > 10
    checks.line(f"a container is made anew: {seen.get(200)}/{seen.get(404)}", fine, f"{crossed[:3]} {seen}")


def main():
    checks = Checks("tenants")
    operations = json.loads(subprocess.run([os.environ["DOCKGATE_BIN"], "operations", "--json"], check=True, capture_output=True).stdout)
    world = World(POLICY)
    try:
        world.settle()
        before = world.snapshot()
        paths(world, operations, checks)
        bodies(world, checks)
        lists(world, operations, checks)
        after = world.snapshot()
        changed = [f"{kind}: {before[kind]} {after[kind]}" for kind in before if before[kind] != after[kind]]
        checks.line("B has what it had", not changed, "; ".join(changed)[:2000])
        controls(world, checks)
        inherited(world, checks)
        races(world, checks)
        remade(world, checks)
    finally:
        world.end()
    by_labels(operations, checks)
    checks.end()


main()
