"""The JavaScript client, where Node is there, against a process of its own."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from service_process import running

CLIENTS = Path(__file__).parent / "clients"


@pytest.fixture(scope="module")
def node() -> str:
    """The command that runs JavaScript, with the client installed."""
    command, npm = shutil.which("node"), shutil.which("npm")
    if command is None or npm is None:
        pytest.skip("the JavaScript client needs node and npm")
    with (CLIENTS / "package.json").open() as package:
        fcntl.flock(package, fcntl.LOCK_EX)  # tests in other processes want the same folder
        install(npm, json.load(package)["dependencies"])
    return command


def install(npm: str, wanted: dict[str, str]) -> None:
    if all((CLIENTS / "node_modules" / name).is_dir() for name in wanted):
        return
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    installed = subprocess.run(
        [npm, "install", *options], cwd=CLIENTS, capture_output=True, text=True, check=False
    )
    if installed.returncode != 0:
        pytest.skip(f"npm could not install the client: {installed.stderr[-500:]}")


def test_the_javascript_client(tmp_path: Path, node: str) -> None:
    with running(tmp_path) as service:
        done = subprocess.run(
            [node, str(CLIENTS / "documents.js"), service.url],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "info": "opensearch",
        "exists": True,
        "bulk": {"successful": 500, "failed": 0},
        "count": 500,
        "last": 499,
        "buckets": [["h3", 499]],
        "updated": "ü/☃",
        "odd": "a/b?c",
        "mget": [True, False],
        "missing": {"status": 404, "type": None},
        "nowhere": {"status": 404, "type": "index_not_found_exception"},
        "conflict": {"status": 409, "type": "version_conflict_engine_exception"},
        "scrolled": 501,
        "deleted": 101,
        "health": "green",
        "table": [{"docs.count": "400"}],
    }
