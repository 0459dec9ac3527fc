#!/bin/bash
# A real Docker, privately: daemons of three ages side by side, each with its
# own data, network namespace and socket, on a Debian 12 machine, as root.
#
#   docker.sh get 20|26|28|system    unpack Docker 20.10, 26.1 or 28.5 to /opt/dockerNN
#   docker.sh up NAME [VERSION]      start a private dockerd (26), print its folder
#   docker.sh restart NAME           stop it and start it again on the same data
#   docker.sh down NAME              stop it and remove what it left
#   docker.sh images SOCK            import busybox, alpine and hello-world
#
# The socket is FOLDER/docker.sock, the log FOLDER/dockerd.log. `system` is the
# machine's own age of Docker, 20. EXTRA="--flag ..." goes to dockerd.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

# version: the Debian suite that has it, and the packages it is split into there
suite_of() {
  case $1 in
    20) echo "bookworm docker.io containerd busybox-static" ;;
    26) echo "trixie docker.io containerd docker-cli docker-buildx docker-compose busybox-static" ;;
    28) echo "sid docker.io containerd docker-cli docker-buildx docker-compose busybox-static" ;;
    *) echo "no such version: \`$1\` (20, 26, 28 or system)" >&2 && return 2 ;;
  esac
}

version_of() { if [ "$1" = system ]; then echo 20; else echo "$1"; fi; }

# apt-get on a private view of one suite, so that the system's own is untouched
private_apt() { # FOLDER ARGUMENT...
  local at=$1
  shift
  apt-get -qq -o "Dir::Etc::sourcelist=$at/suite.list" -o Dir::Etc::sourceparts=/dev/null \
    -o "Dir::State::lists=$at/lists" -o APT::Sandbox::User=root "$@"
}

download() { # FOLDER SUITE PACKAGE...
  local at=$1 suite=$2
  shift 2
  mkdir -p "$at/lists/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $suite main" >"$at/suite.list"
  private_apt "$at" update >&2
  (cd "$at" && private_apt "$at" download "$@" >&2)
}

