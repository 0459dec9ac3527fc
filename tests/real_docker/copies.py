#!/usr/bin/env python3
"""Containers made anew as Watchtower does it, on a live daemon: DIRECT is its socket, DOCKGATE_BIN the gate.

Needs docker-py. Every check prints a line; the last line counts them.
"""
import copy
import os
import subprocess
import sys
import tempfile
import time

import docker

from lab import Checks

POLICY = """\
version: 1
roles:
  updater:
    who: [{ uid: 0 }]
    may:
      - ping
      - container-reads
      - image-reads
      - network-reads
      - system-reads
      - volume-reads
      - container-lifecycle
      - ContainerRename
      - ContainerDelete
      - ContainerCreate: { copy_of: { label: "update=true" } }
      - NetworkConnect: { networks: any, aliases: any, ip_address: any, mac_address: any, links: any, endpoint_opts: any }
      - NetworkDisconnect
"""

OTHER = POLICY.replace("updater", "other")

# Secrets are shown to nobody who updates.
HIDING = POLICY.replace("container-reads", "container-reads: { hide: [secrets] }").replace(
    "image-reads", "image-reads: { hide: [secrets] }"
)

# The same without `copy_of`: what comes back has to be allowed like anything else.
PLAIN = HIDING.replace(
    '{ copy_of: { label: "update=true" } }', "{ labels: any, mac_address: any, log_opts: any, binds: [/etc], bind_options: any, networks: any, cgroup: any, masked_paths: any, readonly_paths: any }"
)

SECRET = "hush-hush"

# Odd containers: what `docker.APIClient` takes beside image and command, by name.
ODD = {
    "plain": {},
    "privileged": {"host_config": {"Privileged": True}},
    "caps": {"host_config": {"CapAdd": ["NET_ADMIN", "SYS_PTRACE"], "CapDrop": ["CHOWN"]}},
    "hardened": {
        "user": "1000:1000",
        "host_config": {
            "CapDrop": ["ALL"],
            "ReadonlyRootfs": True,
            "SecurityOpt": ["no-new-privileges"],
            "Tmpfs": {"/tmp": "size=1m"},
        },
    },
    "limits": {
        "host_config": {
            "Memory": 64 << 20,
            "NanoCpus": 500_000_000,
            "PidsLimit": 50,
            "Ulimits": [{"Name": "nofile", "Soft": 100, "Hard": 200}],
            "OomScoreAdj": 100,
            "CpuShares": 512,
            "CpusetCpus": "0",
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
        }
    },
    "binds": {
        "volumes": {"/anonymous": {}},
        "host_config": {
            "Binds": ["/etc:/host:ro", "copies-data:/data", "copies-data:/read:ro", "/var/run:/r:rw,rprivate"],
            "Mounts": [
                {"Type": "bind", "Source": "/srv", "Target": "/srv", "ReadOnly": True},
                {"Type": "volume", "Source": "copies-data", "Target": "/m", "ReadOnly": True},
                {"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 65536}},
            ],
        },
    },
    "ports": {
        "ports": [(80, "tcp"), (53, "udp")],
        "host_config": {
            "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18080"}], "53/udp": [{"HostPort": ""}]}
        },
    },
    "links": {"host_config": {"Links": ["copies-peer:db"], "Dns": ["192.0.2.1"], "ExtraHosts": ["a:192.0.2.2"]}},
    "from": {"host_config": {"VolumesFrom": ["copies-peer:ro"]}},
    "shares": {"host_config": {"NetworkMode": "container:copies-peer", "PidMode": "container:copies-peer"}},
    "host": {"host_config": {"NetworkMode": "host", "PidMode": "host", "IpcMode": "host", "UTSMode": "host"}},
    "none": {"host_config": {"NetworkMode": "none", "IpcMode": "none"}},
    "devices": {
        "host_config": {
            "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/n", "CgroupPermissions": "r"}],
            "DeviceCgroupRules": ["c 1:3 r"],
            "Sysctls": {"net.ipv4.ip_unprivileged_port_start": "0"},
            "GroupAdd": ["7"],
        }
    },
    "unconfined": {"host_config": {"SecurityOpt": ["seccomp=unconfined"], "MaskedPaths": [], "ReadonlyPaths": []}},
    "network": {
        "host_config": {"NetworkMode": "copies-net"},
        "networking_config": {
            "EndpointsConfig": {"copies-net": {"Aliases": ["front"], "IPAMConfig": {"IPv4Address": "198.51.100.7"}}}
        },
    },
    "of-image": {"image": "copies-user:1"},
    "checked": {
        "healthcheck": {"Test": ["CMD", "true"], "Interval": 10**9},
        "environment": ["A=1"],
        "host_config": {"Init": True, "RestartPolicy": {"Name": "always"}},
    },
}

