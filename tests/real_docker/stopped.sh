#!/bin/bash
# Under policies/reads.yaml: what reads works as on the daemon itself; what writes
# is stopped, says why on the screen and in the audit, and nothing happens at the
# daemon. Behind TLS: nobody comes in without a certificate of the right authority.
#
#   DIRECT=unix://... READS=unix://... AUDIT=FILE \
#     [TLS=tcp://... CERTS=DIR PLAIN=tcp://127.0.0.1:PORT] stopped.sh
#
# CERTS is made by certs.sh; PLAIN is a port without TLS. Prints a line per check, as cli.sh does.
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
: "${DIRECT:?the address of the daemon itself}" "${READS:?the gate under policies/reads.yaml}" "${AUDIT:?its audit file}"
LIMIT=${LIMIT:-30}
PASSED=0 FAILED=0

# What looks. OBJECT, IMAGE, VOLUME and NETWORK stand for what `scene` makes.
READINGS=(
  "version --format {{.Server.Version}}"
  "info --format {{.Driver}}"
  "ps --all --no-trunc --filter name=OBJECT --format {{.ID}}"
  "inspect OBJECT --format {{.Id}}"
  "top OBJECT"
  "diff OBJECT"
  "port OBJECT"
  "stats --no-stream --format {{.Name}} OBJECT"
  "images --no-trunc --format {{.ID}} IMAGE"
  "image inspect IMAGE --format {{.Id}}"
  "history --no-trunc --quiet IMAGE"
  "volume ls --quiet --filter name=VOLUME"
  "volume inspect VOLUME"
  "network ls --no-trunc --filter name=NETWORK"
  "network inspect NETWORK"
  "system df --format {{.Type}}"
  "events --since 0 --until 1"
)

# What changes or reveals something: the operation that must be stopped, and a
# command that asks for it.
WRITINGS=(
  "ContainerCreate        run IMAGE true"
  "ContainerCreate        run --privileged --volume /:/host --pid host IMAGE true"
  "ContainerCreate        create IMAGE true"
  "ContainerStart         start STOPPED"
  "ContainerStop          stop OBJECT"
  "ContainerRestart       restart OBJECT"
  "ContainerKill          kill OBJECT"
  "ContainerPause         pause OBJECT"
  "ContainerUnpause       unpause OBJECT"
  "ContainerWait          wait OBJECT"
  "ContainerRename        rename OBJECT OBJECT-renamed"
  "ContainerUpdate        update --memory 64m --memory-swap 64m OBJECT"
  "ContainerDelete        rm --force OBJECT"
  "ContainerPrune         container prune --force"
  "ContainerExec          exec OBJECT true"
  "ContainerExec          exec --privileged --user 0 --interactive OBJECT sh"
  "ContainerLogs          logs OBJECT"
  "PutContainerArchive    cp FILE OBJECT:/tmp"
  "ContainerArchive       cp OBJECT:/etc/passwd -"
  "ContainerExport        export OBJECT"
  "ImageCommit            commit OBJECT IMAGE:committed"
  "ImageTag               tag IMAGE IMAGE:tagged"
  "ImageDelete            rmi --force IMAGE"
  "ImagePrune             image prune --all --force"
  "ImageGetAll            save IMAGE"
  "ImageLoad              load --input FILE"
  "ImageCreate            import FILE IMAGE:imported"
  "ImageCreate            pull IMAGE"
  "ImagePush              push IMAGE"
  "ImageBuild             build CONTEXT"
  "VolumeCreate           volume create VOLUME-other"
  "VolumeDelete           volume rm --force VOLUME"
  "VolumePrune            volume prune --force"
  "NetworkCreate          network create NETWORK-other"
  "NetworkDelete          network rm NETWORK"
  "NetworkConnect         network connect NETWORK OBJECT"
  "NetworkDisconnect      network disconnect --force bridge OBJECT"
  "NetworkPrune           network prune --force"
  "SwarmInit              swarm init --advertise-addr 192.0.2.2"
  "SecretCreate           secret create SECRET FILE"
  "ServiceCreate          service create --detach IMAGE"
  "BuildPrune             builder prune --force"
)

docker_at() { # ADDRESS ARGUMENT...
  local at=$1
  shift
  DOCKER_HOST=$at timeout -k 5 "$LIMIT" "$DOCKER" "$@"
}

