"""JSON to the syntax tree of aggregations with buckets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adcore.query.errors import SearchError, illegal_argument, parsing_error
from adcore.query.limits import Limits
from adcore.query.syntax.aggregations import (
    BucketAggregation,
    Composite,
    CompositeSource,
    Filter,
    Filters,
    Global,
    Missing,
    NestedObjects,
    Order,
    RangeBucket,
    Ranges,
    ReverseNested,
    TermBuckets,
)
from adcore.query.syntax.options import Options
from adcore.query.syntax.parse_histogram import date_histogram, histogram
from adcore.query.syntax.parse_query import parse_query
from adcore.query.syntax.queries import MatchAll, Scalar
from adcore.query.syntax.reader import Json, JsonObject, objects, scalar, token
from adcore.query.syntax.sort import parse_order

__all__ = ["PARSERS"]

_TERMS = frozenset(
    {
        "field", "size", "shard_size", "min_doc_count", "shard_min_doc_count", "order", "include",
        "exclude", "missing", "show_term_doc_count_error", "execution_hint", "collect_mode",
        "value_type", "format",
    }
)  # fmt: skip
_RANGE = frozenset({"field", "ranges", "keyed", "format", "time_zone", "missing", "value_type"})


def order_of(content: Json) -> tuple[Order, ...]:
    """The keys that buckets are sorted by; what is equal is sorted by key."""
    orders: list[Order] = []
    for item in objects(content):
        if not isinstance(item, Mapping) or len(item) != 1:
            raise parsing_error("Must specify at least one field for [order]")
        ((path, order),) = item.items()
        name = "_key" if path in {"_term", "_time"} else str(path)
        orders.append(Order(name, parse_order(order)))
    return tuple(orders)


def _terms(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    options = Options("terms", name, body, _TERMS)
    order = options.raw("order")
    return TermBuckets(
        name=name,
        field=options.field(),
        size=options.count("size", 10, least=1),
        min_doc_count=options.count("min_doc_count", 1),
        order=(Order("_count", True),) if order is None else order_of(order),
        include=_listed(options, "include"),
        exclude=_listed(options, "exclude"),
        missing=options.scalar("missing"),
        format=options.text("format"),
    )


def _listed(options: Options, key: str) -> str | tuple[Scalar, ...] | None:
    found = options.raw(key)
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, (list, tuple)):
        return tuple(scalar("terms", item) for item in found)
    raise illegal_argument(f"[terms] {key} by partition is not supported")


def _filter(name: str, body: JsonObject, limits: Limits) -> BucketAggregation:
    return Filter(name=name, query=parse_query(body, limits) if body else MatchAll())


def _filters(name: str, body: JsonObject, limits: Limits) -> BucketAggregation:
    known = frozenset({"filters", "other_bucket", "other_bucket_key", "keyed"})
    options = Options("filters", name, body, known)
    given = options.raw("filters")
    other = options.text("other_bucket_key")
    if other is None and options.boolean("other_bucket"):
        other = "_other_"
    if isinstance(given, Mapping):
        named = [(key, parse_query(query, limits)) for key, query in given.items()]
        is_keyed = options.boolean("keyed", default=True)
    elif isinstance(given, (list, tuple)):
        named = [(str(at), parse_query(query, limits)) for at, query in enumerate(given)]
        is_keyed = False
    else:
        raise illegal_argument("[filters] cannot be null or empty: [" + name + "]")
    if not named:
        raise illegal_argument("[filters] cannot be empty: [" + name + "]")
    return Filters(name=name, queries=tuple(named), is_keyed=is_keyed, other_key=other)


def _missing(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    options = Options("missing", name, body, frozenset({"field", "missing", "value_type"}))
    return Missing(name=name, field=options.field())


def _global(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    Options("global", name, body, frozenset())
    return Global(name=name)


def _sampler(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    Options("sampler", name, body, frozenset({"shard_size"}))
    return Filter(name=name, query=MatchAll())


def _nested(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    options = Options("nested", name, body, frozenset({"path"}))
    path = options.text("path")
    if path is None:
        raise parsing_error(f"Missing [path] field for nested aggregation [{name}]")
    return NestedObjects(name=name, path=path)


def _reverse_nested(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    options = Options("reverse_nested", name, body, frozenset({"path"}))
    return ReverseNested(name=name, path=options.text("path"))


def _range(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    return _ranges("range", name, body)


def _date_range(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    return _ranges("date_range", name, body)


def _ranges(kind: str, name: str, body: JsonObject) -> BucketAggregation:
    options = Options(kind, name, body, _RANGE)
    given = options.raw("ranges")
    if not isinstance(given, (list, tuple)) or not given:
        raise illegal_argument(f"No [ranges] specified for the [{name}] aggregation")
    return Ranges(
        name=name,
        field=options.field(),
        ranges=tuple(_range_bucket(kind, item) for item in given),
        is_date=kind == "date_range",
        is_keyed=options.boolean("keyed"),
        format=options.text("format"),
        zone=options.zone(),
        missing=options.scalar("missing"),
    )


def _range_bucket(kind: str, content: Json) -> RangeBucket:
    if not isinstance(content, Mapping):
        raise parsing_error(f"[{kind}] failed to parse field [ranges]: {token(content)}")
    options = Options(kind, "", content, frozenset({"key", "from", "to"}))
    return RangeBucket(options.text("key"), options.scalar("from"), options.scalar("to"))


def _composite(name: str, body: JsonObject, limits: Limits) -> BucketAggregation:
    options = Options("composite", name, body, frozenset({"sources", "size", "after"}))
    given = options.raw("sources")
    if not isinstance(given, (list, tuple)) or not given:
        raise illegal_argument("Composite [sources] cannot be null or empty")
    sources = tuple(_source(item, limits) for item in given)
    names = [source.name for source in sources]
    for twice in {each for each in names if names.count(each) > 1}:
        raise illegal_argument(
            f"Composite source names must be unique, found duplicates: [{twice}]"
        )
    after = options.object("after")
    if after is not None:
        _check_after(after, names)
    return Composite(
        name=name, sources=sources, size=options.count("size", 10, least=1), after=after
    )


def _check_after(after: JsonObject, names: list[str]) -> None:
    if len(after) != len(names):
        raise illegal_argument(f"[after] has {len(after)} value(s) but [sources] has {len(names)}")
    for name in names:
        if name not in after:
            raise illegal_argument(f"Missing value for [after.{name}]")


def _source(content: Json, limits: Limits) -> CompositeSource:
    if not isinstance(content, Mapping) or len(content) != 1:
        raise parsing_error("[composite] failed to parse field [sources]")
    ((name, typed),) = content.items()
    if not isinstance(typed, Mapping) or len(typed) != 1:
        raise parsing_error("[composite] failed to parse field [sources]")
    ((kind, body),) = typed.items()
    parser = {"terms": _terms, "histogram": histogram, "date_histogram": date_histogram}.get(kind)
    if parser is None:
        raise parsing_error(f"invalid source type: {kind}")
    if not isinstance(body, Mapping):
        raise parsing_error("[composite] failed to parse field [sources]")
    own = {"order", "missing_bucket", "missing_order"}
    order = Options("composite", name, {k: v for k, v in body.items() if k in own}, frozenset(own))
    buckets = parser(name, {k: v for k, v in body.items() if k not in own}, limits)
    return CompositeSource(
        name=name,
        buckets=buckets,  # type: ignore[arg-type]  # the three parsers above make nothing else
        is_descending=parse_order(order.raw("order", "asc")),
        has_missing_bucket=order.boolean("missing_bucket"),
        missing_last=_missing_last(order.text("missing_order")),
    )


def _missing_last(order: str | None) -> bool | None:
    if order in {None, "default"}:
        return None
    if order not in {"first", "last"}:
        raise SearchError("illegal_argument_exception", f"Unknown MissingOrder [{order}]")
    return order == "last"


_Parser = Callable[[str, JsonObject, Limits], BucketAggregation]

PARSERS: dict[str, _Parser] = {
    "terms": _terms,
    "filter": _filter,
    "filters": _filters,
    "missing": _missing,
    "global": _global,
    "sampler": _sampler,
    "nested": _nested,
    "reverse_nested": _reverse_nested,
    "range": _range,
    "date_range": _date_range,
    "histogram": histogram,
    "date_histogram": date_histogram,
    "composite": _composite,
}
