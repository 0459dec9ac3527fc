"""What the live checks in Python share: requests over a Unix socket, a gate, lines for the harness."""
import http.client
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
import time

# A request that should have been refused may turn out to be a stream without an end.
PATIENCE = 20


class Unix(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("docker", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


def ask(path, method, target, body=None, kind="application/json"):
    """The status, and the body as JSON where it is."""
    connection = Unix(path)
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    connection.request(method, target, body, {"Content-Type": kind} if body is not None else {})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    try:
        return answer.status, json.loads(data.decode())
    except ValueError:
        return answer.status, data


def as_user(uid, work):
    """What `work` returns in a process of this user."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgid(uid)
            os.setuid(uid)
            result = work()
        except Exception as error:  # whatever it is, this process must not go on as its parent
            result = (0, f"{error!r}")
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(result, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(data)


def docker_cli():
    """The client under test: the machine's own, else an unpacked one."""
    unpacked = [f"/opt/docker{version}/usr/bin/docker" for version in (26, 28, 20)]
    return shutil.which("docker") or next(path for path in unpacked if os.path.exists(path))


def start_gate(folder, policy, upstream):
    """The socket of a gate under this policy, and its process."""
    os.makedirs(folder)
    gate, file = os.path.join(folder, "gate.sock"), os.path.join(folder, "policy.yaml")
    with open(file, "w", encoding="utf-8") as out:
        out.write(policy)
    arguments = [os.environ["DOCKGATE_BIN"], "serve", "--policy", file, "--listen", gate, "--upstream", upstream]
    with open(os.path.join(folder, "log"), "w", encoding="utf-8") as log:
        process = subprocess.Popen(arguments, stderr=log)
    for _ in range(100):
        if os.path.exists(gate):
            return gate, process
        time.sleep(0.1)
    process.kill()
    with open(os.path.join(folder, "log"), encoding="utf-8") as log:
        raise SystemExit(f"the gate does not start: {log.read()}")


class Checks:
    """Lines for the harness."""

    def __init__(self, part):
        self.part, self.passed, self.failed = part, 0, 0

    def line(self, name, fine, why=""):
        print(f"{'ok' if fine else 'FAIL':4} {self.part}: {name:24} {'' if fine else f'({why})'}", flush=True)
        if fine:
            self.passed += 1
        else:
            self.failed += 1

    def status(self, name, got, wanted):
        self.line(name, got[0] == wanted, f"{got[0]} and not {wanted}: {str(got[1])[:200]}")

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(self.failed != 0)


class Gate:
    """A gate before the daemon, under one policy."""

    def __init__(self, policy, mode="0600"):
        self.direct = os.environ["DIRECT"].removeprefix("unix://")
        self.folder = tempfile.mkdtemp()
        os.chmod(self.folder, 0o755)
        self.path = os.path.join(self.folder, "gate.sock")
        with open(os.path.join(self.folder, "policy.yaml"), "w", encoding="utf-8") as file:
            file.write(policy)
        with open(os.path.join(self.folder, "dockgate.yaml"), "w", encoding="utf-8") as file:
            listener = {"socket": self.path, "mode": mode, "policy": "policy.yaml"}
            json.dump({"upstream": self.direct, "listen": [listener]}, file)
        arguments = [os.environ["DOCKGATE_BIN"], "serve", "--config", os.path.join(self.folder, "dockgate.yaml")]
        with open(os.path.join(self.folder, "log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(arguments, stderr=log)
        for _ in range(100):
            if os.path.exists(self.path):
                return
            time.sleep(0.1)
        raise SystemExit("the gate does not start")

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as log:
            return log.read()

    def end(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
