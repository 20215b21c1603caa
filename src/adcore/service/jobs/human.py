"""Times as people read them, beside the numbers: what ``human=true`` asks for."""

from __future__ import annotations

from typing import Any

from adcore.dates.formats import date_format

__all__ = ["with_texts_of_times"]

_TIMES = frozenset({
    "timestamp", "create_time", "finished_time", "log_time", "last_data_time", "start_time",
    "end_time", "earliest_record_timestamp", "latest_record_timestamp",
    "latest_empty_bucket_timestamp", "latest_sparse_bucket_timestamp", "latest_record_time_stamp",
    "latest_result_time_stamp", "forecast_start_timestamp", "forecast_end_timestamp",
    "forecast_create_timestamp", "forecast_expiry_timestamp",
})  # fmt: skip
_FORMAT = date_format("strict_date_optional_time")


def with_texts_of_times(body: Any) -> Any:
    """The same with a text in front of each time.

    >>> with_texts_of_times({"timestamp": 0})
    {'timestamp_string': '1970-01-01T00:00:00.000Z', 'timestamp': 0}
    """
    if isinstance(body, list):
        return [with_texts_of_times(each) for each in body]
    if not isinstance(body, dict):
        return body
    shown: dict[str, Any] = {}
    for name, value in body.items():
        if name in _TIMES and isinstance(value, int) and not isinstance(value, bool):
            shown[f"{name}_string"] = _FORMAT.format(value)
        shown[name] = with_texts_of_times(value)
    return shown
