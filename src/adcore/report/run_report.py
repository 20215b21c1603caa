"""The report of a run of forests over a file."""

from __future__ import annotations

from pathlib import Path

from adcore.detect.run import Outcome
from adcore.report.page import write_page
from adcore.report.run_payload import ReportLimits, run_payload

__all__ = ["write_report"]


def write_report(
    outcome: Outcome, path: Path, shingle_size: int = 8, limits: ReportLimits | None = None
) -> None:
    """Write a self-contained page, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood in its place is untouched.
    """
    title = f"Anomalies in {outcome.plan.reading.source.name}"
    write_page(path, "run", title, run_payload(outcome, limits or ReportLimits(), shingle_size))
