# shellcheck shell=bash
# The presets with tenants, for presets.sh, which sources it: two users and what each sees of the
# other, a sandbox, and runners whose jobs use Docker themselves.
# shellcheck disable=SC2317 # checks are called by name

# docker as a user and group of the host, through the gate.
as() { # UID COMMAND...
  local uid=$1
  shift
  setpriv --reuid="$uid" --regid="$uid" --clear-groups docker -H "unix://$WORK/gate.sock" "$@"
}

# What a tenant may not see looks as if it were not there, and nothing was made.
unseen() { # COMMAND...
  local before
  before=$(everything)
  if "$@" >"$WORK/said" 2>&1; then echo "it was allowed: $*" && return 1; fi
  grep -qi "no such\|not found" "$WORK/said" || { cat "$WORK/said" && return 1; }
  [ "$(everything)" = "$before" ] || { echo "it left something behind: $*" && return 1; }
}

# Whose an object is.
owner() { direct inspect -f "{{index .${2:-Config.Labels} \"dockgate.tenant\"}}" "$1"; }

image_of() { # USER TAG
  mkdir -p "$WORK/context"
  printf 'FROM busybox\nRUN echo built >/made\n' >"$WORK/context/Dockerfile"
  chmod -R a+rX "$WORK/context"
  DOCKER_BUILDKIT=0 "${@:3}" build -q -t "$2" "$WORK/context"
}

# --- two teams ---

a() { as 2001 "$@"; }
b() { as 2002 "$@"; }

team_makes_its_own() {
  a network create "$RUN-net" && a volume create "$RUN-data" &&
    a run -d --name "$RUN-web" --network "$RUN-net" -v "$RUN-data:/data" --pull never busybox \
      sh -c 'echo hello; exec httpd -f -p 8080 -h /etc' &&
    [ "$(owner "$RUN-web")$(owner "$RUN-net" Labels)$(owner "$RUN-data" Labels)" = team-ateam-ateam-a ]
}
team_works_in_it() {
  a exec "$RUN-web" wget -q -O- "http://$RUN-web:8080/passwd" && a logs "$RUN-web" | grep hello && a top "$RUN-web"
}
team_shares_the_proxy() {
  direct network inspect proxy || direct network create proxy || return
  direct volume create "cache-$RUN" && a network connect proxy "$RUN-web" &&
    a run --rm --name "$RUN-c" -v "cache-$RUN:/c" --pull never busybox touch /c/a &&
    b run --rm --name "$RUN-c" --network proxy -v "cache-$RUN:/c" --pull never busybox \
      sh -c "test -e /c/a && wget -q -O- http://$RUN-web:8080/passwd"
}
other_sees_nothing() {
  [ -z "$(b ps -aq --filter "name=$RUN")$(b volume ls -q --filter "name=$RUN-data")$(b network ls -q --filter "name=$RUN")" ]
}
team_is_limited() {
  [ "$(direct inspect -f '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}' "$RUN-web")" = "1073741824 1024" ]
}
team_cleans() {
  a rm -fv "$RUN-web" && a network rm "$RUN-net" && a volume rm "$RUN-data" && a rmi "$RUN:1"
}

team_imports() {
  local made
  a exec "$RUN-web" sh -c 'echo imported >/made' &&
    a export "$RUN-web" >"$WORK/root.tar" && made=$(a import - <"$WORK/root.tar") && a tag "$made" "$RUN:1"
}

preset_two_teams() {
  check "teams make what is theirs" team_makes_its_own
  check "teams work in it" team_works_in_it
  check "teams share the proxy" team_shares_the_proxy
  check "teams have limits" team_is_limited
  check "teams import" team_imports
  check "teams run what they imported" a run --rm --pull never "$RUN:1" cat /made
  check "teams see nothing else" other_sees_nothing
  check "teams not inspect" unseen b inspect "$RUN-web"
  check "teams not stop" unseen b stop "$RUN-web"
  check "teams not exec" unseen b exec "$RUN-web" id
  check "teams not by ID" unseen b kill "$(direct inspect -f '{{.Id}}' "$RUN-web")"
  check "teams not its network" unseen b create --name "$RUN-no" --network "$RUN-net" --pull never busybox
  check "teams not its volume" unseen b create --name "$RUN-no" -v "$RUN-data:/x" --pull never busybox
  check "teams not its mounts" unseen b create --name "$RUN-no" --volumes-from "$RUN-web" --pull never busybox
  check "teams not its image" unseen b create --name "$RUN-no" --pull never "$RUN:1"
  check "teams not the tag" stopped tenant b tag busybox "$RUN:1"
  check "teams not the proxy's end" stopped tenant a network rm proxy
  check "teams not its label" not_its_label
  check "teams not the host" stopped binds b create --name "$RUN-no" -v /srv:/x busybox
  check "teams not privileged" stopped privileged b create --name "$RUN-no" --privileged busybox
  check "teams not the host's network" stopped network_mode b create --name "$RUN-no" --network host busybox
  check "teams not an outer port" stopped ports b create --name "$RUN-no" -p 8080:80 busybox
  check "teams not more than theirs" stopped mem_limit b create --name "$RUN-no" -m 8g busybox
  check "teams not anybody" nobody_has_a_role
  check "teams clean" team_cleans
  direct network rm proxy >/dev/null
  direct volume rm "cache-$RUN" >/dev/null
}

