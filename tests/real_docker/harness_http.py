"""What the scripts in Python share: plain HTTP over a socket, a gate of one's own, lines for checks."""
import http.client
import json
import os
import shutil
import socket
import subprocess
import time


class Unix(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("docker", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


def ask(path, method, target, body=None):
    """The status and the body, as JSON where it is."""
    connection = Unix(path)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, target, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    try:
        return answer.status, json.loads(data)
    except ValueError:
        return answer.status, data


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

    def __init__(self, of):
        self.of, self.passed, self.failed = of, 0, 0

    def line(self, name, fine, why=""):
        print(f"{'ok' if fine else 'FAIL':4} {self.of}: {name:24} {'' if fine else f'({why})'}", flush=True)
        if fine:
            self.passed += 1
        else:
            self.failed += 1
