"""pytest-benchmark: scoring and re-scoring, each asserting its answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adcore import _core

BUCKET_SPAN = 900_000
RECORDS = 1_000_000
SERIES = 1_000
RECORD, INFLUENCER = 5, 2


def records(rows: int, seed: int) -> tuple[Any, ...]:
    """Reported results of a job: most of them records of many series, some of influencers."""
    random = np.random.default_rng(seed)
    level = np.where(random.uniform(size=rows) < 0.8, RECORD, INFLUENCER).astype(np.uint8)
    class_id = random.integers(0, 4, rows).astype(np.uint64)
    scope_id = random.integers(0, SERIES, rows).astype(np.uint64)
    return level, class_id, scope_id, -3.4 - 8 * random.exponential(size=rows)


@pytest.fixture(scope="module")
def normalizers() -> _core.NormalizerSet:
    made = _core.NormalizerSet(BUCKET_SPAN)
    random = np.random.default_rng(1)
    for bucket in range(500):
        level, class_id, scope_id, log_p = records(SERIES, bucket)
        log_p[random.uniform(size=SERIES) < 0.97] = 0.0
        made.update(bucket * BUCKET_SPAN, level, class_id, scope_id, log_p)
    return made


def test_renormalise_a_million_results(benchmark: Any, normalizers: _core.NormalizerSet) -> None:
    """Thirty days of a large job; the bar is well under a second."""
    rows = records(RECORDS, 7)
    before = normalizers.score(*rows)
    stale = np.clip(before * 1.2, 0, 100)
    scores, changed = benchmark(normalizers.renormalise, *rows, stale)
    assert changed.any()
    assert not changed.all()
    np.testing.assert_array_equal(scores[changed], before[changed])
    np.testing.assert_array_equal(scores[~changed], stale[~changed])


def test_update_and_score_a_bucket(benchmark: Any, normalizers: _core.NormalizerSet) -> None:
    copy = _core.NormalizerSet.from_bytes(normalizers.to_bytes())
    level, class_id, scope_id, log_p = records(SERIES, 3)
    log_p[: SERIES * 97 // 100] = 0.0
    starts = iter(range(500 * BUCKET_SPAN, 10**15, BUCKET_SPAN))

    def bucket() -> np.ndarray:
        copy.update(next(starts), level, class_id, scope_id, log_p)
        return copy.score(level, class_id, scope_id, log_p)

    scores = benchmark(bucket)
    assert np.count_nonzero(scores) == SERIES - SERIES * 97 // 100


@pytest.mark.parametrize("count", [10, 100_000])
def test_joint_and_extreme(benchmark: Any, count: int) -> None:
    log_p = np.log(np.random.default_rng(1).uniform(size=count))

    def both() -> tuple[float, float]:
        return _core.log_joint_probability(log_p), _core.log_extreme_probability(log_p, 5)

    joint, extreme = benchmark(both)
    assert -12 < joint < 0
    assert -12 < extreme < 0


def test_tails(benchmark: Any) -> None:
    random = np.random.default_rng(2)
    a = 10 ** random.uniform(-1, 6, 10_000)
    x = a + np.sqrt(a) * random.uniform(0, 30, 10_000)
    tails = benchmark(_core.log_gamma_upper_tail, a, x)
    assert np.all(tails < 0)
