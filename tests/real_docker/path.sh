#!/bin/bash
# The way of a new user, as docs/from-docker-sock.md has it: from docker.sock for all to a socket
# for each of Traefik, a dashboard and a CI runner, in four commands.
#
#   DOCKGATE_BIN=... DIRECT=unix:///DIR/docker.sock path.sh
#
# Each check prints a line.
# shellcheck disable=SC2317 # checks are called by name
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
: "${DOCKGATE_BIN:?the gate under test}" "${DIRECT:?the address of the daemon itself}"
WORK=$(mktemp -d)
export DOCKER_CONFIG=$WORK/config RUN=dgtpath
client_config "$DOCKER_CONFIG"
FAILED=0
DAEMON=${DIRECT#unix://}

trap 'tear_down' EXIT
tear_down() {
  end_gate_of "$WORK/gate.pid"
  docker -H "$DIRECT" ps -aq --filter "name=$RUN" | xargs -r docker -H "$DIRECT" rm -fv >/dev/null
  rm -rf "$WORK"
}

dockgate() { "$DOCKGATE_BIN" "$@"; }

# A job of the runner: a container with a command in it, and an end.
job() { # SOCKET
  local -x DOCKER_HOST=unix://$1
  docker run -d --name "$RUN-job" --label ci=job busybox sleep 300 && docker exec "$RUN-job" true &&
    docker logs "$RUN-job" && docker rm -f "$RUN-job"
}

first_command() {
  "$DOCKGATE_BIN" learn --listen "$WORK/watched.sock" --upstream "$DAEMON" -o "$WORK/ci.yaml" >"$WORK/told" 2>&1 &
  echo $! >"$WORK/gate.pid"
  await 10 test -S "$WORK/watched.sock" && (job "$WORK/watched.sock") && end_gate_of "$WORK/gate.pid" && dockgate test "$WORK/ci.yaml"
}

second_command() {
  dockgate init --yes --tool traefik --tool homepage --policy "$WORK/ci.yaml" --folder "$WORK/gate" --run-by systemd \
    --sockets "$WORK/run" --upstream "$DAEMON"
}

third_command() {
  dockgate check --config "$WORK/gate/dockgate.yaml" && dockgate reach "$WORK/gate/policies/ci.yaml"
}

fourth_command() {
  # the unit makes the folders
  mkdir -p "$WORK/run/traefik" "$WORK/run/homepage" "$WORK/run/ci"
  "$DOCKGATE_BIN" serve --config "$WORK/gate/dockgate.yaml" >"$WORK/gate.log" 2>&1 &
  echo $! >"$WORK/gate.pid"
  await 10 test -S "$WORK/run/ci/docker.sock"
}

gets() { # STATUS PROGRAM METHOD TARGET
  local status
  status=$(curl -s -o /dev/null -m 10 -w '%{http_code}' -X "$3" --unix-socket "$WORK/run/$2/docker.sock" "http://docker$4")
  [ "$status" = "$1" ] || { echo "$status"; return 1; }
}

no_root() {
  local told
  told=$(docker -H "unix://$WORK/run/ci/docker.sock" run --name "$RUN-job" -v /:/h busybox true 2>&1) && return 1
  grep -q 'dockgate: learned may not' <<<"$told"
}

check "1: a job is watched, and its policy written" first_command
check "2: a socket and a policy for each are written" second_command
check "3: they can be looked at" third_command
check "4: the gate serves them" fourth_command
check "Traefik finds containers" gets 200 traefik GET /v1.41/containers/json
check "Traefik reads no logs" gets 403 traefik GET /v1.41/containers/x/logs?stdout=1
check "the dashboard finds containers" gets 200 homepage GET /containers/json?all=true
check "the dashboard restarts nothing" gets 403 homepage POST /containers/x/restart
check "the runner does its job" job "$WORK/run/ci/docker.sock"
check "the runner is not root on the host" no_root
exit "$FAILED"
