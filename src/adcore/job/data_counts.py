"""How many records and fields came in, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from adcore.job.row_reader import InputCounts

__all__ = ["DataCounts"]

_TIMES = (
    "earliest_record_timestamp", "latest_record_timestamp", "last_data_time",
    "latest_empty_bucket_timestamp", "latest_sparse_bucket_timestamp", "log_time",
)  # fmt: skip
_ORDER = (
    "processed_record_count", "processed_field_count", "input_bytes", "input_field_count",
    "invalid_date_count", "missing_field_count", "out_of_order_timestamp_count",
    "empty_bucket_count", "sparse_bucket_count", "bucket_count", "earliest_record_timestamp",
    "latest_record_timestamp", "last_data_time", "latest_empty_bucket_timestamp",
    "latest_sparse_bucket_timestamp", "input_record_count", "log_time",
)  # fmt: skip


class DataCounts(dict[str, int]):
    """Counts by the names of the API; times are in ms, and absent while they are unset.

    Examples
    --------
    >>> counts = DataCounts.of({"processed_record_count": 2}, InputCounts(invalid_date_count=1))
    >>> counts["input_record_count"], (counts - counts)["input_record_count"]
    (3, 0)
    """

    @classmethod
    def of(
        cls,
        engine: Mapping[str, int],
        given: InputCounts,
        last_data_time: int | None = None,
    ) -> DataCounts:
        """What the engine counted, and what it never saw."""
        found = {**engine, **asdict(given)}
        if last_data_time is not None:
            found |= {"last_data_time": last_data_time, "log_time": last_data_time}
        found["input_record_count"] = (
            found.get("processed_record_count", 0)
            + found["invalid_date_count"]
            + found.get("out_of_order_timestamp_count", 0)
        )
        return cls(
            {n: found.get(n, 0) for n in _ORDER if n in found or n not in _TIMES},
        )

    def __sub__(self, earlier: DataCounts) -> DataCounts:
        """What came between the two; times are the later ones."""
        return DataCounts({n: v if n in _TIMES else v - earlier.get(n, 0) for n, v in self.items()})

    def to_api(self, job_id: str) -> dict[str, Any]:
        """As the API writes it."""
        return {"job_id": job_id, **self}
