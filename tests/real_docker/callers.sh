#!/bin/bash
# Containers as clients: two of them with the same socket mounted have two roles, a third has none,
# and nobody poses as another.
#   DOCKGATE_BIN=... DIRECT=unix://... callers.sh
# A check for each line; the last line counts them.
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
PASSED=0 FAILED=0

report() { # WORD NAME [WHY]
  printf '%-4s %-26s %s\n' "$1" "$2" "${3:+($3)}"
  if [ "$1" = ok ]; then PASSED=$((PASSED + 1)); else FAILED=$((FAILED + 1)); fi
}

# A command that succeeds and says this.
holds() { # NAME WORD COMMAND...
  local name=$1 word=$2 told
  shift 2
  if told=$("$@" 2>&1) && grep -q -- "$word" <<<"$told"; then report ok "$name"; else report FAIL "$name" "$(tail -n1 <<<"$told")"; fi
}

docker_() { DOCKER_CONFIG=$WORK/config timeout 60 "$(docker_cli)" --host "$DIRECT" "$@"; }

# The status that this client gets for a path, asked from inside of a container.
inside() { # CONTAINER PATH
  docker_ exec "$1" /bin/client "/run/gate/gate.sock" "$2"
}

# The same over TCP.
over_tcp() { # CONTAINER PATH
  docker_ exec "$1" /bin/client "$TCP" "$2"
}

# A command in the network of the daemon, where its bridges are.
beside() { nsenter "--net=$NETWORK" "$@"; }

# The same from the host, in the control groups of a container if one is named; `leave` goes back
# before it asks.
outside() { python3 "$WORK/outside.py" "$WORK/gate/gate.sock" "$@"; }

policy() {
  cat <<'POLICY'
version: 1
roles:
  web:
    who: [{ container: { label: com.example.role=web } }]
    may: [ping, SystemInfo, SystemEvents]
  job:
    who: [{ container: { name: "job-*" } }]
    may: [ping, ContainerList]
  composed:
    who: [{ container: { project: shop, service: front } }]
    may: [ping, SystemVersion]
  host:
    who: [{ user: daemon }]
    may: [ping, NetworkList]
POLICY
}

# A client without an interpreter or libraries: what busybox has cannot speak over sockets.
client() {
  cat >"$WORK/client.rs" <<'RUST'
use std::io::{Read, Write};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (socket, path) = (arguments.next().unwrap(), arguments.next().unwrap());
    if socket.starts_with('/') {
        ask(std::os::unix::net::UnixStream::connect(socket).unwrap(), &path);
    } else {
        ask(std::net::TcpStream::connect(socket).unwrap(), &path);
    }
}

fn ask(mut stream: impl Read + Write, path: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    println!("{}", answer.split(' ').nth(1).unwrap_or("no answer"));
}
RUST
  rustc -O -C target-feature=+crt-static -o "$WORK/client" "$WORK/client.rs"
}

# A process of the host that goes into the control groups of a container, or makes some of its name.
outside_py() {
  cat <<'PYTHON'
import os, socket, sys

gate, words = sys.argv[1], sys.argv[2:]
ROOTS = [os.path.join("/sys/fs/cgroup", entry) for entry in os.listdir("/sys/fs/cgroup")] + ["/sys/fs/cgroup"]
ROOTS = [root for root in ROOTS if os.path.exists(os.path.join(root, "cgroup.procs"))]

def move(group_of):
    for root in ROOTS:
        group = group_of(root)
        if group and os.path.isdir(group):
            try:
                open(os.path.join(group, "cgroup.procs"), "w").write(str(os.getpid()))
            except OSError:
                pass

def status(stream, path):
    stream.sendall(f"GET {path} HTTP/1.1\r\nHost: docker\r\n\r\n".encode())
    answer = stream.recv(65536).decode(errors="replace")
    return answer.split(" ")[1] if " " in answer else "closed"

def connect():
    stream = socket.socket(socket.AF_UNIX)
    stream.settimeout(20)
    stream.connect(gate)
    return stream

def container_group(root, pid):
    names = os.path.basename(root) if root != "/sys/fs/cgroup" else ""
    for line in open(f"/proc/{pid}/cgroup"):
        _, hierarchy, path = line.strip().split(":", 2)
        if names in hierarchy.replace("name=", "").split(",") or (not hierarchy and names in ("", "unified")):
            return root + path

def forged(root, name):
    group = os.path.join(root, "dockgate-test", name)
    try:
        os.makedirs(group, exist_ok=True)
    except OSError:
        return None
    return group

match words:
    case ["join", pid, path]:
        move(lambda root: container_group(root, pid))
        print(status(connect(), path))
    case ["forge", container, path]:
        move(lambda root: forged(root, f"docker-{container}.scope"))
        print(status(connect(), path))
        move(lambda root: root)
    case ["outlive", pid, path, command]:
        move(lambda root: container_group(root, pid))
        stream = connect()
        print("inside", status(stream, path))
        move(lambda root: root)
        os.system(command)
        print("after", status(stream, path))
    case [path]:
        print(status(connect(), path))
PYTHON
}

start() {
  mkdir -p "$WORK/gate" && chmod 755 "$WORK" "$WORK/gate" && client && outside_py >"$WORK/outside.py" || return
  policy >"$WORK/policy.yaml"
  "$DOCKGATE_BIN" serve --upstream "${DIRECT#unix://}" --policy "$WORK/policy.yaml" --listen "$WORK/gate/gate.sock" \
    --socket-mode 0666 --log-format json 2>"$WORK/log" &
  GATE_PID=$!
  await 10 test -S "$WORK/gate/gate.sock"
}

