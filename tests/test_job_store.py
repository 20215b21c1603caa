"""Results that a job keeps: what is new, what changed, what is gone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from job_tables import results_of

from adcore.errors import SnapshotError
from adcore.job import JobConfig, JobResults
from adcore.job.result_context import ResultContext
from adcore.job.result_store import ResultStore
from adcore.job.results_bytes import read_results, write_results

SPAN = 300_000
CONFIG = JobConfig.from_keywords(
    detectors="count by host", influencers=["host"], model_plot_config={"enabled": True}
)
HOSTS = ("a", "b", "c")


def bucket(
    number: int, score: float = 10.0, *, interim: bool = False, host: str = "a"
) -> JobResults:
    """A bucket with one of everything."""
    common = {"timestamp": number * SPAN, "is_interim": interim}
    scored = {"probability": 0.01, "log_probability": np.log(0.01)}
    of_bucket = {"anomaly_score": score, "initial_anomaly_score": score}
    record = {"record_score": score, "initial_record_score": score, "by_field_value": host}
    influencer: dict[str, Any] = {"influencer_score": score, "initial_influencer_score": score}
    influencer |= {"influencer_field_name": "host", "influencer_field_value": host}
    return results_of(
        CONFIG,
        buckets=[common | of_bucket | {"records": 1, "influencers": 1, "bucket_influencers": 1}],
        bucket_influencers=[
            common
            | of_bucket
            | scored
            | {"influencer_field_name": "bucket_time"}
            | {"raw_anomaly_score": 0.5}
        ],
        records=[common | record | scored | {"influences": 1}],
        influences=[{"influencer_field_name": "host", "influencer_field_value": host}],
        influencers=[common | influencer | scored],
        model_plot=[common | {"by_field_value": host, "model_feature": "f", "model_lower": 1.0}],
    )


def store_of(*results: JobResults) -> ResultStore:
    store = ResultStore(ResultContext.of(CONFIG))
    for one in results:
        store.add(one)
    return store


def kinds(documents: dict[str, dict[str, Any]]) -> list[tuple[str, int]]:
    return sorted((d["result_type"], d["timestamp"] // SPAN) for d in documents.values())


ONE_OF_EACH = ("bucket", "bucket_influencer", "influencer", "model_plot", "record")


def test_what_is_new_is_told_once() -> None:
    store = store_of(bucket(0), bucket(1))
    changes = store.take_changes()
    assert kinds(changes.written) == [(kind, i) for kind in ONE_OF_EACH for i in (0, 1)]
    assert changes.deleted == []
    assert store.take_changes().written == {}
    store.add(bucket(2))
    assert kinds(store.take_changes().written) == [(kind, 2) for kind in ONE_OF_EACH]


def test_an_interim_bucket_is_replaced_by_the_next_and_by_the_final_one() -> None:
    store = store_of(bucket(0))
    first = store.take_changes()
    store.add(bucket(1, interim=True, host="a"))
    second = store.take_changes()
    assert {d["is_interim"] for d in second.written.values() if "is_interim" in d} == {True}
    store.add(bucket(1, 20.0, interim=True, host="b"))
    third = store.take_changes()
    # The bucket has the id of the one before; record, influencer and plot are another host's.
    assert len(third.deleted) == 3
    assert third.deleted == sorted(second.written.keys() - third.written.keys())
    assert [d["anomaly_score"] for d in store.everything.buckets()] == [10.0, 20.0]
    store.add(bucket(1, host="c"))
    fourth = store.take_changes()
    assert len(fourth.deleted) == 3
    assert [d["is_interim"] for d in store.everything.buckets()] == [False, False]
    kept = apply(first, second, third, fourth)
    assert kept == {**first.written, **fourth.written}


def apply(*changes: Any) -> dict[str, Any]:
    """What a store of documents holds after some changes."""
    held: dict[str, Any] = {}
    for one in changes:
        held |= one.written
        for gone in one.deleted:
            del held[gone]
    return held


def halve(*columns: npt.NDArray[Any]) -> tuple[Any, Any]:
    """New scores: half of the old; only those of at least 5 change."""
    score = columns[-1]
    changed = score >= 5
    return np.where(changed, score / 2, score), changed


def test_scores_change_where_they_are_to_and_nothing_else_does() -> None:
    store = store_of(bucket(0), bucket(1, 4.0), bucket(2), bucket(3))
    before = [dict(d) for d in store.everything.buckets(expand=True)]
    store.take_changes()
    assert store.rescore(SPAN, 3 * SPAN, halve) == 3
    changes = store.take_changes()
    assert kinds(changes.written) == [
        (kind, 2) for kind in ONE_OF_EACH if kind != "model_plot"
    ]  # fmt: skip
    after = store.everything.buckets(expand=True)
    assert [b["anomaly_score"] for b in after] == [10.0, 4.0, 5.0, 10.0]
    assert [b["initial_anomaly_score"] for b in after] == [10.0, 4.0, 10.0, 10.0]
    assert after[0] == before[0]
    assert after[2]["bucket_influencers"][0]["anomaly_score"] == 5.0
    assert after[2]["bucket_influencers"][0]["raw_anomaly_score"] == 0.5
    assert after[2]["records"][0]["record_score"] == 5.0
    assert after[2]["records"][0]["initial_record_score"] == 10.0


def test_interim_results_keep_their_scores() -> None:
    store = store_of(bucket(0), bucket(1, interim=True))
    store.rescore(0, 10 * SPAN, halve)
    assert [b["anomaly_score"] for b in store.everything.buckets()] == [5.0, 10.0]


def test_results_that_were_handed_out_do_not_change() -> None:
    handed = bucket(0)
    store = store_of(handed)
    store.rescore(0, SPAN, halve)
    assert handed.records()[0]["record_score"] == 10.0
    assert store.everything.records()[0]["record_score"] == 5.0


@given(st.lists(st.integers(1, 4), max_size=12), st.data())
def test_pieces_of_any_size_are_the_same_results(sizes: list[int], data: st.DataObject) -> None:
    buckets = [
        bucket(i, data.draw(st.sampled_from((1.0, 10.0))), host=data.draw(st.sampled_from(HOSTS)))
        for i in range(sum(sizes))
    ]
    context = ResultContext.of(CONFIG)
    pieces, at = [], 0
    for size in sizes:
        pieces.append(JobResults.concat(context, buckets[at : at + size]))
        at += size
    by_piece, by_bucket = store_of(*pieces), store_of(*buckets)
    for store in (by_piece, by_bucket):
        store.rescore(SPAN, 5 * SPAN, halve)
    assert by_piece.take_changes() == by_bucket.take_changes()
    one, other = by_piece.everything, by_bucket.everything
    assert one.buckets(expand=True, size=None).to_api() == (
        other.buckets(expand=True, size=None).to_api()
    )


def test_results_are_dropped_and_their_documents_with_them() -> None:
    store = store_of(bucket(0), bucket(1), bucket(2), bucket(3, interim=True))
    written = store.take_changes().written
    store.drop(SPAN, None)
    changes = store.take_changes()
    assert changes.written == {}
    assert kinds({i: written[i] for i in changes.deleted}) == [
        (kind, i) for kind in ONE_OF_EACH for i in (1, 2, 3)
    ]
    assert [b["timestamp"] for b in store.everything.buckets()] == [0]


def test_old_results_are_forgotten_without_being_deleted() -> None:
    store = store_of(*(bucket(i) for i in range(16)))
    store.take_changes()
    store.trim(5 * SPAN)
    assert len(store.everything) == 16
    store.trim(9 * SPAN)
    assert [b["timestamp"] // SPAN for b in store.everything.buckets()] == list(range(9, 16))
    assert store.take_changes().deleted == []
    store.rescore(0, 100 * SPAN, halve)
    assert kinds(store.take_changes().written)[0] == ("bucket", 9)
    store.trim(100 * SPAN)
    assert len(store.everything) == 0


def test_texts_of_forgotten_results_are_forgotten() -> None:
    store = store_of(*(bucket(i, host=f"host-{i}") for i in range(16)))
    store.take_changes()
    store.trim(12 * SPAN)
    kept = store.everything
    hosts = [text for text in kept.texts if text.startswith("host-")]
    assert hosts == ["host-12", "host-13", "host-14", "host-15"]
    assert [r["by_field_value"] for r in kept.records(sort="timestamp", desc=False)] == hosts
    assert [i["influencer_field_value"] for i in kept.influencers()] == hosts[::-1]


def test_results_come_back_from_bytes() -> None:
    store = store_of(bucket(0), bucket(1, host="b"))
    facts, content = write_results(store.final)
    again = read_results(store.context, facts, content)
    assert again.buckets(expand=True).to_api() == store.everything.buckets(expand=True).to_api()
    assert again.influencers().to_api() == store.everything.influencers().to_api()
    assert again.model_plot().documents == store.everything.model_plot().documents


@pytest.mark.parametrize("harm", ["short", "long", "text", "slice", "detector"])
def test_bytes_that_point_nowhere_are_refused(harm: str) -> None:
    results = bucket(0)
    if harm == "text":
        results.tables["records"]["by_field_value"][0] = 1000
    if harm == "slice":
        results.tables["buckets"]["records"][0] = 2
    if harm == "detector":
        results.tables["records"]["detector_index"][0] = 1
    facts, content = write_results(results)
    content = {"short": content[:-1], "long": content + b"x"}.get(harm, content)
    with pytest.raises(SnapshotError):
        read_results(results.context, facts, content)