# What is no copy: of the odd container, by the name of the check, how the request is changed.
WORSE = {
    "a bind": ("plain", lambda config, host: host.update(Binds=["/:/host"])),
    "a mount": ("plain", lambda config, host: host.update(Mounts=[{"Type": "bind", "Source": "/", "Target": "/h"}])),
    "a writable bind": ("binds", lambda config, host: host["Binds"].__setitem__(0, "/etc:/host")),
    "a writable mount": ("binds", lambda config, host: host["Mounts"][0].update(ReadOnly=False)),
    "another place of a bind": ("binds", lambda config, host: host["Binds"].__setitem__(0, "/etc:/bin:ro")),
    "a volume over its files": ("plain", lambda config, host: config.update(Volumes={"/bin": {}})),
    "an empty volume over its files": (
        "plain",
        lambda config, host: host.update(Mounts=[{"Type": "volume", "Target": "/etc", "VolumeOptions": {"NoCopy": True}}]),
    ),
    "another volume": ("binds", lambda config, host: host["Binds"].append("copies-secret:/s")),
    "privilege": ("plain", lambda config, host: host.update(Privileged=True)),
    "a capability": ("caps", lambda config, host: host["CapAdd"].append("SYS_ADMIN")),
    "a device": ("plain", lambda config, host: host.update(Devices=[{"PathOnHost": "/dev/mem"}])),
    "a writable device": ("devices", lambda config, host: host["Devices"][0].update(CgroupPermissions="rwm")),
    "the host's network": ("plain", lambda config, host: host.update(NetworkMode="host")),
    "the host's processes": ("plain", lambda config, host: host.update(PidMode="host")),
    "a network of Docker's": ("none", lambda config, host: host.update(NetworkMode="bridge")),
    "no seccomp": ("plain", lambda config, host: host.update(SecurityOpt=["seccomp=unconfined"])),
    "open kernel files": ("plain", lambda config, host: host.update(MaskedPaths=[])),
    "another repository": ("plain", lambda config, host: config.update(Image="alpine:latest")),
    "another command": ("plain", lambda config, host: config.update(Cmd=["sh", "-c", "id"])),
    "another variable": ("plain", lambda config, host: config["Env"].append("LD_PRELOAD=/x")),
    "another label": ("plain", lambda config, host: config["Labels"].update({"traefik.enable": "true"})),
    "no user": ("hardened", lambda config, host: config.update(User="")),
    "root": ("hardened", lambda config, host: config.update(User="0")),
    "all capabilities": ("hardened", lambda config, host: host.pop("CapDrop")),
    "a writable root": ("hardened", lambda config, host: host.pop("ReadonlyRootfs")),
    "new privileges": ("hardened", lambda config, host: host.update(SecurityOpt=None)),
    "no memory limit": ("limits", lambda config, host: (host.pop("Memory"), host.pop("MemorySwap"))),
    "more memory": ("limits", lambda config, host: host.update(Memory=65 << 20, MemorySwap=130 << 20)),
    "no process limit": ("limits", lambda config, host: host.update(PidsLimit=0)),
    "more processors": ("limits", lambda config, host: host.update(NanoCpus=600_000_000)),
    "a higher ulimit": ("limits", lambda config, host: host["Ulimits"][0].update(Hard=300)),
    "a port for all": ("ports", lambda config, host: host["PortBindings"]["80/tcp"][0].update(HostIp="")),
    "another port behind": ("ports", lambda config, host: host["PortBindings"].update({"81/tcp": host["PortBindings"].pop("80/tcp")})),
    "writable mounts of another": ("from", lambda config, host: host.update(VolumesFrom=["copies-peer"])),
}


