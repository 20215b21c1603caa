"""Results as one HTML page that needs no network."""

from __future__ import annotations

from adcore.report.job_payload import JobLimits, JobView
from adcore.report.job_report import write_job_report
from adcore.report.job_view import job_view
from adcore.report.page import check_report
from adcore.report.run_report import write_report

__all__ = ["JobLimits", "JobView", "check_report", "job_view", "write_job_report", "write_report"]