not_its_label() {
  ! b create --name "$RUN-no" --label dockgate.tenant=team-a busybox >"$WORK/said" 2>&1 &&
    grep -q "tells tenants apart" "$WORK/said" && ! direct inspect "$RUN-no"
}
nobody_has_a_role() { ! as 2003 ps >"$WORK/said" 2>&1 && grep -q "no role" "$WORK/said"; }

# --- an agent's sandbox ---

agent_runs_on_its_files() {
  mkdir -p "$AGENT/project"
  echo 41 >"$AGENT/project/in"
  gated run --rm --name "$RUN-job" -v "$AGENT/project:/src" -w /src --pull never busybox \
    sh -c 'tr 1 2 <in >out' && [ "$(cat "$AGENT/project/out")" = 42 ]
}
agent_runs_a_service() {
  gated network create "$RUN-net" &&
    gated run -d --name "$RUN-web" --network "$RUN-net" -p 127.0.0.1:18080:8080 --pull never busybox httpd -f -p 8080 -h /etc &&
    gated exec "$RUN-web" wget -q -O- "http://$RUN-web:8080/passwd"
}
agent_is_limited() {
  [ "$(direct inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}} {{.HostConfig.SecurityOpt}}' "$RUN-web")" \
    = "1073741824 1000000000 512 [no-new-privileges=true]" ]
}
agent_has_a_quota() {
  local count
  for count in 1 2 3 4 5 6 7 8 9 10; do gated create --name "$RUN-q$count" -m 64m --cpus 0.1 --pull never busybox || break; done
  stopped quotas.containers create -m 64m --cpus 0.1 --pull never &&
    gated ps -aq --filter "name=$RUN-q" | xargs -r docker -H "unix://$WORK/gate.sock" rm -f
}
agent_cleans() { gated rm -f "$RUN-web" && gated network rm "$RUN-net" && gated rmi "$RUN:2"; }

preset_agent_sandbox() {
  direct run -d --name "$RUN-vault" -v "$RUN-secret:/secret" busybox sleep 300 >/dev/null
  check "agent works on its files" agent_runs_on_its_files
  check "agent runs a service" agent_runs_a_service
  check "agent has limits" agent_is_limited
  check "agent builds" image_of agent "$RUN:2" gated
  check "agent runs what it built" gated run --rm --pull never "$RUN:2" cat /made
  check "agent has a quota" agent_has_a_quota
  check "agent not another's" unseen gated exec "$RUN-vault" id
  check "agent not another's files" unseen gated cp "$RUN-vault:/etc/passwd" "$WORK/x"
  check "agent not another's mounts" unseen create --volumes-from "$RUN-vault"
  check "agent not another's volume" unseen create -v "$RUN-secret:/x"
  check "agent not another's processes" unseen create --pid "container:$RUN-vault"
  check "agent not another folder" stopped binds create -v /etc:/x:ro
  check "agent not by dots" stopped binds create -v "$AGENT/../../etc:/x"
  ln -sfn /etc "$AGENT/link"
  check "agent not by a link" stopped binds create -v "$AGENT/link:/x"
  check "agent not docker.sock" stopped binds create -v /var/run/docker.sock:/s
  check "agent no host volume" stopped binds gated volume create "$RUN-v" -o type=none -o o=bind -o device=/etc
  check "agent not privileged" stopped privileged create --privileged
  check "agent not by exec" stopped privileged gated exec --privileged "$RUN-web" id
  check "agent no capability" stopped cap_add create --cap-add SYS_PTRACE
  check "agent no unconfined" stopped security_opt create --security-opt seccomp=unconfined
  check "agent no device" stopped devices create --device /dev/null:/dev/x
  check "agent not the host's network" stopped network_mode create --network host
  check "agent not its processes" stopped pid create --pid host
  check "agent not an outer port" stopped ports create -p 18081:80
  check "agent no endless processes" stopped pids_limit create --pids-limit -1
  check "agent not another registry" stopped image gated pull registry.example.com/x:1
  check "agent not BuildKit" no_buildkit
  check "agent cleans" agent_cleans
}