class Lab:
    """A daemon with what the containers need, and gates before it."""

    def __init__(self, direct, gate_bin):
        self.folder, self.processes = tempfile.mkdtemp(), []
        self.direct = docker.APIClient(base_url="unix://" + direct, version="auto")
        self.gate = self.serve("gate", POLICY, direct, gate_bin)
        self.other = self.serve("other", OTHER, direct, gate_bin)
        self.hiding = self.serve("hiding", HIDING, direct, gate_bin)
        self.hiding_other = self.serve("hiding-other", HIDING.replace("updater", "other"), direct, gate_bin)
        self.plain = self.serve("plain", PLAIN, direct, gate_bin)
        self.direct.create_network("copies-net", ipam={"Config": [{"Subnet": "198.51.100.0/24"}]})
        self.direct.create_network("copies-second")
        self.user_image()
        self.direct.tag("busybox:latest", "busybox", "new")
        self.make("copies-peer", {}, label=False)

    def serve(self, name, policy, direct, gate_bin):
        path, gate = os.path.join(self.folder, name + ".yaml"), os.path.join(self.folder, name + ".sock")
        with open(path, "w", encoding="utf-8") as file:
            file.write(policy)
        with open(os.path.join(self.folder, name + ".log"), "w", encoding="utf-8") as log:
            arguments = [gate_bin, "serve", "--policy", path, "--listen", gate, "--upstream", direct]
            self.processes.append(subprocess.Popen(arguments, stderr=log))
        for _ in range(100):
            if os.path.exists(gate):
                return docker.APIClient(base_url="unix://" + gate, version="auto", timeout=60)
            time.sleep(0.1)
        raise SystemExit("the gate does not start")

    def user_image(self):
        made = self.direct.create_container_from_config({"Image": "busybox", "Cmd": ["true"]}, "copies-image")
        self.direct.commit(made["Id"], "copies-user", "1", conf={"User": "1000"})
        self.direct.tag("copies-user:1", "copies-user", "new")
        self.direct.remove_container(made["Id"])

    def make(self, name, parts, label=True):
        """Made behind the gate's back."""
        parts = copy.deepcopy(parts)
        config = {"Image": parts.get("image", "busybox"), "Cmd": ["sleep", "600"], "HostConfig": parts.get("host_config")}
        config["Labels"] = dict({"update": "true"} if label else {}, **parts.get("labels", {}))
        config.update(User=parts.get("user", ""), Env=parts.get("environment"), Volumes=parts.get("volumes"))
        config.update(Healthcheck=parts.get("healthcheck"), NetworkingConfig=parts.get("networking_config"))
        config["ExposedPorts"] = {f"{port}/{kind}": {} for port, kind in parts.get("ports", [])}
        made = self.direct.create_container_from_config(config, name)
        try:
            self.direct.start(made["Id"])
        except docker.errors.APIError:
            pass  # what this machine cannot start is made anew all the same
        return made["Id"]

    def remove(self, name):
        try:
            self.direct.remove_container(name, force=True, v=True)
        except docker.errors.NotFound:
            pass

    def end(self):
        for process in self.processes:
            process.terminate()
            process.wait(20)
        for name in ["copies-peer", "copies-it", "copies-old"]:
            self.remove(name)
        for network in ["copies-net", "copies-second"]:
            self.direct.remove_network(network)


