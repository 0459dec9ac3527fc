"""testcontainers (Python, without its reaper) through the gate under its preset.

    GATE=unix:///DIR/gate.sock DIRECT=unix:///DIR/docker.sock testcontainers_py.py

Each check prints a line. What must not happen is looked for at the daemon itself.
"""

import os
import sys

os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
os.environ["DOCKER_HOST"] = os.environ["GATE"]

import docker  # noqa: E402
from docker.errors import APIError  # noqa: E402
from testcontainers.core.container import DockerContainer  # noqa: E402
from testcontainers.core.network import Network  # noqa: E402
from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: E402

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


DAEMON = docker.DockerClient(base_url=os.environ["DIRECT"])
SERVER = "echo ready; exec httpd -f -p 8080 -h /"


def server():
    ready = LogMessageWaitStrategy("ready").with_startup_timeout(20)
    container = DockerContainer("busybox").with_command(["sh", "-c", SERVER])
    return container.with_exposed_ports(8080).waiting_for(ready)


@check
def container_runs_on_a_random_port():
    with server().with_env("A", "b") as container:
        port = int(container.get_exposed_port(8080))
        assert port >= 1024, port
        code, output = container.exec(["sh", "-c", "echo $A"])
        assert (code, output) == (0, b"b\n"), (code, output)
        name = container.get_wrapped_container().id
        assert DAEMON.containers.get(name).status == "running"
    assert name not in [one.id for one in DAEMON.containers.list(all=True)]


@check
def containers_meet_in_a_network():
    with Network() as network:
        with server().with_network(network).with_network_aliases("server") as first:
            code, _ = first.exec(["wget", "-q", "-O-", "http://server:8080/etc/hostname"])
            assert code == 0, code


def denied(word, **options):
    before = {one.id for one in DAEMON.containers.list(all=True)}
    try:
        with DockerContainer("busybox", **options).with_command("true"):
            raise AssertionError("it was started")
    except APIError as error:
        assert error.status_code == 403 and word in str(error), error
    assert {one.id for one in DAEMON.containers.list(all=True)} == before


@check
def the_host_is_out_of_reach():
    denied("privileged", privileged=True)
    denied("binds", volumes=[("/", "/host", "ro")])
    denied("binds", volumes=[("/var/run/docker.sock", "/var/run/docker.sock", "rw")])
    denied("network_mode", network_mode="host")
    denied("pid", pid_mode="host")


def main():
    failed = 0
    for one in CHECKS:
        try:
            one()
            print(f"ok   {one.__name__}")
        except Exception as error:  # whatever it is, the next check is worth a try
            failed += 1
            print(f"FAIL {one.__name__:26} ({type(error).__name__}: {error})".replace("\n", " "))
    return failed


sys.exit(1 if main() else 0)
