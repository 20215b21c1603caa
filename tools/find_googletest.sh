#!/usr/bin/env bash
# Makes sure of GoogleTest where that is possible; where not, says what to install and lets the other tests run.
set -euo pipefail

has_googletest() {
  echo '#include <gtest/gtest.h>' | "${CXX:-c++}" -std=c++20 -E -x c++ - >/dev/null 2>&1
}

has_googletest && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "GoogleTest is missing: installing libgtest-dev"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libgtest-dev; } || true
fi
has_googletest && exit 0
echo "GoogleTest is missing, so the C++ unit tests are left out (Debian: apt-get install libgtest-dev)." >&2
