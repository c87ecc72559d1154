#!/usr/bin/env bash
# Runs a fuzz target for some seconds with the stable toolchain and without cargo-fuzz: coverage needs no nightly flag.
#   wire/fuzz/run.sh TARGET [SECONDS]      (frames, lines, command, hello, result,
#                                      envelope, signature, message; 60 seconds)
# What it finds is kept below target/fuzz; an input that breaks a claim is written to wire/fuzz/artifacts.
# wire/fuzz/run.sh --minimise TARGET adds the smallest set of found inputs that reaches as much to the committed corpus.
set -euo pipefail
cd "$(dirname "$0")"

minimise=no
if [ "${1:-}" = --minimise ]; then minimise=yes; shift; fi
target=${1:?which target: frames, lines, command, hello, result, envelope, signature or message}
seconds=${2:-60}
host=$(rustc -vV | sed -n 's/^host: //p')
built=../../target/fuzz
found=$built/found/$target
mkdir -p "$found" artifacts "corpus/$target"

export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
cargo build --quiet --locked --release --target "$host" --target-dir "$built" --bin "$target"
program=$built/$host/release/$target
# Short inputs: a long one is only a row of short ones.
limits=(-max_len=1500 -rss_limit_mb=1024 -timeout=10 -artifact_prefix="artifacts/$target-")
if [ "$minimise" = yes ]; then
  # Of JSON, what is reached is enough; of frames, how often counts too.
  detail=(-use_counters=0 -use_cmp=0); [ "$target" = frames ] && detail=()
  "$program" -set_cover_merge=1 "${detail[@]}" "${limits[@]}" "corpus/$target" "$found"
else
  "$program" "${limits[@]}" -max_total_time="$seconds" -print_final_stats=1 "$found" "corpus/$target"
fi
