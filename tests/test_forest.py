"""What holds for every forest, whatever the stream."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from strategies import Stream, streams, wave

from adcore import CompactForest, DataError, RandomCutForest, ThresholdedForest
from adcore._core import ForestConfig

Kind = type[RandomCutForest] | type[CompactForest]
KINDS = pytest.mark.parametrize("kind", [RandomCutForest, CompactForest])
NAN = float("nan")


def make(kind: Kind, stream: Stream, **options: Any) -> RandomCutForest | CompactForest:
    return kind(**(stream.options | options))


# -- properties ----------------------------------------------------------------------------------


@KINDS
@given(stream=streams(missing=True))
def test_the_split_into_calls_does_not_matter(kind: Kind, stream: Stream) -> None:
    at_once, in_parts = make(kind, stream), make(kind, stream)
    scores = at_once.process(stream.rows)
    parts = [in_parts.process(part) for part in stream.parts]
    np.testing.assert_array_equal(np.concatenate(parts), scores)
    assert in_parts.to_bytes() == at_once.to_bytes()


@KINDS
@given(stream=streams(missing=True))
def test_the_number_of_threads_does_not_matter(kind: Kind, stream: Stream) -> None:
    one, three = make(kind, stream), make(kind, stream, threads=3)
    np.testing.assert_array_equal(three.process(stream.rows), one.process(stream.rows))
    assert three.to_bytes() == one.to_bytes()
    np.testing.assert_array_equal(three.score(stream.rows), one.score(stream.rows))
    np.testing.assert_array_equal(
        three.attribution(stream.rows).high, one.attribution(stream.rows).high
    )


@KINDS
@given(stream=streams(missing=True))
def test_processing_is_scoring_then_learning(kind: Kind, stream: Stream) -> None:
    together, apart = make(kind, stream), make(kind, stream)
    scores = []
    for row in stream.rows:
        scores.append(apart.score(row[None, :])[0])
        apart.update(row[None, :])
    np.testing.assert_array_equal(together.process(stream.rows), scores)
    assert together.to_bytes() == apart.to_bytes()


@KINDS
@given(stream=streams())
def test_attribution_sums_to_the_score(kind: Kind, stream: Stream) -> None:
    forest = make(kind, stream)
    forest.update(stream.rows)
    attribution = forest.attribution(stream.rows)
    np.testing.assert_allclose(attribution.total, forest.score(stream.rows), rtol=1e-5, atol=1e-9)
    assert (attribution.high >= 0).all()
    assert (attribution.low >= 0).all()


@KINDS
@given(stream=streams(missing=True))
def test_questions_change_nothing(kind: Kind, stream: Stream) -> None:
    forest = make(kind, stream)
    forest.update(stream.rows)
    before = forest.to_bytes()
    forest.score(stream.rows)
    forest.displacement(stream.rows)
    forest.density(stream.rows)
    forest.impute(stream.rows[0])
    assert forest.to_bytes() == before


@KINDS
@given(stream=streams(missing=True))
def test_missing_values_never_corrupt(kind: Kind, stream: Stream) -> None:
    forest = make(kind, stream)
    scores = forest.process(stream.rows)
    empty = np.isnan(stream.rows).all(axis=1)
    assert np.isnan(scores[empty]).all()
    assert np.isfinite(scores[~empty]).all()
    assert np.isfinite(forest.shingle).all()
    assert np.isfinite(forest.process(np.zeros_like(stream.rows))).all()
    assert forest.total_updates == 2 * len(stream.rows)


@KINDS
@given(stream=streams())
def test_the_cache_fraction_does_not_matter(kind: Kind, stream: Stream) -> None:
    kept = make(kind, stream)
    dropped = make(kind, stream, bounding_box_cache_fraction=0.0)
    np.testing.assert_array_equal(kept.process(stream.rows), dropped.process(stream.rows))


# -- missing values ------------------------------------------------------------------------------


def test_before_the_forest_is_ready_a_missing_value_is_that_of_the_row_before() -> None:
    forest = RandomCutForest(2, shingle_size=3)
    forest.update([[1, NAN], [NAN, 5], [NAN, NAN]])
    np.testing.assert_array_equal(forest.shingle, [1, 0, 1, 5, 1, 5])


def test_with_rotation_a_missing_value_is_that_of_the_row_before() -> None:
    forest = RandomCutForest(1, shingle_size=3, internal_rotation=True)
    forest.update([1, 2, NAN, NAN, 7, NAN])
    np.testing.assert_array_equal(forest.shingle, [2, 7, 7])


def test_a_ready_forest_imputes_what_it_holds_likely() -> None:
    rows = wave(1000, 2)
    forest = RandomCutForest(2, shingle_size=4)
    forest.update(rows[:-1])
    row = rows[-1].copy()
    row[1] = NAN
    assert abs(forest.impute(row).value[1] - rows[-1, 1]) < 0.3
    gap = forest.score(row[None, :])
    assert gap[0] < 1.5
    forest.update(row[None, :])
    assert abs(forest.shingle[-1] - rows[-1, 1]) < 0.3


def test_rows_with_imputed_values_are_not_sampled() -> None:
    rows = wave(500)
    forest = RandomCutForest(1)
    forest.update(rows)
    before = forest.score([0.5, 5.0])
    forest.process(np.full(300, NAN))
    np.testing.assert_array_equal(forest.score([0.5, 5.0]), before)


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), 1.1e30, -1e300])
@pytest.mark.parametrize("call", ["process", "update", "score", "attribution"])
def test_values_out_of_range_are_refused_as_a_whole(value: float, call: str) -> None:
    forest = RandomCutForest(2)
    forest.update(wave(100, 2))
    before = forest.to_bytes()
    with pytest.raises(
        DataError, match=r"^X, row 1, column 0 is .*: expected a value from -1e\+30"
    ):
        getattr(forest, call)([[1, 2], [value, 2]])
    assert forest.to_bytes() == before


def test_the_largest_values_allowed() -> None:
    forest = RandomCutForest(1, output_after=1)
    assert np.isfinite(forest.process(np.tile([1e30, -1e30, 0.0], 200))).all()


# -- meaning -------------------------------------------------------------------------------------


@KINDS
def test_a_spike_scores_highest(kind: Kind) -> None:
    scores = kind(1, shingle_size=4).process(wave(1000, spike_at=700))
    # The spike is part of four points.
    assert 700 <= scores.argmax() < 704
    assert scores[700] > 2 * np.median(scores[300:])


@KINDS
def test_the_attribution_of_a_spike_is_where_it_is(kind: Kind) -> None:
    rows = wave(600, 3)
    forest = kind(3)
    forest.update(rows)
    high = forest.attribution(rows[:1] + np.array([0, 9.0, 0]))
    low = forest.attribution(rows[:1] - np.array([0, 9.0, 0]))
    assert high.high[0].argmax() == 1
    assert high.high[0, 1] > 0.7 * high.total[0]
    assert low.low[0, 1] > 0.7 * low.total[0]


@KINDS
def test_displacement_and_density_tell_outliers(kind: Kind) -> None:
    rows = np.random.default_rng(0).normal(size=(600, 2))
    forest = kind(2)
    forest.update(rows)
    displacement = forest.displacement([[0, 0], [8, 8]])
    assert displacement[1] > 3 * displacement[0]
    density = forest.density([[0, 0], [8, 8]])
    assert density.value[0] > 3 * density.value[1]
    np.testing.assert_allclose(
        density.high.sum(axis=1) + density.low.sum(axis=1), density.value, rtol=1e-6
    )


@KINDS
def test_near_neighbors_are_near_and_in_order(kind: Kind) -> None:
    rows = np.random.default_rng(0).normal(size=(600, 2))
    forest = kind(2)
    forest.update(rows)
    found = forest.near_neighbors(rows[-1], 0.5)
    assert len(found) > 0
    assert (np.diff(found.distances) >= 0).all()
    assert (found.distances <= 0.5).all()
    # A compact forest stores its sample with less precision.
    precision = 1e-6 if kind is RandomCutForest else 1e-2
    distances = np.linalg.norm(found.points - rows[-1], axis=1)
    np.testing.assert_allclose(distances, found.distances, atol=precision)
    for point in found.points:
        assert np.abs(rows - point).max(axis=1).min() <= precision
    assert (found.trees >= 1).all()


@KINDS
def test_a_wave_goes_on(kind: Kind) -> None:
    rows = np.sin(np.arange(2000) / 5)[:, None]
    forest = kind(1, shingle_size=16, number_of_trees=100)
    forest.update(rows)
    forecast = forest.extrapolate(10)
    assert forecast.value.shape == (10, 1)
    truth = np.sin(np.arange(2000, 2010) / 5)[:, None]
    assert np.abs(forecast.value - truth).mean() < 0.35
    assert (forecast.low <= forecast.high).all()
    assert len(np.unique(forecast.value)) > 5


@KINDS
def test_a_constant_series_scores_low(kind: Kind) -> None:
    scores = kind(1, shingle_size=2).process(np.full(500, 3.25))
    assert scores.max() < 2


def test_time_decay_forgets() -> None:
    rows = np.concatenate([np.zeros(2000), np.ones(2000)])[:, None] * 10 + wave(4000)
    keeps, forgets = RandomCutForest(1, time_decay=0.0), RandomCutForest(1, time_decay=0.1)
    keeps.update(rows)
    forgets.update(rows)
    assert forgets.score([0.0])[0] > 1.5 * keeps.score([0.0])[0]


# -- facts ---------------------------------------------------------------------------------------


@KINDS
def test_facts(kind: Kind) -> None:
    forest = kind(2, shingle_size=4, number_of_trees=7, sample_size=32, seed=5, threads=2)
    assert forest.input_dimensions == 2
    assert forest.shingle_size == 4
    assert forest.dimensions == 8
    assert forest.number_of_trees == 7
    assert forest.sample_size == 32
    assert forest.output_after == 8
    assert forest.seed == 5
    assert forest.threads == 2
    assert forest.time_decay == pytest.approx(1 / 320)
    assert (forest.total_updates, forest.is_ready) == (0, False)
    assert forest.memory_bytes() > 0
    forest.update(wave(100, 2))
    assert (forest.total_updates, forest.is_ready) == (100, True)
    assert repr(forest) == (
        f"{kind.__name__}(2, shingle_size=4, number_of_trees=7, sample_size=32) after 100 rows"
    )


@KINDS
def test_the_defaults_are_those_of_the_engine(kind: Kind) -> None:
    made, engine = kind(1)._forest.config, ForestConfig()
    names = [name for name in dir(ForestConfig) if not name.startswith("_") and name != "validate"]
    assert len(names) > 10
    for name in names:
        assert getattr(made, name) == getattr(engine, name), name


def test_what_may_be_set_while_running() -> None:
    forest = RandomCutForest(1)
    forest.update(wave(300))
    scores = forest.score([0.0, 9.0])
    forest.bounding_box_cache_fraction = 0.25
    assert forest.bounding_box_cache_fraction == 0.25
    np.testing.assert_array_equal(forest.score([0.0, 9.0]), scores)
    forest.time_decay = 0.02
    assert forest.time_decay == 0.02
    forest.threads = 3
    assert forest.threads == 3
    np.testing.assert_array_equal(forest.score([0.0, 9.0]), scores)


def test_external_shingles_are_whole_points() -> None:
    rows = wave(300)
    points = np.lib.stride_tricks.sliding_window_view(rows[:, 0], 4)
    external = RandomCutForest(1, shingle_size=4, internal_shingling=False)
    internal = RandomCutForest(1, shingle_size=4)
    found, expected = external.process(points), internal.process(rows)[3:]
    assert found.argmax() == expected.argmax()
    np.testing.assert_array_equal(external.shingle, internal.shingle)


def test_whole_points_and_rows_are_told_apart_by_their_width() -> None:
    rows = wave(300, 2)
    forest = RandomCutForest(2, shingle_size=3)
    forest.update(rows[:-1])
    as_row = forest.score(rows[-1:])
    as_point = forest.score(rows[-3:].reshape(1, 6))
    np.testing.assert_array_equal(as_row, as_point)


@KINDS
def test_ten_thousand_columns(kind: Kind) -> None:
    rows = np.random.default_rng(0).normal(size=(12, 10_000))
    forest = kind(10_000, number_of_trees=3, sample_size=8, output_after=2)
    assert np.isfinite(forest.process(rows)).all()


def test_no_rows() -> None:
    forest = RandomCutForest(3)
    assert forest.process([]).shape == (0,)
    assert forest.score(np.empty((0, 3))).shape == (0,)
    assert forest.attribution(np.empty((0, 3))).high.shape == (0, 3)
    assert forest.total_updates == 0


def layouts(rows: Any) -> dict[str, Any]:
    """The same rows as memory may hold them."""
    read_only = rows.copy()
    read_only.flags.writeable = False
    return {
        "byte-swapped": rows.astype(rows.dtype.newbyteorder()),
        "Fortran": np.asfortranarray(rows),
        "every third": np.repeat(rows, 3, axis=0)[::3],
        "columns of more": np.hstack([rows, rows])[:, : rows.shape[1]],
        "backwards": rows[::-1].copy()[::-1],
        "unaligned": np.frombuffer(b"x" + rows.tobytes(), np.uint8)[1:]
        .view(rows.dtype)
        .reshape(rows.shape),
        "read-only": read_only,
    }


@pytest.mark.parametrize("name", layouts(np.zeros((1, 1))))
def test_the_layout_in_memory_does_not_matter(name: str) -> None:
    rows = wave(300, 2)
    times = 60_000 * np.arange(300)
    other, other_times = layouts(rows)[name], layouts(times[:, None])[name][:, 0]
    for kind in (RandomCutForest, CompactForest):
        forest, twin = kind(2, shingle_size=2), kind(2, shingle_size=2)
        np.testing.assert_array_equal(forest.process(rows), twin.process(other))
    expected = ThresholdedForest(2, mode="time_augmented").process(rows, times)
    found = ThresholdedForest(2, mode="time_augmented").process(other, other_times)
    np.testing.assert_array_equal(found.score, expected.score)
