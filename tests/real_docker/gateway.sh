#!/bin/bash
# A gate on the network, with the authority of `dockgate certs` and the docker CLI: who comes in,
# who does not, and what happens when certificates change while it runs.
#   DOCKGATE_BIN=... DIRECT=unix://... gateway.sh
# A check for each line; the last line counts them.
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(cd "$HERE/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
PASSED=0 FAILED=0

report() { # WORD NAME [WHY]
  printf '%-4s %-26s %s\n' "$1" "$2" "${3:+($3)}"
  if [ "$1" = ok ]; then PASSED=$((PASSED + 1)); else FAILED=$((FAILED + 1)); fi
}

admitted() { # NAME COMMAND...
  local name=$1 told
  shift
  if told=$("$@" 2>&1); then report ok "$name"; else report FAIL "$name" "$(tail -n1 <<<"$told")"; fi
}

# Refused, and for this reason.
refused() { # NAME WORD COMMAND...
  local name=$1 word=$2 told
  shift 2
  if told=$("$@" 2>&1); then report FAIL "$name" "it came in: $(tail -n1 <<<"$told")"
  elif grep -q "$word" <<<"$told"; then report ok "$name"
  else report FAIL "$name" "not by $word: $(tail -n1 <<<"$told")"; fi
}

certs() { "$DOCKGATE_BIN" certs "$@" --dir "$WORK/tls"; }

docker_of() { # FOLDER ARGUMENT...
  local folder=$1
  shift
  DOCKER_CONFIG=$WORK/config timeout 60 "$(docker_cli)" --host "tcp://127.0.0.1:$PORT" --tlsverify \
    --tlscacert "$folder/ca.pem" --tlscert "$folder/cert.pem" --tlskey "$folder/key.pem" "$@"
}

as() { # CLIENT ARGUMENT...
  local client=$1
  shift
  docker_of "$WORK/tls/clients/$client" "$@"
}

# A client of the same authority whose time is over.
expired() {
  local at=$WORK/tls/clients/expired
  mkdir -p "$at" && cp "$WORK/tls/ca.pem" "$at/" &&
    openssl ecparam -name prime256v1 -genkey -noout -out "$at/key.pem" &&
    openssl req -new -key "$at/key.pem" -subj "/CN=expired/O=ops" |
    openssl x509 -req -CA "$WORK/tls/ca.pem" -CAkey "$WORK/tls/ca-key.pem" -CAcreateserial -days -1 -out "$at/cert.pem" \
      -extfile <(printf 'extendedKeyUsage=clientAuth\n') 2>/dev/null
}

start() {
  certs server 127.0.0.1 localhost && certs client alice --organization ops && certs client bob --organization watch &&
    certs client nobody >"$WORK/told" || return
  expired && "$HERE/certs.sh" "$WORK/other" 2>/dev/null || return
  cp "$WORK/tls/ca.pem" "$WORK/other/stranger/"
  # alice, but for her authority: the client does not talk to a server of somebody else
  cp -r "$WORK/tls/clients/alice" "$WORK/mixed" && cp "$WORK/other/authority.pem" "$WORK/mixed/ca.pem"
  PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  local at=$WORK/tls/server
  "$DOCKGATE_BIN" serve --upstream "${DIRECT#unix://}" --policy "$PROJECT/deploy/gateway/policy.yaml" --status "$WORK/status.sock" \
    --listen "tcp://127.0.0.1:$PORT" --tlscacert "$at/ca.pem" --tlscert "$at/cert.pem" --tlskey "$at/key.pem" --tlscrl "$at/crl.pem" 2>"$WORK/log" &
  GATE_PID=$!
  await 10 as alice version
}

# As the program printed it for this client, but for the name of the host.
context() {
  local line
  line=$(certs client carol --organization ops | grep -m1 -o 'docker context create.*') || return
  line=${line//:2376/:$PORT}
  PATH=$WORK/bin:$PATH DOCKER_CONFIG=$WORK/config bash -c "$line" >/dev/null &&
    DOCKER_CONFIG=$WORK/config "$(docker_cli)" --context carol ps
}

# An interactive shell, typed into through a terminal.
terminal() {
  local told
  # shellcheck disable=SC2016 # the shell in the container reckons
  told=$(as alice exec -i web sh <<<'echo in$((40+2))') && [ "$told" = in42 ]
}

attached() {
  local told
  told=$(timeout 20 "$(docker_cli)" --host "$DIRECT" run --rm --detach --name speaker busybox sh -c 'sleep 2; echo spoken') || return
  told=$(as alice attach --no-stdin speaker) && [ "$told" = spoken ]
}

serial() { openssl s_client -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null | openssl x509 -noout -serial; }

# The gate takes the new certificate by itself; whoever is connected stays.
swapped() {
  local before stream
  before=$(serial)
  as bob events >/dev/null 2>&1 &
  stream=$!
  certs renew server >/dev/null && await 15 other_serial "$before" && as alice ps >/dev/null && kill -0 "$stream"
  local code=$?
  kill "$stream" 2>/dev/null
  wait "$stream" 2>/dev/null
  return $code
}

other_serial() { [ -n "$(serial)" ] && [ "$(serial)" != "$1" ]; }

# The open stream ends, and nothing new begins.
revoked() {
  local stream
  as alice events >/dev/null 2>&1 &
  stream=$!
  sleep 0.5
  kill -0 "$stream" && certs revoke alice >/dev/null && await 15 ended "$stream"
}

ended() { ! kill -0 "$1" 2>/dev/null; }

logged() { # WORD
  grep -q "$1" "$WORK/log"
}

main() {
  WORK=$(mktemp -d)
  trap 'kill "${GATE_PID:-}" 2>/dev/null; wait 2>/dev/null; rm -rf "$WORK"' EXIT
  client_config "$WORK/config"
  mkdir "$WORK/bin" && ln -s "$(docker_cli)" "$WORK/bin/docker"
  start >/dev/null 2>&1 || { report FAIL "gateway: it starts" "$(tail -n1 "$WORK/log")"; exit 1; }
  "$(docker_cli)" --host "$DIRECT" run --detach --rm --name web --network none busybox sleep 600 >/dev/null
  admitted "gateway: a client" as alice ps
  admitted "gateway: context as printed" context
  admitted "gateway: a shell" terminal
  admitted "gateway: attach" attached
  refused "gateway: another role" ContainerStop as bob stop web
  refused "gateway: without a role" "no role" as nobody ps
  refused "gateway: a stranger" "certificate" docker_of "$WORK/other/stranger" ps
  refused "gateway: not its server" "certificate" docker_of "$WORK/mixed" ps
  refused "gateway: expired" "expired certificate" as expired ps
  admitted "gateway: certificate swapped" swapped
  admitted "gateway: revoked, with its stream" revoked
  refused "gateway: revoked" "revoked certificate" as alice ps
  admitted "gateway: others go on" as bob ps
  admitted "gateway: renewed" certs renew alice
  admitted "gateway: with the new one" await 15 as alice ps
  admitted "gateway: the log says expired" logged "has expired"
  admitted "gateway: the log says revoked" logged "has been revoked"
  admitted "gateway: the log says stranger" logged "shows no certificate"
  admitted "gateway: the log says distrust" logged "does not take the gate's certificate"
  "$(docker_cli)" --host "$DIRECT" rm --force web >/dev/null 2>&1
  echo "$PASSED passed, $FAILED failed"
  [ "$FAILED" = 0 ]
}

main
