"""What configurations of jobs are refused with, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from job_bodies import body, made

from adcore.errors import InvalidArgumentError
from adcore.job import JobConfig, JobError, Limits, updated

RULE = {"conditions": [{"applies_to": "actual", "operator": "gt", "value": 10}]}
RETENTION = "model_snapshot_retention_days"
DAILY = "daily_model_snapshot_retention_after_days"


def refused(sent: Any, **options: Any) -> JobError:
    with pytest.raises(JobError) as caught:
        made(sent, **options)
    return caught.value


# -- what is refused

CATEGORY = {"function": "count", "by_field_name": "mlcategory"}
ILLEGAL, STATUS = "illegal_argument_exception", "status_exception"
PARSE = "x_content_parse_exception"

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    # the body itself
    (body() | {"nonsense": 1}, PARSE, "[job_details] unknown field [nonsense]"),
    (body(nonsense=1), PARSE, "[analysis_config] unknown field [nonsense]"),
    (body({"nonsense": 1}), PARSE, "[detector] unknown field [nonsense]"),
    (body() | {"data_description": {"tz": 1}}, PARSE, "[data_description] unknown field [tz]"),
    (body() | {"job_type": "x"}, PARSE, "[job_details] unknown field [job_type]"),
    (
        body() | {"description": {"a": 1}},
        PARSE,
        "[job_details] description doesn't support values of type: START_OBJECT",
    ),
    (
        body() | {"allow_lazy_open": "maybe"},
        PARSE,
        (
            "[job_details] failed to parse field [allow_lazy_open]: Failed to parse value "
            "[maybe] as only [true] or [false] are allowed."
        ),
    ),
    (
        body() | {"results_retention_days": "soon"},
        PARSE,
        '[job_details] failed to parse field [results_retention_days]: For input string: "soon"',
    ),
    (
        {"analysis_config": [], "data_description": {}},
        PARSE,
        "[job_details] analysis_config doesn't support values of type: START_ARRAY",
    ),
    ({"data_description": {}}, ILLEGAL, "An analysis_config must be set"),
    (
        {"analysis_config": {"detectors": [{"function": "count"}]}},
        ILLEGAL,
        "A data_description must be set",
    ),
    (
        body() | {"create_time": 1, "model_snapshot_id": "a", "finished_time": 2},
        STATUS,
        (
            "The job is configured with fields [model_snapshot_id, finished_time, create_time] "
            "that are illegal to set at job creation"
        ),
    ),
    (
        body() | {"job_id": "other"},
        ILLEGAL,
        (
            "Inconsistent job_id; 'other' specified in the body differs from 'it-ops' specified "
            "as a URL argument"
        ),
    ),
    (
        body() | {"groups": ["a", "it-ops"]},
        STATUS,
        "job and group names must be unique but job [it-ops] and group [it-ops] have the same name",
    ),
    # limits and retention
    (
        body() | {"analysis_limits": {"model_memory_limit": "0"}},
        STATUS,
        "model_memory_limit must be at least 1 MiB. Value = 0",
    ),
    (
        body() | {"analysis_limits": {"model_memory_limit": "1000kb"}},
        STATUS,
        "model_memory_limit must be at least 1 MiB. Value = 0",
    ),
    (
        body() | {"analysis_limits": {"model_memory_limit": "10gb"}},
        STATUS,
        (
            "model_memory_limit [10gb] must be less than the value of the "
            "xpack.ml.max_model_memory_limit setting [9gb]"
        ),
    ),
    (
        body() | {"analysis_limits": {"model_memory_limit": "much"}},
        "parse_exception",
        (
            "failed to parse setting [model_memory_limit] with value [much] as a size in bytes: "
            "unit is missing or unrecognized"
        ),
    ),
    (
        body() | {DAILY: 4, RETENTION: 3},
        ILLEGAL,
        f"The value of {DAILY} [4] cannot be greater than {RETENTION} [3]",
    ),
    (body() | {DAILY: -1}, ILLEGAL, f"{DAILY} cannot be less than 0. Value = -1"),
    (body() | {RETENTION: -1}, ILLEGAL, f"{RETENTION} cannot be less than 0. Value = -1"),
    (
        body() | {"renormalization_window_days": -1},
        ILLEGAL,
        "renormalization_window_days cannot be less than 0. Value = -1",
    ),
    (
        body() | {"background_persist_interval": "30m"},
        ILLEGAL,
        "background_persist_interval cannot be less than 3,600. Value = 1,800",
    ),
    # the data description
    (
        body() | {"data_description": {"time_format": "bogus"}},
        STATUS,
        "Invalid Time format string 'bogus'",
    ),
    (
        body() | {"data_description": {"format": "xml"}},
        PARSE,
        "[data_description] failed to parse field [format]: [xml] is none of [xcontent]",
    ),
    (
        body({"function": "mean", "field_name": "time"}),
        STATUS,
        "data_description.time_field may not be used in the analysis_config",
    ),
    (
        body(influencers=["time"]),
        STATUS,
        "data_description.time_field may not be used in the analysis_config",
    ),
    # the analysis
    (body() | {"analysis_config": {"detectors": []}}, STATUS, "No detectors configured"),
    (body() | {"analysis_config": {}}, STATUS, "No detectors configured"),
    (
        body({"function": "count", "detector_index": 3}, {"function": "count"}),
        STATUS,
        "Duplicate detectors are not allowed",
    ),
    (
        body(bucket_span="0s"),
        ILLEGAL,
        "bucket_span cannot be less or equal than 0. Value = 0s",
    ),
    (
        body(bucket_span="1500ms"),
        ILLEGAL,
        "bucket_span has to be a multiple of 1s. Value = 1500ms",
    ),
    (
        body(bucket_span="1.5h"),
        ILLEGAL,
        (
            "failed to parse setting [bucket_span] with value [1.5h] as a time value: unit is "
            "missing or unrecognized"
        ),
    ),
    (body(latency=-1), ILLEGAL, "latency cannot be less than 0. Value = -1s"),
    (
        body({"field_name": "x"}, summary_count_field_name="n"),
        STATUS,
        "The 'metric' function cannot be used in jobs that will take pre-summarized input",
    ),
    (
        body(CATEGORY),
        STATUS,
        "categorization_field_name must be set for mlcategory to be available",
    ),
    (
        body(categorization_field_name="message"),
        STATUS,
        (
            "categorization_field_name is set but mlcategory is not used in any detector "
            "by/over/partition field"
        ),
    ),
    (
        body({"function": "mean", "field_name": "a"}, influencers=["a.b"]),
        STATUS,
        "Fields [a] and [a.b] cannot both be used in the same analysis_config",
    ),
    (
        body(bucket_span="1h", model_prune_window="1h"),
        ILLEGAL,
        "model_prune_window [1h] must be at least 2 times greater than bucket_span [1h]",
    ),
    (
        body(bucket_span="1h", model_prune_window="150m"),
        ILLEGAL,
        "model_prune_window [150m] must be a multiple of bucket_span [1h]",
    ),
    # detectors
    (body({"function": "average"}), STATUS, "Unknown function 'average'"),
    (
        body({"function": "mean", "by_field_name": "a"}),
        STATUS,
        "field_name must be set when the 'mean' function is used",
    ),
    (
        body({"function": "count", "field_name": "a"}),
        STATUS,
        "field_name cannot be used with function 'count'",
    ),
    (
        body({"function": "rare", "over_field_name": "a"}),
        STATUS,
        "by_field_name must be set when the 'rare' function is used",
    ),
    (
        body({"function": "freq_rare", "by_field_name": "a"}),
        STATUS,
        "over_field_name must be set when the 'freq_rare' function is used",
    ),
    (
        body({"function": "nzc", "over_field_name": "a"}),
        STATUS,
        "over_field_name cannot be used with function 'non_zero_count'",
    ),
    (
        body({"function": "mean"}),
        STATUS,
        (
            "Unless a count or temporal function is used one of field_name, by_field_name or "
            "over_field_name must be set"
        ),
    ),
    (
        body({"function": "count", "by_field_name": "f", "over_field_name": "f"}),
        STATUS,
        "over_field_name and by_field_name cannot be the same: 'f'",
    ),
    (
        body({"function": "count", "by_field_name": "f", "partition_field_name": "f"}),
        STATUS,
        "partition_field_name and by_field_name cannot be the same: 'f'",
    ),
    *(
        (
            body({"function": "count", "by_field_name": word}),
            STATUS,
            f"'{word}' is not a permitted value for by_field_name",
        )
        for word in ("count", "by", "over")
    ),
    (
        body({"function": "mean", "field_name": 'a"b'}),
        STATUS,
        (
            "Invalid field name 'a\"b'. Field names including over, by and partition fields cannot "
            'contain any of these characters: ",\\'
        ),
    ),
    (
        body({"function": "count", "exclude_frequent": "some"}),
        PARSE,
        (
            "[detector] failed to parse field [exclude_frequent]: [some] is none of "
            "[all, none, by, over]"
        ),
    ),
    (
        body(bucket_span="9999999999999d"),
        ILLEGAL,
        "bucket_span [9999999999999d] is too long",
    ),
    (
        body(influencers=["a", ""]),
        PARSE,
        "[analysis_config] failed to parse field [influencers]: a field has no name",
    ),
    # rules
    (
        body(
            {
                "function": "count",
                "custom_rules": [
                    {
                        "conditions": [{"applies_to": "time", "operator": "gt", "value": "NaN"}],
                    }
                ],
            }
        ),
        PARSE,
        '[rule_condition] failed to parse field [value]: For input string: "NaN"',
    ),
    (
        body({"function": "rare", "by_field_name": "a", "custom_rules": [RULE]}),
        STATUS,
        "Invalid detector rule: function rare only supports conditions that apply to time",
    ),
    (
        body({"function": "count", "custom_rules": [{"actions": ["skip_result"]}]}),
        STATUS,
        "Invalid detector rule: at least scope or a condition is required",
    ),
    (
        body(
            {
                "function": "count",
                "by_field_name": "a",
                "partition_field_name": "b",
                "custom_rules": [{"scope": {"x": {"filter_id": "f"}}}],
            }
        ),
        STATUS,
        "Invalid detector rule: scope field 'x' is invalid; select from [a, b]",
    ),
    (
        body({"function": "count", "custom_rules": [{"conditions": [{"applies_to": "actual"}]}]}),
        PARSE,
        "[detection_rule] failed to parse field [conditions]: Required [operator, value]",
    ),
]


@pytest.mark.parametrize(("sent", "type_", "reason"), REFUSED, ids=[row[2][:50] for row in REFUSED])
def test_refusals(sent: dict[str, Any], type_: str, reason: str) -> None:
    error = refused(sent, limits=Limits(max_model_memory=9 << 30))
    assert (error.status, error.type, error.reason) == (400, type_, reason)
    assert str(error) == reason
    assert isinstance(error, InvalidArgumentError)


@pytest.mark.parametrize("job_id", ["Upper", "-a", "a-", "", "_all", "a b", "ä"])
def test_names_of_jobs(job_id: str) -> None:
    with pytest.raises(JobError) as caught:
        JobConfig.from_api(job_id, body())
    assert caught.value.reason == (
        f"Invalid job_id; '{job_id}' can contain lowercase alphanumeric (a-z and 0-9), hyphens or "
        "underscores; must start and end with alphanumeric"
    )
    assert caught.value.type == ILLEGAL


def test_names_of_jobs_have_an_end() -> None:
    assert JobConfig.from_api("a" * 64, body()).job_id == "a" * 64
    with pytest.raises(JobError, match=r"^The job id cannot contain more than 64 characters\.$"):
        JobConfig.from_api("a" * 65, body())


def test_the_way_to_the_fault_is_known() -> None:
    error = refused(body({"function": "count"}, {"function": "count", "what": 1}))
    assert error.path == ("analysis_config", "detectors", 1, "what")
    assert error.located(3, 14).reason == "[3:14] [detector] unknown field [what]"


UPDATES: list[tuple[dict[str, Any], int, str]] = [
    ({"bucket_span": "1h"}, 400, "[job_update] unknown field [bucket_span]"),
    (
        {"detectors": [{"detector_index": 1, "description": "x"}]},
        400,
        "Supplied detector_index [1] is >= the number of detectors [1]",
    ),
    (
        {"detectors": [{"detector_index": -1, "description": "x"}]},
        400,
        "detector_index cannot be less than 0. Value = -1",
    ),
    (
        {"detectors": [{"description": "x"}]},
        400,
        "[job_update] failed to parse field [detectors]: Required [detector_index]",
    ),
    (
        {"analysis_limits": {"model_memory_limit": "2gb"}},
        409,
        "Cannot update analysis_limits while the job is open",
    ),
    (
        {DAILY: 11},
        400,
        f"The value of {DAILY} [11] cannot be greater than {RETENTION} [10]",
    ),
    (
        {"groups": ["it-ops"]},
        400,
        "job and group names must be unique but job [it-ops] and group [it-ops] have the same name",
    ),
    (
        {"job_id": "b"},
        400,
        (
            "Inconsistent job_id; 'b' specified in the body differs from 'it-ops' specified as "
            "a URL argument"
        ),
    ),
]


@pytest.mark.parametrize(("sent", "status", "reason"), UPDATES, ids=[row[2] for row in UPDATES])
def test_updates_that_are_refused(sent: dict[str, Any], status: int, reason: str) -> None:
    with pytest.raises(JobError) as caught:
        updated(made(body()), sent, is_open=True)
    assert (caught.value.status, caught.value.reason) == (status, reason)
