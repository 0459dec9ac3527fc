"""What is compared: the bare socket, HAProxy as people run it, dockgate."""

import os
import shutil
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .process import running

HERE = Path(__file__).parent
READY_SECONDS = 10
PING = b"GET /_ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
SWITCHES = ("CONTAINERS", "EVENTS", "IMAGES", "BUILD", "PING", "POST", "VERSION")


@dataclass
class Server:
    """Something that answers on a socket; without a pid there is no proxy to be measured."""

    path: str
    pid: int | None = None


@dataclass
class Bench:
    """Where a run happens: its scratch folder, its cores, its upstream."""

    folder: Path
    cores: str
    tool: str

    @property
    def upstream(self):
        return str(self.folder / "upstream.sock")

    @contextmanager
    def serve(self, name, command, path, env=None):
        """Runs a server until the block ends; enters the block once it answers."""
        log = self.folder / f"{name}.log"
        Path(path).unlink(missing_ok=True)
        with running(command, self.cores, log, env) as child:
            wait_until_ready(child, path, log)
            yield Server(path, child.pid)

    def requests_upstream(self):
        """How many requests the upstream has had so far, but for these questions."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.upstream)
            connection.sendall(b"GET /count HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return int(connection.recv(4096).rsplit(b"\r\n", 1)[1])

    def serve_upstream(self):
        return self.serve("upstream", [self.tool, "upstream", self.upstream], self.upstream)


class Direct:
    """No proxy at all: what the machine, the client and the upstream cost."""

    name = "direct"

    def missing(self):
        return None

    @contextmanager
    def serve(self, bench, policy):
        yield Server(bench.upstream)


class Haproxy:
    """The usual configuration; it knows no policies, so both are the same to it."""

    name = "haproxy"

    def missing(self):
        return None if shutil.which("haproxy") else "haproxy is not installed"

    def serve(self, bench, policy):
        path = str(bench.folder / "haproxy.sock")
        switches = dict.fromkeys(SWITCHES, "1")
        env = {**os.environ, **switches, "GATE": path, "UPSTREAM": bench.upstream}
        command = ["haproxy", "-f", str(HERE / "haproxy.cfg")]
        return bench.serve(self.name, command, path, env)


class Dockgate:
    """The gate, under the policy that the workload needs."""

    name = "dockgate"

    def __init__(self, binary):
        self.binary = binary

    def missing(self):
        return None if shutil.which(self.binary) else f"`{self.binary}` does not exist"

    def serve(self, bench, policy):
        path = str(bench.folder / "dockgate.sock")
        command = [self.binary, "serve", "--policy", str(HERE.parent / policy)]
        command += ["--listen", path, "--upstream", bench.upstream]
        return bench.serve(self.name, command, path)


def wait_until_ready(child, path, log):
    """Returns once a ping is answered."""
    deadline = time.monotonic() + READY_SECONDS
    while not answers(path):
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{log.stem} does not answer:\n{tail(log)}")
        time.sleep(0.02)


def answers(path):
    try:
        ping(path).close()
    except OSError:
        return False
    return True


def ping(path):
    """An open connection that has been answered once."""
    stream = socket.socket(socket.AF_UNIX)
    try:
        stream.settimeout(READY_SECONDS)
        stream.connect(path)
        stream.sendall(PING)
        if not stream.recv(4096).startswith(b"HTTP/1.1 200"):
            raise ConnectionError("a ping was refused")
    except OSError:
        stream.close()
        raise
    return stream


def tail(log):
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
