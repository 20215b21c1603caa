"""Jobs driven by the clients that people have: elasticsearch-py 7, 8 and 9, and JavaScript's."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from readme_examples import example, printed
from service_process import running
from test_service_javascript import CLIENTS, node

__all__ = ["node"]  # the fixture that installs the clients for Node

VERSIONS = {7: "7.17.13", 8: "8.19.3", 9: "9.5.1"}


@pytest.fixture(scope="module", params=VERSIONS)
def python_client(request: pytest.FixtureRequest) -> tuple[int, Path]:
    """A major version, and the folder that it is installed in, apart from the others."""
    major: int = request.param
    folder = CLIENTS / "site-packages" / f"elasticsearch-{VERSIONS[major]}"
    if not folder.is_dir():
        if importlib.util.find_spec("pip") is None:
            pytest.skip("the clients are installed by pip, which is not there")
        package = f"elasticsearch=={VERSIONS[major]}"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
        installed = subprocess.run([*command, package], capture_output=True, text=True, check=False)
        if installed.returncode != 0:
            pytest.skip(f"pip could not install {package}: {installed.stderr[-500:]}")
    return major, folder


SEEN: dict[str, Any] = {
    "made": ["fares", "mean"],
    "twice": [400, "resource_already_exists_exception"],
    "closed": [409, "status_exception"],
    "opened": True,
    "posted": [3000, 249],
    "renormalised": {"same": True, "changed": True, "scores": True, "kept": True},
    "interim": {"end": 335, "interim": [True], "hidden": 0, "final": [False]},
    "best": [300, "AAL", True, ["AAL"]],
    "bucket": [1, 12, True],
    "severe": 300,
    "influencers": "AAL",
    "overall": [12],
    "page": [336, [10, 11]],
    "forecast": {"points": 12, "ordered": True, "left": 0},
    "stats": ["opened", 4026],
    "open": [409, "status_exception"],
    "ended": True,
    "snapshots": 1,
    "deleted": True,
    "gone": [404, "resource_not_found_exception"],
}


def test_the_life_of_a_job(tmp_path: Path, python_client: tuple[int, Path]) -> None:
    major, folder = python_client
    with running(tmp_path) as service:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(CLIENTS / "job_life.py"), service.url],
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == SEEN | {"version": major}


def test_the_example_of_the_readme(tmp_path: Path, python_client: tuple[int, Path]) -> None:
    major, folder = python_client
    if major == 7:
        pytest.skip("its arguments have other names")
    with running(tmp_path) as service:
        lines = printed(example("from elasticsearch import", service.url), tmp_path, folder)
    assert re.fullmatch(r"web-2 \d+\.\d+ \[160\.0\] \[\d+\.\d+\]", lines[0]), lines


def test_the_life_of_a_job_in_javascript(tmp_path: Path, node: str) -> None:
    with running(tmp_path) as service:
        done = subprocess.run(
            [node, str(CLIENTS / "jobs.js"), service.url],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "info": "default",
        "made": "js",
        "twice": {"status": 400, "type": "resource_already_exists_exception"},
        "opened": True,
        "posted": 960,
        "flushed": True,
        "best": [200, ["web-1"]],
        "buckets": [239, [1, 2, 3]],
        "influencer": "web-1",
        "overall": [200],
        "forecast": "string",
        "busy": {"status": 409, "type": "status_exception"},
        "closed": True,
        "state": "closed",
        "deleted": True,
        "gone": {"status": 404, "type": "resource_not_found_exception"},
    }
