#!/bin/bash
# The unmodified docker client, held against a daemon twice: straight (DIRECT)
# and through the gate (GATE). Every check must pass on both and print the same.
#
#   DIRECT=unix:///DIR/docker.sock GATE=unix:///DIR/gate.sock cli.sh [WORD...]
#   GATE=tcp://127.0.0.1:PORT GATE_TLS_VERIFY=1 GATE_CERT_PATH=DIR ... cli.sh
#
# A WORD keeps the checks whose name has it. LIMIT is each check's seconds (60).
# The checks are the functions `check_*` of cli/*.sh; each runs in a shell of its
# own under `set -e`, with `docker` on the side in turn and $N as its own prefix
# for names. `docker.sh` starts a daemon and imports the images they use.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
for part in "$HERE"/cli/*.sh; do
  # shellcheck source=/dev/null
  . "$part"
done
: "${DIRECT:?the address of the daemon itself}" "${GATE:?the address of the gate}"
LIMIT=${LIMIT:-60}
SKIPPED=77

use_direct() {
  export DOCKER_HOST=$DIRECT
  unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH
}

use_gate() {
  export DOCKER_HOST=$GATE
  unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH
  [ -z "${GATE_TLS_VERIFY:-}" ] || export DOCKER_TLS_VERIFY=$GATE_TLS_VERIFY
  [ -z "${GATE_CERT_PATH:-}" ] || export DOCKER_CERT_PATH=$GATE_CERT_PATH
}

# What differs from one run to the next is no difference: own names, IDs, times.
normalise() {
  sed -E -e "s/$RUN-(direct|gate)/NAME/g" \
    -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)/TIME/g' \
    -e 's/sha256:[0-9a-f]{64}/DIGEST/g' -e 's/\b[0-9a-f]{64}\b/ID/g' -e 's/\b[0-9a-f]{12}\b/ID/g'
}

# One check on one side, in a shell that `timeout` can end: --one SIDE CHECK
run_one() {
  export N=$RUN-$1
  "use_$1"
  mkdir -p "$WORK/$1"
  cd "$WORK/$1"
  "check_$2"
}

on_side() { # SIDE CHECK, prints what the check printed
  local code=0
  timeout -k 5 "$LIMIT" "$HERE/cli.sh" --one "$1" "$2" >"$WORK/$1.out" 2>"$WORK/$1.err" </dev/null || code=$?
  sweep
  normalise <"$WORK/$1.out" >"$WORK/$1.same"
  return $code
}

# What a check left behind, found by its names and removed at the daemon itself.
sweep() {
  (
    use_direct
    rm -rf "${WORK:?}/direct" "$WORK/gate"
    docker ps -aq --filter "name=$RUN" | xargs -r docker rm -fv
    docker network ls -q --filter "name=$RUN" | xargs -r docker network rm
    docker volume ls -q --filter "name=$RUN" | xargs -r docker volume rm -f
    docker images --format '{{.Repository}}:{{.Tag}}' --filter "reference=$RUN-*" | xargs -r docker rmi
  ) >/dev/null 2>&1 || true
}

reason() { # SIDE CODE, one line of why
  case $2 in
    124 | 137) echo "$1: still running after $LIMIT s" ;;
    *) echo "$1: exit $2: $(grep -v '^$' "$WORK/$1.err" "$WORK/$1.out" -h | tail -n1 | normalise)" ;;
  esac
}

report() { # WORD CHECK [DETAIL]
  printf '%-4s %-26s %s\n' "$1" "$2" "${3:+($3)}"
}

judge() { # CHECK
  local side code
  for side in direct gate; do
    code=0
    on_side "$side" "$1" || code=$?
    [ $code = 0 ] && continue
    [ $code = $SKIPPED ] && report SKIP "$1" "$(tail -n1 "$WORK/$side.err")" && return
    report FAIL "$1" "$(reason "$side" $code)" && return 1
  done
  cmp -s "$WORK/direct.same" "$WORK/gate.same" && report ok "$1" && return
  report FAIL "$1" "differs: $(diff "$WORK/direct.same" "$WORK/gate.same" | grep '^[<>]' | head -n2 | tr '\n' ' ')"
  return 1
}

# In the order in which they are written.
names_of_checks() { sed -n 's/^check_\([a-z_0-9]*\)().*/\1/p' "$HERE"/cli/*.sh; }

wanted() { # CHECK WORD...
  local check=$1 word
  shift
  [ $# = 0 ] && return
  for word; do [[ $check == *"$word"* ]] && return; done
  return 1
}

prepare() {
  WORK=$(mktemp -d)
  RUN=dgt$$
  trap 'rm -rf "$WORK"' EXIT
  mkdir "$WORK/bin"
  ln -s "$(docker_cli)" "$WORK/bin/docker"
  client_config "$WORK/config"
  export WORK RUN PATH=$WORK/bin:$PATH DOCKER_CONFIG=$WORK/config DOCKER_CLI_HINTS=false BUILDKIT_PROGRESS=plain
}

main() {
  local check passed=0 failed=0
  prepare
  for check in $(names_of_checks); do
    wanted "$check" "$@" || continue
    if judge "$check"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
  echo "$passed passed, $failed failed"
  [ $failed = 0 ]
}

if [ "${1:-}" = --one ]; then run_one "$2" "$3"; else main "$@"; fi
