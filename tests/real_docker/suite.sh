#!/bin/bash
# The gate before a real Docker, from end to end: starts a private daemon and a
# gate, holds every suite of this folder against them, and ends both by pid.
#
#   DOCKGATE_BIN=... suite.sh [20|26|28]...        (26)
#
# FOLLOWERS, STREAMS and MIB size the load, as streams.py says. ONLY="PART..."
# runs some of: catalogue bodies escalations cli judged presets driven tls callers targets views
# copies quotas tenants execs learn path python stopped streams demo. DOCKGATE_TEST_CASES is the number of random bodies,
# DOCKGATE_TEST_SEED the first of them. Each check prints a line.
# shellcheck disable=SC2317 # functions are called by the names of parts
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(dirname "$(dirname "$HERE")")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
: "${DOCKGATE_BIN:?the gate under test}"
PARTS=(catalogue bodies escalations cli judged presets driven tls callers targets views copies quotas tenants execs
  learn path python stopped streams demo)
# What goes over TLS as well: everything that TLS could change.
TLS_CHECKS=(version info run_ exec_ attach_ logs_ events_ cp_in cp_out cp_tar save build_classic build_buildkit
  build_error compose_front wire_raw_attach wire_upgraded wire_raw_exec wire_pipelined)

line() { printf '%-4s %-26s %s\n' "$1" "$2" "${3:+($3)}"; }

part() { printf -- '-- Docker %s: %s (%s)\n' "$VERSION" "$1" "$(date +%T)"; }

configuration() {
  cat <<CONFIGURATION
upstream: $DAEMON/docker.sock
listen:
  - socket: $WORK/everything.sock
    mode: "0600"
    policy: $PROJECT/policies/everything.yaml
  - socket: $WORK/reads.sock
    mode: "0600"
    policy: $PROJECT/policies/reads.yaml
  - socket: $WORK/judged.sock
    mode: "0600"
    policy: judged.yaml
  - address: 127.0.0.1:$PORT
    tls: { certificate: certs/server/cert.pem, key: certs/server/key.pem, client_ca: certs/authority.pem }
    policy: $PROJECT/policies/everything.yaml
  - address: 127.0.0.1:$PLAIN_PORT
    policy: $PROJECT/policies/reads.yaml
audit: $WORK/audit.jsonl
CONFIGURATION
}

start_daemon() {
  "$HERE/docker.sh" get "$VERSION" &&
    DAEMON=$("$HERE/docker.sh" up "$NAME" "$VERSION") &&
    "$HERE/docker.sh" images "$DAEMON/docker.sock" >/dev/null
}

start_gate() {
  PORT=$(free_port) PLAIN_PORT=$(free_port)
  "$HERE/certs.sh" "$WORK/certs" 2>/dev/null || return
  "$DOCKGATE_BIN" operations --json | python3 "$HERE/judged.py" >"$WORK/judged.yaml" || return
  configuration >"$WORK/dockgate.yaml"
  "$DOCKGATE_BIN" check --config "$WORK/dockgate.yaml" || return
  "$DOCKGATE_BIN" serve --config "$WORK/dockgate.yaml" 2>"$WORK/gate.log" &
  GATE_PID=$!
  await 10 answers "$WORK/everything.sock" || { cat "$WORK/gate.log"; return 1; }
  export DIRECT=unix://$DAEMON/docker.sock GATE=unix://$WORK/everything.sock GATE_PID
}

tls() { env GATE="tcp://127.0.0.1:$PORT" GATE_TLS_VERIFY=1 GATE_CERT_PATH="$WORK/certs/client" "$@"; }

# --- the parts ---

# Every row and every odd spelling, as this daemon routes it.
catalogue() {
  local test
  for test in the_daemon_has_every_row odd_spellings_mean_the_same_or_are_refused random_paths_are_routed_alike; do
    live catalogue "$test"
  done
}

