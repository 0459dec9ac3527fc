#!/bin/bash
# What is learned from everyday use lets the same use through, and nothing next to it.
#
#   DOCKGATE_BIN=... DIRECT=unix:///DIR/docker.sock PYTHON=... learn.sh [cli|python]...
#
# PYTHON has docker. RECORDS=FOLDER keeps the records, of which tests/learn/ has two. Each check
# prints a line.
# shellcheck disable=SC2317 # checks are called by name
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
: "${DOCKGATE_BIN:?the gate under test}" "${DIRECT:?the address of the daemon itself}" "${PYTHON:?with docker}"
WORK=$(mktemp -d)
export DOCKER_CONFIG=$WORK/config RUN=dgtlearn
client_config "$DOCKER_CONFIG"
FAILED=0

trap 'tear_down' EXIT
tear_down() {
  end_gate_of "$WORK/gate.pid"
  docker -H "$DIRECT" ps -aq --filter "name=$RUN" | xargs -r docker -H "$DIRECT" rm -fv >/dev/null
  docker -H "$DIRECT" volume rm -f "$RUN-data" >/dev/null 2>&1
  docker -H "$DIRECT" network rm "$RUN-back" >/dev/null 2>&1
  rm -rf "$WORK" "/srv/$RUN"
}

# A day with the docker CLI.
use_cli() { # SOCKET
  local -x DOCKER_HOST=unix://$1
  set -e
  docker version
  docker info
  docker ps -a
  docker images
  docker network create "$RUN-back"
  docker volume create "$RUN-data"
  mkdir -p "/srv/$RUN"
  docker run -d --name "$RUN-web" --label app="$RUN" --network "$RUN-back" -e KEY=s3cret -m 64m \
    -v "$RUN-data:/data" -v "/srv/$RUN:/srv:ro" busybox sleep 600
  docker inspect "$RUN-web"
  docker logs --tail 5 "$RUN-web"
  docker exec "$RUN-web" id
  docker stats --no-stream "$RUN-web"
  docker kill -s HUP "$RUN-web"
  docker restart -t 0 "$RUN-web"
  docker stop -t 0 "$RUN-web"
  docker rm "$RUN-web"
  docker run --rm --name "$RUN-job" --network none busybox true
  docker volume rm "$RUN-data"
  docker network rm "$RUN-back"
}

# A day of a program that uses docker-py.
use_python() { # SOCKET
  GATE=unix://$1 "$PYTHON" "$HERE/client_py.py" version run logs_follow exec_socket
}

# Learns from one kind of use; the policy is $WORK/KIND.yaml.
learn() { # KIND
  "$DOCKGATE_BIN" learn --listen "$WORK/watched.sock" --upstream "${DIRECT#unix://}" --for 5m \
    --records "$WORK/$1.jsonl" -o "$WORK/$1.yaml" >"$WORK/told" 2>&1 &
  echo $! >"$WORK/gate.pid"
  await 10 test -S "$WORK/watched.sock" && ("use_$1" "$WORK/watched.sock") && end_gate_of "$WORK/gate.pid" && test -s "$WORK/$1.yaml"
}

serve() { # KIND
  "$DOCKGATE_BIN" serve --policy "$WORK/$1.yaml" --listen "$WORK/gate.sock" --upstream "${DIRECT#unix://}" \
    >"$WORK/gate.log" 2>&1 &
  echo $! >"$WORK/gate.pid"
  await 10 test -S "$WORK/gate.sock"
}

again() { # KIND
  ("use_$1" "$WORK/gate.sock") && ! grep -q '"verdict":"deny"' "$WORK/gate.log"
}

no_secret() { # KIND
  ! grep -q s3cret "$WORK/$1.jsonl" "$WORK/$1.yaml"
}

# Denied, with nothing made.
stopped() { # WORD COMMAND...
  local word=$1 told
  shift
  told=$(docker -H "unix://$WORK/gate.sock" "$@" 2>&1) && return 1
  grep -q "$word" <<<"$told" && [ -z "$(docker -H "$DIRECT" ps -aq --filter "name=$RUN-esc")" ]
}

kind() { # KIND
  check "$1: learned" learn "$1"
  check "$1: no secret was recorded" no_secret "$1"
  [ -z "${RECORDS:-}" ] || cp "$WORK/$1.jsonl" "$RECORDS/"
  check "$1: the policy is fine" "$DOCKGATE_BIN" check "$WORK/$1.yaml"
  check "$1: is allowed again" serve_and_use "$1"
  check "$1: no privileges" stopped privileged run --name "$RUN-esc" --privileged busybox true
  check "$1: no other folder" stopped binds run --name "$RUN-esc" -v /etc:/h busybox true
  check "$1: no other image" stopped image run --name "$RUN-esc" alpine true
  check "$1: no files" stopped 'ContainerArchive\|No such container' cp "$RUN-web:/etc/passwd" "$WORK/"
  end_gate_of "$WORK/gate.pid"
}

serve_and_use() { # KIND
  serve "$1" && again "$1"
}

[ $# != 0 ] || set -- cli python
for one; do kind "$one"; done
exit "$FAILED"
