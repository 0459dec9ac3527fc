"""A terminal for a command, and the hands on its keyboard.

drive_pty.py ROWSxCOLS COMMAND... -- STEP...

Steps: `await TEXT`, `send TEXT`, `size ROWSxCOLS`, `retry SEND TEXT` (send again
each second until TEXT comes, and tell the size again, since docker misses what
comes before it listens for it). Exits as the command does, 97 when a TEXT never came.
"""

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 20


class Terminal:
    def __init__(self, command, size):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            time.sleep(0.2)  # until the parent has set the size
            os.execvp(command[0], command)
        self.seen = b""
        self.size(size)

    def size(self, text):
        self.now = text
        rows, cols = map(int, text.split("x"))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # a terminal that has lost its last process
            data = b""
        self.seen += data
        return bool(data)

    def comes(self, text, seconds):
        end = time.monotonic() + seconds
        while text.encode() not in self.seen:
            if time.monotonic() > end or not self.read(0.1):
                return False
        self.seen = self.seen.split(text.encode(), 1)[1]
        return True

    def send(self, text):
        os.write(self.fd, codecs.decode(text, "unicode_escape").encode("latin-1"))

    def finish(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.read(0.1):
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def never_came(terminal, text):
    os.kill(terminal.pid, signal.SIGKILL)
    print(f"`{text}` never came; last seen: {terminal.seen[-200:]!r}", file=sys.stderr)
    sys.exit(97)


def retry(terminal, keys, text):
    for _ in range(PATIENCE):
        terminal.size(terminal.now)
        terminal.send(keys)
        if terminal.comes(text, 1):
            return
    never_came(terminal, text)


def take_steps(terminal, steps):
    steps = iter(steps)
    for verb in steps:
        text = next(steps)
        if verb == "await" and not terminal.comes(text, PATIENCE):
            never_came(terminal, text)
        elif verb == "retry":
            retry(terminal, text, next(steps))
        elif verb in ("send", "size"):
            getattr(terminal, verb)(text)


def main():
    size, rest = sys.argv[1], sys.argv[2:]
    split = rest.index("--")
    terminal = Terminal(rest[:split], size)
    take_steps(terminal, rest[split + 1 :])
    sys.exit(terminal.finish())


main()
