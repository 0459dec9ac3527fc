"""The calls of tests/presets/replayed.txt, on a live dockerd, under the presets as they are.

    DOCKGATE_BIN=... DIRECT=unix:///DIR/docker.sock replayed.py [PRESET...]

Each preset has a gate of its own and a scene of its own: W with its label, V without, a network and a volume. Each row
is a request, and STATUS what has to come back. Nothing else may use the daemon meanwhile.
"""

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ROWS = PROJECT / "tests/presets/replayed.txt"
CASTS = ("label", "name", "network", "volume")
# the first bytes of an answer come within this, or the row has failed
PATIENCE = 20
RUN = f"dgtr{os.getpid()}"


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("docker", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


def ask(path, method, target, body=""):
    """The status of an answer, and what it says; of a stream no more than its head."""
    connection = Unix(path)
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request(method, target, body=body or None, headers=headers)
    answer = connection.getresponse()
    said = answer.read() if answer.length or answer.status >= 400 or answer.status == 201 else b""
    connection.close()
    return answer.status, said


def replays():
    found = {}
    for row in ROWS.read_text().splitlines():
        if row and not row.startswith("#"):
            preset, *call = (row.split(" ", 4) + [""])[:5]
            found.setdefault(preset, []).append(call)
    return found


class Scene:
    """What a preset's calls are about, made past the gate and removed past it."""

    def __init__(self, direct, calls):
        self.direct = direct
        casts = {call[0]: call[1] for call in calls if call[0] in CASTS}
        self.label = casts.get("label")
        self.names = {"W": casts.get("name", f"{RUN}-w"), "V": f"{RUN}-v", "ID": ""}
        self.names |= {"N": casts.get("network", f"{RUN}-n"), "D": casts.get("volume", f"{RUN}-d")}

    def docker(self, *words, must=True):
        return subprocess.run(["docker", "-H", self.direct, *words], check=must, capture_output=True, text=True).stdout

    def labels(self):
        return ["--label", self.label] if self.label else []

    def __enter__(self):
        self.ids = set(self.everything())
        for kind, word in (("network", "N"), ("volume", "D")):
            self.docker(kind, "create", *self.labels(), self.names[word])
        self.run("W", *self.labels())
        self.run("V")
        return self

    def run(self, word, *more):
        self.docker("run", "-d", "--stop-signal", "KILL", "--name", self.names[word], *more, "busybox", "sleep", "600")

    def everything(self):
        lists = (("container", "ls", "-aq", "--no-trunc"), ("network", "ls", "-q", "--no-trunc"), ("volume", "ls", "-q"))
        for kind, *words in lists:
            yield from ((kind, found) for found in self.docker(kind, *words).split())

    def __exit__(self, *_):
        left = [thing for thing in self.everything() if thing not in self.ids]
        for kind, found in sorted(left):  # containers first
            self.docker(kind, "rm", "-f", found, must=False)

    def played(self, text):
        return re.sub(r"[A-Za-z0-9]+", lambda word: self.names.get(word[0], word[0]), text)

    def after(self, target, said):
        """What later rows go by: the Id that was told, and W under its name."""
        with contextlib.suppress(ValueError, TypeError, KeyError):
            self.names["ID"] = json.loads(said)["Id"]
        if "/rename?" in target:
            self.docker("rename", self.names["W"] + "-renamed", self.names["W"])


@contextlib.contextmanager
def gate(preset, direct, folder):
    configuration = Path(folder, "dockgate.yaml")
    at = str(Path(folder, "gate.sock"))
    policy = PROJECT / f"policies/tools/{preset}.yaml"
    listen = f'  - {{ socket: {at}, mode: "0600", policy: {policy}, host_path: {at} }}\n'
    configuration.write_text(f"upstream: {direct.removeprefix('unix://')}\nlisten:\n{listen}")
    with open(Path(folder, "gate.log"), "w") as log:
        serving = subprocess.Popen([os.environ["DOCKGATE_BIN"], "serve", "--config", configuration], stderr=log)
    try:
        while not os.path.exists(at) and serving.poll() is None:
            time.sleep(0.02)
        yield at
    finally:
        serving.terminate()
        serving.wait()


def wrong(status, got, said):
    """Why this answer is not what the row says, or nothing."""
    by_gate = b'"dockgate: ' in said
    if status == "403" and not by_gate:
        return f"{got}, and not by the gate: {said[:200]}"
    if status == "-":
        return f"{got}: {said[:200]}" if by_gate else None
    return None if str(got) == status else f"{got}: {said[:200]}"


def replay(preset, calls, direct):
    failed = []
    with tempfile.TemporaryDirectory() as folder, Scene(direct, calls) as scene, gate(preset, direct, folder) as at:
        for status, method, target, body in (call for call in calls if call[0] not in CASTS):
            sent, carried = scene.played(target), scene.played(body)
            got, said = ask(at, method, sent, carried)
            if why := wrong(status, got, said):
                failed.append(f"{status} {method} {target} {body}: {why}")
            scene.after(target, said)
    return failed


def main():
    direct, failures = os.environ["DIRECT"], 0
    chosen = sys.argv[1:]
    for preset, calls in replays().items():
        if chosen and preset not in chosen:
            continue
        failed = replay(preset, calls, direct)
        print(f"{'FAIL' if failed else 'ok  '} {preset}", *failed, sep="\n     ", flush=True)
        failures += bool(failed)
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
