"""Aggregations of a datafeed: what they must be like, and the records that they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adcore.job.errors import bad_request, illegal_argument
from adcore.query.errors import SearchError
from adcore.query.intervals import CALENDAR_UNITS, parse_duration

__all__ = [
    "check_aggregations", "composite_name", "histogram_interval", "rows_of_aggregations",
    "time_names",
]  # fmt: skip

_INTERVALS = ("fixed_interval", "calendar_interval", "interval")
_CALENDAR = {
    "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
}  # fmt: skip


def _inner(aggregation: Mapping[str, Any]) -> Mapping[str, Any]:
    found = aggregation.get("aggregations", aggregation.get("aggs", {}))
    return found if isinstance(found, Mapping) else {}


def check_aggregations(
    aggregations: Mapping[str, Any], time_field: str | None = None, bucket_span: int | None = None
) -> None:
    """Check that aggregations give records with times.

    Parameters
    ----------
    time_field : str, optional
        Of the job, if it is known.
    bucket_span : int, optional
        Milliseconds.

    Raises
    ------
    JobError
    """
    found = list(_histograms(aggregations))
    if not found:
        raise illegal_argument("A date_histogram (or histogram) aggregation is required")
    if len(found) > 1:
        raise illegal_argument(
            "Aggregations can only have 1 date_histogram or histogram aggregation"
        )
    histogram, inner = found[0]
    interval = _interval(histogram)
    if interval <= 0:
        raise illegal_argument("Aggregation interval must be greater than 0")
    if time_field is not None and not _has_time(inner, time_field):
        raise illegal_argument(
            f"Date histogram must have nested max aggregation for time_field [{time_field}]"
        )
    if bucket_span is not None and interval > bucket_span:
        raise bad_request(
            f"Aggregation interval [{interval}ms] must be less than or equal to the bucket_span "
            f"[{bucket_span}ms]"
        )
    if bucket_span is not None and bucket_span % interval:
        raise bad_request(
            f"Aggregation interval [{interval}ms] must be a divisor of the bucket_span "
            f"[{bucket_span}ms]"
        )


def _histograms(
    aggregations: Mapping[str, Any],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The histograms over time at any depth, with what is inside each."""
    for body in aggregations.values():
        if not isinstance(body, Mapping):
            continue
        inner = _inner(body)
        for kind in ("date_histogram", "histogram"):
            if isinstance(body.get(kind), Mapping):
                yield body[kind], inner
        for source in _sources(body):
            if isinstance(source.get("date_histogram"), Mapping):
                yield source["date_histogram"], inner
        yield from _histograms(inner)


def _sources(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The sources of a composite."""
    listed = body.get("composite", {}).get("sources", []) if "composite" in body else []
    for named in listed:
        yield from (source for source in named.values() if isinstance(source, Mapping))


def _has_time(inner: Mapping[str, Any], time_field: str) -> bool:
    return any(
        isinstance(body, Mapping) and body.get("max", {}).get("field") == time_field
        for body in inner.values()
    )


def _interval(histogram: Mapping[str, Any]) -> int:
    """Milliseconds.

    Raises
    ------
    JobError
    """
    given = next((histogram[name] for name in _INTERVALS if name in histogram), None)
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return int(given)
    text = str(given)
    unit = CALENDAR_UNITS.get(text)
    try:
        length = _CALENDAR.get(unit, 0) if unit else parse_duration("interval", text)
    except SearchError as error:
        raise illegal_argument(error.reason) from None
    if not length:
        raise illegal_argument(
            f"When specifying a date_histogram calendar interval [{text}], it must be a unit of "
            "time that is always as long: at most a week"
        )
    return length


def histogram_interval(aggregations: Mapping[str, Any]) -> int:
    """The length of the intervals of the histogram, in milliseconds."""
    ((histogram, _),) = _histograms(aggregations)
    return _interval(histogram)


def composite_name(aggregations: Mapping[str, Any]) -> str | None:
    """The name of the composite, whose pages are asked for one by one; None: there is none."""
    for name, body in aggregations.items():
        if isinstance(body, Mapping) and "composite" in body:
            return name
    return None


# -- records


def time_names(aggregations: Mapping[str, Any]) -> frozenset[str]:
    """The names of what divides time: the times of records are told by a measure instead."""
    found: set[str] = set()
    for name, body in aggregations.items():
        if not isinstance(body, Mapping):
            continue
        if "date_histogram" in body or "histogram" in body:
            found.add(name)
        for named in body.get("composite", {}).get("sources", []):
            found.update(key for key, source in named.items() if "date_histogram" in source)
        found |= time_names(_inner(body))
    return frozenset(found)


def rows_of_aggregations(
    answer: Mapping[str, Any], time_field: str, times: frozenset[str]
) -> Iterator[dict[str, Any]]:
    """The records of the aggregations of a response: one for each innermost bucket.

    Parameters
    ----------
    time_field : str
        The name that the time of a record gets: the greatest of its bucket.
    times : frozenset of str
        What `time_names` said of the aggregations.

    Examples
    --------
    >>> answer = {"hours": {"buckets": [{"key": 0, "doc_count": 2, "time": {"value": 9.0},
    ...           "host": {"buckets": [{"key": "a", "doc_count": 2, "cpu": {"value": 0.5}}]}}]}}
    >>> list(rows_of_aggregations(answer, "time", frozenset({"hours"})))
    [{'time': 9, 'host': 'a', 'cpu': 0.5, 'doc_count': 2}]
    """
    for row in _walk(answer, {}, None, times):
        # Empty intervals have no time of their own, and are no records.
        if row.get(time_field) is not None:
            yield row | {time_field: int(row[time_field])}


def _walk(
    answer: Mapping[str, Any], row: Mapping[str, Any], doc_count: int | None, times: frozenset[str]
) -> Iterator[dict[str, Any]]:
    found = dict(row)
    deeper: list[tuple[str, Any]] = []
    for name, body in answer.items():
        # The key of a bucket of a composite is an object too.
        if not isinstance(body, Mapping) or name == "key":
            continue
        if "buckets" in body:
            deeper.append((name, body["buckets"]))
        elif "doc_count" in body:
            deeper.append((name, [body]))
        elif (value := _measure(body)) is not None:
            found[name] = value
    if not deeper and doc_count:
        yield found | {"doc_count": doc_count}
    for name, buckets in deeper:
        for key, bucket in _keyed(buckets):
            yield from _walk(bucket, found | _key(name, key, times), bucket["doc_count"], times)


def _keyed(buckets: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Buckets with their keys; those of filters have them outside."""
    if isinstance(buckets, Mapping):
        yield from buckets.items()
    else:
        yield from ((bucket.get("key"), bucket) for bucket in buckets)


def _key(name: str, key: Any, times: frozenset[str]) -> dict[str, Any]:
    parts = dict(key) if isinstance(key, Mapping) else {name: key}
    return {part: value for part, value in parts.items() if part not in times and value is not None}


def _measure(body: Mapping[str, Any]) -> Any:
    """The one number of a measure; None if it has none."""
    location = body.get("location")
    if isinstance(location, Mapping):
        return f"{location['lat']},{location['lon']}"
    values = body.get("values")
    if isinstance(values, Mapping):
        return next(iter(values.values()), None)
    return body.get("value")
