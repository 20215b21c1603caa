"""Jobs as people use them: rows in, results out, time moved, models kept."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_streams import MINUTE, SPAN, START, hosts, part, rows_of

from adcore.errors import DataError, SnapshotError
from adcore.job import Job, JobError, JobResults, JobStateError

BURST = 300
OPTIONS: dict[str, Any] = {
    "detectors": ["mean(load) by host", "high_count by host"],
    "influencers": ["host"],
    "bucket_span": "5m",
}


def job_of(**options: Any) -> Job:
    return Job(**{**OPTIONS, **options})


@pytest.fixture(scope="module")
def columns() -> dict[str, Any]:
    return hosts(burst=BURST)


@pytest.fixture(scope="module")
def watched(columns: dict[str, Any]) -> Job:
    """A job that has seen everything."""
    job = job_of(model_plot_config={"enabled": True})
    job.process(columns)
    job.flush(advance_time=START + 400 * SPAN)
    return job


def everything(job: Job, **how: Any) -> list[str]:
    """All documents of a job, as texts."""
    pages = (
        job.buckets(size=None, expand=True, **how),
        job.influencers(size=None, sort="timestamp", desc=False, **how),
    )
    return [json.dumps(document) for page in pages for document in page]


def as_first_written(job: Job) -> list[str]:
    """All documents but for the scores that change with what comes later."""
    current = ("record_score", "anomaly_score", "influencer_score")
    documents = [*job.records(size=None), *job.influencers(size=None)]
    documents += [
        {**bucket, "bucket_influencers": len(bucket["bucket_influencers"])}
        for bucket in job.buckets(size=None)
    ]
    return sorted(
        json.dumps({k: v for k, v in document.items() if k not in current})
        for document in documents
    )


# -- what is found


def test_the_burst_is_the_strongest_record(watched: Job) -> None:
    record = watched.records()[0]
    assert record["timestamp"] == START + BURST * SPAN
    assert (record["by_field_name"], record["by_field_value"]) == ("host", "web-2")
    assert (record["function"], record["function_description"]) == ("mean", "mean")
    assert record["field_name"] == "load"
    assert record["actual"][0] == pytest.approx(115, abs=4)
    assert record["typical"][0] == pytest.approx(55, abs=4)
    # The highest of 400 buckets cannot be told from the usual with more certainty than this.
    assert 50 <= record["record_score"] < 90
    assert record["probability"] < 1e-10
    assert record["host"] == ["web-2"]
    assert record["influencers"] == [
        {"influencer_field_name": "host", "influencer_field_values": ["web-2"]}
    ]


def test_every_bucket_is_there_and_the_burst_has_the_highest_score(watched: Job) -> None:
    page = watched.buckets(size=None)
    assert [bucket["timestamp"] for bucket in page] == [START + i * SPAN for i in range(400)]
    assert {bucket["event_count"] for bucket in page} == {10}
    worst = watched.buckets(sort="anomaly_score", desc=True, size=1)[0]
    assert worst["timestamp"] == START + BURST * SPAN
    assert worst["anomaly_score"] == max(
        one["anomaly_score"] for one in worst["bucket_influencers"]
    )
    names = {one["influencer_field_name"] for one in worst["bucket_influencers"]}
    assert names == {"bucket_time", "host"}


def test_the_influencer_is_the_host(watched: Job) -> None:
    (first, *_) = watched.influencers()
    assert (first["influencer_field_value"], first["timestamp"]) == ("web-2", START + BURST * SPAN)


def test_a_record_is_explained_in_sentences(watched: Job) -> None:
    first, second, *_ = watched.explain(watched.records()[0])
    assert first.startswith("mean(load) of host=web-2: 11")
    assert re.search(r"the score of \d\d is major( \(\d\d when the bucket ended\))?\.$", second)


def test_plots_have_a_point_per_bucket_and_series(watched: Job) -> None:
    points = [p for p in watched.model_plot() if p["detector_index"] == 0]
    late = [p for p in points if p["timestamp"] >= START + 100 * SPAN]
    assert len(late) == 2 * 300
    inside = [p["model_lower"] <= p["actual"] <= p["model_upper"] for p in late]
    assert np.mean(inside) > 0.85


def test_overall_buckets_are_those_of_the_job(watched: Job) -> None:
    found = watched.overall_buckets(overall_score=10)
    strongest = max(found, key=lambda bucket: bucket["overall_score"])
    assert strongest["timestamp"] == START + BURST * SPAN
    assert strongest["jobs"] == [{"job_id": "job", "max_anomaly_score": strongest["overall_score"]}]
    hourly = watched.overall_buckets(bucket_span="1h")
    assert len(hourly) == 34
    assert {bucket["bucket_span"] for bucket in hourly} == {3600}


def test_forecasts_go_on_where_the_data_end(watched: Job) -> None:
    forecast = watched.forecast("1h")
    documents = forecast.documents_of("f1")
    assert min(d["timestamp"] for d in documents) == START + 400 * SPAN
    for document in documents:
        if document["detector_index"] == 0:
            middle = 55 if document["by_field_value"] == "web-2" else 50
            assert document["forecast_prediction"] == pytest.approx(middle, abs=4)
            low, high = document["forecast_lower"], document["forecast_upper"]
            assert low < document["forecast_prediction"] < high
    assert len(forecast.to_pandas()) == len(documents) == len(forecast.to_arrow())


def test_memory_is_told(watched: Job) -> None:
    size = watched.model_size_stats
    assert list(size)[:2] == ["job_id", "result_type"]
    assert size["memory_status"] == "ok"
    assert 0 < size["model_bytes"] <= size["peak_model_bytes"]
    assert watched.memory_status == "ok"


def test_memory_is_bounded_and_what_is_not_modelled_is_counted() -> None:
    job = Job(detectors="mean(x) by host", bucket_span="5m", model_memory_limit="2mb")
    rows = 20_000
    for bucket in range(3):
        names = np.array([f"host-{i}" for i in range(rows)], dtype=object)
        times = np.full(rows, START + bucket * SPAN)
        job.process({"time": times, "host": names, "x": np.arange(rows) % 7})
    size = job.model_size_stats
    assert (size["memory_status"], job.memory_status) == ("hard_limit", "hard_limit")
    assert size["model_bytes_memory_limit"] == 2 << 20
    assert size["model_bytes"] <= 2 << 20
    assert size["bucket_allocation_failures_count"] > 0
    assert size["total_by_field_count"] < rows
    assert job.counts["processed_record_count"] == 3 * rows
    assert job.buckets(size=None).count == 2
    job.update({"analysis_limits": {"model_memory_limit": "64mb"}})
    job.process({"time": [START + 3 * SPAN], "host": ["new"], "x": [1.0]})
    assert job.model_size_stats["model_bytes_memory_limit"] == 64 << 20


# -- one answer, however the rows come


@pytest.mark.parametrize("size", [7, 1000, 4000])
def test_batches_of_any_size_give_the_same(
    columns: dict[str, Any], watched: Job, size: int
) -> None:
    job = job_of()
    found = [job.process(part(columns, i, i + size)) for i in range(0, 4000, size)]
    found.append(job.flush(advance_time=START + 400 * SPAN))
    assert everything(job) == everything(watched)
    assert sum(map(len, found)) == 400


@st.composite
def streams(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of some hosts: late ones, missing values, gaps, and times that are none."""
    rows, now = [], START
    for _ in range(draw(st.integers(0, 150))):
        now += draw(st.sampled_from((1, 30_000, 100_000, SPAN, 7 * SPAN)))
        late = draw(st.sampled_from((0, 0, 0, 100_000, 2 * SPAN)))
        row: dict[str, Any] = {"time": draw(st.sampled_from((now - late, now - late, "never")))}
        row["host"] = draw(st.sampled_from(("a", "b", "", None)))
        row["load"] = draw(st.sampled_from((1.0, 2, "3.5", 400, None, "x")))
        rows.append(row)
    return rows


