#!/bin/bash
# Everything that must hold, from the formatting to a real Docker:
#   tests/run.sh             all steps, on Docker 26.1
#   tests/run.sh --full      on 20.10, 26.1 and 28.5, with the large loads, the image and the package
#   tests/run.sh STEP...     some steps: format clippy test policies deploy monitoring docker package
#
# Wants Rust and a Debian 12 machine; what else is missing it installs by apt,
# as root, which the step `docker` needs anyway for its private daemons. Every
# check prints a line, `ok`, `FAIL` or `SKIP`; the last line counts them. With
# CI=true a SKIP counts as a failure.
set -uo pipefail
TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(dirname "$TESTS")
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PROJECT/target} CARGO_TERM_COLOR=never
export DOCKGATE_BIN=${DOCKGATE_BIN:-$CARGO_TARGET_DIR/debug/dockgate}
STEPS=(format clippy test policies deploy monitoring docker)
# The longest that one step may take.
STEP_LIMIT=${STEP_LIMIT:-3600}

# command, or command:package where the names differ
TOOLS=(cc:gcc git openssl python3 curl shellcheck systemd-analyze:systemd)

say() { printf '\n== %s (%s)\n' "$*" "$(date +%T)"; }

line() { printf '%-4s %s\n' "$1" "$2"; }

install_tools() {
  local tool need=()
  for tool in "${TOOLS[@]}"; do
    command -v "${tool%:*}" >/dev/null || need+=("${tool#*:}")
  done
  [ -e /usr/include/stdlib.h ] || need+=(libc6-dev)
  [ -e /etc/ssl/certs/ca-certificates.crt ] || need+=(ca-certificates)
  python3 -c 'import ensurepip' 2>/dev/null || need+=(python3-venv)
  [ ${#need[@]} = 0 ] && return
  say "installing ${need[*]}"
  apt-get -qq -o DPkg::Lock::Timeout=300 update
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${need[@]}"
}

step_format() { cargo fmt --check && line ok "formatted"; }

step_clippy() { cargo clippy --locked --all-targets -- -D warnings && line ok "no warnings"; }

# What wants a live daemon belongs to the step `docker`.
step_test() { cargo test --locked --no-fail-fast -- --skip live::; }

# Each preset reads without a problem and holds what it says of itself.
step_policies() {
  local file files
  cargo build --locked || return
  mapfile -t files < <(find policies -name '*.yaml' ! -name dockgate.yaml | sort)
  for file in "${files[@]}"; do
    "$DOCKGATE_BIN" check "$file" >"$LOGS/told" 2>&1 && line ok "$file" && continue
    line FAIL "$file"
    cat "$LOGS/told"
  done
  "$DOCKGATE_BIN" test "${files[@]}"
}

step_deploy() { "$TESTS/deploy.sh" "${FULL:+--image}"; }

step_monitoring() { cargo build --locked && "$TESTS/monitoring.sh"; }

# It is built for this: what is handed out is not what the other steps use.
step_package() { env -u DOCKGATE_BIN "$TESTS/package.sh"; }

step_docker() {
  cargo build --locked || return
  if [ -n "${FULL:-}" ]; then
    FOLLOWERS=1000 STREAMS=200 MIB=1024 DOCKGATE_TEST_CASES=${DOCKGATE_TEST_CASES:-1000} "$TESTS/real_docker/suite.sh" 26 20 28
  else
    FOLLOWERS=200 STREAMS=40 MIB=128 "$TESTS/real_docker/suite.sh" 26
  fi
}

# Lines of checks, and cargo's own sums.
count() { # WORD PATTERN-OF-CARGO LOG
  awk -v word="$1" -v sum="$2" '
    $1 ~ "^" word "(ED)?$" && NF > 1 { n++ }
    /^test result:/ { for (i = 2; i <= NF; i++) if ($i ~ "^" sum) n += $(i - 1) }
    END { print n + 0 }' "$3"
}

# A step that fails without a line that says so is a failure in itself.
run_step() { # NAME
  local code log failures
  log=$LOGS/$1
  say "$1"
  timeout -k 30 "$STEP_LIMIT" "$TESTS/run.sh" --step "$1" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  failures=$(count FAIL failed "$log")
  [ "$code" = 0 ] || [ "$failures" != 0 ] || { line FAIL "$1 (exit $code)"; failures=1; }
  PASSED=$((PASSED + $(count ok passed "$log")))
  SKIPPED=$((SKIPPED + $(count SKIP ignored "$log")))
  FAILED=$((FAILED + failures))
}

close() {
  say "done"
  [ "$SKIPPED" = 0 ] || echo "$SKIPPED skipped"
  [ "${CI:-}" != true ] || FAILED=$((FAILED + SKIPPED))
  echo "$PASSED passed, $FAILED failed"
  [ "$FAILED" = 0 ]
}

main() {
  local step
  [ "${1:-}" = --full ] && export FULL=1 && shift
  [ $# != 0 ] || set -- "${STEPS[@]}" ${FULL:+package}
  PASSED=0 FAILED=0 SKIPPED=0 LOGS=$(mktemp -d)
  export LOGS
  trap 'rm -rf "$LOGS"' EXIT
  install_tools || { line FAIL "the tools cannot be installed"; exit 1; }
  for step; do run_step "$step"; done
  close
}

cd "$PROJECT" || exit 1
if [ "${1:-}" = --step ]; then "step_$2"; else main "$@"; fi
