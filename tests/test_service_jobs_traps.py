"""What clones of the API get wrong about results: each as a client would notice it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from job_api import Api, opened
from job_data import BEGIN, HOUR, WAVES, lines, rows

J = "anomaly_detectors/farequote"
FEATURES = 12  # buckets that the multi-bucket feature looks at
ODD = 150


def fed(api: Api, data: list[Any], *detectors: dict[str, Any], **analysis: Any) -> None:
    """An open job that has seen rows, with these detectors."""
    given = WAVES["analysis_config"] | analysis
    given |= {"detectors": list(detectors)} if detectors else {}
    api.create(**(WAVES | {"analysis_config": given}))
    api.ok("POST", f"{J}/_open")
    sent = api.request("POST", f"{J}/_data", content=lines(data))
    assert sent.status_code == 202, sent.text


def read(api: Api, kind: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.ok(
        "POST", f"{J}/results/{kind}", {"page": {"size": 9_000}} | asked
    )[kind]
    return found


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with opened() as served:
        fed(served, rows(0, 200, surprise=ODD))
        yield served


@pytest.fixture
def empty() -> Iterator[Api]:
    with opened() as served:
        yield served


def nulls_of(body: Any) -> list[Any]:
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else []
    return [each for each in inner if each is None] + [n for each in inner for n in nulls_of(each)]


def test_nothing_is_written_as_null(api: Api) -> None:
    for kind in ("records", "buckets", "influencers"):
        assert nulls_of(read(api, kind)) == []
    assert nulls_of(api.ok("GET", f"{J}/_stats")) == []
    assert nulls_of(api.ok("GET", J)) == []


def test_own_fields_are_arrays_on_records_and_texts_on_influencers(api: Api) -> None:
    assert read(api, "records", size=1)[0]["airline"] == ["AAL"]
    assert read(api, "influencers", size=1)[0]["airline"] == "AAL"


def test_bucket_influencers_have_no_values_and_times_only_where_there_are_records(api: Api) -> None:
    times = {record["timestamp"] for record in read(api, "records")}
    assert times
    for bucket in read(api, "buckets"):
        inside = bucket["bucket_influencers"]
        assert all("influencer_field_value" not in each for each in inside)
        named = [each["influencer_field_name"] for each in inside]
        assert ("bucket_time" in named) == (bucket["timestamp"] in times)
        scores = [each["anomaly_score"] for each in inside]
        assert scores == sorted(scores, reverse=True)
        assert bucket["anomaly_score"] == max(scores, default=0.0)


def test_spans_are_texts_in_configurations_and_seconds_in_results(api: Api) -> None:
    assert api.ok("GET", J)["jobs"][0]["analysis_config"]["bucket_span"] == "1h"
    assert {record["bucket_span"] for record in read(api, "records")} == {3600}
    overall = api.ok("POST", f"{J}/results/overall_buckets")["overall_buckets"][0]
    assert overall["bucket_span"] == 3600


def test_the_first_bucket_begins_on_a_multiple_of_its_span(empty: Api) -> None:
    late = [row for row in rows(0, 3) if row["time"] > BEGIN + 20 * 60_000]
    fed(empty, late)
    found = [(b["timestamp"], b["event_count"]) for b in read(empty, "buckets")]
    assert found == [(BEGIN, 6), (BEGIN + HOUR, 12)]


def test_a_single_bucket_is_all_that_speaks_before_nine_of_twelve(empty: Api) -> None:
    data = rows(0, 40)
    odd = [r | {"responsetime": 900.0} if r["time"] == BEGIN + 5 * HOUR else r for r in data]
    fed(empty, odd)
    early = [r for r in read(empty, "records") if r["timestamp"] < BEGIN + 9 * HOUR]
    assert early
    assert {record["multi_bucket_impact"] for record in early} == {-5.0}


def test_interim_results_teach_nothing(api: Api, empty: Api) -> None:
    data = rows(0, 200, surprise=ODD)
    fed(empty, data[: 12 * ODD + 6])
    for _ in range(3):
        empty.ok("POST", f"{J}/_flush", {"calc_interim": True})
    assert [b["is_interim"] for b in read(empty, "buckets", start=BEGIN + ODD * HOUR)] == [True]
    empty.request("POST", f"{J}/_data", content=lines(data[12 * ODD + 6 :]))
    for kind in ("records", "influencers"):
        # The whole results of a job that was never asked meanwhile; scores are told once a call.
        wanted = [without_present_scores(each) for each in read(api, kind, sort="timestamp")]
        found = [without_present_scores(each) for each in read(empty, kind, sort="timestamp")]
        assert sorted(found, key=str) == sorted(wanted, key=str)


def without_present_scores(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items()
            if name not in ("record_score", "influencer_score")}  # fmt: skip


def crowd(people: int, odd: int) -> list[dict[str, Any]]:
    """A row an hour and person, in which in one hour nobody is as always."""
    rng = np.random.default_rng(3)
    values = rng.normal(100, 3, (120, people))
    values[odd] += 5_000
    return [
        {"time": BEGIN + hour * HOUR, "airline": f"p{person}", "responsetime": value}
        for hour, of_hour in enumerate(values.tolist())
        for person, value in enumerate(of_hour)
    ]


def test_no_bucket_has_more_than_500_records(empty: Api) -> None:
    fed(empty, crowd(600, 100))
    assert len(read(empty, "records", start=BEGIN + 100 * HOUR, end=BEGIN + 101 * HOUR)) == 500


def test_members_of_a_population_have_their_values_in_ten_causes_at_most(empty: Api) -> None:
    base = crowd(20, 100)
    urls = [row | {"url": f"u{n}"} for row in base if row["airline"] != "p7" for n in range(2)]
    odd = [
        {"time": BEGIN + 100 * HOUR + n, "airline": "p7", "responsetime": 9e4, "url": f"u{n % 15}"}
        for n in range(150)
    ]
    calm = [row | {"url": f"u{n}"} for row in base if row["time"] < BEGIN + 100 * HOUR
            for n in range(15) if row["airline"] == "p7"]  # fmt: skip
    data = sorted([*urls, *calm, *odd], key=lambda row: row["time"])
    fed(empty, data, {"function": "sum", "field_name": "responsetime", "by_field_name": "url",
                      "over_field_name": "airline"})  # fmt: skip
    record = read(empty, "records", size=1)[0]
    assert record["over_field_value"] == "p7"
    assert {"actual", "typical", "multi_bucket_impact", "anomaly_score_explanation"}.isdisjoint(
        record
    )
    assert len(record["causes"]) == 10
    least = [cause["probability"] for cause in record["causes"]]
    assert least == sorted(least)
    assert all(cause["actual"] and cause["typical"] for cause in record["causes"])


@pytest.mark.parametrize(
    ("split", "series"),
    [
        ({"partition_field_name": "airline"}, {"", "AAL", "BA", "KLM"}),
        ({"by_field_name": "airline"}, {"AAL", "BA", "KLM"}),
        ({"by_field_name": "airline", "use_null": True}, {"", "AAL", "BA", "KLM"}),
    ],
)
def test_whose_series_records_without_a_name_are(
    empty: Api, split: dict[str, Any], series: set[str]
) -> None:
    nameless = [{k: v for k, v in row.items() if k != "airline"} for row in rows(0, 30)[::3]]
    data = sorted([*rows(0, 30), *nameless], key=lambda row: row["time"])
    fed(empty, data, {"function": "mean", "field_name": "responsetime", **split}, influencers=[])
    sizes = empty.ok("GET", f"{J}/_stats")["jobs"][0]["model_size_stats"]
    made = empty.ok("POST", f"{J}/_forecast", {"duration": "1h"})["forecast_id"]
    query = {"query": {"term": {"forecast_id": made}}, "size": 100}
    hits = empty.ok("POST", "/.ml-anomalies-farequote/_search", query)["hits"]["hits"]
    role = next(iter(split)).replace("_name", "_value")
    points = [h["_source"] for h in hits if h["_source"]["result_type"] == "model_forecast"]
    assert {point.get(role, "") for point in points} == series
    assert sizes["memory_status"] == "ok"


def test_a_summary_of_nothing_is_no_event(empty: Api) -> None:
    data = [row | {"events": [3, 0, None, "2"][n % 4]} for n, row in enumerate(rows(0, 4))]
    fed(empty, data, {"function": "count"}, summary_count_field_name="events")
    found = read(empty, "buckets")
    assert {bucket["event_count"] for bucket in found} == {3 * 3 + 3 * 2}


@pytest.mark.parametrize(("low", "by"), [("low_mean", -60), ("high_mean", 60)])
def test_one_side_is_as_unlikely_as_both(low: str, by: float) -> None:
    both = {}
    for function in ("mean", low):
        with opened() as api:
            given = {"field_name": "responsetime", "by_field_name": "airline"}
            fed(api, rows(0, 120, surprise=100, by=by), {"function": function, **given})
            (record,) = read(api, "records", size=1, start=BEGIN + 100 * HOUR)
            both[function] = record["probability"]
    assert both[low] == pytest.approx(both["mean"], rel=0.5)
