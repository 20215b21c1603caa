"""Documents of one shape as columns are the documents that would come one by one."""

from __future__ import annotations

import json
import string
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore.service.detectors.mappings import RESULT_MAPPING
from adcore.store import Action, Column, DocumentColumns, NewDocuments, Store
from adcore.store.errors import IndexNotFoundError, MapperParsingError

DOUBLES = st.floats(-1e30, 1e30, allow_nan=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SHAPE: dict[str, Any] = {
    "detector_id": "an id with 'quotes\" and {braces}",
    "schema_version": 7,
    "data_start_time": Column("start"),
    "feature_data": [
        {"feature_id": "f'0", "feature_name": "a", "data": Column("a")},
        {"feature_id": "f1", "feature_name": "b", "data": Column("b")},
    ],
    "anomaly_grade": 0.0,
    "anomaly_score": Column("a"),
    "entity": [{"name": "host", "value": Column("key")}],
    "user": {"name": "ann", "backend_roles": ["x", "y"], "roles": []},
    "model_id": Column("key"),
}


def batch(
    index: str, rows: list[tuple[int, float, float, str]], shape: dict[str, Any] | None = None
) -> DocumentColumns:
    start, a, b, key = (list(column) for column in zip(*rows, strict=True))
    columns: dict[str, Any] = {
        "start": np.array(start, np.int64), "a": np.array(a, float), "b": np.array(b, float),
        "key": key,
    }  # fmt: skip
    ids = [f"id-{i}" for i in range(len(rows))]
    return DocumentColumns(index, ids, SHAPE if shape is None else shape, columns)


def table(store: Store, index: str) -> list[tuple[Any, ...]]:
    """All rows as they are stored; JSON as values, as numbers may be written in two ways."""
    entry = store.documents.entry(index)
    cursor = store.documents.cursor()
    rows = cursor.execute(
        f"SELECT * EXCLUDE (_source), _source FROM {entry.relation} ORDER BY _seq_no"
    ).fetchall()
    return [(*row[:-1], list(json.loads(row[-1]).items())) for row in rows]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2**40), DOUBLES, DOUBLES, TEXTS | st.just(string.printable)),
        min_size=1,
        max_size=8,
    )
)
def test_columns_are_stored_as_their_documents_would_be(
    rows: list[tuple[int, float, float, str]],
) -> None:
    with Store.open(None) as store:
        for index in ("one", "many", "some"):
            store.documents.create_index(index, RESULT_MAPPING)
        given_rows = batch("many", rows)
        documents = [given_rows.document(i) for i in range(len(rows))]
        actions = [
            Action("index", "one", id_, document)
            for id_, document in zip(given_rows.ids, documents, strict=True)
        ]
        store.documents.bulk(actions)
        store.documents.bulk([], [given_rows])
        store.documents.bulk([], [NewDocuments("some", given_rows.ids, documents)])
        assert table(store, "many") == table(store, "one") == table(store, "some")
        found = store.documents.get("many", "id-0")
        assert found is not None
        assert (found.version, json.loads(found.source)) == (1, documents[0])


def test_a_mapping_of_another_kind_gets_them_one_by_one() -> None:
    """Dynamic fields, texts with keywords below, whole numbers for fractions."""
    shape = {"n": Column("a"), "name": Column("key"), "same": True, "when": Column("start")}
    rows = [(1_700_000_000_000, 1.5, 0.0, "x"), (1_700_000_000_001, 2.5, 0.0, "y" * 300)]
    with Store.open(None) as store:
        store.documents.create_index("own", {"properties": {"when": {"type": "date"}}})
        store.documents.bulk([], [batch("own", rows, shape)])
        fields = store.documents.resolve("own")[0].mapping.fields
        assert {path: str(f.type.value) for path, f in fields.items()} == {
            "when": "date", "n": "float", "name": "text", "name.keyword": "keyword",
            "same": "boolean",
        }  # fmt: skip
        found = store.documents.get("own", "id-1")
        assert found is not None
        assert json.loads(found.source)["name"] == "y" * 300


def test_a_batch_that_does_not_fit_writes_nothing_at_all() -> None:
    with Store.open(None) as store:
        store.documents.create_index("own", {"properties": {"name": {"type": "long"}}})
        rows = [(1, 1.0, 1.0, "no number")]
        with pytest.raises(MapperParsingError):
            store.documents.bulk(
                [Action("index", "other", "1", {"a": 1})],
                [batch("own", rows, {"name": Column("key")})],
            )
        with pytest.raises(IndexNotFoundError):
            store.documents.entry("other")
        assert store.documents.get("own", "id-0") is None


def test_numbers_go_on_where_columns_end() -> None:
    with Store.open(None) as store:
        store.documents.create_index("r", RESULT_MAPPING)
        rows = [(i, 1.0, 1.0, "k") for i in range(3)]
        store.documents.bulk([Action("index", "r", "first", {"error": "x"})], [batch("r", rows)])
        (written,) = store.documents.bulk([Action("index", "r", "last", {"error": "y"})])
        assert [row[1] for row in table(store, "r")] == [0, 1, 2, 3, 4]
        assert getattr(written, "seq_no") == 4  # noqa: B009 -- whichever result it is
