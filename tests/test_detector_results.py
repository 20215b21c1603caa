from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from detector_bodies import MINUTE, USER, waves

from adcore import Detector, DetectorResults
from adcore.detector.preview import preview_documents
from adcore.errors import InvalidArgumentError

SMALL: dict[str, Any] = {"min_samples": 40, "number_of_trees": 10, "seed": 7}
ORDER = [
    "detector_id", "schema_version", "data_start_time", "data_end_time", "feature_data",
    "execution_start_time", "execution_end_time", "anomaly_score", "anomaly_grade", "confidence",
    "error", "entity", "user", "task_id", "model_id", "approx_anomaly_start_time",
    "relevant_attribution", "past_values", "expected_values", "threshold", "feature_imputed",
]  # fmt: skip


def make(**options: Any) -> Detector:
    given: dict[str, Any] = {
        "name": "cpu",
        "time_field": "ts",
        "features": {"cpu": "mean(cpu)", "net": "mean(net)"},
        "category_field": ["host"],
        "detection_interval": "1m",
        "detector_id": "D",
    }
    return Detector(**(given | SMALL | options))


def two_hosts() -> dict[str, Any]:
    """Two waves; h1 leaves its own once upwards and once downwards, h0 once."""
    data = waves(200, hosts=2)
    data["cpu"][2 * 100 + 1] = 150
    data["cpu"][2 * 160 + 1] = -90
    data["cpu"][2 * 120] = 170
    return data


@pytest.fixture(scope="module")
def results() -> DetectorResults:
    return make(user=USER).run(two_hosts())


@pytest.mark.trap(number=19)
def test_documents_have_their_fields_in_the_order_of_the_api(results: DetectorResults) -> None:
    facts: dict[str, Any] = {"execution_start_time": 5, "execution_end_time": 6}
    documents = results.rows(task_id="T", **facts)
    assert len(documents) == 400
    for document in documents:
        names = list(document)
        assert names == [name for name in ORDER if name in document]
    anomaly = next(d for d in documents if d["anomaly_grade"] > 0)
    ids = results.context.feature_ids
    assert anomaly["detector_id"] == "D"
    assert anomaly["data_end_time"] - anomaly["data_start_time"] == MINUTE
    assert [f["feature_id"] for f in anomaly["feature_data"]] == list(ids)
    assert [f["feature_name"] for f in anomaly["feature_data"]] == ["cpu", "net"]
    assert anomaly["entity"] == [{"name": "host", "value": "h1"}]
    assert anomaly["model_id"] == "D_entity_h1"
    assert anomaly["user"] == USER
    assert anomaly["task_id"] == "T"
    assert sum(part["data"] for part in anomaly["relevant_attribution"]) == pytest.approx(1)
    (expected,) = anomaly["expected_values"]
    assert expected["likelihood"] == 1
    assert [v["feature_id"] for v in expected["value_list"]] == list(ids)
    assert "past_values" not in anomaly  # it did not begin before
    assert anomaly["threshold"] < anomaly["anomaly_score"]


@pytest.mark.trap(number=19)
def test_what_explains_an_anomaly_is_only_in_anomalies(results: DetectorResults) -> None:
    for document in results.rows(task_id="T"):
        explains = {"relevant_attribution", "expected_values"} & set(document)
        assert bool(explains) == (document["anomaly_grade"] > 0)


@pytest.mark.trap(number=19)
def test_an_anomaly_noticed_late_says_when_it_began() -> None:
    # While a model is young it takes a few intervals to see that the wave has turned.
    never = {
        "feature_name": "mean(cpu)",
        "threshold_type": "ACTUAL_OVER_EXPECTED_RATIO",
        "operator": "LTE",
        "value": 0,
    }
    rules = [{"action": "IGNORE_ANOMALY", "conditions": [never]}]
    detector = make(category_field=None, features=["mean(cpu)"], rules=rules)
    results = detector.run(waves(100, seed=5))
    late = results.anomalies()
    late = late[late.approx_anomaly_start_time < late.data_start_time]
    assert len(late) > 0
    for document, start in zip(late.rows(), late.approx_anomaly_start_time, strict=True):
        assert document["approx_anomaly_start_time"] == start < document["data_start_time"]
        assert len(document["past_values"]) == 1


