#!/bin/bash
# Builds what is handed out, into target/package/:
#   deploy/package.sh [REVISION]   REVISION of the .deb is 1 unless said
#
#   dockgate_VERSION-REVISION_ARCH.deb
#   dockgate           the static binary
#   man/               a page for each verb
#   completions/       for bash, zsh, fish and PowerShell
#   sbom/              CycloneDX: the crates that are in the binary
#
# DOCKGATE_BIN names a static binary to take instead of building one. The tools that
# are missing (cargo-deb, cargo-cyclonedx) are installed by cargo; Python is wanted. Two builds of one
# commit make the same files: SOURCE_DATE_EPOCH is the commit's time unless it is set.
set -euo pipefail
DEPLOY=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(dirname "$DEPLOY")
OUT=$PROJECT/target/package
STAGE=$OUT/stage
REVISION=${1:-1}
# shellcheck source-path=SCRIPTDIR source=static.sh
. "$DEPLOY/static.sh"
umask 022

tools() {
  local tool
  for tool in cargo-deb cargo-cyclonedx; do
    command -v "$tool" >/dev/null || cargo install "$tool" --locked
  done
}

epoch() { git -C "$PROJECT" log -1 --format=%ct 2>/dev/null || date +%s; }

manual() { "$STAGE/dockgate" man --dir "$OUT/man"; }

completions() {
  mkdir "$OUT/completions"
  "$STAGE/dockgate" completions bash >"$OUT/completions/dockgate.bash"
  "$STAGE/dockgate" completions zsh >"$OUT/completions/_dockgate"
  "$STAGE/dockgate" completions fish >"$OUT/completions/dockgate.fish"
  "$STAGE/dockgate" completions powershell >"$OUT/completions/dockgate.ps1"
}

# By hand the binary is installed to /usr/local, by a package to /usr.
units() {
  local from to
  for from in system:"$DEPLOY" user:"$DEPLOY/user"; do
    to=$STAGE/${from%%:*}
    mkdir "$to"
    cp "${from#*:}"/dockgate.{service,socket} "$to"
    sed -i 's#/usr/local/bin/#/usr/bin/#' "$to"/*
  done
}

# Debian's form, for tools that read it; what changed stands in CHANGELOG.md.
changelog() {
  cat <<END
dockgate ($VERSION-$REVISION) unstable; urgency=medium

  * See CHANGELOG.md.

 -- The dockgate maintainers <dockgate@example.com>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
}

# Neither what tests, macros and build scripts need, nor other systems' crates.
sbom() {
  mkdir "$OUT/sbom"
  (cd "$PROJECT" && cargo cyclonedx --quiet --format json --spec-version 1.5 \
    --target "$TARGET" --no-build-deps --override-filename dockgate.cdx)
  mv "$PROJECT/dockgate.cdx.json" "$OUT/sbom/"
  cargo tree --locked --manifest-path "$PROJECT/Cargo.toml" --target "$TARGET" --edges normal,no-proc-macro \
    --prefix none --format '{p}' | python3 "$DEPLOY/sbom.py" "$OUT/sbom/dockgate.cdx.json" "$PROJECT"
}

package() {
  cargo deb --quiet --manifest-path "$PROJECT/Cargo.toml" --no-build --no-strip \
    --deb-version "$VERSION-$REVISION" --output "$OUT/"
}

tools
TARGET=$(target)
VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' "$PROJECT/Cargo.toml" | head -1)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(epoch)}
export SOURCE_DATE_EPOCH
binary=${DOCKGATE_BIN:-$(build)}
must_be_static "$binary"
rm -rf "$OUT"
mkdir -p "$STAGE"
install -m 755 "$binary" "$STAGE/dockgate"
manual
completions
units
changelog >"$STAGE/changelog"
sbom
package
install -m 755 "$STAGE/dockgate" "$OUT/dockgate"
rm -r "$STAGE"
ls -l "$OUT"/*.deb "$OUT/dockgate" >&2