# runc and iptables must be the system's: newer builds want a newer libc.
install_system_tools() {
  local tool need=()
  for tool in runc iptables ip:iproute2 curl nsenter:util-linux python3; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${tool%:*}" >/dev/null || need+=("${tool#*:}")
  done
  [ ${#need[@]} = 0 ] && return
  apt-get -qq update >&2
  apt-get -qq install -y --no-install-recommends "${need[@]}" >&2
}

get() { # VERSION
  local version at words
  version=$(version_of "$1")
  words=$(suite_of "$version")
  install_system_tools
  if [ ! -x "$(prefix "$version")/usr/sbin/dockerd" ] || [ ! -x "$(busybox_in "$version")" ]; then
    at=$(mktemp -d)
    # shellcheck disable=SC2086 # the words are a suite and package names
    download "$at" $words
    mkdir -p "$(prefix "$version")"
    for package in "$at"/*.deb; do dpkg-deb -x "$package" "$(prefix "$version")"; done
    rm -rf "$at"
  fi
  "$(prefix "$version")/usr/sbin/dockerd" --version
}

# Merged-/usr suites ship busybox below usr.
busybox_in() { # VERSION
  local at
  for at in usr/bin bin; do
    [ -x "$(prefix "$1")/$at/busybox" ] && break
  done
  echo "$(prefix "$1")/$at/busybox"
}

# A network of its own: two daemons in one would fight over docker0 and iptables.
# The address leads nowhere; Swarm wants an interface that has one.
make_network() { # NAME
  [ -e "/run/netns/dg-$1" ] && return
  ip netns add "dg-$1"
  nsenter "--net=/run/netns/dg-$1" sh -c 'ip link set lo up
    ip link add veth0 type veth peer name veth1
    ip addr add 192.0.2.2/24 dev veth0
    ip link set veth0 up && ip link set veth1 up'
}

launch() { # NAME VERSION
  local dir=$BASE/$1 at
  at=$(prefix "$2")
  [ -x "$at/usr/sbin/dockerd" ] || { echo "no Docker in $at: run docker.sh get $2" >&2; return 1; }
  make_network "$1"
  ln -sf "$(PATH=/usr/sbin:/usr/bin:/sbin command -v runc)" "$dir/bin/runc"
  # nsenter and not `ip netns exec`, which remounts /sys and hides the cgroups
  # shellcheck disable=SC2086 # EXTRA is a list of flags
  PATH=$dir/bin:$at/usr/sbin:$at/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    setsid nsenter "--net=/run/netns/dg-$1" "$at/usr/sbin/dockerd" -H "unix://$dir/docker.sock" \
    --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/dockerd.pid" \
    --config-file "$dir/daemon.json" ${EXTRA:-} >>"$dir/dockerd.log" 2>&1 </dev/null &
  await 30 answers "$dir/docker.sock" && return
  tail -5 "$dir/dockerd.log" >&2
  return 1
}

up() { # NAME [VERSION]
  local dir=$BASE/$1 version
  version=$(version_of "${2:-26}")
  mkdir -p "$dir/bin"
  [ -e "$dir/daemon.json" ] || echo '{}' >"$dir/daemon.json"
  echo "$version" >"$dir/version"
  answers "$dir/docker.sock" || launch "$1" "$version"
  echo "$dir"
}


stop() { # NAME
  local pid
  pid=$(cat "$BASE/$1/dockerd.pid" 2>/dev/null) || return 0
  kill -TERM "$pid" 2>/dev/null || return 0
  await 30 gone "$pid"
}

restart() { # NAME
  stop "$1"
  launch "$1" "$(cat "$BASE/$1/version")"
}

# Mounts of killed containers would keep the folder busy.
unmount_below() { # FOLDER
  awk -v below="$1/" 'index($2, below) == 1 {print $2}' /proc/mounts | sort -r |
    while read -r mount; do umount -l "$mount" || true; done
}

down() { # NAME
  stop "$1"
  ip netns delete "dg-$1" 2>/dev/null || true
  unmount_below "$BASE/$1"
  await 5 rm -rf "${BASE:?}/$1"
}

busybox() {
  local version
  for version in 26 28 20; do
    [ -x "$(busybox_in "$version")" ] && busybox_in "$version" && return
  done
  echo "no busybox: run docker.sh get 26" >&2
  return 1
}

# A root file system of one static busybox, called ID in its os-release.
make_root() { # FOLDER ID
  local root=$1 tool
  mkdir -p "$root"/{bin,dev,etc,home,proc,root,sys,tmp,usr/bin,var/log,var/run}
  chmod 1777 "$root/tmp"
  cp "$(busybox)" "$root/bin/busybox"
  for tool in $("$root/bin/busybox" --list); do
    [ "$tool" = busybox ] || ln -sf busybox "$root/bin/$tool"
  done
  ln -sf ../../bin/env "$root/usr/bin/env"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnobody:x:65534:\n' >"$root/etc/group"
  printf 'NAME="%s"\nID=%s\n' "$2" "$2" >"$root/etc/os-release"
}

import() { # FOLDER IMAGE CMD
  tar -C "$1" --numeric-owner --owner=0 --group=0 --mtime=2024-01-01 --sort=name -cf - . |
    "$(docker_cli)" import -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
      -c "CMD $3" - "$2" >/dev/null
}

images() { # SOCK
  local at
  export DOCKER_HOST=unix://${1#unix://}
  at=$(mktemp -d)
  make_root "$at/busybox" busybox
  import "$at/busybox" busybox:latest '["sh"]'
  make_root "$at/alpine" alpine
  import "$at/alpine" alpine:latest '["/bin/sh"]'
  make_root "$at/hello" hello
  printf '#!/bin/sh\necho\necho Hello from Docker!\necho\n' >"$at/hello/hello"
  chmod +x "$at/hello/hello"
  import "$at/hello" hello-world:latest '["/hello"]'
  rm -rf "$at"
  "$(docker_cli)" images --format '{{.Repository}}:{{.Tag}}' | sort
}

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2; }

case ${1:-} in
  get | up | restart | down | images) [ $# -ge 2 ] || usage; "$@" ;;
  *) usage ;;
esac
