#!/bin/bash
# Holds deploy/ against the tools that will read it:
#   tests/deploy.sh            scripts, unit, compose file, configuration
#   tests/deploy.sh --image    also builds the image and uses it on a private Docker
# DOCKGATE_BIN is the dockgate that reads the configuration; STATIC_BIN names a
# static one for the image, which is built otherwise.
set -uo pipefail
TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(dirname "$TESTS")
DEPLOY=$PROJECT/deploy
# shellcheck source-path=SCRIPTDIR source=real_docker/lib.sh
. "$TESTS/real_docker/lib.sh"

scripts() {
  git -C "$PROJECT" ls-files -z '*.sh' .ci/run 'deploy/debian/p*' | (cd "$PROJECT" && xargs -0 shellcheck -x)
}

# systemd wants the program to be there; the units' own lines are what is checked.
units() { # FOLDER ARGUMENT...
  local from=$1 told
  shift
  mkdir -p "$WORK/units" && rm -f "$WORK/units"/*
  cp "$from"/dockgate.{service,socket} "$WORK/units" || return
  sed -i 's#/usr/local/bin/dockgate#/bin/true#' "$WORK/units/dockgate.service"
  told=$(XDG_RUNTIME_DIR=$WORK systemd-analyze "$@" verify "$WORK/units"/dockgate.{service,socket} 2>&1) && [ -z "$told" ] && return
  echo "$told"
  return 1
}

# They would hide who is at the other end.
peers_stay_visible() {
  ! grep -nE '^(PrivateUsers|ProtectProc|ProcSubset|PrivatePIDs)=' "$DEPLOY"/*.service "$DEPLOY"/user/*.service
}

users_and_folders() {
  mkdir -p "$WORK/root/etc"
  systemd-sysusers --root="$WORK/root" "$DEPLOY/sysusers.conf" && systemd-tmpfiles --root="$WORK/root" --create "$DEPLOY/tmpfiles.conf" || return
  grep -q '^dockgate:.*:/nonexistent:/usr/sbin/nologin$' "$WORK/root/etc/passwd" && grep -q '^docker:' "$WORK/root/etc/group" || return
  stat -c %a "$WORK/root/var/log/dockgate" | grep -qx 750
}

compose() { compose_of compose.yaml "$@"; }

compose_of() { # FILE ARGUMENT...
  local file=$1
  shift
  DOCKER_GID=0 docker_ compose -f "$DEPLOY/$file" "$@"
}

docker_() { DOCKER_CONFIG=$WORK/config "$(docker_cli)" "$@"; }

# As it is installed: the policies beside it, certificates as its comments name them.
configuration() {
  cp "$DEPLOY/dockgate.yaml" "$WORK/dockgate.yaml"
  cp -r "$PROJECT/policies" "$WORK/policies"
  certificates && uncomment && "$DOCKGATE_BIN" check --config "$WORK/dockgate.yaml"
}

certificates() {
  "$DOCKGATE_BIN" certs server --dir "$WORK/tls" gate.example.com
}

uncomment() {
  sed -i 's/^  # \(- [a-z]*:\)/  \1/; s/^  # \(  .*\)/  \1/' "$WORK/dockgate.yaml"
  grep -q '^    tls:' "$WORK/dockgate.yaml" && grep -q '^  - inherited:' "$WORK/dockgate.yaml"
}

# --- the image, on a Docker of its own ---

# The umask of whoever builds it must not keep the image's user out.
image() (
  umask 077
  DOCKER_HOST=unix://$DAEMON/docker.sock DOCKER_CONFIG=$WORK/config \
    PATH=$WORK/bin:$PATH DOCKGATE_BIN=${STATIC_BIN:-} "$DEPLOY/image.sh" dockgate
)

# It is loaded onto every host.
image_size() {
  local size
  size=$(docker_ image inspect --format '{{.Size}}' dockgate) || return
  echo "$size bytes"
  [ "$size" -lt $((10 << 20)) ]
}

# The example's client stands in for any; busybox speaks no HTTP over sockets, the docker client is wrapped up.
client_image() {
  local file
  mkdir -p "$WORK/client"
  for file in "$(docker_cli)" $(ldd "$(docker_cli)" | grep -o '/[^ ]*'); do
    cp --parents -L "$file" "$WORK/client"
  done
  tar -C "$WORK/client" -c . | docker_ import -c 'ENV PATH=/usr/bin:/usr/local/bin' - dockgate-client
}

mounted_instead() {
  local at=(compose --project-name "dockgate-example")
  export CLIENT_IMAGE=dockgate-client DOCKER_SOCKET_DIR=$DAEMON
  "${at[@]}" up --no-build --detach dockgate || return
  await 3 "${at[@]}" run --rm client docker ps || return
  local stopped
  stopped=$("${at[@]}" run --rm client docker volume create never 2>&1) && return 1
  grep -q 'VolumeCreate' <<<"$stopped" || { echo "$stopped"; return 1; }
}

# For a client that is told nothing and looks where Docker's socket used to be.
mounted_in_its_place() {
  docker_ run --rm --network none --group-add 65532 --volume dockgate-example_dockgate:/var/run:ro dockgate-client docker ps
}

# Nothing but the gate's own sockets may be written to, and it is alive by its own word.
as_confined_as_said() {
  local gate told
  gate=$(compose --project-name "dockgate-example" ps --quiet dockgate) || return
  [ "$(docker_ inspect --format '{{.State.Health.Status}}' "$gate")" = healthy ] || return
  told=$(docker_ exec "$gate" /dockgate status) || return
  echo "$told"
  grep -q 'capabilities: none' <<<"$told" && grep -q 'seccomp: [0-9]' <<<"$told" || return
  # nothing else is in there to be run, and the daemon's death is noticed
  ! docker_ exec "$gate" /bin/sh -c true 2>/dev/null
}

# Anonymous memory of the gate, idle; the page cache is the kernel's.
idle_memory() {
  local gate pid
  gate=$(compose --project-name "dockgate-example" ps --quiet dockgate) && pid=$(docker_ inspect --format '{{.State.Pid}}' "$gate") || return
  awk '/^(VmRSS|RssAnon)/ { printf "%s %s %s  ", $1, $2, $3 }' "/proc/$pid/status"
}

# One gate, two tools: neither sees the other's socket, each has its own policy.
one_socket_per_tool() {
  local at=(compose_of tools/compose.yaml --project-name dockgate-tools) stopped
  export CLIENT_IMAGE=dockgate-client DOCKER_SOCKET_DIR=$DAEMON
  "${at[@]}" up --no-build --detach --wait dockgate || return
  docker_ run --detach --name web --network none busybox sleep 600 || return
  "${at[@]}" run --rm dashboard docker inspect web >/dev/null || return
  stopped=$("${at[@]}" run --rm dashboard docker restart --time 0 web 2>&1) && return 1
  grep -q ContainerRestart <<<"$stopped" || { echo "$stopped"; return 1; }
  "${at[@]}" run --rm restarter docker restart --time 0 web || return
  stopped=$("${at[@]}" run --rm restarter docker inspect web 2>&1) && return 1
  grep -q ContainerInspect <<<"$stopped" || { echo "$stopped"; return 1; }
}

# The gate's own authority, two clients, a port; from the daemon's network, which has no other.
gateway() {
  local at=(compose_of gateway/compose.yaml --project-name dockgate-gateway) stopped
  export CERTS_DIR=$WORK/gateway DOCKER_SOCKET_DIR=$DAEMON
  make_certificates >/dev/null && "${at[@]}" up --no-build --detach --wait || return
  [ "$(over_tls alice exec web echo inside)" = inside ] || return
  stopped=$(over_tls bob restart --time 0 web 2>&1) && return 1
  grep -q ContainerRestart <<<"$stopped" || { echo "$stopped"; return 1; }
  "$DOCKGATE_BIN" certs revoke --dir "$CERTS_DIR" alice || return
  await 15 refused alice || return
  over_tls bob inspect web >/dev/null
}

make_certificates() {
  export DOCKGATE_CERTS=$CERTS_DIR
  # the daemon mounts it for a user of its own, who must get as far as that
  chmod 755 "$WORK" && "$DOCKGATE_BIN" certs server 127.0.0.1 &&
    "$DOCKGATE_BIN" certs client alice --organization ops &&
    "$DOCKGATE_BIN" certs client bob --organization watch && chown -R 65532:65532 "$CERTS_DIR/server"
}

over_tls() { # CLIENT ARGUMENT...
  local files=$CERTS_DIR/clients/$1
  shift
  env -u DOCKER_HOST DOCKER_CONFIG="$WORK/config" nsenter --net=/run/netns/dg-deploy "$(docker_cli)" --host tcp://127.0.0.1:2376 --tlsverify \
    --tlscacert "$files/ca.pem" --tlscert "$files/cert.pem" --tlskey "$files/key.pem" "$@"
}

refused() { ! over_tls "$1" version >/dev/null 2>&1; }

unmount() {
  compose --project-name "dockgate-example" down --volumes --timeout 15
  compose_of tools/compose.yaml --project-name dockgate-tools down --volumes --timeout 15
  compose_of gateway/compose.yaml --project-name dockgate-gateway down --volumes --timeout 15
  "$TESTS/real_docker/docker.sh" down deploy
}

on_docker() {
  "$TESTS/real_docker/docker.sh" get 26 && DAEMON=$("$TESTS/real_docker/docker.sh" up deploy 26) || return
  export DOCKER_HOST=unix://$DAEMON/docker.sock
  mkdir "$WORK/bin"
  ln -s "$(docker_cli)" "$WORK/bin/docker"
  check "image of a static binary" image
  check "image: $(image_size)" image_size
  check "images to work with" "$TESTS/real_docker/docker.sh" images "$DAEMON/docker.sock"
  check "image of the client" client_image
  check "compose: mounted instead of docker.sock" mounted_instead
  check "compose: mounted in its place" mounted_in_its_place
  check "compose: healthy and confined" as_confined_as_said
  check "compose: idle, $(idle_memory)" idle_memory
  check "compose: one socket per tool" one_socket_per_tool
  check "compose: gateway" gateway
  unmount >/dev/null 2>&1
}

main() {
  FAILED=0 WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  client_config "$WORK/config"
  check "scripts" scripts
  check "systemd units" units "$DEPLOY"
  check "systemd units of a user" units "$DEPLOY/user" --user
  check "systemd units: peers stay visible" peers_stay_visible
  check "sysusers, tmpfiles" users_and_folders
  check "compose file" compose config --quiet
  check "compose file: tools" compose_of tools/compose.yaml config --quiet
  check "compose file: gateway" compose_of gateway/compose.yaml config --quiet
  check "gateway policy" "$DOCKGATE_BIN" test "$DEPLOY/gateway/policy.yaml"
  check "example configuration" configuration
  [ "${1:-}" != --image ] || on_docker
  [ $FAILED = 0 ]
}

main "$@"
