#!/usr/bin/env bash
# C++ line coverage of the last `coverage` test run, as text and as pages in build/coverage/report.
set -euo pipefail

mkdir -p build/coverage/report
gcovr --root . --filter cpp/include --filter cpp/src --object-directory build/coverage \
  --txt - --html-details build/coverage/report/index.html
