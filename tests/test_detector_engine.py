from __future__ import annotations

import itertools
import signal
import threading
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from detector_bodies import MINUTE, sent, waves
from hypothesis import given
from hypothesis import strategies as st

from adcore import Detector, DetectorResults
from adcore.detector import CancelToken, DetectorConfigError, Piece
from adcore.errors import SnapshotError

SMALL: dict[str, Any] = {"min_samples": 40, "number_of_trees": 10, "seed": 7}


def make(**options: Any) -> Detector:
    given: dict[str, Any] = {
        "name": "cpu",
        "time_field": "ts",
        "features": {"cpu": "mean(cpu)"},
        "detection_interval": "1m",
        "detector_id": "d",
    }
    return Detector(**(given | SMALL | options))


def part(data: dict[str, Any], rows: Any) -> dict[str, Any]:
    return {name: column[rows] for name, column in data.items()}


def assert_same(found: DetectorResults, expected: DetectorResults) -> None:
    keys = [[r.entities[e] for e in r.entity] for r in (found, expected)]
    assert keys[0] == keys[1]
    of_rows, expected_of_rows = (r.entity_ids[r.entity] for r in (found, expected))
    np.testing.assert_array_equal(of_rows, expected_of_rows)
    for field in fields(DetectorResults):
        if field.name not in ("context", "entities", "entity_ids", "entity", "is_complete"):
            one, other = getattr(found, field.name), getattr(expected, field.name)
            np.testing.assert_array_equal(one, other, err_msg=field.name)


def live(detector: Detector, data: dict[str, Any], sizes: list[int]) -> DetectorResults:
    """Rows in batches of given sizes, again and again, and the end."""
    results, first, turn = [], 0, 0
    while first < len(data["ts"]):
        size = sizes[turn % len(sizes)]
        results.append(detector.process(part(data, slice(first, first + size))))
        first, turn = first + size, turn + 1
    return DetectorResults.concat([*results, detector.flush()])


# -- anomalies are found


def test_a_planted_spike_is_found_and_explained() -> None:
    data = waves(600)
    data["cpu"][500] = 200
    results = make(min_samples=128).run(data)
    anomalies = results.anomalies()
    assert anomalies.data_start_time.tolist() == [500 * MINUTE]
    assert anomalies.past_values.tolist() == [[200.0]]
    usual = 50 + 10 * np.sin(500 / 5)
    np.testing.assert_allclose(anomalies.expected_values, [[usual]], atol=6)
    assert anomalies.relevant_attribution.tolist() == [[1.0]]
    assert anomalies.anomaly_grade[0] == 1.0
    assert np.all(results.anomaly_score[:128] == 0)
    assert np.all(results.confidence[:128] == 0)
    assert np.all(results.anomaly_score[128:] > 0)
    assert np.all(results.confidence[128:] > 0)


def test_the_entity_and_the_feature_to_blame_are_named() -> None:
    data = waves(300, hosts=4)
    at = 4 * 250 + 2
    data["net"][at] = 90
    detector = make(features={"cpu": "mean(cpu)", "net": "mean(net)"}, category_field=["host"])
    anomalies = detector.run(data).anomalies()
    assert [anomalies.entities[e] for e in anomalies.entity] == [("h2",)]
    assert anomalies.data_start_time.tolist() == [250 * MINUTE]
    assert anomalies.relevant_attribution[0, 1] > 0.9
    np.testing.assert_allclose(anomalies.relevant_attribution.sum(axis=1), 1)


def test_a_longer_interval_gathers_rows() -> None:
    data = waves(600)
    results = make(detection_interval="5m", features={"n": "count", "top": "max(cpu)"}).run(data)
    assert len(results) == 120
    assert np.all(results.feature_data[:, 0] == 5)
    np.testing.assert_array_equal(
        results.feature_data[:, 1], data["cpu"].reshape(-1, 5).max(axis=1)
    )


