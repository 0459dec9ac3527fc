#!/bin/bash
# From a bare Debian machine to a first look: installs what building needs and is
# missing (as root), builds dockgate, and shows it at work. Docker is not needed.
set -euo pipefail
PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OLDEST_RUST=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$PROJECT/Cargo.toml")
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin

say() { echo "dockgate: $*" >&2; }

install() { # PACKAGE...
  say "installing $*"
  [ "$(id -u)" = 0 ] || { say "that needs root: apt-get install $*"; return 1; }
  apt-get -qq -o DPkg::Lock::Timeout=300 update >&2
  apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >&2
}

# ring is compiled by a C compiler; crates come over HTTPS.
install_tools() {
  local need=()
  { command -v gcc && [ -e /usr/include/stdlib.h ]; } >/dev/null || need+=(gcc libc6-dev)
  [ -e /etc/ssl/certs/ca-certificates.crt ] || need+=(ca-certificates)
  [ ${#need[@]} = 0 ] || install "${need[@]}"
}

new_enough() {
  local have
  have=$(rustc --version 2>/dev/null | cut -d' ' -f2) || return 1
  [ "$(printf '%s\n%s\n' "$OLDEST_RUST" "$have" | sort -V | head -n1)" = "$OLDEST_RUST" ]
}

# Debian has rustup since 13; its own rustc is too old.
install_rust() {
  new_enough && return
  if ! command -v rustup >/dev/null && ! install rustup; then
    say "Rust $OLDEST_RUST or newer is needed, and this Debian has no rustup: install Rust, then run this again"
    return 1
  fi
  rustup toolchain install stable --profile minimal && rustup default stable >&2
}

install_tools
install_rust
say "building (some minutes)"
cargo build --release --locked --manifest-path "$PROJECT/Cargo.toml"
exec "${CARGO_TARGET_DIR:-$PROJECT/target}/release/dockgate" demo "$@"
