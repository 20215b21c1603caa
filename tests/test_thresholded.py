"""What a thresholded forest says about rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from strategies import FloatArray, Stream, streams, wave

from adcore import DataError, ThresholdedForest, ThresholdedResult

NAN = float("nan")
MINUTE = 60_000


def series_with_gap() -> tuple[FloatArray, np.ndarray[Any, np.dtype[np.int64]]]:
    rows = wave(600, spike_at=500)
    times = np.arange(600, dtype=np.int64) * MINUTE
    kept = np.r_[0:300, 305:600]
    return rows[kept], times[kept]


def assert_same(found: ThresholdedResult, expected: ThresholdedResult) -> None:
    for name, column in expected.to_dict().items():
        if name != "row":
            np.testing.assert_array_equal(found.to_dict()[name], column, err_msg=name)


def join(parts: list[ThresholdedResult]) -> dict[str, Any]:
    return {
        name: np.concatenate([part.to_dict()[name] for part in parts])
        for name in parts[0].to_dict()
    }


# -- properties ----------------------------------------------------------------------------------


@given(stream=streams(missing=True))
def test_the_split_into_calls_does_not_matter(stream: Stream) -> None:
    options = {k: v for k, v in stream.options.items() if k != "internal_rotation"}
    at_once = ThresholdedForest(**options)  # type: ignore[arg-type]
    in_parts = ThresholdedForest(**options)  # type: ignore[arg-type]
    expected = at_once.process(stream.rows).to_dict()
    found = join([in_parts.process(part) for part in stream.parts])
    for name in expected.keys() - {"row"}:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
    assert in_parts.to_bytes() == at_once.to_bytes()


@given(stream=streams(missing=True))
def test_results_are_in_their_ranges(stream: Stream) -> None:
    options = {k: v for k, v in stream.options.items() if k != "internal_rotation"}
    result = ThresholdedForest(**options).process(stream.rows)  # type: ignore[arg-type]
    assert len(result) == len(stream.rows)
    for column in (result.score, result.grade, result.confidence, result.threshold):
        assert np.isfinite(column).all()
        assert (column >= 0).all()
    assert (result.grade <= 1).all()
    assert (result.confidence <= 1).all()
    assert (result.relative_index <= 0).all()
    graded = result.grade > 0
    assert np.isnan(result.past[~graded]).all()
    assert np.isfinite(result.past[graded]).all()
    assert (result.correction[graded] == "none").all()
    assert (result.attribution[~graded] == 0).all()


# -- meaning -------------------------------------------------------------------------------------


def test_a_spike_is_found_with_its_reason() -> None:
    rows = wave(800, 2, spike_at=700)
    found = ThresholdedForest(2).process(rows).anomalies()
    assert found.row.tolist() == [700]
    assert found.grade[0] > 0.5
    assert found.confidence[0] > 0.9
    assert found.relative_index[0] == 0
    assert found.past[0] == pytest.approx(rows[700])
    assert abs(found.expected[0, 0] - (rows[700, 0] - 4)) < 1
    assert found.attribution[0].argmax() == 0


def test_a_second_spike_soon_after_the_first_is_found() -> None:
    rows = wave(800, spike_at=700)
    rows[712, 0] += 4
    assert {700, 712} <= set(ThresholdedForest(1).process(rows).anomalies().row)


def test_an_epsilon_after_a_constant_series_is_no_anomaly() -> None:
    rows = np.full(600, 5.0)
    rows[550] = 5.000001
    assert len(ThresholdedForest(1).process(rows).anomalies()) == 0


def test_a_jump_after_a_constant_series_is_one() -> None:
    rows = np.full(600, 5.0)
    rows[550] = 50.0
    anomalies = ThresholdedForest(1).process(rows).anomalies()
    assert anomalies.row[0] == 550
    assert anomalies.grade[0] == anomalies.grade.max()


@pytest.mark.parametrize("value", [NAN, 1e30, -1e30])
def test_one_strange_value_does_not_corrupt(value: float) -> None:
    rows = wave(800, spike_at=700)
    rows[400] = value
    result = ThresholdedForest(1).process(rows)
    assert 700 in result.anomalies().row
    assert np.isfinite(result.score).all()


def test_missing_rows_are_counted_as_imputed() -> None:
    rows = wave(400)
    rows[300:303] = NAN
    result = ThresholdedForest(1).process(rows)
    assert result.imputed[299:304].tolist() == [0, 1, 1, 1, 0]


def test_options_reach_the_engine() -> None:
    rows = wave(800, spike_at=700)
    rows[700] = rows[699] + 1.0
    usual = ThresholdedForest(1).process(rows).anomalies()
    ignoring = ThresholdedForest(1, ignore_near_expected_above=5.0).process(rows).anomalies()
    assert len(usual) > len(ignoring)
    options = ThresholdedForest(2, weights=[1, 2], z_factor=2.5, mode="time_augmented").options
    assert options["weights"] == [1.0, 2.0]
    assert options["z_factor"] == 2.5
    assert options["mode"] == "time_augmented"
    assert options["shingle_size"] == 8


@pytest.mark.parametrize(
    "transform",
    [
        "none",
        "weighted",
        "difference",
        "normalize",
        "normalize_difference",
        "subtract_moving_average",
    ],
)
@pytest.mark.parametrize("compact", [False, True])
def test_every_transform_finds_the_spike(transform: str, compact: bool) -> None:
    rows = wave(900, spike_at=700) + 3.0
    result = ThresholdedForest(1, transform=transform, compact=compact).process(rows)
    starts = result.row + result.relative_index
    assert 700 in starts[result.grade > 0]


@pytest.mark.parametrize("mode", ["standard", "time_augmented", "streaming_impute"])
@pytest.mark.parametrize("imputation", ["forest", "previous", "zero", "linear", "next"])
def test_every_mode_survives_a_gap(mode: str, imputation: str) -> None:
    rows, times = series_with_gap()
    result = ThresholdedForest(1, mode=mode, imputation=imputation).process(rows, times)
    assert np.isfinite(result.score).all()
    if mode != "time_augmented":
        assert 500 * MINUTE in result.anomalies().anomaly_start


def test_streaming_impute_fills_the_gap() -> None:
    rows, times = series_with_gap()
    result = ThresholdedForest(1, mode="streaming_impute").process(rows, times)
    assert result.imputed[300] == 5


def test_fixed_values_fill_what_is_missing() -> None:
    rows = wave(300, 2)
    rows[100, 1] = NAN
    forest = ThresholdedForest(2, imputation="fixed_values", fill_values=[0, 7])
    assert forest.process(rows).imputed[100] == 1


def test_the_field_s_settings_have_names() -> None:
    opensearch = ThresholdedForest.preset("opensearch", 2).options
    assert opensearch["auto_adjust"] is True
    assert opensearch["alert_once"] is True
    assert opensearch["transform"] == "normalize"
    assert opensearch["input_dimensions"] == 2
    aws = ThresholdedForest.preset("aws", 1, number_of_trees=30).options
    assert aws["transform"] == "none"
    assert aws["number_of_trees"] == 30


def test_the_defaults_are_those_of_the_engine() -> None:
    assert ThresholdedForest(3).options == ThresholdedForest.preset("default", 3).options


def test_what_may_be_set_while_running() -> None:
    forest = ThresholdedForest(1)
    forest.process(wave(300))
    forest.z_factor = 2.0
    forest.lower_threshold = 1.1
    forest.time_decay = 0.01
    assert (forest.z_factor, forest.lower_threshold, forest.time_decay) == (2.0, 1.1, 0.01)


def test_a_wave_goes_on() -> None:
    rows = np.sin(np.arange(2000) / 5)[:, None] * 10 + 100
    forest = ThresholdedForest(1, shingle_size=16)
    forest.process(rows, np.arange(2000) * MINUTE)
    forecast = forest.extrapolate(8)
    truth = np.sin(np.arange(2000, 2008) / 5) * 10 + 100
    assert np.abs(forecast.value[:, 0] - truth).mean() < 4
    assert forecast.timestamps is not None
    assert forecast.timestamps.tolist() == [(2000 + i) * MINUTE for i in range(8)]


# -- times ---------------------------------------------------------------------------------------


def test_times_of_every_kind_give_the_same() -> None:
    rows = wave(60)
    times = np.arange(60) * MINUTE
    expected = ThresholdedForest(1).process(rows, times)
    moments = times.astype("M8[ms]")
    assert_same(ThresholdedForest(1).process(rows, moments), expected)
    assert_same(ThresholdedForest(1).process(rows, moments.astype(dt.datetime).tolist()), expected)
    assert expected.timestamp.tolist() == times.tolist()


@pytest.mark.parametrize("times", [[0, 1, 2, 2], [0, 1, 2, 1]])
def test_late_rows(times: list[int]) -> None:
    rows = wave(4)
    skipped = ThresholdedForest(1, late_rows="skip").process(rows, times)
    assert skipped.status.tolist() == ["warming_up"] * 3 + ["skipped"]
    assert len(ThresholdedForest(1, late_rows="learn").process(rows, times)) == 4
    refusing = ThresholdedForest(1, late_rows="refuse")
    with pytest.raises(DataError, match="row 3 is not later than the row before"):
        refusing.process(rows, times)
    assert refusing.total_updates == 0


# -- the result ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def result() -> ThresholdedResult:
    rows = wave(800, 2, spike_at=700)
    return ThresholdedForest(2).process({"cpu": rows[:, 0], "disk": rows[:, 1]})


def test_rows_can_be_taken(result: ThresholdedResult) -> None:
    assert len(result) == 800
    assert result[5:8].row.tolist() == [5, 6, 7]
    assert result[[3, 1]].expected.shape == (2, 2)
    assert result[result.grade > 0].row.tolist() == result.anomalies().row.tolist() == [700]
    assert repr(result) == "ThresholdedResult(800 rows, 1 anomalies)"


def test_columns_are_split_by_field(result: ThresholdedResult) -> None:
    columns = result.to_dict()
    assert {"expected_cpu", "expected_disk", "past_cpu", "attribution_disk"} <= columns.keys()
    assert all(len(column) == 800 for column in columns.values())
    assert set(columns["status"]) == {"warming_up", "scored"}


def test_to_pandas(result: ThresholdedResult) -> None:
    pytest.importorskip("pandas")
    frame = result.to_pandas()
    assert frame.shape[0] == 800
    assert frame["grade"].idxmax() == 700


def test_to_polars(result: ThresholdedResult) -> None:
    pytest.importorskip("polars")
    frame = result.to_polars()
    assert frame["grade"].arg_max() == 700


def test_to_arrow(result: ThresholdedResult) -> None:
    pytest.importorskip("pyarrow")
    table = result.to_arrow()
    assert table.num_rows == 800
    assert table.column("past_cpu").to_pylist()[700] == result.past[700, 0]


def test_no_rows() -> None:
    empty = ThresholdedForest(2).process([])
    assert len(empty) == 0
    assert empty.expected.shape == (0, 2)
    assert len(empty.anomalies()) == 0


def test_repr() -> None:
    forest = ThresholdedForest(2, mode="streaming_impute")
    assert repr(forest) == (
        "ThresholdedForest(2, shingle_size=8, transform='normalize', mode='streaming_impute') "
        "after 0 rows"
    )