def test_two_category_fields_make_one_entity() -> None:
    data = waves(60, hosts=2)
    data["site"] = np.array(["x", "y"], dtype=object)[np.arange(120) // 2 % 2]
    results = make(category_field=["site", "host"]).run(data)
    assert sorted(results.entities) == [("x", "h0"), ("x", "h1"), ("y", "h0"), ("y", "h1")]
    assert len(results) == 120


@pytest.mark.trap(number=27)
def test_values_of_a_category_that_are_too_long_have_no_model() -> None:
    data = waves(60, hosts=2)
    data["host"] = np.where(data["host"] == "h1", "x" * 257, data["host"])
    detector = make(category_field=["host"])
    results = live(detector, data, [50])
    assert results.entities == [("h0",)]
    assert len(detector.profile("models")["models"]) == 1


# -- rules


def rule(kind: str, **limit: Any) -> dict[str, Any]:
    condition = {"feature_name": "cpu", "threshold_type": kind, **limit}
    return {"action": "IGNORE_ANOMALY", "conditions": [condition]}


def spiked(value: float) -> dict[str, Any]:
    data = waves(400)
    data["cpu"][350] = value
    return data


NEVER = rule("ACTUAL_OVER_EXPECTED_MARGIN", operator="LTE", value=0)


@pytest.mark.parametrize(
    ("value", "given", "is_told"),
    [
        # The usual value there is near 58.
        (130, NEVER, True),
        (130, rule("ACTUAL_OVER_EXPECTED_MARGIN", operator="LTE", value=50), True),
        (130, rule("ACTUAL_OVER_EXPECTED_MARGIN", operator="LTE", value=90), False),
        (130, rule("EXPECTED_OVER_ACTUAL_MARGIN", operator="LTE", value=90), True),
        (130, rule("ACTUAL_OVER_EXPECTED_RATIO", operator="LTE", value=2), False),
        (130, rule("ACTUAL_OVER_EXPECTED_MARGIN", operator="GT", value=50), False),
        (130, rule("ACTUAL_OVER_EXPECTED_MARGIN", operator="GTE", value=90), True),
        (130, rule("ACTUAL_OVER_EXPECTED_RATIO", operator="GT", value=0.5), False),
        (130, rule("ACTUAL_IS_OVER_EXPECTED"), False),
        (130, rule("ACTUAL_IS_BELOW_EXPECTED"), True),
        (-30, NEVER, True),
        (-30, rule("EXPECTED_OVER_ACTUAL_MARGIN", operator="LTE", value=120), False),
        (-30, rule("EXPECTED_OVER_ACTUAL_RATIO", operator="GT", value=1), False),
        (-30, rule("ACTUAL_IS_OVER_EXPECTED"), True),
        (-30, rule("ACTUAL_IS_BELOW_EXPECTED"), False),
    ],
)
def test_rules_take_anomalies_back(value: float, given: dict[str, Any], is_told: bool) -> None:
    results = make(rules=[given]).run(spiked(value))
    at = results.data_start_time == 350 * MINUTE
    assert (results.anomaly_grade[at] > 0).tolist() == [is_told]
    # The score is what the forest says, whatever the rules.
    assert results.anomaly_score[at] > 2


def test_conditions_of_a_rule_hold_together_and_rules_each() -> None:
    over = {"feature_name": "cpu", "threshold_type": "ACTUAL_IS_OVER_EXPECTED"}
    far = {
        "feature_name": "cpu",
        "threshold_type": "ACTUAL_OVER_EXPECTED_MARGIN",
        "operator": "GT",
        "value": 500,
    }
    both = {"action": "IGNORE_ANOMALY", "conditions": [over, far]}
    data = spiked(130)
    at = 350 * MINUTE
    assert at in make(rules=[both]).run(data).anomalies().data_start_time
    each = make(rules=[both, rule("ACTUAL_IS_OVER_EXPECTED")]).run(data)
    assert at not in each.anomalies().data_start_time


def test_a_rule_about_one_feature_leaves_the_other_alone() -> None:
    data = waves(400)
    data["net"][350] = 90
    features = {"cpu": "mean(cpu)", "net": "mean(net)"}
    for kind in ("ACTUAL_IS_OVER_EXPECTED", "ACTUAL_IS_BELOW_EXPECTED"):
        results = make(features=features, rules=[rule(kind)]).run(data)
        assert 350 * MINUTE in results.anomalies().data_start_time


# -- missing data


def gappy() -> dict[str, Any]:
    """A wave of 200 intervals of which 60 to 63 have no rows, and 80 has no value."""
    data = waves(200)
    data["cpu"][80] = np.nan
    return part(data, np.r_[0:60, 64:200])


@pytest.mark.trap(number=18)
def test_without_imputation_an_interval_without_data_says_so() -> None:
    results = make().run(gappy())
    empty = ~results.has_data
    assert np.flatnonzero(empty).tolist() == [60, 61, 62, 63, 80]
    assert len(results) == 200
    assert np.isnan(results.feature_data[empty]).all()
    assert results.rows(task_id="t")[60] == {
        "detector_id": "d",
        "schema_version": 7,
        "data_start_time": 60 * MINUTE,
        "data_end_time": 61 * MINUTE,
        "feature_data": [],
        "error": "No data in current detection window",
        "task_id": "t",
        "model_id": "d_model_rcf_0",
    }


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("ZERO", 0.0),
        ({"method": "FIXED_VALUES", "default_fill": {"cpu": 51.5}}, 51.5),
        ({"cpu": 51.5}, 51.5),
        ("PREVIOUS", None),
    ],
)
def test_imputation_fills_what_is_missing(option: Any, expected: float | None) -> None:
    data = gappy()
    results = make(imputation_option=option).run(data)
    assert results.has_data.all()
    assert np.flatnonzero(results.feature_imputed[:, 0]).tolist() == [60, 61, 62, 63, 80]
    wanted = [data["cpu"][59]] * 4 if expected is None else [expected] * 4
    np.testing.assert_array_equal(results.feature_data[60:64, 0], wanted)
    document = results.rows(task_id="t")[61]
    assert document["feature_data"][0]["data"] == round(wanted[0], 3)
    (imputed,) = document["feature_imputed"]
    assert imputed["imputed"] is True


