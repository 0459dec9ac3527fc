#!/usr/bin/env python3
"""Quotas, and the socket in place of Docker's, on a live daemon: DIRECT is its socket,
DOCKGATE_BIN the gate. `docker` is found in PATH.

Every check prints a line; the last line counts them.
"""
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time

from lab import Checks

POLICY = """\
version: 1
roles:
  ci:
    who: anyone
    tenant: quota-test
    quotas: { containers: 3, mem_limit: 96MiB, cpus: 2, volumes: 2, streams: 2, execs: 1 }
    may:
      - ping
      - system-reads
      - reads
      - container-lifecycle
      - container-output
      - exec-session
      - ContainerExec
      - ContainerUpdate
      - ContainerDelete
      - VolumeCreate: { set: { labels: { dockgate.tenant: quota-test } } }
      - ContainerCreate:
          volumes: any
          networks: any
          network_mode: any
          bind_options: [rprivate, read_only_non_recursive] # the latter is what `:ro` is before API 1.44
          set: { mem_limit: 16MiB, cpus: 0.5, docker_socket: own, labels: { dockgate.tenant: quota-test } }
"""
CONFIGURATION = """\
upstream: {direct}
host_files: hidden
listen:
  - {{ socket: {folder}/gate.sock, policy: policy.yaml, host_path: {folder}/gate.sock }}
  - {{ socket: {folder}/pathless.sock, policy: policy.yaml }}
"""
DOCKERS = "/var/run/docker.sock"


class Cli(Checks):
    """Lines about what the docker client tells."""

    def says(self, name, told, *words):
        self.line(name, told.returncode != 0 and all(word in told.stderr for word in words), told)

    def works(self, name, told):
        self.line(name, told.returncode == 0, told)
        return told.stdout.strip()


class Lab:
    """A gate before the daemon, and the docker client at both."""

    def __init__(self, direct, gate_bin):
        self.direct, self.folder = direct, tempfile.mkdtemp()
        for name, text in (("policy.yaml", POLICY), ("gate.yaml", CONFIGURATION.format(direct=direct, folder=self.folder))):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        with open(os.path.join(self.folder, "log"), "w", encoding="utf-8") as log:
            command = [gate_bin, "serve", "--config", os.path.join(self.folder, "gate.yaml")]
            self.process = subprocess.Popen(command, stderr=log)
        self.gate = os.path.join(self.folder, "gate.sock")
        for _ in range(100):
            if os.path.exists(os.path.join(self.folder, "pathless.sock")):
                return
            time.sleep(0.1)
        raise SystemExit("the gate does not start")

    def docker(self, *arguments, at=None):
        command = ["docker", "-H", f"unix://{at or self.gate}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def create(self, *arguments, at=None):
        return self.docker("create", "--network", "none", *arguments, "busybox", "sleep", "60", at=at)

    def clear(self):
        label = "label=dockgate.tenant=quota-test"
        for kind, listing, removal in (("", ["ps", "-aq"], ["rm", "-f", "-v"]), ("", ["volume", "ls", "-q"], ["volume", "rm"])):
            found = self.docker(*listing, "--filter", label, at=self.direct).stdout.split()
            if found:
                self.docker(*removal, *found, at=self.direct)

    def end(self):
        self.clear()
        self.process.terminate()
        self.process.wait(20)


def counted(lab, checks):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: lab.create(), range(8)))
    checks.line("the last place, at once", sum(each.returncode == 0 for each in told) == 3, told)
    checks.says("the client reads why", lab.create(), "have more containers: 3 of 3 are there", "remove what is not needed")
    lab.clear()
    first = checks.works("memory is promised", lab.create("--memory", "64m"))
    checks.says("too much memory", lab.create("--memory", "48m"), "have more memory promised: 64MiB of 96MiB")
    checks.says("more than there is in all", lab.create("--memory", "1g"), "of the 96MiB that there are in all")
    checks.works("less", lab.create("--memory", "32m"))
    checks.says("raised", lab.docker("update", "--memory", "80m", "--memory-swap", "160m", first), "32MiB of 96MiB")
    checks.works("lowered", lab.docker("update", "--memory", "32m", first))
    lab.clear()
    checks.says("processors", lab.create("--cpus", "2.5"), "2.5 of the 2")
    checks.works("a volume", lab.docker("volume", "create", "quota-a"))
    checks.works("the same volume", lab.docker("volume", "create", "quota-a"))
    checks.works("another", lab.docker("volume", "create", "quota-b"))
    checks.says("one too many", lab.docker("volume", "create", "quota-c"), "have more volumes: 2 of 2 are there")
    checks.works("in a container, those there", lab.create("-v", "quota-a:/a", "-v", "quota-b:/b"))
    checks.says("by the way", lab.create("-v", "/anonymous"), "have more volumes")
    lab.clear()


def until(ask, wanted):
    """What is told once it is as wanted, or in the end: clients take their time to connect and to go."""
    for _ in range(50):
        told = ask()
        if wanted(told):
            break
        time.sleep(0.2)
    return told


def local(lab, checks):
    name = checks.works("a container to look at",
                        lab.docker("run", "-d", "--network", "none", "busybox", "sh", "-c", "echo here; sleep 60"))
    logs = ["docker", "-H", f"unix://{lab.gate}", "logs", "-f", name]
    follow = [subprocess.Popen(logs, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for client in follow:
        client.stdout.readline()  # it holds its place
    told = lab.docker("logs", name)
    checks.says("streams", told, "open more streams at once: 2 of 2 are open")
    follow[0].kill()
    follow[0].wait()
    told = until(lambda: lab.docker("logs", name), lambda told: told.returncode == 0)
    checks.works("a place is free again", told)
    follow[1].kill()
    follow[1].wait()
    lab.clear()


def own_socket(lab, checks):
    for title, bind in (("bind", ["-v", f"{DOCKERS}:{DOCKERS}"]), ("read-only", ["-v", f"/run/docker.sock:{DOCKERS}:ro"]),
                        ("mount", ["--mount", f"type=bind,src={DOCKERS},dst={DOCKERS}"])):
        name = checks.works(f"socket: {title}", lab.create(*bind))
        mounts = json.loads(lab.docker("inspect", name, at=lab.direct).stdout)[0]["Mounts"]
        got = [(mount["Source"], mount["Destination"]) for mount in mounts]
        checks.line(f"socket: {title}: its own", got == [(lab.gate, DOCKERS)], got)
    lab.clear()
    checks.says("socket: a folder", lab.create("-v", f"{lab.folder}:/x"), "ci may not mount")
    pathless = lab.create("-v", f"{DOCKERS}:{DOCKERS}", at=os.path.join(lab.folder, "pathless.sock"))
    checks.says("socket: no path", pathless, "say `host_path` at the listener")


def main():
    checks = Cli("quotas")
    lab = Lab(os.environ["DIRECT"].removeprefix("unix://"), os.environ["DOCKGATE_BIN"])
    try:
        counted(lab, checks)
        local(lab, checks)
        own_socket(lab, checks)
    finally:
        lab.end()
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(checks.failed != 0)


main()
