# shellcheck shell=bash
# The programs that driven.sh drives, unpacked to $TOOLS and kept from run to run; sourced, never run.
# Nothing is installed into the system but node, npm, git and apt's own lists, where they are missing.

TOOLS=$BASE/tools
# The collections that Ansible's modules for Docker are in, out of the package that has them all.
COLLECTIONS=ansible==9.13.0

install_tools() {
  mkdir -p "$TOOLS"
  install_missing node:nodejs npm:npm git:git setpriv:util-linux curl:curl || return
  install_debian prometheus:usr/bin/prometheus zabbix-agent2:usr/sbin/zabbix_agent2 crowdsec:usr/bin/crowdsec \
    netdata-plugins-bash:usr/lib/netdata/plugins.d/cgroup-name.sh &&
    install_python && install_collections && install_node
}

install_missing() { # COMMAND:PACKAGE...
  local tool need=()
  for tool; do command -v "${tool%:*}" >/dev/null || need+=("${tool#*:}"); done
  [ ${#need[@]} = 0 ] && return
  apt-get -qq update && apt-get -qq install -y --no-install-recommends "${need[@]}"
}

# Packages of the machine's own suite, unpacked below $TOOLS: no service is started.
install_debian() { # PACKAGE:FILE...
  local one need=()
  for one; do [ -e "$TOOLS/${one#*:}" ] || need+=("${one%:*}"); done
  [ ${#need[@]} = 0 ] && return
  mkdir -p "$TOOLS/debs"
  (cd "$TOOLS/debs" && { download_debian "${need[@]}" || { apt-get -qq update && download_debian "${need[@]}"; }; }) || return
  for one in "$TOOLS"/debs/*.deb; do dpkg-deb -x "$one" "$TOOLS" || return; done
  rm -rf "$TOOLS/debs"
}

download_debian() { apt-get -qq -o APT::Sandbox::User=root download "$@"; }

# Its list of packages beside the environment says whether it is the one that is wanted.
install_python() {
  local wanted=$HERE/driven/requirements.txt
  cmp -s "$wanted" "$TOOLS/venv/installed.txt" && return
  rm -rf "$TOOLS/venv"
  python3 -m venv "$TOOLS/venv" && "$TOOLS/venv/bin/pip" install -q --no-deps -r "$wanted" &&
    cp "$wanted" "$TOOLS/venv/installed.txt"
}

install_collections() {
  local at
  [ -d "$TOOLS/collections/ansible_collections" ] && return
  at=$(mktemp -d)
  "$TOOLS/venv/bin/pip" download -q --no-deps --only-binary :all: -d "$at" "$COLLECTIONS" &&
    "$TOOLS/venv/bin/python" "$HERE/driven/unpack.py" "$at"/*.whl "$TOOLS/collections"
  set -- $?
  rm -rf "$at"
  return "$1"
}

install_node() {
  local wanted=$HERE/driven/package-lock.json
  cmp -s "$wanted" "$TOOLS/node/installed.json" && return
  mkdir -p "$TOOLS/node"
  cp "$HERE/driven/package.json" "$wanted" "$TOOLS/node/" &&
    (cd "$TOOLS/node" && npm ci --silent --ignore-scripts --no-audit --no-fund) && cp "$wanted" "$TOOLS/node/installed.json"
}
