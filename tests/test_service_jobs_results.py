"""Reads of results over HTTP: every parameter, where it may stand, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from job_api import START, Api, job, opened
from job_data import BEGIN, WAVES, lines, rows
from job_documents import SPAN, bucket, influencer, record, store

BUCKET = SPAN * 1000
J = "anomaly_detectors/farequote"
KPI = "anomaly_detectors/kpi/results"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with opened(now=START + 20 * BUCKET) as served:
        served.create("kpi", groups=["web"])
        served.create("empty", results_index_name="own")
        store(
            served,
            "kpi",
            *(bucket("kpi", at, score) for at, score in enumerate([0.0, 30.0, 91.58505459594764])),
            bucket("kpi", 3, 10.0, is_interim=True),
            record("kpi", 1, 86.9677, function="high_sum", probability=0.02),
            record("kpi", 1, 20.0, partition_field_value="refunds", kpi_indicator=["refunds"]),
            record("kpi", 2, 50.0),
            record("kpi", 3, 70.0, is_interim=True),
            influencer("kpi", 1, 40.0),
            influencer("kpi", 2, 60.0, influencer_field_value="BA", airline="BA"),
        )
        yield served


def test_the_request_of_the_oldest_api(api: Api) -> None:
    # A GET with a body, by the older prefix, the start as digits.
    body = {"sort": "record_score", "desc": True, "start": str(START + BUCKET)}
    found = api.ok("GET", f"/_xpack/ml/{KPI}/records", body)
    assert found["count"] == 4
    assert [each["record_score"] for each in found["records"]] == [86.9677, 70.0, 50.0, 20.0]
    first = found["records"][0]
    assert first["sequence_num"] == 2
    names = list(first)
    assert names[names.index("sequence_num") - 1] == "detector_index"
    assert first["kpi_indicator"] == ["online_purchases"]
    assert (first["typical"], first["actual"], first["bucket_span"]) == ([3582.53], [575.0], 600)


def test_numbers_within_a_bucket_are_of_the_oldest_api_alone(api: Api) -> None:
    assert "sequence_num" not in api.ok("POST", f"{KPI}/records")["records"][0]
    expanded = api.ok("POST", f"/_xpack/ml/{KPI}/buckets", {"expand": True})["buckets"][1]
    assert [each["sequence_num"] for each in expanded["records"]] == [1, 2]
    records = api.ok("GET", f"/_xpack/ml/{KPI}/records")["records"]
    assert [each["sequence_num"] for each in records] == [2, 1, 1, 1]


@pytest.mark.parametrize(
    ("query", "body", "scores"),
    [
        ("", None, [86.9677, 70.0, 50.0, 20.0]),
        ("?desc=false", None, [20.0, 50.0, 70.0, 86.9677]),
        ("?desc=False&size=1", None, [20.0]),
        ("?desc", None, [86.9677, 70.0, 50.0, 20.0]),
        # Parameters win over the body, the rest is put together.
        ("?from=1&size=1", {"page": {"from": 0, "size": 50}}, [70.0]),
        ("?size=2", {"page": {"from": 1}}, [70.0, 50.0]),
        ("", {"from": 3}, [20.0]),
        ("?from=4", None, []),
        ("?size=0", None, []),
        ("?record_score=50", None, [86.9677, 70.0, 50.0]),
        ("", {"record_score": 50.000001}, [86.9677, 70.0]),
        ("", {"exclude_interim": True}, [86.9677, 50.0, 20.0]),
        ("?include_interim=false", None, [86.9677, 50.0, 20.0]),
        ("?include_interim=false&exclude_interim=false", None, [86.9677, 70.0, 50.0, 20.0]),
        ("?sort=timestamp", None, [70.0, 50.0, 86.9677, 20.0]),
        ("?sort=timestamp&desc=false", None, [20.0, 86.9677, 50.0, 70.0]),
        ("?sort=anomaly_score", None, [86.9677, 70.0, 50.0, 20.0]),
        ("?sort=probability&size=1", None, [86.9677]),
        (f"?start={START + 2 * BUCKET}", None, [70.0, 50.0]),
        (f"?end={START + 2 * BUCKET}", None, [86.9677, 20.0]),
        ("", {"start": "2016-02-08T15:30:00Z", "end": "2016-02-08T15:30:00.001Z"}, [50.0]),
        ("", {"start": -1, "end": "-1"}, [86.9677, 70.0, 50.0, 20.0]),
        ("", {"start": None, "size": 1}, [86.9677]),
        ("?start=now-180m&end=now-170m", None, [50.0]),
        # A start behind the end is nobody's mistake.
        (f"?start={START + BUCKET}&end={START}", None, []),
        ("?expand=true&partition_value=refunds", None, [20.0]),
    ],
)  # fmt: skip
def test_records(api: Api, query: str, body: Any, scores: list[float]) -> None:
    found = api.ok("POST", f"{KPI}/records{query}", body)
    assert [each["record_score"] for each in found["records"]] == scores
    if "size" in query or "from" in query or (body or {}).keys() & {"from", "size"}:
        assert found["count"] == 4


@pytest.mark.parametrize(
    ("query", "body", "times"),
    [
        ("", None, [0, 1, 2, 3]),
        ("?desc=true", None, [3, 2, 1, 0]),
        ("?sort=anomaly_score&desc=true", None, [2, 1, 3, 0]),
        ("?anomaly_score=0", None, [0, 1, 2, 3]),
        ("?anomaly_score=30", None, [1, 2]),
        ("", {"exclude_interim": True, "page": {"from": 1, "size": 1}}, [1]),
        (f"/{START + 3 * BUCKET}", {"exclude_interim": True}, [3]),
        (f"/{START}", None, [0]),
        ("", {"timestamp": "2016-02-08T15:20:00Z"}, [1]),
        ("/2016-02-08T15:20:00Z", {"timestamp": START}, [1]),
        (f"?timestamp={START + 2 * BUCKET}", {"timestamp": START}, [2]),
    ],
)
def test_buckets(api: Api, query: str, body: Any, times: list[int]) -> None:
    found = api.ok("POST", f"{KPI}/buckets{query}", body)
    assert [(each["timestamp"] - START) // BUCKET for each in found["buckets"]] == times
    assert all("records" not in each for each in found["buckets"])


def test_expanded_buckets_have_their_records_by_probability(api: Api) -> None:
    buckets = api.ok("POST", f"{KPI}/buckets?expand=true")["buckets"]
    records = [[each["record_score"] for each in found.get("records", [])] for found in buckets]
    assert records == [[], [20.0, 86.9677], [50.0], [70.0]]
    assert "records" not in buckets[0]
    body = {"expand": True, "exclude_interim": True, "partition_value": "refunds"}
    found = api.ok("POST", f"{KPI}/buckets", body)["buckets"]
    assert [len(each.get("records", [])) for each in found] == [0, 1, 0]


def test_influencers(api: Api) -> None:
    found = api.ok("POST", f"{KPI}/influencers")
    assert (found["count"], [each["airline"] for each in found["influencers"]]) == (
        2,
        ["BA", "AAL"],
    )
    assert api.ok("POST", f"{KPI}/influencers", {"influencer_score": 60})["count"] == 1


def test_a_job_without_results(api: Api) -> None:
    for kind in ("records", "buckets", "influencers", "categories", "overall_buckets"):
        found = api.ok("POST", f"anomaly_detectors/empty/results/{kind}")
        assert found == {"count": 0, kind: []}
    assert api.ok("POST", "anomaly_detectors/empty/model_snapshots") == {
        "count": 0,
        "model_snapshots": [],
    }


def test_results_are_documents_of_indices_too(api: Api) -> None:
    query = {"query": {"range": {"record_score": {"gte": 60}}}, "sort": [{"record_score": "desc"}]}
    for index in (".ml-anomalies-shared", ".ml-anomalies-kpi", ".ml-anomalies-*"):
        hits = api.ok("POST", f"/{index}/_search", query)["hits"]
        assert [hit["_source"]["record_score"] for hit in hits["hits"]] == [86.9677, 70.0]
    assert api.ok("POST", "/.ml-anomalies-empty/_count", {})["count"] == 0
    assert api.ok("POST", "/.ml-anomalies-custom-own/_count", {})["count"] == 0


def test_a_body_that_is_no_json(api: Api) -> None:
    assert api.refused("POST", f"{KPI}/records", content=b"{")[:2] == (400, CONTENT)


def test_dashboards_find_every_type_of_result() -> None:
    with opened(now=BEGIN + 50 * 3_600_000) as api:
        config = WAVES | {"model_plot_config": {"enabled": True}}
        api.create(**config)
        api.ok("POST", f"{J}/_open")
        api.request("POST", f"{J}/_data", content=lines(rows(0, 48, surprise=45)))
        api.ok("POST", f"{J}/_forecast?duration=2h")
        api.ok("POST", f"{J}/_close")
        asked = {"size": 0, "aggs": {"types": {"terms": {"field": "result_type", "size": 20}}}}
        types = api.ok("GET", "/.ml-anomalies-shared/_search", asked)["aggregations"]["types"]
        count = {each["key"]: each["doc_count"] for each in types["buckets"]}
        assert set(count) == {
            "bucket", "bucket_influencer", "influencer", "model_forecast",
            "model_forecast_request_stats", "model_plot", "model_size_stats", "record",
        }  # fmt: skip
        # What buckets have inside, each of it alone, with the same scores.
        inside = [
            each
            for found in api.ok("POST", f"{J}/results/buckets", {"page": {"size": 100}})["buckets"]
            for each in found["bucket_influencers"]
        ]
        alone = {"query": {"term": {"result_type": "bucket_influencer"}}, "size": 100}
        hits = api.ok("GET", "/.ml-anomalies-shared/_search", alone)["hits"]["hits"]
        by_id = {hit["_id"]: hit["_source"] for hit in hits}
        assert list(by_id.values()) != []
        assert by_id == {
            f"farequote_bucket_influencer_{each['timestamp']}_3600_{each['influencer_field_name']}":
            each for each in inside
        }  # fmt: skip
        stats = api.ok("GET", f"{J}/_stats")["jobs"][0]
        counts = api.ok("GET", "/.ml-anomalies-shared/_doc/farequote_data_counts")["_source"]
        assert counts == stats["data_counts"]
        latest = {"query": {"term": {"result_type": "model_size_stats"}},
                  "sort": [{"log_time": "desc"}], "size": 1}  # fmt: skip
        (size,) = api.ok("GET", "/.ml-anomalies-farequote/_search", latest)["hits"]["hits"]
        assert size["_source"]["memory_status"] == "ok"
        assert size["_source"]["model_bytes"] == pytest.approx(
            stats["model_size_stats"]["model_bytes"], rel=0.01
        )


def test_human_times(api: Api) -> None:
    found = api.ok("GET", f"{KPI}/buckets/{START}?human")["buckets"][0]
    assert list(found)[1:3] == ["timestamp_string", "timestamp"]
    assert found["timestamp_string"] == "2016-02-08T15:10:00.000Z"
    assert "timestamp_string" not in api.ok("GET", f"{KPI}/buckets/{START}")["buckets"][0]


ILLEGAL, PARSE = "illegal_argument_exception", "parse_exception"
MISSING, CONTENT = "resource_not_found_exception", "x_content_parse_exception"
REQUEST = "cluster:monitor/xpack/ml/job/results"
ALONE = "Param [timestamp] is incompatible with [from,size,start,end,anomaly_score]"


@pytest.mark.parametrize(
    ("path", "body", "status", "kind", "reason"),
    [
        *((f"anomaly_detectors/nope/results/{kind}", None, 404, MISSING,
           "No known job with id 'nope'")
          for kind in ("records", "buckets", "influencers", "categories", "overall_buckets")),
        ("records", {"start": "abc"}, 400, PARSE,
         "failed to parse date field [abc] with format [strict_date_optional_time||epoch_millis]"),
        ("records?start=abc", None, 400, PARSE,
         "failed to parse date field [abc] with format [strict_date_optional_time||epoch_millis]"),
        ("records?from=-1", None, 400, ILLEGAL, "Parameter [from] cannot be < 0"),
        ("records", {"page": {"size": -5}}, 400, ILLEGAL, "Parameter [size] cannot be < 0"),
        ("records?from=9990&size=11", None, 400, ILLEGAL,
         "The sum of parameters [from] and [size] cannot be higher than 10000."),
        ("records?desc=maybe", None, 400, ILLEGAL,
         "Failed to parse value [maybe] as only [true] or [false] are allowed."),
        ("records?xyz=1", None, 400, ILLEGAL,
         f"request [/_ml/{KPI}/records] contains unrecognized parameter: [xyz]"),
        ("records", {"scor": 1}, 400, CONTENT,
         f"[1:2] [{REQUEST}/records/get] unknown field [scor]"),
        ("records", {"job_id": "other"}, 400, ILLEGAL,
         ("Inconsistent job_id; 'other' specified in the body differs from 'kpi' specified as a "
          "URL argument")),
        (f"buckets/{START + 1}", None, 404, MISSING, "Could not find requested buckets"),
        (f"buckets/{START}", {"page": {"from": 0}}, 400, ILLEGAL, ALONE),
        (f"buckets/{START}?start=0", None, 400, ILLEGAL,
         "Param [start] is incompatible with [timestamp]."),
        (f"buckets/{START}?size=1", None, 400, ILLEGAL,
         "Param [from, size] is incompatible with [timestamp]."),
        ("overall_buckets?top_n=0", None, 400, ILLEGAL,
         "[topN] parameter must be positive, found [0]"),
        ("overall_buckets?start=abc", None, 400, PARSE,
         ("Query param [start] with value [abc] cannot be parsed as a date or converted to a "
          "number (epoch).")),
        ("categories/1?from=0&size=1", None, 400, "status_exception",
         "Params [from, size] are incompatible with [category_id]."),
    ],
)  # fmt: skip
def test_what_is_refused(
    api: Api, path: str, body: Any, status: int, kind: str, reason: str
) -> None:
    where = path if path.startswith("anomaly") else f"{KPI}/{path}"
    assert api.refused("POST", where, body) == (status, kind, reason)


def test_a_field_that_results_have_not(api: Api) -> None:
    answer = api.request("POST", f"{KPI}/records", {"sort": "nothing"})
    root = answer.json()["error"]["root_cause"][0]
    assert (answer.status_code, root["reason"]) == (
        400,
        "No mapping found for [nothing] in order to sort on",
    )


# -- overall buckets

HOUR = 3600


@pytest.fixture(scope="module")
def overall() -> Iterator[Api]:
    with opened() as api:
        for name, span, scores in (
            ("one", "1h", {0: 60.0, 1: 30.0}),
            ("two", "1h", {0: 40.0, 3: 10.0}),
            ("three", "30m", {0: 20.0, 1: 5.0, 7: 80.0}),
        ):
            config = job(groups=["all-three"])
            config["analysis_config"]["bucket_span"] = span
            api.ok("PUT", f"anomaly_detectors/{name}", config)
            seconds = HOUR if span == "1h" else HOUR // 2
            store(api, name, *(
                bucket(name, 0, score, bucket_span=seconds, is_interim=score == 10.0,
                       timestamp=DAY + at * seconds * 1000)
                for at, score in scores.items()
            ))  # fmt: skip
        yield api


DAY = 1_454_976_000_000  # 2016-02-09


def asked(api: Api, jobs: str, query: str = "") -> list[tuple[int, float]]:
    found = api.ok("POST", f"anomaly_detectors/{jobs}/results/overall_buckets{query}")
    assert found["count"] == len(found["overall_buckets"])
    hour = HOUR * 1000
    return [((b["timestamp"] - DAY) // hour, b["overall_score"]) for b in found["overall_buckets"]]


@pytest.mark.parametrize(
    ("jobs", "query", "found"),
    [
        ("_all", "", [(0, 60.0), (1, 30.0), (3, 80.0)]),
        ("all-three", "?top_n=2", [(0, 50.0), (1, 30.0), (3, 45.0)]),
        ("one,two,three", "?top_n=3", [(0, 40.0), (1, 30.0), (3, 45.0)]),
        ("t*", "?top_n=10", [(0, 30.0), (3, 45.0)]),
        ("*", "?overall_score=60", [(0, 60.0), (3, 80.0)]),
        ("*", "?exclude_interim=true&top_n=9", [(0, 40.0), (1, 30.0), (3, 80.0)]),
        ("*", "?bucket_span=2h", [(0, 60.0), (2, 80.0)]),
        ("*", "?start=2016-02-09T00:00:00.001Z&end=2016-02-09T03:59:59Z", [(1, 30.0)]),
        ("nothing*", "", []),
    ],
)
def test_overall_buckets(
    overall: Api, jobs: str, query: str, found: list[tuple[int, float]]
) -> None:
    assert asked(overall, jobs, query) == found


def test_an_overall_bucket_names_its_jobs(overall: Api) -> None:
    found = overall.ok("GET", "anomaly_detectors/_all/results/overall_buckets")
    assert found["overall_buckets"][2] == {
        "timestamp": DAY + 3 * HOUR * 1000,
        "bucket_span": HOUR,
        "overall_score": 80.0,
        "jobs": [
            {"job_id": "three", "max_anomaly_score": 80.0},
            {"job_id": "two", "max_anomaly_score": 10.0},
        ],
        "is_interim": True,
        "result_type": "overall_bucket",
    }


def test_overall_buckets_are_as_long_as_the_longest(overall: Api) -> None:
    refused = overall.refused(
        "POST", "anomaly_detectors/*/results/overall_buckets", {"bucket_span": "30m"}
    )
    assert refused[2] == "Param [bucket_span] must be greater or equal to the max bucket_span [1h]"
    assert refused[0] == 400
    none = "anomaly_detectors/nothing*/results/overall_buckets?allow_no_match=false"
    assert overall.refused("POST", none)[2] == "No known job with id 'nothing*'"


def test_what_a_call_writes_is_there_at_once_however_much_it_is() -> None:
    many = 20_500
    record = {"job_id": "farequote", "result_type": "record", "timestamp": BEGIN}
    with opened(now=BEGIN) as api:
        api.create(**WAVES)
        config = api.service.registry.get("farequote")
        is_written = threading.Event()
        seen: set[int] = set()

        def counted() -> int:
            found = api.service.results.search(config, {"query": {"match_all": {}}, "size": 0})
            total: int = found["hits"]["total"]["value"]
            return total

        def watch() -> None:
            while not is_written.is_set():
                seen.add(counted())

        watcher = threading.Thread(target=watch)
        watcher.start()
        api.service.results.write(config, {f"record_{n}": record for n in range(many)})
        is_written.set()
        watcher.join()
        assert seen <= {0, many}
        assert counted() == many
