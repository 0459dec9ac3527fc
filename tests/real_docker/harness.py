"""What the load checks are made of: how they fail, wait, and measure the gate."""

import contextlib
import os
import threading
import time


def size(name, otherwise):
    return int(os.environ.get(name, otherwise))


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def skip(why):
    raise Skipped(why)


def want(what, wanted, got):
    if wanted != got:
        raise Failed(f"{what}: wanted `{wanted}`, got `{got}`")


def within(seconds, what, holds):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise Failed(f"never came true: {what}")
        time.sleep(0.1)


class Memory:
    """What the gate's process holds, sampled; nothing when GATE_PID is not given."""

    def __init__(self):
        self.pid = os.environ.get("GATE_PID")
        self.before = self.peak = self.now()
        self.stopped = threading.Event()
        threading.Thread(target=self.watch, daemon=True).start()

    def now(self):
        if not self.pid:
            return 0
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) >> 10 for line in status if line.startswith("VmRSS"))

    def watch(self):
        while not self.stopped.wait(0.1):
            with contextlib.suppress(OSError):
                self.peak = max(self.peak, self.now())

    def report(self):
        self.stopped.set()
        if not self.pid:
            return ""
        return f"rss {self.before} MiB, at most {self.peak}, after {self.now()}"

    def stays_flat(self):
        if self.peak - self.before > size("FLAT_MIB", 64):
            raise Failed(f"memory grew with the data: {self.report()}")