no_buildkit() { ! DOCKER_BUILDKIT=1 gated build -t "$RUN:3" "$WORK/context" && ! direct image inspect "$RUN:3"; }

# --- a CI host ---

one() { as 2101 "$@"; }
two() { as 2102 "$@"; }

# What busybox has cannot speak over sockets of files.
nested_client() {
  cat >"$WORK/client.rs" <<'RUST'
use std::io::{Read, Write};

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let mut stream = std::os::unix::net::UnixStream::connect("/var/run/docker.sock").unwrap();
    write!(stream, "{} {} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n", words[1], words[2]).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    println!("{answer}");
}
RUST
  rustc -O -C target-feature=+crt-static -o "$WORK/client" "$WORK/client.rs" && chmod 755 "$WORK/client"
}

runner_job() {
  mkdir -p "/srv/ci/runner-1/$RUN"
  echo 'echo built >out' >"/srv/ci/runner-1/$RUN/build.sh"
  one network create "$RUN-net" &&
    one run --rm --name "$RUN-job" --network "$RUN-net" -v "/srv/ci/runner-1/$RUN:/src" -w /src --pull never busybox sh build.sh &&
    [ "$(cat "/srv/ci/runner-1/$RUN/out")" = built ]
}
reaper_starts() {
  nested_client && one create --name "$RUN-reaper" -v /var/run/docker.sock:/var/run/docker.sock -p 8080 --pull never busybox sleep 300 &&
    one cp "$WORK/client" "$RUN-reaper:/client" && one start "$RUN-reaper" &&
    [ "$(direct inspect -f '{{(index .Mounts 0).Source}}' "$RUN-reaper")" = "$WORK/gate.sock" ]
}
inside() { one exec "$RUN-reaper" /client "$@" >"$WORK/answer" && head -n 1 "$WORK/answer"; }
reaper_sees_its_own() { inside GET '/v1.41/containers/json?all=1' | grep 200 && grep -q "$RUN-mine" "$WORK/answer" && ! grep -q "$RUN-other" "$WORK/answer"; }
reaper_removes_its_own() { inside DELETE "/v1.41/containers/$RUN-mine?force=true&v=true" | grep 204 && ! direct inspect "$RUN-mine"; }
reaper_not_another() { inside DELETE "/v1.41/containers/$RUN-other?force=true" | grep 404 && direct inspect "$RUN-other"; }
runner_cleans() { one rm -fv "$RUN-reaper" && one network rm "$RUN-net"; }
two_has_no_part() { [ -z "$(two ps -aq --filter "name=$RUN-job")" ] && [ "$(two ps -aq | wc -l)" = 1 ]; }

preset_ci_host() {
  check "runners run a job" runner_job
  check "runners start a reaper" reaper_starts
  one create --name "$RUN-mine" --pull never busybox true >/dev/null 2>&1
  two create --name "$RUN-other" --pull never busybox true >/dev/null 2>&1
  check "the reaper sees its runner's" reaper_sees_its_own
  check "the reaper removes it" reaper_removes_its_own
  check "the reaper not another's" reaper_not_another
  check "runners see nothing else" two_has_no_part
  check "runners not another's" unseen two kill "$RUN-reaper"
  check "runners not its network" unseen two create --name "$RUN-no" --network "$RUN-net" --pull never busybox
  check "runners not its sources" stopped binds two create --name "$RUN-no" -v "/srv/ci/runner-1/$RUN:/x" busybox
  check "runners not the socket's folder" stopped binds one create --name "$RUN-no" -v /var/run:/x busybox
  check "runners not the gate's folder" stopped binds one create --name "$RUN-no" -v "$WORK:/x" busybox
  check "runners not privileged" stopped privileged one create --name "$RUN-no" --privileged busybox
  check "runners not the host's network" stopped network_mode one create --name "$RUN-no" --network host busybox
  check "runners not another image" stopped image one create --name "$RUN-no" registry.example.org/x:1
  check "runners no chosen port" stopped ports one create --name "$RUN-no" -p 80:80 busybox
  check "runners not as another's user" not_by_uid
  check "runners clean" runner_cleans
}

# A container of one runner that runs as the user of another has two roles, and so none.
not_by_uid() {
  two create --name "$RUN-posing" -u 2101 -v /var/run/docker.sock:/var/run/docker.sock --pull never busybox sleep 300 &&
    two cp "$WORK/client" "$RUN-posing:/client" && two start "$RUN-posing" &&
    two exec "$RUN-posing" /client GET /v1.41/containers/json | head -n 1 | grep 403
}
