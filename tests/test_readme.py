"""The examples of the README do what it says, as whoever copies them would run them."""

from __future__ import annotations

import re
from pathlib import Path

from readme_examples import example, printed
from service_process import running


def test_thirty_seconds(tmp_path: Path) -> None:
    lines = printed(example("ThresholdedForest"), tmp_path)
    assert re.fullmatch(r"row 1500: 20, expected \d\d, grade 1\.00", lines[-1])


def test_serve_feed_and_detect(tmp_path: Path) -> None:
    with running(tmp_path, "--data", str(tmp_path / "data")) as service:
        (line,) = printed(example("from opensearchpy import", service.url), tmp_path)
    found = r"\[\{'name': 'host', 'value': 'web-2'\}\] 1\.0 \[\{'feature_id'.*'data': 160\.0\}\]"
    assert re.fullmatch(found, line), line
