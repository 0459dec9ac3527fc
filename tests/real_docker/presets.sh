#!/bin/bash
# The presets, each with the client that it is for:
# what the client does every day must work, and the nearest thing that must not
# must leave no trace at the daemon itself.
#
#   DOCKGATE_BIN=... DIRECT=unix:///DIR/docker.sock PYTHON=... presets.sh [WORD...]
#
# PYTHON has docker and testcontainers. A WORD keeps the presets whose name has it.
# Each check prints a line. Folders below /srv/compose, /srv/ci and /srv/agent are made and removed.
# shellcheck disable=SC2317 # checks are called by name
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
POLICIES=$(cd "$HERE/../../policies" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
# shellcheck source-path=SCRIPTDIR source=presets_fenced.sh
. "$HERE/presets_fenced.sh"
: "${DOCKGATE_BIN:?the gate under test}" "${DIRECT:?the address of the daemon itself}" "${PYTHON:?with testcontainers}"
RUN=dgtp$$
WORK=$(mktemp -d)
SHOP=/srv/compose/$RUN JOB=/srv/ci/$RUN AGENT=/srv/agent/$RUN
export DOCKER_CONFIG=$WORK/config
failed=0

direct() { docker -H "$DIRECT" "$@"; }
gated() { docker -H "unix://$WORK/gate.sock" "$@"; }

tear_down() {
  end_gate
  direct ps -aq --filter "name=$RUN" | xargs -r docker -H "$DIRECT" rm -fv >/dev/null
  direct network ls -q --filter "name=$RUN" | xargs -r docker -H "$DIRECT" network rm >/dev/null
  direct volume ls -q --filter "name=$RUN" | xargs -r docker -H "$DIRECT" volume rm -f >/dev/null
  direct images -q "$RUN" | xargs -r docker -H "$DIRECT" rmi -f >/dev/null
  rm -rf "$WORK" "$SHOP" "$JOB" "$AGENT" "/srv/ci/runner-1/$RUN"
  rmdir /srv/compose /srv/ci/runner-1 /srv/ci /srv/agent 2>/dev/null
}

start_gate() { # PRESET
  configuration "$1" >"$WORK/dockgate.yaml"
  "$DOCKGATE_BIN" serve --config "$WORK/dockgate.yaml" 2>"$WORK/gate.log" &
  gate=$!
  # who asks may have no role
  await 10 test -S "$WORK/gate.sock" || { tail -n 3 "$WORK/gate.log"; return 1; }
}

# The homelab brings its own; only its paths are others here.
configuration() { # PRESET
  if [ "$1" = homelab ]; then
    mkdir -p "$WORK/sockets"
    sed "s|/var/run/docker.sock$|${DIRECT#unix://}|; s|/run/dockgate/\\([a-z-]*\\)/docker.sock|$WORK/sockets/\\1.sock|
      s|policy: ../|policy: $POLICIES/|; s|policy: \\([a-z]\\)|policy: $POLICIES/homelab/\\1|" "$POLICIES/homelab/dockgate.yaml"
    printf '  - { socket: %s, policy: %s }\n' "$WORK/gate.sock" "$POLICIES/reads.yaml"
    return
  fi
  cat <<CONFIGURATION
upstream: ${DIRECT#unix://}
host_files: seen
audit: $WORK/audit.jsonl
listen:
  - { socket: $WORK/gate.sock, mode: "0666", policy: $POLICIES/$1.yaml, host_path: $WORK/gate.sock }
CONFIGURATION
}

end_gate() {
  [ -n "${gate:-}" ] || return 0
  kill -TERM "$gate" 2>/dev/null
  wait "$gate" 2>/dev/null
  gate=
}

check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@" >"$WORK/told" 2>&1; then printf 'ok   %s\n' "$name" && return; fi
  failed=1
  printf 'FAIL %-26s (%s)\n' "$name" "$(tail -n 2 "$WORK/told" | tr '\n' ' ')"
}

# The request is denied by this word, and nothing was made.
stopped() { # WORD COMMAND...
  local word=$1 before
  shift
  before=$(everything)
  if "$@" >"$WORK/said" 2>&1; then echo "it was allowed: $*" && return 1; fi
  grep -q "dockgate: .*(${word}[:)]" "$WORK/said" || { cat "$WORK/said" && return 1; }
  [ "$(everything)" = "$before" ] || { echo "it left something behind: $*" && return 1; }
}

everything() { direct ps -aq --no-trunc && direct volume ls -q && direct network ls -q --no-trunc; }

create() { gated create --name "$RUN-no" "$@" busybox true; }

# What only looks: with docker-py, whose answers are parsed.
preset_monitor() { looks monitor; }
preset_traefik() { looks traefik; }
looks() { GATE=unix://$WORK/gate.sock "$PYTHON" "$HERE/presets_reads.py" "$1" || failed=1; }

# --- a homelab: each tool's own calls, as it spells them, and the nearest that it does not make ---

# What Docker answers a tool, as STATUS; a stream is cut.
calls() { # TOOL STATUS METHOD TARGET
  local status
  status=$(curl -s -m 1 -o "$WORK/answer" -w '%{http_code}' --unix-socket "$WORK/sockets/$1.sock" -X "$3" "http://docker$4")
  [ "$status" = "$2" ] || { echo "$1: $3 $4 is $status: $(head -c 200 "$WORK/answer")" && return 1; }
}

# Lines of TOOL STATUS METHOD TARGET; W is a container with every label, V one with none.
tools() {
  local tool status method target called
  while read -r tool status method target; do
    called="$tool $method ${target%%\?*} $status"
    target=${target//W/$RUN-w} target=${target//V/$RUN-v}
    check "$called" calls "$tool" "$status" "$method" "$target"
  done
}

preset_homelab() {
  direct run -d --name "$RUN-w" -e "PASSWORD=hidden-$RUN" -l traefik.enable=true -l autoheal=true \
    -l docker-volume-backup.stop-during-backup=true -l com.centurylinklabs.watchtower.enable=true busybox sleep 300 >/dev/null
  direct run -d --name "$RUN-v" -e "PASSWORD=hidden-$RUN" busybox sleep 300 >/dev/null
  tools <"$HERE/homelab.txt"
  for tool in traefik homepage dozzle diun uptime-kuma glances; do
    check "$tool sees no variables" no_variables "$tool"
  done
}

no_variables() { calls "$1" 200 GET "/containers/$RUN-w/json" && ! grep -q "hidden-$RUN" "$WORK/answer"; }

# --- compose ---

composed() { (cd "$SHOP" && gated compose --progress quiet -p "$RUN" "$@" </dev/null); }

shop() {
  mkdir -p "$SHOP/www"
  cp "$HERE/shop.yaml" "$SHOP/compose.yaml"
  echo hello >"$SHOP/www/index.html"
  echo token >"$SHOP/token.txt"
  echo setting >"$SHOP/settings.conf"
}

five_run() { [ "$(composed ps --status running --format '{{.Service}}' | sort | xargs)" = "api cache db web worker" ]; }
page_is_there() { [ "$(composed exec -T web wget -q -O- http://127.0.0.1:8080/)" = hello ]; }
api_answers_by_name() { [ "$(composed exec -T web wget -q -O- http://api:8000/)" = api ]; }
files_are_there() { [ "$(composed exec -T api cat /run/secrets/token /etc/api.conf | xargs)" = "token setting" ]; }
worker_is_confined() { [ "$(composed exec -T worker id -u)" = 1000 ] && ! composed exec -T worker touch /x; }
logs_are_told() { composed logs --no-color worker | grep -q working; }
data_is_kept() { composed up -d --force-recreate db && [ "$(composed exec -T db cat /data/log | wc -l)" -ge 2 ]; }
down_leaves_nothing() { composed down -v && [ -z "$(direct ps -aq --filter "name=$RUN")$(direct volume ls -q --filter "name=$RUN")" ]; }

edited() { # SED, then up
  sed "$1" "$HERE/shop.yaml" >"$SHOP/compose.yaml"
  gated compose --progress quiet -p "$RUN-no" -f "$SHOP/compose.yaml" up -d --no-deps worker
}

preset_compose() {
  shop
  check "compose up" composed up -d
  check "compose ps" five_run
  check "compose exec" page_is_there
  check "compose networks" api_answers_by_name
  check "compose secrets and configs" files_are_there
  check "compose confined" worker_is_confined
  check "compose logs" await 10 logs_are_told
  check "compose recreate" data_is_kept
  check "compose down" down_leaves_nothing
  check "compose not privileged" denied_service privileged 's/read_only: true/privileged: true/'
  check "compose not the host's network" denied_service network_mode 's/networks: \[back\]/network_mode: host/'
  check "compose not docker.sock" denied_service binds 's|read_only: true|volumes: ["/var/run/docker.sock:/s"]|'
  check "compose not another folder" denied_service binds 's|read_only: true|volumes: ["../../../etc:/x"]|'
  check "compose no host volume" stopped binds gated volume create "$RUN-v" -o type=none -o o=bind -o device=/etc
}

# Networks of the project are made before its services are denied.
denied_service() { # WORD SED
  if edited "$2" >"$WORK/said" 2>&1; then echo "it was allowed" && return 1; fi
  grep -q "dockgate: .*($1: " "$WORK/said" || { cat "$WORK/said" && return 1; }
  [ -z "$(direct ps -aq --filter "name=$RUN-no")" ] || return 1
  (cd "$SHOP" && gated compose --progress quiet -p "$RUN-no" down -v)
}

# --- testcontainers ---

preset_testcontainers() {
  GATE=unix://$WORK/gate.sock "$PYTHON" "$HERE/testcontainers_py.py" || failed=1
}

# --- a CI runner ---

limits=(--memory 256m --pids-limit 200)

job() {
  mkdir -p "$JOB/src"
  echo 'echo built >out && cat input' >"$JOB/src/build.sh"
  gated network create "$RUN"
}

service_is_healthy() {
  gated run -d --name "$RUN-db" --network "$RUN" --network-alias database "${limits[@]}" --health-cmd 'test -e /ready' \
    --health-interval 1s busybox sh -c 'touch /ready; exec sleep 300' &&
    await 20 healthy
}
healthy() { [ "$(gated inspect -f '{{.State.Health.Status}}' "$RUN-db")" = healthy ]; }

job_runs() {
  gated create --name "$RUN-job" --network "$RUN" "${limits[@]}" -v "$JOB/src:/src" -w /src busybox sh build.sh &&
    echo sources >"$WORK/input" && gated cp "$WORK/input" "$RUN-job:/src/input" &&
    [ "$(gated start -a "$RUN-job")" = sources ] && [ "$(cat "$JOB/src/out")" = built ]
}

artifact_comes_out() { gated cp "$RUN-job:/src/out" "$WORK/out" && [ "$(cat "$WORK/out")" = built ]; }
script_goes_in() { [ "$(echo 'expr 6 \* 7' | gated run -i --rm --name "$RUN-sh" "${limits[@]}" busybox sh)" = 42 ]; }
exec_runs() { gated exec "$RUN-db" ping -c 1 database; }

gains_nothing() {
  [ "$(direct inspect -f '{{.HostConfig.SecurityOpt}}' "$RUN-job")" = "[no-new-privileges=true]" ] &&
    grep -q '"set":\["no_new_privileges=true"\]' "$WORK/audit.jsonl"
}

cleaned() { gated rm -fv "$RUN-db" "$RUN-job" && gated network rm "$RUN"; }

preset_ci_runner() {
  check "ci network" job
  check "ci service" service_is_healthy
  check "ci job" job_runs
  check "ci no-new-privileges" gains_nothing
  check "ci artifact" artifact_comes_out
  check "ci script by stdin" script_goes_in
  check "ci exec" exec_runs
  check "ci clean" cleaned
  check "ci not without limits" stopped mem_limit create
  check "ci not privileged" stopped privileged create "${limits[@]}" --privileged
  check "ci not the host" stopped binds create "${limits[@]}" -v /:/host
  check "ci not by dots" stopped binds create "${limits[@]}" -v "$JOB/../../../etc:/x"
  check "ci not docker.sock" stopped binds create "${limits[@]}" --mount type=bind,src=/etc/hostname,dst=/s
  check "ci not the host's network" stopped network_mode create "${limits[@]}" --network host
  check "ci not its processes" stopped pid create "${limits[@]}" --pid host
  check "ci no capability" stopped cap_add create "${limits[@]}" --cap-add SYS_ADMIN
  check "ci no unconfined" stopped security_opt create "${limits[@]}" --security-opt seccomp=unconfined
  check "ci no device" stopped devices create "${limits[@]}" --device /dev/null:/dev/x
}

main() {
  local preset word
  trap tear_down EXIT
  client_config "$DOCKER_CONFIG"
  chmod -R a+rX "$WORK"
  for preset in compose testcontainers ci-runner two-teams agent-sandbox ci-host monitor traefik homelab; do
    word=${1:-$preset}
    [[ $preset == *"$word"* ]] || continue
    start_gate "$preset" || { printf 'FAIL %s\n' "the gate under $preset" && failed=1 && continue; }
    "preset_${preset//-/_}"
    end_gate
  done
  return $failed
}

main "$@"
