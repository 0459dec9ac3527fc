"""Runs the rounds and prints what came of them; `run.sh` sets up what this needs."""

import argparse
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from side_by_side.measure import count_system_calls, measure_round, shout
from side_by_side.report import summarise, table, write_json
from side_by_side.targets import Bench, Direct, Dockgate, Haproxy

ROUNDS, ROUNDS_QUICK = 5, 3
LIMIT_SECONDS, LIMIT_SECONDS_QUICK = 590, 170


def main():
    options = arguments()
    limit = LIMIT_SECONDS_QUICK if options.quick else LIMIT_SECONDS
    end_in_time(limit)
    deadline = time.monotonic() + limit
    allow_many_descriptors()
    targets = present([Direct(), Haproxy(), Dockgate(os.environ["DOCKGATE_BIN"])])
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder), options.cores, os.environ["BENCH_TOOL"])
        with bench.serve_upstream():
            rounds = run(bench, targets, options.quick, deadline)
    summary = summarise(rounds)
    print(table(summary, [target.name for target in targets]))
    if options.json:
        write_json(options.json, about(options, rounds), summary, rounds)


def run(bench, targets, quick, deadline):
    """The rounds, interleaved; the counts, which need no repetition, join the first."""
    counts = {target.name: count_system_calls(bench, target) for target in targets}
    rounds = []
    for number in range(ROUNDS_QUICK if quick else ROUNDS):
        began = time.monotonic()
        rounds.append(one_round(bench, turned(targets, number), quick))
        took = time.monotonic() - began
        print(f"benches: round {number + 1} took {took:.0f} s", file=sys.stderr)
        if time.monotonic() + 1.5 * took > deadline:
            shout("no time is left for another round")
            break
    for name, values in rounds[0].items():
        values |= counts[name]
    return rounds


def one_round(bench, targets, quick):
    return {target.name: measure_round(bench, target, quick) for target in targets}


def turned(targets, number):
    """Each round starts with another target, so that none is always first."""
    start = number % len(targets)
    return targets[start:] + targets[:start]


def present(targets):
    """The targets that can be run; the others are named loudly."""
    for target in targets:
        if reason := target.missing():
            shout(f"{target.name} IS SKIPPED: {reason}")
    return [target for target in targets if not target.missing()]


def end_in_time(seconds):
    """Turns the alarm and any request to stop into an exit that ends every child on its way."""

    def leave(number, _):
        shout(f"stopped by {signal.Signals(number).name} (the time limit is {seconds} s)")
        sys.exit(1)

    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    signal.alarm(seconds)


def allow_many_descriptors():
    """A thousand idle connections need more than the usual soft limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def arguments():
    parser = argparse.ArgumentParser(prog="benches/run.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller loads")
    parser.add_argument("--json", metavar="FILE", help="write every figure to FILE")
    parser.add_argument(
        "--cores",
        metavar="LIST",
        default=str(max(os.sched_getaffinity(0))),
        help="cores for client, proxy and upstream, as taskset reads them (default: one, the last)",
    )
    return parser.parse_args()


def about(options, rounds):
    haproxy = subprocess.run(["haproxy", "-v"], capture_output=True, text=True)
    return {
        "quick": options.quick,
        "rounds": len(rounds),
        "cores": options.cores,
        "cores_in_all": os.cpu_count(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "haproxy": haproxy.stdout.partition(" - ")[0],
    }


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, subprocess.SubprocessError) as error:
        sys.exit(f"benches: {error}")
