"""JSON to the syntax tree of measures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from adcore.query.errors import illegal_argument
from adcore.query.limits import DEFAULT_LIMITS
from adcore.query.syntax.aggregations import (
    Aggregation,
    Metric,
    Percentiles,
    TopHits,
    WeightedAverage,
)
from adcore.query.syntax.options import Options
from adcore.query.syntax.reader import JsonObject, number, objects
from adcore.query.syntax.sort import parse_sort
from adcore.query.syntax.source import parse_documents

__all__ = ["PARSERS"]

_METRIC = frozenset(
    {
        "field", "missing", "format", "value_type", "precision_threshold", "compression", "sigma",
        "execution_hint", "rehash",
    }
)  # fmt: skip
_PERCENTILES = frozenset(
    {"field", "missing", "format", "percents", "values", "keyed", "tdigest", "hdr", "compression"}
)
_PERCENTS = (1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0)
_TOP_HITS = frozenset(
    {
        "from", "size", "sort", "_source", "fields", "docvalue_fields", "stored_fields", "version",
        "seq_no_primary_term", "track_scores", "explain", "highlight", "script_fields",
    }
)  # fmt: skip


def _metric(kind: str, name: str, body: JsonObject) -> Aggregation:
    options = Options(kind, name, body, _METRIC)
    return Metric(
        name=name,
        kind=kind,
        field=options.field(),
        missing=options.scalar("missing"),
        format=options.text("format"),
        sigma=options.number("sigma", 2.0),
    )


def _percentiles(kind: str, name: str, body: JsonObject) -> Aggregation:
    options = Options(kind, name, body, _PERCENTILES)
    is_ranks = kind == "percentile_ranks"
    key = "values" if is_ranks else "percents"
    given = objects(options.raw(key, () if is_ranks else _PERCENTS))
    points = tuple(number(kind, key, point) for point in given)
    if not points:
        raise illegal_argument(f"[{key}] must not be an empty array: [{name}]")
    if not is_ranks:
        for point in points:
            if not 0 <= point <= 100:
                raise illegal_argument(f"percent must be in [0,100], got [{point}]: [{name}]")
    return Percentiles(
        name=name,
        field=options.field(),
        points=tuple(sorted(points)),
        is_ranks=is_ranks,
        is_keyed=options.boolean("keyed", default=True),
        missing=options.scalar("missing"),
    )


def _weighted_average(kind: str, name: str, body: JsonObject) -> Aggregation:
    options = Options(kind, name, body, frozenset({"value", "weight", "format", "value_type"}))
    parts = {}
    for key in ("value", "weight"):
        part = options.object(key)
        if part is None:
            raise illegal_argument(f"[{key}] must be set for aggregation [{name}]")
        parts[key] = Options(kind, name, part, frozenset({"field", "missing"}))
    return WeightedAverage(
        name=name,
        value_field=parts["value"].field(),
        weight_field=parts["weight"].field(),
        value_missing=parts["value"].scalar("missing"),
        weight_missing=parts["weight"].scalar("missing"),
    )


def _top_hits(kind: str, name: str, body: JsonObject) -> Aggregation:
    options = Options(kind, name, body, _TOP_HITS)
    start, size = options.count("from", 0), options.count("size", 3)
    if start + size > DEFAULT_LIMITS.inner_hits:
        raise illegal_argument(
            f"Top hits result window is too large, the top hits aggregator [{name}]'s from + size "
            f"must be less than or equal to: [{DEFAULT_LIMITS.inner_hits}] but was "
            f"[{start + size}]. This limit can be set by changing the "
            "[index.max_inner_result_window] index level setting."
        )
    return TopHits(
        name=name,
        start=start,
        size=size,
        sort=parse_sort(options.raw("sort", ())),
        documents=parse_documents(body),
    )


_KINDS = (
    "max", "min", "avg", "sum", "value_count", "cardinality", "stats", "extended_stats",
    "median_absolute_deviation",
)  # fmt: skip

PARSERS: dict[str, Callable[[str, JsonObject], Aggregation]] = {
    **{kind: partial(_metric, kind) for kind in _KINDS},
    "percentiles": partial(_percentiles, "percentiles"),
    "percentile_ranks": partial(_percentiles, "percentile_ranks"),
    "weighted_avg": partial(_weighted_average, "weighted_avg"),
    "top_hits": partial(_top_hits, "top_hits"),
}