@pytest.mark.trap(number=17)
@pytest.mark.trap(number=18)
def test_in_real_time_models_that_start_write_nothing(results: DetectorResults) -> None:
    documents = results.rows()
    assert len(documents) == 320
    assert all(d["anomaly_score"] > 0 for d in documents)
    assert all("task_id" not in d for d in documents)
    history = results.rows(task_id="T")
    assert [d["anomaly_score"] for d in history[:80]] == [0.0] * 80
    assert all("threshold" not in d for d in history[:80])


def test_a_single_series_has_no_entity() -> None:
    results = make(category_field=None).run(waves(50))
    document = results.rows(task_id="T")[0]
    assert "entity" not in document
    assert document["model_id"] == "D_model_rcf_0"


def test_entities_of_two_fields_are_sorted_by_name() -> None:
    data = two_hosts() | {"app": np.array(["x"] * 400, dtype=object)}
    document = make(category_field=["host", "app"]).run(data).rows(task_id="T")[0]
    assert document["entity"] == [{"name": "app", "value": "x"}, {"name": "host", "value": "h0"}]


def test_flat_documents_have_no_lists(results: DetectorResults) -> None:
    flat, nested = results.flat_rows(task_id="T"), results.rows(task_id="T")
    assert len(flat) == len(nested)
    for one, other in zip(flat, nested, strict=True):
        assert not any(isinstance(value, list) for value in one.values())
        assert one["feature_data_cpu"] == other["feature_data"][0]["data"]
        assert one["entity_host"] == other["entity"][0]["value"]
        if other["anomaly_grade"] > 0:
            assert (
                one["expected_values_net"] == other["expected_values"][0]["value_list"][1]["data"]
            )
            assert one["relevant_attribution_cpu"] == other["relevant_attribution"][0]["data"]


def test_tables_of_all_libraries_hold_the_same(results: DetectorResults) -> None:
    frame, lazy, arrow = results.to_pandas(), results.to_polars(), results.to_arrow()
    assert isinstance(frame, pd.DataFrame)
    assert isinstance(lazy, pl.DataFrame)
    assert isinstance(arrow, pa.Table)
    assert list(frame) == lazy.columns == arrow.column_names
    assert len(frame) == len(lazy) == arrow.num_rows == 400
    np.testing.assert_array_equal(frame["feature_data_cpu"], results.feature_data[:, 0])
    assert frame["entity_host"].tolist() == lazy["entity_host"].to_list()
    assert arrow["entity_host"].to_pylist() == lazy["entity_host"].to_list()
    start = results.data_start_time[7]
    assert frame["data_start_time"][7] == pd.Timestamp(start, unit="ms")
    assert lazy["data_start_time"].dtype == pl.Datetime("ms")
    assert pa.types.is_timestamp(arrow.schema.field("data_start_time").type)


def test_empty_results_have_the_same_columns(results: DetectorResults) -> None:
    empty = DetectorResults.empty(results.context)
    assert empty.to_polars().schema == results.to_polars().schema
    assert empty.to_arrow().schema == results.to_arrow().schema
    assert list(empty.to_pandas()) == list(results.to_pandas())
    assert empty.rows() == []
    assert repr(empty) == "DetectorResults: 0 anomalies in 0 intervals of 0 entities"


def test_rows_are_taken_by_slice_mask_and_position(results: DetectorResults) -> None:
    assert len(results[:10]) == 10
    assert len(results[results.anomaly_grade > 0]) == len(results.anomalies()) == 3
    assert results[[3, 1]].data_start_time.tolist() == results.data_start_time[[3, 1]].tolist()
    assert len(results.of_entity("h0")) == 200
    assert len(results.of_entity("nobody")) == 0


def test_parts_are_joined_by_the_names_of_entities(results: DetectorResults) -> None:
    one, other = results.of_entity("h1"), results[results.data_start_time == 0]
    joined = DetectorResults.concat([other, one])
    keys = [joined.entities[e] for e in joined.entity]
    assert keys[:3] == [("h0",), ("h1",), ("h1",)]


def test_results_read_as_a_table(results: DetectorResults) -> None:
    lines = repr(results).splitlines()
    assert lines[0] == (
        "DetectorResults: 3 anomalies in 400 intervals of 2 entities, "
        "1970-01-01 00:00 to 1970-01-01 03:19 (80 while models start)"
    )
    assert lines[1].split() == ["time", "host", "grade", "cpu", "expected", "net", "expected"]
    assert lines[2].split()[:6] == ["1970-01-01", "01:40", "h1", "1.00", "150", lines[2].split()[5]]
    assert len(lines) == 5


