"""Snapshots of models: what a job can be taken back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["MIN_VERSION", "ModelSnapshot"]

# The first release of the API that could read such models.
MIN_VERSION = "8.3.0"


@dataclass(frozen=True, slots=True, repr=False)
class ModelSnapshot:
    """The models of a job at a moment.

    Attributes
    ----------
    snapshot_id : str
    timestamp : int
        When it was made, in ms.
    state : bytes
        The models.
    description : str
    latest_record_time_stamp, latest_result_time_stamp : int or None
        The last record and the last bucket that they have seen, in ms.
    model_size_stats : dict
    retain : bool
        Whether it stays when others of its age go.
    """

    snapshot_id: str
    timestamp: int
    state: bytes
    description: str
    latest_record_time_stamp: int | None
    latest_result_time_stamp: int | None
    model_size_stats: dict[str, Any]
    retain: bool = False

    def to_api(self, job_id: str) -> dict[str, Any]:
        """As the API writes it."""
        written: dict[str, Any] = {
            "job_id": job_id,
            "min_version": MIN_VERSION,
            "timestamp": self.timestamp,
            "description": self.description,
            "snapshot_id": self.snapshot_id,
            "snapshot_doc_count": 1,
            "model_size_stats": self.model_size_stats,
            "latest_record_time_stamp": self.latest_record_time_stamp,
            "latest_result_time_stamp": self.latest_result_time_stamp,
            "retain": self.retain,
        }
        return {name: value for name, value in written.items() if value is not None}

    def __repr__(self) -> str:
        return f"ModelSnapshot({self.snapshot_id!r}: {self.description}, {len(self.state):,} bytes)"
