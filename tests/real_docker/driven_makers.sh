# shellcheck shell=bash
# What makes containers, or removes them, for driven.sh, which sources it.
# shellcheck disable=SC2317 # checks are called by name

DEV=/srv/dev/$RUN SRC=/srv/src/$RUN

# What lies outside of $WORK, and under names that programs choose.
remove_made() {
  direct swarm leave --force
  direct ps -aq --filter "label=devcontainer.local_folder" | xargs -r docker -H "$DIRECT" rm -fv
  direct rm -fv "jupyter-$RUN"
  direct volume rm -f "jupyter-$RUN"
  direct network rm jupyterhub
  direct rmi jupyter/base-notebook:test "$RUN:old" "$RUN:used"
  rm -rf "$DEV" "$SRC"
  rmdir /srv/dev /srv/src
}

# --- Ansible ---

ansible_runs() { # COMMAND ARGUMENT...
  local command=$1
  shift
  ANSIBLE_HOME=$WORK/ansible ANSIBLE_COLLECTIONS_PATH=$TOOLS/collections ANSIBLE_LOCALHOST_WARNING=False \
    ANSIBLE_INVENTORY_UNPARSED_WARNING=False ANSIBLE_DEPRECATION_WARNINGS=False LC_ALL=C.UTF-8 ANSIBLE_PIPELINING=True \
    timeout 90 "$TOOLS/venv/bin/$command" "$@"
}

play() { # TAG [NAME]
  ansible_runs ansible-playbook -i localhost, -e "gate=$GATE" -e "ansible_python_interpreter=$TOOLS/venv/bin/python" \
    -e "app_name=${2:-$RUN-app}" -e "volume_name=$RUN-other" -e "other_name=$RUN-vault" --tags "$1" "$HERE/driven/playbook.yaml"
}

inventory_is_read() {
  sed "s|GATE|$GATE|" "$HERE/driven/inventory.docker.yaml" >"$WORK/inventory.docker.yaml"
  ansible_runs ansible-inventory -i "$WORK/inventory.docker.yaml" --list >"$WORK/hosts" 2>&1 && grep "\"$RUN-web\"" "$WORK/hosts"
}
info_is_read() { play info "$RUN-web" >"$WORK/info" 2>&1 && grep 'state=running' "$WORK/info" && grep 'exists=True' "$WORK/info"; }

drive_ansible() {
  direct volume create "$RUN-other" >/dev/null
  check "ansible has an inventory" inventory_is_read
  check "ansible has no variables in it" no_secret "$WORK/hosts"
  check "ansible has facts" info_is_read
  check "ansible has no variables in them" no_secret "$WORK/info"
  check "ansible is denied nothing" nothing_denied
  check "ansible is denied what it looks at" all_denied looked
  check "ansible not make" said_no NetworkCreate
  check "ansible not enter" said_no ContainerExec
  check "ansible not stop" said_no ContainerStop
}

# One play whose tasks all fail, and leave what there is as it was.
all_denied() { # TAG
  local before
  before=$(everything)
  play "$1" >"$WORK/denied" 2>&1
  cat "$WORK/denied"
  grep ' changed=0 .* ignored=[1-9]' "$WORK/denied" && untouched "$before"
}
said_no() { grep "dockgate: .*($1[:)]" "$WORK/denied"; }

it_is_made() { play made >"$WORK/said" && grep 'again=False' "$WORK/said"; }
it_is_changed() { play changed >"$WORK/said" && grep told=second "$WORK/said"; }
it_is_marked() {
  [ "$(direct inspect -f '{{index .Config.Labels "managed-by"}} {{.HostConfig.Memory}} {{.HostConfig.SecurityOpt}}' "$RUN-app")" = \
    "ansible 1073741824 [no-new-privileges=true]" ]
}
all_is_gone() { play gone && [ -z "$(direct ps -aq --filter "name=$RUN-app")$(direct volume ls -q --filter "name=$RUN-app")" ]; }

drive_ansible_manage() {
  check "ansible-manage makes an application, once" it_is_made
  check "ansible-manage makes it anew, enters and restarts it" it_is_changed
  check "ansible-manage has it marked and limited" it_is_marked
  check "ansible-manage removes it" all_is_gone
  check "ansible-manage is denied nothing" nothing_denied
  check "ansible-manage is denied what it must not" all_denied denied
  check "ansible-manage not privileged" said_no privileged
  check "ansible-manage not the host" said_no binds
  check "ansible-manage not another's volume" said_no volumes
  check "ansible-manage not another's image" said_no image
  check "ansible-manage not enter another" grep "Could not find container \"$RUN-vault\"" "$WORK/denied"
  check "ansible-manage not remove another" another_stays
}

