"""Bodies that make jobs."""

from __future__ import annotations

from typing import Any

from adcore.job import JobConfig


def body(*detectors: dict[str, Any], **analysis: Any) -> dict[str, Any]:
    """The least that can be sent, with these detectors and fields of the analysis."""
    listed = list(detectors) or [{"function": "count"}]
    return {"analysis_config": {"detectors": listed, **analysis}, "data_description": {}}


def made(sent: dict[str, Any], **options: Any) -> JobConfig:
    """The configuration of the job ``it-ops``."""
    return JobConfig.from_api("it-ops", sent, **options)
