"""Jobs: what an anomaly detection job does, for data at hand."""

from __future__ import annotations

from adcore.job.changes import Changes
from adcore.job.config import JobConfig, Limits
from adcore.job.config_update import updated
from adcore.job.errors import JobError, JobFault, JobStateError
from adcore.job.forecast import JobForecast
from adcore.job.job import Job
from adcore.job.model_plot import ModelPlot
from adcore.job.model_snapshot import ModelSnapshot
from adcore.job.overall_page import OverallPage
from adcore.job.result_page import ResultPage
from adcore.job.results import JobResults

__all__ = [
    "Changes",
    "Job",
    "JobConfig",
    "JobError",
    "JobFault",
    "JobForecast",
    "JobResults",
    "JobStateError",
    "Limits",
    "ModelPlot",
    "ModelSnapshot",
    "OverallPage",
    "ResultPage",
    "updated",
]
