"""A snapshot restores a model that goes on as the saved one would have; other bytes are refused."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Stream, streams, wave

from adcore import (
    CompactForest,
    InvalidArgumentError,
    RandomCutForest,
    SnapshotError,
    ThresholdedForest,
)

KINDS = pytest.mark.parametrize("kind", [RandomCutForest, CompactForest])
ALL = pytest.mark.parametrize("kind", [RandomCutForest, CompactForest, ThresholdedForest])


def learned(kind: Any) -> Any:
    model = kind(2, shingle_size=3, number_of_trees=5, sample_size=32)
    model.process(wave(100, 2))
    return model


@KINDS
@given(stream=streams(missing=True))
def test_a_restored_forest_goes_on_identically(kind: Any, stream: Stream) -> None:
    saved = kind(**stream.options)
    saved.process(stream.rows)
    restored = kind.from_bytes(saved.to_bytes())
    assert restored.to_bytes() == saved.to_bytes()
    np.testing.assert_array_equal(saved.process(stream.rows), restored.process(stream.rows))
    assert restored.to_bytes() == saved.to_bytes()


@given(stream=streams(missing=True))
def test_a_restored_thresholded_forest_goes_on_identically(stream: Stream) -> None:
    options = {k: v for k, v in stream.options.items() if k != "internal_rotation"}
    saved = ThresholdedForest(**options)  # type: ignore[arg-type]
    saved.process(stream.rows)
    restored = ThresholdedForest.from_bytes(saved.to_bytes())
    first, second = saved.process(stream.rows), restored.process(stream.rows)
    for name, column in first.to_dict().items():
        np.testing.assert_array_equal(column, second.to_dict()[name], err_msg=name)
    assert restored.to_bytes() == saved.to_bytes()


@ALL
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_are_equal_and_independent(kind: Any, duplicate: Any) -> None:
    original = learned(kind)
    other = duplicate(original)
    assert type(other) is kind
    before = original.to_bytes()
    assert other.to_bytes() == before
    other.process(wave(10, 2))
    assert other.to_bytes() != before
    assert original.to_bytes() == before


def test_pickle_keeps_the_threads() -> None:
    forest = RandomCutForest(1, threads=3)
    assert pickle.loads(pickle.dumps(forest)).threads == 3
    assert copy.copy(forest).threads == 3


@ALL
@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_bytes_come_in_several_forms(kind: Any, wrap: Any) -> None:
    snapshot = learned(kind).to_bytes()
    assert kind.from_bytes(wrap(snapshot)).to_bytes() == snapshot


@ALL
def test_what_is_no_snapshot_is_refused(kind: Any) -> None:
    for data in (b"", b"adcr", b"x" * 500):
        with pytest.raises(SnapshotError, match="not a usable snapshot"):
            kind.from_bytes(data)
    with pytest.raises(InvalidArgumentError, match="snapshot is a str, expected bytes"):
        kind.from_bytes("adcr")


def test_kinds_are_not_mixed_up() -> None:
    with pytest.raises(SnapshotError, match="holds a CompactForest, expected a RandomCutForest"):
        RandomCutForest.from_bytes(learned(CompactForest).to_bytes())
    with pytest.raises(
        SnapshotError, match="holds a RandomCutForest, expected a ThresholdedForest"
    ):
        ThresholdedForest.from_bytes(learned(RandomCutForest).to_bytes())


@ALL
@given(data=st.data())
def test_damaged_snapshots_are_refused(kind: Any, data: st.DataObject) -> None:
    snapshot = bytearray(learned(kind).to_bytes())
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(snapshot) - 1))
        snapshot[place] ^= data.draw(st.integers(1, 255))
    else:
        del snapshot[data.draw(st.integers(0, len(snapshot) - 1)) :]
    with pytest.raises(SnapshotError):
        kind.from_bytes(bytes(snapshot))
