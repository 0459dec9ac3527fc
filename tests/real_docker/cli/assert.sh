# shellcheck shell=bash
# The words that the checks are written in.

# The daemon itself, whatever side is being checked.
daemon() { env -u DOCKER_TLS_VERIFY -u DOCKER_CERT_PATH DOCKER_HOST="$DIRECT" docker "$@"; }

want() { # EXPECTED ACTUAL
  [ "$1" = "$2" ] && return
  echo "wanted \`$1\`, got \`$2\`" >&2
  return 1
}

want_in() { # PART WHOLE
  [[ $2 == *"$1"* ]] && return
  echo "wanted \`$1\` in \`$(tail -n3 <<<"$2" | tr '\n' ' ')\`" >&2
  return 1
}

want_exit() { # CODE COMMAND...
  local expected=$1 code=0
  shift
  "$@" || code=$?
  want "exit $expected" "exit $code"
}

# Until COMMAND holds, at most SECONDS.
within() { # SECONDS COMMAND...
  local ticks=$(($1 * 5))
  shift
  while ! "$@"; do
    ticks=$((ticks - 1))
    [ $ticks -gt 0 ] || { echo "never came true: $*" >&2; return 1; }
    sleep 0.2
  done
}

skip() { # REASON
  echo "$1" >&2
  exit 77
}

running() { [ "$(daemon inspect -f '{{.State.Running}}' "$1")" = true ]; }

daemon_api() { daemon version --format '{{.Server.APIVersion}}'; }

older_than() { # API VERSION
  [ "$(printf '%s\n%s\n' "$1" "$(daemon_api)" | sort -V | head -n1)" != "$1" ]
}

# A small tar's worth of bytes that no compression or guess makes up.
noise() { # BYTES FILE
  head -c "$1" /dev/urandom >"$2"
}

# Printed to be compared: `normalise` leaves this length of digits alone.
sum_of() { md5sum | cut -d' ' -f1; }
