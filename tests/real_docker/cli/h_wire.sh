# shellcheck shell=bash
# What no docker client sends today, but other clients do: see wire.py.

wire() { python3 "$HERE/wire.py" "$@"; }

check_wire_raw_attach() {
  docker create -i -a stdin -a stdout --name "$N" busybox head -n1 >/dev/null
  want said "$(wire attach "$N" said)"
}

# The half-close alone must end `wc`, on a stream that no upgrade opened.
check_wire_raw_half_close() {
  [[ $DOCKER_HOST == unix://* ]] || skip "a half-close over TLS is the docker client's to show"
  docker create -i -a stdin -a stdout --name "$N" busybox wc -c >/dev/null
  want 5 "$(wire attach-and-close "$N" said)"
}

check_wire_upgraded_attach() {
  docker create -i -a stdin -a stdout --name "$N" busybox head -n1 >/dev/null
  want said "$(wire attach-upgraded "$N" said)"
}

check_wire_raw_exec() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  want said "$(wire exec "$N" said)"
}

check_wire_websocket() {
  docker run -di --name "$N" busybox cat >/dev/null
  want said "$(wire websocket "$N" said)"
}

# An upgrade that is not granted stays HTTP, and the connection usable.
check_wire_upgrade_denied() { wire denied "$N-none"; }

check_wire_pipelined() { want '200 200 200' "$(wire pipelined)"; }

check_wire_continue() { wire continue "$N"; }
