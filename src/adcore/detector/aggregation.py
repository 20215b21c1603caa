"""Aggregations of the API as functions of columns: one number per interval and entity."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adcore.bucket import BucketFeature
from adcore.detector.errors import DetectorConfigError
from adcore.detector.json_values import as_list, as_number, as_object, as_text

__all__ = [
    "AGGREGATION_TYPES",
    "ColumnFilter",
    "FeatureAggregation",
    "ValueColumn",
    "aggregation_of",
    "compile_aggregation",
]

_FIELD = "feature_attributes"
# The API's metric with one value -> the bucket's function.
_METRICS = {
    "avg": "mean",
    "sum": "sum",
    "min": "min",
    "max": "max",
    "value_count": "value_count",
    "cardinality": "cardinality",
    "median_absolute_deviation": "median_absolute_deviation",
}
_NAMES = {function: name for name, function in _METRICS.items()}
_COUNTING = ("value_count", "cardinality")
# Wrappers that pass on all documents they are given.
_TRANSPARENT = ("nested", "reverse_nested", "sampler")
AGGREGATION_TYPES = frozenset(
    (*_METRICS, *_TRANSPARENT, "filter", "missing", "percentiles", "percentile_ranks",
     "weighted_avg")
)  # fmt: skip
_FIRST_PERCENT = 1.0
# Fields every document has: counting them counts documents.
_ALWAYS_PRESENT = ("_id", "_index")
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class ColumnFilter:
    """Which values count.

    Attributes
    ----------
    query : str
        JSON.
    path : str or None
        The nested objects that it is about; None: documents. Tables have none, only rows.
    """

    query: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of numbers, computed from a field of the data.

    Attributes
    ----------
    field : str or None
        None: 1 for every row.
    missing : float or None
        Stands in for a missing value.
    filters : tuple of ColumnFilter
        Rows that do not match all of them have no value.
    rank : float or None
        The value becomes 100 where it is at most this, else 0: their mean is a percentile rank.
    is_counted : bool
        Only presence or identity of the value counts, so it may be text.
    """

    field: str | None
    missing: float | None = None
    filters: tuple[ColumnFilter, ...] = ()
    rank: float | None = None
    is_counted: bool = False


@dataclass(frozen=True, slots=True)
class FeatureAggregation:
    """A function of one or two columns.

    Attributes
    ----------
    function : BucketFeature
        With the fields "0" and "1": positions among ``columns``.
    columns : tuple of ValueColumn
    """

    function: BucketFeature
    columns: tuple[ValueColumn, ...]

    def within(self, query: Mapping[str, Any], path: str | None) -> FeatureAggregation:
        """The same over the rows, or nested objects, that match a query."""
        wanted = ColumnFilter(json.dumps(query, sort_keys=True), path)
        columns = tuple(replace(c, filters=(wanted, *c.filters)) for c in self.columns)
        return replace(self, columns=columns)


def aggregation_of(name: str, feature: BucketFeature) -> dict[str, Any]:
    """A bucket function as the API writes it.

    Raises
    ------
    DetectorConfigError
        If the API has no such function.

    Examples
    --------
    >>> aggregation_of("latency", BucketFeature.parse("p99(latency)"))
    {'latency': {'percentiles': {'field': 'latency', 'percents': [99.0]}}}
    """
    function, field = feature.function, feature.field
    if function == "count":
        return {name: {"value_count": {"field": "_index"}}}
    if function == "percentile":
        return {name: {"percentiles": {"field": field, "percents": [feature.percentile]}}}
    if function == "weighted_mean":
        content = {"value": {"field": field}, "weight": {"field": feature.weight_field}}
        return {name: {"weighted_avg": content}}
    if function not in _NAMES:
        allowed = ", ".join((*_METRICS.values(), "count", "percentile", "weighted_mean"))
        raise DetectorConfigError(
            f"features = {feature.name!r} is not allowed: the function must be one of {allowed}",
            _FIELD,
        )
    return {name: {_NAMES[function]: {"field": field}}}


