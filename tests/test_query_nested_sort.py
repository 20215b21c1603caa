"""Sorts by fields of nested objects, against a reading of the documents one by one."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from adcore.query.errors import SearchError
from adcore.query.run import search
from adcore.store import Action, Store

MAPPING = {
    "n": {"type": "long"},
    "parts": {"type": "nested", "properties": {
        "kind": {"type": "keyword"},
        "size": {"type": "double"},
        "marks": {"type": "nested", "properties": {"depth": {"type": "long"}}},
    }},
}  # fmt: skip
MODES: dict[str, Callable[[list[float]], float]] = {
    "min": min, "max": max, "sum": sum, "avg": statistics.fmean, "median": statistics.median,
}  # fmt: skip


def document(i: int) -> dict[str, Any]:
    rng = np.random.default_rng(i)

    def part() -> dict[str, Any]:
        sizes = [float(s) for s in rng.integers(0, 50, rng.integers(0, 3))]
        depths = [int(d) for d in rng.integers(0, 9, rng.integers(0, 3))]
        kind = str(rng.choice(["screw", "nail"]))
        return {"kind": kind, "size": sizes, "marks": [{"depth": depth} for depth in depths]}

    return {"n": i, "parts": [part() for _ in range(rng.integers(0, 4))]}


DOCUMENTS = [document(i) for i in range(60)]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        opened.documents.create_index("parts", {"properties": MAPPING})
        opened.documents.bulk([Action("index", "parts", None, each) for each in DOCUMENTS])
        yield opened


def found(store: Store, sort: Any, **body: Any) -> list[tuple[int, Any]]:
    """The numbers of documents in their order, with what they are sorted by."""
    request = {"size": 60, "sort": sort, **body}
    with closing(store.documents.cursor()) as cursor:
        answer: Any = search(store.documents.resolve("parts"), request, cursor, lambda: 0)
    return [(hit["_source"]["n"], hit["sort"][0]) for hit in answer["hits"]["hits"]]


def by_hand(
    values_of: Callable[[dict[str, Any]], list[float]], mode: str, *, is_descending: bool
) -> list[tuple[int, Any]]:
    """The same; documents without a value come last, equal ones as they were written."""
    reduce = MODES[mode]
    keys = [(n, reduce(values) if (values := values_of(d)) else None)
            for n, d in enumerate(DOCUMENTS)]  # fmt: skip
    there = [(n, key) for n, key in keys if key is not None]
    there.sort(key=lambda pair: -pair[1] if is_descending else pair[1])
    extreme = "-Infinity" if is_descending else "Infinity"
    return there + [(n, extreme) for n, key in keys if key is None]


def sizes(document: dict[str, Any], kind: str | None = None) -> list[float]:
    return [
        size
        for part in document["parts"] if kind in (None, part["kind"])
        for size in part["size"]
    ]  # fmt: skip


def depths(document: dict[str, Any], kind: str, least: int) -> list[float]:
    return [
        mark["depth"]
        for part in document["parts"] if part["kind"] == kind
        for mark in part["marks"] if mark["depth"] >= least
    ]  # fmt: skip


IS_SCREW = {"term": {"parts.kind": "screw"}}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_the_objects_that_match_count(store: Store, mode: str, order: str) -> None:
    options = {"mode": mode, "order": order}
    is_descending = order == "desc"
    plain = {"parts.size": options | {"nested": {"path": "parts"}}}
    assert found(store, plain) == by_hand(sizes, mode, is_descending=is_descending)
    expected = by_hand(lambda d: sizes(d, "screw"), mode, is_descending=is_descending)
    assert len({key for _, key in expected}) > 10
    nested = {"path": "parts", "filter": IS_SCREW}
    assert found(store, {"parts.size": options | {"nested": nested}}) == expected
    older = {"nested_path": "parts", "nested_filter": IS_SCREW}
    assert found(store, [{"parts.size": options | older}]) == expected


@pytest.mark.parametrize(("order", "mode"), [("asc", "min"), ("desc", "max")])
def test_without_a_mode_the_first_in_the_order_counts(store: Store, order: str, mode: str) -> None:
    sort = {"parts.size": {"order": order, "nested": {"path": "parts"}}}
    assert found(store, sort) == by_hand(sizes, mode, is_descending=order == "desc")


def test_objects_of_objects_have_filters_of_their_own(store: Store) -> None:
    deep = {"range": {"parts.marks.depth": {"gte": 3}}}
    inner = {"path": "parts.marks", "filter": deep}
    nested = {"path": "parts", "filter": IS_SCREW, "nested": inner}
    sort = {"parts.marks.depth": {"mode": "sum", "missing": -1, "nested": nested}}
    reached = {n: sum(depths(d, "screw", 3)) or -1 for n, d in enumerate(DOCUMENTS)}
    assert found(store, sort) == sorted(reached.items(), key=lambda pair: (pair[1], pair[0]))
    # The last path alone says where the field is.
    whole = {"parts.marks.depth": {"mode": "sum", "missing": -1, "nested": {"path": "parts.marks"}}}
    assert dict(found(store, whole))[1] == sum(
        mark["depth"] for part in DOCUMENTS[1]["parts"] for mark in part["marks"]
    )


def test_pages_go_on_after_a_value(store: Store) -> None:
    sort = [{"parts.size": {"nested": {"path": "parts", "filter": IS_SCREW}}}, {"n": "asc"}]
    whole = found(store, sort)
    pages: list[tuple[int, Any]] = []
    after: dict[str, Any] = {}
    while page := found(store, sort, size=7, **after):
        pages += page
        number, key = page[-1]
        after = {"search_after": [key, number]}
    assert pages == whole


@pytest.mark.parametrize(
    ("nested", "reason"),
    [
        ({"filter": IS_SCREW}, "[nested] requires 'path' field"),
        ("parts", "[nested] requires 'path' field"),
        ({"path": "parts", "max_children": 3}, "[nested] unknown field [max_children]"),
        ({"path": "parts", "filter": {"nope": {}}}, "unknown query [nope]"),
        ({"path": "parts", "nested": {}}, "[nested] requires 'path' field"),
    ],
)
def test_what_is_refused(store: Store, nested: Any, reason: str) -> None:
    with pytest.raises(SearchError) as caught:
        found(store, {"parts.size": {"nested": nested}})
    assert (caught.value.status, caught.value.reason) == (400, reason)
