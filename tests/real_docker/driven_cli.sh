# shellcheck shell=bash
# The docker command itself, for driven.sh, which sources it.
# shellcheck disable=SC2317 # checks are called by name

# Each command of the preset works and says something; what all of them said is $WORK/read.
reads() {
  local command
  while read -r command; do
    # shellcheck disable=SC2086 # words of a command
    timeout 20 docker -H "$GATE" ${command//W/$RUN-web} >"$WORK/one" 2>&1 || { echo "$command" && cat "$WORK/one" && return 1; }
    [ -s "$WORK/one" ] || { echo "nothing: $command" && return 1; }
    cat "$WORK/one" >>"$WORK/read"
  done
}

read_commands() {
  : >"$WORK/read"
  direct volume create "$RUN-read" >/dev/null
  reads <<COMMANDS
version
info
system df -v
ps -a --no-trunc
inspect W
inspect -s W
logs --tail 3 W
top W
stats --no-stream W
diff W
port W
images
image inspect busybox
history busybox
network ls
network inspect bridge
volume ls
volume inspect $RUN-read
events --since 10m --until 0s
COMMANDS
}

drive_docker_cli_read() {
  direct exec "$RUN-web" touch /changed
  check "docker-cli-read reads" read_commands
  check "docker-cli-read sees no variables" no_secret "$WORK/read"
  check "docker-cli-read is denied nothing" nothing_denied
  check "docker-cli-read not exec" stopped ContainerExec gated exec "$RUN-web" env
  check "docker-cli-read not cp" stopped ContainerArchive gated cp "$RUN-web:/etc/passwd" "$WORK/passwd"
  check "docker-cli-read not export" stopped ContainerExport gated export -o "$WORK/x" "$RUN-web"
  check "docker-cli-read not save" stopped 'ImageGet[A-Za-z]*' gated save -o "$WORK/x" busybox
  check "docker-cli-read not top e" stopped query.ps_args gated top "$RUN-web" e
  check "docker-cli-read not stop" stopped ContainerStop gated stop -t 0 "$RUN-web"
  check "docker-cli-read not rm" stopped ContainerDelete gated rm -f "$RUN-vault"
  check "docker-cli-read not run" stopped ContainerCreate gated run --rm --pull never busybox true
}

state() { [ "$(direct inspect -f '{{.State.Status}}' "$RUN-web")" = "$1" ]; }

it_is_operated() {
  gated restart -t 0 "$RUN-web" && state running && gated pause "$RUN-web" && state paused &&
    gated unpause "$RUN-web" && state running && gated kill -s HUP "$RUN-web" && gated stop -t 0 "$RUN-web" && state exited &&
    gated wait "$RUN-web" && gated start "$RUN-web" && state running && gated kill "$RUN-web" && await 5 state exited &&
    gated start "$RUN-web"
}
it_is_looked_at() {
  [ "$(gated ps -a --format '{{.Names}}')" = "$RUN-web" ] && gated inspect "$RUN-web" >"$WORK/inspected" &&
    gated logs --tail 2 "$RUN-web" && gated top "$RUN-web" && gated stats --no-stream "$RUN-web"
}
it_is_removed() {
  direct run -d --name "$RUN-gone" -l operator=true busybox true && await 5 gated wait "$RUN-gone" &&
    gated rm "$RUN-gone" && ! direct inspect "$RUN-gone"
}

drive_docker_cli_manage() {
  check "docker-cli-manage operates" it_is_operated
  check "docker-cli-manage looks" it_is_looked_at
  check "docker-cli-manage sees no variables" no_secret "$WORK/inspected"
  check "docker-cli-manage removes" it_is_removed
  check "docker-cli-manage is denied nothing" nothing_denied
  check "docker-cli-manage not another" unseen gated stop -t 0 "$RUN-vault"
  check "docker-cli-manage not its logs" unseen gated logs "$RUN-vault"
  check "docker-cli-manage not rm --force" stopped query.force gated rm -f "$RUN-web"
  check "docker-cli-manage not rm --volumes" stopped query.v gated rm -v "$RUN-web"
  check "docker-cli-manage not exec" stopped ContainerExec gated exec "$RUN-web" sh
  check "docker-cli-manage not update" stopped ContainerUpdate gated update --memory 1g "$RUN-web"
  check "docker-cli-manage not rename" stopped ContainerRename gated rename "$RUN-web" "$RUN-other"
  check "docker-cli-manage not run" stopped ContainerCreate gated run --rm --pull never busybox true
  check "docker-cli-manage not prune" stopped ContainerPrune gated container prune -f
}
