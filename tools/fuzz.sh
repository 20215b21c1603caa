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
  bodies=$PWD/build/asan/cpp/fuzz
  export bodies corpus=$PWD/cpp/fuzz/corpus seconds
  # Each in a folder of its own, where the input lies that it fails at.
  fuzz_body() {
    mkdir -p "$bodies/runs/$1" && cd "$bodies/runs/$1"
    local said
    said=$("$bodies/$1" "$corpus/${1#fuzz_}" "$seconds") || {
      echo "$1 failed; the input is in $PWD/failing_input" >&2
      return 1
    }
    echo "$1: $said"
  }
  export -f fuzz_body
  for body in cpp/fuzz/fuzz_*.cpp; do
    basename "$body" .cpp
  done | xargs --max-args=1 --max-procs="$(nproc)" bash -c 'fuzz_body "$0"'
fi
