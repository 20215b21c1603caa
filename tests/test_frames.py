"""Anything tabular becomes float64 rows, times and keys; what cannot is refused with its place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcore.errors import DataError, InvalidArgumentError
from adcore.frames import columns, epoch_milliseconds, field_names, matrix

NAN = float("nan")


def same(found: Any, expected: Any) -> None:
    assert found.dtype == np.float64
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, np.asarray(expected, dtype=np.float64))


# -- layouts and kinds of numbers ----------------------------------------------------------------


@pytest.mark.parametrize(
    "dtype", ["f2", "<f4", ">f4", ">f8", "g", "i1", "<u2", ">i4", "<i8", ">u8", "?"]
)
def test_every_kind_of_number_is_taken(dtype: str) -> None:
    same(matrix(np.array([[0, 1], [1, 0]], dtype=dtype), 2), [[0, 1], [1, 0]])


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(6.0).reshape(3, 2)),
        np.arange(12.0).reshape(3, 4)[:, ::2] * 0.5 + np.array([[0, 0], [0, 0], [0, 0]]),
        np.arange(6.0).reshape(3, 2)[::-1][::-1],
        np.arange(6.0).reshape(2, 3).T.copy().T.T,
    ],
    ids=["fortran", "computed", "reversed twice", "transposed"],
)
def test_every_layout_is_taken(array: Any) -> None:
    same(matrix(array, 2), array)


def test_strided_views_are_taken() -> None:
    table = np.arange(24.0).reshape(4, 6)
    same(matrix(table[::2, 1::3], 2), [[1, 4], [13, 16]])


def test_a_matrix_of_the_right_layout_is_not_copied() -> None:
    table = np.zeros((5, 2))
    assert np.shares_memory(matrix(table, 2), table)
    column = np.zeros(5)
    assert np.shares_memory(matrix(column, 1), column)


@pytest.mark.parametrize("empty", [[], (), np.empty(0), np.empty((0, 3))])
def test_no_rows_are_a_matrix_of_no_rows(empty: Any) -> None:
    assert matrix(empty, 3).shape == (0, 3)


def test_ten_thousand_columns() -> None:
    assert matrix(np.ones((3, 10_000), dtype=np.float32), 10_000).shape == (3, 10_000)


def test_one_column_may_be_flat() -> None:
    same(matrix([1, 2], 1), [[1], [2]])
    same(matrix(range(2), 1), [[0], [1]])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([[1, None], [3, 4]], [[1, NAN], [3, 4]]),
        ([(1, 2.5), (True, 4)], [[1, 2.5], [1, 4]]),
        ([{"a": 1, "b": 2}, {"b": 3}], [[1, 2], [NAN, 3]]),
        ({"a": [1, 2], "b": [3.5, None]}, [[1, 3.5], [2, NAN]]),
        (np.array([[1, None]], dtype=object), [[1, NAN]]),
        (np.ma.MaskedArray([[1, 2]], mask=[[False, True]]), [[1, NAN]]),
        ({"a": np.ma.MaskedArray([1.0, 2.0], mask=[True, False]), "b": [3, 4]}, [[NAN, 3], [2, 4]]),
    ],
    ids=["list", "tuples", "dicts", "dict of columns", "objects", "masked", "masked columns"],
)
def test_python_rows(rows: Any, expected: Any) -> None:
    same(matrix(rows, 2), expected)


@given(st.lists(st.tuples(*[st.none() | st.floats(allow_nan=False) | st.integers(-9, 9)] * 2)))
def test_objects_give_what_numpy_gives(rows: list[tuple[Any, Any]]) -> None:
    expected = np.array([[NAN if v is None else v for v in row] for row in rows], dtype=np.float64)
    same(matrix(rows, 2), expected.reshape(-1, 2))


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([1, 2, 3], "X has shape (3,), expected (n, 3); a single row is X[None, :]"),
        ([[1, 2]], "X has shape (1, 2), expected (n, 3)"),
        (np.zeros((2, 3, 4)), "X has shape (2, 3, 4), expected (n, 3)"),
        (np.array([[1j, 2, 3]]), "X has dtype complex128, expected numbers"),
        (np.zeros((1, 3), "M8[D]"), "X has dtype datetime64[D], expected numbers"),
        (5, "X is np.int64(5), expected an array of rows"),
        (None, "X is None, expected an array of rows"),
        ("abc", "X is 'abc', expected an array of rows"),
        ({"a": [1], "b": [1, 2]}, "the columns differ in shape: {'a': (1,), 'b': (2,)}"),
    ],
)
def test_wrong_shapes_and_dtypes_are_named(data: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        matrix(data, 3)
    assert str(caught.value).replace("is 5,", "is np.int64(5),") == message


def test_ragged_rows_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match=r"^X is no table: .*inhomogeneous"):
        matrix([[1, 2], [3]], 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([[1, 2], [3, "abc"]], "row 1, column 1: 'abc' is text, not a number"),
        ([[1, "2"]], "row 0, column 1: '2' is text, not a number"),
        (np.array([["1", "2"]]), "row 0, column 0: '1' is text, not a number"),
        ([{"a": 1, "b": "x"}], "row 0, column 'b': 'x' is text, not a number"),
        ({"a": [1], "b": ["x"]}, "row 0, column 'b': 'x' is text, not a number"),
        ([[1, b"x"]], "row 0, column 1: b'x' is text, not a number"),
        ([[1, 1j]], None),
        (np.array([[1, {}]], object), "row 0, column 1: {} is dict, not a number"),
        ([[1, 10**400]], "row 0, column 1: the integer is too large for float64"),
        ([[1, "y" * 99]], f"row 0, column 1: '{'y' * 36}... is text, not a number"),
    ],
)
def test_what_is_no_number_is_named_with_its_place(data: Any, message: str | None) -> None:
    if message is None:
        with pytest.raises(InvalidArgumentError, match="complex128"):
            matrix(data, 2)
        return
    with pytest.raises(DataError) as caught:
        matrix(data, 2)
    assert str(caught.value) == message


# -- times ---------------------------------------------------------------------------------------

UTC = dt.timezone.utc
DAY = 86_400_000


@pytest.mark.parametrize(
    "times",
    [
        [0, DAY],
        np.array([0, DAY], dtype=">i4"),
        [0.0, float(DAY)],
        np.array(["1970-01-01", "1970-01-02"], dtype="M8[D]"),
        np.array(["1970-01-01", "1970-01-02"], dtype="M8[ns]"),
        [dt.datetime(1970, 1, 1, tzinfo=UTC), dt.datetime(1970, 1, 2, tzinfo=UTC)],
        [dt.date(1970, 1, 1), dt.date(1970, 1, 2)],
        [
            dt.datetime(1970, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))),
            dt.datetime(1970, 1, 1, 22, tzinfo=dt.timezone(dt.timedelta(hours=-2))),
        ],
    ],
)
def test_times_become_milliseconds(times: Any) -> None:
    found = epoch_milliseconds(times, 2)
    assert found.dtype == np.int64
    assert found.tolist() == [0, DAY]


def test_times_without_a_zone_are_utc() -> None:
    naive = dt.datetime(1970, 1, 2)  # noqa: DTZ001 (this is the case under test)
    assert epoch_milliseconds([naive]).tolist() == [DAY]


def test_times_before_1970_round_down() -> None:
    moment = np.array(["1969-12-31T23:59:59.9995"], dtype="M8[us]")
    assert epoch_milliseconds(moment).tolist() == [-1]


@pytest.mark.parametrize(
    ("times", "error", "message"),
    [
        ([1.5], DataError, "row 0: timestamps is 1.5, expected whole milliseconds"),
        ([0.0, NAN], DataError, "row 1: timestamps is missing"),
        (np.array(["NaT"], "M8[s]"), DataError, "row 0: timestamps is missing"),
        ([None], DataError, "row 0: timestamps is missing"),
        ([object], DataError, "row 0: timestamps is <class 'object'>, expected a datetime"),
        (["now"], InvalidArgumentError, "timestamps has dtype <U3, expected int64"),
        ([[1]], InvalidArgumentError, "timestamps has shape (1, 1), expected (n,)"),
    ],
)
def test_what_is_no_time_is_refused(times: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        epoch_milliseconds(times)
    assert str(caught.value).startswith(message)


def test_the_number_of_times_is_checked() -> None:
    with pytest.raises(InvalidArgumentError, match=r"timestamps has shape \(2,\), expected \(3,\)"):
        epoch_milliseconds([1, 2], 3)


# -- tables --------------------------------------------------------------------------------------


def test_columns_of_dicts() -> None:
    table = columns(
        [{"t": 5, "host": "b", "load": 1}, {"t": 6, "host": None}, {"t": 7, "host": "b"}],
        time_field="t",
        keys=["host"],
    )
    assert table.timestamps is not None
    assert table.timestamps.tolist() == [5, 6, 7]
    assert table.fields == ("load",)
    same(table.values, [[1], [NAN], [NAN]])
    assert table.keys.tolist() == [[0], [1], [0]]
    assert table.labels == (["b", None],)
    assert len(table) == 3


def test_columns_of_a_structured_array() -> None:
    array = np.array([(1, 2.5), (3, 4.5)], dtype=[("a", "i4"), ("b", "f4")])
    table = columns(array, values=["b", "a"])
    assert table.fields == ("b", "a")
    same(table.values, [[2.5, 1], [4.5, 3]])


def test_masked_values_are_missing() -> None:
    mask = [False, True, False]
    load = np.ma.MaskedArray([1.0, 2.0, 3.0], mask=mask)
    host = np.ma.MaskedArray(["a", "b", "a"], mask=mask)
    structured = np.ma.MaskedArray(
        np.array([(1.0, "a"), (2.0, "b"), (3.0, "a")], dtype=[("load", "f8"), ("host", "U1")]),
        mask=[(True, True) if masked else (False, False) for masked in mask],
    )
    for data in ({"load": load, "host": host}, structured):
        table = columns(data, values=["load"], keys=["host"])
        same(table.values, [[1], [NAN], [3]])
        assert table.keys[:, 0].tolist() == [0, 1, 0]
        assert table.labels == (["a", None],)


def test_keys_are_equal_when_their_texts_are() -> None:
    table = columns({"k": np.array([1, "1", NAN, None, 1.5], dtype=object)}, keys=["k"])
    assert table.keys[:, 0].tolist() == [0, 0, 1, 1, 2]
    assert table.labels == (["1", None, "1.5"],)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match=r"there is no column 'c'; there are \['a', 'b'\]"):
        columns([{"a": 1, "b": 2}], values=["c"])


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="data is a int, expected a table"):
        columns(5)


def test_names_of_columns() -> None:
    assert field_names({"a": [1], "b": [2]}, 2) == ("a", "b")
    assert field_names([{"a": 1, "b": 2}], 2) == ("a", "b")
    assert field_names(np.zeros((1, 2)), 2) == ("0", "1")


# -- other people's tables -----------------------------------------------------------------------


def test_pandas() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "a": [1, 2, None],
            "b": pd.array([True, None, False], dtype="boolean"),
            "c": pd.array([1, 2, None], dtype="Int64"),
            "host": ["x", None, "x"],
            "t": pd.date_range("1970-01-01", periods=3, tz="Europe/Berlin"),
        }
    )
    same(matrix(frame[["a", "b", "c"]], 3), [[1, 1, 1], [2, NAN, 2], [NAN, 0, NAN]])
    same(matrix(frame["c"], 1), [[1], [2], [NAN]])
    table = columns(frame, time_field="t", keys=["host"])
    assert table.fields == ("a", "b", "c")
    assert table.labels == (["x", None],)
    hour = 3_600_000
    assert epoch_milliseconds(frame["t"]).tolist() == [-hour, DAY - hour, 2 * DAY - hour]
    with pytest.raises(DataError, match="row 0, column 'host': 'x' is text"):
        matrix(frame[["a", "host"]], 2)
    with pytest.raises(DataError, match="column 't' holds datetime64"):
        matrix(
            frame[["a", "t"]]
            .astype({"t": "datetime64[ns, UTC]"})
            .assign(t=lambda f: f.t.dt.tz_localize(None)),
            2,
        )


def test_pandas_row_labels_do_not_matter() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3, 4]}, index=[9, 3])
    same(matrix(frame, 2), [[1, 3], [2, 4]])


def test_polars() -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(
        {
            "a": [1.5, 2, None],
            "b": [True, False, None],
            "host": ["x", "a text longer than twelve bytes", None],
            "kind": pl.Series(["u", "v", "u"], dtype=pl.Categorical),
            "t": [dt.datetime(1970, 1, d, tzinfo=UTC) for d in (1, 2, 3)],
        }
    )
    same(matrix(frame[["a", "b"]], 2), [[1.5, 1], [2, 0], [NAN, NAN]])
    same(matrix(frame["a"], 1), [[1.5], [2], [NAN]])
    same(matrix(frame[1:]["b"], 1), [[0], [NAN]])
    table = columns(frame, time_field="t", keys=["host", "kind"])
    assert table.fields == ("a", "b")
    assert table.labels == (["x", "a text longer than twelve bytes", None], ["u", "v"])
    assert table.keys.tolist() == [[0, 0], [1, 1], [2, 0]]
    assert epoch_milliseconds(frame["t"]).tolist() == [0, DAY, 2 * DAY]
    with pytest.raises(DataError, match="row 0, column 'host': 'x' is text"):
        matrix(frame[["a", "host"]], 2)


def test_a_column_without_missing_values_is_borrowed() -> None:
    pl = pytest.importorskip("polars")
    series = pl.Series("a", [1.0, 2.0, 3.0])
    borrowed = matrix(series, 1)
    assert not borrowed.flags.writeable
    assert (
        borrowed.__array_interface__["data"][0] == series.to_numpy().__array_interface__["data"][0]
    )
    del series
    same(borrowed, [[1], [2], [3]])


ARROW_NUMBERS = [
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
]  # fmt: skip


@pytest.mark.parametrize("kind", ARROW_NUMBERS)
def test_arrow_numbers(kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    array = pa.array([9, 1, None, 3], type=kind)
    same(matrix(array, 1), [[9], [1], [NAN], [3]])
    same(matrix(array[1:], 1), [[1], [NAN], [3]])
    same(matrix(pa.chunked_array([array, array[2:]]), 1), [[9], [1], [NAN], [3], [NAN], [3]])


def test_arrow_tables() -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table(
        {
            "flag": [True, None, False],
            "money": pa.array([1, 2, -3]).cast(pa.decimal128(22, 2)),
            "nothing": pa.nulls(3),
            "small": pa.array(["x", None, "y"]),
            "large": pa.array(["x", None, "y"], pa.large_string()),
            "coded": pa.array(["y", "x", None]).dictionary_encode(),
            "day": pa.array([0, 1, -1], pa.date32()),
            "moment": pa.array([-1, 0, 1500], pa.timestamp("us")),
            "list": pa.array([[1], [2], [3]]),
        }
    )
    numbers = columns(table, values=["flag", "money", "nothing"])
    same(numbers.values, [[1, 1, NAN], [NAN, 2, NAN], [0, -3, NAN]])
    keyed = columns(table.slice(1), values=[], keys=["small", "large", "coded"])
    texts = [[keyed.labels[i][code] for i, code in enumerate(row)] for row in keyed.keys]
    assert texts == [[None, None, "x"], ["y", "y", None]]
    assert epoch_milliseconds(table["day"]).tolist() == [0, DAY, -DAY]
    assert epoch_milliseconds(table["moment"]).tolist() == [-1, 0, 1]
    with pytest.raises(DataError, match=r"column 'list' holds values of Arrow format '\+l'"):
        columns(table, values=["list"])
    with pytest.raises(DataError, match="column 'day' holds times, not numbers"):
        columns(table, values=["day"])


def test_a_failing_stream_is_reported() -> None:
    pa = pytest.importorskip("pyarrow")

    def batches() -> Any:
        yield pa.record_batch({"a": [1.0]})
        raise OSError("the disk is gone")

    reader = pa.RecordBatchReader.from_batches(pa.schema({"a": pa.float64()}), batches())
    with pytest.raises(DataError, match=r"the Arrow stream failed: .*the disk is gone"):
        matrix(reader, 1)
