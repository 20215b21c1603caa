"""Documents with several values: what a detector makes of them is what a search says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from detector_bodies import MINUTE

from adcore import Detector
from adcore.detector.index_source import IndexSource
from adcore.query.run import search
from adcore.store import Action, Store

FIELD = {"field": "value"}
INNER = {"field": "parts.size"}
IN_PARTS = {"nested": {"path": "parts"}}
KIND, MARK = {"field": "parts.kind"}, {"field": "parts.marks.depth"}
SCREWS = {"filter": {"terms": {"parts.kind": ["screw", "nail"]}}}
LEVEL = {"filter": {"term": {"level": "error"}}}
FEATURES: dict[str, dict[str, Any]] = {
    "sum": {"sum": FIELD},
    "avg": {"avg": FIELD},
    "filled": {"avg": FIELD | {"missing": 7}},
    "max": {"max": FIELD},
    "values": {"value_count": FIELD},
    "distinct": {"cardinality": {"field": "level"}},
    "filtered": LEVEL | {"aggs": {"inner": {"sum": FIELD}}},
    "parts": IN_PARTS | {"aggs": {"inner": {"sum": INNER}}},
    "screws": IN_PARTS | {"aggs": {"inner": SCREWS | {"aggs": {"inner": {"sum": INNER}}}}},
    "kinds": IN_PARTS | {"aggs": {"inner": SCREWS | {"aggs": {"inner": {"cardinality": KIND}}}}},
    "erroneous": LEVEL
    | {
        "aggs": {
            "inner": IN_PARTS | {"aggs": {"inner": SCREWS | {"aggs": {"inner": {"avg": INNER}}}}}
        }
    },
    "holders": IN_PARTS
    | {
        "aggs": {
            "inner": SCREWS
            | {"aggs": {"inner": {"reverse_nested": {}, "aggs": {"inner": {"sum": FIELD}}}}}
        }
    },
    "marks": {"nested": {"path": "parts.marks"}, "aggs": {"inner": {"sum": MARK}}},
    "deep marks": IN_PARTS
    | {
        "aggs": {
            "inner": SCREWS
            | {
                "aggs": {
                    "inner": {
                        "nested": {"path": "parts.marks"},
                        "aggs": {
                            "inner": {
                                "filter": {"range": {"parts.marks.depth": {"gte": 2}}},
                                "aggs": {"inner": {"sum": MARK}},
                            }
                        },
                    }
                }
            }
        }
    },
    "sizes": IN_PARTS | {"aggs": {"inner": {"value_count": INNER}}},
    "other": {"sum": {"field": "other"}},
    "documents": {"value_count": {"field": "_index"}},
}
MAPPING = {
    "properties": {
        "time": {"type": "date"},
        "value": {"type": "double"},
        "other": {"type": "long"},
        "level": {"type": "keyword"},
        "tag": {"type": "keyword"},
        "parts": {
            "type": "nested",
            "properties": {
                "size": {"type": "double"},
                "kind": {"type": "keyword"},
                "marks": {"type": "nested", "properties": {"depth": {"type": "long"}}},
            },
        },
    }
}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        opened.documents.create_index("several", MAPPING)
        opened.documents.create_index("single", MAPPING)
        written = opened.documents.bulk(
            [Action("index", "several", None, document(i)) for i in range(300)]
        )
        assert len(written) == 300
        for i in range(40):
            plain = {"time": i * MINUTE, "value": i, "other": 1, "tag": "a", "level": "error"}
            opened.documents.index("single", plain)
        yield opened


def document(i: int) -> dict[str, Any]:
    rng = np.random.default_rng(i)

    def some(choices: list[Any], most: int = 3) -> list[Any]:
        return [choices[n] for n in rng.integers(0, len(choices), rng.integers(0, most + 1))]

    sizes = [1.0, 2.5, 4.0]
    return {
        "time": int(rng.integers(0, 40)) * MINUTE,
        "value": some([0.5, 1.0, 2.0, -3.0]),
        "other": int(rng.integers(0, 9)),
        "level": some(["error", "info", "debug"]),
        "tag": some(["a", "b", "c"], 4),
        "parts": [
            {
                "size": some(sizes),
                "kind": some(["screw", "nail", "nut", "bolt"], 2),
                "marks": [{"depth": int(n)} for n in rng.integers(0, 5, rng.integers(0, 3))],
            }
            for _ in range(rng.integers(0, 3))
        ],
    }


def found(store: Store, tags: list[str], indices: list[str]) -> dict[tuple[Any, ...], list[float]]:
    """The features of each interval and tag by a detector."""
    cells: dict[tuple[Any, ...], list[float]] = {}
    for name, aggregation in FEATURES.items():
        detector = Detector(
            time_field="time", features={name: aggregation}, category_field=tags,
            detection_interval="1m", min_samples=5,
        )  # fmt: skip
        results = detector.run(IndexSource(store.documents, indices))
        keys = [results.entities[entity] for entity in results.entity]
        rows = zip(results.data_start_time, keys, results.feature_data[:, 0], strict=True)
        imputed = results.feature_imputed[:, 0] | np.isnan(results.feature_data[:, 0])
        for (start, key, number), is_guess in zip(rows, imputed, strict=True):
            cells.setdefault((int(start), *key), []).append(np.nan if is_guess else number)
    return cells


def expected(
    store: Store, tags: list[str], indices: list[str]
) -> dict[tuple[Any, ...], list[float]]:
    """The same by a search."""
    inner: dict[str, Any] = dict(FEATURES)
    for tag in tags:
        inner = {"entity": {"terms": {"field": tag, "size": 100}, "aggs": inner}}
    histogram = {"field": "time", "fixed_interval": "1m"}
    body = {"size": 0, "aggs": {"times": {"date_histogram": histogram, "aggs": inner}}}
    with closing(store.documents.cursor()) as cursor:
        targets = store.documents.resolve(",".join(indices))
        answer: Any = search(targets, body, cursor, lambda: 0)
    cells = {}
    for at in answer["aggregations"]["times"]["buckets"]:
        for bucket in at["entity"]["buckets"] if tags else [at]:
            key = (at["key"], bucket["key"]) if tags else (at["key"],)
            cells[key] = [number(bucket[name]) for name in FEATURES]
    return cells


def number(answer: dict[str, Any]) -> float:
    while "inner" in answer:
        answer = answer["inner"]
    found = answer["value"]
    return np.nan if found is None else float(found)


@pytest.mark.parametrize("tags", [[], ["tag"]], ids=["one series", "many"])
@pytest.mark.parametrize("indices", [["several"], ["single"], ["several", "single"]], ids=str)
def test_all_values_count(store: Store, tags: list[str], indices: list[str]) -> None:
    detected, asked = found(store, tags, indices), expected(store, tags, indices)
    assert len(asked) > 30
    assert set(detected) == set(asked)
    for key, numbers in asked.items():
        np.testing.assert_allclose(detected[key], numbers, rtol=1e-12, err_msg=str(key))


def test_fields_of_nested_objects_are_neither_times_nor_entities(store: Store) -> None:
    source = IndexSource(store.documents, ["several"])
    inner = {"time_field": "parts.size"}, {"category_field": ["parts.size"]}
    base: dict[str, Any] = {"time_field": "time", "features": ["sum(value)"]}
    issues = [Detector(**(base | changes)).validate(source)["detector"] for changes in inner]
    assert issues == [
        {"time_field": {"message": "Timestamp field: (parts.size) must be of type date"}},
        {"category_field": {
            "message": "Categorical field parts.size must be of type keyword or ip."
        }},
    ]  # fmt: skip
