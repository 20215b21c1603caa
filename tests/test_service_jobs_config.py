"""Configurations of jobs and datafeeds over HTTP: made, found, changed, deleted, refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from job_api import START, Api, job, opened

from adcore.job import Job
from adcore.service.jobs.memory_estimate import estimate_memory

JOBS = "anomaly_detectors"
ILLEGAL, STATUS, PARSE = "illegal_argument_exception", "status_exception", "parse_exception"
MISSING, TAKEN = "resource_not_found_exception", "resource_already_exists_exception"
CONTENT = "x_content_parse_exception"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with opened() as served:
        served.create("a-1", groups=["web", "prod"])
        served.create("a-2", groups=["web"])
        served.create("b.1")
        served.ok("PUT", "datafeeds/feed-a", {"job_id": "a-1", "indices": ["logs"]})
        yield served


def test_what_a_job_is_echoed_as() -> None:
    with opened() as api:
        made = api.create("farequote", description="Fares")
        assert made == api.ok("GET", f"{JOBS}/farequote")["jobs"][0]
        detector = {
            "detector_description": "metric(responsetime) by airline",
            "function": "metric",
            "field_name": "responsetime",
            "by_field_name": "airline",
            "detector_index": 0,
        }
        assert {name: made[name] for name in made if name != "analysis_config"} == {
            "job_id": "farequote",
            "job_type": "anomaly_detector",
            "job_version": "8.19.3",
            "description": "Fares",
            "create_time": START,
            "analysis_limits": {"model_memory_limit": "1024mb", "categorization_examples_limit": 4},
            "data_description": {"time_field": "time", "time_format": "epoch"},
            "model_snapshot_retention_days": 10,
            "daily_model_snapshot_retention_after_days": 1,
            "results_index_name": "shared",
            "allow_lazy_open": False,
        }
        assert made["analysis_config"]["bucket_span"] == "1h"
        assert made["analysis_config"]["influencers"] == []
        assert made["analysis_config"]["detectors"] == [detector]


def test_a_job_can_be_sent_as_it_was_shown() -> None:
    with opened() as api:
        api.create("one", groups=["g"], custom_settings={"made": {"by": "us"}})
        shown = api.ok("GET", f"{JOBS}/one?exclude_generated=true")["jobs"][0]
        assert "create_time" not in shown
        shown.pop("job_id")
        api.ok("PUT", f"{JOBS}/two", shown)
        again = api.ok("GET", f"{JOBS}/two?exclude_generated=true")["jobs"][0]
        assert again | {"job_id": ""} == shown | {"job_id": ""}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("", ["a-1", "a-2", "b.1"]),
        ("/_all", ["a-1", "a-2", "b.1"]),
        ("/*", ["a-1", "a-2", "b.1"]),
        ("/a-*", ["a-1", "a-2"]),
        ("/b.1,a-1", ["a-1", "b.1"]),
        ("/web", ["a-1", "a-2"]),
        ("/prod,a-2", ["a-1", "a-2"]),
        ("/we*", ["a-1", "a-2"]),
        ("/nothing*", []),
        ("/nothing*,b.1", ["b.1"]),
    ],
)
def test_expressions(api: Api, expression: str, found: list[str]) -> None:
    jobs = api.ok("GET", f"{JOBS}{expression}")
    assert (jobs["count"], [each["job_id"] for each in jobs["jobs"]]) == (len(found), found)
    stats = api.ok("GET", f"{JOBS}{expression}/_stats")
    assert [each["job_id"] for each in stats["jobs"]] == found
    assert all(each["state"] == "closed" for each in stats["jobs"])


def test_stats_of_a_job_that_has_seen_nothing(api: Api) -> None:
    stats = api.ok("GET", f"{JOBS}/b.1/_stats")["jobs"][0]
    assert stats["data_counts"]["processed_record_count"] == 0
    assert "latest_record_timestamp" not in stats["data_counts"]
    assert stats["model_size_stats"]["memory_status"] == "ok"
    assert stats["forecasts_stats"] == {"total": 0, "forecasted_jobs": 0}
    assert stats["timing_stats"] == {
        "job_id": "b.1",
        "bucket_count": 0,
        "total_bucket_processing_time_ms": 0.0,
    }


def test_a_job_is_changed() -> None:
    with opened() as api:
        api.create("j")
        change = {"description": "D", "groups": ["g"], "model_plot_config": {"enabled": True}}
        changed = api.ok("POST", f"{JOBS}/j/_update", change)
        assert (changed["description"], changed["groups"]) == ("D", ["g"])
        assert api.ok("GET", f"{JOBS}/g")["jobs"] == [changed]


def test_jobs_are_there_after_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as api:
        made = api.create("j", groups=["g"])
        api.create("gone")
        api.ok("DELETE", f"{JOBS}/gone")
        feed = api.ok("PUT", "datafeeds/f", {"job_id": "j", "indices": "logs-*"})
    with opened(tmp_path) as api:
        shown = api.ok("GET", f"{JOBS}/g")["jobs"]
        assert shown == [made | {"datafeed_config": feed}]


def test_validation_makes_nothing() -> None:
    with opened() as api:
        assert api.ok("POST", f"{JOBS}/_validate", job(job_id="j")) == {"acknowledged": True}
        detector = {"function": "high_sum", "field_name": "bytes", "over_field_name": "ip"}
        assert api.ok("POST", f"{JOBS}/_validate/detector", detector) == {"acknowledged": True}
        assert api.ok("GET", JOBS)["count"] == 0


def test_the_estimate_of_memory_grows_with_series() -> None:
    with opened() as api:
        body: dict[str, Any] = {"analysis_config": job()["analysis_config"]}
        small = api.ok("POST", f"{JOBS}/_estimate_model_memory", body)["model_memory_estimate"]
        body["overall_cardinality"] = {"airline": 100_000}
        large = api.ok("POST", f"{JOBS}/_estimate_model_memory", body)["model_memory_estimate"]
        assert small == "11mb"
        # Three models for each: of min, max and mean.
        assert 1_200 < int(large.removesuffix("mb")) < 1_800


@pytest.mark.parametrize("function", ["mean", "metric"])
@pytest.mark.parametrize("settings", [{}, {"shape_feature": True}], ids=["plain", "shapes"])
def test_the_estimate_of_memory_is_that_of_the_models(
    function: str, settings: dict[str, Any]
) -> None:
    series, buckets = 2_000, 4
    detector = {"function": function, "field_name": "x", "by_field_name": "key"}
    analysis = {"bucket_span": "1h", "detectors": [detector]}
    asked = {"analysis_config": analysis, "overall_cardinality": {"key": series},
             "custom_settings": settings}  # fmt: skip
    estimate = estimate_memory(asked)
    made = Job({"analysis_config": analysis, "data_description": {}, "custom_settings": settings})
    for bucket in range(buckets):
        made.process({
            "time": np.full(series, bucket * 3_600_000), "x": np.ones(series),
            "key": [f"k{n}" for n in range(series)],
        })  # fmt: skip
    found = made.model_size_stats["model_bytes"]
    expected = int(estimate.removesuffix("mb")) - 10
    assert found <= expected * 2**20 < 1.5 * found


def test_the_shape_of_an_estimate_is_true_or_false() -> None:
    with opened() as api:
        body = {
            "analysis_config": job()["analysis_config"],
            "custom_settings": {"shape_feature": 1},
        }
        assert api.refused("POST", f"{JOBS}/_estimate_model_memory", body)[2] == (
            "custom_settings.shape_feature = 1 is not allowed: it must be true or false"
        )


def test_info_and_upgrade_mode() -> None:
    with opened(max_model_memory=64 * 1024 * 1024) as api:
        info = api.ok("GET", "info")
        assert info["defaults"]["anomaly_detectors"]["model_memory_limit"] == "1gb"
        assert info["defaults"]["datafeeds"] == {"scroll_size": 1000}
        assert info["limits"]["max_model_memory_limit"] == "64mb"
        assert info["upgrade_mode"] is False
        api.ok("POST", "set_upgrade_mode?enabled=true")
        assert api.ok("GET", "info")["upgrade_mode"] is True
        limits = {"model_memory_limit": "128mb"}
        assert api.refused("PUT", f"{JOBS}/j", job(analysis_limits=limits))[2] == (
            "model_memory_limit [128mb] must be less than the value of the "
            "xpack.ml.max_model_memory_limit setting [64mb]"
        )


# -- datafeeds


def test_the_life_of_a_datafeed() -> None:
    with opened() as api:
        api.create("j")
        made = api.ok("PUT", "datafeeds/f", {"job_id": "j", "indexes": ["logs-*"]})
        delay = made.pop("query_delay")
        assert 60_000 <= int(delay.removesuffix("ms")) < 120_000
        assert made == {
            "datafeed_id": "f",
            "job_id": "j",
            "indices": ["logs-*"],
            "query": {"match_all": {"boost": 1.0}},
            "scroll_size": 1000,
            "chunking_config": {"mode": "auto"},
            "delayed_data_check_config": {"enabled": True},
            "indices_options": {
                "expand_wildcards": ["open"],
                "ignore_unavailable": False,
                "allow_no_indices": True,
                "ignore_throttled": True,
            },
            "runtime_mappings": {},
        }
        change = {"frequency": "150s", "scroll_size": 10, "max_empty_searches": 5}
        changed = api.ok("POST", "datafeeds/f/_update", change)
        assert {name: changed[name] for name in change} == change
        gone = api.ok("POST", "datafeeds/f/_update", {"max_empty_searches": -1})
        assert "max_empty_searches" not in gone
        shown = api.ok("GET", "datafeeds/f?exclude_generated=true")["datafeeds"][0]
        assert shown == {
            "job_id": "j", "indices": ["logs-*"], "frequency": "150s", "scroll_size": 10,
        }  # fmt: skip
        stats = api.ok("GET", "datafeeds/_stats")
        assert (stats["count"], stats["datafeeds"][0]["state"]) == (1, "stopped")
        assert stats["datafeeds"][0]["timing_stats"]["search_count"] == 0
        assert api.ok("POST", "datafeeds/f/_stop") == {"stopped": True}
        assert api.ok("DELETE", "datafeeds/f") == {"acknowledged": True}
        assert api.ok("GET", "datafeeds") == {"count": 0, "datafeeds": []}


def test_a_datafeed_inside_a_job() -> None:
    with opened() as api:
        made = api.create("j", datafeed_config={"indices": ["logs"], "query_delay": "1s"})
        assert made["datafeed_config"]["datafeed_id"] == "j"
        assert made["datafeed_config"]["job_id"] == "j"
        assert api.ok("GET", "datafeeds/j")["datafeeds"] == [made["datafeed_config"]]
        assert api.refused("DELETE", f"{JOBS}/j") == (
            409, STATUS, "Cannot delete job [j] because datafeed [j] refers to it",
        )  # fmt: skip
        api.ok("DELETE", f"{JOBS}/j?force=true")
        assert api.ok("GET", "datafeeds")["count"] == 0


def test_parameters_of_a_job_say_how_its_datafeed_looks_for_indices() -> None:
    with opened() as api:
        body = job(datafeed_config={"indices": ["logs"]})
        made = api.ok("PUT", f"{JOBS}/j?ignore_unavailable=true&expand_wildcards=open,hidden", body)
        options = made["datafeed_config"]["indices_options"]
        assert options["ignore_unavailable"] is True
        assert options["expand_wildcards"] == ["open", "hidden"]


AGGREGATIONS = {
    "buckets": {
        "date_histogram": {"field": "time", "fixed_interval": "5m"},
        "aggregations": {"time": {"max": {"field": "time"}}},
    }
}


def feed(**changes: Any) -> dict[str, Any]:
    return {"job_id": "b.1", "indices": ["logs"]} | changes


def detectors(*listed: dict[str, Any], **changes: Any) -> dict[str, Any]:
    config = job()
    config["analysis_config"] |= {"detectors": list(listed)} | changes
    return config


COUNT = {"function": "count"}
CATEGORY = {"function": "count", "by_field_name": "mlcategory"}
LETTERS = (
    "can contain lowercase alphanumeric (a-z and 0-9), hyphens or underscores; must start and end "
    "with alphanumeric"
)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind", "reason"),
    [
        ("GET", "nope", None, 404, MISSING, "No known job with id 'nope'"),
        ("GET", "a-1,nope", None, 404, MISSING, "No known job with id 'nope'"),
        ("GET", "nope/_stats", None, 404, MISSING, "No known job with id 'nope'"),
        ("GET", "nope*?allow_no_match=false", None, 404, MISSING, "No known job with id 'nope*'"),
        ("GET", "nope*/_stats?allow_no_jobs=false", None, 404, MISSING,
         "No known job with id 'nope*'"),
        ("POST", "nope/_update", {}, 404, MISSING, "No known job with id 'nope'"),
        ("DELETE", "nope", None, 404, MISSING, "No known job with id 'nope'"),
        ("POST", "nope/_open", None, 404, MISSING, "No known job with id 'nope'"),
        ("POST", "nope/_close", None, 404, MISSING, "No known job with id 'nope'"),
        ("POST", "nope/_data", [{"time": 1}], 404, MISSING, "No known job with id 'nope'"),
        ("POST", "nope/_flush", None, 404, MISSING, "No known job with id 'nope'"),
        ("POST", "nope/_forecast", None, 404, MISSING, "No known job with id 'nope'"),
        ("DELETE", "nope/_forecast/f", None, 404, MISSING, "No known job with id 'nope'"),
        ("POST", "nope/model_snapshots", None, 404, MISSING, "No known job with id 'nope'"),
        ("POST", "nope/_reset", None, 404, MISSING, "No known job with id 'nope'"),
        ("POST", "a-1/_data", [{"time": 1}], 409, STATUS,
         ("Cannot process data because job [a-1] does not have a corresponding autodetect "
          "process")),
        ("POST", "a-1/_flush", None, 409, STATUS,
         "Cannot flush because job [a-1] does not have a corresponding autodetect process"),
        ("POST", "a-1/_forecast", None, 409, STATUS,
         "Cannot forecast because job [a-1] does not have a corresponding autodetect process"),
        ("POST", "a-1/_forecast?duration=0s", None, 400, ILLEGAL,
         "[duration] must be positive: [0s]"),
        ("POST", "a-1/_forecast", {"duration": "-1s"}, 400, ILLEGAL,
         "[duration] must be positive: [-1]"),
        ("POST", "a-1/_forecast", {"duration": "3651d"}, 400, ILLEGAL,
         "[duration] must be 3650d or less: [3651d]"),
        ("POST", "a-1/_forecast", {"expires_in": "-1s"}, 400, ILLEGAL,
         "[expires_in] must be non-negative: [-1]"),
        ("POST", "a-1/_forecast", {"max_model_memory": "500mb"}, 400, ILLEGAL,
         "[max_model_memory] must be less than 500mb"),
        ("DELETE", "a-1/_forecast/f", None, 404, MISSING,
         "No forecast(s) [f] exists for job [a-1]"),
        ("DELETE", "a-1/_forecast/_all?allow_no_forecasts=false", None, 404, MISSING,
         "No forecast(s) [_all] exists for job [a-1]"),
        ("PUT", "a-1", job(), 400, TAKEN,
         "The job cannot be created with the Id 'a-1'. The Id is already used."),
        ("PUT", "Caps", job(), 400, ILLEGAL, f"Invalid job_id; 'Caps' {LETTERS}"),
        ("PUT", "x" * 65, job(), 400, ILLEGAL,
         "The job id cannot contain more than 64 characters."),
        ("PUT", "web", job(), 400, STATUS, ("job and group names must be unique but job [web] and "
         "group [web] have the same name")),
        ("PUT", "new", job(groups=["a-1"]), 400, STATUS,
         ("job and group names must be unique but job [a-1] and group [a-1] have the same name")),
        ("PUT", "new", job(create_time=1), 400, STATUS, ("The job is configured with fields "
         "[create_time] that are illegal to set at job creation")),
        ("PUT", "new", detectors(), 400, STATUS, "No detectors configured"),
        ("PUT", "new", detectors({"function": "mode"}), 400, STATUS, "Unknown function 'mode'"),
        ("PUT", "new", detectors({"function": "mean", "by_field_name": "a"}), 400,
         STATUS,
         "field_name must be set when the 'mean' function is used"),
        ("PUT", "new", detectors(COUNT, COUNT), 400, STATUS,
         "Duplicate detectors are not allowed"),
        ("PUT", "new", {"analysis_confg": {}}, 400, CONTENT,
         "[1:2] [job_details] unknown field [analysis_confg]"),
        ("PUT", "new", {"job_id": "other"} | job(), 400, ILLEGAL, ("Inconsistent job_id; 'other' "
         "specified in the body differs from 'new' specified as a URL argument")),
        ("PUT", "new", None, 400, PARSE, "request body is required"),
        ("PUT", "new", {"analysis_config": job()["analysis_config"]}, 400, ILLEGAL,
         "A data_description must be set"),
        # What is wrong with its datafeed leaves no job behind: the next is refused for the same.
        *(("PUT", "new", job(datafeed_config={"job_id": "b.1", "indices": ["logs"]}), 400, ILLEGAL,
           ("Inconsistent job_id; 'b.1' specified in the body differs from 'new' specified as a "
            "URL argument")) for _ in range(2)),
        ("PUT", "new", detectors(CATEGORY, categorization_field_name="m",
         categorization_filters=["a", "("]), 400, STATUS,
         "categorization_filters contains invalid regular expression '('"),
        ("PUT", "new", detectors(CATEGORY, categorization_field_name="m",
         categorization_filters=["a", "a"]), 400, STATUS,
         "categorization_filters contain duplicates"),
        ("PUT", "new", detectors(CATEGORY, categorization_field_name="m",
         categorization_filters=[""]), 400, STATUS,
         "categorization_filters are not allowed to contain empty strings"),
        ("POST", "a-1/_update", {"nothing": 1}, 400, CONTENT,
         "[1:2] [job_update] unknown field [nothing]"),
        ("POST", "a-1/_update", {"groups": ["b.1"]}, 400, STATUS,
         "job and group names must be unique but job [b.1] and group [b.1] have the same name"),
        ("POST", "a-1/_update", {"detectors": [{"detector_index": 1, "description": "x"}]}, 400,
         ILLEGAL, "Supplied detector_index [1] is >= the number of detectors [1]"),
        ("POST", "_validate", job(), 400, ILLEGAL, "Required [job_id]"),
        ("POST", "_validate/detector", {"function": "rare", "over_field_name": "a"}, 400, STATUS,
         "by_field_name must be set when the 'rare' function is used"),
        ("POST", "a-1/model_snapshots/s/_revert", None, 404, MISSING,
         "No model snapshot with id [s] exists for job [a-1]"),
        ("POST", "a-1/model_snapshots/s/_update", {"retain": True}, 404, MISSING,
         "No model snapshot with id [s] exists for job [a-1]"),
        ("DELETE", "a-1/model_snapshots/s", None, 404, MISSING,
         "No model snapshot with id [s] exists for job [a-1]"),
        ("POST", "a-1/model_snapshots/s", None, 404, MISSING,
         "No model snapshot with id [s] exists for job [a-1]"),
        ("DELETE", "a-1", None, 409, STATUS,
         "Cannot delete job [a-1] because datafeed [feed-a] refers to it"),
    ],
)  # fmt: skip
def test_what_jobs_are_refused(
    api: Api, method: str, path: str, body: Any, status: int, kind: str, reason: str
) -> None:
    found = api.refused(method, f"{JOBS}/{path}", body)
    assert found == (status, kind, reason)
    assert api.refused(method, f"/_xpack/ml/{JOBS}/{path}", body) == found


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind", "reason"),
    [
        ("GET", "nope", None, 404, MISSING, "No datafeed with id [nope] exists"),
        ("GET", "nope/_stats", None, 404, MISSING, "No datafeed with id [nope] exists"),
        ("POST", "nope/_start", None, 404, MISSING, "No datafeed with id [nope] exists"),
        ("POST", "nope/_stop", None, 404, MISSING, "No datafeed with id [nope] exists"),
        ("DELETE", "nope", None, 404, MISSING, "No datafeed with id [nope] exists"),
        ("GET", "nope/_preview", None, 404, MISSING, "No datafeed with id [nope] exists"),
        ("PUT", "feed-a", feed(), 400, TAKEN, "A datafeed with id [feed-a] already exists"),
        ("PUT", "second", feed(job_id="a-1"), 409, STATUS,
         "A datafeed [feed-a] already exists for job [a-1]"),
        ("PUT", "f", feed(job_id="nope"), 404, MISSING, "No known job with id 'nope'"),
        ("PUT", "f", {"indices": ["a"]}, 400, ILLEGAL, "[job_id] must not be null."),
        ("PUT", "f", feed(indices=[]), 400, ILLEGAL, "[indices] must not be empty."),
        ("PUT", "f", feed(indice=["a"]), 400, CONTENT,
         "[1:36] [datafeed_config] unknown field [indice]"),
        ("PUT", "f", feed(scroll_size=-1), 400, ILLEGAL,
         "scroll_size cannot be less than 0. Value = -1"),
        ("PUT", "f", feed(chunking_config={"mode": "manual"}), 400, ILLEGAL,
         "when chunk mode is manual time_span must be specified"),
        ("PUT", "f", feed(script_fields={"a": {"script": "x + 1"}}), 400, ILLEGAL,
         ("[script_fields] [a]: [x] is not supported in scripts: names are doc, params, and those "
          "that the script defines")),
        ("PUT", "f", feed(script_fields={"a": {"source": "1"}}), 400, CONTENT,
         "[1:58] [datafeed_config] unknown field [source]"),
        ("PUT", "f", feed(script_fields={"a": {}}), 400, ILLEGAL,
         "[script_fields] [a]: a script is a text, or an object with [source]"),
        ("PUT", "f", feed(runtime_mappings={"a": {"type": "long", "script": "while"}}), 400,
         ILLEGAL,
         ("[runtime_mappings] [a]: [while] is not supported in scripts: names are doc, params, and "
          "those that the script defines")),
        ("PUT", "f", feed(script_fields={"a": {"script": "1"}}, aggregations=AGGREGATIONS), 400,
         ILLEGAL, "script_fields cannot be used in combination with aggregations"),
        ("PUT", "f", feed(runtime_mappings={"a": {"type": "geo_point"}}), 400, ILLEGAL,
         ("runtime field [a] of type [geo_point]: the type must be one of [boolean, date, double, "
          "ip, keyword, long]")),
        ("PUT", "f", feed(aggregations={"a": {"terms": {"field": "b"}}}), 400, ILLEGAL,
         "A date_histogram (or histogram) aggregation is required"),
        ("PUT", "f", feed(aggregations=AGGREGATIONS), 400, ILLEGAL,
         ("A job configured with a datafeed with aggregations must set summary_count_field_name; "
          "use doc_count or suitable alternative")),
        ("PUT", "f", feed(indices=["a", ""]), 400, ILLEGAL, "[indices] must not be empty."),
        ("POST", "feed-a/_update", {"indices": []}, 400, ILLEGAL, "[indices] must not be empty."),
        ("PUT", "f", feed(query={"fuzz": {}}), 400, "parsing_exception", "unknown query [fuzz]"),
        ("POST", "feed-a/_update", {"query": {"term": {"a": 1, "b": 2}}}, 400, "parsing_exception",
         "[term] query doesn't support multiple fields, found [a] and [b]"),
        ("POST", "feed-a/_start", {"start": True}, 400, CONTENT,
         "[1:2] [datafeed_params] start doesn't support values of type: VALUE_BOOLEAN"),
        ("POST", "feed-a/_update", {"job_id": "b.1"}, 400, ILLEGAL,
         "Datafeed's job_id cannot be changed"),
        ("POST", "feed-a/_start", None, 409, STATUS,
         "cannot start datafeed [feed-a] because job [a-1] is closed"),
        ("POST", "feed-a/_start", {"start": 20, "end": 10}, 400,
         "action_request_validation_exception",
         "Validation Failed: 1: start [20000] must be earlier than end [10000];"),
        ("POST", "feed-a/_start?start=5&end=5", None, 400, "action_request_validation_exception",
         "Validation Failed: 1: start [5000] must be earlier than end [5000];"),
        ("POST", "feed-a/_start", {"start": "abc"}, 400, PARSE,
         ("Query param [start] with value [abc] cannot be parsed as a date or converted to a "
          "number (epoch).")),
        ("GET", "feed-a/_preview", None, 400, STATUS,
         "datafeed [feed-a] cannot retrieve data because index [logs] does not exist"),
        ("POST", "feed-a/_preview", {"datafeed_config": feed()}, 400, ILLEGAL,
         ("[datafeed_id] cannot be supplied when either [job_config] or [datafeed_config] is "
          "present")),
        ("POST", "_preview", None, 400, ILLEGAL,
         "[datafeed_id] or [datafeed_config] must be set"),
    ],
)  # fmt: skip
def test_what_datafeeds_are_refused(
    api: Api, method: str, path: str, body: Any, status: int, kind: str, reason: str
) -> None:
    assert api.refused(method, f"datafeeds/{path}", body) == (status, kind, reason)


@pytest.mark.parametrize(
    ("method", "path", "body", "text"),
    [
        ("GET", "/_ml/anomaly_detectors/_all?allow_no_jobs=true", None,
         "Deprecated field [allow_no_jobs] used, expected [allow_no_match] instead"),
        ("GET", "/_ml/datafeeds/_stats?allow_no_datafeeds=true", None,
         "Deprecated field [allow_no_datafeeds] used, expected [allow_no_match] instead"),
        ("GET", "/_xpack/ml/anomaly_detectors/_stats", None,
         ("[GET /_xpack/ml/anomaly_detectors/_stats] is deprecated! Use [GET "
          "/_ml/anomaly_detectors/_stats] instead.")),
        ("PUT", "/_ml/anomaly_detectors/odd",
         job(analysis_config={"bucket_span": "17m", "detectors": [{"function": "count"}]}),
         ("bucket_span 17m [1020s] is not an integral divisor of the number of seconds in 1d "
          "[86400s]. This is now deprecated.")),
        ("GET", "/_ml/anomaly_detectors/_all?allow_no_match=true", None, None),
    ],
)  # fmt: skip
def test_what_is_deprecated_is_answered_with_a_warning(
    api: Api, method: str, path: str, body: Any, text: str | None
) -> None:
    agent = {"user-agent": "elasticsearch-py/7.17.13"}
    response = api.request(method, path, body, headers=agent)
    assert response.status_code == 200
    expected = None if text is None else f'299 Elasticsearch-7.17.29 "{text}"'
    assert response.headers.get("warning") == expected
