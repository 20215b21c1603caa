"""Configurations of jobs: what is read, what is answered, and every refusal word for word."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from job_bodies import body, made

from adcore.job import JobConfig, JobError, updated
from adcore.job.functions import FUNCTIONS

RULE = {"conditions": [{"applies_to": "actual", "operator": "gt", "value": 10}]}
# -- what is answered


def test_the_least_that_can_be_sent_comes_back_with_all_defaults_in_order() -> None:
    written = made(body()).to_api()
    assert written == {
        "job_id": "it-ops",
        "job_type": "anomaly_detector",
        "analysis_config": {
            "bucket_span": "5m",
            "detectors": [
                {"detector_description": "count", "function": "count", "detector_index": 0}
            ],
            "influencers": [],
            "model_prune_window": "30d",
        },
        "analysis_limits": {"model_memory_limit": "1024mb", "categorization_examples_limit": 4},
        "data_description": {"time_field": "time", "time_format": "epoch_ms"},
        "model_snapshot_retention_days": 10,
        "daily_model_snapshot_retention_after_days": 1,
        "results_index_name": "shared",
        "allow_lazy_open": False,
    }
    assert json.dumps(written) == json.dumps(JobConfig.from_stored(written).to_api())


EVERYTHING: dict[str, Any] = {
    "job_id": "it-ops",
    "groups": ["kpi", "web"],
    "description": "Indicators",
    "analysis_config": {
        "bucket_span": "1h",
        "latency": "10m",
        "summary_count_field_name": "doc_count",
        "detectors": [
            {
                "detector_description": "low sales",
                "function": "low_sum",
                "field_name": "sales",
                "by_field_name": "shop",
                "partition_field_name": "country",
                "use_null": True,
                "exclude_frequent": "by",
                "custom_rules": [
                    {
                        "actions": ["skip_result", "skip_model_update"],
                        "scope": {"shop": {"filter_id": "tests", "filter_type": "exclude"}},
                        "conditions": [
                            {"applies_to": "typical", "operator": "lt", "value": 5.0},
                        ],
                    }
                ],
            }
        ],
        "influencers": ["shop", "clerk"],
        "multivariate_by_fields": False,
        "model_prune_window": "14d",
    },
    "analysis_limits": {"model_memory_limit": "64mb", "categorization_examples_limit": 2},
    "data_description": {"time_field": "ts", "time_format": "yyyy-MM-dd'T'HH:mm:ssX"},
    "model_plot_config": {"enabled": True, "terms": "a,b", "annotations_enabled": False},
    "renormalization_window_days": 7,
    "background_persist_interval": "2h",
    "model_snapshot_retention_days": 5,
    "daily_model_snapshot_retention_after_days": 2,
    "results_retention_days": 60,
    "custom_settings": {"color": "red", "urls": [{"a": 1}]},
    "results_index_name": "custom-mine",
    "allow_lazy_open": True,
}


def test_every_field_is_read_and_written_in_the_order_of_the_api() -> None:
    config = made(EVERYTHING)
    assert json.dumps(config.to_api(exclude_generated=True)) == json.dumps(EVERYTHING)
    assert made(config.to_api(exclude_generated=True)) == config
    assert JobConfig.from_stored(config.to_api()) == config


def test_what_the_service_notes_is_written_and_stripped_again() -> None:
    stored = made(body()).to_api() | {"job_version": "8.19.0", "create_time": 5, "finished_time": 9}
    config = JobConfig.from_stored(stored)
    assert list(config.to_api())[:5] == [
        "job_id", "job_type", "job_version", "create_time", "finished_time",
    ]  # fmt: skip
    bare = config.to_api(exclude_generated=True)
    assert list(bare)[:2] == ["job_id", "analysis_config"]
    assert bare["analysis_config"]["detectors"] == [{"function": "count"}]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"model_memory_limit": 12}, "12mb"),
        ({"model_memory_limit": "12"}, "12mb"),
        ({"model_memory_limit": "1gb"}, "1024mb"),
        ({"model_memory_limit": "1.5g"}, "1536mb"),
        ({"model_memory_limit": "2097152b"}, "2mb"),
        ({}, "1024mb"),
    ],
)
def test_memory_is_shown_in_megabytes(sent: dict[str, Any], shown: str) -> None:
    written = made(body() | {"analysis_limits": sent}).to_api()
    assert written["analysis_limits"]["model_memory_limit"] == shown


@pytest.mark.parametrize(
    ("span", "shown", "seconds", "prune"),
    [
        ("1h", "1h", 3600, "30d"),
        ("60M", "60m", 3600, "30d"),
        (900, "900s", 900, "30d"),
        ("2000ms", "2000ms", 2, "30d"),
        ("7m", "7m", 420, "43204m"),
        ("2d", "2d", 172_800, "40d"),
        ("7d", "7d", 604_800, "140d"),
    ],
)
def test_spans_are_shown_as_sent(span: Any, shown: str, seconds: int, prune: str) -> None:
    config = made(body(bucket_span=span))
    written = config.to_api()["analysis_config"]
    assert (written["bucket_span"], config.bucket_span) == (shown, 1000 * seconds)
    assert written["model_prune_window"] == prune


@pytest.mark.parametrize(
    ("detector", "description"),
    [
        ({"function": "count"}, "count"),
        ({"function": "NZC"}, "non_zero_count"),
        ({"function": "high_dc", "field_name": "ip"}, "high_distinct_count(ip)"),
        ({"field_name": "x"}, "metric(x)"),
        ({"function": "avg", "field_name": "a b"}, 'avg("a b")'),
        (
            {
                "function": "mean",
                "field_name": "responsetime",
                "by_field_name": "airline",
                "over_field_name": "x",
                "partition_field_name": "y",
                "use_null": True,
                "exclude_frequent": "ALL",
            },
            (
                "mean(responsetime) by airline over x usenull=true partitionfield=y "
                "excludefrequent=all"
            ),
        ),
        (
            {"function": "rare", "by_field_name": "http.status", "over_field_name": "client"},
            'rare by "http.status" over client',
        ),
    ],
)
def test_descriptions_are_made_and_read_again(detector: dict[str, Any], description: str) -> None:
    config = made(body(detector))
    assert config.analysis_config.detectors[0].detector_description == description
    again = JobConfig.from_keywords(job_id="it-ops", detectors=[description])
    assert again.analysis_config.detectors == config.analysis_config.detectors


def test_results_indices_are_shown_as_custom_ones() -> None:
    assert made(body() | {"results_index_name": "foo"}).to_api()["results_index_name"] == (
        "custom-foo"
    )


def test_the_first_snapshots_are_thinned_out_no_later_than_they_go() -> None:
    written = made(body() | {"model_snapshot_retention_days": 0}).to_api()
    assert written["daily_model_snapshot_retention_after_days"] == 0


def test_a_span_that_does_not_divide_a_day_is_warned_of() -> None:
    assert made(body(bucket_span="17m")).warnings == (
        (
            "bucket_span 17m [1020s] is not an integral divisor of the number of seconds in 1d "
            "[86400s]. This is now deprecated."
        ),
    )
    assert made(body(bucket_span="15m")).warnings == ()


def test_the_window_of_new_scores() -> None:
    day = 86_400_000
    assert made(body()).renormalization_window == 30 * day
    assert made(body(bucket_span="1d")).renormalization_window == 100 * day
    assert made(body() | {"renormalization_window_days": 0}).renormalization_window == 0


def test_fields_that_are_analysed_are_each_there_once() -> None:
    config = made(EVERYTHING)
    assert config.analysis_config.fields == ("sales", "shop", "country", "doc_count", "clerk")


def test_old_fields_are_skipped_where_old_clients_call() -> None:
    old = body(overlapping_buckets=True, period=5)
    assert made(old, is_legacy=True) == made(body())
    with pytest.raises(JobError, match=r"unknown field \[overlapping_buckets\]"):
        made(old)


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_every_function_makes_a_detector(name: str) -> None:
    kind = FUNCTIONS[name]
    sent = {"function": name.upper()}
    needs = {"field_name": kind.needs_field, "by_field_name": kind.needs_by}
    needs["over_field_name"] = kind.needs_over
    sent |= {field: f"my_{field}" for field, needed in needs.items() if needed}
    assert made(body(sent)).to_api()["analysis_config"]["detectors"][0]["function"] == name


# -- keywords


def test_keywords_go_where_they_belong() -> None:
    config = JobConfig.from_keywords(
        detectors=["high_mean(price) by item", {"function": "count"}],
        bucket_span="15m",
        influencers="item",
        time_field="ts",
        time_format="epoch",
        model_memory_limit="20mb",
        groups=["a"],
    )
    written = config.to_api()
    assert written["job_id"] == "job"
    assert [d["function"] for d in written["analysis_config"]["detectors"]] == [
        "high_mean", "count",
    ]  # fmt: skip
    assert written["analysis_config"]["influencers"] == ["item"]
    assert written["data_description"] == {"time_field": "ts", "time_format": "epoch"}
    assert written["analysis_limits"]["model_memory_limit"] == "20mb"


def test_a_keyword_that_is_none_is_told_the_nearest() -> None:
    with pytest.raises(JobError, match="a job has no 'bucket_spam'; did you mean 'bucket_span'"):
        JobConfig.from_keywords(detectors="count", bucket_spam="1h")


@pytest.mark.parametrize("text", ["", "mean(", "mean(a b)", "count by", "count nonsense=1"])
def test_an_expression_that_is_none_is_shown(text: str) -> None:
    with pytest.raises(JobError, match=r"detector '.*' is not allowed: it must be written like"):
        JobConfig.from_keywords(detectors=text)


# -- updates


def update(sent: dict[str, Any], **options: Any) -> dict[str, Any]:
    return updated(made(body()), sent, **options).to_api()


def test_an_update_changes_what_it_names() -> None:
    sent = {
        "job_id": "it-ops",
        "description": "new",
        "groups": ["g"],
        "custom_settings": {"a": 1},
        "allow_lazy_open": True,
        "analysis_limits": {"model_memory_limit": "2gb"},
        "background_persist_interval": "3h",
        "renormalization_window_days": 3,
        "results_retention_days": 5,
        "model_snapshot_retention_days": 20,
        "model_plot_config": {"enabled": False},
        "model_prune_window": "1d",
        "detectors": [{"detector_index": 0, "description": "all", "custom_rules": [RULE]}],
    }
    before, after = made(body()).to_api(), update(sent)
    for name in before:
        if name not in sent and name != "analysis_config":
            assert after[name] == before[name]
    assert after["analysis_limits"]["model_memory_limit"] == "2048mb"
    assert after["model_plot_config"] == {"enabled": False, "annotations_enabled": False}
    analysis = after["analysis_config"]
    assert analysis["model_prune_window"] == "1d"
    detector = analysis["detectors"][0]
    assert (detector["detector_description"], detector["function"]) == ("all", "count")
    assert detector["custom_rules"][0]["conditions"][0]["value"] == 10.0
    for name in ("description", "groups", "custom_settings", "allow_lazy_open"):
        assert after[name] == sent[name]


def test_a_closed_job_takes_new_limits() -> None:
    assert update({"analysis_limits": {"model_memory_limit": 7}})["analysis_limits"] == {
        "model_memory_limit": "7mb",
        "categorization_examples_limit": 4,
    }


# -- whatever is sent

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(sorted({*EVERYTHING, *EVERYTHING["analysis_config"], "function"}))


@given(st.dictionaries(NAMES, JSON, max_size=4), st.dictionaries(NAMES, JSON, max_size=4))
def test_whatever_is_sent_is_taken_or_refused_in_our_words(
    outer: dict[str, Any], inner: dict[str, Any]
) -> None:
    sent = body(**{k: v for k, v in inner.items() if k != "detectors"}) | outer
    config = None
    with suppress(JobError):
        config = made(sent)
    if config is not None:
        assert JobConfig.from_stored(config.to_api()) == config
