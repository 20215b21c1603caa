"""How long the searches of a datafeed take: the ``timing_stats`` of a datafeed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["FeedTiming"]


@dataclass(slots=True)
class FeedTiming:
    """All searches of a datafeed so far, over all its starts.

    Attributes
    ----------
    search_count : int
    bucket_count : int
        Of the job, that have become final meanwhile.
    search_ms : float
        All searches together.
    """

    search_count: int = 0
    bucket_count: int = 0
    search_ms: float = 0.0

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> FeedTiming:
        """That of `to_json`, among whatever else is kept."""
        return cls(**{name: kept[name] for name in asdict(cls()) if name in kept})

    def to_json(self) -> dict[str, Any]:
        """What the next start goes on with."""
        return asdict(self)

    def to_api(self, job_id: str) -> dict[str, Any]:
        """As the API shows it; there is no average before the first bucket."""
        searches, buckets, total = self.search_count, self.bucket_count, self.search_ms
        shown: dict[str, Any] = {
            "job_id": job_id,
            "search_count": searches,
            "bucket_count": buckets,
            "total_search_time_ms": total,
            "exponential_average_search_time_per_hour_ms": total / searches if searches else 0.0,
        }
        if buckets:
            shown["average_search_time_per_bucket_ms"] = total / buckets
        return shown