@given(streams(), st.integers(1, 40), st.sampled_from(("0s", "10m")))
@settings(max_examples=15, deadline=None)
def test_any_stream_in_any_pieces_gives_the_same(
    rows: list[dict[str, Any]], size: int, latency: str
) -> None:
    whole, pieces = (
        job_of(latency=latency, detectors=["mean(load) by host", "count partitionfield=host"])
        for _ in range(2)
    )
    whole.process(rows)
    held: dict[str, Any] = {}
    for first in range(0, len(rows), size):
        pieces.process(rows[first : first + size])
        pieces.flush(calc_interim=True)
        changes = pieces.take_changes()
        held |= changes.written
        for gone in changes.deleted:
            del held[gone]
    assert everything(pieces, exclude_interim=True) == everything(whole)
    assert pieces.counts == whole.counts
    inside = sum(len(bucket["bucket_influencers"]) for bucket in pieces.buckets(size=None))
    assert len(held) == inside + sum(
        getattr(pieces, kind)(size=0).count for kind in ("buckets", "records", "influencers")
    )
    counts = whole.counts
    assert counts["input_record_count"] == len(rows)
    assert (
        sum(bucket["event_count"] for bucket in whole.buckets(size=None))
        <= (counts["processed_record_count"])
    )


def test_every_kind_of_rows_gives_the_same(columns: dict[str, Any]) -> None:
    rows = rows_of(part(columns, 0, 1000))
    made = []
    for data in (rows, json.dumps(rows), "\n".join(map(json.dumps, rows)), part(columns, 0, 1000)):
        job = job_of()
        job.process(data)
        made.append(everything(job))
    assert made[0] == made[1] == made[2] == made[3]
    assert len(made[0]) > 50


