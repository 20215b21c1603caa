"""A page: a template, styles and scripts, the plotting library and the data in one file."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from importlib import resources, util
from pathlib import Path
from typing import Any

from adcore.detect.files import replacing
from adcore.errors import InvalidArgumentError

__all__ = ["check_report", "write_page"]

_SCRIPTS = {
    "run": ("base.js", "run.js"),
    "job": ("base.js", "job_table.js", "job_series.js", "job.js"),
}


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


def write_page(path: Path, kind: str, title: str, payload: Mapping[str, Any]) -> None:
    """Write a self-contained page, whole or not at all.

    Parameters
    ----------
    path : Path
    kind : {"run", "job"}
        Which body, style and script the page has.
    title : str
        Of the window.
    payload : mapping
        What the script reads, as JSON.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood in its place is untouched.
    """
    parts = {
        "title": html.escape(title),
        "style": _asset("base.css") + _asset(f"{kind}.css"),
        "body": _asset(f"{kind}.html"),
        "library": _resource("plotly", "package_data/plotly.min.js"),
        # Names may hold tags: in JSON a "<" can be written so that no browser sees one.
        "data": json.dumps(payload).replace("<", "\\u003c"),
        "script": "".join(map(_asset, _SCRIPTS[kind])),
    }
    page = re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], _asset("page.html"))
    with replacing(path) as draft:
        draft.write_text(page, encoding="utf-8")


def _asset(name: str) -> str:
    return _resource("adcore.report", f"assets/{name}")


def _resource(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")
