"""Overall buckets as a page: a table has a column per job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.job.document_page import DocumentPage

__all__ = ["OverallPage"]


@dataclass(frozen=True, eq=False, repr=False)
class OverallPage(DocumentPage):
    """How unusual each time was for several jobs together.

    Attributes
    ----------
    found : list of dict
        The overall buckets, by time.
    job_ids : tuple of str
        The jobs that were asked for.

    Examples
    --------
    >>> page = OverallPage([{"timestamp": 0, "overall_score": 9.0, "is_interim": False,
    ...     "jobs": [{"job_id": "a", "max_anomaly_score": 9.0}]}], ("a", "b"))
    >>> {name: column.tolist() for name, column in page.to_dict().items() if name != "timestamp"}
    {'overall_score': [9.0], 'is_interim': [False], 'max_anomaly_score.a': [9.0], \
'max_anomaly_score.b': [nan]}
    """

    found: list[dict[str, Any]]
    job_ids: tuple[str, ...]

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The overall buckets, as the API writes them."""
        return self.found

    def to_dict(self) -> dict[str, npt.NDArray[Any]]:
        """One array per column, times as datetime64 in UTC; ``NaN`` where a job has no bucket."""
        times = np.array([bucket["timestamp"] for bucket in self.found], dtype="datetime64[ms]")
        scores = [
            {job["job_id"]: job["max_anomaly_score"] for job in bucket["jobs"]}
            for bucket in self.found
        ]
        columns = {
            "timestamp": times,
            "overall_score": np.array([b["overall_score"] for b in self.found], np.float64),
            "is_interim": np.array([b["is_interim"] for b in self.found], np.bool_),
        }
        return columns | {
            f"max_anomaly_score.{name}": np.array([of.get(name, np.nan) for of in scores])
            for name in self.job_ids
        }

    def __repr__(self) -> str:
        return repr(self.found)