def test_a_job_goes_on_from_its_bytes(columns: dict[str, Any], tmp_path: Path) -> None:
    whole, first = job_of(), job_of()
    for job in (whole, first):
        job.process(part(columns, 0, 2503))
    first.save(tmp_path / "job.bin")
    second = Job.load(tmp_path / "job.bin")
    for job in (whole, second):
        job.process(part(columns, 2503, 4000))
        job.close()
    assert everything(second) == everything(whole)
    assert second.to_bytes() == whole.to_bytes()
    assert second.counts == whole.counts
    assert second.config == whole.config


def test_bytes_that_are_no_job_are_refused(watched: Job) -> None:
    good = watched.to_bytes()
    for bad in (b"", b"adcJ", good[:-1], good[:60] + b"?" + good[61:], b"x" + good):
        with pytest.raises(SnapshotError):
            Job.from_bytes(bad)


# -- what is new, changed or gone


def test_changes_add_up_to_what_a_store_should_hold(columns: dict[str, Any]) -> None:
    job = job_of(keep_results=False, renormalization_window_days=30)
    held: dict[str, Any] = {}
    rewritten = 0
    for i in range(0, 4000, 250):
        job.process(part(columns, i, i + 250))
        job.flush(calc_interim=True)
        changes = job.take_changes()
        rewritten += len(held.keys() & changes.written.keys())
        held |= changes.written
        for gone in changes.deleted:
            held.pop(gone)
    kept = job.results
    buckets = kept.buckets(size=None)
    # What buckets have inside is also alone.
    inside = [each for bucket in buckets for each in bucket["bucket_influencers"]]
    documents = [
        *buckets, *inside, *kept.records(size=None), *kept.influencers(size=None),
    ]  # fmt: skip
    assert sorted(map(json.dumps, held.values())) == sorted(map(json.dumps, documents))
    assert rewritten > 0


def test_old_scores_are_brought_up_to_date(columns: dict[str, Any]) -> None:
    job = job_of()
    for i in range(0, 4000, 500):
        job.process(part(columns, i, i + 500))
    records = job.records(size=None)
    changed = [r for r in records if r["record_score"] != r["initial_record_score"]]
    assert changed
    frozen = job_of(renormalization_window_days=0)
    for i in range(0, 4000, 500):
        frozen.process(part(columns, i, i + 500))
    assert all(r["record_score"] == r["initial_record_score"] for r in frozen.records(size=None))
    assert as_first_written(frozen) == as_first_written(job)


# -- time


def small(**options: Any) -> Job:
    return Job(**{"detectors": "count", "bucket_span": "1h", "time_format": "epoch"} | options)


FIRST = 1403481600


def at(*seconds: int) -> list[dict[str, Any]]:
    return [{"time": second} for second in seconds]


def test_counts_of_a_call_and_of_all() -> None:
    job = small(detectors="metric(responsetime) by airline")
    rows = [
        {"airline": "AAL", "responsetime": "132.2046", "sourcetype": "farequote", "time": FIRST},
        {
            "airline": "JZA",
            "responsetime": "990.4628",
            "sourcetype": "farequote",
            "time": FIRST + 100,
        },
    ]
    job.process(rows, now=5)
    counts = job.call_counts
    assert counts == job.counts
    assert (counts["processed_record_count"], counts["processed_field_count"]) == (2, 4)
    assert (counts["input_field_count"], counts["input_record_count"]) == (6, 2)
    assert counts["invalid_date_count"] == counts["missing_field_count"] == 0
    assert counts["out_of_order_timestamp_count"] == 0
    assert counts["earliest_record_timestamp"] == FIRST * 1000
    assert counts["latest_record_timestamp"] == (FIRST + 100) * 1000
    assert counts["last_data_time"] == 5
    job.flush()
    assert job.last_finalized_bucket_end == FIRST * 1000
    job.process([{"time": "?"}, {"time": FIRST + 200}, {"time": FIRST - 5}])
    assert job.call_counts["invalid_date_count"] == 1
    assert job.call_counts["out_of_order_timestamp_count"] == 1
    assert job.call_counts["missing_field_count"] == 2
    assert job.call_counts["input_record_count"] == 3
    assert job.counts["input_record_count"] == 5
    assert list(job.counts.to_api("a"))[:4] == [
        "job_id", "processed_record_count", "processed_field_count", "input_bytes",
    ]  # fmt: skip


