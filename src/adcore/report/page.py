"""The page: a template, its style and script, the plotting library and the data in one file."""

from __future__ import annotations

import html
import json
import re
from importlib import resources, util
from pathlib import Path

from adcore.detect.files import replacing
from adcore.detect.run import Outcome
from adcore.errors import InvalidArgumentError
from adcore.report.payload import ReportLimits, payload

__all__ = ["check_report", "write_report"]


def check_report(path: Path) -> None:
    """Find out before a long run whether a report can be made.

    Raises
    ------
    InvalidArgumentError
        If the name does not end in .html, or the plotting library is not installed.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise InvalidArgumentError(f"--report is {str(path)!r}, expected a name that ends in .html")
    if util.find_spec("plotly") is None:
        raise InvalidArgumentError("--report needs plotly: pip install 'adcore[report]'")


def write_report(
    outcome: Outcome, path: Path, shingle_size: int = 8, limits: ReportLimits | None = None
) -> None:
    """Write a self-contained page, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood in its place is untouched.
    """
    page = _page(json.dumps(payload(outcome, limits or ReportLimits(), shingle_size)), outcome)
    with replacing(path) as draft:
        draft.write_text(page, encoding="utf-8")


def _page(data: str, outcome: Outcome) -> str:
    parts = {
        "title": html.escape(f"Anomalies in {outcome.plan.reading.source.name}"),
        "style": _resource("adcore.report", "page.css"),
        "library": _resource("plotly", "package_data/plotly.min.js"),
        # Names may hold tags: in JSON a "<" can be written so that no browser sees one.
        "data": data.replace("<", "\\u003c"),
        "script": _resource("adcore.report", "page.js"),
    }
    template = _resource("adcore.report", "page.html")
    return re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], template)


def _resource(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")
