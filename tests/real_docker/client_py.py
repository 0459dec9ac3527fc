"""docker-py through the gate: what cli.sh does, as a Python program does it.

GATE=unix://... client_py.py [WORD...]     (pip install docker; busybox imported)
GATE=tcp://127.0.0.1:PORT GATE_CERT_PATH=DIR ... for mutual TLS

Each check asserts what must come; a WORD keeps the checks whose name has it.
"""

import io
import os
import signal
import sys
import tarfile
import threading
import time

import docker
from docker.errors import BuildError, ContainerError, ImageNotFound, NotFound

LIMIT = int(os.environ.get("LIMIT", "60"))
RUN = os.environ.get("RUN", f"dgt{os.getpid()}py")
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def connect():
    tls = None
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        os.environ.pop(name, None)  # they would win over the certificates given here
    if at := os.environ.get("GATE_CERT_PATH"):
        tls = docker.tls.TLSConfig(
            client_cert=(f"{at}/cert.pem", f"{at}/key.pem"), ca_cert=f"{at}/ca.pem", verify=True
        )
    return docker.DockerClient(base_url=os.environ["GATE"], tls=tls, timeout=LIMIT)


def want(wanted, got):
    if wanted != got:
        raise AssertionError(f"wanted `{wanted}`, got `{got}`")


