"""Rows of every kind become the same columns; what cannot be read is counted or missing."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcore.errors import DataError
from adcore.job import JobError
from adcore.job.data_description import DataDescription
from adcore.job.flatten import flat_row
from adcore.job.json_stream import read_json_rows
from adcore.job.row_reader import InputCounts, JobRows, RowReader
from adcore.job.row_times import NO_TIME, row_times

ROWS: list[dict[str, Any]] = [
    {"time": 1403481600000, "host": "a", "load": 1.5, "note": "x"},
    {"time": 1403481700000, "host": "b", "load": 2.5, "note": "y"},
    {"time": 1403481650000, "host": "a", "load": 3.5, "note": "z"},
]
READER = RowReader(DataDescription(), [("load", "value")], ["host"])


def content(rows: JobRows) -> tuple[list[int], list[float], list[str]]:
    codes, labels = rows.keys[0]
    texts = [labels[code] for code in codes.tolist()]
    return rows.timestamps.tolist(), rows.metrics[0].tolist(), texts


EXPECTED = ([1403481600000, 1403481700000, 1403481650000], [1.5, 2.5, 3.5], ["a", "b", "a"])
ARRAY = json.dumps(ROWS)
LINES = "\n".join(json.dumps(row) for row in ROWS)


@pytest.mark.parametrize(
    "data",
    [
        ARRAY, ARRAY.encode(), f"\n{ARRAY}\n", LINES, LINES.encode() + b"\n",
        LINES.replace("\n", "\r\n"),
        LINES.replace("\n", ""), LINES.replace("\n", " "), json.dumps(ROWS, indent=2),
        "\n".join(json.dumps(row, indent=1) for row in ROWS), memoryview(ARRAY.encode()),
        ROWS, tuple(ROWS), iter(ROWS),
        {name: [row[name] for row in ROWS] for name in ROWS[0]},
        pd.DataFrame(ROWS), pl.DataFrame(ROWS), pl.DataFrame(ROWS).to_arrow(),
        [{k: str(v) for k, v in row.items()} for row in ROWS],
    ],
    ids=lambda data: type(data).__name__,
)  # fmt: skip
def test_every_kind_of_rows_is_the_same(data: Any) -> None:
    rows = READER.read(data)
    assert content(rows) == EXPECTED
    assert rows.counts.input_field_count == 9
    assert rows.timestamps.dtype == np.int64
    assert rows.keys[0][0].dtype == np.uint32


def test_a_single_row_is_one() -> None:
    assert content(READER.read(ROWS[0])) == ([1403481600000], [1.5], ["a"])


def test_bytes_are_counted() -> None:
    assert READER.read(ARRAY).counts.input_bytes == len(ARRAY)
    assert READER.read(ROWS).counts.input_bytes == 0
    assert READER.read(b"").counts == InputCounts()


def test_nested_rows_are_flat() -> None:
    reader = RowReader(DataDescription("at"), [("a.b", "value")], ["a.c", "tags"])
    rows = reader.read(
        '{"at": 1, "a": {"b": "7", "c": {"d": 1}}, "tags": ["x", 1, null, true, {"y": 2}]}'
        '{"at": 2, "a": {"b": null, "c": 5}, "tags": []}'
    )
    assert rows.metrics[0][0] == 7.0
    assert np.isnan(rows.metrics[0][1])
    assert [rows.keys[0][1][code] for code in rows.keys[0][0]] == ["", "5"]
    assert [rows.keys[1][1][code] for code in rows.keys[1][0]] == ["x,1,,true", ""]
    assert rows.counts.input_field_count == 6


@given(
    st.recursive(
        st.integers() | st.text(max_size=3),
        lambda inner: st.dictionaries(st.text("ab.", min_size=1, max_size=2), inner, max_size=3),
        max_leaves=10,
    ).filter(lambda value: isinstance(value, dict))
)
def test_flat_rows_have_every_leaf(row: dict[str, Any]) -> None:
    def leaves(prefix: str, value: Any) -> list[tuple[str, Any]]:
        if not isinstance(value, dict):
            return [(prefix[:-1], value)]
        return [leaf for name in value for leaf in leaves(f"{prefix}{name}.", value[name])]

    assert dict(flat_row(row)) == dict(leaves("", row))


def test_a_row_may_be_nested_as_deeply_as_it_likes() -> None:
    row: Any = 1
    for _ in range(2_000):
        row = {"a": row}
    assert list(flat_row(row).values()) == [1]


# -- what cannot be read


@pytest.mark.parametrize("time", ["soon", None, "", "1e300", float("nan"), True, "-9e15", 10**400])
def test_rows_without_a_time_are_counted(time: Any) -> None:
    rows = READER.read([{**ROWS[0], "time": time}, ROWS[1]])
    assert content(rows) == ([1403481700000], [2.5], ["b"])
    assert rows.counts.invalid_date_count == 1
    assert READER.read([{"host": "a"}]).counts.invalid_date_count == 1


@pytest.mark.parametrize("value", ["fast", "", None, True, "inf", float("inf"), 10**400, {"x": 1}])
def test_what_is_no_number_is_missing(value: Any) -> None:
    rows = READER.read([{**ROWS[0], "load": value}, ROWS[1]])
    assert np.isnan(rows.metrics[0]).tolist() == [True, False]


@pytest.mark.parametrize(
    ("value", "text"),
    [(5, "5"), (5.5, "5.5"), (True, "true"), (None, ""), ("", ""), ("ä\ud800", "ä?"), ("x", "x")],
)
def test_values_that_tell_series_apart_are_texts(value: Any, text: str) -> None:
    rows = READER.read([{**ROWS[0], "host": value}, {**ROWS[1], "host": "other"}])
    codes, labels = rows.keys[0]
    assert labels[codes[0]] == text


def test_whole_numbers_of_a_table_with_gaps_stay_whole() -> None:
    table = pd.DataFrame({"time": [1, 2, 3], "load": [1, 2, 3], "host": [404, None, 500]})
    for data in (table, pl.from_pandas(table), pl.from_pandas(table).to_arrow()):
        codes, labels = READER.read(data).keys[0]
        assert [labels[code] for code in codes.tolist()] == ["404", "", "500"]


def test_a_table_has_to_have_the_columns() -> None:
    with pytest.raises(DataError, match=r"there is no column 'host'; there are \['time', 'load'\]"):
        READER.read({"time": [1], "load": [2.0]})


def test_the_name_of_a_file_is_no_data() -> None:
    with pytest.raises(DataError, match=r"^data is 'load\.csv': expected JSON, rows or a table$"):
        READER.read("load.csv")
    assert len(READER.read(" \n")) == 0


def test_places_are_two_numbers() -> None:
    parts = [("place", "latitude"), ("place", "longitude")]
    reader = RowReader(DataDescription(), parts, [])
    places = ["40.7,-74.0", [52.5, 13.4], "north", "91,0", "1,2,3", None]
    rows = reader.read([{"time": 1, "place": place} for place in places])
    assert rows.metrics[0][:2].tolist() == [40.7, 52.5]
    assert rows.metrics[1][:2].tolist() == [-74.0, 13.4]
    assert np.isnan(rows.metrics[0][2:]).all()


# -- JSON


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ('{"a": 1}\nnonsense\n{"a": 2}', 2),
        ('{"a": 1}\n{"a": \n{"a": 2}\n', 2),
        ('[{"a": 1}, 5, null, {"a": 2}]', 2),
        ('[{"a": 1}, {"a": 2}', 2),
        ('{"a": 1},{"a": 2},', 2),
        ("", 0),
        ("[]", 0),
        ("nothing at all", 0),
    ],
)
def test_a_fault_costs_a_line(body: str, rows: int) -> None:
    assert [row["a"] for row in read_json_rows(body)] == list(range(1, rows + 1))


@pytest.mark.parametrize("bad", ["nonsense\n", "5\n", "{\n"])
def test_a_hundred_faults_are_too_many(bad: str) -> None:
    assert read_json_rows(bad * 99 + '{"a": 1}') == [{"a": 1}]
    with pytest.raises(JobError) as caught:
        read_json_rows(bad * 100 + '{"a": 1}')
    assert (caught.value.status, caught.value.type) == (400, "parse_exception")
    assert caught.value.reason == "The input JSON data is malformed."


@given(st.binary(max_size=60))
def test_whatever_is_sent_is_read_or_skipped(body: bytes) -> None:
    assert all(isinstance(row, dict) for row in read_json_rows(body))


def test_json_nested_too_deeply_is_a_fault() -> None:
    assert read_json_rows("[" * 100_000) == []
    assert read_json_rows('{"a":' * 100_000) == []


# -- times

MOMENT = 1403481600000


@pytest.mark.parametrize(
    ("time_format", "value", "milliseconds"),
    [
        ("epoch", 1403481600, MOMENT),
        ("epoch", "1403481600", MOMENT),
        ("epoch", 1403481600.123, MOMENT + 123),
        ("epoch", "1403481600.5", MOMENT + 500),
        ("epoch_ms", MOMENT, MOMENT),
        ("epoch_ms", str(MOMENT), MOMENT),
        ("epoch_ms", -5, -5),
        ("yyyy-MM-dd'T'HH:mm:ssX", "2014-06-23T02:00:00+02", MOMENT),
        ("yyyy-MM-dd HH:mm:ss", "2014-06-23 00:00:00", MOMENT),
        ("yyyy-MM-dd HH:mm:ss.SSS", "2014-06-23 00:00:00.042", MOMENT + 42),
        ("yyyyMMdd", 20140623, MOMENT),
        ("yyyy-MM-dd", "23/06/2014", NO_TIME),
        ("epoch_ms", "2014-06-23", NO_TIME),
        ("epoch_ms", datetime(2014, 6, 23, tzinfo=timezone.utc), MOMENT),
        ("epoch_ms", 10**15, NO_TIME),
    ],
)
def test_times(time_format: str, value: Any, milliseconds: int) -> None:
    description = DataDescription(time_format=time_format)
    assert row_times([value, value], description).tolist() == [milliseconds] * 2


@pytest.mark.parametrize("time_format", ["epoch", "epoch_ms", "yyyy-MM-dd"])
def test_times_of_tables_are_taken_as_they_are(time_format: str) -> None:
    description = DataDescription(time_format=time_format)
    times = pd.Series(np.array(["2014-06-23", "NaT"], dtype="datetime64[ns]"))
    zoned = times.dt.tz_localize("Europe/Berlin")
    for column in (times, times.to_numpy()):
        assert row_times(column, description).tolist() == [MOMENT, NO_TIME]
    assert row_times(zoned, description).tolist() == [MOMENT - 7_200_000, NO_TIME]
    rows = RowReader(description, [], []).read(pl.DataFrame({"time": times}))
    assert (rows.timestamps.tolist(), rows.counts.invalid_date_count) == ([MOMENT], 1)
