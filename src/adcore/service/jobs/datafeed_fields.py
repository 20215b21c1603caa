"""The fields of a datafeed, each read as what it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adcore.job.errors import illegal_argument
from adcore.job.fields import (
    Field,
    Reader,
    flag,
    object_of,
    one_of,
    raw_object,
    read_fields,
    text,
    texts,
    whole,
)  # fmt: skip
from adcore.job.time_span import TimeSpan
from adcore.service.jobs.computed_fields import check_scripts, read_script_fields
from adcore.service.jobs.runtime_fields import read_runtime_mappings

__all__ = ["INDICES_OPTIONS", "read_datafeed"]

INDICES_OPTIONS: dict[str, Any] = {
    "expand_wildcards": ["open"],
    "ignore_unavailable": False,
    "allow_no_indices": True,
    "ignore_throttled": True,
}


def read_datafeed(owner: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a datafeed in a body, by their names in `DatafeedConfig`.

    Parameters
    ----------
    owner : str
        What the API calls the body.

    Raises
    ------
    JobError
    """
    given = read_fields(Field(owner), body, _READERS)
    for other, name in _OTHER_NAMES.items():
        if other in given:
            given[name] = given.pop(other)
    check_scripts(given.get("runtime_mappings", {}))
    return given


_OTHER_NAMES = {"aggs": "aggregations", "indexes": "indices"}


def _span(minimum: int) -> Reader:
    def read(field: Field, value: Any) -> TimeSpan:
        # Delays may be of milliseconds; a tenth of a second more or less is nothing to them.
        found = _milliseconds(value) or TimeSpan.read(field, value)
        if found.seconds < minimum:
            raise illegal_argument(f"{field.name} cannot be less than {minimum}. Value = {value}")
        return found

    return read


def _milliseconds(value: Any) -> TimeSpan | None:
    digits = value[:-2] if isinstance(value, str) and value.endswith("ms") else ""
    return TimeSpan(int(digits) // 1_000, value) if digits.isdecimal() else None


def _at_least(minimum: int) -> Callable[[Field, Any], int]:
    def read(field: Field, value: Any) -> int:
        number = whole(field, value)
        if number < minimum:
            raise illegal_argument(f"{field.name} cannot be less than {minimum}. Value = {number}")
        return number

    return read


def _chunking(mode: str = "auto", time_span: TimeSpan | None = None) -> dict[str, Any]:
    if (mode == "manual") != (time_span is not None):
        raise illegal_argument(
            "when chunk mode is manual time_span must be specified"
            if mode == "manual"
            else "chunk mode must be manual when time_span is specified"
        )
    return {"mode": mode} | ({} if time_span is None else {"time_span": str(time_span)})


def _delayed_data(enabled: bool = True, check_window: TimeSpan | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"enabled": enabled}
    return made if check_window is None else made | {"check_window": str(check_window)}


def _indices_options(field: Field, value: Any) -> dict[str, Any]:
    return INDICES_OPTIONS | raw_object(field, value)


_READERS: dict[str, Reader] = {
    "datafeed_id": text,
    "job_id": text,
    "indices": texts,
    "query": raw_object,
    "indexes": texts,
    "aggregations": raw_object,
    "aggs": raw_object,
    "frequency": _span(1),
    "query_delay": _span(0),
    "scroll_size": _at_least(0),
    "chunking_config": object_of(
        "chunking_config",
        {"mode": one_of("auto", "manual", "off"), "time_span": _span(1)},
        _chunking,
    ),
    "delayed_data_check_config": object_of(
        "delayed_data_check_config", {"enabled": flag, "check_window": _span(1)}, _delayed_data
    ),
    "indices_options": _indices_options,
    "max_empty_searches": _at_least(-1),
    "runtime_mappings": read_runtime_mappings,
    "script_fields": read_script_fields,
}
