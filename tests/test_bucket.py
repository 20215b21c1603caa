from __future__ import annotations

import pickle
import threading
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcore import bucket
from adcore.bucket import BucketAggregator, BucketFeature
from adcore.errors import DataError, InvalidArgumentError, SnapshotError

EVERYTHING = [
    "sum(x)",
    "non_null_sum(x)",
    "mean(x)",
    "min(x)",
    "max(x)",
    "value_count(x)",
    "count",
    "variance(x)",
    "cardinality(x)",
    "p90(x)",
    "median(x)",
    "median_absolute_deviation(x)",
    "weighted_mean(x, w)",
]


def rows(n: int, seed: int = 1, disorder: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=n), 1)
    x[rng.random(n) < 0.1] = np.nan
    return {
        "t": np.arange(n) * 100 - rng.integers(0, disorder + 1, n),
        "x": x,
        "w": rng.random(n),
        "host": [f"host-{i}" for i in rng.integers(0, 5, n)],
    }


def feed(aggregator: BucketAggregator, data: dict[str, Any], batch: int) -> list[tuple[Any, ...]]:
    vectors: list[tuple[Any, ...]] = []
    for first in range(0, len(data["t"]), batch):
        part = {name: column[first : first + batch] for name, column in data.items()}
        aggregator.add(part["t"], part, {"host": part["host"]})
        vectors += listed(aggregator, aggregator.take_finished())
    return vectors + listed(aggregator, aggregator.flush())


def make(options: dict[str, Any]) -> BucketAggregator:
    return BucketAggregator(**options)


def listed(aggregator: BucketAggregator, table: bucket.BucketTable) -> list[tuple[Any, ...]]:
    keys = aggregator.keys_of(table.entity)
    columns = table.bucket_start.tolist(), keys, table.count.tolist(), table.values
    return [(b, k, c, v.tobytes()) for b, k, c, v in zip(*columns, strict=True)]


def test_exact_values() -> None:
    buckets = BucketAggregator(1000, EVERYTHING)
    buckets.add([0, 1, 2, 3], {"x": [4.0, None, 1.0, 1.0], "w": [1, 1, 1, 2]})
    table = buckets.flush()
    expected = [6, 6, 2, 1, 4, 3, 4, 2, 2, 3.4, 1, 0, 7 / 4]
    np.testing.assert_allclose(table.values, [expected], rtol=1e-15)
    assert table.features == tuple(EVERYTHING)
    assert table["max(x)"].tolist() == [4.0]
    assert (table.count.tolist(), table.entity.tolist()) == ([4], [0])


@given(st.integers(1, 700), st.integers(0, 3_000), st.integers(0, 2_000), st.integers(0, 99))
def test_any_batch_size_gives_the_same_bits(
    batch: int, disorder: int, delay: int, seed: int
) -> None:
    data = rows(600, seed, disorder)
    whole = BucketAggregator("1s", EVERYTHING, keys=["host"], window_delay=delay)
    parts = BucketAggregator("1s", EVERYTHING, keys=["host"], window_delay=delay)
    assert feed(whole, data, 600) == feed(parts, data, batch)
    assert whole.counts == parts.counts


