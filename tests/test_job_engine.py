"""The engine of jobs as Python sees it: columns and plain values in, columns out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adcore import InvalidArgumentError, InvalidStateError, SnapshotError
from adcore._core import JobEngine

SPAN = 600_000
MISSING = 2**32 - 1


def config(**fields: Any) -> dict[str, Any]:
    detector = {"function": "mean", "field_name": "x", "by_field_name": "host"}
    return {"bucket_span": SPAN, "detectors": [detector], "influencers": ["user"], **fields}


def feed(engine: JobEngine, buckets: int, *, burst: int = -1) -> None:
    rng = np.random.default_rng(1)
    rows = 40 * buckets
    times = np.arange(rows, dtype=np.int64) * (SPAN // 40)
    values = rng.normal(100.0, 2.0, rows)
    users = rng.integers(0, 3, rows).astype(np.uint32)
    hosts = (np.arange(rows) % 2).astype(np.uint32)
    odd = (times // SPAN == burst) & (hosts == 1)
    values[odd] += 100.0
    users[odd] = 3
    columns = {"host": (hosts, ["a", "b"]), "user": (users, ["u0", "u1", "u2", "mallory"])}
    engine.process(times, [values], [columns[name] for name in engine.key_columns])


def test_the_columns_wanted_are_those_of_the_configuration() -> None:
    detectors = [
        {"function": "lat_long", "field_name": "at", "partition_field_name": "zone"},
        {"function": "dc", "field_name": "user", "over_field_name": "host"},
    ]
    engine = JobEngine(config(detectors=detectors, summary_count_field_name="n"))
    assert engine.metric_columns == [("at", "latitude"), ("at", "longitude"), ("n", "value")]
    assert engine.key_columns == ["zone", "host", "user"]


def test_a_burst_is_found_and_its_author_named() -> None:
    engine = JobEngine(config())
    feed(engine, 200, burst=150)
    results = engine.take_results()
    texts, buckets, records = results["texts"], results["buckets"], results["records"]
    assert len(buckets["timestamp"]) == 199
    top = int(np.argmax(records["record_score"]))
    assert records["timestamp"][top] == 150 * SPAN
    assert texts[records["by_field_value"][top]] == "b"
    assert texts[records["function_description"][top]] == "mean"
    assert records["actual"][top] == pytest.approx(200.0, abs=3.0)
    assert records["typical"][top] == pytest.approx(100.0, abs=1.0)
    assert records["over_field_value"][top] == MISSING
    influences = results["influences"]
    first = records["first_influence"][top]
    assert texts[influences["influencer_field_value"][first]] == "mallory"
    assert influences["influence"][first] == 1.0
    lengths = {len(column) for column in records.values()}
    assert lengths == {len(records["timestamp"])}
    assert records["is_interim"].dtype == np.bool_


def test_scores_are_made_anew_from_what_was_kept_with_the_results() -> None:
    engine = JobEngine(config())
    feed(engine, 200, burst=150)
    assert engine.take_renormalisation() is not None
    assert engine.take_renormalisation() is None
    records = engine.take_results()["records"]
    names = ("level", "class_id", "scope_id", "log_probability")
    kept = {name: records[name] for name in names}
    scores, changed = engine.renormalise(**kept, score=records["record_score"])
    assert np.array_equal(scores[~changed], records["record_score"][~changed])
    again, changed_again = engine.renormalise(**kept, score=scores)
    assert not changed_again.any()
    assert np.array_equal(again, scores)
    with pytest.raises(InvalidArgumentError):
        engine.renormalise(**kept, score=scores[1:])


def test_counts_and_sizes_have_the_names_of_the_api() -> None:
    engine = JobEngine(config())
    assert "earliest_record_timestamp" not in engine.counts()
    assert engine.last_finalized_bucket_end is None
    feed(engine, 3)
    counts = engine.counts()
    assert counts["processed_record_count"] == 120
    assert counts["processed_field_count"] == 360
    assert counts["bucket_count"] == 2
    assert counts["latest_record_timestamp"] == 119 * (SPAN // 40)
    stats = engine.model_size_stats()
    assert stats["memory_status"] == "ok"
    assert stats["total_by_field_count"] == 3
    assert 0 < stats["model_bytes"] <= stats["peak_model_bytes"] < stats["model_bytes_memory_limit"]
    assert engine.last_finalized_bucket_end == engine.latest_bucket_start == 2 * SPAN


def test_a_snapshot_goes_on_where_it_was_taken() -> None:
    engine = JobEngine(config(latency=SPAN))
    feed(engine, 30)
    again = JobEngine.from_bytes(engine.to_bytes())
    assert again.config == engine.config
    for each in (engine, again):
        each.advance_time(32 * SPAN)
        each.interim()
    assert again.to_bytes() == engine.to_bytes()
    with pytest.raises(SnapshotError):
        JobEngine.from_bytes(engine.to_bytes()[:-1])


def test_forecasts_are_tables_too() -> None:
    engine = JobEngine(config())
    with pytest.raises(InvalidStateError):
        engine.forecast(SPAN)
    feed(engine, 200)
    forecast = engine.forecast(5 * SPAN)
    table = forecast["forecasts"]
    assert list(table["timestamp"][:5]) == [(199 + i) * SPAN for i in range(5)]
    assert np.all(table["forecast_lower"] < table["forecast_upper"])
    assert table["forecast_prediction"] == pytest.approx(np.full(10, 100.0), abs=2.0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"bucket_span": 0}, "bucket_span"),
        ({"detectors": []}, "detectors"),
        ({"detectors": [{"function": "mode"}]}, "function"),
        ({"detectors": [{"function": "rare"}]}, "by_field_name"),
        ({"detectors": [{"exclude_frequent": "some"}]}, "exclude_frequent"),
        ({"span": 5}, "span"),
    ],
)
def test_a_configuration_out_of_range_is_refused_by_name(
    fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        JobEngine(config(**fields))


def test_rules_and_events_are_set_on_a_running_job() -> None:
    engine = JobEngine(config())
    rule = {
        "actions": ["skip_result", "skip_model_update"],
        "conditions": [{"applies_to": "actual", "operator": "gt", "value": 150.0}],
        "scope": {"host": {"items": ["b*"], "filter_type": "include"}},
    }
    engine.set_custom_rules(0, [rule])
    engine.set_calendar([{"description": "sale", "start_time": 5 * SPAN, "end_time": 6 * SPAN}])
    feed(engine, 200, burst=150)
    results = engine.take_results()
    assert 150 * SPAN not in results["records"]["timestamp"]
    assert list(np.flatnonzero(results["buckets"]["events"])) == [5]
    assert engine.config["detectors"][0]["custom_rules"][0]["scope"] == rule["scope"]
    with pytest.raises(InvalidArgumentError):
        engine.set_custom_rules(1, [])