@pytest.mark.parametrize("category_field", [[], ["host"]])
@pytest.mark.parametrize(("gap", "is_told"), [(1, False), (4, False), (7, False), (9, True)])
def test_one_alert_per_incident(category_field: list[str], gap: int, is_told: bool) -> None:
    """As the plugins have it: what comes within a shingle is scored, and not graded."""
    data = waves(600)
    data["cpu"][[500, 500 + gap]] *= 5
    results = make(category_field=category_field, features=["mean(cpu)"]).run(data)
    again = 500 + gap
    assert results.anomaly_grade[500] > 0
    assert bool(results.anomaly_grade[again] > 0) == is_told
    assert results.anomaly_score[again] > results.threshold[again]


@pytest.mark.trap(number=16)
def test_sums_and_counts_of_nothing_are_zero_and_no_guess() -> None:
    results = make(features={"total": "sum(cpu)", "n": "count", "mean": "mean(cpu)"}).run(gappy())
    assert results.has_data.all()
    assert results.feature_data[60:64, :2].tolist() == [[0.0, 0.0]] * 4
    assert not results.feature_imputed[:, :2].any()
    assert results.feature_imputed[60:64, 2].all()


@pytest.mark.trap(number=16)
def test_an_entity_that_is_not_seen_has_no_result_unless_it_is_imputed() -> None:
    data = waves(120, hosts=3)
    away = (data["host"] == "h1") & (data["ts"] >= 60 * MINUTE) & (data["ts"] < 64 * MINUTE)
    data = part(data, ~away)
    without = make(category_field=["host"], features=["sum(cpu)"]).run(data)
    assert len(without.of_entity("h1")) == 116
    assert without.has_data.all()
    filled = make(category_field=["host"], features=["sum(cpu)"], imputation_option="PREVIOUS").run(
        data
    )
    one = filled.of_entity("h1")
    assert len(one) == 120
    assert np.flatnonzero(one.feature_imputed[:, 0]).tolist() == [60, 61, 62, 63]