def test_many_anomalies_are_cut_short() -> None:
    data = waves(100, hosts=13)
    data["cpu"][13 * 80 : 13 * 81] = 400
    results = make(number_of_trees=5).run(data)
    count = len(results.anomalies())
    assert count >= 13
    assert repr(results).splitlines()[-1] == f"... and {count - 10} more"


# -- top anomalies


def test_top_anomalies_by_severity_and_by_occurrence(results: DetectorResults) -> None:
    grades = results.of_entity("h0").anomalies().anomaly_grade
    severe = results.top_anomalies(0, 10**9)
    assert [b["doc_count"] for b in severe] in ([1, 2], [2, 1])
    assert severe == sorted(severe, key=lambda b: (-b["max_anomaly_grade"], b["key"]["host"]))
    often = results.top_anomalies(0, 10**9, order="occurrence")
    assert often[0]["key"] == {"host": "h1"}
    assert often[1] == {
        "key": {"host": "h0"}, "doc_count": 1, "max_anomaly_grade": float(grades[0])
    }  # fmt: skip
    assert results.top_anomalies(0, 10**9, size=1) == severe[:1]


def test_both_ends_are_inclusive_and_about_the_end_of_the_interval(
    results: DetectorResults,
) -> None:
    end = 101 * MINUTE  # of the interval in which h1 left its wave first
    assert len(results.top_anomalies(end, end)) == 1
    assert len(results.top_anomalies("1970-01-01T01:41", "1970-01-01T01:41Z")) == 1
    assert results.top_anomalies(end + 1, end + 2) == []
    assert results.top_anomalies(end - 2, end - 1) == []