report() { # WORD NAME [DETAIL]
  printf '%-4s %-26s %s\n' "$1" "$2" "${3:+($3)}"
  if [ "$1" = ok ]; then PASSED=$((PASSED + 1)); else FAILED=$((FAILED + 1)); fi
}

scene() {
  printf 'FROM busybox\nRUN echo built\n' >"$WORK/context/Dockerfile"
  tar -C "$WORK/context" -cf "$WORK/file.tar" Dockerfile
  {
    docker_at "$DIRECT" run --detach --name "$RUN" busybox sleep 3600
    docker_at "$DIRECT" create --name "$RUN-stopped" busybox true
    docker_at "$DIRECT" tag busybox "$RUN-image"
    docker_at "$DIRECT" volume create "$RUN-volume"
    docker_at "$DIRECT" network create "$RUN-network"
  } >/dev/null
}

sweep() {
  {
    docker_at "$DIRECT" rm --force --volumes "$RUN" "$RUN-stopped"
    docker_at "$DIRECT" rmi --force "$RUN-image"
    docker_at "$DIRECT" volume rm --force "$RUN-volume"
    docker_at "$DIRECT" network rm "$RUN-network"
  } >/dev/null 2>&1
  rm -rf "$WORK"
}

# The words of a command, the objects of the scene in place of theirs.
filled() {
  sed -e "s/OBJECT/$RUN/g; s/STOPPED/$RUN-stopped/g; s/IMAGE/$RUN-image/g; s/VOLUME/$RUN-volume/g" \
    -e "s/NETWORK/$RUN-network/g; s/SECRET/$RUN-secret/g; s#FILE#$WORK/file.tar#g; s#CONTEXT#$WORK/context#g" <<<"$1"
}

# A command's short name: no options, no objects.
named() { sed -E 's/ -.*//; s/ [A-Z][^ ]*//g' <<<"$1"; }

# What a command says; asked thrice at most, since what `top` tells of a young
# process changes from one moment to the next.
reading() { # COMMAND
  local words direct through code
  read -ra words <<<"$(filled "$1")"
  for _ in 1 2 3; do
    code=0
    direct=$(docker_at "$DIRECT" "${words[@]}" 2>&1)
    through=$(docker_at "$READS" "${words[@]}" 2>&1) || code=$?
    [ "$direct" != "$through" ] || break
    sleep 1
  done
  if [ "$code" != 0 ]; then
    report FAIL "reads $(named "$1")" "$(tail -n1 <<<"$through")"
  elif [ "$direct" != "$through" ]; then
    report FAIL "reads $(named "$1")" "differs: $(diff <(echo "$direct") <(echo "$through") | sed -n 2p)"
  else
    report ok "reads $(named "$1")"
  fi
}

# All that a stopped command must not have touched, in one text. Sorted, since
# Docker lists images of the same age in any order.
state() {
  local object
  {
    docker_at "$DIRECT" ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.State}}'
    docker_at "$DIRECT" images --all --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}'
    docker_at "$DIRECT" volume ls --format '{{.Name}}'
    docker_at "$DIRECT" network ls --no-trunc --format '{{.ID}} {{.Name}}'
  } | sort
  docker_at "$DIRECT" info --format '{{.Swarm.LocalNodeState}}'
  for object in "$RUN" "$RUN-stopped" "$RUN-network"; do docker_at "$DIRECT" inspect "$object"; done
}

happened() { # SINCE, what the daemon did since then
  docker_at "$DIRECT" events --since "$1" --until "$(date +%s.%N)" --format '{{.Type}} {{.Action}} {{.Actor.ID}}'
}

# The decision that the screen named by its id, in the audit; written within moments.
audited() { # OPERATION SCREEN
  local id
  id=$(grep -o '\[[0-9a-z]\{11\}\]' <<<"$2" | tail -n1 | tr -d '[]')
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    grep "\"id\":\"$id" "$AUDIT" | grep '"verdict":"deny"' | grep -q "\"operation\":\"$1\"" && return
    sleep 0.2
  done
  return 1
}

# What the client says when it was stopped: the gate's own sentence. Where it asks
# for a stream, the docker client shows no more than the status.
said_why() { # OPERATION SCREEN
  grep -q "dockgate: reader may not .*($1" <<<"$2" || [ "$1: $2" = "ContainerAttach: unable to upgrade to tcp, received 403" ]
}

