"""How long buckets take to be worked on: the ``timing_stats`` of a job."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Timing"]

# What a new bucket weighs in the averages that forget.
_WEIGHT = 0.01
_HOUR = 3_600_000


@dataclass(slots=True)
class Timing:
    """Times of all buckets of a job so far, in milliseconds."""

    bucket_count: int = 0
    total: float = 0.0
    minimum: float = math.inf
    maximum: float = 0.0
    forgetting: float = 0.0

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Timing:
        """That of `to_json`."""
        return cls(**kept) if kept else cls()

    def to_json(self) -> dict[str, Any]:
        """What the next process goes on with; there is nothing before the first bucket."""
        return asdict(self) if self.bucket_count else {}

    def add(self, buckets: int, milliseconds: float) -> None:
        """Some buckets took so long together."""
        if not buckets:
            return
        each = milliseconds / buckets
        self.forgetting += (each - self.forgetting) * (_WEIGHT if self.bucket_count else 1.0)
        self.bucket_count += buckets
        self.total += milliseconds
        self.minimum = min(self.minimum, each)
        self.maximum = max(self.maximum, each)

    def to_api(self, job_id: str, bucket_span: int) -> dict[str, Any]:
        """As the API shows it.

        Parameters
        ----------
        bucket_span : int
            Milliseconds.
        """
        shown: dict[str, Any] = {
            "job_id": job_id,
            "bucket_count": self.bucket_count,
            "total_bucket_processing_time_ms": self.total,
        }
        if self.bucket_count:
            shown |= {
                "minimum_bucket_processing_time_ms": self.minimum,
                "maximum_bucket_processing_time_ms": self.maximum,
                "average_bucket_processing_time_ms": self.total / self.bucket_count,
                "exponential_average_bucket_processing_time_ms": self.forgetting,
                "exponential_average_bucket_processing_time_per_hour_ms": self.forgetting
                * _HOUR
                / bucket_span,
            }
        return shown
