"""JSON to the syntax tree of what is computed from finished buckets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from adcore.query.errors import illegal_argument
from adcore.query.intervals import parse_duration
from adcore.query.syntax.aggregations import (
    BucketSort,
    CumulativeSum,
    Derivative,
    Order,
    Pipeline,
    SiblingMetric,
)
from adcore.query.syntax.options import Options
from adcore.query.syntax.reader import JsonObject
from adcore.query.syntax.sort import parse_sort

__all__ = ["PARSERS"]

_PATH = frozenset({"buckets_path", "gap_policy", "format"})


def _path(options: Options) -> str:
    found = options.raw("buckets_path")
    if isinstance(found, Mapping) and len(found) == 1:
        (found,) = found.values()
    if not isinstance(found, str):
        raise illegal_argument(
            f"Required [buckets_path] of the [{options.kind}] aggregation [{options.name}]"
        )
    return found


def _bucket_sort(name: str, body: JsonObject) -> Pipeline:
    options = Options("bucket_sort", name, body, frozenset({"sort", "from", "size", "gap_policy"}))
    keys = parse_sort(options.raw("sort", ()))
    size = options.count("size", 1, least=1) if options.raw("size") is not None else None
    return BucketSort(
        name=name,
        sort=tuple(Order(key.field, key.is_descending) for key in keys),
        start=options.count("from", 0),
        size=size,
    )


def _derivative(name: str, body: JsonObject) -> Pipeline:
    options = Options("derivative", name, body, _PATH | {"unit"})
    unit = options.text("unit")
    return Derivative(
        name=name,
        path=_path(options),
        unit=None if unit is None else parse_duration("unit", unit),
    )


def _cumulative_sum(name: str, body: JsonObject) -> Pipeline:
    return CumulativeSum(name=name, path=_path(Options("cumulative_sum", name, body, _PATH)))


def _sibling(kind: str, name: str, body: JsonObject) -> Pipeline:
    options = Options(f"{kind}_bucket", name, body, _PATH)
    return SiblingMetric(name=name, kind=kind, path=_path(options))


PARSERS: dict[str, Callable[[str, JsonObject], Pipeline]] = {
    "bucket_sort": _bucket_sort,
    "derivative": _derivative,
    "cumulative_sum": _cumulative_sum,
    **{f"{kind}_bucket": partial(_sibling, kind) for kind in ("avg", "max", "min", "sum", "stats")},
}