def test_a_job_without_data_has_no_end() -> None:
    job = small()
    assert job.last_finalized_bucket_end is None
    assert "earliest_record_timestamp" not in job.counts
    assert len(job.flush()) == 0


def test_time_is_skipped_without_results() -> None:
    job = small()
    job.process(at(FIRST, FIRST + 3600))
    job.flush(skip_time=str(FIRST + 7100))
    assert job.last_finalized_bucket_end == (FIRST + 7200) * 1000
    job.process(at(FIRST + 7000, FIRST + 7100, FIRST + 7300, FIRST + 10800))
    job.close()
    found = [(b["timestamp"], b["event_count"]) for b in job.buckets()]
    assert found == [(FIRST * 1000, 1), ((FIRST + 7200) * 1000, 1)]
    job.open()
    job.process(at(FIRST + 10900))
    job.flush(advance_time=FIRST + 14400)
    assert job.buckets()[2]["event_count"] == 2


def test_open_buckets_begin_anew() -> None:
    job = small(latency="3h")
    job.process(at(FIRST, FIRST + 3600, FIRST + 3 * 3600))
    job.process(at(FIRST + 3700, FIRST + 3800), reset_start=FIRST, reset_end=str(FIRST + 7200))
    # Of one bucket alone; what is final stays.
    job.process(at(FIRST + 4 * 3600))
    job.process(at(*[FIRST + 3 * 3600] * 4), reset_start=FIRST + 3 * 3600 + 5)
    job.process([], reset_start=FIRST, reset_end=FIRST + 3600)
    job.flush(advance_time=FIRST + 5 * 3600)
    # Nothing is left of the first one.
    assert [b["event_count"] for b in job.buckets()] == [2, 0, 4, 1]
    assert job.counts["processed_record_count"] == 10


@pytest.mark.parametrize(
    ("latency", "reset", "reason"),
    [
        ("1h", {"reset_end": "10"},
         "Invalid reset range parameters: 'reset_start' has not been specified."),
        (None, {"reset_start": "10"},
         "Bucket resetting is not supported when no latency is configured"),
        ("1h", {"reset_start": "20", "reset_end": "10"},
         "Invalid time range: end time '10' is earlier than start time '20'."),
        ("1h", {"reset_start": "0", "reset_end": "3601"},
         ("Invalid reset range parameters: [reset_start] to [reset_end] is longer than the latency "
          "[1h] of the job")),
        ("1h", {"reset_start": "soon"},
         ("Query param [reset_start] with value [soon] cannot be parsed as a date or converted to "
          "a number (epoch).")),
    ],
)  # fmt: skip
def test_buckets_that_cannot_begin_anew(
    latency: str | None, reset: dict[str, Any], reason: str
) -> None:
    with pytest.raises(JobError) as caught:
        small(**({"latency": latency} if latency else {})).process(at(FIRST), **reset)
    assert (caught.value.status, caught.value.reason) == (400, reason)


def test_interim_results_go_when_final_ones_come() -> None:
    job = small()
    job.process(at(*range(FIRST, FIRST + 40 * 3600, 600)))
    found = job.flush(calc_interim=True)
    assert [b["is_interim"] for b in found.buckets()] == [True]
    last = (FIRST + 39 * 3600) * 1000
    assert job.buckets(exclude_interim=True).count == 39
    assert job.buckets(timestamp=last)[0]["is_interim"] is True
    job.flush(advance_time=FIRST + 40 * 3600)
    assert job.buckets(timestamp=last)[0]["is_interim"] is False
    assert job.buckets().count == 40