writing() { # OPERATION COMMAND
  local words screen code=0 began did name
  read -ra words <<<"$(filled "$2")"
  began=$(date +%s.%N)
  screen=$(docker_at "$READS" "${words[@]}" <"$WORK/file.tar" 2>&1) || code=$?
  did=$(happened "$began")
  name="stops $(named "$2")"
  if [ $code = 0 ]; then report FAIL "$name" "it went through"
  elif [ $code = 124 ]; then report FAIL "$name" "still running after $LIMIT s"
  elif [ -n "$did" ]; then report FAIL "$name" "the daemon did: $(head -n1 <<<"$did")"
  elif ! said_why "$1" "$screen"; then
    report FAIL "$name" "no reason on the screen: $(tail -n1 <<<"$screen")"
  elif ! audited "$1" "$screen"; then report FAIL "$name" "not in the audit: $(tail -n1 <<<"$screen")"
  else report ok "$name" "$1"; fi
}

read_and_write() {
  local before each operation command
  for each in "${READINGS[@]}"; do reading "$each"; done
  before=$(state)
  for each in "${WRITINGS[@]}"; do
    read -r operation command <<<"$each"
    DOCKER_BUILDKIT=0 writing "$operation" "$command"
  done
  writing ContainerAttach "attach --no-stdin OBJECT"
  # Refused BuildKit in the daemon, buildx wants to run a builder of its own.
  DOCKER_BUILDKIT=1 writing ImageCreate "build --progress plain CONTEXT"
  if [ "$before" = "$(state)" ]; then report ok "nothing changed"; else
    report FAIL "nothing changed" "$(diff <(echo "$before") <(state) | sed -n 2p)"
  fi
}

# --- over the network ---

tls_with() { # FOLDER
  DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$1 docker_at "$TLS" version --format '{{.Server.Version}}'
}

# A page in a browser on this machine reaches loopback ports, with or without the wish of who browses.
browser_on_loopback() { curl -sf -m 5 "$@" "http://${PLAIN#tcp://}/_ping"; }

admitted() { # NAME COMMAND...
  local name=$1 told
  shift
  if told=$("$@" 2>&1); then report ok "$name"; else report FAIL "$name" "$(tail -n1 <<<"$told")"; fi
}

refused() { # NAME COMMAND...
  local name=$1 told
  shift
  if told=$("$@" 2>&1); then report FAIL "$name" "it came in: $(tail -n1 <<<"$told")"; else report ok "$name"; fi
}

plain() { curl -sf -m 5 "http://${TLS#tcp://}/_ping"; }
no_certificate() { curl -sf -m 5 --cacert "$CERTS/client/ca.pem" "https://localhost:${TLS##*:}/_ping"; }

browser() {
  curl -sf -m 5 --cacert "$CERTS/client/ca.pem" --cert "$CERTS/client/cert.pem" --key "$CERTS/client/key.pem" \
    "$@" "https://localhost:${TLS##*:}/_ping"
}

strangers() {
  admitted "TLS: its own client" tls_with "$CERTS/client"
  refused "TLS: a stranger" tls_with "$CERTS/stranger"
  refused "TLS: no certificate" no_certificate
  refused "TLS: plain HTTP" plain
  refused "TLS: a browser's Origin" browser -H 'Origin: https://example.com'
  refused "TLS: a browser's fetch" browser -H 'Sec-Fetch-Mode: cors'
  admitted "loopback: a client" browser_on_loopback
  refused "loopback: a browser's Origin" browser_on_loopback -H 'Origin: https://example.com'
  refused "loopback: a browser's fetch" browser_on_loopback -H 'Sec-Fetch-Mode: cors'
  refused "loopback: a foreign Host" browser_on_loopback -H 'Host: example.com'
}

main() {
  WORK=$(mktemp -d) RUN=dgt$$stop
  mkdir -p "$WORK/context"
  client_config "$WORK/config"
  DOCKER=$(docker_cli)
  export DOCKER_CONFIG=$WORK/config DOCKER_CLI_HINTS=false
  unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH
  trap sweep EXIT
  scene
  read_and_write
  [ -z "${TLS:-}" ] || strangers
  echo "$PASSED passed, $FAILED failed"
  [ $FAILED = 0 ]
}

main
