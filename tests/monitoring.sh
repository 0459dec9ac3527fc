#!/bin/bash
# Holds the dashboard and the alerts of deploy/ against promtool and against what
# a real gate tells:
#   tests/monitoring.sh
# PROMTOOL names a promtool; otherwise one that is installed is taken, or Debian's
# is unpacked into a temporary folder. No server is installed or started.
set -uo pipefail
TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(dirname "$TESTS")
DEPLOY=$PROJECT/deploy
# shellcheck source-path=SCRIPTDIR source=real_docker/lib.sh
. "$TESTS/real_docker/lib.sh"
DOCKGATE_BIN=${DOCKGATE_BIN:-$PROJECT/target/debug/dockgate}

# --- promtool ---

get_promtool() {
  [ -z "${PROMTOOL:-}" ] || return 0
  PROMTOOL=$(type -P promtool) && return
  (cd "$WORK" && download) >"$WORK/download" 2>&1 && dpkg -x "$WORK"/prometheus_*.deb "$WORK/prometheus" &&
    PROMTOOL=$WORK/prometheus/usr/bin/promtool
}

promtool() { timeout 50 "$PROMTOOL" "$@"; }

# Lists of packages that are missing or old are fetched once.
download() {
  timeout 60 apt-get -qq download prometheus && return
  timeout 120 apt-get -qq -o DPkg::Lock::Timeout=60 update && timeout 60 apt-get -qq download prometheus
}

# It reads the older text format, where a counter's help has the suffix `_total`; in OpenMetrics it has not.
metrics() {
  promtool check metrics <"$WORK/scrape" >"$WORK/lint" 2>&1
  # 3: it found something to say
  [[ $? = [03] ]] && ! grep -v '_total no help text$' "$WORK/lint"
}

# The dashboard's expressions as rules, so that promtool reads them.
expressions() {
  python3 "$TESTS/monitoring/expressions.py" "$DEPLOY/grafana.json" >"$WORK/expressions.yaml" &&
    promtool check rules "$WORK/expressions.yaml"
}

# --- a gate with every kind of number, and requests of every kind ---

start_gate() {
  "$DOCKGATE_BIN" certs server --dir "$WORK/tls" 127.0.0.1 >"$WORK/log" || return
  configuration >"$WORK/dockgate.yaml"
  "$DOCKGATE_BIN" serve --config "$WORK/dockgate.yaml" 2>"$WORK/log" &
  GATE=$!
  await 10 test -S "$WORK/metrics.sock"
}

# Nobody is Docker here; its answers are the gate's own.
configuration() {
  cat <<END
upstream: $WORK/docker.sock
audit: $WORK/audit.jsonl
metrics: $WORK/metrics.sock
listen:
  - { socket: $WORK/gate.sock, policy: $PROJECT/policies/reads.yaml }
  - address: 127.0.0.1:0
    tls: { certificate: $WORK/tls/server/cert.pem, key: $WORK/tls/server/key.pem, client_ca: $WORK/tls/server/ca.pem }
    policy: $PROJECT/policies/reads.yaml
END
}

ask() { # SOCKET PATH CURL-OPTION...
  local socket=$1 path=$2
  shift 2
  curl -sS --max-time 5 --unix-socket "$WORK/$socket" "$@" "http://gate$path"
}

scrape() {
  { ask gate.sock /_ping && ask gate.sock /info && ask gate.sock /images/prune -X POST && ask gate.sock /none; } >/dev/null &&
    ask metrics.sock /metrics >"$WORK/scrape" && tail -1 "$WORK/scrape" | grep -qx '# EOF'
}

# --- names ---

# Of the file, without what histograms have behind their names.
named() { grep -o 'dockgate_[a-z_]*' "$1" | sed 's/_seconds_\(bucket\|sum\|count\)$/_seconds/' | sort -u; }

exported() { grep '^dockgate_' "$WORK/scrape" | sed 's/[{ ].*//' >"$WORK/samples" && named "$WORK/samples"; }

only_what_is_exported() { ! comm -23 <(named "$1") <(exported) | grep .; }

all_that_is_exported() { ! comm -13 <(named "$1") <(exported) | grep .; }

# Every rule of the file is tried by name.
rules_with_tests() {
  ! comm -23 <(sed -n 's/.*- alert: //p' "$DEPLOY/alerts.yaml" | sort) \
    <(grep -B2 'exp_alerts:' "$TESTS/monitoring/alerts_test.yaml" | sed -n 's/.*alertname: //p' | sort -u) | grep .
}

by_promtool() {
  check "alerts: read by promtool" promtool check rules "$DEPLOY/alerts.yaml"
  check "alerts: tests" promtool test rules "$TESTS/monitoring/alerts_test.yaml"
  check "dashboard: expressions" expressions
  check "numbers: read by promtool" metrics
}

clean_up() {
  [ -z "$GATE" ] || { kill "$GATE" && wait "$GATE"; } 2>/dev/null
  rm -rf "$WORK"
}

main() {
  FAILED=0 WORK=$(mktemp -d) GATE=
  trap clean_up EXIT
  if ! start_gate || ! scrape; then
    echo "FAIL a gate with numbers"
    cat "$WORK/log"
    return 1
  fi
  if get_promtool; then by_promtool; else echo "SKIP promtool: $(tail -1 "$WORK/download")"; fi
  check "alerts: each has a test" rules_with_tests
  check "alerts: only numbers that there are" only_what_is_exported "$DEPLOY/alerts.yaml"
  check "dashboard: only numbers that there are" only_what_is_exported "$DEPLOY/grafana.json"
  check "dashboard: all numbers that there are" all_that_is_exported "$DEPLOY/grafana.json"
  [ $FAILED = 0 ]
}

main "$@"