def test_rows_from_the_far_future_are_counted_and_end_nothing() -> None:
    job = small(bucket_span="1s")
    job.process(at(FIRST, FIRST + 10**9, FIRST + 10, FIRST + 2_000_000))
    assert job.call_counts["invalid_date_count"] == 2
    assert job.call_counts["latest_record_timestamp"] == (FIRST + 10) * 1000
    job.process(at(FIRST + 2_000_000, FIRST + 20))
    assert job.call_counts["invalid_date_count"] == 1
    assert job.buckets().count == 20
    with pytest.raises(JobError, match=r"^\[advance_time\] is more than 1,000,000 buckets ahead"):
        job.flush(advance_time=FIRST + 2_000_000)
    job.flush(skip_time=FIRST + 2_000_000)
    job.process(at(FIRST + 2_000_000))
    assert job.call_counts["processed_record_count"] == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            {"calc_interim": True, "end": "10"},
            "Invalid flush parameters: 'start' has not been specified.",
        ),
        ({"start": "10"}, "Invalid flush parameters: unexpected 'start'."),
        ({"end": "10"}, "Invalid flush parameters: unexpected 'end'."),
        (
            {"advance_time": "10", "skip_time": "20"},
            "Invalid flush parameters: unexpected 'skip_time'.",
        ),
        (
            {"calc_interim": True, "start": "20", "end": "10"},
            "Invalid time range: end time '10' is earlier than start time '20'.",
        ),
        (
            {"advance_time": "soon"},
            (
                "Query param [advance_time] with value [soon] cannot be parsed as a date or "
                "converted to a number (epoch)."
            ),
        ),
    ],
)
def test_flushes_that_contradict_themselves(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(JobError) as caught:
        small().flush(**options)
    assert (caught.value.status, caught.value.reason) == (400, reason)


def test_a_closed_job_takes_nothing() -> None:
    job = small()
    job.close()
    closed = r"because job \[job\] is not open$"
    with pytest.raises(JobStateError, match=f"^Cannot process data {closed}") as caught:
        job.process(at(FIRST))
    assert (caught.value.status, caught.value.type) == (409, "status_exception")
    with pytest.raises(JobStateError, match=f"^Cannot flush {closed}"):
        job.flush()


@pytest.mark.parametrize(
    ("duration", "reason"),
    [
        ("0s", "[duration] must be positive: [0s]"),
        (-1, "[duration] must be positive: [-1]"),
        ("-1s", "[duration] must be positive: [-1]"),
        ("3651d", "[duration] must be 3650d or less: [3651d]"),
    ],
)
def test_forecasts_that_cannot_be(duration: Any, reason: str) -> None:
    with pytest.raises(JobError) as caught:
        small().forecast(duration)
    assert caught.value.reason == reason


def test_kinds_without_a_forecast() -> None:
    job = small(detectors="rare by host")
    with pytest.raises(JobStateError):
        job.forecast("1h")


# -- snapshots, rules, calendars


def test_models_are_taken_back(columns: dict[str, Any]) -> None:
    job = job_of()
    job.process(part(columns, 0, 2000))
    snapshot = job.snapshot(now=START, description="before")
    facts = snapshot.to_api("job")
    assert list(facts)[:5] == ["job_id", "min_version", "timestamp", "description", "snapshot_id"]
    assert facts["snapshot_id"] == str(START // 1000)
    assert facts["latest_result_time_stamp"] == START + 198 * SPAN
    assert facts["latest_record_time_stamp"] == int(columns["time"][1999])
    job.process(part(columns, 2000, 4000))
    once = as_first_written(job)
    job.take_changes()
    job.revert(snapshot, delete_intervening_results=True)
    assert job.buckets().count == 199
    assert len(job.take_changes().deleted) >= 200
    job.process(part(columns, 2000, 4000))
    assert as_first_written(job) == once


def test_a_rule_drops_records_and_leaves_the_rest(columns: dict[str, Any]) -> None:
    detector = {
        "function": "mean",
        "field_name": "load",
        "by_field_name": "host",
        "custom_rules": [{"scope": {"host": {"filter_id": "known"}}}],
    }
    job = job_of(detectors=[detector], filters={"known": ["web-2"]})
    job.process(columns)
    job.flush(advance_time=START + 400 * SPAN)
    assert "web-2" not in {record["by_field_value"] for record in job.records(size=None)}
    assert job.buckets(timestamp=START + BURST * SPAN)[0]["event_count"] == 10
    with pytest.raises(JobError, match=r"^No filter with id \[known\] exists$") as caught:
        job_of(detectors=[detector])
    assert caught.value.status == 404


def test_rules_of_an_open_job_count_from_then_on(columns: dict[str, Any]) -> None:
    job = job_of()
    job.process(part(columns, 0, 2000))
    condition = {"applies_to": "actual", "operator": "gt", "value": 90}
    rule = {"detector_index": 0, "custom_rules": [{"conditions": [condition]}]}
    job.update({"detectors": [rule], "description": "calm"})
    job.process(part(columns, 2000, 4000))
    assert job.config.description == "calm"
    found = job.records(start=START + BURST * SPAN, end=START + (BURST + 1) * SPAN)
    assert [r for r in found if r["function"] == "mean" and r["by_field_value"] == "web-2"] == []


def test_events_of_a_calendar_are_told_and_quiet(columns: dict[str, Any]) -> None:
    event = {"description": "Release", "start_time": START + BURST * SPAN + MINUTE}
    event["end_time"] = START + BURST * SPAN + 2 * MINUTE
    job = job_of(calendar=[event])
    job.process(columns)
    bucket = job.buckets(timestamp=START + BURST * SPAN, expand=True)[0]
    assert bucket["scheduled_events"] == ["Release"]
    assert "records" not in bucket


# -- what is given


def test_a_job_is_made_from_the_json_of_the_api() -> None:
    body = {"analysis_config": {"detectors": [{"function": "count"}]}, "data_description": {}}
    job = Job.from_api("it-ops", body, threads=2)
    assert (job.id, job.threads) == ("it-ops", 2)
    assert job.to_api(exclude_generated=True)["analysis_config"]["detectors"] == [
        {"function": "count"}
    ]
    assert Job({**body, "job_id": "x"}).id == "x"
    assert repr(job) == "Job('it-ops': count per 5m; open)"


def test_a_table_without_a_column_is_an_error() -> None:
    with pytest.raises(DataError, match="there is no column 'host'"):
        job_of().process({"time": [1], "load": [1.0]})


def test_results_are_shown_as_a_table(watched: Job) -> None:
    text = repr(watched.results)
    assert text.startswith("JobResults: ")
    assert "in 400 buckets, 2023-11-15 00:00 to 2023-11-16 09:15" in text
    assert "mean(load)" in text.splitlines()[2]
    assert isinstance(watched.results, JobResults)


def test_buckets_are_told_with_the_time_that_they_took() -> None:
    ticks = iter(range(1_000))
    timed, plain = small(timer=lambda: next(ticks) / 4), small()
    for job in (timed, plain):
        job.process(at(FIRST, FIRST + 10, FIRST + 3_600, FIRST + 10_800))
        job.process(at(FIRST + 10_900))
        job.flush(calc_interim=True)
        job.flush(advance_time=FIRST + 14_400)
    # Each call of the engine takes a quarter of a second: one for the first bucket's rows, one for
    # those of the second, one that ends that and an empty one, and two for the last before the end.
    assert [b["processing_time_ms"] for b in timed.buckets()] == [500, 125, 125, 500]
    changed = timed.take_changes().written
    for document in changed.values():
        if document["result_type"] == "bucket":
            document["processing_time_ms"] = 0
    assert changed == plain.take_changes().written
    assert {b["processing_time_ms"] for b in plain.buckets()} == {0}


def test_records_say_which_series_they_were_compared_with() -> None:
    random = np.random.default_rng(5)
    load = random.normal(0, 10, 200)
    disks = np.stack([load, load], axis=1) + random.normal(0, 1, (200, 2))
    disks[-2] = 18, -10
    rows = {
        "time": np.repeat(np.arange(200), 2) * 300_000,
        "disk": np.tile(np.array(["a", "b"], dtype=object), 200),
        "x": 100 + disks.ravel(),
    }
    options: dict[str, Any] = {"detectors": "mean(x) by disk", "multivariate_by_fields": True}
    job = Job(**options)
    job.process(rows)
    found = [r for r in job.records() if r["timestamp"] == 198 * 300_000]
    assert {(r["by_field_value"], r["correlated_by_field_value"]) for r in found} == {
        ("a", "b"), ("b", "a"),
    }  # fmt: skip
    assert "correlated_by_field_value" in job.results.to_dict()
    alone = Job(**{**options, "multivariate_by_fields": False})
    alone.process(rows)
    assert all("correlated_by_field_value" not in record for record in alone.records())
    assert "correlated_by_field_value" not in alone.results.to_dict()
