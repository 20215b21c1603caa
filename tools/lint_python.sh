#!/usr/bin/env bash
# Style, types and spelling of the Python side.
set -euo pipefail

ruff check .
ruff format --check .
# Folders of scripts may each have a conftest, so each is a run of its own.
mypy src tools
mypy tests
mypy benches
codespell