def test_numbers_that_no_forest_takes_are_missing() -> None:
    data = waves(120)
    data["cpu"][70], data["cpu"][75] = np.inf, 1e31
    results = make().run(data)
    assert np.flatnonzero(~results.has_data).tolist() == [70, 75]


# -- live is replay


@given(
    st.lists(st.integers(1, 200), min_size=1, max_size=5),
    st.sampled_from([None, "ZERO", "PREVIOUS"]),
    st.booleans(),
    st.integers(0, 3),
)
def test_batches_of_any_size_give_what_a_run_gives(
    sizes: list[int], imputation: str | None, is_high: bool, delay: int
) -> None:
    data = waves(130, hosts=3)
    generator = np.random.default_rng(1)
    data["cpu"][generator.random(len(data["cpu"])) < 0.1] = np.nan
    data["cpu"][300] = 200
    data = part(data, generator.random(len(data["ts"])) < 0.9)
    options: dict[str, Any] = {
        "imputation_option": imputation,
        "category_field": ["host"] if is_high else None,
        "features": {"cpu": "mean(cpu)", "net": "max(net)"},
        "window_delay": f"{delay}m" if delay else "0",
        "shingle_size": 4,
        "number_of_trees": 5,
    }
    expected = make(**options).run(data)
    assert len(expected.anomalies()) > 0
    assert_same(live(make(**options), data, sizes), expected)


def test_rows_that_come_late_but_within_the_delay_change_nothing() -> None:
    data = waves(200)
    order = np.argsort(np.arange(200) + np.random.default_rng(2).integers(0, 3, 200))
    detector = make(window_delay="3m")
    assert_same(live(detector, part(data, order), [7]), make().run(data))
    later = make(window_delay="0")
    live(later, part(data, order), [7])
    assert "rows came later than window_delay allows" in " ".join(
        make_late(part(data, order)).init_progress.reasons
    )


def make_late(data: dict[str, Any]) -> Detector:
    detector = make(window_delay="0", min_samples=10_000)
    live(detector, data, [7])
    return detector


@pytest.mark.parametrize("size", [1, 17, 10_000])
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    data = waves(200, hosts=2)
    detector = make(category_field=["host"])
    pieces = list(detector.run_pieces(data, piece_size=size))
    assert_same(DetectorResults.concat([p.results for p in pieces]), detector.run(data))
    assert pieces[-1].task_progress == 1
    assert pieces[-1].init_progress == 1
    assert pieces[-1].current_piece == 200 * MINUTE
    starts = [p.results.data_start_time for p in pieces if len(p.results)]
    assert all(a[-1] < b[0] for a, b in itertools.pairwise(starts))


@pytest.mark.parametrize("compact", [True, False])
def test_any_number_of_threads_gives_the_same(compact: bool) -> None:
    data = waves(100, hosts=6)
    runs = [
        make(category_field=["host"], threads=threads, compact=compact).run(data)
        for threads in (1, 2, 5)
    ]
    for other in runs[1:]:
        assert_same(other, runs[0])


def test_only_the_entities_with_most_rows_may_be_analysed() -> None:
    data = waves(120, hosts=4)
    rare = (data["host"] == "h1") & (data["ts"] % (2 * MINUTE) == 0)
    data = part(data, ~rare)
    everyone = make(category_field=["host"]).run(data)
    some = make(category_field=["host"]).run(data, max_entities=2)
    assert sorted(some.entities) == [("h0",), ("h2",)]
    for host in ("h0", "h2"):
        assert_same(some.of_entity(host), everyone.of_entity(host))
    assert len(make(category_field=["host"]).run(data, max_entities=9)) == len(everyone)


def test_the_seed_decides() -> None:
    data = waves(100)
    assert_same(make().run(data), make().run(data))
    assert np.any(make(seed=8).run(data).anomaly_score != make().run(data).anomaly_score)