def request_of(inspected, tag):
    """What an updating client posts: the description of the old container, with another image."""
    config = copy.deepcopy(inspected["Config"])
    config["Image"] = config["Image"].split(":")[0] + ":" + tag
    host = copy.deepcopy(inspected["HostConfig"])
    networks = copy.deepcopy(inspected["NetworkSettings"]["Networks"])
    if host["NetworkMode"].startswith(("container:", "host")):
        config.pop("Hostname"), config.pop("Domainname", None)
        config.pop("ExposedPorts", None)
    return config, host, networks


def create(client, config, host, networks, name="copies-it"):
    first = dict(list(networks.items())[:1])
    body = dict(config, HostConfig=host, NetworkingConfig={"EndpointsConfig": first})
    return client.create_container_from_config(body, name)["Id"]


def remake(client, tag, change=None):
    """As Watchtower does it: inspect, stop, remove, create, connect, start."""
    inspected = client.inspect_container("copies-it")
    client.stop(inspected["Id"], timeout=0)
    client.remove_container(inspected["Id"])
    config, host, networks = request_of(inspected, tag)
    if change:
        change(config, host)
    made = create(client, config, host, networks)
    if not host["NetworkMode"].startswith(("container:", "host", "none")):
        for network in networks:
            client.disconnect_container_from_network(made, network, force=True) if network == list(networks)[0] else None
            endpoint = networks[network]
            client._result(client._post_json(client._url("/networks/{0}/connect", network), data={"Container": made, "EndpointConfig": endpoint}))
    try:
        client.start(made)
    except docker.errors.APIError as error:
        if error.status_code == 403:
            raise
    return made


def denied(checks, name, run, absent, words=("may not",)):
    try:
        run()
    except docker.errors.APIError as error:
        told = str(error.explanation)
        gone = absent()
        checks.line(name, error.status_code == 403 and all(word in told for word in words) and gone, f"{error.status_code}, gone {gone}: {told}")
        return
    checks.line(name, False, "it is allowed")


def is_absent(lab, name="copies-it"):
    try:
        lab.direct.inspect_container(name)
        return False
    except docker.errors.NotFound:
        return True


def remade(lab, checks):
    for name, parts in ODD.items():
        for tag in ("latest", "new") if name != "of-image" else ("1", "new"):
            lab.remove("copies-it")
            old = lab.make("copies-it", parts)
            if name == "network":
                lab.direct.connect_container_to_network(old, "copies-second", aliases=["back"])
            try:
                made = remake(lab.gate, tag)
                inspected = lab.direct.inspect_container(made)
                checks.line(f"{name} to {tag}", inspected["Id"] != old and inspected["Config"]["Image"].endswith(tag), "it is not there")
            except docker.errors.APIError as error:
                checks.line(f"{name} to {tag}", False, str(error.explanation or error))
    lab.remove("copies-it")
    lab.make("copies-it", ODD["of-image"])
    try:
        remake(lab.gate, "new", lambda config, host: config.update(User=""))
        checks.line("a user that is the image's", True)
    except docker.errors.APIError as error:
        checks.line("a user that is the image's", False, str(error.explanation))


def worse(lab, checks):
    for name, (odd, change) in WORSE.items():
        lab.remove("copies-it")
        lab.make("copies-it", ODD[odd])
        denied(checks, f"not with {name}", lambda: remake(lab.gate, "new", change), lambda: is_absent(lab))


