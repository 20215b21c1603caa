"""The scales of a job as Python sees them; what they compute is tested in C++."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from adcore import InvalidArgumentError, SnapshotError, _core

BUCKET_SPAN = 900_000
LEAF = 5
SERIES = 10


def rows(log_p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n = len(log_p)
    return (
        np.full(n, LEAF, np.uint8),
        np.zeros(n, np.uint64),
        (np.arange(n) % SERIES).astype(np.uint64),
        log_p,
    )


def trained(buckets: int = 200, seed: int = 1) -> _core.NormalizerSet:
    normalizers = _core.NormalizerSet(BUCKET_SPAN)
    random = np.random.default_rng(seed)
    for bucket in range(buckets):
        quiet = random.uniform(size=SERIES) < 0.9
        log_p = np.where(quiet, 0.0, -5 * random.exponential(size=SERIES))
        normalizers.update(bucket * BUCKET_SPAN, *rows(log_p))
    return normalizers


@settings(max_examples=50)
@given(hnp.arrays(np.float64, SERIES, elements=st.floats(-700, 0)))
def test_scores_fall_as_probabilities_rise(log_p: np.ndarray) -> None:
    scores = trained(50).score(*rows(np.sort(log_p)))
    one_scope = trained(50).score(
        np.full(SERIES, LEAF, np.uint8),
        np.zeros(SERIES, np.uint64),
        np.zeros(SERIES, np.uint64),
        np.sort(log_p),
    )
    assert np.all((scores >= 0) & (scores <= 100))
    assert np.all(np.diff(one_scope) <= 1e-9)


@settings(max_examples=30)
@given(st.integers(0, 2**32), hnp.arrays(np.float64, 40, elements=st.floats(-300, 0)))
def test_renormalised_scores_are_new_or_kept(seed: int, log_p: np.ndarray) -> None:
    normalizers = trained(30, seed)
    before = normalizers.score(*rows(log_p))
    normalizers.update(30 * BUCKET_SPAN, *rows(np.full(SERIES, -600.0)))
    now = normalizers.score(*rows(log_p))
    scores, changed = normalizers.renormalise(*rows(log_p), before)
    assert changed.dtype == np.bool_
    low, high = np.minimum(before, now), np.maximum(before, now)
    big = (before // 25 != now // 25) | (high - low >= 1.5) | (low < 0.33 * high)
    np.testing.assert_array_equal(changed, big)
    np.testing.assert_array_equal(scores, np.where(big, now, before))


def test_bytes_go_on_where_they_were_taken() -> None:
    original = trained(100)
    restored = _core.NormalizerSet.from_bytes(original.to_bytes())
    log_p = np.linspace(-50, 0, SERIES)
    for bucket in range(100, 120):
        changed = [s.update(bucket * BUCKET_SPAN, *rows(log_p)) for s in (original, restored)]
        assert changed[0] == changed[1]
    np.testing.assert_array_equal(original.score(*rows(log_p)), restored.score(*rows(log_p)))
    assert original.to_bytes() == restored.to_bytes()
    assert restored.memory_bytes() > 1_000


def test_the_probability_of_the_documentation_gets_its_score() -> None:
    normalizers = _core.NormalizerSet(BUCKET_SPAN)
    for bucket in range(5000):
        normalizers.update(bucket * BUCKET_SPAN, *rows(np.zeros(1)))
    log_p = np.log(np.array([1.7340849573442696e-4]))
    normalizers.update(5000 * BUCKET_SPAN, *rows(log_p))
    assert normalizers.score(*rows(log_p))[0] == 91.58505459594764


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="bucket_span = 0 is not allowed"):
        _core.NormalizerSet(0)
    level, class_id, scope_id, _ = rows(np.zeros(4))
    once = trained(1)
    with pytest.raises(InvalidArgumentError, match="log_probability = 3 values"):
        once.score(level, class_id, scope_id, np.zeros(3))
    with pytest.raises(SnapshotError):
        _core.NormalizerSet.from_bytes(b"nothing")
