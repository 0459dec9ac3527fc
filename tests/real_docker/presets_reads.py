"""docker-py through the gate under the presets that only look: what they read, and what is left out.

    GATE=unix:///DIR/gate.sock DIRECT=unix:///DIR/docker.sock presets_reads.py monitor|traefik

Each check prints a line.
"""

import os
import sys
import time

import docker
from docker.errors import APIError, NotFound

DAEMON = docker.DockerClient(base_url=os.environ["DIRECT"])
# docker-py asks for the version first, as the tools do that are written with it
GATE = docker.DockerClient(base_url=os.environ["GATE"], version="auto")
RUN = f"dgtp{os.getpid()}"
SECRET = "s3cr3t-of-the-test"
LABEL = "traefik.enable"


def start(name, **labels):
    command = ["sh", "-c", f"echo {SECRET}; exec sleep 300"]
    return DAEMON.containers.run(
        "busybox", command, name=f"{RUN}-{name}", environment={"PASSWORD": SECRET}, labels=labels,
        volumes={"/etc/hostname": {"bind": "/x", "mode": "ro"}}, detach=True)


def told(*answers):
    """The answers hold nothing of the secret."""
    for answer in answers:
        assert SECRET not in str(answer), str(answer)[:300]


def denied(word, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except APIError as error:
        assert error.status_code == 403 and word in str(error), error
        return
    raise AssertionError("it was allowed")


def absent(call, *arguments):
    try:
        call(*arguments)
    except NotFound:
        return
    raise AssertionError("it is there")


def named(client):
    return {one["Names"][0].lstrip("/") for one in client.api.containers(all=True)}


def monitor(web, vault):
    inspected = GATE.api.inspect_container(web.id)
    return {
        "lists containers": lambda: ({web.name, vault.name} <= named(GATE)),
        "reads their state": lambda: inspected["State"]["Running"],
        "reads usage": lambda: GATE.api.stats(web.id, stream=False)["memory_stats"],
        "reads about the host": lambda: GATE.info()["Containers"],
        "reads images": lambda: GATE.images.get("busybox").tags[0],
        "sees no variables": lambda: told(inspected, GATE.api.containers(all=True), GATE.api.inspect_image("busybox")),
        "that Docker does tell": lambda: SECRET in str(DAEMON.api.inspect_container(web.id)),
        "not logs": lambda: denied("ContainerLogs", web_of(GATE, web).logs),
        "not files": lambda: denied("ContainerArchive", web_of(GATE, web).get_archive, "/etc"),
        "not exec": lambda: denied("ContainerExec", web_of(GATE, web).exec_run, "env"),
        "not restart": lambda: denied("ContainerRestart", web_of(GATE, web).restart),
        "not create": lambda: denied("ContainerCreate", GATE.api.create_container, "busybox"),
    }


def traefik(web, vault):
    inspected = GATE.api.inspect_container(web.id)
    return {
        "lists what it routes": lambda: named(GATE) == {web.name},
        "reads its labels": lambda: inspected["Config"]["Labels"][LABEL] == "true",
        "reads its address": lambda: inspected["NetworkSettings"]["Networks"]["bridge"]["IPAddress"],
        "asks for the version": lambda: GATE.version()["ApiVersion"],
        "follows its events alone": lambda: events_of(web, vault),
        "sees no variables and mounts": lambda: told(inspected) or "hostname" not in str(inspected.get("Mounts")),
        "that Docker does tell": lambda: SECRET in str(DAEMON.api.inspect_container(web.id)),
        "not another": lambda: absent(GATE.api.inspect_container, vault.name),
        "not another by its ID": lambda: absent(GATE.api.inspect_container, vault.id),
        "not logs": lambda: denied("ContainerLogs", GATE.api.logs, web.id),
        "not stop": lambda: denied("ContainerStop", GATE.api.stop, web.id),
        "not exec": lambda: denied("ContainerExec", GATE.api.exec_create, web.id, "env"),
        "not images": lambda: denied("ImageList", GATE.images.list),
    }


def web_of(client, web):
    return client.containers.get(web.id)


def events_of(web, vault):
    for one in (vault, web):
        one.pause()
        one.unpause()
    seen = GATE.events(decode=True, since=1, until=int(time.time()) + 1)
    seen = [event for event in seen if event["Action"] in ("pause", "unpause")]
    names = {event["Actor"]["Attributes"]["name"] for event in seen}
    assert web.name in names and vault.name not in names, names


def main(preset):
    failed = 0
    web, vault = start("web", **{LABEL: "true"}), start("vault")
    try:
        for name, check in {"monitor": monitor, "traefik": traefik}[preset](web, vault).items():
            try:
                assert check() is not False, "it does not hold"
                print(f"ok   {preset} {name}")
            except Exception as error:  # whatever it is, the next check is worth a try
                failed += 1
                print(f"FAIL {preset} {name:26} ({type(error).__name__}: {error})".replace("\n", " "))
    finally:
        for one in (web, vault):
            one.remove(force=True)
    return failed


sys.exit(1 if main(sys.argv[1]) else 0)
