#!/bin/bash
# Presets driven by the programs that they are for, through a gate before a real Docker: what a
# program does every day must work with no denial in the audit, and the nearest thing that it
# must not do is denied and leaves no trace at the daemon itself.
#
#   DOCKGATE_BIN=... DIRECT=unix:///DIR/docker.sock driven.sh [PRESET...]
#
# Programs are unpacked to /tmp/dockgate-docker/tools first (driven_install.sh), and kept there.
# A swarm of one is made and left. Folders below /srv/dev and /srv/src are made and removed.
# shellcheck disable=SC2317 # presets and checks are called by name
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
POLICIES=$(cd "$HERE/../../policies" && pwd)
: "${DOCKGATE_BIN:?the gate under test}" "${DIRECT:?the address of the daemon itself}"
PRESETS=(tools/prometheus tools/prometheus-swarm tools/zabbix-agent2 tools/crowdsec tools/netdata tools/runlike
  homelab/glances homelab/homepage tools/ansible tools/ansible-manage tools/dockerspawner tools/devcontainers
  tools/pre-commit tools/docker-custodian tools/docker-cli-read tools/docker-cli-manage)
RUN=dgtd$$
WORK=$(mktemp -d)
GATE=unix://$WORK/gate.sock
SECRET=hidden-$RUN
export DOCKER_CONFIG=$WORK/config
FAILED=0
for part in lib driven_install driven_monitors driven_makers driven_cli; do
  # shellcheck source=/dev/null # each of them is looked at by itself
  . "$HERE/$part.sh"
done

direct() { docker -H "$DIRECT" "$@"; }
gated() { docker -H "$GATE" "$@"; }

start_gate() { # PRESET
  rm -f "$WORK/audit.jsonl"
  cat >"$WORK/dockgate.yaml" <<CONFIGURATION
upstream: ${DIRECT#unix://}
host_files: seen
audit: $WORK/audit.jsonl
listen:
  - { socket: $WORK/gate.sock, mode: "0666", policy: $POLICIES/$1.yaml }
CONFIGURATION
  "$DOCKGATE_BIN" serve --config "$WORK/dockgate.yaml" 2>"$WORK/gate.log" &
  gate=$!
  await 10 test -S "$WORK/gate.sock" || { tail -n 3 "$WORK/gate.log"; return 1; }
}

end_gate() {
  [ -n "${gate:-}" ] || return 0
  kill -TERM "$gate" 2>/dev/null
  wait "$gate" 2>/dev/null
  gate=
}

# A program that runs on, ended after SECONDS at the latest; its output is $WORK/NAME.log.
launch() { # NAME SECONDS COMMAND...
  local name=$1 seconds=$2
  shift 2
  timeout -s TERM "$seconds" "$@" >"$WORK/$name.log" 2>&1 </dev/null &
  launched=$!
}

end_launched() {
  [ -n "${launched:-}" ] || return 0
  kill -TERM "$launched" 2>/dev/null
  wait "$launched" 2>/dev/null
  launched=
}

# In this shell, for checks launch programs and note what they made.
check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@" >"$WORK/told" 2>&1; then printf 'ok   %s\n' "$name" && return; fi
  FAILED=1
  printf 'FAIL %s (%s)\n' "$name" "$(tail -n 3 "$WORK/told" | cut -c -600 | tr '\n' ' ')"
}

# Everything that the program asked for was allowed, and that was something. What Docker does not
# have, as a program finds out before it makes it, is no denial.
nothing_denied() {
  grep -q '"verdict":"allow"' "$WORK/audit.jsonl" || { echo "nothing was asked" && return 1; }
  ! grep '"verdict":"deny"' "$WORK/audit.jsonl" | grep -v 'which is not there'
}

# What there is at the daemon itself, and what of it runs. Images of one second come in any order.
everything() {
  {
    direct ps -a --no-trunc --format '{{.ID}} {{.State}}' && direct volume ls -q && direct network ls -q --no-trunc &&
      direct images -q --no-trunc
  } | sort
}

# A program's or client's command is denied by this word, and nothing was made, changed or removed.
stopped() { # WORD COMMAND...
  local word=$1 before
  shift
  before=$(everything)
  if "$@" >"$WORK/said" 2>&1; then echo "it was allowed: $*" && return 1; fi
  grep -q "dockgate: .*(${word}[:)]" "$WORK/said" || { cat "$WORK/said" && return 1; }
  untouched "$before" || { echo "it left something behind: $*" && return 1; }
}

# It looks as if it were not there, and it is, as it was.
unseen() { # COMMAND...
  local before
  before=$(everything)
  if "$@" >"$WORK/said" 2>&1; then echo "it was allowed: $*" && return 1; fi
  grep -qi 'no such\|not found\|could not find' "$WORK/said" || { cat "$WORK/said" && return 1; }
  untouched "$before" || { echo "it left something behind: $*" && return 1; }
}

untouched() { [ "$(everything)" = "$1" ]; }

# What a program without such a wish would get: a request by hand in its place.
asks() { # METHOD TARGET
  curl -s --fail-with-body -m 5 -X "$1" --unix-socket "$WORK/gate.sock" "http://docker$2"
}

# No answer that a program printed has the secret, which Docker itself does tell.
no_secret() { # FILE
  direct inspect "$RUN-web" | grep "$SECRET" || { echo "the daemon does not tell it either" && return 1; }
  ! grep -m1 "$SECRET" "$1"
}

# Two containers with a secret: one of all labels that presets go by, and one of none.
containers() {
  direct run -d --name "$RUN-web" -e "PASSWORD=$SECRET" -l prometheus.scrape=true -l crowdsec.enable=true -l operator=true \
    -p 8080 --entrypoint sh busybox -c 'echo started; while :; do echo tick; sleep 1; done' >/dev/null &&
    direct run -d --name "$RUN-vault" -e "PASSWORD=$SECRET" busybox sleep 600 >/dev/null
}

remove_objects() {
  direct ps -aq --filter "name=$RUN" | xargs -r docker -H "$DIRECT" rm -fv
  direct network ls -q --filter "name=$RUN" | xargs -r docker -H "$DIRECT" network rm
  direct volume ls -q --filter "name=$RUN" | xargs -r docker -H "$DIRECT" volume rm -f
}

tear_down() {
  end_launched
  end_gate
  remove_made
  remove_objects
  rm -rf "$WORK"
} >/dev/null 2>&1

drive() { # PRESET
  start_gate "$1" || { printf 'FAIL %s\n' "the gate under $1" && FAILED=1 && return; }
  "drive_$(basename "${1//-/_}")"
  end_launched
  end_gate
}

main() {
  local preset
  trap tear_down EXIT
  trap 'exit 130' INT TERM
  client_config "$DOCKER_CONFIG"
  chmod -R a+rX "$WORK"
  install_tools >"$WORK/install.log" 2>&1 ||
    { printf 'FAIL the programs (they cannot be installed: %s)\n' "$(tail -n1 "$WORK/install.log")" && exit 1; }
  containers || exit 1
  for preset in "${PRESETS[@]}"; do
    [ $# = 0 ] || [[ " $* " == *" ${preset#*/} "* ]] || continue
    drive "$preset"
  done
  return $FAILED
}

main "$@"
