# shellcheck shell=bash
# What the daemon says of itself, and following what it does.

check_ping() { want OK "$(docker version --format OK)"; }

check_version() { docker version --format '{{json .Server}}'; }

# Counts of file descriptors, goroutines and listeners change by themselves.
check_info() {
  docker info --format '{{json .}}' |
    python3 -c 'import json, sys
info = json.load(sys.stdin)
for key in "NFd NGoroutines NEventsListener SystemTime ClientInfo Containers ContainersRunning ContainersStopped ContainersPaused Images".split():
    info.pop(key, None)
print(json.dumps(info, indent=1, sort_keys=True))'
}

check_ps() {
  docker run -d --name "$N" --label "$N" busybox sleep 300 >/dev/null
  docker ps --filter "label=$N" --format '{{.Names}} {{.Image}} {{.Command}}'
  docker ps -q --no-trunc --filter "label=$N"
}

check_inspect() {
  docker create --name "$N" busybox true >/dev/null
  docker inspect "$N" --format '{{.Path}} {{.Config.Image}} {{.HostConfig.NetworkMode}}'
  want_exit 1 docker inspect "$N-none"
}

check_events() {
  local since until
  since=$(date +%s)
  docker run --rm --name "$N-told" busybox true
  until=$(($(date +%s) + 1))
  docker events --since "$since" --until "$until" --filter "container=$N-told" \
    --format '{{.Type}} {{.Action}}'
}

# The first line must come at once, not when a buffer is full.
check_events_live() {
  docker events --filter "volume=$N" --format '{{.Type}} {{.Action}}' >followed &
  local follower=$!
  sleep 1
  docker volume create "$N" >/dev/null
  within 5 grep -q 'volume create' followed
  kill $follower
  cat followed
}

listeners() { daemon info --format '{{.NEventsListener}}'; }
no_more_listeners_than() { [ "$(listeners)" -le "$1" ]; }
more_listeners_than() { [ "$(listeners)" -gt "$1" ]; }

# A killed client must leave no follower behind at the daemon.
check_events_killed() {
  local before follower
  before=$(listeners)
  docker events >/dev/null &
  follower=$!
  within 5 more_listeners_than "$before"
  kill -9 $follower
  within 5 no_more_listeners_than "$before"
}

check_stats() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  docker stats --no-stream --format '{{.Name}}' "$N"
}

check_top() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  want_in sleep "$(docker top "$N" -o pid,comm)"
}

check_system_df() { docker system df --format '{{.Type}}'; }
