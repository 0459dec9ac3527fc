"""Takes out of an answer what names the machine on which it was recorded."""

import json
import re
import socket

from raw import ask, request

REGISTRY = [(rb"(registry-1|index|auth)\.docker\.io", b"registry.example"), (rb'"docker\.io"', b'"registry.example"')]


def rules(path):
    """The (pattern, replacement) pairs for the daemon at this socket."""
    info = json.loads(ask(path, request("GET", "/info", {}, None)).body)
    root = re.escape(info["DockerRootDir"].encode())
    state = re.escape(info["DockerRootDir"].rpartition("/")[0].encode())
    names = {info["Name"], socket.gethostname()}
    return REGISTRY + [
        (root, b"/var/lib/docker"),
        (state + rb"/", b"/var/run/docker/"),
        (re.escape(info["KernelVersion"].encode()), b"6.1.0"),
        (re.escape(info["ID"].encode()), b"00000000-0000-4000-8000-000000000000"),
        *((rb'"Name":"' + re.escape(name.encode()) + rb'"', b'"Name":"docker"') for name in names),
    ]


def scrub(answer, pairs):
    """Applies the rules to head and body; a stated length follows the body."""
    answer.head = substitute(answer.head, pairs)
    answer.pieces = [substitute(piece, pairs) for piece in answer.pieces]
    if answer.body and answer.header("Content-Length"):
        length = b"Content-Length: %d" % len(answer.body)
        answer.head = re.sub(rb"Content-Length: \d+", length, answer.head)
    return answer


def leave_only(answer, containers, images):
    """Takes other containers and images of a shared daemon out of its disk usage."""
    usage = json.loads(answer.body)
    usage["Containers"] = [one for one in usage["Containers"] if one["Names"][0].strip("/") in containers]
    usage["Images"] = [one for one in usage["Images"] if one["RepoTags"] and one["RepoTags"][0].split(":")[0] in images]
    answer.pieces = [json.dumps(usage, separators=(",", ":")).encode() + b"\n"]


def substitute(data, pairs):
    for pattern, new in pairs:
        data = re.sub(pattern, new, data)
    return data
