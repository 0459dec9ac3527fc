#!/usr/bin/env python3
"""What of the answers is shown, on a live daemon: DIRECT is its socket, DOCKGATE_BIN the gate.

The clients are unmodified: the docker CLI, docker-py where it is installed, and plain HTTP. Every
check prints a line; the last line counts them.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from lab import Checks, ask, docker_cli, start_gate

SECRET = "hunter2-and-more"

POLICY = """\
version: 1
roles:
  monitor:
    who: [{ uid: 0 }]
    may:
      - ping
      - container-reads: { hide: [secrets, host_paths, addresses] }
      - image-reads: { hide: [secrets] }
      - network-reads
      - volume-reads: { hide: [secrets] }
      - SystemInfo
      - SystemDataUsage: { hide: [secrets] }
      - SystemEvents: { hide: [secrets] }
      - ExecInspect: { hide: [secrets] }
"""

SHOWN = """\
version: 1
roles:
  tenant:
    who: [{ uid: 0 }]
    may:
      - ping
      - container-reads: { target: { label: tier=web } }
      - network-reads
      - ServiceList: { show: { label: tier=web } }
      - SystemInfo
      - SystemDataUsage: { show: { label: tier=web } }
      - SystemEvents: { show: { label: tier=web } }
      - ImageList: { show: { name: busybox } }
      - VolumeList: { show: { label: tier=web } }
never:
  - container-reads: { target: { name: v-vault } }
"""

# One part hidden each, where another one tells of it.
APART = """\
version: 1
roles:
  apart:
    who: [{ uid: 0 }]
    may:
      - SystemEvents: { hide: [health_checks, labels] }
      - ImageHistory: { hide: [env] }
      - ContainerInspect: { hide: [host_paths, labels, driver_options] }
