"""Which entities are worst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adcore.detector.result_rows import ResultRows
from adcore.errors import InvalidArgumentError
from adcore.times import epoch_moment

__all__ = ["LARGEST_SIZE", "check_top_request", "top_anomalies"]

LARGEST_SIZE = 10_000
_ORDERS = ("severity", "occurrence")


def check_top_request(
    size: int, category_field: Sequence[str], order: str, known: Sequence[str], detector_id: str
) -> None:
    """Check what is asked for.

    Raises
    ------
    InvalidArgumentError
        In the words of the API.
    """
    if not known:
        raise InvalidArgumentError(f"No category fields found for detector ID {detector_id}")
    for field in category_field:
        if field not in known:
            raise InvalidArgumentError(
                f"Category field {field} doesn't exist for detector ID {detector_id}"
            )
    if order not in _ORDERS:
        raise InvalidArgumentError(f"Ordering by {order} is not a valid option")
    if size <= 0:
        raise InvalidArgumentError("Size must be a positive integer")
    if size > LARGEST_SIZE:
        raise InvalidArgumentError(f"Size cannot exceed {LARGEST_SIZE}")


def top_anomalies(
    results: ResultRows,
    start: Any,
    end: Any,
    size: int,
    category_field: Sequence[str] | str | None,
    order: str,
) -> list[dict[str, Any]]:
    """See :meth:`DetectorResults.top_anomalies`."""
    known = results.context.category_fields
    wanted = [category_field] if isinstance(category_field, str) else list(category_field or known)
    check_top_request(size, wanted, order, known, results.context.detector_id or "")
    first, last = epoch_moment(start, "start"), epoch_moment(end, "end")
    if first > last:
        raise InvalidArgumentError("Start time should be before end time")
    ends = results.data_end_time
    anomalies = results[(results.anomaly_grade > 0) & (ends >= first) & (ends <= last)]
    return _buckets(anomalies, wanted, size, order)


def _buckets(
    anomalies: ResultRows, wanted: list[str], size: int, order: str
) -> list[dict[str, Any]]:
    at = [anomalies.context.category_fields.index(field) for field in wanted]
    counts = np.bincount(anomalies.entity, minlength=len(anomalies.entities))
    grades = np.zeros(len(anomalies.entities))
    np.maximum.at(grades, anomalies.entity, anomalies.anomaly_grade)
    found: dict[tuple[str, ...], tuple[int, float]] = {}
    for entity in np.flatnonzero(counts).tolist():
        key = tuple(anomalies.entities[entity][i] for i in at)
        count, grade = found.get(key, (0, 0.0))
        found[key] = (count + int(counts[entity]), max(grade, float(grades[entity])))
    position = _ORDERS.index(order)
    # Of equals the first in the order of their keys.
    ranked = sorted(found.items(), key=lambda item: (-item[1][1 - position], item[0]))
    return [
        {
            "key": dict(zip(wanted, key, strict=True)),
            "doc_count": count,
            "max_anomaly_grade": grade,
        }
        for key, (count, grade) in ranked[:size]
    ]
