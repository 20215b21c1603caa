#!/usr/bin/env bash
# clang-format over all C++ sources; clang-tidy over those that changed: tools/lint_cpp.sh [<since commit>]
# Changed means: since this branch left the main branch, or, on the main branch itself, since the commit before.
set -euo pipefail

first_commit_to_compare() {
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse HEAD)
  if [ "$base" = "$(git rev-parse HEAD)" ]; then
    base=$(git rev-parse --quiet --verify HEAD~1 || git hash-object -t tree /dev/null)
  fi
  echo "$base"
}

# Changed sources, and the sources that include a changed header.
sources_to_check() {
  local changed header
  changed=$(git diff --name-only --diff-filter=d "$1" -- '*.cpp' '*.hpp')
  grep '\.cpp$' <<<"$changed" || true
  for header in $(grep '\.hpp$' <<<"$changed" || true); do
    git grep -l -F "#include \"${header#cpp/include/}\"" -- '*.cpp' || true
  done
}

git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror

since=${1:-$(first_commit_to_compare)}
# Only for the commands, of each source alone.
cmake --preset tidy --log-level=WARNING -DSKBUILD=ON -Dpybind11_DIR="$(python -m pybind11 --cmakedir)" \
  -DCMAKE_MODULE_PATH="$(python -c 'import cython_cmake; print(cython_cmake.__path__[0])')/cmake"
sources_to_check "$since" | sort -u |
  xargs --no-run-if-empty --max-args=1 --max-procs="$(nproc)" clang-tidy --quiet -p build/tidy
