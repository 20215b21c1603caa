#!/usr/bin/env bash
# Configures, builds and runs the C++ tests of a preset: tools/cmake_test.sh <preset>
set -euo pipefail
preset=$1

cmake --preset "$preset" --log-level=WARNING
cmake --build --preset "$preset"
ctest --preset "$preset" --progress
