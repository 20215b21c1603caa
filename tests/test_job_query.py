"""Questions for results: what requests mean, and that answers are those of a slow twin."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from job_tables import results_of

from adcore.job import JobConfig, JobError
from adcore.job.dates import read_moment, read_result_time
from adcore.job.result_kind import BUCKETS, INFLUENCERS, RECORDS
from adcore.job.result_query import ResultQuery
from adcore.job.result_request import parameter_names, read_result_query
from adcore.job.results import JobResults

SPAN = 300_000
CONFIG = JobConfig.from_keywords(
    job_id="it-ops",
    detectors=["mean(x) by host partitionfield=site", "count by host", "max(y)"],
    influencers=["host"],
)
HOSTS, SITES = (None, "web-1", "web-10", "Web", "ä", ""), (None, "a", "b")
SCORES = (0.0, 10.0, 50.0, 50.0, 75.5, float("nan"))


def record(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "detector_index": draw(st.integers(0, 2)),
        "by_field_value": draw(st.sampled_from(HOSTS)),
        "partition_field_value": draw(st.sampled_from(SITES)),
        "record_score": draw(st.sampled_from(SCORES)),
        "initial_record_score": draw(st.sampled_from(SCORES)),
        "probability": draw(st.sampled_from((1e-9, 0.01, 0.02))),
        "actual": draw(st.sampled_from((float("nan"), 1.0, 2.0))),
        "anomaly_length": draw(st.integers(0, 2)),
    }


@st.composite
def results(draw: st.DrawFn) -> JobResults:
    """A few buckets with records and influencers, the last of them perhaps interim."""
    tables: dict[str, list[dict[str, Any]]] = {"buckets": [], "records": [], "influencers": []}
    count = draw(st.integers(0, 4))
    last_is_interim = draw(st.booleans())
    for i in range(count):
        common = {"timestamp": i * SPAN, "is_interim": last_is_interim and i == count - 1}
        records = [record(draw) | common | {"bucket": i} for _ in range(draw(st.integers(0, 4)))]
        bucket: dict[str, Any] = {"first_record": len(tables["records"]), "records": len(records)}
        score = draw(st.sampled_from(SCORES[:-1]))
        bucket |= {
            "anomaly_score": score,
            "initial_anomaly_score": 1.0,
            "event_count": draw(st.integers(0, 2)),
        }
        bucket["first_influencer"] = len(tables["influencers"])
        tables["records"] += records
        tables["influencers"] += [
            {
                "influencer_field_name": "host",
                "influencer_field_value": value,
                "influencer_score": draw(st.sampled_from(SCORES[:-1])),
                "initial_influencer_score": 1.0,
                "probability": 0.01,
                **common,
            }
            for value in draw(st.lists(st.sampled_from(HOSTS[1:]), unique=True, max_size=3))
        ]
        bucket["influencers"] = len(tables["influencers"]) - bucket["first_influencer"]
        tables["buckets"].append(bucket | common)
    return results_of(CONFIG, **tables)


SORTS = {
    RECORDS: [
        "record_score", "timestamp", "probability", "by_field_value", "function", "field_name",
        "actual", "is_interim", "detector_index", "host",
        "anomaly_score_explanation.anomaly_length", "job_id", "partition_field_name",
        "anomaly_score",
    ],
    BUCKETS: ["timestamp", "anomaly_score", "event_count", "is_interim"],
    INFLUENCERS: ["influencer_score", "timestamp", "influencer_field_value", "host"],
}  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> ResultQuery:
    """A question of any kind."""
    kind = draw(st.sampled_from([RECORDS, BUCKETS, INFLUENCERS]))
    times = st.none() | st.integers(-1, 4).map(lambda i: i * SPAN)
    threshold: dict[str, Any] = {kind.score: draw(st.sampled_from((0, 10, 50.0, 75.5)))}
    return ResultQuery.of(
        kind,
        start=draw(times),
        end=draw(times),
        sort=draw(st.none() | st.sampled_from(SORTS[kind])),
        desc=draw(st.none() | st.booleans()),
        exclude_interim=draw(st.booleans()),
        from_=draw(st.integers(0, 3)),
        size=draw(st.none() | st.integers(0, 4)),
        expand=draw(st.booleans()),
        partition_value=draw(st.none() | st.just("a")),
        **threshold,
    )


def field_of(document: dict[str, Any], name: str, desc: bool) -> Any:
    content: Any = document
    for part in name.split("."):
        content = content.get(part) if isinstance(content, dict) else None
    if isinstance(content, list):
        content = (max if desc else min)(content, key=comparable)
    return content


def comparable(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def slow_answer(found: JobResults, query: ResultQuery) -> dict[str, Any]:
    """The answer, from all documents one by one."""
    everything = getattr(found, query.kind.name)(size=None, sort="timestamp", desc=False)
    kept = []
    for document in everything.documents:
        score = document.get(query.kind.score)
        in_time = (query.start is None or document["timestamp"] >= query.start) and (
            query.end is None or document["timestamp"] < query.end
        )
        in_score = query.score <= 0 or (score is not None and score >= query.score)
        in_state = not (query.exclude_interim and document["is_interim"])
        partition = query.partition_value if query.expand and query.kind is RECORDS else None
        in_partition = partition in (None, document.get("partition_field_value"))
        if in_time and in_score and in_state and in_partition:
            kept.append(document)
    for name in query.sort_fields[::-1]:
        values = [field_of(document, name, query.desc) for document in kept]
        there = [d for d, v in zip(kept, values, strict=True) if v is not None]
        missing = [d for d, v in zip(kept, values, strict=True) if v is None]
        keys = [comparable(field_of(document, name, query.desc)) for document in there]
        # Stable in either direction: what is equal stays in the order it is in.
        order = sorted(range(len(there)), key=keys.__getitem__, reverse=query.desc)
        kept = [there[i] for i in order] + missing
    size = len(kept) if query.page.size is None else query.page.size
    page = kept[query.page.from_ :][:size]
    if query.kind is BUCKETS and query.expand:
        page = [with_records(found, document, query) for document in page]
    return {"count": len(kept), query.kind.name: page}


def with_records(found: JobResults, bucket: dict[str, Any], query: ResultQuery) -> dict[str, Any]:
    records = [
        document
        for document in found.records(size=None, sort="probability", desc=False).documents
        if document["timestamp"] == bucket["timestamp"]
        and not (query.exclude_interim and document["is_interim"])
        and query.partition_value in (None, document.get("partition_field_value"))
    ]
    return bucket | ({"records": records} if records else {})


def without_ties(answer: dict[str, Any]) -> dict[str, Any]:
    """Expanded records of equal probability may come in any order."""
    for bucket in answer.get("buckets", []):
        bucket.get("records", []).sort(key=str)
    return answer


@given(results(), questions())
def test_answers_are_those_of_the_slow_twin(found: JobResults, query: ResultQuery) -> None:
    names = {"from_": query.page.from_, "size": query.page.size}
    page = getattr(found, query.kind.name)(
        start=query.start, end=query.end, sort=query.sort, desc=query.desc,
        exclude_interim=query.exclude_interim, expand=query.expand,
        partition_value=query.partition_value, **names, **{query.kind.score: query.score},
    )  # fmt: skip
    assert without_ties(page.to_api()) == without_ties(slow_answer(found, query))


@given(st.lists(results(), max_size=3))
def test_results_are_joined_and_cut_without_a_change(parts: list[JobResults]) -> None:
    joined = JobResults.concat(parts[0].context if parts else results_of(CONFIG).context, parts)
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("buckets", {"expand": True}),
        ("records", {}),
        ("influencers", {}),
    ]
    for name, how in kinds:
        documents = [
            document
            for part in parts
            for document in getattr(part, name)(size=None, sort="is_interim", desc=False, **how)
        ]
        again = getattr(joined, name)(size=None, sort="is_interim", desc=False, **how)
        assert sorted(map(str, again)) == sorted(map(str, documents))
        cut = getattr(joined.between(SPAN, 3 * SPAN), name)(size=None, **how)
        asked = getattr(joined, name)(start=SPAN, end=3 * SPAN, size=None, **how)
        assert cut.to_api() == asked.to_api()


def test_a_single_bucket_is_there_whatever_its_score() -> None:
    buckets = [{"timestamp": SPAN, "anomaly_score": 0.0, "is_interim": True}]
    found = results_of(CONFIG, buckets=buckets)
    page = found.buckets(timestamp="1970-01-01T00:05:00Z", exclude_interim=True)
    assert page.to_api()["count"] == 1
    with pytest.raises(JobError, match=r"^Could not find requested buckets$") as caught:
        found.buckets(timestamp=SPAN - 1)
    assert (caught.value.status, caught.value.type) == (404, "resource_not_found_exception")
    assert found.buckets(start=SPAN + 1).to_api() == {"count": 0, "buckets": []}


def test_what_nobody_can_have_is_no_order() -> None:
    found = results_of(CONFIG)
    for field in ("nonsense", "causes", "level", "records", "log_probability", "x"):
        with pytest.raises(JobError) as caught:
            found.records(sort=field)
        assert caught.value.reason == f"No mapping found for [{field}] in order to sort on"


# -- requests


def asked(kind: Any = RECORDS, url: Any = None, body: Any = None, **options: Any) -> ResultQuery:
    return read_result_query(kind, "it-ops", url or {}, body, **options)


def test_defaults_are_those_of_each_kind() -> None:
    for kind, sort, desc in (
        (RECORDS, "record_score", True),
        (BUCKETS, "timestamp", False),
        (INFLUENCERS, "influencer_score", True),
    ):
        query = asked(kind)
        assert (query.sort, query.desc, query.score) == (sort, desc, 0)
        assert (query.page.from_, query.page.size, query.exclude_interim) == (0, 100, False)
        assert (query.start, query.end, query.timestamp) == (None, None, None)
        assert asked(kind, {"sort": "timestamp"}).desc is desc


def test_url_and_body_are_one_question_and_the_url_counts() -> None:
    query = asked(
        RECORDS,
        {"from": "5", "size": "7", "desc": "False", "end": "now/d"},
        {"start": "1454530200001", "end": 1, "record_score": "75", "page": {"from": 1, "size": 2}},
        now=86_400_000 + 5,
    )
    assert (query.page.from_, query.page.size, query.desc) == (5, 7, False)
    assert (query.start, query.end, query.score) == (1454530200001, 86_400_000, 75.0)


@pytest.mark.parametrize(
    ("url", "body", "excluded"),
    [
        ({}, {}, False),
        ({"include_interim": "false"}, {}, True),
        ({"include_interim": "true"}, {}, False),
        ({"exclude_interim": ""}, {}, True),
        ({"exclude_interim": "false", "include_interim": "false"}, {}, False),
        ({}, {"include_interim": False}, True),
        ({}, {"include_interim": True, "exclude_interim": True}, True),
    ],
)
def test_interim_results_are_there_unless_somebody_does_not_want_them(
    url: Any, body: Any, excluded: bool
) -> None:
    assert asked(RECORDS, url, body).exclude_interim is excluded


def test_the_legacy_names_still_work() -> None:
    assert asked(RECORDS, {}, {"sort": "anomaly_score"}).sort == "record_score"
    legacy = {"sort": "record_score", "desc": True, "start": "1454944200000", "from": 2, "size": 3}
    query = asked(RECORDS, {}, legacy | {"expand": True, "partition_value": "a"})
    assert (query.start, query.page.from_, query.page.size) == (1454944200000, 2, 3)
    assert query.filtered_partition == "a"
    assert asked(RECORDS, {"partition_value": "a"}).filtered_partition is None


def test_the_names_of_a_url_are_known() -> None:
    assert "exclude_interim" in parameter_names(RECORDS)
    assert "page" not in parameter_names(BUCKETS)


WRONG: list[tuple[Any, dict[str, str], dict[str, Any], str, str]] = [
    (
        RECORDS, {"from": "-1"}, {}, "illegal_argument_exception",
        "Parameter [from] cannot be < 0",
    ),
    (
        RECORDS, {}, {"page": {"size": -1}}, "illegal_argument_exception",
        "Parameter [size] cannot be < 0",
    ),
    (
        RECORDS, {"from": "9990"}, {"page": {"size": 11}}, "illegal_argument_exception",
        "The sum of parameters [from] and [size] cannot be higher than 10000.",
    ),
    (
        RECORDS, {"size": "many"}, {}, "illegal_argument_exception",
        "Failed to parse int parameter [size] with value [many]",
    ),
    (
        RECORDS, {"desc": "yes"}, {}, "illegal_argument_exception",
        "Failed to parse value [yes] as only [true] or [false] are allowed.",
    ),
    (
        RECORDS, {"start": "abc"}, {}, "parse_exception",
        "failed to parse date field [abc] with format [strict_date_optional_time||epoch_millis]",
    ),
    (
        RECORDS, {}, {"job_id": "other"}, "illegal_argument_exception",
        ("Inconsistent job_id; 'other' specified in the body differs from 'it-ops' specified as a "
        "URL argument"),
    ),
    (
        RECORDS, {}, {"scores": 1}, "x_content_parse_exception",
        "[cluster:monitor/xpack/ml/job/results/records/get] unknown field [scores]",
    ),
    (
        BUCKETS, {}, {"timestamp": 5, "start": 1}, "illegal_argument_exception",
        "Param [timestamp] is incompatible with [from,size,start,end,anomaly_score]",
    ),
    (
        BUCKETS, {"start": "1"}, {"timestamp": 5}, "illegal_argument_exception",
        "Param [start] is incompatible with [timestamp].",
    ),
    (
        BUCKETS, {"size": "1"}, {"timestamp": 5}, "illegal_argument_exception",
        "Param [from, size] is incompatible with [timestamp].",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "url", "body", "type_", "reason"), WRONG)
def test_requests_that_are_refused(
    kind: Any, url: dict[str, str], body: dict[str, Any], type_: str, reason: str
) -> None:
    with pytest.raises(JobError) as caught:
        asked(kind, url, body)
    assert (caught.value.type, caught.value.reason) == (type_, reason)
    assert caught.value.status == 400


def test_the_time_in_the_path_wins() -> None:
    assert asked(BUCKETS, {}, {"timestamp": 7}, timestamp="5").timestamp == 5
    with pytest.raises(JobError, match="incompatible with"):
        asked(BUCKETS, {}, {"anomaly_score": 1}, timestamp="5")


def test_the_same_question_in_the_search_language() -> None:
    url = {"start": "10", "end": "20", "exclude_interim": "", "record_score": "3", "size": "0"}
    search = asked(RECORDS, url).to_search("it-ops")
    assert search["query"]["bool"] == {
        "filter": [
            {"term": {"job_id": "it-ops"}},
            {"term": {"result_type": "record"}},
            {"range": {"timestamp": {"gte": 10, "lt": 20}}},
            {"range": {"record_score": {"gte": 3.0}}},
        ],
        "must_not": [{"term": {"is_interim": True}}],
    }
    assert [next(iter(key)) for key in search["sort"]] == [
        "record_score", "over_field_value", "partition_field_value", "by_field_value",
        "field_name", "function",
    ]  # fmt: skip
    assert {key[name]["order"] for key in search["sort"] for name in key} == {"desc"}
    assert (search["from"], search["size"]) == (0, 0)
    only = asked(BUCKETS, {"exclude_interim": ""}, {}, timestamp="5").to_search("it-ops")
    assert only["query"]["bool"]["filter"][2:] == [{"term": {"timestamp": 5}}]
    assert only["query"]["bool"]["must_not"] == []


# -- times

MOMENT = 1403481600000


@pytest.mark.parametrize(
    "value",
    [
        MOMENT, float(MOMENT), str(MOMENT), "2014-06-23", "2014-06-23T00:00:00",
        "2014-06-23T02:00:00+02:00", "2014-06-22||+1d", "2014-06-23T10:00:00Z||/d", "now",
        datetime(2014, 6, 23, tzinfo=timezone.utc), np.datetime64("2014-06-23"),
    ],
)  # fmt: skip
def test_times_of_reads(value: Any) -> None:
    assert read_result_time(value, MOMENT) == MOMENT


@pytest.mark.parametrize("value", [None, -1, "-1", ""])
def test_no_time(value: Any) -> None:
    assert read_result_time(value) is None


@pytest.mark.parametrize("value", [MOMENT, MOMENT // 1000, str(MOMENT // 1000), "2014-06-23"])
def test_times_of_the_stream(value: Any) -> None:
    assert read_moment("start", value) == MOMENT


@pytest.mark.parametrize("value", ["abc", "2014-13-01", True, "now"])
def test_times_that_are_none(value: Any) -> None:
    with pytest.raises(JobError) as caught:
        read_moment("start", value)
    assert caught.value.reason == (
        f"Query param [start] with value [{value}] cannot be parsed as a date or converted to a "
        "number (epoch)."
    )
    assert caught.value.type == "parse_exception"
    with pytest.raises(JobError, match=r"^failed to parse date field \["):
        read_result_time(value)
