#!/bin/bash
# Coverage-guided fuzzing of what reads and judges bodies.
#
#   tests/fuzz/run.sh [TARGET [SECONDS]]      json, body or decide; all three, 60
#
# Wants a C++ compiler. It is libFuzzer, with the coverage that stable Rust has:
# without sanitizers, which the gate has no `unsafe` for. What was found before
# is gone through first; it is kept in target/fuzz/corpus, a crash in
# target/fuzz/artifacts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
OUT=${CARGO_TARGET_DIR:-$PWD/../../target}/fuzz
HOST=$(rustc -vV | sed -n 's/^host: //p')
COVERAGE=(-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares --cfg=fuzzing -Ccodegen-units=1 -Cdebug-assertions)

# With a target named, build scripts and macros are built without the coverage.
RUSTFLAGS="${COVERAGE[*]}" cargo build --release --locked --bins --target "$HOST" --target-dir "$OUT"
# What is longer than that seldom finds anything that is not found shorter.
for target in ${1:-json body decide}; do
  mkdir -p "$OUT/corpus/$target" "$OUT/artifacts"
  "$OUT/$HOST/release/$target" -max_total_time="${2:-60}" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -dict=fields.dict -artifact_prefix="$OUT/artifacts/" -print_final_stats=1 "$OUT/corpus/$target" seeds
done
