"""JSON to the syntax trees of aggregations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.query.syntax import parse_bucket, parse_metric, parse_pipeline
from adcore.query.syntax.aggregations import Aggregation, BucketAggregation, Global
from adcore.query.syntax.reader import Json, JsonObject, token

__all__ = ["parse_aggregations"]

_NAME = re.compile(r"[^\[\]>]+")
_SUB = frozenset({"aggs", "aggregations"})


def parse_aggregations(
    content: Json, limits: Limits = DEFAULT_LIMITS, *, depth: int = 0
) -> tuple[Aggregation, ...]:
    """The syntax trees of ``{"name": {"type": {...}, "aggs": {...}}}``, in order.

    Raises
    ------
    SearchError
        Type and reason as the API gives them.

    Examples
    --------
    >>> parse_aggregations({"most": {"max": {"field": "grade"}}})[0].kind
    'max'
    """
    if not isinstance(content, Mapping):
        raise parsing_error(f"Unexpected token {token(content)} in [aggs]. Expected START_OBJECT")
    if depth > limits.depth:
        raise illegal_argument(f"Aggregations may be nested at most [{limits.depth}] deep")
    return tuple(_aggregation(name, body, limits, depth) for name, body in content.items())


def _aggregation(name: str, body: Json, limits: Limits, depth: int) -> Aggregation:
    if _NAME.fullmatch(name) is None:
        raise parsing_error(
            f"Invalid aggregation name [{name}]. Aggregation names can contain any character "
            "except '[', ']', and '>'"
        )
    if not isinstance(body, Mapping):
        raise parsing_error(
            f"Aggregation definition for [{name} starts with a [{token(body)}], "
            "expected a [START_OBJECT]."
        )
    kind, options = _type_of(name, body)
    meta = body.get("meta")
    if meta is not None and not isinstance(meta, Mapping):
        raise parsing_error(
            f"Expected [START_OBJECT] under [meta], but got a [{token(meta)}] in [{name}]"
        )
    parsed = _typed(kind, name, options, limits)
    children = _children(name, body, limits, depth)
    if isinstance(parsed, Global) and depth > 0:
        raise illegal_argument(
            f"Aggregator [{name}] of type [global] can only be defined as a top level aggregator"
        )
    if children and not isinstance(parsed, BucketAggregation):
        raise illegal_argument(
            f"Aggregator [{name}] of type [{kind}] cannot accept sub-aggregations"
        )
    if isinstance(parsed, BucketAggregation):
        return replace(parsed, meta=meta, children=children)
    return replace(parsed, meta=meta)


def _type_of(name: str, body: JsonObject) -> tuple[str, JsonObject]:
    kind: str | None = None
    for key, content in body.items():
        if key in _SUB or key == "meta":
            continue
        if not isinstance(content, Mapping):
            raise parsing_error(
                f"Expected [START_OBJECT] under [{key}], but got a [{token(content)}] in [{name}]"
            )
        if kind is not None:
            raise parsing_error(
                f"Found two aggregation type definitions in [{name}]: [{kind}] and [{key}]"
            )
        kind = key
    if kind is None:
        raise parsing_error(f"Missing definition for aggregation [{name}]")
    return kind, body[kind]  # type: ignore[return-value]  # seen to be a mapping


def _typed(kind: str, name: str, options: JsonObject, limits: Limits) -> Aggregation:
    if kind in parse_metric.PARSERS:
        return parse_metric.PARSERS[kind](name, options)
    if kind in parse_pipeline.PARSERS:
        return parse_pipeline.PARSERS[kind](name, options)
    if kind in parse_bucket.PARSERS:
        return parse_bucket.PARSERS[kind](name, options, limits)
    raise parsing_error(f"Unknown aggregation type [{kind}]")


def _children(name: str, body: JsonObject, limits: Limits, depth: int) -> tuple[Aggregation, ...]:
    given = [key for key in body if key in _SUB]
    if len(given) > 1:
        raise parsing_error(f"Found two sub aggregation definitions under [{name}]")
    if not given or body[given[0]] is None:
        return ()
    return parse_aggregations(body[given[0]], limits, depth=depth + 1)
