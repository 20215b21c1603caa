"""Every function of a detector, from rows to documents."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adcore.job import Job
from adcore.job.functions import FUNCTIONS, Function
from adcore.job.result_names import RESERVED

START, SPAN, BUCKETS, ROWS = 1_700_006_400_000, 300_000, 120, 24
UNUSUAL = 100
ALWAYS = {
    "job_id", "result_type", "probability", "record_score", "initial_record_score", "bucket_span",
    "detector_index", "is_interim", "timestamp", "function", "function_description",
}  # fmt: skip
DESCRIPTIONS = {
    "high_sum": "sum", "low_non_zero_count": "count", "freq_rare": "rare", "time_of_day": "time",
    "avg": "mean", "high_avg": "mean", "non_null_sum": "sum", "distinct_count": "distinct_count",
    "varp": "varp", "lat_long": "lat_long", "info_content": "info_content", "min": "min",
}  # fmt: skip


def stream() -> dict[str, Any]:
    """Rows of three hosts and ten users; in one bucket everything is different."""
    random = np.random.default_rng(5)
    bucket = np.repeat(np.arange(BUCKETS), ROWS)
    odd = bucket == UNUSUAL
    count = len(bucket)
    places = np.round(random.normal((40, -74), 0.05, (count, 2)), 4)
    places[odd] = (10, 10)
    users = random.integers(0, 10, count)
    values = random.normal(50, 5, count)
    values[odd] = np.where(np.arange(ROWS) % 2, 500, -500)
    columns = {
        "time": START + bucket * SPAN + np.tile(np.arange(ROWS) * 12_000, BUCKETS),
        "host": np.array(["a", "b", "c"], dtype=object)[np.arange(count) % 3],
        "user": np.array([f"u{i}" for i in range(10)], dtype=object)[users],
        "x": values,
        "place": np.array([f"{lat},{lon}" for lat, lon in places], dtype=object),
    }
    columns["user"][odd] = "stranger"
    # Some of the unusual bucket's rows are sent three times.
    again = np.concatenate([np.arange(count), np.repeat(np.flatnonzero(odd)[::3], 2)])
    return {name: column[np.sort(again)] for name, column in columns.items()}


COLUMNS = stream()


def detector(kind: Function, *, population: bool) -> dict[str, Any]:
    given = {"function": kind.name, "by_field_name": "user" if kind.needs_by else "host"}
    if kind.needs_field:
        words = kind.description in ("distinct_count", "info_content")
        given["field_name"] = "user" if words else "place" if kind.name == "lat_long" else "x"
    if population:
        given["over_field_name"] = "host" if kind.needs_by else "user"
        if given.get("field_name") == "user":
            given["over_field_name"] = "place"
        if not kind.needs_by:
            del given["by_field_name"]
    return given


def watched(kind: Function, *, population: bool) -> Job:
    job = Job(detectors=[detector(kind, population=population)], influencers=["host"])
    job.process(COLUMNS)
    job.close()
    return job


@pytest.mark.parametrize("name", [n for n, f in FUNCTIONS.items() if not f.needs_over])
def test_series_against_their_own_past(name: str) -> None:
    kind = FUNCTIONS[name]
    job = watched(kind, population=False)
    for record in job.records(size=None):
        assert record.keys() >= ALWAYS
        assert record.keys() <= RESERVED | {"host", "user"}
        assert record["function"] == name
        described = DESCRIPTIONS.get(name, record["function_description"])
        assert record["function_description"] == described
        assert None not in record.get("anomaly_score_explanation", {}).values()
        assert 0 < record["probability"] < 1
        assert 0 <= record["record_score"] <= 100
        if kind.side == "high":
            assert record["actual"][0] > record["typical"][0]
        if kind.side == "low":
            assert record["actual"][0] < record["typical"][0]
        assert job.explain(record)
    assert job.buckets(size=None).count == BUCKETS - 1


@pytest.mark.parametrize("name", [n for n, f in FUNCTIONS.items() if f.allows_over])
def test_members_against_all_others(name: str) -> None:
    kind = FUNCTIONS[name]
    job = watched(kind, population=True)
    for record in job.records(size=None):
        assert record.keys() >= ALWAYS | {"over_field_name", "over_field_value", "causes"}
        assert record.keys().isdisjoint({"actual", "typical", "multi_bucket_impact"})
        assert "anomaly_score_explanation" not in record
        assert 1 <= len(record["causes"]) <= 10
        for cause in record["causes"]:
            assert cause["function"] == name
            assert cause["over_field_value"] == record["over_field_value"]
            assert cause.keys().isdisjoint({"record_score", "timestamp", "job_id"})


@pytest.mark.parametrize("name", ["varp", "high_varp", "mean", "lat_long"])
def test_likely_records_are_those_nearest_to_what_is_unlikely_together(name: str) -> None:
    job = watched(FUNCTIONS[name], population=False)
    for bucket in job.buckets(expand=True, size=None):
        probabilities = [record["probability"] for record in bucket.get("records", ())]
        if any(p >= 0.035 for p in probabilities):
            assert max(probabilities) < max(1.2 * min(probabilities), 0.05)
            assert any(one["raw_anomaly_score"] > 0 for one in bucket["bucket_influencers"])


def test_a_place_is_not_above_another() -> None:
    (first, *_) = watched(FUNCTIONS["lat_long"], population=False).records(
        sort="probability", desc=False
    )
    assert first["timestamp"] == START + UNUSUAL * SPAN
    assert first["probability"] == 2.2250738585072014e-308
    assert first["actual"] == [10, 10]
    assert first["typical"] == pytest.approx([40, -74], abs=0.05)
    assert first["geo_results"].keys() == {"actual_point", "typical_point"}
    assert first["anomaly_score_explanation"] == {"anomaly_length": 1, "single_bucket_impact": 308}


def test_a_rare_value_is_explained_by_its_rarity() -> None:
    (first, *_) = watched(FUNCTIONS["rare"], population=False).records()
    assert first["by_field_value"] == "stranger"
    explanation = first["anomaly_score_explanation"]
    assert explanation.keys() == {"by_field_first_occurrence", "by_field_relative_rarity"}
    assert explanation["by_field_first_occurrence"] is True
    assert explanation["by_field_relative_rarity"] > 10


def test_a_time_of_day_is_explained_by_seconds() -> None:
    day, hour = 86_400_000, 3_600_000
    times = [
        d * day + (3 if d == 35 else 9) * hour + d * 30_000 + k * 600_000
        for d in range(40)
        for k in range(3)
    ]
    users = np.full(len(times), "u", dtype=object)
    job = Job(detectors=["time_of_day by user"], bucket_span="1h")
    job.process({"time": times, "user": users})
    (record, *_) = job.records()
    assert record["timestamp"] == 35 * day + 3 * hour
    assert record["actual"] == [3 * 3600 + 35 * 30 + 600]
    explanation = record["anomaly_score_explanation"]
    assert explanation["anomaly_type"] == "dip"
    assert explanation["typical_value"] == record["typical"][0]
    bounds = explanation["lower_confidence_bound"], explanation["upper_confidence_bound"]
    assert 9 * 3600 - 600 < bounds[0] < explanation["typical_value"] < bounds[1] < 10 * 3600


def test_an_event_sets_the_clock() -> None:
    hours = np.arange(24 * 24)
    change = 21 * 24
    local = (hours + np.where(hours >= change, 3, 0)) % 24
    load = np.where((local >= 8) & (local < 18), 200.0, 100.0)
    rows = {"time": hours * 3_600_000, "x": load + np.random.default_rng(1).normal(0, 2, len(load))}
    event = {
        "description": "clocks", "start_time": change * 3_600_000,
        "end_time": change * 3_600_000 + 1, "skip_result": False, "skip_model_update": False,
    }  # fmt: skip
    alarms = []
    for shift in (0, 3 * 3600):
        job = Job(
            detectors=["mean(x)"], bucket_span="1h", calendar=[event | {"force_time_shift": shift}]
        )
        job.process(rows)
        after = job.records(start=change * 3_600_000, size=None)
        alarms.append(sum(record["probability"] < 1e-3 for record in after))
    assert alarms[0] > 0
    assert alarms[1] == 0


@pytest.mark.parametrize(
    "name", ["mean", "max", "varp", "metric", "min", "low_median", "high_count"]
)
def test_the_unusual_bucket_is_the_strongest(name: str) -> None:
    (first, *_) = watched(FUNCTIONS[name], population=False).records()
    assert first["timestamp"] == START + UNUSUAL * SPAN
