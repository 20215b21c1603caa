"""Documents: written, read, updated, deleted, scanned; against a dictionary as the reference."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nanoarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore.store import Action, Document, Store, WriteError, WriteResult, lookup
from adcore.store.documents import Documents
from adcore.store.errors import (
    DocumentMissingError,
    IllegalRequestError,
    IndexNotFoundError,
    InvalidIndexNameError,
    MapperParsingError,
    MappingError,
    StoreError,
    VersionConflictError,
)  # fmt: skip

NOW = 1_700_000_000_000


@pytest.fixture(scope="module")
def shared() -> Iterator[Store]:
    with Store.open(None, clock=lambda: NOW, threads=1) as store:
        yield store


@pytest.fixture
def store(shared: Store) -> Store:
    shared.documents.delete_index("*,.*")
    return shared


def rows(
    store: Store, expression: str, columns: list[str], **options: Any
) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for chunk in store.documents.scan(expression, columns, **options):
        columns_ = [nanoarrow.Array(chunk.child(i)).to_pylist() for i in range(len(columns))]
        found += zip(*columns_, strict=True)
    return found


def test_a_document_comes_back_as_it_was_sent(store: Store) -> None:
    source = b'{ "b": 1,\n "a": "\\u00e9 \xc3\xa9", "n": null }'
    result = store.documents.index("logs", source, id="ü/ 1")
    assert result == WriteResult("index", "logs", "ü/ 1", 1, 0, "created")
    assert (result.status, result.primary_term) == (201, 1)
    assert store.documents.get("logs", "ü/ 1") == Document("logs", "ü/ 1", 1, 0, source)
    assert store.documents.get("logs", "2") is None


def test_versions_and_sequence_numbers(store: Store) -> None:
    documents = store.documents
    documents.index("a", {"n": 1}, id="x")
    assert documents.index("a", {"n": 2}, id="x").version == 2
    assert documents.index("a", {"n": 2}, id="y").seq_no == 2
    assert documents.index("b", {"n": 2}, id="y").seq_no == 0
    gone = documents.delete("a", "x")
    assert (gone.version, gone.seq_no, gone.result, gone.status) == (3, 3, "deleted", 200)
    none = documents.delete("a", "x")
    assert (none.version, none.seq_no, none.result, none.status) == (1, 4, "not_found", 404)
    assert documents.index("a", {"n": 5}, id="x").seq_no == 5


def test_new_ids_are_short_different_and_sorted(store: Store) -> None:
    results = store.documents.bulk([Action("index", "a", None, {"n": i}) for i in range(1000)])
    ids = [result.id for result in results if isinstance(result, WriteResult)]
    assert len(set(ids)) == 1000
    assert {len(name) for name in ids} == {20}
    assert [n for _, n in rows(store, "a", ["_id", "n"])] == list(range(1000))


def test_optimistic_concurrency(store: Store) -> None:
    documents = store.documents
    with pytest.raises(VersionConflictError) as none:
        documents.index("a", {"n": 0}, "x", if_seq_no=0, if_primary_term=1)
    assert str(none.value) == (
        "[x]: version conflict, required seqNo [0], primary term [1]. but no document was found"
    )
    documents.index("a", {"n": 0}, "x")
    documents.index("a", {"n": 1}, "x", if_seq_no=0, if_primary_term=1)
    with pytest.raises(VersionConflictError) as late:
        documents.index("a", {"n": 2}, "x", if_seq_no=0, if_primary_term=1)
    assert str(late.value) == (
        "[x]: version conflict, required seqNo [0], primary term [1]. "
        "current document has seqNo [1] and primary term [1]"
    )
    with pytest.raises(
        VersionConflictError, match=r"document already exists \(current version \[2"
    ):
        documents.index("a", {"n": 2}, "x", op_type="create")
    with pytest.raises(VersionConflictError):
        documents.delete("a", "x", if_seq_no=1, if_primary_term=2)
    with pytest.raises(IllegalRequestError, match="if_primary_term must be set"):
        documents.delete("a", "x", if_seq_no=1)
    assert documents.get("a", "x") == Document("a", "x", 2, 1, b'{"n":1}')


def test_updates(store: Store) -> None:
    documents = store.documents
    with pytest.raises(DocumentMissingError, match=r"\[x\]: document missing"):
        documents.update("a", "x", {"doc": {"n": 1}})
    assert documents.update("a", "x", {"doc": {"n": 1}, "upsert": {"m": 5}}).result == "created"
    assert documents.update("a", "y", {"doc": {"n": 1}, "doc_as_upsert": True}).version == 1
    documents.update("a", "x", b'{"doc": {"o": {"p": 1, "q": [1, 2]}}}')
    assert documents.update("a", "x", {"doc": {"o": {"q": [3]}}}).version == 3
    found = documents.get("a", "x")
    assert found is not None
    assert json.loads(found.source) == {"m": 5, "o": {"p": 1, "q": [3]}}
    same = documents.update("a", "x", {"doc": {"m": 5}})
    assert (same.result, same.version, same.seq_no) == ("noop", 3, found.seq_no)
    assert documents.update("a", "x", {"doc": {"m": 5}, "detect_noop": False}).version == 4
    with pytest.raises(IllegalRequestError, match="script"):
        documents.update("a", "x", {"script": "ctx"})


def test_a_bulk_goes_on_after_errors(store: Store) -> None:
    store.documents.create_index("a", {"properties": {"n": {"type": "long"}}})
    results = store.documents.bulk([
        Action("index", "a", "1", {"n": 1}),
        Action("index", "a", "2", {"n": "x"}),
        Action("create", "a", "1", {"n": 2}),
        Action("update", "a", "1", {"doc": {"m": "new"}}),
        Action("delete", "a", "1"),
        Action("delete", "none", "1"),
        Action("index", "BAD", "1", {"n": 1}),
        Action("update", "a", "1", {"doc": {"n": 1}}),
        Action("create", "a", "1", b'{"n": 3}'),
        Action("update", "a", None, {"doc": {}}),
        Action("index", "a", "3", b"nonsense"),
        Action("index", "a", "", {"n": 1}),
    ])  # fmt: skip
    shown = [r.error.type if isinstance(r, WriteError) else r.result for r in results]
    assert shown == [
        "created", "mapper_parsing_exception", "version_conflict_engine_exception", "updated",
        "deleted", "index_not_found_exception", "invalid_index_name_exception",
        "document_missing_exception", "created", "illegal_argument_exception",
        "mapper_parsing_exception", "illegal_argument_exception",
    ]  # fmt: skip
    assert [r.status for r in results] == [
        201,
        400,
        409,
        200,
        200,
        404,
        400,
        404,
        201,
        400,
        400,
        400,
    ]
    assert store.documents.get("a", "1") == Document("a", "1", 1, 3, b'{"n": 3}')
    assert "m" in store.documents.mapping("a").fields
    assert not store.documents.exists("none")


def test_a_bulk_of_many_pieces_is_there_whole_without_the_store_being_closed(
    tmp_path: Path,
) -> None:
    """Rows, new fields, replaced and deleted rows of one transaction, read back from its log."""
    actions = [Action("index", "a", None, {"n": i}) for i in range(12_000)]
    actions += [Action("index", "a", f"id{i % 5_000}", {"n": i, "s": "x"}) for i in range(12_000)]
    actions += [Action("delete", "a", f"id{i}") for i in range(0, 5_000, 2)]
    actions += [Action("index", "a", None, {"n": [1, 2], "o": {"p": 1}})]
    with Store.open(tmp_path / "kept", threads=1) as store:
        results = store.documents.bulk(actions)
        shutil.copytree(tmp_path / "kept", tmp_path / "copy")  # as a process that was killed
        kept = sorted(rows(store, "a", ["_id", "n", "s", "o.p", "_seq_no", "_version"]))
    assert [result.status for result in results[12_000:]] == (
        [201] * 5_000 + [200] * 7_000 + [200] * 2_500 + [201]
    )
    assert len(kept) == 12_000 + 2_500 + 1
    with Store.open(tmp_path / "copy", threads=1) as store:
        assert sorted(rows(store, "a", ["_id", "n", "s", "o.p", "_seq_no", "_version"])) == kept
        assert rows(store, "a", ["n", "_version"], where_sql="_id = 'id1'") == [(10_001, 3)]


def test_an_empty_bulk_does_nothing(store: Store) -> None:
    assert store.documents.bulk([]) == []


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["index", "create", "update", "delete", "upsert"]),
        st.sampled_from("abc"),
        st.one_of(
            st.integers(-5, 5).map(lambda n: {"n": n}),
            st.lists(st.integers(0, 9), max_size=3).map(lambda n: {"list": n}),
            st.sampled_from([{"n": "wrong"}, {"s": "x"}, {"o": {"p": 1}}, {"o": {"q": [True]}}]),
            st.lists(st.integers(0, 3), max_size=2).map(
                lambda n: {"nest": [{"k": str(i), "list": [i, i]} for i in n]}
            ),
        ),
        st.booleans(),
    ),
    max_size=12,
)
MAPPING = {"properties": {"n": {"type": "long"}, "nest": {"type": "nested"}}}


class Reference:
    """An index as a dictionary: what each write must answer, and what must be there."""

    def __init__(self) -> None:
        self.stored: dict[str, tuple[dict[str, Any], int, int]] = {}
        self.next_seq_no = 0

    def apply(self, operation: str, name: str, document: dict[str, Any]) -> str:
        present = self.stored.get(name)
        if operation == "delete":
            self.stored.pop(name, None)
            self.next_seq_no += 1
            return "not_found" if present is None else "deleted"
        if operation == "create" and present is not None:
            return "conflict"
        if operation == "update" and present is None:
            return "missing"
        if operation in ("update", "upsert") and present is not None:
            merged = merge(present[0], document)
            if merged == present[0]:
                return "noop"
            document = merged
        if document.get("n") == "wrong":
            return "refused"
        version = 1 if present is None else present[1] + 1
        self.stored[name] = (document, version, self.next_seq_no)
        self.next_seq_no += 1
        return "created" if present is None else "updated"


def merge(stored: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    result = dict(stored)
    for key, value in part.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merge(result[key], value) if both else value
    return result


def action(operation: str, name: str, document: dict[str, Any]) -> Action:
    if operation == "upsert":
        return Action("update", "it", name, {"doc": document, "doc_as_upsert": True})
    if operation == "update":
        return Action("update", "it", name, {"doc": document})
    if operation == "delete":
        return Action("delete", "it", name)
    return Action("create" if operation == "create" else "index", "it", name, document)


ANSWERS = {
    VersionConflictError: "conflict",
    DocumentMissingError: "missing",
    MapperParsingError: "refused",
}


Operations = list[tuple[str, str, dict[str, Any], bool]]


@given(OPERATIONS)
@settings(max_examples=30, deadline=None)
def test_writes_are_those_of_a_dictionary(shared: Store, operations: Operations) -> None:
    compare_with_a_dictionary(shared, operations)


@given(OPERATIONS, st.booleans())
@settings(max_examples=20, deadline=None)
def test_writes_to_a_large_index_are_too(
    shared: Store, operations: Operations, is_one_transaction: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "_SMALL", 0)
        compare_with_a_dictionary(shared, operations, is_one_transaction=is_one_transaction)


@given(OPERATIONS)
@settings(max_examples=20, deadline=None)
def test_writes_of_one_transaction_are_too(shared: Store, operations: Operations) -> None:
    compare_with_a_dictionary(shared, operations, is_one_transaction=True)


class GaveUpError(Exception):
    """Somebody who writes has changed his mind."""


def compare_with_a_dictionary(
    shared: Store, operations: Operations, *, is_one_transaction: bool = False
) -> None:
    documents = shared.documents
    documents.delete_index("*")
    documents.create_index("it", MAPPING)
    reference = Reference()
    expected: list[str] = []
    pieces: list[list[Action]] = [[]]
    for operation, name, document, is_end_of_piece in operations:
        expected.append(reference.apply(operation, name, document))
        pieces[-1].append(action(operation, name, document))
        if is_end_of_piece:
            pieces.append([])
    if is_one_transaction:
        with pytest.raises(GaveUpError):  # which leaves nothing, and is forgotten
            write_together(documents, pieces, GaveUpError())
        results = write_together(documents, pieces)
    else:
        results = [documents.bulk(piece) for piece in pieces]
    assert [answer(result) for piece in results for result in piece] == expected
    stored = {
        found.id: (json.loads(found.source), found.version, found.seq_no)
        for found in documents.mget("it", ["a", "b", "c"])
        if found is not None
    }
    assert stored == reference.stored
    check_columns(shared, reference)


def write_together(
    documents: Documents, pieces: list[list[Action]], fault: Exception | None = None
) -> list[list[WriteResult | WriteError]]:
    with documents.writing() as writer:
        results = [writer.write(piece) for piece in pieces]
        if fault is not None:
            raise fault
        return results


def answer(result: WriteResult | WriteError) -> str:
    return ANSWERS[type(result.error)] if isinstance(result, WriteError) else result.result


def check_columns(store: Store, reference: Reference) -> None:
    """The columns say what the sources say."""
    entry = store.documents.entry("it")
    cursor = store.documents.cursor()
    found = cursor.execute(f"SELECT * FROM {entry.relation}").fetchall()
    names = [str(column[0]) for column in cursor.description or ()]
    cursor.close()
    table = {row[0]: dict(zip(names, row, strict=True)) for row in found}
    assert table.keys() == reference.stored.keys()
    for name, (document, version, seq_no) in reference.stored.items():
        row = table[name]
        assert (row["_version"], row["_seq_no"]) == (version, seq_no)
        assert row.get("n") == document.get("n")
        listed = document.get("list") or [None]
        assert row.get("list") == listed[0]
        assert row.get("list[]") == (listed if len(listed) > 1 else None)
        assert row.get("o.p") == document.get("o", {}).get("p")
        nested = [
            {"k": item["k"], "list": item["list"][0], "list[]": item["list"]}
            for item in document.get("nest", [])
        ]
        assert (row.get("nest") or []) == nested


def test_refused_documents(store: Store) -> None:
    documents = store.documents
    for name, error in (("UPPER", InvalidIndexNameError), ("a b", InvalidIndexNameError),
                        ("_x", InvalidIndexNameError), ("", InvalidIndexNameError),
                        ("é" * 200, InvalidIndexNameError)):  # fmt: skip
        with pytest.raises(error):
            documents.index(name, {"n": 1})
    with pytest.raises(
        IllegalRequestError, match="must be no longer than 512 bytes but was: 32000"
    ):
        documents.index("a", {"n": 1}, id="é" * 16_000)
    with pytest.raises(IllegalRequestError, match="must not be empty"):
        documents.index("a", {"n": 1}, id="")
    with pytest.raises(MappingError, match=r"\[_id\] is a metadata field"):
        documents.index("a", {"_id": "x"})
    assert documents.stats("a").documents == 0


def test_large_documents(store: Store) -> None:
    text = "é" * 5_000_000
    store.documents.index("a", {"text": text, "list": list(range(100_000))}, id="1")
    found = store.documents.get("a", "1")
    assert found is not None
    assert json.loads(found.source)["text"] == text
    ((first, length),) = rows(store, "a", ["list", "text"])
    assert (first, length) == (0, text)


def test_ten_thousand_fields_are_too_many(store: Store) -> None:
    wide = {f"f{i}": i for i in range(10_000)}
    with pytest.raises(MappingError, match=r"Limit of total fields \[1000\] has been exceeded"):
        store.documents.index("a", wide)
    assert store.documents.mapping("a").fields == {}
    store.documents.index("a", dict(list(wide.items())[:1000]), id="1")
    assert rows(store, "a", ["f0", "f999"]) == [(0, 999)]
    limit = {"index": {"mapping": {"total_fields": {"limit": 1200}}}}
    store.documents.create_index("b", settings=limit)
    store.documents.index("b", dict(list(wide.items())[:1200]))


def test_strange_names_and_values(store: Store) -> None:
    document = {'a"b': "nul\0byte", "A": 1, "a": 2.5, "x'; DROP TABLE t": True, "é.ü": "ß"}
    store.documents.index("a", document, id="'\"\0")
    assert store.documents.get("a", "'\"\0") is not None
    fields = ['a"b', "A", "a", "x'; DROP TABLE t", "é.ü"]
    assert rows(store, "a", fields) == [("nul\0byte", 1, 2.5, True, "ß")]


def test_scan_by_time_over_several_indices(store: Store) -> None:
    documents = store.documents
    documents.create_index("b", {"properties": {"t": {"type": "date"}}})
    for index, times in (("a", [50, 10, 30]), ("b", [20, 40, 30])):
        documents.bulk([
            Action("index", index, f"{index}{t}", {"t": f"1970-01-01T00:00:{t}Z", index: t})
            for t in times
        ])  # fmt: skip
    documents.bulk([Action("index", "b", None, {"b": 7})])
    window = {"time_field": "t", "start": 20_000, "end": 50_000}
    assert rows(store, "a,b", ["_id", "t", "a", "b"], **window) == [
        ("b20", 20_000, None, 20), ("a30", 30_000, 30, None), ("b30", 30_000, None, 30),
        ("b40", 40_000, None, 40),
    ]  # fmt: skip
    assert rows(store, "a", ["t"], where_sql="a > ?", params=[20], **window) == [(30_000,)]
    assert rows(store, "none*", ["t"]) == []
    with pytest.raises(IllegalRequestError):
        rows(store, "a", ["t"], start=1)


def test_delete_by_rows(store: Store) -> None:
    store.documents.bulk([Action("index", "a", str(i), {"n": i}) for i in range(10)])
    assert store.documents.delete_by_rows("a", "n >= ? AND n < 8", [4]) == 4
    assert [n for (n,) in rows(store, "a", ["n"])] == [0, 1, 2, 3, 8, 9]
    assert store.documents.index("a", {"n": 1}).seq_no == 14
    with pytest.raises(IndexNotFoundError):
        store.documents.delete_by_rows("b", "true")


def test_a_store_is_as_it_was_after_opening_it_again(tmp_path: Path) -> None:
    with Store.open(tmp_path, clock=lambda: NOW) as first:
        first.documents.create_index("a", MAPPING, {"index": {"x": 1}}, {"al": {}})
        first.documents.index("a", {"n": 1, "tags": ["x", "y"], "nest": {"k": 1}}, id="1")
        first.documents.delete("a", "none")
        before = first.documents.entry("a")
        document = first.documents.get("a", "1")
    with Store.open(tmp_path) as second:
        assert second.documents.entry("a") == before
        assert second.documents.entry("a").mapping.fields == before.mapping.fields
        assert second.documents.get("al", "1") == document
        assert second.documents.index("al", {"n": 2}).seq_no == 2


def test_readers_see_whole_bulks_while_they_are_written(tmp_path: Path) -> None:
    with Store.open(tmp_path, threads=1) as store:
        store.documents.create_index("a", {"properties": {"bulk": {"type": "long"}}})
        stop = threading.Event()
        seen: list[int] = []

        def read() -> None:
            while not stop.is_set():
                found = [bulk for (bulk,) in rows(store, "a", ["bulk"])]
                assert found == [number for number in range(len(found) // 50) for _ in range(50)]
                seen.append(len(found))

        with ThreadPoolExecutor(3) as pool:
            readers = [pool.submit(read) for _ in range(2)]
            for number in range(20):
                fields = {"bulk": number, f"f{number}": 1}
                store.documents.bulk([Action("index", "a", None, fields) for _ in range(50)])
            stop.set()
            for reader in readers:
                reader.result()
        assert max(seen) > min(seen)


@pytest.mark.parametrize("small", [0, 1000], ids=["large index", "small index"])
def test_writers_of_many_threads_lose_nothing(
    tmp_path: Path, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "_SMALL", small)
    with Store.open(tmp_path, threads=1) as store:
        documents = store.documents
        documents.index("a", {"n": 0}, "counter")

        def add(_: int) -> None:
            while True:
                found = documents.get("a", "counter")
                assert found is not None
                number = json.loads(found.source)["n"]
                try:
                    documents.index("a", {"n": number + 1}, "counter", "index", found.seq_no, 1)
                except VersionConflictError:
                    continue
                return

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(add, range(40)))
        assert documents.get("a", "counter") == Document("a", "counter", 41, 40, b'{"n":40}')


def test_errors_carry_what_the_api_says(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        store.documents.get("none", "1")
    error = caught.value
    assert (error.type, error.status, error.reason, error.index) == (
        "index_not_found_exception", 404, "no such index [none]", "none",
    )  # fmt: skip
