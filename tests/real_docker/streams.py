"""The gate under load: many followers, many streams, much data, a daemon that goes.

DIRECT=unix://... GATE=unix://... streams.py [WORD...]

GATE_PID        report the gate's memory, and hold it flat while data flows
FOLLOWERS 1000  idle `events` followers        STREAMS 200  attached `cat` containers
KIB 256         through each stream, both ways MIB 1024     through save and load
FLAT_MIB 64     memory that data may add       RESTART      a command that restarts
the daemon, such as `docker.sh restart NAME`; without it that check is skipped
"""

import contextlib
import hashlib
import json
import os
import resource
import ssl
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from harness import Failed, Memory, Skipped, size, skip, want, within
from rawhttp import answer, ask, connect, frames_of, once, read_head

RUN = f"dgt{os.getpid()}load"
DIRECT, GATE = os.environ["DIRECT"], os.environ["GATE"]
MIB = 1 << 20
LIMIT = 20


def daemon(method, path, body=None):
    """Straight to the daemon, and it must agree."""
    status, answered = once(method, path, json.dumps(body).encode() if body else b"", DIRECT)
    if status >= 400:
        raise Failed(f"{method} {path}: {status} {answered[:200]!r}")
    return json.loads(answered) if answered.strip() else None


def follow(stack, query):
    connection = stack.enter_context(connect(GATE))
    stream = stack.enter_context(connection.makefile("rb"))
    ask(connection, "GET", f"/events?{query}")
    want("a follower's status", 200, read_head(stream)[0])
    return connection, stream


def listeners():
    return daemon("GET", "/info")["NEventsListener"]


def followers(memory):
    """All get the one event that comes; when they go, the daemon knows."""
    count, before = size("FOLLOWERS", 1000), listeners()
    with contextlib.ExitStack() as stack:
        query = f'filters={{"volume":["{RUN}"]}}'.replace('"', "%22")
        streams = [follow(stack, query)[1] for _ in range(count)]
        within(LIMIT, "the daemon has all followers", lambda: listeners() >= before + count)
        daemon("POST", "/volumes/create", {"Name": RUN})
        for stream in streams:
            stream.readline()  # the chunk's size
            want("the event", "create", json.loads(stream.readline())["Action"])
    within(LIMIT, "the followers are gone at the daemon", lambda: listeners() <= before)
    return f"{count} followers"


def attach(stack, number):
    """A fresh container that runs `cat`, and our end of it."""
    wish = {
        "Image": "busybox", "Cmd": ["cat"], "OpenStdin": True, "StdinOnce": True, "AttachStdin": True,
        "HostConfig": {"NetworkMode": "none"},
    }
    container = daemon("POST", f"/containers/create?name={RUN}-{number}", wish)["Id"]
    connection = stack.enter_context(connect(GATE))
    stream = stack.enter_context(connection.makefile("rb"))
    ask(connection, "POST", f"/containers/{container}/attach?stream=1&stdin=1&stdout=1",
        Connection="Upgrade", Upgrade="tcp")
    want("attach", 101, read_head(stream)[0])
    daemon("POST", f"/containers/{container}/start")
    return connection, stream


def send(connection, data):
    for at in range(0, len(data), 8192):
        connection.sendall(data[at : at + 8192])


def heard(stream, wanted):
    """The digest of that many bytes of payload."""
    digest, came = hashlib.sha256(), 0
    for payload in frames_of(stream):
        digest.update(payload)
        came += len(payload)
        if came >= wanted:
            break
    return digest.hexdigest()


def echo(end):
    connection, stream = end
    data = os.urandom(size("KIB", 256) << 10)
    if isinstance(connection, ssl.SSLSocket):
        return echo_in_turns(connection, stream, data)
    writer = threading.Thread(target=send, args=(connection, data), daemon=True)
    writer.start()
    want("what came back", hashlib.sha256(data).hexdigest(), heard(stream, len(data)))


def echo_in_turns(connection, stream, data):
    """One TLS connection is not for two threads at once."""
    for at in range(0, len(data), 8192):
        part = data[at : at + 8192]
        connection.sendall(part)
        want("what came back", hashlib.sha256(part).hexdigest(), heard(stream, len(part)))


def attached(memory):
    """All streams open at once, then all busy at once."""
    count = size("STREAMS", 200)
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(count) as busy, ThreadPoolExecutor(4) as few:
        ends = list(few.map(lambda number: attach(stack, number), range(count)))
        list(busy.map(echo, ends))
    return f"{count} streams of {size('KIB', 256)} KiB"


def docker(*words, address=GATE, **kwargs):
    at = {**os.environ, "DOCKER_HOST": address}
    if address == DIRECT:
        at.pop("DOCKER_TLS_VERIFY", None)
    done = subprocess.run(["docker", *words], env=at, stderr=subprocess.PIPE, **kwargs)
    if done.returncode:
        raise Failed(f"docker {words[0]}: {done.stderr.decode().strip()[-200:]}")
    return done


def noise(path, mib):
    with open(path, "wb") as file:
        for _ in range(mib):
            file.write(os.urandom(MIB))


