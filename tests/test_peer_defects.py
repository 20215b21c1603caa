"""Defects that other random cut forests were found to have: ours must not grow them.

Each test names the library and what it did; its C++ twins with more settings are in
``cpp/tests/test_thresholded_forest_defects.cpp``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from strategies import wave

from adcore import CompactForest, DataError, RandomCutForest, ThresholdedForest

KINDS = pytest.mark.parametrize("kind", [RandomCutForest, CompactForest])
NAN = float("nan")


def anomalies(rows: Any, **options: Any) -> dict[int, float]:
    rows = np.asarray(rows, dtype=np.float64)
    width = 1 if rows.ndim == 1 else rows.shape[1]
    found = ThresholdedForest(width, **options).process(rows).anomalies()
    return dict(zip(found.row.tolist(), found.grade.tolist(), strict=True))


# -- forecasts


@KINDS
@pytest.mark.parametrize(("rotation", "period"), [(False, 25), (True, 12)])
def test_a_forecast_is_not_one_number_repeated(kind: Any, rotation: bool, period: int) -> None:
    """The Rust library and krcf: without rotation each step was the first one again."""
    truth = np.sin(np.arange(1512) * 2 * np.pi / period)
    forest = kind(1, shingle_size=12, internal_rotation=rotation)
    forest.update(truth[:1500])
    forecast = forest.extrapolate(12).value[:, 0]
    assert forecast == pytest.approx(truth[1500:], abs=0.2)


@pytest.mark.parametrize("transform", ["difference", "normalize_difference"])
def test_differences_are_undone_step_by_step(transform: str) -> None:
    """Java: each step of a forecast of differences was added to the first step."""
    rows = 100 + 2.0 * np.arange(600) + np.tile([0.0, 0.5, -0.5], 200)
    forest = ThresholdedForest(1, shingle_size=6, transform=transform)
    forest.process(rows)
    steps = forest.extrapolate(6).value[:, 0] - rows[-1]
    assert steps == pytest.approx(2.0 * np.arange(1, 7), abs=2.0)
    assert (np.diff(steps) > 0).all()


# -- values that are none


@KINDS
@pytest.mark.parametrize("shingle_size", [1, 4])
def test_one_nan_corrupts_nothing(kind: Any, shingle_size: int) -> None:
    """krcf: "deleting wrong node" on later updates; Java: "union is a single point"."""
    rows = wave(3000, 2)
    broken = rows.copy()
    broken[700, 0] = NAN
    broken[900] = NAN
    forest = kind(2, shingle_size=shingle_size, sample_size=64, number_of_trees=20)
    scores = forest.process(broken)
    # Long enough for the row with the NaN to have been sampled, kept and evicted again.
    assert np.isfinite(np.delete(scores, 900)).all()
    assert np.isfinite(forest.score(rows[-50:])).all()
    restored = kind.from_bytes(forest.to_bytes())
    np.testing.assert_array_equal(restored.process(rows[:200]), forest.process(rows[:200]))


@KINDS
def test_infinite_values_get_no_score(kind: Any) -> None:
    """krcf: score(inf) was NaN."""
    forest = kind(1)
    forest.update(wave(300))
    for value in (float("inf"), -float("inf")):
        with pytest.raises(DataError, match="row 0, column 0"):
            forest.score([value])


# -- constant series


def test_a_constant_series_with_an_epsilon() -> None:
    """All peers: any change after a constant series, however small, had the highest score."""
    constant = np.full(600, 5.0)
    for epsilon in (1e-9, 1e-6, 4e-4, -4e-4):
        rows = constant.copy()
        rows[550] += epsilon
        assert anomalies(rows) == {}
    jump = constant.copy()
    jump[550] = 50.0
    assert anomalies(jump)[550] > 0.5


def test_constant_rows_with_an_epsilon_in_one_column() -> None:
    """Java, issue 400: (5, 10, 2), then (5, 10, 2 + 1e-4), had grade 1."""
    rows = np.tile([5.0, 10.0, 2.0], (700, 1))
    rows[600, 2] += 1e-4
    for options in ({}, {"shingle_size": 1, "transform": "normalize"}, {"z_factor": 7.0}):
        assert anomalies(rows, **options) == {}
    rows[650, 2] = 30.0
    assert 650 in anomalies(rows)


def test_a_constant_series_has_finite_scores_and_no_anomaly() -> None:
    """rrcf: duplicates of one point crashed it, issue 88."""
    result = ThresholdedForest(1).process(np.full(2000, -3.25))
    assert np.isfinite(result.score).all()
    assert not result.grade.any()


# -- thresholds


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_normalised_forests_do_alert(seed: int) -> None:
    """The Rust library: its normalised thresholded forest never alerted on taxi rides."""
    hours = np.arange(3000)
    rides = 15_000 + 8_000 * np.sin(hours * 2 * np.pi / 48)
    rides += 400 * np.random.default_rng(seed).normal(size=len(hours))
    rides[2500:2506] -= 9_000
    for preset in ("default", "opensearch", "aws"):
        forest = ThresholdedForest.preset(preset, 1, transform="normalize", shingle_size=8)
        found = forest.process(rides).anomalies().row
        assert ((found >= 2500) & (found < 2514)).any(), preset


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("gaps", "options"),
    [
        ((9, 10, 12, 20), {}),
        # One alert per incident is what the default settings mean by soon: within a shingle.
        ((1, 2, 3, 5, 7, 8), {"auto_adjust": False, "alert_once": False}),
    ],
    ids=["default", "every row for itself"],
)
def test_a_second_spike_soon_after_the_first(
    gaps: tuple[int, ...], options: dict[str, Any], sign: int
) -> None:
    """Java, issue 359: the shingle with the first spike hid the second."""
    for gap in gaps:
        rows = wave(900, spike_at=700)
        rows[700 + gap, 0] += 4 * sign
        assert {700, 700 + gap} <= set(anomalies(rows, **options)), gap


def test_a_spike_never_lowers_its_score() -> None:
    """Java, issue 411: without a seed a spike lowered the score in one run of four."""
    rows = wave(800, spike_at=700)
    first, second = (ThresholdedForest(1).process(rows) for _ in range(2))
    np.testing.assert_array_equal(first.score, second.score)
    for seed in range(8):
        scores = ThresholdedForest(1, seed=seed).process(rows).score
        assert scores[700] > np.quantile(scores[300:], 0.995)


def test_the_order_of_features_does_not_decide() -> None:
    """Java, issue 410: other anomalies once two columns had changed places."""
    rows = np.column_stack([wave(900)[:, 0], 50 * wave(900, spike_at=800)[::1, 0] + 7])
    straight, swapped = anomalies(rows), anomalies(rows[:, ::-1])
    assert straight[800] == pytest.approx(swapped[800], abs=0.15)
    assert {row for row, grade in straight.items() if grade > 0.5} == {
        row for row, grade in swapped.items() if grade > 0.5
    }


def test_the_sampling_support_is_not_ignored() -> None:
    """Java: ``setSamplingSupport`` dropped its argument."""
    forest = ThresholdedForest(1, sampling_support=0.2)
    assert forest.options["sampling_support"] == 0.2
    rows = 10 * np.sin(np.arange(4000) / 30) + np.random.default_rng(3).normal(size=4000)
    rows[1000::173] += 6
    counts = [len(anomalies(rows, sampling_support=s, z_factor=2.0)) for s in (0.0, 0.2)]
    assert counts[0] != counts[1]


# -- confidence and memory


@pytest.mark.parametrize("shingle_size", [1, 8])
def test_confidence_falls_where_values_are_missing(shingle_size: int) -> None:
    """Java, pull requests 405 and 407: wrong where all values miss, or the shingle is long."""
    rows = wave(800)
    full = ThresholdedForest(1, shingle_size=shingle_size).process(rows).confidence
    gappy = rows.copy()
    gappy[400:600] = NAN
    holes = ThresholdedForest(1, shingle_size=shingle_size).process(gappy).confidence
    np.testing.assert_array_equal(full[:400], holes[:400])
    assert (np.diff(full[100:]) >= -1e-12).all()
    assert holes[599] < 0.8 * full[599]
    assert holes[599] < holes[799] <= full[799]
    nothing = ThresholdedForest(1, shingle_size=shingle_size).process(np.full(300, NAN))
    assert nothing.confidence.max() == 0


def test_without_cached_boxes_nothing_grows() -> None:
    """Java: a cache fraction of 0 allocated all boxes again at every row."""
    forest = ThresholdedForest(1, bounding_box_cache_fraction=0.0)
    boxes = ThresholdedForest(1, bounding_box_cache_fraction=1.0)
    rows = wave(1500)
    np.testing.assert_array_equal(forest.process(rows).score, boxes.process(rows).score)
    held = forest.memory_bytes()
    assert held < boxes.memory_bytes()
    for start in range(0, 1500, 100):
        forest.process(rows[start : start + 100])
    assert forest.memory_bytes() <= 1.1 * held
