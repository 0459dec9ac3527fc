#!/bin/sh
# Builds what is measured, installs what it is measured against, and measures them side by side:
#   benches/run.sh [--quick] [--json FILE] [--cores LIST]
# DOCKGATE_BIN names a dockgate to measure instead of building one.
set -eu

benches=$(cd "$(dirname "$0")" && pwd)
project=$(dirname "$benches")
target=${CARGO_TARGET_DIR:-$project/target}

# Where Debian keeps daemons, even for those who are not root.
PATH=$PATH:/usr/sbin

say() { echo "benches: $*" >&2; }

# Installs a Debian package if its command is missing.
need() {
    command -v "$1" >/dev/null && return
    say "installing $1 from Debian's packages"
    apt-get install -y --no-install-recommends "$1" >&2 || return
    # The package starts a service of its own; only the copy that the benchmark starts is wanted.
    systemctl disable --now "$1" >/dev/null 2>&1 || true
}

build() {
    cargo build --release --locked --manifest-path "$1/Cargo.toml" --target-dir "$target"
}

need haproxy || say "HAPROXY CANNOT BE INSTALLED: nothing to compare with"
need strace || say "STRACE CANNOT BE INSTALLED: system calls are not counted"

build "$benches/tool"
if [ -z "${DOCKGATE_BIN:-}" ]; then
    DOCKGATE_BIN=$target/release/dockgate
    # A binary of an earlier build must not pass for this one.
    rm -f "$DOCKGATE_BIN"
    build "$project" || say "DOCKGATE DOES NOT BUILD: measuring the others alone"
fi

export PYTHONDONTWRITEBYTECODE=1 DOCKGATE_BIN BENCH_TOOL="$target/release/bench-tool"
exec python3 "$benches/run.py" "$@"