"""


class Lab:
    """Containers with a secret in every place where they usually leak."""

    def __init__(self, direct):
        self.direct, self.made = direct, []
        ask(direct, "POST", "/networks/create", {"Name": "v-net"})
        ask(direct, "POST", "/volumes/create", {"Name": "v-data", "Labels": {"tier": "web", "db-password": SECRET}})
        self.web = self.container("v-web", {"tier": "web", "api_token": SECRET})
        self.other = self.container("v-other", {"tier": "db"})
        self.vault = self.container("v-vault", {"tier": "web"})

    def container(self, name, labels):
        body = {
            "Image": "busybox",
            "Cmd": ["sh", "-c", f"sleep 600; echo {SECRET}"],
            "Env": [f"PASSWORD={SECRET}"],
            "Labels": labels,
            "Healthcheck": {"Test": ["CMD-SHELL", f"echo {SECRET}"], "Interval": 1000000000},
            "HostConfig": {"NetworkMode": "v-net", "Binds": ["v-data:/data"]},
        }
        status, made = ask(self.direct, "POST", f"/containers/create?name={name}", body)
        assert status == 201, made
        status, told = ask(self.direct, "POST", f"/containers/{made['Id']}/start")
        assert status == 204, told
        self.made.append(made["Id"])
        return made["Id"]

    def end(self):
        for container in self.made:
            ask(self.direct, "DELETE", f"/containers/{container}?force=1")
        ask(self.direct, "DELETE", "/networks/v-net")
        for volume in ("v-data", "v-absent"):
            ask(self.direct, "DELETE", f"/volumes/{volume}")


class Cli:
    """The docker CLI at a gate."""

    def __init__(self, gate, folder):
        self.gate, self.binary, self.folder = gate, docker_cli(), folder

    def __call__(self, *words):
        environment = {**os.environ, "DOCKER_HOST": f"unix://{self.gate}", "DOCKER_CONFIG": self.folder}
        done = subprocess.run([self.binary, *words], env=environment, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr


def hidden(lab, gate, checks, folder):
    docker = Cli(gate, folder)
    time.sleep(2)
    commands = {
        "ps": ["ps", "--no-trunc"],
        "ps as JSON": ["ps", "--format", "json"],
        "inspect": ["inspect", "v-web"],
        "inspect by a template": ["inspect", "-f", "{{.State.Health.Status}} {{.Config.Env}} {{.Config.Cmd}}", "v-web"],
        "top": ["top", "v-web"],
        "history": ["history", "--no-trunc", "busybox"],
        "image inspect": ["image", "inspect", "busybox"],
        "images": ["images"],
        "system df": ["system", "df", "-v"],
        "network inspect": ["network", "inspect", "v-net"],
        "volume inspect": ["volume", "inspect", "v-data"],
        "volume ls": ["volume", "ls"],
    }
    for name, words in commands.items():
        code, told = docker(*words)
        checks.line(f"cli: {name}", code == 0 and SECRET not in told, f"{code}: {told[-300:]}")
    _, told = docker("ps", "--format", "{{.Names}} {{.Status}} {{.Ports}} {{.Labels}}")
    checks.line("cli: what is not hidden", "v-web" in told and "tier=web" in told and "Up " in told, told)
    _, told = docker("top", "v-web")
    checks.line("cli: processes have no commands", "PID" in told and "sleep" not in told, told)
    _, inspected = ask(gate, "GET", "/containers/v-web/json")
    absent = [key for key in ("Path", "Args", "LogPath") if key in inspected] + ["Env"] * ("Env" in inspected["Config"])
    network = inspected["NetworkSettings"]["Networks"]["v-net"]
    checks.line("hidden is absent", not absent and "IPAddress" not in network and network["NetworkID"], f"{absent} {network}")
    status, plain = ask(gate, "GET", "/containers/absent/json")
    checks.line("errors are Docker's own", status == 404 and plain == {"message": "No such container: absent"}, f"{plain}")


def exec_events(lab, gate, checks, folder):
    docker = Cli(gate, folder)
    since = int(time.time()) - 1
    _, made = ask(lab.direct, "POST", f"/containers/{lab.web}/exec", {"Cmd": ["echo", SECRET]})
    ask(lab.direct, "POST", f"/exec/{made['Id']}/start", {"Detach": True})
    time.sleep(1)
    code, told = docker("events", "--since", str(since), "--until", str(int(time.time())))
    checks.line("cli: events", code == 0 and SECRET not in told and "exec_create" in told, told[-400:])
    status, told = ask(gate, "GET", f"/exec/{made['Id']}/json")
    checks.line("exec inspect", status == 200 and SECRET not in json.dumps(told) and told["ContainerID"] == lab.web, f"{told}")


def apart(lab, gate, checks):
    status, told = ask(gate, "GET", f"/events?since={int(time.time()) - 60}&until={int(time.time())}")
    told = told.decode() if isinstance(told, bytes) else json.dumps(told)
    checks.line("events tell no health checks", status == 200 and SECRET not in told and "exec_create" in told, told[-400:])
    _, layers = ask(gate, "GET", "/images/busybox/history")
    checks.line("nor histories variables", layers and all("CreatedBy" not in layer for layer in layers), f"{layers}")
    options = {"type": "none", "o": "bind", "device": f"/absent/{SECRET}"}
    volume = {"Labels": {"l": SECRET}, "DriverConfig": {"Name": "local", "Options": options}}
    mount = {"Type": "volume", "Source": "v-absent", "Target": "/m", "VolumeOptions": volume}
    _, made = ask(lab.direct, "POST", "/containers/create?name=v-broken", {"Image": "busybox", "HostConfig": {"Mounts": [mount]}})
    lab.made.append(made["Id"])
    status, failed = ask(lab.direct, "POST", "/containers/v-broken/start")
    _, told = ask(gate, "GET", "/containers/v-broken/json")
    checks.line("nor failures paths", status >= 400 and SECRET in str(failed) and SECRET not in str(told), f"{failed} {told}")


def python_client(gate, checks):
    try:
        import docker
    except ImportError:
        return
    client = docker.DockerClient(base_url=f"unix://{gate}")
    web = client.containers.get("v-web")
    checks.line("docker-py: a container", web.status == "running" and web.labels == {"tier": "web"}, f"{web.labels}")
    names = sorted(one.name for one in client.containers.list() if one.name.startswith("v-"))
    checks.line("docker-py: a list", names == ["v-other", "v-vault", "v-web"], f"{names}")
    checks.line("docker-py: top", "PID" in web.top()["Titles"] and SECRET not in str(web.top()), f"{web.top()}")
    image = client.images.get("busybox")
    checks.line("docker-py: an image", image.tags and image.history() is not None and client.df(), f"{image}")
    checks.line("docker-py: volumes", any(one.name == "v-data" for one in client.volumes.list()), "none")


def shown(lab, gate, checks, folder):
    docker = Cli(gate, folder)
    _, told = docker("ps", "-a", "--format", "{{.Names}}")
    checks.line("only what is shown is listed", sorted(told.split()) == ["v-web"], told)
    code, told = docker("container", "inspect", "v-other")
    checks.line("what is not shown is not there", code != 0 and "no such container" in told.lower(), told)
    status, network = ask(gate, "GET", "/networks/v-net")
    checks.line("networks without a swarm", status == 200 and ask(gate, "GET", "/services")[0] == 503, f"{status} {network}")
    checks.line("nor in its network", [one["Name"] for one in network["Containers"].values()] == ["v-web"], f"{network['Containers']}")
    _, usage = ask(gate, "GET", "/system/df")
    containers = [one["Names"][0] for one in usage.get("Containers") or usage["ContainerUsage"]["Items"]]
    volumes = [one["Name"] for one in usage.get("Volumes") or usage["VolumeUsage"]["Items"]]
    checks.line("nor in the disk usage", sorted(containers) == ["/v-vault", "/v-web"] and volumes == ["v-data"], f"{usage}")
    code, told = docker("system", "df", "-v")
    checks.line("cli: system df", code == 0 and "v-other" not in told, told[-300:])
    _, told = docker("images", "--format", "{{.Repository}}")
    checks.line("images by name", set(told.split()) == {"busybox"}, told)
    since = int(time.time()) - 1
    for container in (lab.web, lab.other):
        ask(lab.direct, "POST", f"/containers/{container}/kill?signal=CONT")
    time.sleep(1)
    _, told = docker("events", "--since", str(since), "--until", str(int(time.time())))
    killed = [line for line in told.splitlines() if " kill " in line]
    checks.line("events of what is shown", len(killed) == 1 and "name=v-web" in killed[0], told)


def live_events(lab, gate, checks, folder):
    environment = {**os.environ, "DOCKER_HOST": f"unix://{gate}", "DOCKER_CONFIG": folder}
    words = [docker_cli(), "events", "--format", "{{json .}}"]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as following:
        time.sleep(1)
        began = time.monotonic()
        ask(lab.direct, "POST", f"/containers/{lab.web}/kill?signal=CONT")
        # health checks have events as well
        line = next(line for line in following.stdout if '"kill"' in line)
        took = time.monotonic() - began
        following.terminate()
    checks.line("an event comes at once", '"kill"' in line and took < 3, f"{took:.1f} s: {line}")


def main():
    checks = Checks("views")
    folder = tempfile.mkdtemp()
    lab = Lab(os.environ["DIRECT"].removeprefix("unix://"))
    gates = []
    try:
        for name, policy in (("hidden", POLICY), ("shown", SHOWN), ("apart", APART)):
            gates.append(start_gate(os.path.join(folder, name), policy, lab.direct))
        (hiding, _), (showing, _), (parting, _) = gates
        hidden(lab, hiding, checks, folder)
        exec_events(lab, hiding, checks, folder)
        apart(lab, parting, checks)
        python_client(hiding, checks)
        shown(lab, showing, checks, folder)
        live_events(lab, showing, checks, folder)
    finally:
        for _, process in gates:
            process.terminate()
            process.wait(20)
        lab.end()
        shutil.rmtree(folder)
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(checks.failed != 0)


main()
