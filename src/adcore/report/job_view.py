"""What a page shows of a job, taken from the job itself."""

from __future__ import annotations

from typing import Any

from adcore.job import Job, JobStateError
from adcore.report.job_payload import JobView

__all__ = ["job_view"]

# A forecast is as long as this part of what was seen.
_AHEAD = 4


def job_view(job: Job, *, title: str | None = None, is_partial: bool = False) -> JobView:
    """The results of a job as its page wants them.

    Parameters
    ----------
    job : Job
        With ``model_plot_config`` where its series shall be drawn.
    title : str, optional
        The name of the job by default.
    is_partial : bool
        Whether the run was interrupted.
    """
    analysis = job.config.analysis_config
    results = job.results
    return JobView(
        title=title or job.id,
        description=job.config.description or "",
        bucket_span=job.config.bucket_span,
        detectors=[detector.detector_description for detector in analysis.detectors],
        influencers=analysis.influencers,
        buckets=results.buckets(size=None).documents,
        records=results.records(size=None).documents,
        influencer_results=results.influencers(size=None).documents,
        model_plot=results.model_plot().documents,
        forecasts=_forecasts(job),
        is_partial=is_partial,
    )


def _forecasts(job: Job) -> list[dict[str, Any]]:
    """What is expected to come; nothing where models of the kind cannot say."""
    times = job.results.tables["buckets"]["timestamp"]
    ahead = int(times[-1] - times[0]) // _AHEAD // 1_000 if len(times) else 0
    if ahead < job.config.bucket_span // 1_000:
        return []
    try:
        return job.forecast(f"{ahead}s").documents
    except JobStateError:
        return []
