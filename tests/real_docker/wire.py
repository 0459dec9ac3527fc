"""Requests made by hand, for what the docker client never sends.

wire.py VERB [CONTAINER] [WORD]      on DOCKER_HOST (unix:// or tcp://, with TLS
if DOCKER_TLS_VERIFY is set, its files in DOCKER_CERT_PATH)
"""

import base64
import json
import os
import socket
import sys

from rawhttp import answer, ask, connect, frames_of, head_of, once, read_head


def expect(wanted, got):
    if wanted != got:
        sys.exit(f"wanted `{wanted}`, got `{got}`")


def converse(container, word, status, close=False, **headers):
    """Attach, start, say a word, and hear what comes until the daemon ends."""
    with connect() as connection, connection.makefile("rb") as stream:
        ask(connection, "POST", f"/containers/{container}/attach?stream=1&stdin=1&stdout=1", **headers)
        got, answered = read_head(stream)
        expect(status, got)
        expect("application/vnd.docker.raw-stream", answered.get("content-type"))
        expect(204, once("POST", f"/containers/{container}/start")[0])
        connection.sendall(word.encode() + b"\n")
        if close:
            connection.shutdown(socket.SHUT_WR)
        print(b"".join(frames_of(stream)).decode().strip())


def attach(container, word):
    converse(container, word, 200)


def attach_and_close(container, word):
    converse(container, word, 200, close=True)


def attach_upgraded(container, word):
    converse(container, word, 101, Connection="Upgrade", Upgrade="tcp")


def exec_(container, word):
    wish = {"AttachStdin": True, "AttachStdout": True, "Cmd": ["head", "-n1"]}
    status, body = once("POST", f"/containers/{container}/exec", json.dumps(wish).encode())
    expect(201, status)
    with connect() as connection, connection.makefile("rb") as stream:
        ask(connection, "POST", f"/exec/{json.loads(body)['Id']}/start", b'{"Detach":false,"Tty":false}')
        expect(200, read_head(stream)[0])
        connection.sendall(word.encode() + b"\n")
        print(b"".join(frames_of(stream)).decode().strip())


def masked(data):
    """One whole text frame, masked as a websocket client must."""
    mask = os.urandom(4)
    return bytes([0x81, 0x80 | len(data)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


def websocket(container, word):
    """Without an origin, as every client but a browser: the daemon does not ask for one."""
    key = base64.b64encode(os.urandom(16)).decode()
    with connect() as connection, connection.makefile("rb") as stream:
        ask(connection, "GET", f"/containers/{container}/attach/ws?stream=1&stdin=1&stdout=1",
            Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Key=key,
            Sec_WebSocket_Version="13")
        expect(101, read_head(stream)[0])
        connection.sendall(masked(word.encode() + b"\n"))
        head = stream.read(2)
        print(stream.read(head[1] & 0x7F).decode().strip())


def denied(container):
    """The daemon refuses in a stream's clothes: no length, the message as it is."""
    with connect() as connection, connection.makefile("rb") as stream:
        ask(connection, "POST", f"/containers/{container}/attach?stream=1&stdout=1",
            Connection="Upgrade", Upgrade="tcp")
        status, body = answer(stream)
        expect(404, status)
        print(body.decode().strip())


def pipelined():
    with connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(head_of("GET", "/_ping", b"", {}) * 3)
        print(*[answer(stream)[0] for _ in range(3)])


def continue_(container):
    """A body is sent only after `100 Continue`, or after the answer."""
    body = json.dumps({"Image": "busybox", "Cmd": ["true"]}).encode()
    with connect() as connection, connection.makefile("rb") as stream:
        ask_head = head_of("POST", f"/containers/create?name={container}", body, {"Expect": "100-continue"})
        connection.sendall(ask_head)
        expect(100, read_head(stream)[0])
        connection.sendall(body)
        print(answer(stream)[0])


VERBS = {
    "attach": attach,
    "attach-and-close": attach_and_close,
    "attach-upgraded": attach_upgraded,
    "continue": continue_,
    "denied": denied,
    "exec": exec_,
    "pipelined": pipelined,
    "websocket": websocket,
}

VERBS[sys.argv[1]](*sys.argv[2:])
