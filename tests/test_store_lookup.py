"""Looking documents up by id in large indices: what is found is what reading all ids finds."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore.store.id_locator import IdLocator

# Each step writes ids anew (with the next numbers), or deletes them, and then asks.
STEPS = st.lists(
    st.tuples(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30), max_size=3)), max_size=8
)


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_all_present_documents_are_found(steps: list[tuple[set[int], set[int]]]) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t (_id VARCHAR, _seq_no BIGINT)")
    locator = IdLocator("t")
    present: dict[str, int] = {}
    number = 0
    for written, deleted in steps:
        for name in map(str, sorted(written)):
            connection.execute("DELETE FROM t WHERE _id = ?", [name]).fetchall()
            connection.execute("INSERT INTO t VALUES (?, ?)", [name, number]).fetchall()
            present[name] = number
            number += 1
        for name in map(str, deleted):
            connection.execute("DELETE FROM t WHERE _id = ?", [name]).fetchall()
            present.pop(name, None)
        asked = [str(i) for i in range(0, 31, 2)]
        locator.catch_up(connection, number)
        found = set(locator.find(connection, asked, begin=False))
        assert {present[name] for name in asked if name in present} <= found
        assert found.isdisjoint(n for name, n in present.items() if name not in asked)
    connection.close()


def test_a_reader_keeps_seeing_what_it_found() -> None:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE t AS SELECT i::VARCHAR AS _id, i AS _seq_no FROM range(9) r(i)"
    )
    locator = IdLocator("t")
    reader = connection.cursor()
    assert locator.find(reader, ["4"], begin=True) == [4]
    connection.execute("UPDATE t SET _seq_no = 9 WHERE _id = '4'")
    assert reader.execute("SELECT _id FROM t WHERE _seq_no IN (4)").fetchall() == [("4",)]
    reader.execute("ROLLBACK")
    assert locator.find(reader, ["4"], begin=True) == [4, 9]
    assert reader.execute("SELECT _id FROM t WHERE _seq_no IN (4, 9)").fetchall() == [("4",)]
    connection.close()


def test_entries_of_what_is_gone_are_forgotten() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t (_id VARCHAR, _seq_no BIGINT)")
    locator = IdLocator("t")
    for step in range(8):
        connection.execute("DELETE FROM t").fetchall()
        connection.execute(
            "INSERT INTO t SELECT i::VARCHAR, i + ? * 30000 FROM range(30000) r(i)", [step]
        ).fetchall()
        locator.catch_up(connection, 30_000 * (step + 1))
        assert max(locator.find(connection, ["17"], begin=False)) == 17 + 30_000 * step
    assert len(locator.find(connection, ["17"], begin=False)) < 8
    connection.close()