# To Ansible it is gone already.
another_stays() {
  play absent && [ "$(direct inspect -f '{{.State.Running}}' "$RUN-vault")" = true ]
}

# --- DockerSpawner ---

spawner() { DOCKER_HOST=$GATE timeout 40 "$TOOLS/venv/bin/python" "$HERE/driven/spawner.py" "$RUN" "$@"; }

server_is_made() {
  direct tag busybox jupyter/base-notebook:test && direct network create jupyterhub &&
    spawner made | grep 'polled None' && direct inspect "jupyter-$RUN" | grep token-of-the-test
}
server_is_limited() { [ "$(direct inspect -f '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}' "jupyter-$RUN")" = "1073741824 1024" ]; }
token_stays() { asks GET "/containers/jupyter-$RUN/json" >"$WORK/inspected" && ! grep token-of-the-test "$WORK/inspected"; }
server_is_gone() { spawner gone | grep 'then [^N]' && await 5 no_server; }
no_server() { ! direct container inspect "jupyter-$RUN"; }

drive_dockerspawner() {
  check "dockerspawner makes a server" server_is_made
  check "dockerspawner limits it" server_is_limited
  check "dockerspawner shows its token to nobody" token_stays
  check "dockerspawner removes it" server_is_gone
  check "dockerspawner is denied nothing" nothing_denied
  check "dockerspawner not another image" stopped image spawner 'image="alpine"'
  check "dockerspawner not the host" stopped binds spawner 'volumes={"/home": "/home/jovyan"}'
  check "dockerspawner not another's volume" stopped volumes spawner 'volumes={"db-data": "/home/jovyan"}'
  check "dockerspawner not another network" stopped networks spawner 'network_name="bridge"'
  check "dockerspawner not all memory" stopped mem_limit spawner 'mem_limit="64G"'
  check "dockerspawner not privileged" stopped privileged spawner 'extra_host_config={"privileged": true}'
  check "dockerspawner not another name" stopped name spawner 'name_template="vault-{username}"'
  check "dockerspawner not another container" unseen asks POST "/containers/$RUN-vault/stop"
}

# --- Dev Containers ---

devcontainer() { # VERB ARGUMENT...
  local verb=$1
  shift
  DOCKER_HOST=$GATE timeout 90 "$TOOLS/node/node_modules/.bin/devcontainer" "$verb" --workspace-folder "$DEV" "$@"
}

dev_folder() {
  mkdir -p "$DEV/.devcontainer" && cp "$HERE/driven/devcontainer.json" "$DEV/.devcontainer/"
}
dev_container_is_up() { devcontainer up | grep '"outcome":"success"' && [ "$(cat "$DEV/made")" = made ]; }
dev_container_is_entered() { devcontainer exec cat made | grep made; }
dev_container_is_replaced() { devcontainer up --remove-existing-container | grep '"outcome":"success"'; }

# With a setting of its own, anew; it made no container.
dev_asks() { # WORD SETTING
  sed "s|\"remoteUser\"|$2, \"remoteUser\"|" "$HERE/driven/devcontainer.json" >"$DEV/.devcontainer/devcontainer.json"
  mkdir -p "$DEV-no" && cp -r "$DEV/.devcontainer" "$DEV-no"
  DEV=$DEV-no stopped "$1" devcontainer up
}

drive_devcontainers() {
  dev_folder
  check "devcontainers comes up" dev_container_is_up
  check "devcontainers is entered" dev_container_is_entered
  check "devcontainers is replaced" dev_container_is_replaced
  check "devcontainers is denied nothing" nothing_denied
  check "devcontainers not privileged" dev_asks privileged '"privileged": true'
  check "devcontainers not docker.sock" dev_asks binds '"mounts": ["type=bind,source=/var/run/docker.sock,target=/s"]'
  check "devcontainers not a capability" dev_asks cap_add '"capAdd": ["SYS_PTRACE"]'
  check "devcontainers not the host's network" dev_asks network_mode '"runArgs": ["--network=host"]'
  check "devcontainers not another's container" unseen gated exec "$RUN-vault" env
  check "devcontainers not remove it" unseen gated rm "$RUN-vault"
  rm -rf "$DEV-no"
}

# --- pre-commit ---

# As an ordinary user, whose number the hooks run by; Python itself may lie in root's home.
committer() { setpriv --reuid=2001 --regid=2001 --clear-groups --inh-caps=+dac_read_search --ambient-caps=+dac_read_search env HOME="$SRC" PRE_COMMIT_HOME="$SRC/.cache" DOCKER_HOST="$GATE" "$@"; }

