#!/bin/bash
# Builds a static dockgate on this host, and an image that holds nothing else:
#   deploy/image.sh [TAG]          TAG is `dockgate` unless said
# DOCKGATE_BIN names a static binary to take instead of building one.
# No image is pulled: the only base is `scratch`.
set -euo pipefail
DEPLOY=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(dirname "$DEPLOY")

# A target is named so that build scripts, which cannot be static, keep their own flags.
build() {
  local target
  target=$(rustc -vV | sed -n 's/^host: //p')
  RUSTFLAGS="-C target-feature=+crt-static" \
    cargo build --release --locked --manifest-path "$PROJECT/Cargo.toml" --target "$target" >&2
  echo "${CARGO_TARGET_DIR:-$PROJECT/target}/$target/release/dockgate"
}

# The image has no loader and no libraries.
must_be_static() { # FILE
  if ldd "$1" >/dev/null 2>&1 && ! ldd "$1" 2>&1 | grep -q 'statically linked'; then
    echo "\`$1\` is not a static binary: it would not start in an image without libraries" >&2
    return 1
  fi
}

binary=${DOCKGATE_BIN:-$(build)}
must_be_static "$binary"
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
# The image's own user must get at them, whatever the umask is here.
install -d -m 755 "$context"/{run,run/dockgate,var,var/log,var/log/dockgate}
install -m 755 "$binary" "$context/dockgate"
docker build --tag "${1:-dockgate}" --file "$DEPLOY/Dockerfile.binary" "$context"
