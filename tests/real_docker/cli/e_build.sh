# shellcheck shell=bash
# Builds by the classic builder and by BuildKit, good, bad and cancelled.

context() { # DOCKERFILE-LINE...
  mkdir -p context
  printf '%s\n' "$@" >context/Dockerfile
  noise 2000000 context/noise
}

classic() { DOCKER_BUILDKIT=0 docker build --force-rm "$@" 2>err; }

buildkit() {
  docker buildx version >/dev/null 2>&1 || skip 'the client has no buildx'
  DOCKER_BUILDKIT=1 docker build "$@" 2>err
}

builds() { # BUILDER
  # shellcheck disable=SC2016 # the build's own variable
  context 'FROM busybox' 'ARG WORD=none' 'COPY noise /noise' 'RUN echo "$WORD" >/word' 'LABEL made=here'
  "$1" -q --build-arg WORD=given -t "$N:built" context >/dev/null
  want given "$(docker run --rm "$N:built" cat /word)"
  want "$(sha256sum <context/noise)" "$(docker run --rm -i "$N:built" cat /noise | sha256sum)"
  docker inspect -f '{{.Config.Labels.made}}' "$N:built"
}

check_build_classic() { builds classic; }
check_build_buildkit() { builds buildkit; }

builds_from_scratch() { # BUILDER
  context 'FROM scratch' 'COPY noise /noise'
  "$1" -q -t "$N:scratch" context >/dev/null
  docker inspect -f '{{len .RootFS.Layers}}' "$N:scratch"
}

check_build_scratch_classic() { builds_from_scratch classic; }
check_build_scratch_buildkit() { builds_from_scratch buildkit; }

check_build_stdin_classic() {
  printf 'FROM busybox\nLABEL made=piped\n' | classic -q -t "$N:piped" - >/dev/null
  docker inspect -f '{{.Config.Labels.made}}' "$N:piped"
}

check_build_stdin_buildkit() {
  printf 'FROM busybox\nLABEL made=piped\n' | buildkit -q -t "$N:piped" - >/dev/null
  docker inspect -f '{{.Config.Labels.made}}' "$N:piped"
}

# The daemon answers while the client still uploads: the message must arrive.
bad_dockerfile() { # BUILDER
  context 'FROM busybox' 'WRONG instruction'
  noise 30000000 context/noise
  "$1" -t "$N:bad" context >out && return 1
  want_in 'nknown instruction: WRONG' "$(cat out err)"
}

check_build_error_classic() { bad_dockerfile classic; }
check_build_error_buildkit() { bad_dockerfile buildkit; }

failing_step() { # BUILDER
  context 'FROM busybox' 'RUN echo before; exit 23'
  "$1" --no-cache -t "$N:bad" context >out && return 1
  want_in before "$(cat out err)"
  want_in 23 "$(tail -n5 out err)"
}

check_build_step_classic() { failing_step classic; }
check_build_step_buildkit() { failing_step buildkit; }

asleep() { pgrep -xf "sleep $1" >/dev/null; }
not_asleep() { ! asleep "$1"; }

# A killed client cancels its build: the step's process must end at the daemon.
cancelled() { # DOCKER_BUILDKIT
  local mark=4$RANDOM client
  context 'FROM busybox' "RUN exec sleep $mark"
  # a group of its own, since buildx is a child that would live on
  DOCKER_BUILDKIT=$1 setsid docker build --no-cache -t "$N:never" context >/dev/null 2>&1 &
  client=$!
  within 20 asleep "$mark"
  kill -9 -- "-$client"
  within 15 not_asleep "$mark"
}

check_build_cancel_classic() { cancelled 0; }

check_build_cancel_buildkit() {
  docker buildx version >/dev/null 2>&1 || skip 'the client has no buildx'
  cancelled 1
}

check_build_cache_prune() {
  docker builder prune -f --filter until=240h
}
