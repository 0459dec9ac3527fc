"""HTTP/1.1 on a Unix socket, byte for byte: nothing is normalised, so that what is recorded is what was said."""

import re
import socket
import time
from dataclasses import dataclass, field

LIMIT = 16 << 20  # the longest answer that is worth a recording
PATIENCE = 30  # seconds for one answer
ECHO = 0.5  # seconds that a process gets to answer its stdin: attach ends at the half-close, whatever was still to come


@dataclass
class Answer:
    """One answer: the head as it came, and the body in the pieces in which it came."""

    head: bytes
    pieces: list = field(default_factory=list)
    chunked: bool = False
    ended: bool = True  # False: the stream was still open when recording stopped

    @property
    def status(self):
        return int(self.head.split(b" ", 2)[1])

    @property
    def body(self):
        return b"".join(self.pieces)

    def header(self, name):
        found = re.search(rb"(?im)^" + name.encode() + rb":[ \t]*(.*?)\r$", self.head)
        return found and found.group(1).decode()

    def wire(self):
        if not self.chunked:
            return self.head + self.body
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in self.pieces)
        return self.head + chunks + (b"0\r\n\r\n" if self.ended else b"")


def request(method, target, headers, body):
    """The bytes of one request; the length is stated only where there is a body."""
    lines = [f"{method} {target} HTTP/1.1", "Host: docker"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


def ask(path, sent, *, head_only=False, stdin=None, watch=None, meanwhile=None):
    """Sends bytes, returns the Answer.

    stdin: bytes for a hijacked stream, sent after the head; a moment later the write side is shut and the rest is read.
    meanwhile: the bytes of another request, sent on its own connection once the head has come.
    watch: the stream has no end; stop after so many seconds, with the pieces that came whole.
    """
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(PATIENCE)
        peer.connect(path)
        peer.sendall(sent)
        reader = Reader(peer, time.monotonic() + (watch or PATIENCE))
        answer = Answer(reader.until(b"\r\n\r\n"))
        if stdin is not None:
            peer.sendall(stdin)
            time.sleep(ECHO)
            peer.shutdown(socket.SHUT_WR)
        if meanwhile:
            ask(path, meanwhile)
        if not head_only and answer.status not in (204, 304):
            take_body(reader, answer, endless=watch is not None)
        return answer


def take_body(reader, answer, endless):
    answer.chunked = answer.header("Transfer-Encoding") == "chunked"
    length = answer.header("Content-Length")
    try:
        if answer.chunked:
            while piece := reader.chunk():
                answer.pieces.append(piece)
        elif length is not None:
            answer.pieces.append(reader.exactly(int(length)))
        else:
            while piece := reader.some():
                answer.pieces.append(piece)
    except TimeoutError:
        if not endless:
            raise
        answer.ended = False


class Reader:
    def __init__(self, peer, deadline):
        self.peer, self.deadline, self.held = peer, deadline, b""

    def receive(self):
        self.peer.settimeout(max(self.deadline - time.monotonic(), 0.001))
        return self.peer.recv(65536)

    def some(self):
        held, self.held = self.held, b""
        return held or self.receive()

    def more(self):
        came = self.receive()
        if not came or len(self.held) > LIMIT:
            raise EOFError(f"ended after {self.held[-80:]!r}")
        self.held += came

    def exactly(self, count):
        while len(self.held) < count:
            self.more()
        taken, self.held = self.held[:count], self.held[count:]
        return taken

    def until(self, mark):
        while mark not in self.held:
            self.more()
        return self.exactly(self.held.index(mark) + len(mark))

    def chunk(self):
        size = int(self.until(b"\r\n").split(b";")[0], 16)
        piece = self.exactly(size)
        self.exactly(2)
        return piece
