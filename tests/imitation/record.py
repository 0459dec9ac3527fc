#!/usr/bin/env python3
"""Records what a real Docker daemon answers, for the imitation daemon.

    record.py SOCKET            write src/imitation/recorded/: the answers, the names and ids of the scene's objects,
                                and the requests, so that a test can ask the imitation the same
    record.py SOCKET --check    compare the recordings with a daemon; exit code 1 where they differ in kind

The daemon needs the images busybox, alpine and hello-world, and no registry. What the scene makes is removed again.
"""

import argparse
import json
import pathlib
import re
import sys
import time
from dataclasses import dataclass, field

import raw
import scene
import scrub

RECORDED = pathlib.Path(__file__).parents[2] / "src/imitation/recorded"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("socket")
    options.add_argument("--check", action="store_true")
    chosen = options.parse_args()
    played = play(chosen.socket)
    return check(played.answers) if chosen.check else write(played)


@dataclass
class Played:
    """What came of a scene: answers and requests by name of the step, and the ids of what was made."""

    answers: dict = field(default_factory=dict)
    requests: dict = field(default_factory=dict)
    names: list = field(default_factory=list)
    ids: dict = field(default_factory=dict)


def play(path):
    """Plays the scene on a daemon."""
    pairs, played = scrub.rules(path), Played()
    clean(path)
    try:
        for step in scene.STEPS:
            sent = written(step, played.ids)
            answer = perform(path, step, sent)
            keep(step, answer, played)
            if step.name:
                played.requests[step.name] = sent
                played.answers[step.name] = scrub.scrub(answer, pairs)
                if step.alone:
                    scrub.leave_only(answer, scene.CONTAINER_NAMES, scene.IMAGE_NAMES)
    finally:
        clean(path)
    return played


def clean(path):
    for step in scene.CLEAN:
        perform(path, step, written(step, {}))


def written(step, ids):
    return step.raw or raw.request(step.method, step.target.format(**ids), step.headers, step.body)


def perform(path, step, sent):
    time.sleep(step.settle)
    meanwhile = step.meanwhile and raw.request("POST", step.meanwhile, {}, None)
    answer = raw.ask(
        path, sent, head_only=step.method == "HEAD", stdin=step.stdin, watch=step.watch, meanwhile=meanwhile
    )
    if step.name is None and step.method != "DELETE" and answer.status >= 400:
        sys.exit(f"{step.method} {step.target}: {answer.body.decode()}")
    return answer


def keep(step, answer, played):
    if step.keep:
        word, kind, name = step.keep
        played.ids[word] = json.loads(answer.body).get("Id", name)
        played.names.append(f"{kind} {name} {played.ids[word]}\n")


def write(played):
    RECORDED.mkdir(parents=True, exist_ok=True)
    for old in RECORDED.glob("*.http"):
        old.unlink()
    for name, answer in played.answers.items():
        (RECORDED / f"{name}.http").write_bytes(answer.wire())
    requests = (f"{name} {escape(sent)}\n" for name, sent in played.requests.items())
    (RECORDED / "requests.txt").write_text("".join(requests))
    (RECORDED / "names.txt").write_text("".join(played.names))
    print(f"{len(played.answers)} answers recorded")
    return 0


def escape(data):
    """Bytes on one readable line: \\xHH for what does not print, \\0{N} for N zero bytes."""
    text = "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in data)
    return re.sub(r"(\\x00)+", lambda run: f"\\0{{{len(run.group()) // 4}}}", text)


def check(answers):
    differing = [line for name, answer in answers.items() for line in compare(name, answer)]
    print("\n".join(differing) or f"{len(answers)} answers agree with their recordings")
    return 1 if differing else 0


def compare(name, live):
    """The ways in which a live answer is of another kind than its recording: status, headers, shape of the body."""
    file = RECORDED / f"{name}.http"
    if not file.exists():
        return [f"{name}: not recorded"]
    head, _, body = file.read_bytes().partition(b"\r\n\r\n")
    old = raw.Answer(head + b"\r\n\r\n", [body])
    views = {"status": lambda a: a.status, "headers": header_names, "content type": lambda a: a.header("Content-Type")}
    lines = [f"{name}: {what}: recorded {view(old)}, live {view(live)}" for what, view in views.items() if view(old) != view(live)]
    return lines + compare_shape(name, old, live)


def header_names(answer):
    lines = answer.head.decode().split("\r\n")[1:]
    return sorted(line.split(":")[0] for line in lines if line)


def compare_shape(name, old, live):
    """JSON of one object is compared by its keys; all else by whether there is a body at all."""
    if bool(old.body) != bool(live.body):
        return [f"{name}: body: recorded {len(old.body)} bytes, live {len(live.body)}"]
    if not live.body or "json" not in (live.header("Content-Type") or "") or old.header("Transfer-Encoding"):
        return []
    before, now = shape(json.loads(old.body)), shape(json.loads(live.body))
    return [] if before == now else [f"{name}: shape: recorded {before}, live {now}"]


def shape(value):
    if isinstance(value, dict):
        return sorted(value)
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


if __name__ == "__main__":
    sys.exit(main())