# A gate on the bridge that containers are on by themselves, in the daemon's own network.
start_tcp() {
  NETWORK=/run/netns/dg-$(basename "$(dirname "${DIRECT#unix://}")")
  [ -e "$NETWORK" ] || NETWORK=/proc/self/ns/net
  TCP=$(docker_ network inspect --format '{{(index .IPAM.Config 0).Gateway}}' bridge):23750
  nsenter "--net=$NETWORK" "$DOCKGATE_BIN" serve --upstream "${DIRECT#unix://}" --policy "$WORK/policy.yaml" --listen "tcp://$TCP" \
    --plaintext-because "a test" --log-format json 2>"$WORK/tcp.log" &
  TCP_PID=$!
  await 10 beside "$WORK/client" "$TCP" /_ping >/dev/null 2>&1
}

run() { # NAME ARGUMENT...
  local name=$1
  shift
  docker_ run --detach --name "$name" --network "${WITH:-none}" --volume "$WORK/gate:/run/gate:ro" \
    --volume "$WORK/client:/bin/client:ro" "$@" busybox sleep 600 >/dev/null
}

pid_of() { docker_ inspect --format '{{.State.Pid}}' "$1"; }

id_of() { docker_ inspect --format '{{.Id}}' "$1"; }

logged() { grep -q "$1" "$WORK/${2:-log}"; }

# Containers by their addresses.
tcp() {
  start_tcp || { report FAIL "callers: a gate on TCP" "$(tail -n1 "$WORK/tcp.log")"; return; }
  WITH=bridge run tcp-web --label com.example.role=web && WITH=bridge run job-tcp && WITH=bridge run tcp-other &&
    WITH=host run tcp-host --label com.example.role=web
  holds "callers: tcp, by label" 200 over_tcp tcp-web /info
  holds "callers: tcp, no more" 403 over_tcp tcp-web /containers/json
  holds "callers: tcp, by name" 200 over_tcp job-tcp /containers/json
  holds "callers: tcp, an unknown one" 403 over_tcp tcp-other /_ping
  holds "callers: tcp, the host" 403 beside "$WORK/client" "$TCP" /_ping
  holds "callers: tcp, its network" 403 over_tcp tcp-host /info
  holds "callers: tcp, a warning" '' logged "whoever is on their networks can take" tcp.log
  docker_ network create callers-second >/dev/null
  docker_ network connect callers-second tcp-other
  docker_ rename tcp-other job-other
  holds "callers: tcp, two networks" 200 over_tcp job-other /containers/json
  docker_ stop --time 0 tcp-web >/dev/null
  WITH=bridge run tcp-next
  holds "callers: tcp, its address" 403 over_tcp tcp-next /info
}

main() {
  WORK=$(mktemp -d)
  trap 'docker_ rm --force web job-1 front unknown poser tcp-web job-tcp tcp-other job-other tcp-host tcp-next >/dev/null 2>&1
    docker_ network rm callers-second >/dev/null 2>&1; kill "${GATE_PID:-}" "${TCP_PID:-}" 2>/dev/null; wait 2>/dev/null; rm -rf "$WORK"' EXIT
  client_config "$WORK/config"
  start || { report FAIL "callers: the gate starts" "$(tail -n1 "$WORK/log")"; exit 1; }
  run web --label com.example.role=web && run job-1 && run unknown --label com.example.role=other &&
    run front --label com.docker.compose.project=shop --label com.docker.compose.service=front &&
    run poser --cgroupns host --volume /sys/fs/cgroup:/host/cgroup
  holds "callers: by label" 200 inside web /info
  holds "callers: and no more" 403 inside web /containers/json
  holds "callers: by name" 200 inside job-1 /containers/json
  holds "callers: by name, no more" 403 inside job-1 /info
  holds "callers: by Compose" 200 inside front /version
  holds "callers: an unknown one" 403 inside unknown /_ping
  holds "callers: the host" 403 outside /_ping
  holds "callers: in its groups" 200 outside join "$(pid_of web)" /info
  holds "callers: forged groups" 403 outside forge "$(id_of web)" /info
  holds "callers: and it is logged" '' logged "that it is not in"
  holds "callers: nested groups" 403 docker_ exec poser sh -c "
    for root in /host/cgroup /host/cgroup/*; do
      own=\$(sed -n \"s#^[0-9]*:\\(name=\\)\\?\$(basename \$root):##p\" /proc/self/cgroup)
      mkdir -p \$root\$own/docker-$(id_of web).scope 2>/dev/null && echo \$\$ >\$root\$own/docker-$(id_of web).scope/cgroup.procs
    done 2>/dev/null
    grep -q docker-$(id_of web).scope /proc/self/cgroup && /bin/client /run/gate/gate.sock /info"
  docker_ rename unknown job-2
  holds "callers: renamed before" 200 inside job-2 /containers/json
  docker_ rename job-2 unknown
  holds "callers: renamed back" 403 inside unknown /containers/json
  holds "callers: outlived" 'after \(403\|closed\)' outside outlive "$(pid_of web)" /info \
    "$(docker_cli) --host $DIRECT rm --force web >/dev/null"
  tcp
  echo "$PASSED passed, $FAILED failed"
  [ "$FAILED" = 0 ]
}

main
