"""A cache gives every entity what a forest of its own would, whatever fits into memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore import (
    CheckpointBatch,
    DataError,
    EntityCache,
    InvalidArgumentError,
    MemoryCheckpoints,
    SnapshotError,
    ThresholdedForest,
)

MINUTE = 60_000
SMALL: dict[str, Any] = {"shingle_size": 4, "sample_size": 32, "output_after": 16}


def waves(entities: int, intervals: int, seed: int = 1) -> tuple[Any, Any, Any]:
    """Rows of all entities, interval by interval, some of them left out."""
    generator = np.random.default_rng(seed)
    ids = np.tile(np.arange(entities, dtype=np.uint64) * 7 + 1000, intervals)
    steps = np.repeat(np.arange(intervals), entities)
    rows = np.cos((steps + ids)[:, None] / np.array([4.0, 5.0])) * 5
    rows += generator.normal(size=rows.shape) / 3
    rows[generator.random(len(rows)) < 0.01] += 20
    rows[generator.random(rows.shape) < 0.01] = np.nan
    given_rows = generator.random(len(ids)) > 0.05
    return ids[given_rows], rows[given_rows], steps[given_rows] * MINUTE


def least_budget(**options: Any) -> int:
    """The smallest budget a cache accepts."""
    low, high = 0, 2**30
    while high - low > 1:
        middle = (low + high) // 2
        try:
            EntityCache(2, byte_budget=middle, **options)
            high = middle
        except InvalidArgumentError:
            low = middle
    return high


def assert_same(found: Any, expected: Any) -> None:
    for name in ("entity", "timestamp", "score", "grade", "confidence", "threshold"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
    np.testing.assert_array_equal(found.status, expected.status)
    np.testing.assert_array_equal(found.correction, expected.correction)
    for name, column in expected.anomalies.to_dict().items():
        np.testing.assert_array_equal(found.anomalies.to_dict()[name], column, name)


def test_an_entity_has_a_forest_of_its_own() -> None:
    ids, rows, times = waves(12, 120)
    cache = EntityCache(2, **SMALL)
    first = times < 60 * MINUTE
    cache.process(ids[first], rows[first], times[first])
    models = {entity: cache.model(entity) for entity in np.unique(ids).tolist()}
    result = cache.process(ids[~first], rows[~first], times[~first])
    for entity, model in models.items():
        assert isinstance(model, ThresholdedForest)
        own = ids[~first] == entity
        alone = model.process(rows[~first][own], times[~first][own])
        np.testing.assert_array_equal(result.score[own], alone.score)
        np.testing.assert_array_equal(result.grade[own], alone.grade)
    assert len(result.anomalies) > 0
    assert (result.grade[result.anomalies.row] == result.anomalies.grade).all()


@settings(deadline=None, max_examples=15)
@given(
    entities=st.integers(1, 80),
    batch=st.integers(1, 400),
    threads=st.integers(1, 3),
    extra=st.integers(50_000, 90_000),
    seed=st.integers(0, 2**16),
)
def test_results_do_not_depend_on_memory_batches_or_threads(
    entities: int, batch: int, threads: int, extra: int, seed: int
) -> None:
    ids, rows, times = waves(entities, 30, seed)
    options: dict[str, Any] = {**SMALL, "admission": "all", "dedicated_models": 1}
    expected = EntityCache(2, **options).process(ids, rows, times)
    store = MemoryCheckpoints()
    budget = least_budget(store=store, **options) + extra
    cache = EntityCache(2, byte_budget=budget, store=store, threads=threads, **options)
    parts = [slice(i, i + batch) for i in range(0, len(ids), batch)]
    found = [cache.process(ids[p], rows[p], times[p]) for p in parts]
    for name in ("score", "grade", "confidence", "threshold", "status_code"):
        joined = np.concatenate([getattr(part, name) for part in found])
        np.testing.assert_array_equal(joined, getattr(expected, name), name)
    assert cache.memory_bytes() <= budget


def test_a_small_cache_writes_and_reads_checkpoints() -> None:
    ids, rows, times = waves(100, 40)
    options: dict[str, Any] = {**SMALL, "admission": "all", "dedicated_models": 1}
    store = MemoryCheckpoints()
    budget = least_budget(store=store, **options) + 60_000
    cache = EntityCache(2, byte_budget=budget, store=store, **options)
    found = cache.process(ids, rows, times)
    assert_same(found, EntityCache(2, **options).process(ids, rows, times))
    profile = cache.profile()
    assert profile.evicted > 1000
    assert profile.restored > 1000
    assert len(store) == 100


def test_saved_models_go_on_in_another_cache() -> None:
    ids, rows, times = waves(30, 60)
    half = times < 30 * MINUTE
    store = MemoryCheckpoints()
    cache = EntityCache(2, store=store, **SMALL)
    cache.process(ids[half], rows[half], times[half])
    assert cache.save(20) == 20
    assert cache.profile().changed == 10
    assert cache.save() == 10
    assert cache.save() == 0
    other = EntityCache(2, store=store, **SMALL)
    late = slice(int(half.sum()), None)
    assert_same(
        other.process(ids[late], rows[late], times[late]),
        cache.process(ids[late], rows[late], times[late]),
    )
    assert other.profile().restored == 30


class FullDisk(MemoryCheckpoints):
    """Refuses to write while it is full."""

    full = False

    def write(self, checkpoints: CheckpointBatch) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().write(checkpoints)


def test_a_store_that_fails_loses_no_model() -> None:
    ids, rows, times = waves(100, 40)
    options: dict[str, Any] = {**SMALL, "admission": "all", "dedicated_models": 1}
    store = FullDisk()
    budget = least_budget(store=store, **options) + 60_000
    cache = EntityCache(2, byte_budget=budget, store=store, late_rows="skip", **options)
    expected = EntityCache(2, late_rows="skip", **options).process(ids, rows, times)
    scores = []
    for minute in np.unique(times):
        now = times == minute
        if minute == 20 * MINUTE:
            store.full = True
            for _ in range(3):
                with pytest.raises(OSError, match="No space"):
                    cache.process(ids[now], rows[now], minute)
            store.full = False
            # What was learnt before the disk was full is late now.
        scores.append(cache.process(ids[now], rows[now], minute).score)
    found = np.concatenate(scores)
    after = times > 20 * MINUTE
    np.testing.assert_array_equal(found[after], expected.score[after])


def test_models_that_could_not_be_saved_are_saved_later() -> None:
    store = FullDisk()
    cache = EntityCache(2, store=store, **SMALL)
    cache.process([1, 2, 3], np.ones((3, 2)), 0)
    store.full = True
    with pytest.raises(OSError, match="No space"):
        cache.save()
    assert cache.profile().changed == 3
    store.full = False
    assert cache.save() == 3


def test_without_a_store_the_first_models_stay() -> None:
    options: dict[str, Any] = {**SMALL, "dedicated_models": 3}
    budget = least_budget(**options) + 80_000
    cache = EntityCache(2, byte_budget=budget, **options)
    ids = np.arange(500)
    result = cache.process(ids, np.ones((500, 2)), 0)
    kept = result.status != "no_model"
    assert 3 <= kept.sum() < 500
    assert kept[: kept.sum()].all()
    assert [entity in cache for entity in ids.tolist()] == kept.tolist()
    again = cache.process(ids, np.ones((500, 2)), MINUTE)
    assert ((again.status != "no_model") == kept).all()
    profile = cache.profile()
    assert profile.refused == 2 * (500 - kept.sum())
    assert profile.evicted == 0
    with pytest.raises(InvalidArgumentError, match="store = None"):
        cache.save()


def test_a_busy_entity_takes_the_place_of_an_idle_one() -> None:
    options: dict[str, Any] = {**SMALL, "dedicated_models": 2, "store": MemoryCheckpoints()}
    cache = EntityCache(2, byte_budget=least_budget(**options) + 60_000, **options)
    cache.process(np.arange(1000), np.ones((1000, 2)), 0)
    newcomer = 5000
    assert newcomer not in cache
    for minute in range(1, 40):
        cache.process([newcomer], np.ones((1, 2)), minute * MINUTE)
    assert newcomer in cache
    lowest = cache.lowest_priority(40 * MINUTE)
    priority = cache.priority(newcomer)
    assert lowest is not None
    assert priority is not None
    assert priority > lowest
    assert cache.priority(123456) is None


def test_the_doorkeeper_wants_to_see_an_entity_twice() -> None:
    cache = EntityCache(1, admission="doorkeeper", doorkeeper_entities=1000, **SMALL)
    ids = np.arange(100)
    assert (cache.process(ids, np.ones(100), 0).status == "no_model").mean() > 0.9
    assert (cache.process(ids, np.ones(100), MINUTE).status == "warming_up").all()
    strangers = ids + 1000
    cache.process(strangers, np.ones(100), 2 * MINUTE)
    late = cache.process(strangers, np.ones(100), 63 * MINUTE)
    assert (late.status == "no_model").mean() > 0.9, "the doorkeeper forgets after 60 intervals"


def test_the_budget_may_shrink_and_grow() -> None:
    store = MemoryCheckpoints()
    options: dict[str, Any] = {**SMALL, "admission": "all", "store": store, "dedicated_models": 5}
    cache = EntityCache(2, byte_budget=4_000_000, **options)
    ids, rows, times = waves(1000, 4)
    cache.process(ids, rows, times)
    assert len(cache) == 1000
    small = least_budget(**options) + 500_000
    cache.byte_budget = small
    expected = EntityCache(2, **SMALL, admission="all")
    expected.process(ids, rows, times)
    for minute in range(5, 8):
        values = np.random.default_rng(minute).normal(size=(1000, 2))
        every = np.unique(ids)
        found = cache.process(every, values, minute * MINUTE)
        assert cache.memory_bytes() <= small
        assert_same(found, expected.process(every, values, minute * MINUTE))
    with pytest.raises(InvalidArgumentError, match="byte_budget"):
        cache.byte_budget = 1000
    assert cache.byte_budget == small


def test_unused_models_leave() -> None:
    cache = EntityCache(1, store=(store := MemoryCheckpoints()), **SMALL)
    cache.process([1, 2, 3], [1.0, 2.0, 3.0], 0)
    cache.process([2], [1.0], MINUTE)
    assert cache.evict_unused(MINUTE) == 2
    assert 2 in cache
    assert 1 not in cache
    assert len(store) == 2
    assert cache.profile().inactive == 2


def test_counts_agree() -> None:
    store = MemoryCheckpoints()
    options: dict[str, Any] = {**SMALL, "store": store, "dedicated_models": 7}
    cache = EntityCache(2, byte_budget=least_budget(**options) + 300_000, **options)
    ids, rows, times = waves(400, 30)
    for part in np.array_split(np.arange(len(ids)), 17):
        cache.process(ids[part], rows[part], times[part])
        p = cache.profile()
        assert p.entities == p.inactive + p.active
        assert p.active == p.awaited + p.starting + p.ready == p.dedicated + p.shared
        assert p.active <= p.entities
        assert p.changed <= p.active
        assert p.rows == p.hits + p.misses + p.refused
        assert p.misses == p.started + p.restored
        assert p.active == p.misses - p.evicted
        assert p.memory_bytes <= p.byte_budget
        assert p.dedicated <= 7
    assert p.rows == len(ids)
    assert p.evicted > 0
    assert p.refused > 0


def test_checkpoints_of_others_are_refused() -> None:
    store = MemoryCheckpoints()
    cache = EntityCache(2, store=store, **SMALL)
    cache.process([1, 2], np.ones((2, 2)), 0)
    cache.save()
    (_, one), (_, two) = store.read(np.array([1, 2], np.uint64))
    wrong = MemoryCheckpoints()
    wrong.write(CheckpointBatch.join([(1, two), (2, one)]))
    with pytest.raises(SnapshotError, match=r"entity 1: .*another entity"):
        EntityCache(2, store=wrong, **SMALL).process([1], np.ones((1, 2)), MINUTE)
    other = {**SMALL, "sample_size": 64}
    with pytest.raises(SnapshotError, match="another sample_size"):
        EntityCache(2, store=store, **other).process([1], np.ones((1, 2)), MINUTE)
    damaged = MemoryCheckpoints()
    damaged.write(CheckpointBatch.join([(1, one[:-1] + b"x")]))
    with pytest.raises(SnapshotError, match="checksum"):
        EntityCache(2, store=damaged, **SMALL).process([1], np.ones((1, 2)), MINUTE)


@pytest.mark.parametrize(
    ("entities", "rows", "times", "error", "message"),
    [
        ([1.5], [[1, 2]], 0, InvalidArgumentError, "entities has dtype float64"),
        ([-1], [[1, 2]], 0, InvalidArgumentError, r"entities\[0\] = -1"),
        ([1, 2], [[1, 2]], 0, InvalidArgumentError, "values of length"),
        ([1], [[1, np.inf]], 0, InvalidArgumentError, r"values\[0\]\[1\]"),
        ([1], [[1, "x"]], 0, DataError, "x"),
        ([1], [[1, 2]], [0, 1], InvalidArgumentError, "timestamps has shape"),
        ([1], [[1, 2, 3]], 0, InvalidArgumentError, "X has shape"),
    ],
)
def test_what_is_not_allowed_changes_nothing(
    entities: Any, rows: Any, times: Any, error: type[Exception], message: str
) -> None:
    cache = EntityCache(2)
    with pytest.raises(error, match=message):
        cache.process(entities, rows, times)
    assert cache.profile().entities == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"byte_budget": 5000}, "byte_budget"),
        ({"admission": "some"}, "admission"),
        ({"late_rows": "refuse"}, "late_rows"),
        ({"interval": 0}, "interval"),
        ({"threads": 0}, "threads"),
        ({"sample_size": 0}, "sample_size"),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        EntityCache(1, **options)


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(TypeError, match="'bogus' is no option"):
        EntityCache(1, bogus=1)
    with pytest.raises(TypeError, match="'compact' is no option"):
        EntityCache(1, compact=False)


def test_no_rows_give_no_results() -> None:
    cache = EntityCache(2)
    result = cache.process([], np.empty((0, 2)), 0)
    assert len(result) == len(result.anomalies) == 0
    assert list(result.to_dict()) == [
        "entity",
        "timestamp",
        "score",
        "grade",
        "confidence",
        "threshold",
        "status",
        "correction",
    ]
    assert repr(cache).startswith("EntityCache(0 of 0 entities in memory")
    assert repr(result) == "EntityResult(0 rows, 0 anomalies)"


def test_published_settings() -> None:
    cache = EntityCache(1, preset="opensearch", number_of_trees=16, byte_budget=10**8)
    cache.process(np.zeros(40, int), np.arange(40.0), np.arange(40) * MINUTE)
    model = cache.model(0)
    assert model.is_ready
    assert model.shingle_size == 8
    assert model.process([[400.0]], [60 * MINUTE]).imputed[0] == 16, "two shingles are filled in"