def compile_aggregation(aggregation_query: Mapping[str, Any]) -> FeatureAggregation:
    """The function that an aggregation of the API stands for.

    Only the first aggregation counts; wrappers such as ``filter`` are looked into.

    Raises
    ------
    DetectorConfigError
        If it does not come to one number per interval.

    Examples
    --------
    >>> compile_aggregation({"load": {"avg": {"field": "cpu"}}}).function.name
    'mean(0)'
    """
    return _compile(aggregation_query, 0, None)


def _compile(aggregations: Mapping[str, Any], depth: int, path: str | None) -> FeatureAggregation:
    if not aggregations or depth > _DEEPEST:
        raise _unreadable("", "exactly one aggregation is needed")
    name, given = next(iter(aggregations.items()))
    body = as_object(_FIELD, given)
    inner = body.get("aggregations", body.get("aggs"))
    kinds = [kind for kind in body if kind not in ("aggs", "aggregations", "meta")]
    if len(kinds) != 1:
        raise _unreadable(name, f"expected one type, got {kinds}")
    kind = kinds[0]
    content = body[kind] if isinstance(body[kind], Mapping) else {}
    if inner is not None:
        if len(inner) != 1:
            raise _unreadable(name, f"{kind} must have exactly one aggregation below it")
        below = _compile(as_object(_FIELD, inner), depth + 1, _path(kind, content, path))
        return _wrapped(name, kind, content, below, path)
    return _metric(name, kind, content)


def _path(kind: str, content: Mapping[str, Any], path: str | None) -> str | None:
    """The nested objects that what is below a wrapper is about."""
    if kind not in ("nested", "reverse_nested"):
        return path
    given = content.get("path")
    return None if given is None else as_text("feature_attributes.path", given)


def _wrapped(
    name: str, kind: str, content: Mapping[str, Any], below: FeatureAggregation, path: str | None
) -> FeatureAggregation:
    if kind == "filter":
        return below.within(content, path)
    if kind == "missing":
        absent = {"bool": {"must_not": [{"exists": {"field": _field(name, content)}}]}}
        return below.within(absent, path)
    if kind in _TRANSPARENT:
        return below
    raise _unreadable(name, f"{kind} gives more than one number")


def _metric(name: str, kind: str, content: Mapping[str, Any]) -> FeatureAggregation:
    if kind in _METRICS:
        return _simple(name, kind, content)
    if kind == "percentiles":
        percents = as_list(content.get("percents", [_FIRST_PERCENT]))
        percent = as_number("feature_attributes.percents", percents[0] if percents else None)
        return _one(_column(name, content), "percentile", percent)
    if kind == "percentile_ranks":
        values = as_list(content.get("values", []))
        rank = as_number("feature_attributes.values", values[0] if values else None)
        return _one(replace(_column(name, content), rank=rank), "mean")
    if kind == "weighted_avg":
        columns = tuple(
            _column(name, as_object(f"{_FIELD}.{k}", content.get(k))) for k in ("value", "weight")
        )
        return FeatureAggregation(BucketFeature("weighted_mean", "0", "1"), columns)
    raise _unreadable(name, f"{kind} does not give one number")


def _simple(name: str, kind: str, content: Mapping[str, Any]) -> FeatureAggregation:
    if kind == "value_count" and content.get("field") in _ALWAYS_PRESENT:
        return _one(ValueColumn(None), "value_count")
    column = _column(name, content)
    return _one(replace(column, is_counted=kind in _COUNTING), _METRICS[kind])


def _one(column: ValueColumn, function: str, percentile: float = 50.0) -> FeatureAggregation:
    return FeatureAggregation(BucketFeature(function, "0", None, percentile), (column,))


def _column(name: str, content: Mapping[str, Any]) -> ValueColumn:
    if "script" in content:
        raise _unreadable(name, "scripts are not supported")
    missing = content.get("missing")
    return ValueColumn(
        _field(name, content),
        None if missing is None else as_number("feature_attributes.missing", missing),
    )


def _field(name: str, content: Mapping[str, Any]) -> str:
    if content.get("field") is None:
        raise _unreadable(name, "the field is missing")
    return as_text("feature_attributes.field", content["field"])


def _unreadable(name: str, reason: str) -> DetectorConfigError:
    return DetectorConfigError(f"Failed to parse aggregation [{name}]: {reason}", _FIELD)
