"""docs/state_format.md read as a stranger would read it: a compact forest from its bytes alone."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest

from adcore import CompactForest


class Reader:
    """Bytes one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def take(self, form: str) -> Any:
        (value,) = struct.unpack_from("<" + form, self.content)
        self.content = self.content[struct.calcsize("<" + form) :]
        return value

    def count(self) -> int:
        value: int = 0
        shift = 0
        while True:
            byte: int = self.take("B")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def array(self, dtype: str, *shape: int) -> Any:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        values = np.frombuffer(self.content[:size], dtype).reshape(shape)
        self.content = self.content[size:]
        return values


def mixed(z: int) -> int:
    """The finaliser of SplitMix64."""
    mask = (1 << 64) - 1
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
    return z ^ (z >> 31)


def checksum(payload: bytes) -> int:
    total = mixed(len(payload) + 1)
    for (word,) in struct.iter_unpack("<Q", payload + bytes(-len(payload) % 8)):
        total = mixed(total ^ word)
    return total


def payload_of(snapshot: bytes, kind: bytes) -> Reader:
    assert snapshot[:8] == b"adcr" + kind
    assert struct.unpack_from("<HHQ", snapshot, 8) == (1, 0, len(snapshot) - 28)
    return Reader(snapshot[28:])


def read_configuration(reader: Reader) -> dict[str, Any]:
    names = ("input_dimensions", "shingle_size", "number_of_trees", "sample_size")
    found: dict[str, Any] = {name: reader.count() for name in names}
    found["time_decay"] = (reader.take("B"), reader.take("d"))
    found["output_after"] = (reader.take("B"), reader.count())
    for name in ("initial_accept_fraction", "bounding_box_cache_fraction"):
        found[name] = reader.take("d")
    found["internal"] = (reader.take("B"), reader.take("B"))
    return found | {"seed": reader.take("Q")}


@pytest.mark.parametrize(("columns", "shingle_size"), [(1, 1), (2, 3)])
def test_a_compact_forest(columns: int, shingle_size: int) -> None:
    rows = np.random.default_rng(2).normal(size=(300, columns)) * 5 + 40
    forest = CompactForest(
        columns, shingle_size=shingle_size, sample_size=64, time_decay=0.01, seed=99
    )
    forest.update(rows)
    reader = payload_of(forest.to_bytes(), b"cmpt")
    assert read_configuration(reader) == {
        "input_dimensions": columns, "shingle_size": shingle_size, "number_of_trees": 50,
        "sample_size": 64, "time_decay": (1, 0.01), "output_after": (0, 0),
        "initial_accept_fraction": 0.125, "bounding_box_cache_fraction": 0.5, "internal": (1, 0),
        "seed": 99,
    }  # fmt: skip
    reader.take("Q")
    assert 0 <= reader.take("d") <= 64
    assert (reader.count(), reader.count()) == (300 - shingle_size + 1, 300)
    dimensions = columns * shingle_size
    assert reader.count() == dimensions
    np.testing.assert_array_equal(reader.array("<f4", dimensions), np.float32(forest.shingle))
    assert reader.count() >= 300 - shingle_size
    points = reader.count()
    items = [(reader.take("f"), reader.count()) for _ in range(points)]
    assert {slot for _, slot in items} == set(range(points))
    assert items[0][0] == max(key for key, _ in items)
    frames = [(reader.take("f"), reader.take("f")) for _ in range(columns)]
    codes = reader.array("<f2", dimensions, points).astype(np.float64)
    assert reader.content == b""
    sampled = np.array(
        [frames[d % columns][0] + frames[d % columns][1] * codes[d] for d in range(dimensions)]
    )
    shingles = np.lib.stride_tricks.sliding_window_view(rows.ravel(), dimensions)[::columns]
    for point in sampled.T:
        assert np.abs(shingles - point).max(axis=1).min() < 0.02


def test_the_example() -> None:
    forest = CompactForest(1, initial_accept_fraction=1.0, sample_size=8)
    forest.update([1.0, 1.5, 3.0])
    assert forest.to_bytes()[-14:].hex(" ") == "00 00 80 3f 00 00 00 39 00 00 00 6c 00 74"
    assert np.frombuffer(forest.to_bytes()[-6:], "<f2").tolist() == [0, 4096, 16384]


def test_the_checksum() -> None:
    snapshot = CompactForest(2).to_bytes()
    assert struct.unpack_from("<Q", snapshot, 20) == (checksum(snapshot[28:]),)
