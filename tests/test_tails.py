"""Tails of distributions in log space against mpmath, at random; the grid is in C++."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adcore import _core

DIGITS = 60
PRECISION = 1e-9


def log_uniform(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(math.log(low), math.log(high)).map(math.exp)


def array(value: float) -> np.ndarray:
    return np.array([value])


def assert_same(found: np.ndarray, expected: mp.mpf) -> None:
    """The logarithm itself to nine digits; next to p = 1 that is nine digits of 1 - p."""
    assert abs(found[0] - expected) <= PRECISION * abs(expected) + 1e-290


@pytest.fixture(autouse=True, scope="module")
def enough_digits() -> None:
    mp.mp.dps = DIGITS


@given(st.floats(-30, 1e6))
@example(0.0)
@example(25.0)
def test_the_normal_tail_is_that_of_mpmath(z: float) -> None:
    with mp.workdps(400):
        x = mp.mpf(z)
        expected = mp.log(mp.erfc(x / mp.sqrt(2)) / 2)
    assert_same(_core.log_normal_upper_tail(array(z)), expected)


@given(st.floats(-1e12, -1e-12))
@example(-math.log(2))
@example(-2.6)
@example(-729.0)
def test_the_normal_quantile_is_the_inverse_of_the_tail(log_tail: float) -> None:
    z = _core.normal_quantile_of_log_tail(array(log_tail))
    assert _core.log_normal_upper_tail(z)[0] == pytest.approx(log_tail, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(log_uniform(1e-3, 1e3), log_uniform(1e-4, 1e4))
@example(100.0, 100.0)
@example(99.9, 100.9)
@example(0.5, 1.5)
def test_the_gamma_tails_are_those_of_mpmath(a: float, x: float) -> None:
    with mp.workdps(450):
        upper = mp.gammainc(mp.mpf(a), mp.mpf(x), regularized=True)
        lower = 1 - upper
        if min(upper, lower) < mp.mpf(10) ** -400:
            return
        log_upper, log_lower = mp.log(upper), mp.log(lower)
    assert_same(_core.log_gamma_upper_tail(array(a), array(x)), log_upper)
    assert_same(_core.log_gamma_lower_tail(array(a), array(x)), log_lower)


@settings(max_examples=60, deadline=None)
@given(log_uniform(1e-2, 300), log_uniform(1e-2, 300), st.floats(1e-6, 1 - 1e-6))
@example(100.0, 0.5, 0.99)
@example(0.5, 100.0, 0.01)
def test_the_beta_tail_is_that_of_mpmath(a: float, b: float, x: float) -> None:
    y = 1 - x
    with mp.workdps(450):
        tail = mp.betainc(mp.mpf(a), mp.mpf(b), 0, mp.mpf(x), regularized=True)
        if tail < mp.mpf(10) ** -400:
            return
        expected = mp.log(tail)
    assert_same(_core.log_beta_lower_tail(array(a), array(b), array(x), array(y)), expected)


@given(st.floats(-5000, 0))
def test_a_raw_score_goes_back_to_its_probability(log_p: float) -> None:
    score = _core.raw_score(array(log_p))
    assert 0 <= score[0] <= 100
    again = _core.raw_score(_core.log_probability_of_raw_score(score))
    assert again[0] == pytest.approx(score[0], rel=1e-9, abs=1e-15)


@given(st.lists(st.floats(-700, 0), min_size=1, max_size=40), st.integers(1, 5))
def test_the_extremes_never_rise_with_a_falling_probability(
    log_ps: list[float], count: int
) -> None:
    before = _core.log_extreme_probability(np.array(log_ps), count)
    log_ps[0] -= 1.0
    assert _core.log_extreme_probability(np.array(log_ps), count) <= before + 1e-9 * abs(before)


@given(st.lists(st.floats(-700, 0), min_size=1, max_size=40))
def test_the_joint_probability_is_that_of_mpmath(log_ps: list[float]) -> None:
    z = _core.normal_quantile_of_log_tail(np.array(log_ps) - math.log(2))
    half = mp.mpf(float(np.sum(z * z))) / 2
    with mp.workdps(80):
        expected = mp.log(mp.gammainc(mp.mpf(len(log_ps)) / 2, half, regularized=True))
    found = _core.log_joint_probability(np.array(log_ps))
    assert found == pytest.approx(float(expected), rel=1e-9, abs=1e-12)


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="x = 2 values"):
        _core.log_gamma_upper_tail(np.ones(3), np.ones(2))
