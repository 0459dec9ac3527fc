"""Child processes: pinned, logged, ended by pid; and what the kernel counts about them."""

import os
import subprocess
from contextlib import contextmanager

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 5


@contextmanager
def running(command, cores, log, env=None):
    """Runs `command` on `cores` for as long as the block lasts."""
    # The kernel ends the child with us, even when we are killed and nothing here can run.
    wrapped = ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", cores, *command]
    with open(log, "ab") as output:
        child = subprocess.Popen(wrapped, stdout=output, stderr=output, env=env)
    try:
        yield child
    finally:
        stop(child)


def stop(child):
    """Asks the child to end, and ends it if it does not."""
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def cpu_seconds(pid):
    """User and system time of all the threads that the process has or had."""
    with open(f"/proc/{pid}/stat") as stat:
        after_name = stat.read().rpartition(")")[2].split()
    user, system = after_name[11:13]
    return (int(user) + int(system)) / TICKS_PER_SECOND


def resident_mb(pid):
    """Resident memory in MB."""
    with open(f"/proc/{pid}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6
