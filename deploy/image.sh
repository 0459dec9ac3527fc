#!/bin/bash
# Builds a static dockgate on this host, and an image that holds nothing else:
#   deploy/image.sh [TAG]          TAG is `dockgate` unless said
# DOCKGATE_BIN names a static binary to take instead of building one.
# No image is pulled: the only base is `scratch`.
set -euo pipefail
DEPLOY=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(dirname "$DEPLOY")

# shellcheck source-path=SCRIPTDIR source=static.sh
. "$DEPLOY/static.sh"

binary=${DOCKGATE_BIN:-$(build)}
must_be_static "$binary"
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
# The image's own user must get at them, whatever the umask is here.
install -d -m 755 "$context"/{run,run/dockgate,var,var/log,var/log/dockgate}
install -m 755 "$binary" "$context/dockgate"
docker build --tag "${1:-dockgate}" --file "$DEPLOY/Dockerfile.binary" "$context"
