# shellcheck shell=bash
# Swarm and compose.

# The address of docker.sh's interface that leads nowhere.
join_swarm() {
  daemon swarm leave --force >/dev/null 2>&1 || true
  docker swarm init --advertise-addr 192.0.2.2 >/dev/null
  trap 'daemon swarm leave --force >/dev/null 2>&1 || true' EXIT
}

replicas_run() { # SERVICE COUNT
  [ "$(docker service ps --filter desired-state=running --format '{{.CurrentState}}' "$1" | grep -c '^Running')" = "$2" ]
}

check_swarm() {
  join_swarm
  docker node ls --format '{{.Status}} {{.Availability}} {{.ManagerStatus}}'
  docker swarm join-token -q worker | sed 's/-.*//'
  docker swarm leave --force
}

check_swarm_service() {
  join_swarm
  docker service create -q -d --no-resolve-image --name "$N" --replicas 2 busybox \
    sh -c 'echo served; sleep 300' >/dev/null
  within 30 replicas_run "$N" 2
  docker service ls --format '{{.Name}} {{.Mode}} {{.Replicas}}'
  docker service ps --format '{{.Name}} {{.DesiredState}}' "$N" | sort
  within 10 served_by "$N" 2
  docker service scale -d "$N=1"
  within 30 replicas_run "$N" 1
  docker service rm "$N"
}

served_by() { # SERVICE COUNT
  [ "$(docker service logs --raw "$1" 2>/dev/null | grep -c served)" = "$2" ]
}

check_swarm_secret() {
  join_swarm
  echo hidden | docker secret create "$N" - >/dev/null
  docker secret ls --format '{{.Name}}'
  docker secret rm "$N"
  echo plain | docker config create "$N" - >/dev/null
  docker config inspect --format '{{printf "%s" .Spec.Data}}' "$N"
  docker config rm "$N"
}

composed() { # VERB...
  docker compose version >/dev/null 2>&1 || skip 'the client has no compose'
  docker compose --progress quiet -p "$N" "$@" 2>>err
}

write_compose_file() {
  cat >compose.yaml <<'YAML'
services:
  talker:
    image: busybox
    command: sh -c 'echo talked; sleep 300'
    stop_grace_period: 0s
    volumes: ["kept:/kept"]
  neighbour:
    image: alpine
    command: sleep 300
    stop_grace_period: 0s
    depends_on: [talker]
volumes:
  kept:
YAML
}

check_compose() {
  write_compose_file
  composed up -d
  composed ps --format '{{.Service}} {{.State}}' | sort
  within 5 talked
  want neighbour "$(composed exec -T neighbour sh -c 'cat; :' <<<neighbour)"
  want_exit 3 composed exec -T talker sh -c 'exit 3'
  composed down -v
  want '' "$(docker ps -aq --filter "name=$N")"
  want '' "$(docker volume ls -q --filter "name=$N")"
}

talked() { composed logs --no-log-prefix talker | grep -q talked; }

check_compose_front() {
  write_compose_file
  composed version >/dev/null
  docker compose -p "$N" up --no-log-prefix >shown 2>&1 &
  local client=$!
  within 20 grep -q talked shown
  kill -TERM $client
  wait $client || true
  within 20 nothing_runs
  composed down -v
}

nothing_runs() { [ -z "$(docker ps -q --filter "name=$N")" ]; }

check_compose_build() {
  mkdir -p made
  printf 'FROM busybox\nRUN echo built >/word\nCMD ["cat", "/word"]\n' >made/Dockerfile
  printf 'services:\n  made: {build: made, image: "%s:composed"}\n' "$N" >compose.yaml
  composed build >/dev/null
  want built "$(composed run --rm -T made)"
}
