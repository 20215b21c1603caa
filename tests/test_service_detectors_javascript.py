"""Detectors by the JavaScript client, where Node is there, against a process of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from service_process import running
from test_service_javascript import CLIENTS, node

__all__ = ["node"]  # the fixture that installs the client


def test_the_life_of_a_detector(tmp_path: Path, node: str) -> None:
    with running(tmp_path) as service:
        done = subprocess.run(
            [node, str(CLIENTS / "detectors.js"), service.url],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "bulk": 1200,
        "valid": {},
        "version": 1,
        "twice": 409,
        "updated": 2,
        "stale": {"status": 400, "reason": "There was a problem updating the config:[ID]"},
        "analysis": "FINISHED",
        "anomalies": [[500, "h1"]],
        "top": [[{"host": "h1"}, 1]],
        "started": True,
        "profile": [2, 2, {"percentage": "100%"}],
        "busy": 400,
        "state": "STOPPED",
        "deleted": "deleted",
        "gone": 404,
    }