def test_some_of_the_category_fields_are_enough() -> None:
    data = two_hosts() | {"app": np.array(["x"] * 400, dtype=object)}
    results = make(category_field=["host", "app"]).run(data)
    (bucket,) = results.top_anomalies(0, 10**9, category_field="app")
    assert bucket["key"] == {"app": "x"}
    assert bucket["doc_count"] == len(results.anomalies()) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "Size must be a positive integer"),
        ({"size": 10_001}, "Size cannot exceed 10000"),
        ({"order": "name"}, "Ordering by name is not a valid option"),
        ({"category_field": ["ip"]}, "Category field ip doesn't exist for detector ID D"),
    ],
)
def test_wrong_questions_are_answered_in_the_words_of_the_api(
    results: DetectorResults, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        make().top_anomalies(results, 0, 1, **options)
    assert str(caught.value) == message


def test_a_single_series_has_no_top_anomalies() -> None:
    results = make(category_field=None).run(waves(50))
    with pytest.raises(InvalidArgumentError, match="No category fields found for detector ID D"):
        results.top_anomalies(0, 1)
    with pytest.raises(InvalidArgumentError, match="Start time should be before end time"):
        make().run(two_hosts()).top_anomalies(2, 1)


# -- preview


def test_a_preview_begins_with_the_first_whole_shingle() -> None:
    data = waves(900)
    data["ts"] = data["ts"] + 1_633_048_860_000
    detector = make(category_field=None, features=["sum(cpu)"])
    results = detector.preview(data, 1_633_048_868_000, 1_633_394_468_000)
    assert results.data_start_time[0] == 1_633_049_280_000
    assert len(results) == 900 - 7
    (first, *_) = preview_documents(results)
    assert first == {
        "detector_id": "D",
        "data_start_time": 1_633_049_280_000,
        "data_end_time": 1_633_049_340_000,
        "schema_version": 0,
        "feature_data": [
            {
                "feature_id": results.context.feature_ids[0],
                "feature_name": "sum(cpu)",
                "data": pytest.approx(data["cpu"][7]),
            }
        ],
        "anomaly_grade": 0.0,
        "confidence": 0.0,
    }


def test_a_preview_shows_five_entities_and_keeps_the_anomalies_of_a_long_one() -> None:
    data = waves(2_500, hosts=6)
    few = (data["host"] == "h3") & (data["ts"] >= 450 * MINUTE)
    data["cpu"][6 * 2_000 + 1] = 300
    data = {name: column[~few] for name, column in data.items()}
    results = make(number_of_trees=5).preview(data, 0, 2_500 * MINUTE)
    assert sorted(results.entities[e][0] for e in np.unique(results.entity)) == [
        "h0", "h1", "h2", "h4", "h5",
    ]  # fmt: skip
    assert len(results) <= 5_000
    spike = results.of_entity("h1").anomalies()
    assert 2_000 * MINUTE in spike.data_start_time
    assert preview_documents(spike)[0]["entity"] == [{"name": "host", "value": "h1"}]


def test_too_little_data_gives_an_empty_preview() -> None:
    detector = make(category_field=None)
    assert len(detector.preview(waves(399), 0, 399 * MINUTE)) == 0
    assert len(detector.preview(waves(400), 0, 400 * MINUTE)) == 393
    assert len(detector.preview(waves(10), 10**12, 10**12 + 1)) == 0


def test_previews_do_not_depend_on_the_seed() -> None:
    one, other = (make(seed=s).preview(two_hosts(), 0, 10**9).anomaly_score for s in (1, 2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (5, 5, "Period start date should be before end date"),
        (-1, 5, "Must set both period start and end date with epoch of milliseconds"),
        (None, 5, "Must set both period start and end date with epoch of milliseconds"),
        ("soon", 5, "start = 'soon' is no time in ISO 8601"),
    ],
)
def test_wrong_periods(start: Any, end: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        make().preview(two_hosts(), start, end)
    assert str(caught.value) == message


def test_a_preview_needs_a_feature() -> None:
    with pytest.raises(InvalidArgumentError, match=r"^Can't preview detector without feature$"):
        make(features=[]).preview(two_hosts(), 0, 1)


# -- profile


def test_a_profile_tells_of_models_in_a_fixed_order() -> None:
    detector = make()
    detector.process(two_hosts())
    profile = detector.profile("_all")
    assert list(profile) == [
        "state", "error", "models", "total_size_in_bytes", "init_progress", "total_entities",
        "active_entities", "model_count",
    ]  # fmt: skip
    assert profile["state"] == "RUNNING"
    assert profile["init_progress"] == {"percentage": "100%"}
    sizes = [model.pop("model_size_in_bytes") for model in profile["models"]]
    # All that is held has the tables of the cache too, and memory for the next models.
    assert 0 < sum(sizes) == profile["total_size_in_bytes"] < detector.memory_bytes() < 1_000_000
    assert profile["models"] == [
        {"model_id": f"D_entity_{host}", "entity": [{"name": "host", "value": host}]}
        for host in ("h0", "h1")
    ]
    assert profile["model_count"] == profile["active_entities"] == profile["total_entities"] == 2


def test_types_are_chosen_and_unknown_ones_dropped() -> None:
    detector = make(category_field=None)
    assert detector.profile("_all") == {"state": "DISABLED"}
    detector.start()
    assert detector.profile() == {"state": "INIT", "error": ""}
    assert detector.profile("init_progress,nonsense") == {
        "init_progress": {"percentage": "0%", "needed_shingles": 40}
    }
    assert detector.profile(["shingle_size"]) == {"shingle_size": 8}
    with pytest.raises(InvalidArgumentError) as caught:
        detector.profile("nonsense")
    assert str(caught.value) == "profiles to collect are missing or invalid"


def test_the_profile_of_an_entity() -> None:
    detector = make()
    detector.process(waves(21, hosts=2))
    profile = detector.entity_profile(host="h1")
    assert profile.pop("model")["model_id"] == "D_entity_h1"
    assert profile == {
        "is_active": True,
        "init_progress": {
            "percentage": "50%",
            "estimated_minutes_left": 20,
            "needed_shingles": 20,
        },
        "state": "INIT",
    }
    assert detector.entity_profile(host="nobody") == {"is_active": False}


@pytest.mark.parametrize(
    ("category", "entity", "message"),
    [
        (None, {"host": "h1"}, "This is not a high cardinality detector"),
        (["host"], {}, "Empty entity attributes"),
        (["host"], {"ip": "1"}, "Cannot find ip"),
        (["host", "app"], {"host": "h1"}, "Cannot find entity"),
    ],
)
def test_wrong_entities(category: Any, entity: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        make(category_field=category).entity_profile(**entity)
    assert str(caught.value) == message
