#!/usr/bin/env python3
"""Execs and who made them, on a live daemon: DIRECT is its socket, DOCKGATE_BIN the gate.

Every check prints a line; the last line counts them.
"""
from lab import Checks, Gate, as_user, ask

MAY = "[ping, ContainerInspect, ContainerExec, exec-session]"

POLICY = f"""\
version: 1
roles:
  admin: {{ who: [{{ uid: 1001 }}], may: {MAY} }}
  helper: {{ who: [{{ uid: 1002 }}], may: [ping, ContainerInspect, ContainerExec: {{ user: "1000" }}, exec-session] }}
  one: {{ who: [{{ uid: 1003 }}], tenant: x, may: {MAY} }}
  two: {{ who: [{{ uid: 1004 }}], tenant: x, may: {MAY} }}
  root: {{ who: [{{ uid: 0 }}], may: [everything] }}
"""

ADMIN, HELPER, ONE, TWO = 1001, 1002, 1003, 1004
NAME = "execs-it"


class Lab:
    """A gate for several users, and a container that all of them see."""

    def __init__(self):
        self.gate = Gate(POLICY, "0666")
        self.direct = self.gate.direct
        body = {"Image": "busybox", "Cmd": ["sleep", "600"], "Labels": {"dockgate.tenant": "x"}}
        ask(self.direct, "DELETE", f"/containers/{NAME}?force=1")
        _, made = ask(self.direct, "POST", f"/containers/create?name={NAME}", body)
        ask(self.direct, "POST", f"/containers/{made['Id']}/start")

    def make(self, uid, **more):
        """An exec that waits to be started; past the gate if nobody makes it."""
        body = dict({"Cmd": ["sleep", "60"]}, **more)
        path = self.gate.path if uid is not None else self.direct
        status, made = as_user(uid or 0, lambda: ask(path, "POST", f"/containers/{NAME}/exec", body))
        if status != 201:
            raise SystemExit(f"no exec for {uid}: {status} {made}")
        return made["Id"]

    def statuses(self, uid, exec_id):
        """Of inspect, start and resize; the daemon's own 404 for an exec that has no terminal is none of ours."""
        def work():
            inspected = ask(self.gate.path, "GET", f"/exec/{exec_id}/json")
            started = ask(self.gate.path, "POST", f"/exec/{exec_id}/start", {"Detach": True})
            resized = ask(self.gate.path, "POST", f"/exec/{exec_id}/resize?h=10&w=10")
            return [inspected, started, resized]
        gone = f"No such exec instance: {exec_id} ["
        return ["absent" if gone in str(told) else status for status, told in as_user(uid, work)]

    def listed(self, uid):
        _, told = as_user(uid, lambda: ask(self.gate.path, "GET", f"/containers/{NAME}/json"))
        return told.get("ExecIDs") or []

    def end(self):
        ask(self.direct, "DELETE", f"/containers/{NAME}?force=1")
        self.gate.process.terminate()
        self.gate.process.wait(20)


def run(lab, checks):
    cases = [
        # who makes it, who comes, and whether it is there: looked at, started
        ("who made it", ADMIN, ADMIN, True, True),
        ("another role", ADMIN, HELPER, False, False),
        ("a tenant of another's", ADMIN, ONE, False, False),
        ("the same tenant", ONE, TWO, True, True),
        ("a role of a tenant's", ONE, HELPER, False, False),
        ("everything", HELPER, 0, True, True),
        ("another role of everything's", 0, HELPER, False, False),
        ("an unknown one", None, HELPER, True, False),
        ("a tenant, an unknown one", None, ONE, True, False),
    ]
    for name, maker, comer, seen, started in cases:
        more = {"User": "1000" if maker == HELPER else "root"}
        exec_id = lab.make(maker, **more)
        listed = exec_id in lab.listed(comer)
        inspect, start, resize = lab.statuses(comer, exec_id)
        _, now = ask(lab.direct, "GET", f"/exec/{exec_id}/json")
        wanted = (200 if seen else "absent", 200 if started else "absent", resize == "absent", now["Running"])
        got = (inspect, start, not started, started)
        checks.line(name, wanted == got and (maker is None or listed), f"{(inspect, start, resize, now['Running'])}, listed {listed}")


def main():
    checks = Checks("execs")
    lab = Lab()
    try:
        run(lab, checks)
    finally:
        lab.end()
    checks.end()


main()