def memory(lab, checks):
    """Who may make it anew, and of what."""
    lab.remove("copies-it")
    lab.make("copies-it", {}, label=False)
    denied(checks, "not without the label", lambda: remake(lab.gate, "new"), lambda: is_absent(lab), ["copy_of"])
    config, host, networks = {"Image": "busybox:new"}, {}, {}
    denied(checks, "not out of nothing", lambda: create(lab.gate, config, host, networks, "copies-new"), lambda: is_absent(lab, "copies-new"), ["is no copy of an existing container"])
    lab.make("copies-it", {"host_config": {"Privileged": True}})
    inspected = lab.gate.inspect_container("copies-it")
    parts = request_of(inspected, "new")
    lab.gate.stop("copies-it", timeout=0)
    lab.gate.remove_container("copies-it")
    denied(checks, "not by another role", lambda: create(lab.other, *parts), lambda: is_absent(lab), ["is no copy"])
    checks.line("by the role that removed it", bool(create(lab.gate, *parts)))
    lab.remove("copies-it")
    lab.make("copies-it", {})
    lab.remove("copies-it")
    denied(checks, "the last one removed counts", lambda: create(lab.gate, *parts, name="copies-else"), lambda: is_absent(lab, "copies-else"), ["is no copy"])


def renamed(lab, checks):
    """As Watchtower updates itself, and Compose all: the old one is called something else meanwhile."""
    lab.remove("copies-it")
    old = lab.make("copies-it", {"host_config": {"Binds": ["/etc:/host:ro"]}})
    parts = request_of(lab.gate.inspect_container("copies-it"), "new")
    lab.gate.rename("copies-it", "copies-old")
    checks.line("beside the renamed one", create(lab.gate, *parts) != old)
    lab.remove("copies-it")
    lab.direct.rename("copies-old", "copies-elsewhere")
    denied(checks, "not if it is renamed since", lambda: create(lab.gate, *parts), lambda: is_absent(lab))
    lab.direct.rename("copies-elsewhere", "copies-old")


def removed_by_itself(lab, checks):
    lab.remove("copies-it")
    lab.make("copies-it", {"host_config": {"AutoRemove": True}})
    parts = request_of(lab.gate.inspect_container("copies-it"), "new")
    lab.gate.stop("copies-it", timeout=0)
    for _ in range(50):
        if is_absent(lab):
            break
        time.sleep(0.1)
    checks.line("one that removed itself", bool(create(lab.gate, *parts)))


def shared(lab, checks):
    """A namespace by the name of its container, of which the daemon tells the ID."""
    lab.remove("copies-it")
    lab.make("copies-it", ODD["shares"])
    try:
        remake(lab.gate, "new", lambda config, host: host.update(NetworkMode="container:/copies-peer"))
        checks.line("a namespace by name", True)
    except docker.errors.APIError as error:
        checks.line("a namespace by name", False, str(error.explanation))


# What a container keeps to itself.
KEEPS = {
    "environment": [f"KEY={SECRET}"],
    "labels": {"api-token": SECRET, "tier": "web"},
    "healthcheck": {"Test": ["CMD", "echo", SECRET], "Interval": 10**9},
    "host_config": {"Binds": ["/etc:/host:ro"], "LogConfig": {"Type": "json-file", "Config": {"labels": SECRET}}},
}


def settings(inspected):
    """Everything of a container that a copy is to have, in one order."""
    config, host = inspected["Config"], inspected["HostConfig"]
    kept = {key: config.get(key) for key in ("Cmd", "Entrypoint", "Healthcheck", "Labels")}
    return dict(kept, Env=sorted(config.get("Env") or []), Log=host["LogConfig"], Binds=sorted(host["Binds"] or []))


def hidden(lab, checks):
    """As Watchtower does it where it is shown no secrets."""
    for name, parts in ODD.items():
        lab.remove("copies-it")
        old = settings(lab.direct.inspect_container(lab.make("copies-it", parts)))
        try:
            made = settings(lab.direct.inspect_container(remake(lab.hiding, "new" if name != "of-image" else "1")))
            checks.line(f"hidden: {name}", made == old, f"{made} and not {old}")
        except docker.errors.APIError as error:
            checks.line(f"hidden: {name}", False, str(error.explanation or error))
    for name, client in (("copy_of", lab.hiding), ("limits", lab.plain)):
        lab.remove("copies-it")
        old = settings(lab.direct.inspect_container(lab.make("copies-it", KEEPS)))
        told = str(client.inspect_container("copies-it"))
        made = settings(lab.direct.inspect_container(remake(client, "new")))
        checks.line(f"hidden: secrets, by {name}", made == old and SECRET not in told, f"{made} and not {old}")
    log = open(os.path.join(lab.folder, "hiding.log"), encoding="utf-8").read()
    checks.line("hidden: the log names parts", "completed=env" in log and SECRET not in log, log[-400:])