def test_recency_decides_how_long_the_past_is_remembered() -> None:
    """What comes back after a long time is new to who forgets soon."""
    data = waves(820)
    data["cpu"][300:800] += 60
    short, long = (make(recency_emphasis=n).run(data).anomaly_score for n in (20, 100_000))
    assert short[808:].mean() > 1.2 * long[808:].mean()


def test_history_may_be_limited() -> None:
    data = waves(200)
    results = make().run(data, start=50 * MINUTE + 1, end=150 * MINUTE + 59_999)
    assert results.data_start_time[[0, -1]].tolist() == [50 * MINUTE, 149 * MINUTE]
    assert_same(make().run(data, "1970-01-01T00:50:00.001Z", "1970-01-01 02:30:59.999"), results)
    late = make().run(data, start=-(10**12), end=10**12)
    assert late.data_start_time[[0, -1]].tolist() == [0, 199 * MINUTE]


def test_intervals_may_lie_on_the_start_of_a_job() -> None:
    data = waves(200)
    options = {"detection_interval": "5m", "window_delay": "1m"}
    replay = make(**options).run(data, started_at=3 * MINUTE)
    assert replay.data_start_time[0] == -3 * MINUTE
    detector = make(**options)
    assert len(detector.start(now=3 * MINUTE)) == 0
    assert_same(live(detector, data, [9]), replay)


def test_a_run_leaves_the_live_models_alone() -> None:
    data = waves(100)
    detector = make()
    first = detector.process(part(data, slice(0, 60)))
    detector.run(waves(100, seed=9))
    rest = [detector.process(part(data, slice(60, 100))), detector.flush()]
    assert_same(DetectorResults.concat([first, *rest]), make().run(data))


# -- real time


def test_results_come_when_the_delay_is_over() -> None:
    detector = make(window_delay="2m")
    data = waves(10)
    assert len(detector.process(part(data, slice(0, 3)))) == 0
    assert detector.process(part(data, slice(3, 4))).data_start_time.tolist() == [0]
    assert detector.advance(5 * MINUTE).data_start_time.tolist() == [MINUTE, 2 * MINUTE]
    assert len(detector.process(part(data, slice(4, 5)), now=8 * MINUTE)) == 3


def test_rows_from_a_wrong_clock_end_nothing_where_the_clock_is_given() -> None:
    data = waves(60)
    data["ts"][10] = 10**12
    detector = make()
    detector.start(watermark_from_rows=False)
    shown = [detector.process(part(data, slice(i, i + 1)), now=(i + 1) * MINUTE) for i in range(60)]
    results = DetectorResults.concat(shown)
    assert results.data_start_time.tolist() == [i * MINUTE for i in range(60)]
    assert np.flatnonzero(~results.has_data).tolist() == [10]
    restored = Detector.from_bytes(detector.to_bytes())
    assert len(restored.process({"ts": [10**13], "cpu": [1.0]})) == 0


def test_a_job_takes_what_is_new_tick_by_tick() -> None:
    data = waves(200)
    detector = make(window_delay="1m")
    detector.start(now=500, watermark_from_rows=False)
    assert (detector.windows.offset, detector.watermark) == (500, None)
    shown, end = [], detector.windows.offset
    for tick in range(2, 190):
        # Every minute the interval that ended a minute ago.
        start, end = end, end + MINUTE
        shown.append(detector.process(data, start=start, end=end, now=tick * MINUTE + 500))
        assert len(shown[-1]) == 1
        assert detector.watermark == tick * MINUTE + 500
    replay = make(window_delay="1m").run(data, start=500, end=end, started_at=500)
    assert_same(DetectorResults.concat(shown), replay)


def test_the_frequency_holds_results_back() -> None:
    data = waves(60)
    slow, fast = make(frequency="10m"), make()
    shown = [slow.process(part(data, slice(i, i + 1))) for i in range(60)]
    lengths = [len(results) for results in shown]
    assert [i for i, length in enumerate(lengths) if length] == [10, 20, 30, 40, 50]
    assert set(lengths) == {0, 10}
    assert_same(DetectorResults.concat([*shown, slow.flush()]), fast.run(data))


