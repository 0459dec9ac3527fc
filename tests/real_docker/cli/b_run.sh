# shellcheck shell=bash
# Containers run in front, behind, with input, with a terminal.

check_run_attached() { want hello "$(docker run --rm --name "$N" busybox echo hello)"; }

check_run_two_streams() {
  docker run --rm --name "$N" busybox sh -c 'echo to-out; echo to-err >&2' >out 2>err
  want to-out "$(cat out)"
  want to-err "$(cat err)"
}

check_run_detached() {
  docker run -d --name "$N" busybox sh -c 'echo behind'
  docker wait "$N"
  docker logs "$N"
}

# The end of the input must reach the container, or `cat` never ends.
check_run_piped() {
  noise 3000000 sent
  docker run -i --rm --name "$N" busybox cat <sent >came
  cmp sent came
}

check_run_empty_input() { want 0 "$(docker run -i --rm --name "$N" busybox wc -c </dev/null)"; }

# The daemon's end is final: the client need not close its own side.
check_run_input_left_open() {
  mkfifo never-ending
  exec 3<>never-ending
  want over "$(timeout 20 docker run -i --rm --name "$N" busybox echo over <&3)"
}

check_run_much_output() {
  want 8388608 "$(docker run --rm --name "$N" busybox head -c 8388608 /dev/zero | wc -c)"
}

check_run_exit_codes() {
  want_exit 0 docker run --rm busybox true
  want_exit 3 docker run --rm busybox sh -c 'exit 3'
  want_exit 125 docker run --rm --network "$N-none" busybox true 2>err
  want_exit 126 docker run --rm busybox /etc/passwd 2>>err
  want_exit 127 docker run --rm busybox /no-such-command 2>>err
  grep -c 'Error response from daemon\|error response from daemon' err
}

check_run_terminal() {
  want_exit 7 python3 "$HERE/drive_pty.py" 30x100 docker run -it --rm --name "$N" busybox sh -- \
    await '# ' send 'stty size\n' await '30 100' size 40x120 retry 'stty size\n' '40 120' send 'exit 7\n'
}

check_exec_terminal() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  want_exit 5 python3 "$HERE/drive_pty.py" 30x100 docker exec -it "$N" sh -- \
    await '# ' retry 'stty size\n' '30 100' size 40x120 retry 'stty size\n' '40 120' send 'exit 5\n'
}

check_exec_piped() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  noise 3000000 sent
  docker exec -i "$N" cat <sent >came
  cmp sent came
}

check_exec_codes() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  want_exit 0 docker exec "$N" true
  want_exit 4 docker exec "$N" sh -c 'exit 4'
  docker exec "$N" /no-such-command 2>err || echo "exit $?"
  docker exec -e "WORD=$N" "$N" env | grep '^WORD='
  docker exec -w /tmp -u nobody "$N" sh -c 'pwd; id -u'
}

check_exec_detached() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  docker exec -d "$N" touch /tmp/was-here
  within 5 docker exec "$N" test -e /tmp/was-here
}

# Clients of different ages give different exit codes here; 97 is the driver's.
detached() { # CONTAINER KEYS COMMAND...
  local container=$1 keys=$2 code=0
  shift 2
  python3 "$HERE/drive_pty.py" 30x100 docker "$@" "$container" -- \
    retry 'expr 40 + 2\n' '42' send "$keys" || code=$?
  [ $code -le 1 ]
}

check_attach_detach_keys() {
  docker run -dit --name "$N" busybox sh >/dev/null
  detached "$N" '\x10\x11' attach
  running "$N"
}

check_attach_own_keys() {
  docker run -dit --name "$N" busybox sh >/dev/null
  detached "$N" '\x18' attach --detach-keys ctrl-x
  running "$N"
}

check_start_attached() {
  docker create -i --name "$N" busybox cat >/dev/null
  want fed "$(echo fed | docker start -ai "$N")"
}

check_signal_passed_on() {
  docker run --rm --name "$N" busybox sh -c 'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done' >out &
  local client=$!
  within 10 grep -q up out
  kill -TERM $client
  want_exit 9 wait $client
}

check_run_removed() {
  docker run --rm --name "$N" busybox true
  want_exit 1 docker inspect "$N" 2>/dev/null
}