def hidden_from_others(lab, checks):
    def none_of_it(name, client, config, host, networks, called="copies-it"):
        try:
            made = lab.direct.inspect_container(create(client, config, host, networks, called))
            checks.line(name, SECRET not in str(made), "it has the secrets")
            lab.remove(called)
        except docker.errors.APIError as error:
            checks.line(name, error.status_code == 403 and SECRET not in str(error.explanation), str(error.explanation))

    lab.remove("copies-it")
    lab.make("copies-it", KEEPS)
    config, host, networks = request_of(lab.plain.inspect_container("copies-it"), "new")
    lab.plain.stop("copies-it", timeout=0)
    lab.plain.remove_container("copies-it")
    none_of_it("hidden: not by another role", lab.hiding_other, config, host, networks)
    none_of_it("hidden: not under another name", lab.plain, config, host, networks, "copies-else")
    none_of_it("hidden: not of another image", lab.plain, dict(config, Image="alpine"), host, networks)
    none_of_it("hidden: not for another command", lab.plain, dict(config, Cmd=["env"]), host, networks)
    none_of_it("hidden: not for another program", lab.plain, dict(config, Entrypoint=["env"]), host, networks)
    none_of_it("hidden: not with other binds", lab.plain, config, dict(host, Binds=["/etc:/bin"]), networks)


COMPOSE = """\
services:
  web:
    image: busybox:{tag}
    command: sleep 600
    labels: {{ update: "true" }}
    volumes: ["/etc:/host:{mode}", "data:/data"]
    cap_drop: [ALL]
volumes: {{ data: }}
"""


def composed(lab, checks):
    """Compose, where it is there, brings a service up to date; another power is denied."""
    plugins = [f"/opt/docker{age}/usr/libexec/docker/cli-plugins/docker-compose" for age in (26, 28)]
    plugin = next(filter(os.path.exists, plugins), None)
    if not plugin:
        return

    def up(client, tag, mode="ro"):
        path = os.path.join(lab.folder, "compose.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(COMPOSE.format(tag=tag, mode=mode))
        host = client if isinstance(client, str) else "unix://" + os.path.join(lab.folder, "gate.sock")
        command = [plugin, "-p", "copies", "-f", path, "up", "-d", "--pull", "never", "-t", "0"]
        return subprocess.run(command, env=dict(os.environ, DOCKER_HOST=host), capture_output=True, text=True, check=False)

    def image():
        return lab.direct.inspect_container("copies-web-1")["Config"]["Image"]

    direct = os.environ["DIRECT"]
    up(direct, "latest")
    told = up(lab.gate, "new")
    checks.line("compose brings it up to date", told.returncode == 0 and image() == "busybox:new", told.stderr[-300:])
    told = up(lab.gate, "new", "rw")
    checks.line("compose gives it no more", told.returncode != 0 and "binds" in told.stderr, told.stderr[-300:])
    subprocess.run([plugin, "-p", "copies", "down", "-v", "-t", "0"], env=dict(os.environ, DOCKER_HOST=direct), capture_output=True, check=False)


def main():
    checks = Checks("copies")
    lab = Lab(os.environ["DIRECT"].removeprefix("unix://"), os.environ["DOCKGATE_BIN"])
    try:
        for part in (remade, worse, memory, renamed, removed_by_itself, shared, hidden, hidden_from_others, composed):
            part(lab, checks)
    finally:
        lab.end()
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(checks.failed != 0)


main()