def test_history_does_not_wait_for_the_frequency() -> None:
    data = waves(103)
    learnt, slow = make(), make(frequency="10m")
    expected = learnt.start(data)
    assert_same(slow.start(data), expected)
    assert len(expected) == 72
    data = part(waves(120), slice(103, 120))
    told = slow.process(data)
    assert told.data_start_time[[0, -1]].tolist() == [103 * MINUTE, 109 * MINUTE]
    rest = DetectorResults.concat([told, slow.flush()])
    assert_same(rest, DetectorResults.concat([learnt.process(data), learnt.flush()]))


def test_models_learn_from_history_first() -> None:
    data = waves(200)
    detector = make()
    learnt = detector.start(part(data, slice(0, 100)))
    # Forty are what a model needs, and some of those before may lack data.
    assert learnt.data_start_time.tolist() == [i * MINUTE for i in range(28, 100)]
    assert detector.init_progress.state == "RUNNING"
    results = live(detector, part(data, slice(100, 200)), [10])
    assert np.all(results.anomaly_score > 0)
    assert_same(DetectorResults.concat([learnt, results]), make().run(data, start=28 * MINUTE))


def test_history_ends_where_the_present_interval_begins() -> None:
    data = waves(100)
    learnt = make(history=20, window_delay="2m").start(data, now=90 * MINUTE + 500)
    assert learnt.data_start_time[[0, -1]].tolist() == [68 * MINUTE + 500, 87 * MINUTE + 500]
    assert len(learnt) == 20


def test_starting_again_forgets() -> None:
    data = waves(100)
    detector = make()
    live(detector, data, [100])
    detector.start()
    assert detector.init_progress.updates == 0
    assert_same(live(detector, data, [30]), make().run(data))


# -- progress and its reasons come from one source


def test_state_progress_and_scores_agree_at_every_interval() -> None:
    data = waves(60)
    detector = make()
    for i in range(60):
        results = detector.process(part(data, slice(i, i + 1)), now=(i + 1) * MINUTE)
        progress = detector.init_progress
        profile = detector.profile("_all")
        assert profile["state"] == progress.state
        assert profile["init_progress"] == progress.to_json()
        is_ready = i + 1 >= 40
        assert progress.is_ready is is_ready
        assert (progress.state == "RUNNING") is is_ready
        assert (profile["init_progress"]["percentage"] == "100%") is is_ready
        assert ("needed_shingles" in profile["init_progress"]) is not is_ready
        assert (results.anomaly_score[0] > 0) == (i >= 40)


def test_reasons_say_what_is_missing() -> None:
    detector = make(min_samples=500)
    assert list(detector.init_progress.reasons) == ["the detector is not started"]
    detector.start()
    assert list(detector.init_progress.reasons) == [
        "0 of 500 intervals are learnt",
        "no rows have come, or none matches filter_query",
    ]
    live(detector, gappy(), [50])
    told = " ".join(detector.init_progress.reasons)
    assert "of 500 intervals are learnt" in told
    assert "5 of 200 intervals had no data; imputation_option can fill them" in told
    two = make(min_samples=500, features=["mean(cpu)", "count"])
    live(two, gappy(), [50])
    assert "feature 'mean(cpu)' was missing in 5 intervals" in two.init_progress.reasons


# -- long runs


def test_progress_is_told_piece_by_piece() -> None:
    told: list[Piece] = []
    make().run(waves(2_500), progress=told.append)
    assert [piece.task_progress for piece in told] == [0.4, 0.8, 1.0]
    assert [piece.current_piece for piece in told] == [
        1_000 * MINUTE, 2_000 * MINUTE, 2_500 * MINUTE,
    ]  # fmt: skip


