#!/usr/bin/env bash
# Style, types and spelling of the Python side.
set -euo pipefail

ruff check .
ruff format --check .
mypy
codespell
