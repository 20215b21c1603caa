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
cmake --preset tidy --log-level=WARNING  # only for the commands, of each source alone
package_build=$(dirname "$(ls -t build/cp*/compile_commands.json | head -n 1)")
for source in $(sources_to_check "$since" | sort -u); do
  case $source in
    python/*) echo "$package_build $source" ;;
    *) echo "build/tidy $source" ;;
  esac
done | xargs --no-run-if-empty --max-args=2 --max-procs="$(nproc)" clang-tidy --quiet -p
