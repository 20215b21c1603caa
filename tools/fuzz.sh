#!/usr/bin/env bash
# Runs every fuzz body for a while: tools/fuzz.sh [<seconds each>]. With clang, libFuzzer looks for new inputs and adds
# them to the corpus; without, each file of the corpus is mutated at random (the same way every time) under the
# sanitizers of g++.
set -euo pipefail
seconds=${1:-30}

if command -v clang++ >/dev/null; then
  cmake --preset fuzz --log-level=WARNING
  cmake --build --preset fuzz
  for body in build/fuzz/cpp/fuzz/fuzz_*; do
    [ -x "$body" ] || continue
    "$body" -max_total_time="$seconds" "cpp/fuzz/corpus/${body##*/fuzz_}"
  done
else
  cmake --preset asan --log-level=WARNING
  cmake --build --preset asan --target fuzz_bodies
  corpus=$PWD/cpp/fuzz/corpus
  cd build/asan/cpp/fuzz
  for body in fuzz_*; do
    [ -f "$body" ] && [ -x "$body" ] || continue
    echo "$body"
    "./$body" "$corpus/${body#fuzz_}" "$seconds" || {
      echo "$body failed; the input is in $PWD/failing_input" >&2
      exit 1
    }
  done
fi
