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

check() { # NAME COMMAND...
  local name=$1 told
  shift
  if told=$("$@" 2>&1); then
    printf 'ok   %s\n' "$name"
  else
    printf 'FAIL %s\n%s\n' "$name" "$told"
    FAILED=1
  fi
}

scripts() {
  git -C "$PROJECT" ls-files -z '*.sh' .ci/run | (cd "$PROJECT" && xargs -0 shellcheck -x)
}

# systemd wants the program to be there; the unit's own lines are what is checked.
unit() {
  sed 's#/usr/local/bin/dockgate#/bin/true#' "$DEPLOY/dockgate.service" >"$WORK/dockgate.service"
  local told
  told=$(systemd-analyze verify "$WORK/dockgate.service" 2>&1) && [ -z "$told" ] && return
  echo "$told"
  return 1
}

compose() { DOCKER_GID=0 docker_ compose -f "$DEPLOY/compose.yaml" "$@"; }

docker_() { DOCKER_CONFIG=$WORK/config "$(docker_cli)" "$@"; }

# As it is installed: the policies beside it, certificates as its comments name them.
configuration() {
  cp "$DEPLOY/dockgate.yaml" "$WORK/dockgate.yaml"
  cp -r "$PROJECT/policies" "$WORK/policies"
  certificates && uncomment_tls && "$DOCKGATE_BIN" check --config "$WORK/dockgate.yaml"
}

certificates() {
  local at=$WORK/certificates
  "$TESTS/real_docker/certs.sh" "$at" && mkdir "$WORK/tls" && cp "$at/server/ca.pem" "$WORK/tls/ca.pem" &&
    cp "$at/server/cert.pem" "$WORK/tls/server.pem" && cp "$at/server/key.pem" "$WORK/tls/server-key.pem"
}

uncomment_tls() {
  sed -i 's/^  # \(- address:\)/  \1/; s/^  #   \(tls\|policy\):/    \1:/' "$WORK/dockgate.yaml"
  grep -q '^    tls:' "$WORK/dockgate.yaml"
}

# --- the image, on a Docker of its own ---

# The umask of whoever builds it must not keep the image's user out.
image() (
  umask 077
  DOCKER_HOST=unix://$DAEMON/docker.sock DOCKER_CONFIG=$WORK/config \
    PATH=$WORK/bin:$PATH DOCKGATE_BIN=${STATIC_BIN:-} "$DEPLOY/image.sh" dockgate
)

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

unmount() {
  compose --project-name "dockgate-example" down --volumes --timeout 15
  "$TESTS/real_docker/docker.sh" down deploy
}

on_docker() {
  "$TESTS/real_docker/docker.sh" get 26 && DAEMON=$("$TESTS/real_docker/docker.sh" up deploy 26) || return
  export DOCKER_HOST=unix://$DAEMON/docker.sock
  mkdir "$WORK/bin"
  ln -s "$(docker_cli)" "$WORK/bin/docker"
  check "image of a static binary" image
  check "image of the client" client_image
  check "compose: mounted instead of docker.sock" mounted_instead
  check "compose: mounted in its place" mounted_in_its_place
  unmount >/dev/null 2>&1
}

main() {
  FAILED=0 WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  client_config "$WORK/config"
  check "scripts" scripts
  check "systemd unit" unit
  check "compose file" compose config --quiet
  check "example configuration" configuration
  [ "${1:-}" != --image ] || on_docker
  [ $FAILED = 0 ]
}

main "$@"