repository() {
  mkdir -p "$SRC" && cp "$HERE/driven/pre-commit-config.yaml" "$SRC/.pre-commit-config.yaml" && echo hello >"$SRC/a.txt" &&
    chown -R 2001:2001 "$SRC" && (cd "$SRC" && committer git init -q . && committer git add .pre-commit-config.yaml a.txt)
}
hooks() { (cd "$SRC" && PATH=$TOOLS/venv/bin:$PATH committer timeout 60 pre-commit run -a "$@"); }
hook_passes() { hooks says | grep Passed; }
hook_fixes() { ! hooks --hook-stage manual fixes && [ "$(cat "$SRC/a.txt")" = good ]; }
hook_fails() { ! hooks says >"$WORK/said" && grep Failed "$WORK/said" && ! grep dockgate "$WORK/said"; }

hook_asks() { # WORD ENTRY, of a hook that must not run
  sed -i "s|entry: busybox grep -q hello|entry: $2|" "$SRC/.pre-commit-config.yaml"
  (cd "$SRC" && committer git add .pre-commit-config.yaml)
  stopped "$1" hooks says
  set -- $?
  cp "$HERE/driven/pre-commit-config.yaml" "$SRC/.pre-commit-config.yaml"
  return "$1"
}
hook_as_root() { (cd "$SRC" && DOCKER_HOST=$GATE PRE_COMMIT_HOME=$WORK/pre-commit HOME=$WORK GIT_CONFIG_COUNT=1 \
  GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="$SRC" PATH=$TOOLS/venv/bin:$PATH timeout 60 pre-commit run -a says); }

drive_pre_commit() {
  chmod a+rx "$WORK"
  check "pre-commit has a repository" repository
  check "pre-commit runs a hook" hook_passes
  check "pre-commit lets one change files" hook_fixes
  check "pre-commit tells that one fails" hook_fails
  check "pre-commit is denied nothing" nothing_denied
  check "pre-commit not as root" stopped require hook_as_root
  check "pre-commit not the host" hook_asks binds '-v /etc:/x busybox true'
  check "pre-commit not docker.sock" hook_asks binds '-v /var/run/docker.sock:/s busybox true'
  check "pre-commit not a network" hook_asks networks '--network bridge busybox true'
  check "pre-commit not privileged" hook_asks privileged '--privileged busybox true'
}

# --- docker-custodian ---

dcgc() { DOCKER_HOST=$GATE timeout 60 "$TOOLS/venv/bin/dcgc" "$@" --exclude-image 'busybox:*' --exclude-image 'alpine:*' --exclude-image 'hello-world:*' >"$WORK/said" 2>&1; }

old_things() {
  direct import - "$RUN:old" <"$WORK/empty.tar" && direct run --name "$RUN-old" busybox true && direct run --name "$RUN-kept" -l keep=true busybox true
}
old_is_gone() {
  dcgc --max-container-age 0s --max-image-age 0s --exclude-container-label keep
  ! direct inspect "$RUN-old" && ! direct image inspect "$RUN:old" && direct inspect "$RUN-kept"
}
kept_stays() {
  dcgc --max-container-age 0s
  direct inspect "$RUN-kept" && grep 'dockgate: .*never' "$WORK/said"
}
running_stays() {
  DOCKER_HOST=$GATE timeout 60 "$TOOLS/venv/bin/dcstop" --max-run-time 0s --prefix "$RUN-vault" >"$WORK/said" 2>&1
  grep 'dockgate: .*(ContainerStop)' "$WORK/said" && [ "$(direct inspect -f '{{.State.Running}}' "$RUN-vault")" = true ]
}
not_by_force() { direct run --name "$RUN-again" busybox true && await 5 has_ended && stopped query.force gated rm -f "$RUN-again"; }
has_ended() { [ "$(direct inspect -f '{{.State.Status}}' "$RUN-again")" = exited ]; }
volumes_stay() {
  direct volume create "$RUN-data"
  dcgc --dangling-volumes
  direct volume inspect "$RUN-data"
}

drive_docker_custodian() {
  mkdir "$WORK/empty" && tar -C "$WORK/empty" -cf "$WORK/empty.tar" .
  check "docker-custodian has what is old" old_things
  check "docker-custodian removes it" old_is_gone
  check "docker-custodian is denied nothing" nothing_denied
  check "docker-custodian not what is to be kept" kept_stays
  check "docker-custodian not volumes" volumes_stay
  check "docker-custodian not what runs" stopped target gated rm "$RUN-vault"
  check "docker-custodian not by force" not_by_force
  check "docker-custodian not stop" running_stays
}
