# shellcheck shell=bash
# Images, volumes and networks as things of their own.

check_images() {
  docker tag busybox "$N:tagged"
  docker images --filter "reference=$N" --format '{{.Repository}}:{{.Tag}} {{.ID}}'
  docker history -q busybox
}

check_image_rm() {
  docker tag busybox "$N:tagged"
  docker rmi "$N:tagged"
  want_exit 1 docker image inspect "$N:tagged" 2>/dev/null
}

check_commit() {
  docker run --name "$N" busybox sh -c 'echo kept >/kept'
  docker commit -c 'ENV WORD=here' -m 'a message' "$N" "$N:kept" >/dev/null
  want kept "$(docker run --rm "$N:kept" cat /kept)"
  docker inspect -f '{{.Config.Env}} {{.Comment}}' "$N:kept"
}

check_image_prune() { docker image prune -f --filter "label=$N"; }

check_pull_missing() {
  timeout 30 docker pull "127.0.0.1:9/$N" 2>err && return 1
  want_in 'connection refused' "$(cat err)"
}

check_volume() {
  docker volume create --label "$N" "$N"
  docker volume ls --filter "label=$N" --format '{{.Name}} {{.Driver}}'
  docker run --rm -v "$N:/at" busybox sh -c 'echo kept >/at/kept'
  want kept "$(docker run --rm -v "$N:/at" busybox cat /at/kept)"
  docker volume inspect -f '{{.Scope}}' "$N"
  docker volume rm "$N"
}

check_volume_in_use() {
  docker create --name "$N" -v "$N:/at" busybox true >/dev/null
  docker volume rm "$N" 2>err && return 1
  want_in 'volume is in use' "$(cat err)"
}

check_volume_prune() {
  docker volume create --label "$N" "$N" >/dev/null
  docker volume prune -f --filter "label=$N"
}

check_network() {
  docker network create --label "$N" "$N" >/dev/null
  docker network ls --filter "label=$N" --format '{{.Name}} {{.Driver}} {{.Scope}}'
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  docker network connect --alias other "$N" "$N"
  docker inspect -f '{{len .NetworkSettings.Networks}}' "$N"
  docker network disconnect "$N" "$N"
  docker inspect -f '{{len .NetworkSettings.Networks}}' "$N"
  docker network rm "$N"
}

check_network_prune() {
  docker network create --label "$N" "$N" >/dev/null
  docker network prune -f --filter "label=$N"
}

check_mount_bind() {
  echo outside >outside
  want outside "$(docker run --rm -v "$PWD/outside:/inside:ro" busybox cat /inside)"
}

check_plugin_ls() { docker plugin ls; }

check_search_error() {
  timeout 30 docker search "127.0.0.1:9/$N" 2>err && return 1
  want_in 'rror response from daemon' "$(cat err)"
}
