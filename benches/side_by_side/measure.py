"""One round: everything that is measured about one target."""

import json
import re
import select
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass

from .process import cpu_seconds, resident_mb
from .targets import ping

GIB = 1 << 30
LOAD_SECONDS = 60
IDLE_CONNECTIONS = 1000
TRACED_REQUESTS = 2000
DOZEN, EVERYTHING, TARGETS = "policy.yaml", "everything.yaml", "targets.yaml"


@dataclass(frozen=True)
class Workload:
    """A row of what is asked; the name of its metrics starts with the title, or else the path."""

    path: str
    policy: str
    connections: int
    requests: int
    requests_quick: int
    bytes: int = 0
    bytes_quick: int = 0
    gives: str = "throughput"
    title: str = ""

    def sized(self, quick):
        return (self.requests_quick, self.bytes_quick) if quick else (self.requests, self.bytes)


WORKLOADS = [
    Workload("ping", DOZEN, 16, 60_000, 25_000),
    Workload("list", DOZEN, 16, 40_000, 20_000),
    Workload("one-connection-per-request", DOZEN, 16, 40_000, 20_000),
    Workload("ping", DOZEN, 1, 20_000, 8_000, gives="latency"),
    Workload("create", DOZEN, 16, 40_000, 20_000, title="judged create"),
    Workload("large-create", DOZEN, 4, 400, 200, title="judged create of 1 MiB"),
    Workload("stop", DOZEN, 16, 40_000, 20_000),
    Workload("stop", DOZEN, 1, 20_000, 8_000, gives="latency"),
    Workload("stop", TARGETS, 16, 40_000, 20_000, title="stop by label"),
    Workload("stop", TARGETS, 1, 20_000, 8_000, gives="latency", title="stop by label"),
    Workload("stop-by-id", TARGETS, 16, 40_000, 20_000, title="stop by label and ID"),
    Workload("stop-by-id", TARGETS, 1, 20_000, 8_000, gives="latency", title="stop by label and ID"),
    Workload("list", TARGETS, 16, 40_000, 20_000, title="list by label"),
    Workload("create", EVERYTHING, 16, 40_000, 20_000),
    Workload("large-create", EVERYTHING, 4, 400, 200, title="create of 1 MiB"),
    Workload("download", EVERYTHING, 1, 1, 1, GIB, GIB // 2, gives="stream"),
    Workload("upload", EVERYTHING, 1, 1, 1, GIB, GIB // 2, gives="stream"),
]

# Where the gate may ask the daemon what a request is about.
COUNTED = ["stop", "stop-by-id", "list"]
TRACED = ["ping", "list", "one-connection-per-request"]


def measure_round(bench, target, quick):
    """Every metric of one target, each policy in a process of its own."""
    values = {}
    for policy in (DOZEN, TARGETS, EVERYTHING):
        workloads = [workload for workload in WORKLOADS if workload.policy == policy]
        with target.serve(bench, policy) as server:
            idle = memory(server, "idle")
            warm_up(bench, server, workloads)
            for workload in workloads:
                values |= measure(bench, server, workload, quick)
            if policy == DOZEN:
                values |= idle | memory(server, "after load") | idle_connections(server)
    return values


def warm_up(bench, server, workloads):
    for path in {workload.path for workload in workloads}:
        if path not in ("download", "upload", "large-create"):
            load(bench, server, path, connections=16, requests=1000)


def measure(bench, server, workload, quick):
    """Runs a workload; its metrics, or none if anything failed."""
    requests, size = workload.sized(quick)
    before, asked = (cpu_seconds(server.pid) if server.pid else 0), bench.requests_upstream()
    outcome = load(bench, server, workload.path, workload.connections, requests, size)
    used = cpu_seconds(server.pid) - before if server.pid else None
    asked = bench.requests_upstream() - asked
    if outcome["errors"]:
        shout(f"{outcome['errors']} of {requests} `{workload.title or workload.path}` failed: not counted")
        return {}
    title = workload.title or workload.path
    metrics = METRICS[workload.gives](title, outcome, used, requests, size)
    if workload.path in COUNTED and workload.gives == "throughput":
        metrics[f"{title}: daemon calls per request"] = asked / requests
    return metrics


def throughput(path, outcome, used, requests, _):
    metrics = {f"{path}: requests/s": outcome["requests_per_second"]}
    if used is not None:
        metrics[f"{path}: CPU s per 100,000 requests"] = used / requests * 100_000
    return metrics


def latency(path, outcome, *_):
    return {
        f"{path} at one connection: p50 µs": outcome["p50_us"],
        f"{path} at one connection: p99 µs": outcome["p99_us"],
    }


def stream(path, outcome, used, _, size):
    metrics = {f"{path}: MiB/s": size / outcome["seconds"] / (1 << 20)}
    if used is not None:
        metrics[f"{path}: CPU s per GiB"] = used / size * GIB
    return metrics


METRICS = {"throughput": throughput, "latency": latency, "stream": stream}


def load(bench, server, path, connections, requests, size=0):
    """What the load generator reports; it shows the first error itself."""
    command = ["taskset", "-c", bench.cores, bench.tool, "load", server.path, "--path", path]
    command += ["--connections", str(connections), "--requests", str(requests)]
    if size:
        command += ["--bytes", str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=LOAD_SECONDS, check=True)
    return json.loads(done.stdout)


def memory(server, when):
    return {f"memory {when}: MB": resident_mb(server.pid)} if server.pid else {}


def idle_connections(server):
    """Memory while connections that were used once are kept open."""
    if not server.pid:
        return {}
    with ExitStack() as held:
        try:
            for _ in range(IDLE_CONNECTIONS):
                held.enter_context(ping(server.path))
        except OSError as error:
            shout(f"{IDLE_CONNECTIONS} connections cannot be held open: {error}")
            return {}
        return memory(server, f"with {IDLE_CONNECTIONS:,} idle connections")


def count_system_calls(bench, target):
    """System calls per request at one connection; a count, so once is enough."""
    if not shutil.which("strace"):
        return {}
    with target.serve(bench, DOZEN) as server:
        if not server.pid:
            return {}
        warm_up(bench, server, WORKLOADS[:1])
        return {f"{path}: system calls": traced(bench, server, path) for path in TRACED}


def traced(bench, server, path):
    """Follows the proxy's threads while it serves a fixed number of requests."""
    report = bench.folder / "strace"
    command = ["strace", "-c", "-f", "-U", "calls,name", "-o", str(report), "-p", str(server.pid)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        if not attached(tracer):
            shout("strace cannot attach: system calls are not counted")
            return None
        load(bench, server, path, connections=1, requests=TRACED_REQUESTS)
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=LOAD_SECONDS)
    total = re.search(r"^\s*(\d+) total$", report.read_text(), re.MULTILINE)
    return int(total[1]) / TRACED_REQUESTS if total else None


def attached(tracer):
    ready, _, _ = select.select([tracer.stderr], [], [], 10)
    return bool(ready) and "attached" in tracer.stderr.readline()


def shout(message):
    print(f"benches: !!! {message}", file=sys.stderr)
