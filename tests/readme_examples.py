"""The examples of the README, and what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
URL = "http://localhost:9200"


def example(word: str, url: str = URL) -> str:
    """The block of Python that has a word in it, with the address of a service put in."""
    blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if word in block]
    return str(found).replace(URL, url)


def printed(code: str, folder: Path, packages: Path | None = None) -> list[str]:
    """What a script prints, run by itself in a folder, with some packages more."""
    (folder / "example.py").write_text(code)
    more = {} if packages is None else {"PYTHONPATH": str(packages)}
    command = [sys.executable, "-W", "ignore", "example.py"]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **more}, capture_output=True, check=False,
        text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
