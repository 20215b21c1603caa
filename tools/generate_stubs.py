"""Writes src/adcore/_core.pyi from the compiled module; with --check, only compares."""

from __future__ import annotations

import argparse
import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

STUB = Path(__file__).resolve().parent.parent / "src" / "adcore" / "_core.pyi"
HEADER = "# Written by `make stubs` from the compiled module; do not edit.\n"


def generate() -> str:
    """The stub text that describes the installed `adcore._core`."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pybind11-stubgen", "adcore._core", "--output-dir", folder], check=True)
        text = HEADER + (Path(folder) / "adcore" / "_core.pyi").read_text()
    command = ["ruff", "format", "--stdin-filename", STUB.name, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def difference(committed: str, generated: str) -> str:
    """A unified diff, empty where both are equal."""
    lines = difflib.unified_diff(
        committed.splitlines(keepends=True),
        generated.splitlines(keepends=True),
        "committed",
        "generated",
    )
    return "".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    check = parser.parse_args().check
    generated = generate()
    if not check:
        STUB.write_text(generated)
        return 0
    changes = difference(STUB.read_text(), generated)
    if changes:
        print(changes, "\nThe stubs are out of date: run `make stubs` and commit the result.")
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
