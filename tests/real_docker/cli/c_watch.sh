# shellcheck shell=bash
# Streams out of a container, clients that vanish, and what moves a container.

check_logs() {
  docker run --name "$N" busybox sh -c 'echo one; echo two; echo three'
  docker logs --tail 2 "$N"
  docker logs -t "$N" 2>/dev/null | cut -d' ' -f2
}

check_logs_follow() {
  docker run -d --name "$N" busybox sh -c 'for i in 1 2 3; do echo $i; sleep 0.5; done' >/dev/null
  want '1 2 3' "$(docker logs -f "$N" | xargs)"
}

# Line by line, not when a buffer is full or the container ends.
check_logs_follow_live() {
  docker run -d --name "$N" busybox sh -c 'sleep 2; echo now; sleep 300' >/dev/null
  docker logs -f "$N" >followed &
  local follower=$!
  within 10 grep -q now followed
  kill $follower
}

check_attach_output() {
  docker run -d --name "$N" busybox sh -c 'sleep 2; echo late' >/dev/null
  want late "$(docker attach --no-stdin "$N")"
}

check_wait() {
  docker run -d --name "$N" busybox sh -c 'sleep 1; exit 6' >/dev/null
  want 6 "$(docker wait "$N")"
}

connections() { grep -c " ${DIRECT#unix://}\$" /proc/net/unix || true; }
fewer_connections_than() { [ "$(connections)" -lt "$1" ]; }
more_connections_than() { [ "$(connections)" -gt "$1" ]; }

# Twenty silent clients, their inputs open, are killed: their connections to the
# daemon must go. Each needs one of its own, but it may be one that a gate kept
# from before; and counted roughly, since a gate may keep a few idle ones.
vanish() { # COMMAND...
  local during clients=() _
  mkfifo never-ending
  exec 3<>never-ending
  for _ in {1..20}; do
    docker "$@" <&3 >/dev/null &
    clients+=($!)
    sleep 0.05
  done
  within 15 more_connections_than 19
  sleep 1
  during=$(connections)
  kill -9 "${clients[@]}"
  within 10 fewer_connections_than $((during - 14))
}

check_vanished_wait() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  vanish wait "$N"
}

check_vanished_logs() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  vanish logs -f "$N"
}

check_vanished_stats() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  vanish stats "$N"
}

check_kill() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  docker kill "$N"
  want 137 "$(docker inspect -f '{{.State.ExitCode}}' "$N")"
}

check_stop() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  docker stop -t 1 "$N"
  want false "$(docker inspect -f '{{.State.Running}}' "$N")"
}

check_restart() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  docker restart -t 0 "$N"
  running "$N"
}

check_pause() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  docker pause "$N"
  want paused "$(docker inspect -f '{{.State.Status}}' "$N")"
  docker unpause "$N"
  want running "$(docker inspect -f '{{.State.Status}}' "$N")"
}

check_rename() {
  docker create --name "$N" busybox true >/dev/null
  docker rename "$N" "$N-renamed"
  want_exit 1 docker inspect "$N" 2>/dev/null
  docker rm "$N-renamed"
}

check_update() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  docker update --restart on-failure:3 "$N"
  docker inspect -f '{{.HostConfig.RestartPolicy}}' "$N"
}

check_diff() {
  docker run --name "$N" busybox sh -c 'touch /made; rm /etc/group'
  docker diff "$N" | sort
}

check_port() {
  docker run -d --name "$N" -p 127.0.0.1::8080 busybox sleep 300 >/dev/null
  docker port "$N" 8080 | sed 's/:[0-9]*$//'
}

check_container_prune() {
  docker create --name "$N" --label "$N" busybox true >/dev/null
  docker container prune -f --filter "label=$N"
  want_exit 1 docker inspect "$N" 2>/dev/null
}
