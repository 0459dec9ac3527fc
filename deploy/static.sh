# shellcheck shell=bash
# For image.sh and package.sh, which set PROJECT: a static dockgate, built on this host.

target() { rustc -vV | sed -n 's/^host: //p'; }

# A target is named so that build scripts, which cannot be static, keep their own flags.
build() {
  # Packed relocations: half a megabyte less, where the linker knows them; glibc does since 2.36.
  RUSTFLAGS="-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs" \
    cargo build --release --locked --manifest-path "$PROJECT/Cargo.toml" --target "$(target)" >&2
  echo "${CARGO_TARGET_DIR:-$PROJECT/target}/$(target)/release/dockgate"
}

# It has to start where there is no loader and no library.
must_be_static() { # FILE
  if ldd "$1" >/dev/null 2>&1 && ! ldd "$1" 2>&1 | grep -q 'statically linked'; then
    echo "\`$1\` is not a static binary: it would not start where there are no libraries" >&2
    return 1
  fi
}