# Random bodies: what is made of the original, and of the canonical spelling; changed ones, too,
# and those that two readers read in two ways.
bodies() {
  local kind
  for kind in containers networks volumes; do
    live fields "${kind}_are_the_same_in_both_spellings"
  done
  live fields differentials_are_as_the_table_says
  live fields content_types_are_as_the_table_says
  live fields a_volume_that_is_there_keeps_its_options
  live fields changed_bodies_of_containers_mean_the_same_or_are_refused
  live fields changed_bodies_of_networks_and_volumes_mean_the_same_or_are_refused
}

# Every known way from an allowed call to the host, and what ordinary clients do instead.
escalations() {
  local file
  for file in "$PROJECT"/tests/escalations/*.yaml; do
    live escalations "$(basename "$file" .yaml)"
  done
}

live() { # TARGET TEST
  judge "$2" env DOCKGATE_TEST_DOCKER="$DAEMON/docker.sock" \
    cargo test --quiet --locked --manifest-path "$PROJECT/Cargo.toml" --test "$1" "live::$2"
}

cli() { "$HERE/cli.sh"; }

# The same once more, with every body read, judged and written anew.
judged() {
  local python
  env GATE="unix://$WORK/judged.sock" "$HERE/cli.sh"
  python=$(python_with_docker) || { line FAIL "docker-py" "it cannot be installed"; return 1; }
  env GATE="unix://$WORK/judged.sock" "$python" "$HERE/client_py.py"
}

# What starts containers, with the clients that it is for; then the calls that tools document.
presets() {
  local python
  PATH=$WORK/bin:$PATH python3 "$HERE/replayed.py" || line FAIL "replayed presets" "their rows are above"
  python=$(python_with_docker) || { line FAIL "testcontainers" "it cannot be installed"; return 1; }
  PYTHON=$python PATH=$WORK/bin:$PATH "$HERE/presets.sh"
}

# Tools, each under its preset, as their own registries have them.
driven() { PATH=$WORK/bin:$PATH "$HERE/driven.sh"; }

over_tls() {
  tls "$HERE/cli.sh" "${TLS_CHECKS[@]}"
  "$HERE/gateway.sh"
}

callers() { "$HERE/callers.sh"; }

targets() { python3 "$HERE/targets.py"; }

tenants() { python3 "$HERE/tenants.py"; }

execs() { python3 "$HERE/execs.py"; }

quotas() { PATH=$WORK/bin:$PATH python3 "$HERE/quotas.py"; }

copies() { with_docker_py copies.py; }

learn() {
  local python
  python=$(python_with_docker) || { line FAIL "docker-py" "it cannot be installed"; return 1; }
  PYTHON=$python PATH=$WORK/bin:$PATH "$HERE/learn.sh"
}

path() { PATH=$WORK/bin:$PATH "$HERE/path.sh"; }

# What of the answers is shown, with clients that parse them.
views() { with_docker_py views.py; }

with_docker_py() { # FILE
  local python
  python=$(python_with_docker) || { line FAIL "docker-py" "it cannot be installed"; return 1; }
  "$python" "$HERE/$1"
}

# In an environment of its own, kept from run to run.
python_with_docker() {
  local venv=$BASE/venv
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv" >&2 || return
  "$venv/bin/python" -c 'import docker, testcontainers' 2>/dev/null || "$venv/bin/pip" install -q docker testcontainers >&2 || return
  echo "$venv/bin/python"
}

python_client() {
  local python
  python=$(python_with_docker) || { line FAIL "docker-py" "it cannot be installed"; return 1; }
  "$python" "$HERE/client_py.py"
  tls "$python" "$HERE/client_py.py" version run logs_follow exec_socket archives
}

stopped() {
  READS=unix://$WORK/reads.sock AUDIT=$WORK/audit.jsonl TLS=tcp://127.0.0.1:$PORT CERTS=$WORK/certs \
    PLAIN=tcp://127.0.0.1:$PLAIN_PORT "$HERE/stopped.sh"
}

streams() {
  RESTART="$HERE/docker.sh restart $NAME" PATH=$WORK/bin:$PATH python3 "$HERE/streams.py"
}

show() { # NAME ARGUMENT...
  local name=$1
  shift
  if timeout 60 "$DOCKGATE_BIN" demo "$@" >"$WORK/demo" 2>&1; then line ok "$name"; else
    line FAIL "$name" "$(tail -n1 "$WORK/demo")"
  fi
}

demo() {
  show "demo on Docker" --upstream "$DAEMON/docker.sock"
  show "demo on the imitation" --imitation
}

# --- what must hold in the end ---

# Every line is JSON; whatever was decided has ended, once, and nothing was lost.
audit_is_whole() {
  python3 - "$WORK/audit.jsonl" <<'PYTHON'
import collections, json, sys

lines = [json.loads(line) for line in open(sys.argv[1])]
ids = {kind: [line["id"] for line in lines if line["record"] == kind] for kind in ("decided", "ended")}
if {line["record"] for line in lines} - set(ids):
    sys.exit("records of an unknown kind, or lost ones")
if collections.Counter(ids["decided"]) != collections.Counter(ids["ended"]):
    sys.exit("some decision has no end, or some end no decision")
verdicts = collections.Counter(line["verdict"] for line in lines if line["record"] == "decided")
print(*[f"{count} {verdict}" for verdict, count in verdicts.items()], sep=", ")
PYTHON
}

gate_ends() {
  kill -TERM "$GATE_PID" && await 20 ended && wait "$GATE_PID" && GATE_PID= && [ ! -e "$WORK/everything.sock" ]
}

ended() { ! grep -qs '^State:[[:space:]]*[^Z]' "/proc/$GATE_PID/status"; }

judge() { # NAME COMMAND...
  local name=$1 told
  shift
  told=$("$@" 2>&1) && line ok "$name" && return
  line FAIL "$name"
  printf "%s\n" "$told"
}

# `wait` is for this shell's own children, so no subshell here.
in_the_end() {
  part "in the end"
  if gate_ends; then line ok "the gate ends on SIGTERM"; else line FAIL "the gate ends on SIGTERM"; fi
  judge "the audit is whole" audit_is_whole
  if grep -q 'panicked' "$WORK/gate.log"; then line FAIL "no panic" "$(grep -m1 panicked "$WORK/gate.log")"; else line ok "no panic"; fi
}

wanted() { [ -z "${ONLY:-}" ] || [[ " $ONLY " == *" $1 "* ]]; }

run_part() {
  wanted "$1" || return 0
  part "$1"
  case $1 in
    tls) over_tls ;;
    python) python_client ;;
    *) "$1" ;;
  esac
}

tear_down() {
  [ -z "${GATE_PID:-}" ] || kill -KILL "$GATE_PID" 2>/dev/null
  "$HERE/docker.sh" down "$NAME"
  rm -rf "$WORK"
}

# In a subshell: a version leaves nothing behind, however it ends.
one_version() (
  # Runs side by side must not meet in one daemon.
  VERSION=$1 NAME=suite$1-$$ WORK=$(mktemp -d)
  trap tear_down EXIT
  trap 'exit 130' INT TERM
  part "starting"
  start_daemon || { line FAIL "dockerd $VERSION"; exit 1; }
  start_gate || { line FAIL "the gate starts"; exit 1; }
  mkdir "$WORK/bin" && ln -s "$(docker_cli)" "$WORK/bin/docker"
  for each in "${PARTS[@]}"; do run_part "$each"; done
  in_the_end
)

main() {
  local log version
  [ $# != 0 ] || set -- 26
  log=$(mktemp)
  for version; do one_version "$version"; done 2>&1 | tee "$log"
  set -- "$(grep -c '^ok ' "$log")" "$(grep -c '^FAIL ' "$log")"
  rm -f "$log"
  echo "$1 passed, $2 failed"
  [ "$2" = 0 ]
}

main "$@"
