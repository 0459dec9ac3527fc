#!/bin/bash
# Installs the .deb on a clean Debian of this machine's own suite, uses it there, and
# takes it away again; first without systemd, then under one that is booted:
#   tests/package.sh [FILE.deb]    the .deb is built (deploy/package.sh) unless it is named
# DOCKGATE_BIN names the static binary to build it around. Wants root.
set -uo pipefail
TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(dirname "$TESTS")
# shellcheck source-path=SCRIPTDIR source=real_docker/lib.sh
. "$TESTS/real_docker/lib.sh"
# shellcheck source-path=SCRIPTDIR source=package/booted.sh
. "$TESTS/package/booted.sh"
TOOLS=(debootstrap systemd-nspawn:systemd-container man:man-db lintian curl python3)
UNITS=usr/lib/systemd/system

install_tools() {
  local tool need=()
  for tool in "${TOOLS[@]}"; do
    command -v "${tool%:*}" >/dev/null || need+=("${tool#*:}")
  done
  [ ${#need[@]} = 0 ] && return
  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${need[@]}"
}

CLEAN=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C)

inside() { chroot "$ROOT" "${CLEAN[@]}" "$@"; }

# With process numbers of its own: users are not deleted while the host has processes of their number.
# shellcheck disable=SC2016 # the other shell reads it
alone() {
  unshare --mount --pid --fork sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$ROOT" "${CLEAN[@]}" "$@"
}

# As the unit has it: the gate's user, and beside its own group that of Docker's socket.
as_gate() {
  inside setpriv --reuid "$(id_of passwd dockgate)" --regid "$(id_of group dockgate)" --groups "$(id_of group docker)" "$@"
}

id_of() { awk -F: -v name="$2" '$1 == name { print $3 }' "$ROOT/etc/$1"; }

# --- the .deb ---

built() {
  "$PROJECT/deploy/package.sh" || return
  DEB=$(ls "$PROJECT"/target/package/*.deb)
}

# The same with a higher revision, and another word in a policy that it ships.
newer() {
  local tree=$WORK/newer
  dpkg-deb -R "$DEB" "$tree" || return
  sed -i 's/^Version: .*/&+newer/' "$tree/DEBIAN/control"
  echo '# newer' >>"$tree/etc/dockgate/policies/reads.yaml"
  (cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | xargs -0 md5sum >DEBIAN/md5sums)
  dpkg-deb --root-owner-group -b "$tree" "$WORK/newer.deb"
}

clean() { lintian --allow-root --fail-on error,warning "$DEB"; }

everything_below_etc_is_the_administrators() {
  diff <(dpkg-deb --ctrl-tarfile "$DEB" | tar -xO ./conffiles | sort) \
    <(dpkg-deb --fsys-tarfile "$DEB" | tar -t | sed -n 's#^\./\(etc/.*[^/]\)$#/\1#p' | sort)
}

# --- a clean Debian ---

bootstrap() {
  local suite
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # what the package wants or suggests: then a purge has to bring back the same paths
  debootstrap --variant=minbase --include=procps,logrotate "$suite" "$ROOT" "$(mirror)" && mount -t proc proc "$ROOT/proc"
}

apt() { alone apt-get -qq -o Dpkg::Use-Pty=0 "$@"; }

install_deb() { # FILE
  cp "$1" "$ROOT/tmp/dockgate.deb" && apt install -y --no-install-recommends /tmp/dockgate.deb && rm "$ROOT/tmp/dockgate.deb"
}

# Every path but what apt and dpkg keep for themselves.
paths() {
  find "$ROOT" -xdev \( -path "$ROOT/var/lib/apt" -o -path "$ROOT/var/cache" -o -path "$ROOT/var/log/apt" -o -path "$ROOT/tmp" \
    -o -path "$ROOT/proc" -o -path "$ROOT/var/lib/dpkg" -o -path "$ROOT/var/lib/systemd" \) -prune -o -printf '%P\n' |
    grep -vE '^etc/(passwd|group|shadow|gshadow)-$|^etc/\.pwd\.lock$|^etc/sub[ug]id-?$|^var/lib/logrotate/status$' | sort
}

files() {
  local file
  for file in usr/bin/dockgate "$UNITS"/dockgate.{service,socket} usr/lib/systemd/user/dockgate.{service,socket} \
    usr/lib/sysusers.d/dockgate.conf usr/lib/tmpfiles.d/dockgate.conf etc/logrotate.d/dockgate etc/dockgate/dockgate.yaml \
    etc/dockgate/policies/reads.yaml usr/share/man/man1/dockgate{,-serve,-certs-list}.1.gz \
    usr/share/bash-completion/completions/dockgate usr/share/zsh/vendor-completions/_dockgate \
    usr/share/fish/vendor_completions.d/dockgate.fish usr/share/doc/dockgate/{README.md,copyright,dockgate.cdx.json} \
    usr/share/doc/dockgate/deploy/{compose.yaml,tools/compose.yaml,gateway/policy.yaml}; do
    [ -f "$ROOT/$file" ] || { echo "missing: $file"; return 1; }
  done
  grep -rn /usr/local "$ROOT/usr/lib/systemd"/*/dockgate.* && return 1
  inside dpkg --verify dockgate
}

user() {
  grep -q '^dockgate:[^:]*:[0-9]*:[0-9]*:[^:]*:/nonexistent:/usr/sbin/nologin$' "$ROOT/etc/passwd" || return
  # In Docker's group only while the unit says so.
  [ "$(inside id -nG dockgate)" = dockgate ] && grep -q '^docker:' "$ROOT/etc/group"
}

modes() {
  diff - <(inside stat -c '%a %U %G %n' /usr/bin/dockgate /etc/dockgate /etc/dockgate/dockgate.yaml /etc/dockgate/policies /run/dockgate /var/log/dockgate) <<END
755 root root /usr/bin/dockgate
755 root root /etc/dockgate
644 root root /etc/dockgate/dockgate.yaml
755 root root /etc/dockgate/policies
755 dockgate dockgate /run/dockgate
750 dockgate dockgate /var/log/dockgate
END
}

configuration() { as_gate dockgate check --config /etc/dockgate/dockgate.yaml; }

pages() {
  local page told
  for page in "$ROOT"/usr/share/man/man1/dockgate*.1.gz; do
    told=$(MANWIDTH=100 LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 >"$WORK/page")
    [ -z "$told" ] || { echo "$page: $told"; return 1; }
    grep -q '^EXIT STATUS' "$WORK/page" || { echo "$page has no EXIT STATUS"; return 1; }
  done
}

# shellcheck disable=SC2016 # the other bash reads it
completion() {
  local told
  told=$(inside bash -c '. /usr/share/bash-completion/completions/dockgate
    COMP_WORDS=(dockgate re) COMP_CWORD=1
    _dockgate dockgate re dockgate
    echo "${COMPREPLY[@]}"') || return
  [ "$told" = reload ] || { echo "$told"; return 1; }
}

# --- a gate without systemd ---

daemon() { # SOCKET
  rm -f "$1"
  python3 "$TESTS/package/daemon.py" "$1" &
  DAEMON=$!
  await 5 answers "$1" && chgrp "$(id_of group docker)" "$1" && chmod 660 "$1"
}

no_daemon() { kill "$DAEMON" && wait "$DAEMON" 2>/dev/null; }

# Word by word what the unit starts, as whom it starts it.
launch() {
  local line
  line=$(sed -n 's/^ExecStart=//p' "$ROOT/$UNITS/dockgate.service")
  # shellcheck disable=SC2086 # a line of words
  as_gate $line >"$WORK/gate.log" 2>&1 &
  GATE=$!
}

# Below the shell that started it.
gate() { pgrep -P "$GATE"; }

started() { await 5 answers "$ROOT/run/dockgate/reads.sock" || { cat "$WORK/gate.log"; return 1; }; }

# What the socket's group reads, and nothing more.
judges() { # FOLDER-OF-SOCKETS
  local status
  status=$(curl -s -o "$WORK/told" -w '%{http_code}' --unix-socket "$1/reads.sock" -X POST http://docker/v1.47/containers/web/stop)
  [ "$status" = 403 ] || { cat "$WORK/told"; return 1; }
  grep -q ContainerStop "$WORK/told" || return
  [ "$(stat -c '%a %g' "$1/reads.sock")" = "660 $(id_of group dockgate)" ]
}

healthy() { as_gate dockgate health --status /run/dockgate/status.sock; }

recorded() { grep -q '"verdict":"deny"' "$ROOT/var/log/dockgate/audit.jsonl"; }

rotated() {
  inside logrotate --force /etc/logrotate.d/dockgate && [ -s "$ROOT/var/log/dockgate/audit.jsonl.1" ]
}

ended() { kill "$(gate)" && await 10 gone "$GATE" && [ ! -e "$ROOT/run/dockgate/reads.sock" ]; }

gone() { ! kill -0 "$1" 2>/dev/null; }

# --- upgrade, removal ---

upgraded() {
  echo '# mine' >>"$ROOT/etc/dockgate/dockgate.yaml"
  rm "$ROOT/etc/dockgate/policies/ci-runner.yaml"
  install_deb "$WORK/newer.deb" || return
  grep -q '^# mine$' "$ROOT/etc/dockgate/dockgate.yaml" && grep -q '^# newer$' "$ROOT/etc/dockgate/policies/reads.yaml" &&
    [ ! -e "$ROOT/etc/dockgate/policies/ci-runner.yaml" ]
}

removed() {
  apt remove -y dockgate || return
  [ ! -e "$ROOT/usr/bin/dockgate" ] && [ -e "$ROOT/etc/dockgate/dockgate.yaml" ] && [ -d "$ROOT/var/log/dockgate" ] && user
}

purged() {
  apt purge -y dockgate || return
  ! grep ^dockgate: "$ROOT"/etc/{passwd,group} && paths >"$WORK/after" && diff "$WORK/before" "$WORK/after"
}

without_systemd() {
  paths >"$WORK/before"
  check "installs on a host without Docker and systemd" install_deb "$DEB"
  check "files" files
  check "user" user
  check "modes" modes
  check "the configuration, read by the gate's user" configuration
  check "man pages" pages
  check "bash completion" completion
  daemon "$ROOT/run/docker.sock"
  launch
  check "the unit's line starts a gate" started
  check "answers as the preset says" judges "$ROOT/run/dockgate"
  check "healthy" healthy
  check "audit" recorded
  check "ends when it is told to" ended
  no_daemon
  check "logrotate" rotated
  rm -f "$ROOT/run/docker.sock"
  check "an upgrade keeps what was changed" upgraded
  check "a removal keeps configuration and audit" removed
  check "a purge leaves nothing" purged
}

clean_up() {
  [ -z "${GATE:-}" ] || kill "$(gate)" 2>/dev/null
  [ -z "${DAEMON:-}" ] || kill "$DAEMON" 2>/dev/null
  halted
  mountpoint -q "$ROOT/proc" && umount "$ROOT/proc"
  rm -rf --one-file-system "$WORK"
}

main() {
  FAILED=0 WORK=$(mktemp -d) DEB=${1:-}
  ROOT=$WORK/root
  chmod 755 "$WORK"
  trap clean_up EXIT
  install_tools >"$WORK/tools" 2>&1 || { cat "$WORK/tools"; exit 1; }
  [ -n "$DEB" ] || built >"$WORK/built" 2>&1 || { echo "FAIL the .deb is built"; cat "$WORK/built"; exit 1; }
  check "lintian" clean
  check "everything below /etc is a conffile" everything_below_etc_is_the_administrators
  check "a newer .deb" newer
  check "a clean Debian" bootstrap
  [ -d "$ROOT/proc/1" ] || exit 1
  without_systemd
  under_systemd
  [ $FAILED = 0 ]
}

main "$@"
