"""Results as one HTML page that needs no network."""

from __future__ import annotations

from adcore.report.page import check_report, write_report

__all__ = ["check_report", "write_report"]
