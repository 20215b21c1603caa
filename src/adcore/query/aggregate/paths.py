"""Where in a finished bucket a number stands: ``measure``, ``stats.avg``, ``filter>measure``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from adcore.query.errors import illegal_argument

__all__ = ["bucket_number", "split_path"]

_STEP = re.compile(r"([^.\[\]]+(?:\.[^.\[\]]+)*?)(?:\[([^\]]+)\]|\.([^.\[\]]+))?")


def split_path(path: str) -> list[str]:
    """The names of a path.

    >>> split_path("errors>grade.max")
    ['errors', 'grade.max']
    """
    return path.split(">")


def bucket_number(
    bucket: Mapping[str, object], path: str, missing: float | None = None
) -> float | None:
    """The number at a path; None if there is none in this bucket.

    Raises
    ------
    SearchError
        If the path names nothing that a bucket has.
    """
    if path == "_count":
        return _as_number(bucket.get("doc_count"), missing)
    if path == "_key":
        return _as_number(bucket.get("key"), missing)
    *parents, last = split_path(path)
    at: object = bucket
    for name in parents:
        at = at.get(name) if isinstance(at, Mapping) else None
    if last == "_count":
        return _as_number(at.get("doc_count") if isinstance(at, Mapping) else None, missing)
    if not isinstance(at, Mapping):
        raise _unknown(path)
    return _as_number(_property(at, last, path), missing)


def _property(bucket: Mapping[str, object], step: str, path: str) -> object:
    if step in bucket:
        return _value(bucket[step], "value", path)
    for cut in (at for at in range(len(step)) if step[at] in ".["):
        name, rest = step[:cut], step[cut + 1 :].rstrip("]")
        if name in bucket:
            return _value(bucket[name], rest.strip("'\""), path)
    raise _unknown(path)


def _value(result: object, name: str, path: str) -> object:
    if not isinstance(result, Mapping):
        raise _unknown(path)
    values = result.get("values")
    if isinstance(values, Mapping):
        # Percentiles are named as they are written: 95 or 95.0.
        return values.get(name, values.get(f"{name}.0"))
    if name not in result:
        raise _unknown(path)
    return result[name]


def _as_number(content: object, missing: float | None) -> float | None:
    if isinstance(content, bool) or not isinstance(content, (int, float)):
        return missing
    return float(content) if math.isfinite(content) else missing


def _unknown(path: str) -> Exception:
    return illegal_argument(f"No aggregation found for path [{path}]")
