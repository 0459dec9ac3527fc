# shellcheck shell=bash
# The package under a systemd of its own; sourced by package.sh.

# Docker's socket is the host's imitation, which the container sees in /daemon.
boot() {
  mkdir -p "$WORK/daemon"
  systemd-nspawn --quiet --boot --register=no --keep-unit --private-network --bind="$WORK/daemon:/daemon" \
    --directory="$ROOT" </dev/null >"$WORK/console" 2>&1 &
  NSPAWN=$!
  await 15 leads && await 60 up
}

leads() { LEADER=$(pgrep -P "$NSPAWN") && [ -n "$LEADER" ]; }

up() { in_it systemctl is-system-running 2>/dev/null | grep -qE '^(running|degraded)'; }

in_it() {
  nsenter --target "$LEADER" --mount --uts --ipc --net --pid --cgroup --root --wd=/ \
    "${CLEAN[@]}" "$@"
}

halted() {
  [ -n "${NSPAWN:-}" ] || return 0
  kill -TERM "$NSPAWN" 2>/dev/null
  await 30 gone "$NSPAWN" || kill -KILL "$NSPAWN" 2>/dev/null
  NSPAWN=
}

put() { # FILE
  cp "$1" "$ROOT/root/dockgate.deb" && in_it apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends /root/dockgate.deb
}

sockets() { echo "/proc/$LEADER/root/run/dockgate"; }

said() { # WORD COMMAND...
  local told word=$1
  shift
  told=$(in_it "$@" 2>&1)
  [ "$told" = "$word" ] && return
  echo "$*: $told"
  in_it journalctl --no-pager --lines 30 --unit dockgate.service --unit dockgate.socket
  return 1
}

# It is there, asks for nothing, and can be started all the same.
waits_for_docker() {
  put "$DEB" && user && said disabled systemctl is-enabled dockgate.service && said inactive systemctl is-active dockgate.service || return
  in_it systemctl start dockgate.service && said active systemctl is-active dockgate.service
}

purged_there() {
  in_it apt-get -qq -o Dpkg::Use-Pty=0 purge -y dockgate || return
  [ ! -e "$(sockets)" ] && [ ! -e "$ROOT/var/log/dockgate" ] && [ ! -e "$ROOT/etc/dockgate" ] && ! grep ^dockgate: "$ROOT"/etc/{passwd,group}
}

docker_comes() { daemon "$WORK/daemon/docker.sock" && in_it ln -sf /daemon/docker.sock /run/docker.sock; }

serves() {
  put "$DEB" && said enabled systemctl is-enabled dockgate.service && said active systemctl is-active dockgate.service || return
  await 10 answers "$(sockets)/reads.sock" && judges "$(sockets)" && in_it dockgate health --status /run/dockgate/status.sock
}

main_pid() { in_it systemctl show --property MainPID --value dockgate.service; }

reloads() { in_it systemctl reload dockgate.service && said active systemctl is-active dockgate.service; }

restarts() {
  local before
  before=$(main_pid)
  put "$WORK/newer.deb" && said active systemctl is-active dockgate.service && [ "$before" != "$(main_pid)" ]
}

# The first client starts the gate.
on_demand() {
  sed -i 's#- socket: /run/dockgate/reads.sock#- inherited: docker#; /^    mode:/d' "$ROOT/etc/dockgate/dockgate.yaml"
  in_it systemctl stop dockgate.service && in_it systemctl enable --quiet --now dockgate.socket && said inactive systemctl is-active dockgate.service || return
  await 10 answers "$(sockets)/docker.sock" || { said answers systemctl status dockgate.service; return 1; }
  said active systemctl is-active dockgate.service && said "660 root dockgate" stat -c '%a %U %G' /run/dockgate/docker.sock
}

# As root, whose own manager is a user's like any other.
of_a_user() {
  local home=$ROOT/root/.config/dockgate
  mkdir -p "$home" && cp -r "$ROOT/etc/dockgate/policies" "$home" && cp "$ROOT/usr/share/doc/dockgate/deploy/user/dockgate.yaml" "$home" || return
  in_it systemctl start user@0.service && in_it ln -sf /daemon/docker.sock /run/user/0/docker.sock || return
  in_it XDG_RUNTIME_DIR=/run/user/0 systemctl --user enable --quiet --now dockgate.socket dockgate.service || return
  await 10 answers "/proc/$LEADER/root/run/user/0/dockgate/docker.sock" && in_it dockgate health --status /run/user/0/dockgate/status.sock
}

with_systemd() { apt install -y --no-install-recommends systemd systemd-sysv dbus libpam-systemd && umount "$ROOT/proc"; }

under_systemd() {
  check "systemd is put into the Debian" with_systemd
  if ! boot; then
    echo "SKIP under systemd: it does not boot in a container here ($(tail -1 "$WORK/console" | tr -d '\r'))"
    return
  fi
  check "systemd: without Docker, there and not enabled" waits_for_docker
  check "systemd: a purge of a gate that runs" purged_there
  docker_comes
  check "systemd: with Docker, enabled and serving" serves
  check "systemd: reload" reloads
  check "systemd: an upgrade restarts it" restarts
  check "systemd: dockgate.socket" on_demand
  check "systemd: the units of a user" of_a_user
  check "systemd: a purge at last" purged_there
}
