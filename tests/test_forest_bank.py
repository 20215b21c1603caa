"""A bank gives what its forests would give one by one."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from adcore import (
    CompactForest,
    DataError,
    ForestBank,
    InvalidArgumentError,
    RandomCutForest,
    SnapshotError,
)

KINDS = pytest.mark.parametrize("compact", [False, True])
OPTIONS: dict[str, Any] = {"shingle_size": 2, "number_of_trees": 8, "sample_size": 32}


def batch(rows: int = 2000, *, missing: float = 0.0) -> tuple[Any, Any]:
    generator = np.random.default_rng(3)
    streams = generator.integers(0, 7, rows)
    values = np.sin(np.arange(rows) / 9)[:, None] + generator.normal(size=(rows, 2)) / 20
    values[generator.random((rows, 2)) < missing] = np.nan
    return streams, values


@KINDS
@pytest.mark.parametrize("missing", [0.0, 0.002, 0.3])
def test_threads_and_splits_do_not_matter(compact: bool, missing: float) -> None:
    streams, rows = batch(missing=missing)
    one = ForestBank(7, 2, compact=compact, **OPTIONS)
    expected = one.process(streams, rows)
    for threads in (2, 5):
        several = ForestBank(7, 2, compact=compact, threads=threads, **OPTIONS)
        found = [several.process(streams[s], rows[s]) for s in (slice(0, 900), slice(900, 2000))]
        np.testing.assert_array_equal(np.concatenate(found), expected)
        assert several.to_bytes() == one.to_bytes()
    assert np.isfinite(expected[~np.isnan(rows).all(axis=1)]).all()


@KINDS
def test_a_stream_is_a_forest_of_its_own(compact: bool) -> None:
    streams, rows = batch(missing=0.01)
    bank = ForestBank(7, 2, compact=compact, **OPTIONS)
    alone = bank.forest(4)
    assert type(alone) is (CompactForest if compact else RandomCutForest)
    scores = bank.process(streams, rows)
    np.testing.assert_array_equal(alone.process(rows[streams == 4]), scores[streams == 4])
    assert bank.forest(4).to_bytes() == alone.to_bytes()


def test_streams_have_seeds_of_their_own() -> None:
    bank = ForestBank(3, 1, seed=9)
    assert len({bank.forest(i).seed for i in range(3)}) == 3


def test_facts() -> None:
    bank = ForestBank(5, 2, threads=2, **OPTIONS)
    assert len(bank) == 5
    assert bank.threads == 2
    bank.threads = 3
    assert bank.threads == 3
    assert bank.memory_bytes() >= 5 * RandomCutForest(2, **OPTIONS).memory_bytes()
    assert repr(bank) == "ForestBank(5 forests)"
    assert bank.process([], []).shape == (0,)


@KINDS
def test_copies_go_on_identically(compact: bool) -> None:
    streams, rows = batch(500)
    bank = ForestBank(7, 2, compact=compact, threads=2, **OPTIONS)
    bank.process(streams, rows)
    others = [copy.copy(bank), copy.deepcopy(bank), pickle.loads(pickle.dumps(bank))]
    expected = bank.process(streams, rows)
    for other in others:
        np.testing.assert_array_equal(other.process(streams, rows), expected)
        assert other.threads == 2


@pytest.mark.parametrize(
    ("streams", "rows", "message"),
    [
        ([0, 7], [[1, 2], [3, 4]], "streams[1] = 7 is not allowed: there are 7 forests"),
        ([0, -1], [[1, 2], [3, 4]], "streams[1] = -1 is not allowed: there are 7 forests"),
        ([0.5], [[1, 2]], "streams has dtype float64 and shape (1,), expected integers (n,)"),
        ([[0]], [[1, 2]], "streams has dtype int64 and shape (1, 1), expected integers (n,)"),
        ([0, 1], [[1, 2]], "number of streams = 2 is not allowed: 1"),
        ([0], [[1, 2, 3]], "X has shape (1, 3), expected (n, 2)"),
    ],
)
def test_what_is_refused(streams: Any, rows: Any, message: str) -> None:
    bank = ForestBank(7, 2, **OPTIONS)
    with pytest.raises(InvalidArgumentError) as caught:
        bank.process(streams, rows)
    assert str(caught.value) == message


def test_a_bad_value_is_refused_before_anything_is_learnt() -> None:
    bank = ForestBank(7, 2, **OPTIONS)
    before = bank.to_bytes()
    with pytest.raises(DataError, match=r"^X, row 1, column 0 is inf"):
        bank.process([0, 1], [[1, 2], [float("inf"), 0]])
    assert bank.to_bytes() == before


def test_options_are_checked() -> None:
    with pytest.raises(InvalidArgumentError, match="number_of_forests = 0 is not allowed"):
        ForestBank(0, 1)
    with pytest.raises(InvalidArgumentError, match="compact = 1 is not allowed: it must be True"):
        ForestBank(1, 1, compact=1)  # type: ignore[arg-type]


# -- streams by name


def named(streams: Any) -> list[str]:
    """Names for stream numbers; not in the order of the alphabet."""
    return [f"hôst-{9 - number}" for number in streams]


@KINDS
def test_names_stand_for_numbers_in_the_order_of_first_sight(compact: bool) -> None:
    streams, rows = batch(600)
    order = {stream: number for number, stream in enumerate(dict.fromkeys(streams.tolist()))}
    numbers = [order[stream] for stream in streams.tolist()]
    by_number = ForestBank(7, 2, compact=compact, **OPTIONS)
    by_name = ForestBank(7, 2, compact=compact, **OPTIONS)
    names = named(streams)
    expected = by_number.process(numbers, rows)
    parts = [by_name.process(names[a : a + 150], rows[a : a + 150]) for a in range(0, 600, 150)]
    np.testing.assert_array_equal(np.concatenate(parts), expected)
    assert by_name.names == list(dict.fromkeys(names))
    found, twin = by_name.forest(names[0]), by_number.forest(0)
    np.testing.assert_array_equal(found.score(rows), twin.score(rows))
    assert by_name.memory_bytes() > by_number.memory_bytes()


@pytest.mark.parametrize("wrap", [np.array, tuple, pd.Series, pd.Categorical, pl.Series, pa.array])
def test_names_come_in_many_forms(wrap: Any) -> None:
    streams, rows = batch(200)
    expected = ForestBank(7, 2, **OPTIONS).process(named(streams), rows)
    bank = ForestBank(7, 2, **OPTIONS)
    np.testing.assert_array_equal(bank.process(wrap(named(streams)), rows), expected)
    assert bank.names == list(dict.fromkeys(named(streams)))


def test_names_are_part_of_a_snapshot() -> None:
    streams, rows = batch(300)
    bank = ForestBank(7, 2, **OPTIONS)
    bank.process(named(streams), rows)
    for other in (copy.copy(bank), pickle.loads(pickle.dumps(bank))):
        assert other.names == bank.names
        assert other.to_bytes() == bank.to_bytes()
        again = named(streams)[::-1]
        np.testing.assert_array_equal(
            other.process(again, rows), copy.copy(bank).process(again, rows)
        )


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_damaged_names_are_refused(cut: int) -> None:
    bank = ForestBank(3, 2, **OPTIONS)
    bank.process(["a", "b", "c"], np.zeros((3, 2)))
    snapshot = bank.to_bytes()
    frames = len(ForestBank(3, 2, **OPTIONS).to_bytes())
    assert len(snapshot) > frames
    with pytest.raises(SnapshotError):
        ForestBank.from_bytes(snapshot[:-cut])
    damaged = bytearray(snapshot)
    damaged[-cut] ^= 1
    with pytest.raises(SnapshotError):
        ForestBank.from_bytes(bytes(damaged))


def test_more_names_than_forests_in_a_snapshot() -> None:
    many, few = ForestBank(3, 2, **OPTIONS), ForestBank(2, 2, **OPTIONS)
    many.process(["a", "b", "c"], np.zeros((3, 2)))
    start = many.to_bytes().index(b"adcrenty")
    names = many.to_bytes()[start:]
    with pytest.raises(SnapshotError, match="3 names of streams, but 2 forests"):
        ForestBank.from_bytes(few.to_bytes() + names)


@pytest.mark.parametrize(
    ("streams", "message"),
    [
        (["a", "b", "c"], "streams has the new name 'c': all 2 forests have one"),
        (["a", None, "b"], "streams[1] is missing, expected a name"),
        (pa.array(["a", "a", None]), "streams[2] is missing, expected a name"),
        ([["a"], ["b"], ["b"]], "streams has shape (3, 1), expected (n,)"),
    ],
)
def test_names_that_are_refused_leave_nothing_behind(streams: Any, message: str) -> None:
    bank = ForestBank(2, 1, **OPTIONS)
    before = bank.to_bytes()
    with pytest.raises(InvalidArgumentError) as caught:
        bank.process(streams, [1, 2, 3])
    assert str(caught.value) == message
    with pytest.raises(DataError):
        bank.process(["x", "y"], [1, float("inf")])
    assert bank.to_bytes() == before
    with pytest.raises(InvalidArgumentError, match="stream = 'x' is not allowed: it was never"):
        bank.forest("x")