def test_a_token_ends_a_run() -> None:
    token = CancelToken()
    results = make().run(waves(3_000), progress=lambda _: token.cancel(), cancel=token)
    assert len(results) == 1_000
    assert not results.is_complete
    assert "cancelled before the end" in repr(results)
    assert make().run(waves(50), cancel=CancelToken()).is_complete


def test_a_token_may_be_used_from_another_thread() -> None:
    token, seen = CancelToken(), threading.Event()

    def watch() -> None:
        seen.wait(10)
        token.cancel()

    watcher = threading.Thread(target=watch)
    watcher.start()

    def told(_: Piece) -> None:
        seen.set()
        watcher.join()

    assert not make().run(waves(3_000), progress=told, cancel=token).is_complete


def test_ctrl_c_ends_a_run_and_changes_nothing() -> None:
    data = waves(3_000)
    detector = make()
    detector.process(part(data, slice(0, 50)))
    before = detector.to_bytes()
    # Whoever runs the tests in the background has Ctrl-C ignored.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            detector.run(data, progress=lambda _: signal.raise_signal(signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, handler)
    assert detector.to_bytes() == before


def test_a_bar_is_only_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    make().run(waves(50), progress=True)
    assert capsys.readouterr() == ("", "")


# -- state


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"category_field": ["host"], "imputation_option": "PREVIOUS"},
        {"frequency": "7m", "window_delay": "2m", "features": ["mean(cpu)", "sum(net)"]},
    ],
    ids=str,
)
def test_a_saved_detector_goes_on_as_if_nothing_had_happened(
    options: dict[str, Any], tmp_path: Any
) -> None:
    data = waves(120, hosts=2)
    data["cpu"][200] = 300
    going = make(**options)
    first = going.process(part(data, slice(0, 150)))
    path = tmp_path / "detector.adcore"
    going.save(path)
    restored = Detector.load(path)
    assert restored.config == going.config
    assert restored.id == going.id
    assert [p.name for p in tmp_path.iterdir()] == ["detector.adcore"]
    for detector in (going, restored):
        rest = live(detector, part(data, slice(150, 240)), [20])
        found = DetectorResults.concat([first, rest])
        assert_same(found, make(**options).run(data))
        assert len(found.anomalies()) > 0
    assert restored.to_bytes() == going.to_bytes()


def test_a_detector_that_is_not_started_is_saved_too() -> None:
    detector = Detector.from_bytes(make(rules=[NEVER]).to_bytes())
    assert detector.config.rules[0].to_json() == NEVER
    assert detector.profile() == {"state": "DISABLED"}


def test_damaged_bytes_are_refused() -> None:
    detector = make()
    live(detector, waves(60), [60])
    data = detector.to_bytes()
    for at in range(0, len(data), 997):
        with pytest.raises(SnapshotError):
            Detector.from_bytes(data[:at])
        damaged = bytearray(data)
        damaged[at] ^= 0x40
        with pytest.raises(SnapshotError):
            Detector.from_bytes(bytes(damaged))
    with pytest.raises(SnapshotError):
        Detector.from_bytes(data + b"x")


# -- configurations that cannot run


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ([], "Can't start detector job as no features configured"),
        (
            [sent()["feature_attributes"][0] | {"feature_enabled": False}],
            "Can't start detector job as no enabled features configured",
        ),
    ],
)
def test_a_detector_without_features_cannot_run(attributes: Any, message: str) -> None:
    detector = Detector.from_json(sent() | {"feature_attributes": attributes})
    for call in (detector.run, detector.process):
        with pytest.raises(DetectorConfigError) as caught:
            call({"timestamp": [1], "value": [1]})
        assert str(caught.value) == message


def test_a_disabled_feature_is_not_watched() -> None:
    body = sent()
    other = {"feature_name": "off", "feature_enabled": False, "aggregation_query": {
        "off": {"terms": {"field": "value"}}}}  # fmt: skip
    body["feature_attributes"].append(other)
    results = Detector.from_json(body).run({"timestamp": [0, MINUTE], "value": [2, 3]})
    assert results.context.feature_names == ("test",)
    assert results.feature_data.tolist() == [[2.0], [3.0]]
