"""Random queries and aggregations over the documents of `query_tables`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from query_tables import HOSTS, HOUR, NAMES, NOW, TAGS, WORDS

Json = dict[str, Any]

KEYWORDS = {"host": HOSTS, "tags": TAGS, "message.keyword": ["Error", "Disk full"]}
numbers = st.integers(-10, 45).map(lambda quarter: quarter / 4)
times = st.integers(-30, 30).map(lambda hours: NOW + hours * HOUR)
keyword_fields = st.sampled_from(sorted(KEYWORDS))


def _term(field: str, wanted: Any) -> Json:
    return {"term": {field: wanted}}


@st.composite
def _keyword(draw: st.DrawFn) -> Json:
    field = draw(keyword_fields)
    wanted = draw(st.sampled_from([*KEYWORDS[field], "none"]))
    kind = draw(st.sampled_from(["term", "long term", "terms", "prefix", "wildcard", "match"]))
    if kind == "term":
        return _term(field, wanted)
    if kind == "long term":
        return {"term": {field: {"value": wanted}}}
    if kind == "terms":
        return {"terms": {field: [wanted, draw(st.sampled_from(KEYWORDS[field]))]}}
    if kind == "match":
        return {"match": {field: {"query": wanted}}}
    if kind == "prefix":
        return {"prefix": {field: wanted[:2]}}
    return {"wildcard": {field: draw(st.sampled_from(["*e*", "?", "w?b*", "*'s", "*"]))}}


@st.composite
def _range(draw: st.DrawFn) -> Json:
    field = draw(st.sampled_from(["count", "value", "time", "host", "missing"]))
    bounds = {"time": times, "host": st.sampled_from(HOSTS)}.get(field, numbers)
    keys = draw(
        st.lists(
            st.sampled_from(["gt", "gte", "lt", "lte"]), max_size=2, unique_by=lambda key: key[0]
        )
    )
    return {"range": {field: {key: draw(bounds) for key in keys}}}


@st.composite
def _text(draw: st.DrawFn) -> Json:
    chosen = draw(st.lists(st.sampled_from([*WORDS, "absent"]), min_size=1, max_size=3))
    line = " ".join(chosen)
    kind = draw(st.sampled_from(["or", "and", "minimum", "phrase", "term", "prefix", "wildcard"]))
    if kind == "phrase":
        return {"match_phrase": {"message": line}}
    if kind == "term":
        return _term("message", chosen[0])
    if kind == "prefix":
        return {"prefix": {"message": chosen[0][:2]}}
    if kind == "wildcard":
        return {"wildcard": {"message": f"*{chosen[0][1:3]}*"}}
    options: Json = {"query": line.upper()}
    if kind == "minimum":
        options["minimum_should_match"] = 2
    return {"match": {"message": {**options, **({"operator": "and"} if kind == "and" else {})}}}


_others = st.one_of(
    st.just({"match_all": {}}),
    st.just({"match_none": {}}),
    st.sampled_from([True, False, "true", "false"]).map(lambda wanted: _term("ok", wanted)),
    st.integers(-6, 11).map(lambda wanted: _term("count", wanted)),
    numbers.map(lambda wanted: _term("value", wanted)),
    st.sampled_from(["10.0.1.0/24", "10.0.0.0/23"]).map(lambda net: _term("address", net)),
    st.sampled_from(["host", "tags", "value", "ok", "entity.name", "nothing", "message"]).map(
        lambda field: {"exists": {"field": field}}
    ),
    st.sampled_from(HOSTS).map(lambda wanted: _term("entity.value", wanted)),
)

inside_nested = st.one_of(
    st.sampled_from(HOSTS).map(lambda wanted: _term("entity.value", wanted)),
    st.sampled_from(NAMES).map(lambda wanted: _term("entity.name", wanted)),
    numbers.map(lambda bound: {"range": {"entity.score": {"gte": bound}}}),
    st.just({"exists": {"field": "entity.score"}}),
    st.just(_term("host", "a")),
)


def _bools(children: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    listed = st.lists(children, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "must": listed,
            "filter": listed,
            "must_not": listed,
            "should": st.lists(children, min_size=1, max_size=3),
            "minimum_should_match": st.integers(1, 3),
        },
    ).map(_valid_bool)


def _valid_bool(body: Json) -> Json:
    # Without optional clauses there is nothing that a minimum could be about.
    if "should" not in body:
        body = {key: item for key, item in body.items() if key != "minimum_should_match"}
    return {"bool": body}


def _nested(children: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return children.map(lambda query: {"nested": {"path": "entity", "query": query}})


queries: st.SearchStrategy[Json] = st.recursive(
    st.one_of(
        _keyword(),
        _range(),
        _text(),
        _others,
        _nested(st.one_of(inside_nested, _bools(inside_nested))),
    ),
    lambda children: st.one_of(
        _bools(children), children.map(lambda query: {"constant_score": {"filter": query}})
    ),
    max_leaves=6,
)

# ---- aggregations --------------------------------------------------------------------------------

_numeric = st.sampled_from(["count", "value", "nothing"])
_METRICS = [
    "max", "min", "sum", "avg", "value_count", "cardinality", "stats", "percentiles",
    "median_absolute_deviation",
]  # fmt: skip
metrics = st.builds(
    lambda kind, field: {kind: {"field": field}}, st.sampled_from(_METRICS), _numeric
)
nested_metrics = st.sampled_from(_METRICS).map(lambda kind: {kind: {"field": "entity.score"}})


@st.composite
def _terms(draw: st.DrawFn, field: str, below: Json) -> Json:
    body: Json = {"field": field, "size": draw(st.integers(1, 6))}
    ordered = [
        name for name, each in below.items() if set(each) & {"max", "min", "sum", "value_count"}
    ]
    path = draw(st.sampled_from(["_count", "_key", *ordered]))
    if draw(st.booleans()):
        body["order"] = {path: draw(st.sampled_from(["asc", "desc"]))}
    if draw(st.booleans()):
        body["min_doc_count"] = draw(st.integers(1, 5))
    return {"terms": body}


@st.composite
def _ranges(draw: st.DrawFn) -> Json:
    pairs = draw(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3))
    ranges: list[Json] = [{"from": min(pair), "to": max(pair)} for pair in pairs]
    return {"range": {"field": draw(_numeric), "ranges": [*ranges, {"to": 1}, {"from": 2}]}}


_histograms = st.one_of(
    st.builds(
        lambda field, interval, offset, least: {
            "histogram": {
                "field": field, "interval": interval, "offset": offset, "min_doc_count": least,
            }
        },
        _numeric, st.sampled_from([1, 2.5, 5]), st.sampled_from([0, 0.5]), st.integers(0, 2),
    ),
    st.builds(
        lambda interval, least: {
            "date_histogram": {
                "field": "time", "fixed_interval": interval, "min_doc_count": least,
            }
        },
        st.sampled_from(["1d", "6h", "90m"]), st.integers(0, 2),
    ),
)  # fmt: skip


@st.composite
def _composites(draw: st.DrawFn) -> Json:
    fields = draw(
        st.lists(st.sampled_from(["host", "tags", "count"]), min_size=1, max_size=2, unique=True)
    )
    sources = [
        {field: {"terms": {"field": field, "order": draw(st.sampled_from(["asc", "desc"]))}}}
        for field in fields
    ]
    return {"composite": {"sources": sources, "size": draw(st.integers(1, 20))}}


@st.composite
def _bucket(draw: st.DrawFn, depth: int, *, is_nested: bool) -> Json:
    below = draw(aggregations(depth - 1, is_nested=is_nested)) if depth else {}
    if is_nested:
        field = draw(st.sampled_from(["entity.name", "entity.value"]))
        kinds: list[st.SearchStrategy[Json]] = [
            _terms(field, below),
            inside_nested.map(lambda query: {"filter": query}),
        ]
        if depth:
            below = draw(st.just(below))
            kinds.append(st.just({"reverse_nested": {}}))
    else:
        field = draw(st.sampled_from(["host", "tags", "count", "ok", "time", "nothing"]))
        kinds = [
            _terms(field, below),
            queries.map(lambda query: {"filter": query}),
            st.lists(queries, min_size=1, max_size=3).map(
                lambda listed: {
                    "filters": {"filters": {f"q{at}": q for at, q in enumerate(listed)}}
                }
            ),
            st.sampled_from(["host", "tags", "value"]).map(lambda f: {"missing": {"field": f}}),
            _ranges(),
            _histograms,
            _composites(),
            st.just({"nested": {"path": "entity"}}),
        ]
    made = draw(st.one_of(kinds))
    if "nested" in made or "reverse_nested" in made:
        below = draw(aggregations(depth - 1, is_nested="nested" in made)) if depth else {}
    return {**made, **({"aggs": below} if below else {})}


@st.composite
def aggregations(draw: st.DrawFn, depth: int = 2, *, is_nested: bool = False) -> Json:
    """Trees of aggregations."""
    measures = nested_metrics if is_nested else metrics
    leaves = draw(st.lists(measures, max_size=2))
    buckets = draw(st.lists(_bucket(depth, is_nested=is_nested), max_size=2)) if depth else []
    listed = [*leaves, *buckets] or [draw(measures)]
    return {f"a{at}": each for at, each in enumerate(listed)}
