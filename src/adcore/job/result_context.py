"""What results have to be told with, but is the same for all of a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adcore.job.detector_config import JobDetector

if TYPE_CHECKING:
    from adcore.job.config import JobConfig

__all__ = ["ResultContext"]


@dataclass(frozen=True, slots=True)
class ResultContext:
    """Whose results they are.

    Attributes
    ----------
    job_id : str
    bucket_span : int
        Seconds.
    detectors : tuple of JobDetector
    influencers : tuple of str
    """

    job_id: str
    bucket_span: int
    detectors: tuple[JobDetector, ...]
    influencers: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: JobConfig) -> ResultContext:
        """That of the results of a job."""
        analysis = config.analysis_config
        return cls(
            config.job_id, analysis.bucket_span.seconds, analysis.detectors, analysis.influencers
        )
