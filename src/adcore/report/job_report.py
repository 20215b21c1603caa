"""The report of a job: swim lanes of its anomalies, and its series one by one."""

from __future__ import annotations

from pathlib import Path

from adcore.report.job_payload import JobLimits, JobView, job_payload
from adcore.report.page import write_page

__all__ = ["write_job_report"]


def write_job_report(view: JobView, path: Path, limits: JobLimits | None = None) -> None:
    """Write a self-contained page, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood in its place is untouched.
    """
    write_page(path, "job", f"Anomalies of {view.title}", job_payload(view, limits))
