#!/usr/bin/env bash
# C++ line coverage of the last `coverage` test run, as text and as pages in build/coverage/report.
set -euo pipefail

mkdir -p build/coverage/report
# A line counts once, however often it was compiled: kernels once per instruction set, templates once per kind.
# Where GCC works a count out from others it may come to less than none (its bug 68080): a warning, no end. Kernels
# really run billions of times.
gcovr --gcov-ignore-parse-errors=negative_hits.warn_once_per_file --gcov-suspicious-hits-threshold=0 --merge-lines \
  --root . --filter cpp/include --filter cpp/src --object-directory build/coverage \
  --txt - --html-details build/coverage/report/index.html