def raises(error, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except error as raised:
        return raised
    raise AssertionError(f"no {error.__name__}")


def sleeper(client, **kwargs):
    return client.containers.run("busybox", "sleep 300", detach=True, name=f"{RUN}-sleeper", **kwargs)


def tar_of(name, data):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return packed.getvalue()


@check
def version(client):
    want(True, client.ping())
    want("linux", client.version()["Os"])


@check
def run(client):
    want(b"said\n", client.containers.run("busybox", "echo said", remove=True))


@check
def run_fails(client):
    error = raises(ContainerError, client.containers.run, "busybox", "sh -c 'exit 3'", remove=True)
    want(3, error.exit_status)


@check
def inspect_and_list(client):
    container = sleeper(client, labels=[RUN])
    want([container.id], [c.id for c in client.containers.list(filters={"label": RUN})])
    want("running", client.containers.get(container.name).status)
    raises(NotFound, client.containers.get, f"{RUN}-none")


@check
def logs(client):
    container = client.containers.create("busybox", "sh -c 'echo out; echo err >&2'", name=f"{RUN}-logs")
    container.start()
    want(0, container.wait()["StatusCode"])
    want((b"out\n", b"err\n"), (container.logs(stderr=False), container.logs(stdout=False)))


@check
def logs_follow(client):
    container = client.containers.run(
        "busybox", "sh -c 'for i in 1 2 3; do echo $i; sleep 0.3; done'", detach=True, name=f"{RUN}-logs"
    )
    want(b"1\n2\n3\n", b"".join(container.logs(stream=True, follow=True)))


@check
def attach_stream(client):
    container = client.containers.create("busybox", "sh -c 'sleep 1; echo late'", name=f"{RUN}-attach")
    stream = container.attach(stream=True)
    container.start()
    want(b"late\n", b"".join(stream))


@check
def attach_socket(client):
    """A hijacked stream of docker-py's own making, both ways."""
    container = client.containers.create("busybox", "head -n1", stdin_open=True, name=f"{RUN}-socket")
    stream = client.api.attach_socket(container.id, params={"stdin": 1, "stdout": 1, "stream": 1})
    container.start()
    raw = getattr(stream, "_sock", stream)
    raw.sendall(b"said\n")
    heard = b""
    while data := raw.recv(4096):
        heard += data
    want(b"said\n", heard[8:])


@check
def exec_run(client):
    container = sleeper(client)
    want((4, b"said\n"), tuple(container.exec_run("sh -c 'echo said; exit 4'")))
    want((b"out\n", b"err\n"), container.exec_run("sh -c 'echo out; echo err >&2'", demux=True).output)
    want(b"said\n", b"".join(container.exec_run("echo said", stream=True).output))


@check
def exec_socket(client):
    started = sleeper(client).exec_run("head -n1", stdin=True, socket=True).output
    raw = getattr(started, "_sock", started)
    raw.sendall(b"said\n")
    want(b"said\n", raw.recv(4096)[8:])


@check
def archives(client):
    container = sleeper(client)
    data = os.urandom(3_000_000)
    want(True, container.put_archive("/tmp", tar_of("noise", data)))
    chunks, stat = container.get_archive("/tmp/noise")
    want(len(data), stat["size"])
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
        want(data, tar.extractfile("noise").read())


@check
def life(client):
    container = sleeper(client)
    container.pause()
    container.unpause()
    container.rename(f"{RUN}-renamed")
    container.update(restart_policy={"Name": "on-failure", "MaximumRetryCount": 2})
    want(True, any("sleep" in " ".join(row) for row in container.top()["Processes"]))
    want(True, "read" in container.stats(stream=False))
    container.restart(timeout=0)
    container.kill()
    want(137, container.wait()["StatusCode"])
    container.remove()
    raises(NotFound, container.reload)


@check
def images(client):
    image = client.images.get("busybox")
    want(True, image.tag(RUN, "tagged"))
    want([f"{RUN}:tagged"], [t for i in client.images.list(RUN) for t in i.tags if t.startswith(RUN)])
    client.images.remove(f"{RUN}:tagged")
    raises(ImageNotFound, client.images.get, f"{RUN}:tagged")


@check
def build(client):
    dockerfile = io.BytesIO(b"FROM busybox\nRUN echo built > /word\n")
    image, _ = client.images.build(fileobj=dockerfile, tag=f"{RUN}:built", rm=True)
    want(b"built\n", client.containers.run(image.id, "cat /word", remove=True))


@check
def build_fails(client):
    dockerfile = io.BytesIO(b"FROM busybox\nRUN exit 23\n")
    error = raises(BuildError, client.images.build, fileobj=dockerfile, tag=f"{RUN}:bad", rm=True)
    want(True, "23" in error.msg)


@check
def save_and_load(client):
    container = sleeper(client)
    container.put_archive("/", tar_of("noise", os.urandom(1_000_000)))
    image = container.commit(RUN, "kept")
    saved = b"".join(client.images.get(f"{RUN}:kept").save(named=True))
    client.images.remove(f"{RUN}:kept")
    want([image.id], [loaded.id for loaded in client.images.load(saved)])


@check
def export(client):
    container = client.containers.create("busybox", "true", name=f"{RUN}-export")
    packed = io.BytesIO(b"".join(container.export()))
    with tarfile.open(fileobj=packed) as tar:
        want(True, "bin/busybox" in tar.getnames())


@check
def networks(client):
    network = client.networks.create(f"{RUN}-network", driver="bridge")
    container = sleeper(client)
    network.connect(container, aliases=["other"])
    network.reload()
    want([container], network.containers)
    network.disconnect(container)
    network.remove()
    want([], client.networks.list(names=[f"{RUN}-network"]))


@check
def volumes(client):
    volume = client.volumes.create(f"{RUN}-volume", labels={"of": RUN})
    want([volume], client.volumes.list(filters={"label": f"of={RUN}"}))
    client.containers.run("busybox", "touch /at/kept", volumes={volume.name: {"bind": "/at"}}, remove=True)
    volume.remove()
    raises(NotFound, client.volumes.get, volume.name)


@check
def events(client):
    """Live, then closed from another thread: the reader must come back."""
    heard = []
    stream = client.events(decode=True, filters={"volume": f"{RUN}-told"})
    reader = threading.Thread(target=lambda: heard.extend(e["Action"] for e in stream), daemon=True)
    reader.start()
    time.sleep(0.5)
    client.volumes.create(f"{RUN}-told").remove()
    time.sleep(0.5)
    stream.close()
    reader.join(5)
    want((["create", "destroy"], False), (heard, reader.is_alive()))


def sweep(client):
    for container in client.containers.list(all=True, filters={"name": RUN}):
        container.remove(force=True, v=True)
    for network in client.networks.list(names=[RUN]):
        network.remove()
    for volume in client.volumes.list(filters={"name": RUN}):
        volume.remove(force=True)
    for image in client.images.list(RUN):
        for tag in image.tags:
            if tag.startswith(RUN):
                client.images.remove(tag, force=True)


def give_up(*_):
    raise TimeoutError(f"still running after {LIMIT} s")


def judge(function):
    signal.alarm(LIMIT)
    try:
        with_client(function)
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    finally:
        signal.alarm(0)
    return None


def with_client(function):
    client = connect()
    try:
        function(client)
    finally:
        sweep(client)
        client.close()


def main():
    signal.signal(signal.SIGALRM, give_up)
    passed = failed = 0
    for function in CHECKS:
        if sys.argv[1:] and not any(word in function.__name__ for word in sys.argv[1:]):
            continue
        why = judge(function)
        print(f"{'FAIL' if why else 'ok':4} {function.__name__:26} {f'({why})' if why else ''}", flush=True)
        passed, failed = passed + (not why), failed + bool(why)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