def test_agrees_with_numpy() -> None:
    data = rows(2_000)
    buckets = BucketAggregator("20s", ["mean(x)", "p90(x)", "variance(x)"], keys=["host"])
    buckets.add(data["t"], data, {"host": data["host"]})
    table = buckets.flush()
    assert len(table) > 30
    for start, (host,), values in zip(
        table.bucket_start, buckets.keys_of(table.entity), table.values, strict=True
    ):
        here = (data["t"] // 20_000 * 20_000 == start) & (np.array(data["host"]) == host)
        x = data["x"][here]
        expected = [np.nanmean(x), np.nanpercentile(x, 90), np.nanvar(x)]
        np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_late_rows_are_counted() -> None:
    buckets = BucketAggregator("1s", ["count"], window_delay="2s")
    buckets.add([0, 2_999, 0, 3_000, 0])
    assert buckets.counts == {
        "total_rows": 5,
        "late_rows": 1,
        "invalid_rows": 0,
        "dropped_rows": 0,
        "skipped_vectors": 0,
    }
    assert buckets.take_finished().count.tolist() == [2]
    assert buckets.watermark == 3_000


def test_only_advance_moves_the_watermark_if_told_so() -> None:
    buckets = BucketAggregator("1s", ["count"], watermark_from_rows=False)
    buckets.add([10**15, 5])
    assert buckets.watermark is None
    buckets.advance(np.datetime64(1_000, "ms"))
    assert buckets.take_finished().bucket_start.tolist() == [0]
    assert buckets.open_vectors == 1


def test_empty_buckets_are_filled_in() -> None:
    buckets = BucketAggregator("1s", {"n": "count", "avg": "avg(x)"}, emit_empty=True)
    buckets.add([0, 3_000], {"x": [1.0, 2.0]})
    table = buckets.flush()
    assert table["n"].tolist() == [1, 0, 0, 1]
    np.testing.assert_array_equal(table["avg"], [1, np.nan, np.nan, 2])


def test_arrays_of_any_layout() -> None:
    table = np.arange(12.0).reshape(6, 2)
    layouts = [
        table,
        np.asfortranarray(table),
        table.astype(">f8"),
        table.astype(np.int16),
        np.repeat(table, 2, axis=0)[::2],
        np.frombuffer(b"x" + table.tobytes(), dtype=np.uint8)[1:].view(np.float64).reshape(6, 2),
    ]
    for values in layouts:
        buckets = BucketAggregator("1s", ["sum(a)", "sum(b)"])
        buckets.add(np.zeros(6, dtype=np.int64), values)
        assert buckets.flush().values.tolist() == [[30.0, 36.0]]


def test_masked_values_are_missing() -> None:
    mask = [False, True, False]
    load = np.ma.MaskedArray([1.0, 2.0, 4.0], mask=mask)
    host = np.ma.MaskedArray(["a", "b", "a"], mask=mask)
    plain = {"load": [1.0, None, 4.0], "host": ["a", None, "a"]}
    found = []
    for data in ({"load": load, "host": host}, plain):
        buckets = BucketAggregator("1s", ["value_count(load)", "sum(load)"], keys=["host"])
        buckets.add([0, 0, 0], data, {"host": data["host"]})
        found.append(listed(buckets, buckets.flush()))
    assert found[0] == found[1]
    buckets = BucketAggregator("1s", ["sum(load)"])
    buckets.add([0, 0, 0], load.reshape(3, 1))
    assert buckets.flush().values.tolist() == [[5.0]]


def test_fields_of_structured_arrays() -> None:
    records = np.zeros(3, dtype=[("a", "<f8"), ("pad", "u1"), ("b", "<f8")])
    records["b"] = [1, 2, 4]
    buckets = BucketAggregator("1s", ["sum(b)"])
    buckets.add([0, 0, 0], {"b": records["b"]})
    assert buckets.flush().values.tolist() == [[7.0]]


@pytest.mark.parametrize(
    "column",
    [
        ["a", "b", None, "a"],
        np.array(["a", "b", None, "a"], dtype=object),
        pa.array(["a", "b", None, "a"]),
        pa.array(["a", "b", None, "a"]).dictionary_encode(),
        pa.chunked_array([["a", "b"], [None, "a"]]),
        (np.array([2, 0, 1, 2], dtype=np.uint32), ["b", None, "a"]),
        (np.array([1, 0, -1, 1], dtype=np.int8), ["b", "a"]),
    ],
    ids=["list", "object", "arrow", "arrow dictionary", "arrow chunks", "codes", "pandas codes"],
)
def test_keys_of_any_kind(column: Any) -> None:
    buckets = BucketAggregator("1s", ["count"], keys=["host"])
    buckets.add([0, 0, 0, 0], keys=[column])
    table = buckets.flush()
    assert buckets.keys_of(table.entity) == [("a",), ("b",)]
    assert table.count.tolist() == [2, 1]
    assert buckets.counts["invalid_rows"] == 1


def test_two_key_fields() -> None:
    buckets = BucketAggregator("1s", ["count"], keys=["host", "service"])
    keys = {"host": ["a", "a", "b", "a"], "service": ["x", "y", "x", "x"]}
    buckets.add([0, 0, 0, 0], keys=keys)
    table = buckets.flush()
    assert buckets.keys_of(table.entity) == [("a", "x"), ("a", "y"), ("b", "x")]
    assert table.count.tolist() == [2, 1, 1]


def test_entities_without_keys() -> None:
    buckets = BucketAggregator("1s", ["count"])
    buckets.add([0, 0], entities=np.array([7, 3], dtype=np.uint32))
    assert buckets.flush().entity.tolist() == [3, 7]


def test_distinct_texts() -> None:
    buckets = BucketAggregator("1s", ["cardinality(user)", "value_count(user)"])
    buckets.add([0, 1, 2], {"user": ["ann", "bob", None]})
    buckets.add([3, 4], {"user": pa.array(["bob", "cid"])})
    assert buckets.flush().values.tolist() == [[3.0, 4.0]]


def test_state_goes_on_bit_for_bit() -> None:
    data = rows(3_000, disorder=2_000)
    whole = BucketAggregator("1s", EVERYTHING, keys=["host"], window_delay=1_500, emit_empty=True)
    parts = BucketAggregator("1s", EVERYTHING, keys=["host"], window_delay=1_500, emit_empty=True)
    expected = feed(whole, data, 3_000)
    first = {name: column[:1_234] for name, column in data.items()}
    rest = {name: column[1_234:] for name, column in data.items()}
    parts.add(first["t"], first, {"host": first["host"]})
    restored = pickle.loads(pickle.dumps(parts))
    assert restored.to_bytes() == parts.to_bytes()
    assert feed(restored, rest, 100) == expected
    assert restored.features == parts.features


def test_damaged_states_are_refused() -> None:
    buckets = BucketAggregator("1s", ["mean(x)"], keys=["host"])
    buckets.add([0], {"x": [1.0]}, [["a"]])
    state = buckets.to_bytes()
    for at in range(len(state)):
        damaged = bytearray(state)
        damaged[at] ^= 1
        with pytest.raises(SnapshotError):
            BucketAggregator.from_bytes(bytes(damaged))
        with pytest.raises(SnapshotError):
            BucketAggregator.from_bytes(state[:at])


def test_hostile_times() -> None:
    buckets = BucketAggregator("1s", ["count"])
    extremes = [-(2**63) + 1, 2**63 - 1, -(2**62) - 1, 2**62 + 1]
    buckets.add(np.array(extremes))
    assert buckets.counts["invalid_rows"] == 4
    buckets.add([-(2**62), -1, 0, 2**62])
    assert buckets.flush().bucket_start[1:3].tolist() == [-1000, 0]


def test_no_rows() -> None:
    buckets = BucketAggregator("1s", ["mean(x)"], keys=["host"])
    buckets.add([], {"x": []}, [[]])
    table = buckets.flush()
    assert (len(table), table.values.shape, table.entity.dtype.name) == (0, (0, 1), "uint32")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"bucket_span": 0}, "bucket_span"),
        ({"bucket_span": -1}, "bucket_span"),
        ({"bucket_span": "0s"}, "bucket_span"),
        ({"bucket_span": "soon"}, "bucket_span"),
        ({"bucket_span": 1.5}, "bucket_span"),
        ({"window_delay": -1}, "window_delay"),
        ({"window_delay": 2**63}, "window_delay"),
        ({"features": []}, "features"),
        ({"features": ["count", "count"]}, "features"),
        ({"features": ["mean"]}, "mean"),
        ({"features": ["count(x)"]}, "count"),
        ({"features": ["weighted_mean(x)"]}, "weighted_mean"),
        ({"features": ["loudness(x)"]}, "loudness"),
        ({"features": ["p101(x)"]}, "percentile"),
        ({"features": ["mean(x"]}, "feature"),
        ({"features": [3]}, "features"),
        ({"maximum_gap": 0}, "maximum_gap"),
        ({"maximum_entities": 2**32}, "maximum_entities"),
        ({"keys": [str(i) for i in range(65)]}, "key_fields"),
    ],
)
def test_wrong_arguments_are_named(options: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidArgumentError, match=named):
        make({"bucket_span": 1, "features": ["count"]} | options)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([0, 1], {"x": [1.0]}, [["a", "a"]]), "values"),
        (([0], {"y": [1.0]}, [["a"]]), "'x'"),
        (([0], [[1.0, 2.0]], [["a"]]), "values"),
        (([0], {"x": [1.0]}, [["a", "b"]]), "host"),
        (([0], {"x": [1.0]}), "keys"),
        (([0], {"x": [1.0]}, [(np.array([5]), ["a"])]), "code"),
        (([0], {"x": [1.0]}, [(np.array([0.5]), ["a"])]), "codes"),
        (([0], {"x": ["text"]}, [["a"]]), "text"),
        (([None], {"x": [1.0]}, [["a"]]), "timestamps"),
    ],
)
def test_wrong_rows_are_refused_whole(arguments: tuple[Any, ...], named: str) -> None:
    buckets = BucketAggregator("1s", ["mean(x)"], keys=["host"])
    with pytest.raises((InvalidArgumentError, DataError), match=named):
        buckets.add(*arguments)
    assert buckets.counts["total_rows"] == 0


def test_limits_bound_the_memory() -> None:
    buckets = BucketAggregator("1h", ["mean(x)"], maximum_open_vectors=1_000)
    for first in range(0, 100_000, 10_000):
        entities = np.arange(first, first + 10_000, dtype=np.uint32)
        buckets.add(np.zeros(10_000, dtype=np.int64), np.zeros(10_000), entities=entities)
    assert buckets.open_vectors == 1_000
    assert buckets.counts["dropped_rows"] == 99_000
    assert buckets.memory_bytes() < 300_000


def test_threads_take_turns() -> None:
    buckets = BucketAggregator("1s", ["sum(x)", "count"], window_delay="1h")
    times, ones = np.arange(20_000), np.ones(20_000)
    workers = [threading.Thread(target=buckets.add, args=(times, ones)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert buckets.flush().values.tolist() == [[4_000.0, 4_000.0]] * 20


def test_feature_names_can_be_read_again() -> None:
    for text in ("mean(a b)", "p99.9(x)", "weighted_mean(x, w)", "count"):
        feature = BucketFeature.parse(text)
        assert feature.name == text
        assert BucketFeature.parse(feature.name) == feature
