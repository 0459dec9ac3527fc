#!/usr/bin/env python3
"""Targets by what objects are, on a live daemon: DIRECT is its socket, GATE_BIN the gate.

Every check prints a line; the last line counts them.
"""
import os
import tempfile
import threading
import time

from lab import Checks, ask, start_gate

POLICY = """\
version: 1
roles:
  ops:
    who: [{ uid: 0 }]
    may:
      - ping
      - ContainerInspect: { target: [{ label: tier=web }, { label: tier=db }] }
      - ContainerLogs: { target: { label: tier=web } }
      - ContainerRestart: { target: { project: shop, service: front } }
      - ContainerKill: { target: { state: running, image: "busybox*" } }
      - ContainerExec: { target: { name: "t-web*" } }
      - ExecStart: { target: { label: tier=web } }
      - ExecInspect: { target: { label: tier=web } }
      - NetworkInspect: { target: { label: team=a } }
      - NetworkDelete: { target: { label: team=a } }
      - VolumeInspect: { target: { label: team=a } }
      - VolumeDelete: { target: { label: team=a } }
never:
  - ContainerKill: { target: { name: t-vault } }
"""

RACE_SECONDS = 5


class Lab:
    """Objects made behind the gate's back, and a gate before the daemon."""

    def __init__(self, direct):
        self.direct, self.made = direct, []
        self.gate, self.process = start_gate(os.path.join(tempfile.mkdtemp(), "gate"), POLICY, direct)

    def container(self, name, labels):
        body = {"Image": "busybox", "Cmd": ["sleep", "600"], "Labels": labels, "HostConfig": {"NetworkMode": "none"}}
        _, made = ask(self.direct, "POST", f"/containers/create?name={name}", body)
        ask(self.direct, "POST", f"/containers/{made['Id']}/start")
        self.made.append(f"/containers/{made['Id']}?force=1")
        return made["Id"]

    def exec_of(self, container):
        _, made = ask(self.direct, "POST", f"/containers/{container}/exec", {"Cmd": ["true"]})
        return made["Id"]

    def network(self, name, labels):
        _, made = ask(self.direct, "POST", "/networks/create", {"Name": name, "Labels": labels})
        self.made.append(f"/networks/{name}")
        return made["Id"]

    def volume(self, name, labels):
        ask(self.direct, "POST", "/volumes/create", {"Name": name, "Labels": labels})
        self.made.append(f"/volumes/{name}")

    def through(self, method, target, body=None):
        return ask(self.gate, method, target, body)

    def end(self):
        self.process.terminate()
        self.process.wait(20)
        for target in self.made:
            ask(self.direct, "DELETE", target)


def containers(lab, checks):
    web = lab.container("t-web", {"tier": "web", "com.docker.compose.project": "shop", "com.docker.compose.service": "front"})
    database = lab.container("t-db", {"tier": "db"})
    other = lab.container("t-other", {})
    vault = lab.container("t-vault", {})
    for name, called in (("by name", "t-web"), ("by ID", web), ("by short ID", web[:12]), ("by a few digits", web[:6])):
        checks.status(f"logs {name}", lab.through("GET", f"/containers/{called}/logs?stdout=1"), 200)
    checks.status("shown, not allowed", lab.through("GET", "/containers/t-db/logs?stdout=1"), 403)
    checks.status("the same by ID", lab.through("GET", f"/containers/{database[:12]}/logs?stdout=1"), 403)
    hidden = lab.through("GET", "/containers/t-other/logs?stdout=1")
    absent = lab.through("GET", "/containers/t-absent/logs?stdout=1")
    checks.status("hidden", hidden, 404)
    plain = [str(answer[1].get("message")).replace(name, "X").split(" [")[0] for name, answer in (("t-other", hidden), ("t-absent", absent))]
    checks.line("hidden like absent", plain[0] == plain[1] and absent[0] == 404, f"{plain}")
    checks.status("hidden by ID", lab.through("GET", f"/containers/{other[:12]}/json"), 404)
    checks.status("by Compose", lab.through("POST", "/containers/t-web/restart?t=0"), 204)
    checks.status("by Compose, not another", lab.through("POST", "/containers/t-db/restart?t=0"), 403)
    checks.status("never by name", lab.through("POST", "/containers/t-vault/kill?signal=USR1"), 403)
    checks.status("never by its ID", lab.through("POST", f"/containers/{vault[:12]}/kill?signal=USR1"), 403)
    checks.status("by image and state", lab.through("POST", f"/containers/{other}/kill"), 204)
    checks.status("not in that state", lab.through("POST", f"/containers/{other}/kill"), 404)
    checks.status("exec", lab.through("POST", "/containers/t-web/exec", {"Cmd": ["true"]}), 201)
    checks.status("exec in another", lab.through("POST", "/containers/t-db/exec", {"Cmd": ["true"]}), 403)
    checks.status("exec of its own", lab.through("GET", f"/exec/{lab.exec_of(web)}/json"), 200)
    checks.status("exec of another", lab.through("GET", f"/exec/{lab.exec_of(database)}/json"), 403)
    checks.status("exec that is not there", lab.through("GET", "/exec/0123456789abcdef/json"), 404)


def plain_objects(lab, checks):
    lab.network("t-net-a", {"team": "a"})
    lab.network("t-net-b", {"team": "b"})
    lab.volume("t-vol-a", {"team": "a"})
    lab.volume("t-vol-b", {"team": "b"})
    for kind, name in (("networks", "net"), ("volumes", "vol")):
        checks.status(f"{kind}: read", lab.through("GET", f"/{kind}/t-{name}-a"), 200)
        checks.status(f"{kind}: hidden", lab.through("GET", f"/{kind}/t-{name}-b"), 404)
        checks.status(f"{kind}: not removed", lab.through("DELETE", f"/{kind}/t-{name}-b"), 404)
        checks.line(f"{kind}: still there", ask(lab.direct, "GET", f"/{kind}/t-{name}-b")[0] == 200, "it is gone")
        checks.status(f"{kind}: removed", lab.through("DELETE", f"/{kind}/t-{name}-a"), 204)


def race(lab, checks):
    """Two containers take turns with a name; whatever is shown under it is the one that may be."""
    mine = lab.container("t-race", {"tier": "web"})
    theirs = lab.container("t-race-other", {})
    end = time.monotonic() + RACE_SECONDS

    def swap():
        names = (mine, theirs)
        while time.monotonic() < end:
            ask(lab.direct, "POST", f"/containers/{names[0]}/rename?name=t-race-{time.monotonic_ns()}")
            ask(lab.direct, "POST", f"/containers/{names[1]}/rename?name=t-race")
            names = names[::-1]

    swapping = threading.Thread(target=swap)
    swapping.start()
    shown, hidden, crossed = 0, 0, 0
    while time.monotonic() < end:
        status, body = lab.through("GET", "/containers/t-race/json")
        if status == 200 and body["Id"] == mine:
            shown += 1
        elif status == 200:
            crossed += 1
        else:
            hidden += 1
    swapping.join()
    checks.line(f"renamed under load: {shown}/{hidden}", crossed == 0 and shown > 20 and hidden > 20, f"{crossed} crossed")


def main():
    checks = Checks("targets")
    lab = Lab(os.environ["DIRECT"].removeprefix("unix://"))
    try:
        containers(lab, checks)
        plain_objects(lab, checks)
        race(lab, checks)
    finally:
        lab.end()
    checks.end()


main()
