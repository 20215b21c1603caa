"""Indices, aliases, rollovers, retention, and files as indices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import nanoarrow
import pytest

from adcore.store import Action, Document, FieldType, Store
from adcore.store.errors import (
    IllegalRequestError,
    IndexExistsError,
    IndexNotFoundError,
    InvalidIndexNameError,
    MappingError,
    ReadOnlyIndexError,
    StoreError,
)  # fmt: skip
from adcore.store.names import check_index_name, matching_names, next_name

DAY = 86_400_000


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000_000  # 2023-11-14

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    with Store.open(None, clock=clock, threads=1) as opened:
        yield opened


def names(store: Store, expression: str, *, ignore_unavailable: bool = False) -> list[str]:
    found = store.documents.resolve(expression, ignore_unavailable=ignore_unavailable)
    return [target.index for target in found]


def test_create_exists_delete(store: Store) -> None:
    documents = store.documents
    assert documents.create_index("a", {"properties": {"n": {"type": "long"}}}) == "a"
    assert documents.exists("a")
    with pytest.raises(IndexExistsError, match=r"index \[a/.{22}\] already exists"):
        documents.create_index("a")
    assert documents.mapping("a").to_json() == {"properties": {"n": {"type": "long"}}}
    assert documents.delete_index("a") == ["a"]
    assert not documents.exists("a")
    with pytest.raises(IndexNotFoundError):
        documents.delete_index("a")
    assert documents.delete_index("a", ignore_unavailable=True) == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("A", "must be lowercase"),
        ("a,b", "must not contain the following characters"),
        ("a:b", "must not contain the following characters"),
        ("-a", r"must not start with '_', '-', or '\+'"),
        ("..", "must not be '.' or '..'"),
        ("x" * 256, r"index name is too long, \(256 > 255\)"),
        ("", "must not be empty"),
    ],
)
def test_names_no_index_may_have(name: str, fault: str) -> None:
    with pytest.raises(InvalidIndexNameError, match=fault):
        check_index_name(name)


def test_expressions(store: Store) -> None:
    for name in ("logs-1", "logs-2", "metrics", ".hidden"):
        store.documents.create_index(name)
    store.documents.update_aliases([
        {"add": {"index": "logs-*", "alias": "all-logs", "filter": {"term": {"a": 1}}}}
    ])  # fmt: skip
    assert names(store, "logs-*") == ["logs-1", "logs-2"]
    assert names(store, "*") == names(store, "_all") == ["logs-1", "logs-2", "metrics"]
    assert names(store, "*,-logs-*") == ["metrics"]
    assert names(store, ".h*") == [".hidden"]
    assert names(store, "metrics,logs-1,metrics") == ["metrics", "logs-1"]
    assert names(store, "nothing-*") == []
    by_alias = store.documents.resolve("all-logs")
    assert [(t.index, t.alias, t.filter) for t in by_alias] == [
        ("logs-1", "all-logs", {"term": {"a": 1}}), ("logs-2", "all-logs", {"term": {"a": 1}}),
    ]  # fmt: skip
    with pytest.raises(IndexNotFoundError, match=r"no such index \[none\]"):
        names(store, "logs-1,none")
    assert names(store, "logs-1,none", ignore_unavailable=True) == ["logs-1"]
    with pytest.raises(IndexNotFoundError):
        store.documents.resolve("nothing-*", allow_no_indices=False)
    assert store.documents.exists("logs-1,all-logs")
    assert not store.documents.exists("logs-1,none")


def test_many_stars_match_fast() -> None:
    assert matching_names("*a" * 40 + "b", ["a" * 200]) == []
    assert matching_names("[a]?*", ["[a]?x", "abx"]) == ["[a]?x"]


def test_aliases(store: Store) -> None:
    documents = store.documents
    documents.create_index("a", aliases={"al": {}})
    documents.index("al", {"n": 1}, id="1")
    assert documents.get("a", "1") == documents.get("al", "1")
    documents.create_index("b")
    documents.update_aliases([{"add": {"index": "b", "alias": "al"}}])
    with pytest.raises(IllegalRequestError, match=r"no write index is defined for alias \[al\]"):
        documents.index("al", {"n": 2})
    documents.update_aliases([{"add": {"index": "b", "alias": "al", "is_write_index": True}}])
    assert documents.index("al", {"n": 2}).index == "b"
    with pytest.raises(IndexExistsError, match="already exists as alias"):
        documents.create_index("al")
    with pytest.raises(IndexExistsError):
        documents.update_aliases([{"add": {"index": "b", "alias": "a"}}])
    before = documents.aliases()
    with pytest.raises(IndexNotFoundError, match=r"aliases \[none\] missing"):
        documents.update_aliases([
            {"remove": {"index": "b", "alias": "al"}}, {"remove": {"index": "b", "alias": "none"}}
        ])  # fmt: skip
    assert documents.aliases() == before
    documents.delete_index("b")
    assert dict(documents.aliases()["al"].indices) == {"a": {}}
    documents.update_aliases([{"remove": {"index": "a", "alias": "al"}}])
    assert documents.aliases() == {}


def test_put_mapping_changes_all_or_none(store: Store) -> None:
    documents = store.documents
    documents.create_index("a", {"properties": {"n": {"type": "long"}}})
    documents.create_index("b", {"properties": {"n": {"type": "keyword"}}})
    with pytest.raises(MappingError):
        documents.put_mapping("a,b", {"properties": {"m": {"type": "ip"}, "n": {"type": "long"}}})
    assert "m" not in documents.mapping("a").fields
    documents.put_mapping("a,b", {"properties": {"m": {"type": "ip"}}})
    documents.index("b", {"m": "10.0.0.1"})
    assert documents.mapping("a").fields["m"].type is FieldType.IP


def test_nested_members_come_later(store: Store) -> None:
    documents = store.documents
    inner = {"type": "nested", "properties": {"w": {"type": "nested"}}}
    documents.create_index("a", {"properties": {"v": inner}})
    documents.index("a", {"v": {"k": "x"}}, id="1")
    documents.index("a", {"v": [{"k": "y", "m": 1}, {"w": [{"z": 1.5}]}]}, id="2")
    documents.index("a", {"v": {"w": {"u": True, "z": [1, 2]}}}, id="3")
    cursor = documents.cursor()
    table = documents.entry("a").relation
    found = dict(cursor.execute(f"SELECT _id, v FROM {table}").fetchall())
    assert found["1"] == [{"k": "x", "m": None, "w": None}]
    deep = {"z": 1.5, "u": None, "z[]": None}
    assert found["2"] == [{"k": "y", "m": 1, "w": None}, {"k": None, "m": None, "w": [deep]}]
    assert found["3"] == [{"k": None, "m": None, "w": [{"z": 1.0, "u": True, "z[]": [1.0, 2.0]}]}]
    cursor.close()


def test_rollover(store: Store, clock: Clock) -> None:
    documents = store.documents
    first = documents.create_index(
        "<results-history-{now/d}-1>", {"dynamic": "false", "properties": {"n": {"type": "long"}}},
        aliases={"results": {"is_write_index": True}},
    )  # fmt: skip
    assert first == "results-history-2023.11.14-1"
    documents.bulk([Action("index", "results", None, {"n": i}) for i in range(3)])
    assert documents.rollover("results", max_docs=4, max_age=DAY)[2] is False
    clock.now += DAY
    second = "results-history-2023.11.15-000002"
    assert documents.rollover("results", max_docs=4, max_age=DAY) == (first, second, True)
    assert documents.index("results", {"n": 9}).index == second
    assert documents.mapping(second).to_json() == documents.mapping(first).to_json()
    assert names(store, "results") == [first, second]
    clock.now += 29 * DAY
    assert documents.delete_made_until(clock.now - 30 * DAY, "results-*") == [first]
    clock.now += 9 * DAY
    assert documents.delete_made_until(clock.now, "results-*") == []  # it is written to
    assert names(store, "results") == [second]
    clock.now -= 365 * DAY  # made in the future: nobody waits for its age
    assert documents.rollover("results", max_age=DAY)[1:] == (
        "results-history-2022.12.23-000003",
        True,
    )
    with pytest.raises(InvalidIndexNameError, match="does not match pattern"):
        next_name("results", clock())


def test_stats(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.documents.bulk([Action("index", "a", None, {"n": i}) for i in range(100)])
        assert store.documents.stats("a").documents == 100
    with Store.open(tmp_path) as store:
        assert store.documents.stats("a").bytes >= 262_144


def write_files(directory: Path, kind: str) -> None:
    directory.mkdir()
    ending = "" if kind == "parquet" else ", header true"
    for part in (0, 1):
        query = (
            f"SELECT TIMESTAMP '2024-01-01' + INTERVAL ({part} * 2 + i) HOUR AS t, "
            f"'host-' || i AS host, i * 1.5::DOUBLE AS cpu, i AS \"Count\", i = 1 AS ok "
            "FROM range(2) r(i)"
        )
        duckdb.sql(
            f"COPY ({query}) TO '{directory}/part{part}.{kind}' (FORMAT {kind}{ending})"
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("is_glob", [False, True], ids=["directory", "glob"])
def test_files_are_an_index(tmp_path: Path, kind: str, *, is_glob: bool) -> None:
    write_files(tmp_path / "files", kind)
    path = tmp_path / "files" / f"*.{kind}" if is_glob else tmp_path / "files"
    with Store.open(tmp_path / "store") as store:
        mapping = store.documents.register_files("flights", path)
        kinds = {f.path: f.type.value for f in mapping.fields.values()}
        assert kinds == {
            "t": "date", "host": "keyword", "cpu": "double", "Count": "long", "ok": "boolean",
        }  # fmt: skip
    with Store.open(tmp_path / "store") as store:
        documents = store.documents
        window = {"time_field": "t", "start": 1_704_067_200_000 + 3_600_000}
        (chunk,) = documents.scan("flights", ["t", "host"], **window)  # type: ignore[arg-type]
        assert nanoarrow.Array(chunk.child(1)).to_pylist() == ["host-1", "host-0", "host-1"]
        found = documents.get("flights", "1")
        assert isinstance(found, Document)
        assert json.loads(found.source) == {
            "t": "2024-01-01T01:00:00.000Z", "host": "host-1", "cpu": 1.5, "Count": 1, "ok": True,
        }  # fmt: skip
        assert documents.stats("flights").documents == 4
        for write in (
            lambda: documents.index("flights", {"n": 1}),
            lambda: documents.delete_by_rows("flights", "true"),
            lambda: documents.put_mapping("flights", {"properties": {"n": {"type": "long"}}}),
        ):
            with pytest.raises(ReadOnlyIndexError):
                write()
        assert documents.resolve("flights")[0].is_read_only
        documents.delete_index("flights")
    assert sorted(p.name for p in (tmp_path / "files").iterdir()) == [
        f"part0.{kind}",
        f"part1.{kind}",
    ]


def test_only_those_parts_of_files_are_read_that_are_asked_for(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        for day in range(3):
            connection.execute(
                f"COPY (SELECT make_timestamp_ms({day} * 86_400_000 + i) AS t, i AS n "
                f"FROM range(100) r(i)) TO '{tmp_path}/{day}.parquet'"
            )
    with Store.open(None) as store:
        store.documents.register_files("days", tmp_path)
        (target,) = store.documents.resolve("days")
        with store.documents.cursor() as cursor:
            cursor.execute(f"SELECT _seq_no, n FROM {target.relation} WHERE t >= 172_800_050")
            found = cursor.fetchall()
            plan = cursor.execute(
                f"EXPLAIN SELECT max(_seq_no) FROM {target.relation} WHERE t >= 172_800_050"
            ).fetchall()
        assert [n for _, n in found] == list(range(50, 100))
        assert sorted(found) == found
        assert "WINDOW" not in plan[0][1]  # where all rows would go through


def test_files_whose_columns_are_named_as_places_in_them(tmp_path: Path, store: Store) -> None:
    duckdb.sql(f"COPY (SELECT 7 AS file_index UNION ALL SELECT 7) TO '{tmp_path}/a.parquet'")
    store.documents.register_files("a", tmp_path)
    found = store.documents.get("a", "1")
    assert found is not None
    assert json.loads(found.source) == {"file_index": 7}


def test_files_that_are_none(tmp_path: Path, store: Store) -> None:
    with pytest.raises(MappingError, match="has no files"):
        store.documents.register_files("a", tmp_path)
    (tmp_path / "a.parquet").write_bytes(b"nonsense")
    with pytest.raises(MappingError, match="cannot be read"):
        store.documents.register_files("a", tmp_path)
    (tmp_path / "b.csv").write_text("a\n1\n")
    with pytest.raises(MappingError, match="files of Parquet and of CSV"):
        store.documents.register_files("a", tmp_path)
    assert not store.documents.exists("a")


def test_files_that_are_gone_are_an_error_of_reading(tmp_path: Path, store: Store) -> None:
    (tmp_path / "b.csv").write_text("a\n1\n")
    store.documents.register_files("a", tmp_path / "b.csv")
    (tmp_path / "b.csv").unlink()
    with pytest.raises(StoreError):
        store.documents.get("a", "0")
