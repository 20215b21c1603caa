"""What searches mean, the slow and obvious way: one document after the other, in plain Python."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
from query_tables import PROPERTIES, Document, at_path

Json = dict[str, Any]
DAY = 86_400_000


def kind_of(field: str) -> str:
    """The type of a field, or nothing for one that is not mapped."""
    if field == "message.keyword":
        return "keyword"
    at: Any = {"properties": PROPERTIES}
    for step in field.split("."):
        at = at.get("properties", {}).get(step, {})
    return str(at.get("type", ""))


def values_of(document: Json, field: str) -> list[Any]:
    """The values of a field that searches compare."""
    if field == "message.keyword":
        return [each for each in at_path(document, "message") if len(each) <= 20]
    return at_path(document, field) if kind_of(field) else []


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def matches(document: Json, query: Json) -> bool:
    """Whether a document, or a nested object, matches."""
    ((kind, body),) = query.items()
    return REFERENCES[kind](document, body)


def _as_stored(field: str, wanted: Any) -> Any:
    if kind_of(field) == "boolean":
        return {"true": True, "false": False}.get(wanted, wanted)
    return wanted


def _equals(document: Json, field: str, wanted: Any) -> bool:
    if kind_of(field) == "text":
        return any(wanted in tokens(each) for each in values_of(document, field))
    if kind_of(field) == "ip":
        net = ipaddress.ip_network(wanted)
        return any(ipaddress.ip_address(each) in net for each in values_of(document, field))
    return any(each == _as_stored(field, wanted) for each in values_of(document, field))


def _term(document: Json, body: Json) -> bool:
    ((field, wanted),) = body.items()
    return _equals(document, field, wanted["value"] if isinstance(wanted, dict) else wanted)


def _terms(document: Json, body: Json) -> bool:
    ((field, wanted),) = body.items()
    return any(_equals(document, field, each) for each in wanted)


def _range(document: Json, body: Json) -> bool:
    ((field, bounds),) = body.items()
    tests: dict[str, Callable[[Any, Any], bool]] = {
        "gt": lambda one, bound: one > bound,
        "gte": lambda one, bound: one >= bound,
        "lt": lambda one, bound: one < bound,
        "lte": lambda one, bound: one <= bound,
    }
    found = values_of(document, field)
    return any(all(tests[key](one, bound) for key, bound in bounds.items()) for one in found)


def _exists(document: Json, body: Json) -> bool:
    return bool(at_path(document, "message") if body["field"] == "message" else []) or bool(
        values_of(document, body["field"])
    )


def _pattern(document: Json, field: str, pattern: str) -> bool:
    words = values_of(document, field)
    if kind_of(field) == "text":
        words = [token for each in words for token in tokens(each)]
    return any(fnmatchcase(word, pattern) for word in words)


def _wildcard(document: Json, body: Json) -> bool:
    ((field, pattern),) = body.items()
    return _pattern(document, field, pattern)


def _prefix(document: Json, body: Json) -> bool:
    ((field, prefix),) = body.items()
    return _pattern(document, field, prefix + "*")


def _match(document: Json, body: Json) -> bool:
    ((field, options),) = body.items()
    if kind_of(field) != "text":
        return _equals(document, field, options["query"])
    held = {token for each in values_of(document, field) for token in tokens(each)}
    wanted = set(tokens(options["query"]))
    needed = len(wanted) if options.get("operator") == "and" else 1
    needed = min(len(wanted), options.get("minimum_should_match", needed))
    return bool(wanted) and len(wanted & held) >= needed


def _match_phrase(document: Json, body: Json) -> bool:
    ((field, phrase),) = body.items()
    wanted = tokens(phrase)
    return any(
        tokens(each)[at : at + len(wanted)] == wanted
        for each in values_of(document, field)
        for at in range(len(tokens(each)))
    )


def _bool(document: Json, body: Json) -> bool:
    required = [*body.get("must", []), *body.get("filter", [])]
    should = body.get("should", [])
    needed = body.get("minimum_should_match", 0 if required or not should else 1)
    if should and not required:
        needed = max(1, needed)
    return (
        all(matches(document, each) for each in required)
        and not any(matches(document, each) for each in body.get("must_not", []))
        and sum(matches(document, each) for each in should) >= needed
    )


class _Object(dict[str, Any]):
    """A nested object under its path, so that its fields have their full names."""


def nested_objects(document: Json, path: str) -> list[Json]:
    if isinstance(document, _Object):
        return []
    return [_Object({path: each}) for each in at_path(document, path)]


def _nested(document: Json, body: Json) -> bool:
    return any(matches(each, body["query"]) for each in nested_objects(document, body["path"]))


def without_nested(document: Json) -> Json:
    """What the fields of the document itself are."""
    return {key: item for key, item in document.items() if key != "entity"}


REFERENCES: dict[str, Callable[[Json, Any], bool]] = {
    "match_all": lambda _document, _body: True,
    "match_none": lambda _document, _body: False,
    "term": lambda document, body: _term(_own(document), body),
    "terms": lambda document, body: _terms(_own(document), body),
    "range": lambda document, body: _range(_own(document), body),
    "exists": lambda document, body: _exists(_own(document), body),
    "wildcard": lambda document, body: _wildcard(_own(document), body),
    "prefix": lambda document, body: _prefix(_own(document), body),
    "match": lambda document, body: _match(_own(document), body),
    "match_phrase": lambda document, body: _match_phrase(_own(document), body),
    "bool": _bool,
    "nested": _nested,
    "constant_score": lambda document, body: matches(document, body["filter"]),
}


def _own(document: Json) -> Json:
    return document if isinstance(document, _Object) else without_nested(document)


# ---- aggregations --------------------------------------------------------------------------------


class Rows:
    """Documents, or nested objects with the documents they are in."""

    def __init__(self, rows: list[tuple[int, Json, Json]]) -> None:
        self.rows = rows

    @classmethod
    def of_documents(cls, documents: list[tuple[int, Document]]) -> Rows:
        return cls([(at, each, each) for at, each in documents])

    def kept(self, test: Callable[[Json], bool]) -> Rows:
        return Rows([row for row in self.rows if test(row[2])])

    def values(self, field: str) -> list[Any]:
        return [each for _, _, one in self.rows for each in values_of(_own(one), field)]

    def __len__(self) -> int:
        return len(self.rows)


def aggregate(rows: Rows, aggregations: Json) -> Json:
    """The results of ``{"name": {"type": {...}, "aggs": ...}}``."""
    return {name: _aggregate_one(rows, body) for name, body in aggregations.items()}


def _aggregate_one(rows: Rows, body: Json) -> Json:
    kind = next(key for key in body if key != "aggs")
    below = body.get("aggs", {})
    if kind in METRICS:
        return METRICS[kind](rows.values(body[kind]["field"]))
    return BUCKETS[kind](rows, body[kind], below)


def _date_text(milliseconds: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _metric(function: Callable[[list[float]], float | None]) -> Callable[[list[Any]], Json]:
    return lambda values: {"value": function([float(each) for each in values])}


def _stats(values: list[Any]) -> Json:
    known = bool(values)
    return {
        "count": len(values),
        "min": min(values) if known else None,
        "max": max(values) if known else None,
        "avg": sum(values) / len(values) if known else None,
        "sum": sum(values),
    }


def _deviation(values: list[float]) -> float | None:
    if not values:
        return None
    return float(np.median(np.abs(np.array(values) - np.median(values))))


def _percentiles(values: list[Any]) -> Json:
    points = (1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0)
    found = [float(np.percentile(values, point)) if values else None for point in points]
    return {"values": {str(point): each for point, each in zip(points, found, strict=True)}}


METRICS: dict[str, Callable[[list[Any]], Json]] = {
    "max": _metric(lambda values: max(values, default=None)),
    "min": _metric(lambda values: min(values, default=None)),
    "sum": _metric(sum),
    "avg": _metric(lambda values: sum(values) / len(values) if values else None),
    "value_count": lambda values: {"value": len(values)},
    "cardinality": lambda values: {"value": len(set(values))},
    "stats": _stats,
    "percentiles": _percentiles,
    "median_absolute_deviation": _metric(_deviation),
}


def _bucket(head: Json, rows: Rows, below: Json) -> Json:
    return {**head, "doc_count": len(rows), **aggregate(rows, below)}


def _holds(field: str, key: Any) -> Callable[[Json], bool]:
    return lambda one: key in values_of(_own(one), field)


def _term_head(field: str, key: Any) -> Json:
    if isinstance(key, bool):
        return {"key": int(key), "key_as_string": str(key).lower()}
    return {"key": key, "key_as_string": _date_text(key)} if field == "time" else {"key": key}


def _terms_buckets(rows: Rows, body: Json, below: Json) -> Json:
    field = body["field"]
    found = [(key, rows.kept(_holds(field, key))) for key in set(rows.values(field))]
    made = [(key, _bucket(_term_head(field, key), kept, below)) for key, kept in found]
    ((path, direction),) = body.get("order", {"_count": "desc"}).items()
    made.sort(key=lambda pair: pair[0])

    def number(pair: tuple[Any, Json]) -> tuple[bool, float]:
        value = pair[1]["doc_count"] if path == "_count" else pair[1][path]["value"]
        sign = -1 if direction == "desc" else 1
        return value is None, 0 if value is None else sign * value

    if path == "_key":
        made.sort(key=lambda pair: pair[0], reverse=direction == "desc")
    else:
        made.sort(key=number)
    all_of_them = sum(bucket["doc_count"] for _, bucket in made)
    least = body.get("min_doc_count", 1)
    shown = [bucket for _, bucket in made if bucket["doc_count"] >= least][: body.get("size", 10)]
    return {
        "doc_count_error_upper_bound": 0,
        # Where no bucket is left, nothing says how many documents there were.
        "sum_other_doc_count": all_of_them - sum(b["doc_count"] for b in shown) if shown else 0,
        "buckets": shown,
    }


def _matched_by(query: Json) -> Callable[[Json], bool]:
    return lambda one: matches(one, query)


def _has_key(keys: Callable[[Json], Any], key: Any) -> Callable[[Json], bool]:
    return lambda one: key in keys(one)


def _filter_bucket(rows: Rows, body: Json, below: Json) -> Json:
    return _bucket({}, rows.kept(lambda one: matches(one, body)), below)


def _filters_buckets(rows: Rows, body: Json, below: Json) -> Json:
    return {
        "buckets": {
            name: _bucket({}, rows.kept(_matched_by(query)), below)
            for name, query in body["filters"].items()
        }
    }


def _missing_bucket(rows: Rows, body: Json, below: Json) -> Json:
    return _bucket({}, rows.kept(lambda one: not values_of(_own(one), body["field"])), below)


def _histogram_buckets(rows: Rows, body: Json, below: Json) -> Json:
    field, interval, offset = body["field"], body["interval"], body.get("offset", 0)

    def keys(one: Json) -> set[int]:
        return {int((each - offset) // interval) for each in values_of(_own(one), field)}

    found = {key for _, _, one in rows.rows for key in keys(one)}
    least = body.get("min_doc_count", 0)
    listed = range(min(found), max(found) + 1) if found else []
    buckets = [
        _bucket(
            {"key": float(key * interval + offset)},
            rows.kept(_has_key(keys, key)),
            below,
        )
        for key in listed
    ]
    return {"buckets": [each for each in buckets if each["doc_count"] >= least]}


def _date_histogram_buckets(rows: Rows, body: Json, below: Json) -> Json:
    interval = {"1d": DAY, "6h": DAY // 4, "90m": 5_400_000}[body["fixed_interval"]]
    plain = _histogram_buckets(
        rows, {**body, "interval": interval, "offset": body.get("offset", 0)}, below
    )
    return {
        "buckets": [
            {**each, "key": int(each["key"]), "key_as_string": _date_text(int(each["key"]))}
            for each in plain["buckets"]
        ]
    }


def _range_buckets(rows: Rows, body: Json, below: Json) -> Json:
    def inside(bounds: Json, one: Json) -> bool:
        return any(
            bounds.get("from", -np.inf) <= each < bounds.get("to", np.inf)
            for each in values_of(_own(one), body["field"])
        )

    buckets = []
    for bounds in sorted(
        body["ranges"], key=lambda each: (each.get("from", -np.inf), each.get("to", np.inf))
    ):
        name = "-".join(
            str(float(bounds[side])) if side in bounds else "*" for side in ("from", "to")
        )
        head = {"key": name, **{side: float(bound) for side, bound in bounds.items()}}
        kept = rows.kept(partial(inside, bounds))
        buckets.append(_bucket(head, kept, below))
    return {"buckets": buckets}


def _composite_buckets(rows: Rows, body: Json, below: Json) -> Json:
    sources = [next(iter(each.items())) for each in body["sources"]]
    names = [name for name, _ in sources]
    fields = [source["terms"]["field"] for _, source in sources]
    signs = [source["terms"].get("order", "asc") for _, source in sources]

    def combinations(one: Json) -> set[tuple[Any, ...]]:
        made: set[tuple[Any, ...]] = {()}
        for field in fields:
            made = {(*each, key) for each in made for key in values_of(_own(one), field)}
        return made

    found = list({key for _, _, one in rows.rows for key in combinations(one)})
    for at in reversed(range(len(fields))):
        found.sort(key=itemgetter(at), reverse=signs[at] == "desc")
    after = body.get("after")
    if after is not None:
        found = found[found.index(tuple(after[name] for name in names)) + 1 :]
    buckets = [
        _bucket(
            {"key": dict(zip(names, key, strict=True))},
            rows.kept(_has_key(combinations, key)),
            below,
        )
        for key in found[: body.get("size", 10)]
    ]
    after_key = {"after_key": buckets[-1]["key"]} if buckets else {}
    return {**after_key, "buckets": buckets}


def _nested_bucket(rows: Rows, body: Json, below: Json) -> Json:
    inside = [
        (at, document, each)
        for at, document, one in rows.rows
        for each in nested_objects(one, body["path"])
    ]
    return _bucket({}, Rows(inside), below)


def _reverse_bucket(rows: Rows, _body: Json, below: Json) -> Json:
    documents = {at: document for at, document, _ in rows.rows}
    return _bucket({}, Rows.of_documents(list(documents.items())), below)


BUCKETS: dict[str, Callable[[Rows, Json, Json], Json]] = {
    "terms": _terms_buckets,
    "filter": _filter_bucket,
    "filters": _filters_buckets,
    "missing": _missing_bucket,
    "histogram": _histogram_buckets,
    "date_histogram": _date_histogram_buckets,
    "range": _range_buckets,
    "composite": _composite_buckets,
    "nested": _nested_bucket,
    "reverse_nested": _reverse_bucket,
}
