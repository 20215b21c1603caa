"""Jobs: what an anomaly detection job does, for data at hand."""

from __future__ import annotations

from adcore.job.config import JobConfig, Limits
from adcore.job.config_update import updated
from adcore.job.errors import JobError

__all__ = ["JobConfig", "JobError", "Limits", "updated"]
