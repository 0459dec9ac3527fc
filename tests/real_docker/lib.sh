# shellcheck shell=bash
# What the scripts of this folder share; sourced, never run.

# Where the private daemons keep their files, one folder each.
BASE=${BASE:-/tmp/dockgate-docker}

# The prefixes that `docker.sh get` unpacks to, newest client plugins last.
prefix() { echo "/opt/docker$1"; }

# The package mirror that this machine already uses.
mirror() {
  {
    grep -hs '^URIs' /etc/apt/sources.list.d/*.sources | awk '{print $2}'
    grep -hs '^deb ' /etc/apt/sources.list /etc/apt/sources.list.d/*.list | grep -o '[a-z]*://[^ ]*'
  } | grep -m1 'debian/*$'
}

# The unmodified client under test: the machine's own, else an unpacked one.
docker_cli() {
  command -v docker && return
  local version
  for version in 26 28 20; do
    [ -x "$(prefix "$version")/usr/bin/docker" ] || continue
    echo "$(prefix "$version")/usr/bin/docker"
    return
  done
  echo "no docker client: run docker.sh get 26" >&2
  return 1
}

# A client configuration of its own in folder $1, with buildx and compose in reach.
client_config() {
  local version plugins=
  for version in 26 28; do
    plugins=$(prefix "$version")/usr/libexec/docker/cli-plugins
    [ -d "$plugins" ] && break
  done
  mkdir -p "$1"
  printf '{"cliPluginsExtraDirs": ["%s"]}\n' "$plugins" >"$1/config.json"
}

# Whether Docker, or the gate before it, answers on a socket.
answers() { [ "$(curl -s -m 2 --unix-socket "$1" http://docker/_ping 2>/dev/null)" = OK ]; }

# One that nothing listens on at the moment.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

await() { # SECONDS COMMAND...
  local ticks=$(($1 * 10))
  shift
  while ! "$@"; do
    ticks=$((ticks - 1))
    [ $ticks -gt 0 ] || return 1
    sleep 0.1
  done
}

# Ends the gate whose number stands in a file: checks run in shells of their own.
end_gate_of() { # FILE
  [ -s "$1" ] || return 0
  local gate
  gate=$(cat "$1")
  rm "$1"
  kill -TERM "$gate" 2>/dev/null
  await 20 gone "$gate"
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# Runs a command and prints a line; what it said is shown where it failed, and FAILED is set.
check() { # NAME COMMAND...
  local name=$1 told
  shift
  if told=$("$@" 2>&1); then
    printf 'ok   %s\n' "$name"
  else
    printf 'FAIL %s\n%s\n' "$name" "$told"
    # shellcheck disable=SC2034 # for whoever sources this
    FAILED=1
  fi
}