def digests_of(path):
    """Of every file in a tar: the daemon dates some of its folders by now."""
    with tarfile.open(path) as tar:
        return {
            member.name: hashlib.file_digest(tar.extractfile(member), "sha256").hexdigest()
            for member in tar
            if member.isfile()
        }


def heavy_image(at, mib):
    """Its one big file goes up through the gate, too."""
    noise(f"{at}/noise", mib)
    daemon("POST", f"/containers/create?name={RUN}-heavy", {"Image": "busybox", "Cmd": ["true"]})
    docker("cp", "-q", f"{at}/noise", f"{RUN}-heavy:/noise")
    os.unlink(f"{at}/noise")
    return daemon("POST", f"/commit?container={RUN}-heavy&repo={RUN}&tag=heavy")["Id"]


def heavy(memory):
    """Saved through the gate and straight: the same bytes; loaded: the same image."""
    mib = size("MIB", 1024)
    with tempfile.TemporaryDirectory() as at:
        image = heavy_image(at, mib)
        docker("save", "-o", f"{at}/gate.tar", f"{RUN}:heavy")
        docker("save", "-o", f"{at}/direct.tar", f"{RUN}:heavy", address=DIRECT)
        want("the saved bytes", digests_of(f"{at}/direct.tar"), digests_of(f"{at}/gate.tar"))
        daemon("DELETE", f"/images/{RUN}:heavy")
        docker("load", "-q", "-i", f"{at}/gate.tar", stdout=subprocess.DEVNULL)
    want("the loaded image", image, daemon("GET", f"/images/{RUN}:heavy/json")["Id"])
    memory.stays_flat()
    return f"{mib} MiB up, saved, loaded"


def try_once():
    """Status and seconds of one request through the gate; no status: no answer."""
    began = time.monotonic()
    try:
        status = once("GET", "/info", address=GATE)[0]
    except (OSError, IndexError, ValueError):
        status = None
    return status, time.monotonic() - began


def statuses_during(command):
    seen, slowest = [], 0.0
    restarting = subprocess.Popen(command, shell=True, stdout=subprocess.DEVNULL)
    while restarting.poll() is None:
        status, took = try_once()
        seen, slowest = seen + [status], max(slowest, took)
        time.sleep(0.1)
    want("the restart's exit", 0, restarting.returncode)
    return seen, slowest


def ends(stream, seconds):
    """Whether the stream is over, one way or the other, by then."""

    def read_to_end():
        with contextlib.suppress(OSError):
            stream.read()

    drain = threading.Thread(target=read_to_end, daemon=True)
    drain.start()
    drain.join(seconds)
    return not drain.is_alive()


def restart(memory):
    """Clients get an error soon, and what comes after just works."""
    command = os.environ.get("RESTART") or skip("RESTART is not given")
    with contextlib.ExitStack() as stack:
        _, follower = follow(stack, "")
        idle = stack.enter_context(connect(GATE))
        seen, slowest = statuses_during(command)
        want("an old follower ends", True, ends(follower, LIMIT))
        want("requests right after", {200}, {try_once()[0] for _ in range(20)})
        still_serves(idle)
    if slowest > 10:
        raise Failed(f"a request took {slowest:.1f} s while the daemon was away")
    return f"meanwhile {summary(seen)}, slowest {slowest:.1f} s"


def still_serves(idle):
    """A client that connected before, to a gate that outlives its daemon."""
    if GATE == DIRECT:
        return
    with idle.makefile("rb") as stream:
        ask(idle, "GET", "/info")
        want("an old connection", 200, answer(stream)[0])


def summary(statuses):
    return ", ".join(f"{statuses.count(s)}x {s or 'no answer'}" for s in sorted(set(statuses), key=str))


def sweep():
    named = json.dumps({"name": [RUN]}).replace('"', "%22").replace(" ", "")
    containers = [row["Id"] for row in daemon("GET", f"/containers/json?all=1&filters={named}")]
    with ThreadPoolExecutor(4) as few:
        list(few.map(lambda one: once("DELETE", f"/containers/{one}?force=1", address=DIRECT), containers))
    once("DELETE", f"/volumes/{RUN}", address=DIRECT)
    once("DELETE", f"/images/{RUN}:heavy?force=1", address=DIRECT)


def judge(check):
    memory = Memory()
    try:
        word, detail = "ok", check(memory)
    except Skipped as skipped:
        word, detail = "SKIP", str(skipped)
    except (Failed, OSError, ValueError, IndexError) as failed:
        word, detail = "FAIL", f"{type(failed).__name__}: {failed}"
    finally:
        sweep()
    told = "; ".join(part for part in (detail, memory.report()) if part)
    print(f"{word:4} {check.__name__:26} ({told})", flush=True)
    return word


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.environ["DOCKER_HOST"] = GATE
    for name in ("TLS_VERIFY", "CERT_PATH"):
        if value := os.environ.get(f"GATE_{name}"):
            os.environ[f"DOCKER_{name}"] = value
    wanted = [c for c in (followers, attached, heavy, restart) if not sys.argv[1:] or c.__name__ in sys.argv[1:]]
    words = [judge(check) for check in wanted]
    print(f"{words.count('ok')} passed, {words.count('FAIL')} failed")
    sys.exit("FAIL" in words)


main()
