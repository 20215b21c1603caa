"""Forecasts after every row, and the intervals that follow from their errors."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from strategies import wave

from adcore import InvalidArgumentError, ThresholdedForest
from adcore.forecaster import Forecaster


def learned(**options: Any) -> Forecaster:
    forecaster = Forecaster(2, horizon=4, number_of_trees=10, sample_size=64, **options)
    forecaster.process(wave(300, 2))
    return forecaster


def test_detects_as_the_thresholded_forest_does() -> None:
    rows = wave(800, spike_at=700)
    found = Forecaster(1, horizon=3).process(rows)
    expected = ThresholdedForest(1).process(rows)
    np.testing.assert_array_equal(found.grade, expected.grade)
    np.testing.assert_array_equal(found.score, expected.score)


def test_a_wave_goes_on_within_its_interval() -> None:
    rows = wave(2000)
    forecaster = Forecaster(1, horizon=3, shingle_size=16)
    inside = 0
    forecaster.process(rows[:1500])
    for start in range(1500, 1990, 10):
        forecast = forecaster.forecast()
        truth = rows[start : start + 3]
        inside += int(((forecast.low <= truth) & (truth <= forecast.high)).sum())
        forecaster.process(rows[start : start + 10])
    assert 0.75 < inside / (3 * 49) <= 1
    assert forecaster.is_ready
    assert (np.abs(forecaster.hit_rate - 0.9) < 0.15).all()
    assert (np.abs(forecaster.mean_error) < 0.3).all()
    assert (forecaster.error_deviation > 0).all()


def test_limits_hold() -> None:
    forecaster = learned(lower_limit=-0.2, upper_limit=[0.1, 0.2])
    forecast = forecaster.forecast()
    assert len(forecast) == 4
    for values in (forecast.value, forecast.low, forecast.high):
        assert (values >= -0.2).all()
        assert (values <= [0.1, 0.2]).all()


def test_the_split_into_calls_does_not_matter() -> None:
    rows = wave(300, 2)
    in_parts = Forecaster(2, horizon=4, number_of_trees=10, sample_size=64)
    for part in np.split(rows, [1, 77, 201]):
        in_parts.process(part)
    at_once = learned()
    np.testing.assert_array_equal(in_parts.forecast().low, at_once.forecast().low)
    assert in_parts.to_bytes() == at_once.to_bytes()


@pytest.mark.parametrize(
    "duplicate",
    [
        copy.copy,
        lambda f: pickle.loads(pickle.dumps(f)),
        lambda f: Forecaster.from_bytes(f.to_bytes()),
    ],
    ids=["copy", "pickle", "bytes"],
)
def test_a_copy_goes_on_identically(duplicate: Any) -> None:
    original = learned()
    other = duplicate(original)
    original.process(wave(50, 2))
    other.process(wave(50, 2))
    assert other.to_bytes() == original.to_bytes()
    assert other.horizon == 4
    assert repr(other) == "Forecaster(2, horizon=4)"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": 0}, "horizon = 0 is not allowed: it must be an integer from 1 to 1024"),
        ({"calibration": "best"}, "calibration = 'best' is not allowed: it must be one of 'none'"),
        ({"percentile": 0.7}, "percentile = 0.7 is not allowed: it must be a number from 0 to 0.5"),
        ({"lower_limit": [1, 2]}, "lower_limit = [1, 2] is not allowed: it must have 1 values"),
        ({"trees": 5}, "option = 'trees' is not allowed: it must be one of 'input_dimensions'"),
        ({"shingle_size": 1}, "shingle_size = 1 is not allowed"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Forecaster(1, **options)
    assert str(caught.value).startswith(message)
