"""Documents of results: the shapes of the API, field by field and in its order."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from job_tables import results_of

from adcore.job import JobConfig
from adcore.job.bucket_documents import bucket_document_id, influencer_id
from adcore.job.document_ids import series_id
from adcore.job.record_documents import record_documents, record_id
from adcore.job.result_context import ResultContext
from adcore.job.results import JobResults
from adcore.job.series_documents import forecast_document, point_id

KPI = JobConfig.from_keywords(
    job_id="it_ops_new_kpi",
    detectors="low_non_zero_count partitionfield=kpi_indicator",
    bucket_span="10m",
    influencers=["kpi_indicator"],
)
RECORD = {
    "timestamp": 1454944200000,
    "probability": 0.000113075,
    "record_score": 86.9677,
    "initial_record_score": 82.8891,
    "function_description": "count",
    "partition_field_value": "online_purchases",
    "typical": 3582.53,
    "actual": 575.0,
    "influences": 1,
}
INFLUENCE = {
    "influencer_field_name": "kpi_indicator",
    "influencer_field_value": "online_purchases",
    "influence": 1.0,
}


def as_text(document: Any) -> str:
    """JSON, which also tells the order of fields and integers from floats."""
    return json.dumps(document)


def test_a_record_is_that_of_the_legacy_api() -> None:
    results = results_of(KPI, buckets=[{"records": 1}], records=[RECORD], influences=[INFLUENCE])
    (document,) = record_documents(results, np.array([0]), with_sequence=True)
    assert as_text(document) == as_text(
        {
            "job_id": "it_ops_new_kpi",
            "result_type": "record",
            "probability": 0.000113075,
            "record_score": 86.9677,
            "initial_record_score": 82.8891,
            "bucket_span": 600,
            "detector_index": 0,
            "sequence_num": 1,
            "is_interim": False,
            "timestamp": 1454944200000,
            "partition_field_name": "kpi_indicator",
            "partition_field_value": "online_purchases",
            "function": "low_non_zero_count",
            "function_description": "count",
            "typical": [3582.53],
            "actual": [575.0],
            "influencers": [
                {
                    "influencer_field_name": "kpi_indicator",
                    "influencer_field_values": ["online_purchases"],
                }
            ],
            "kpi_indicator": ["online_purchases"],
        }
    )
    assert "sequence_num" not in results.records()[0]


def test_a_bucket_is_that_of_the_api() -> None:
    config = JobConfig.from_keywords(
        job_id="low_request_rate", detectors="low_count", bucket_span="1h"
    )
    score, probability = 91.58505459594764, 1.7340849573442696e-4
    common = {"timestamp": 1578398400000, "anomaly_score": score, "initial_anomaly_score": score}
    results = results_of(
        config,
        buckets=[
            {**common, "event_count": 0.0, "bucket_influencers": 1, "processing_time_ms": 0.0}
        ],
        bucket_influencers=[
            {
                **common,
                "influencer_field_name": "bucket_time",
                "raw_anomaly_score": 0.5758246639716365,
                "probability": probability,
            }
        ],
    )
    page = results.buckets(anomaly_score=80, start="1454530200001")
    assert as_text(page.to_api()) == as_text(
        {
            "count": 1,
            "buckets": [
                {
                    "job_id": "low_request_rate",
                    "timestamp": 1578398400000,
                    "anomaly_score": score,
                    "bucket_span": 3600,
                    "initial_anomaly_score": score,
                    "event_count": 0,
                    "is_interim": False,
                    "bucket_influencers": [
                        {
                            "job_id": "low_request_rate",
                            "result_type": "bucket_influencer",
                            "influencer_field_name": "bucket_time",
                            "initial_anomaly_score": score,
                            "anomaly_score": score,
                            "raw_anomaly_score": 0.5758246639716365,
                            "probability": probability,
                            "timestamp": 1578398400000,
                            "bucket_span": 3600,
                            "is_interim": False,
                        }
                    ],
                    "processing_time_ms": 0,
                    "result_type": "bucket",
                }
            ],
        }
    )


POPULATION = JobConfig.from_keywords(
    detectors="high_mean(bytes) by status over client partitionfield=site",
    bucket_span="5m",
    influencers=["client", "url", "timestamp"],
)


def population() -> JobResults:
    return results_of(
        POPULATION,
        buckets=[{"records": 1}],
        records=[
            {
                "timestamp": 300000,
                "probability": 1e-5,
                "record_score": 50.0,
                "initial_record_score": 60.0,
                "function_description": "mean",
                "over_field_value": "10.0.0.1",
                "partition_field_value": "",
                "causes": 1,
                "influences": 4,
            }
        ],
        causes=[
            {
                "probability": 1e-6,
                "function_description": "mean",
                "by_field_value": "404",
                "over_field_value": "10.0.0.1",
                "partition_field_value": "",
                "typical": 1.5,
                "actual": 900.0,
                "first_influence": 4,
                "influences": 1,
            }
        ],
        influences=[
            {"influencer_field_name": "client", "influencer_field_value": "10.0.0.1"},
            {"influencer_field_name": "url", "influencer_field_value": "/b"},
            {"influencer_field_name": "url", "influencer_field_value": "/a"},
            {"influencer_field_name": "timestamp", "influencer_field_value": "noon"},
            {"influencer_field_name": "url", "influencer_field_value": "/b"},
        ],
    )


def test_a_record_of_a_population_has_its_values_in_its_causes() -> None:
    (document,) = population().records()
    assert as_text(document) == as_text(
        {
            "job_id": "job",
            "result_type": "record",
            "probability": 1e-5,
            "record_score": 50.0,
            "initial_record_score": 60.0,
            "bucket_span": 300,
            "detector_index": 0,
            "is_interim": False,
            "timestamp": 300000,
            "by_field_name": "status",
            "partition_field_name": "site",
            "partition_field_value": "",
            "function": "high_mean",
            "function_description": "mean",
            "field_name": "bytes",
            "over_field_name": "client",
            "over_field_value": "10.0.0.1",
            "causes": [
                {
                    "probability": 1e-6,
                    "by_field_name": "status",
                    "by_field_value": "404",
                    "partition_field_name": "site",
                    "partition_field_value": "",
                    "function": "high_mean",
                    "function_description": "mean",
                    "typical": [1.5],
                    "actual": [900.0],
                    "field_name": "bytes",
                    "over_field_name": "client",
                    "over_field_value": "10.0.0.1",
                    "influencers": [
                        {"influencer_field_name": "url", "influencer_field_values": ["/b"]}
                    ],
                }
            ],
            "influencers": [
                {"influencer_field_name": "client", "influencer_field_values": ["10.0.0.1"]},
                {"influencer_field_name": "url", "influencer_field_values": ["/b", "/a"]},
                {"influencer_field_name": "timestamp", "influencer_field_values": ["noon"]},
            ],
            "client": ["10.0.0.1"],
            "site": [""],
            "url": ["/b", "/a"],
        }
    )


def test_values_under_their_own_names_are_those_of_the_field_and_then_of_influencers() -> None:
    config = JobConfig.from_keywords(
        detectors="mean(x) by host partitionfield=record_score", influencers=["host"]
    )
    record = {"by_field_value": "b", "partition_field_value": "p", "influences": 2}
    parts = [{"influencer_field_name": "host", "influencer_field_value": v} for v in ("a", "b")]
    results = results_of(config, buckets=[{"records": 1}], records=[record], influences=parts)
    (document,) = results.records()
    assert document["host"] == ["b", "a"]
    # A field of the data that is called like one of ours does not hide ours.
    assert "record_score" not in document
    assert document["partition_field_value"] == "p"


EXPLANATION: dict[str, Any] = {
    "anomaly_type": -1,
    "anomaly_length": 3,
    "single_bucket_impact": 12,
    "record_multi_bucket_impact": 7,
    "shape_impact": 5,
    "anomaly_characteristics_impact": -2,
    "lower_confidence_bound": 0.0,
    "typical_value": 5.5,
    "upper_confidence_bound": 9.0,
    "high_variance_penalty": True,
    "incomplete_bucket_penalty": True,
    "multimodal_distribution": True,
    "by_field_first_occurrence": True,
    "by_field_relative_rarity": 40.5,
}


def test_an_explanation_has_only_what_there_is() -> None:
    config = JobConfig.from_keywords(detectors="mean(x)")
    results = results_of(
        config,
        buckets=[{"records": 3}],
        records=[EXPLANATION, {"anomaly_type": 1, "anomaly_length": 1}, {}],
    )
    records = results.records(sort="timestamp")
    expected = {"anomaly_type": "dip"} | EXPLANATION | {"anomaly_type": "dip"}
    expected["multi_bucket_impact"] = expected.pop("record_multi_bucket_impact")
    order = ["anomaly_type", "anomaly_length", "single_bucket_impact", "multi_bucket_impact"]
    order += [name for name in expected if name not in order]
    explained = records[0]["anomaly_score_explanation"]
    assert as_text(explained) == as_text({name: expected[name] for name in order})
    assert records[1]["anomaly_score_explanation"] == {"anomaly_type": "spike", "anomaly_length": 1}
    assert "anomaly_score_explanation" not in records[2]


def test_places_are_pairs_and_texts() -> None:
    config = JobConfig.from_keywords(detectors="lat_long(place)")
    place = {
        "typical": 40.7,
        "typical_longitude": -74.0,
        "actual": 52.52,
        "actual_longitude": 13.405,
        "multi_bucket_impact": -5.0,
    }
    (document,) = results_of(config, buckets=[{"records": 1}], records=[place]).records()
    assert document["actual"] == [52.52, 13.405]
    assert document["geo_results"] == {
        "actual_point": "52.520000000000,13.405000000000",
        "typical_point": "40.700000000000,-74.000000000000",
    }
    assert list(document)[2:5] == ["multi_bucket_impact", "bucket_span", "detector_index"]


def test_an_influencer_shows_its_value_as_plain_text() -> None:
    config = JobConfig.from_keywords(detectors="count", influencers=["host", "timestamp"])
    row = {
        "timestamp": 300000,
        "influencer_field_name": "host",
        "influencer_field_value": "web-1",
        "influencer_score": 10.0,
        "initial_influencer_score": 20.0,
        "probability": 0.01,
        "is_interim": True,
    }
    reserved = {**row, "influencer_field_name": "timestamp", "influencer_score": 5.0}
    page = results_of(config, influencers=[row, reserved]).influencers()
    assert as_text(page[0]) == as_text(
        {
            "job_id": "job",
            "result_type": "influencer",
            "influencer_field_name": "host",
            "influencer_field_value": "web-1",
            "host": "web-1",
            "influencer_score": 10.0,
            "initial_influencer_score": 20.0,
            "probability": 0.01,
            "bucket_span": 300,
            "is_interim": True,
            "timestamp": 300000,
        }
    )
    assert page[1]["timestamp"] == 300000


def test_an_empty_bucket_still_lists_its_influencers_and_its_events() -> None:
    bucket = {"timestamp": 0, "anomaly_score": 0.0, "initial_anomaly_score": 0.0, "events": 2}
    bucket |= {"event_count": 0.0, "processing_time_ms": 0.0}
    events = [{"description": "Easter"}, {"description": "Sale"}]
    config = JobConfig.from_keywords(detectors="count")
    (document,) = results_of(config, buckets=[bucket], scheduled_events=events).buckets(expand=True)
    assert document["bucket_influencers"] == []
    assert document["scheduled_events"] == ["Easter", "Sale"]
    assert "records" not in document
    assert list(document)[-2:] == ["scheduled_events", "result_type"]


def test_an_expanded_bucket_has_the_least_probable_records_first() -> None:
    records = [
        {"probability": p, "record_score": s, "partition_field_value": v}
        for p, s, v in ((0.01, 9.0, "a"), (0.001, 1.0, "b"), (0.02, 5.0, "a"))
    ]
    results = results_of(
        KPI, buckets=[{"event_count": 1.0, "processing_time_ms": 0.0, "records": 3}],
        records=records,
    )  # fmt: skip
    (bucket,) = results.buckets(expand=True)
    assert [record["probability"] for record in bucket["records"]] == [0.001, 0.01, 0.02]
    assert list(bucket).index("records") == list(bucket).index("initial_anomaly_score") + 1
    (bucket,) = results.buckets(expand=True, partition_value="a")
    assert [record["probability"] for record in bucket["records"]] == [0.01, 0.02]
    (bucket,) = results.buckets(expand=True, partition_value="nobody")
    assert "records" not in bucket


def test_points_of_series() -> None:
    config = JobConfig.from_keywords(detectors="mean(x) by host", bucket_span="1h")
    plot = {
        "timestamp": 3600000,
        "by_field_value": "a",
        "model_feature": "'arithmetic mean value by person'",
        "model_lower": 1.0,
        "model_upper": 3.0,
        "model_median": 2.0,
    }
    (document,) = results_of(config, model_plot=[plot]).model_plot()
    assert as_text(document) == as_text(
        {
            "job_id": "job",
            "result_type": "model_plot",
            "bucket_span": 3600,
            "detector_index": 0,
            "timestamp": 3600000,
            "by_field_name": "host",
            "by_field_value": "a",
            "model_feature": "'arithmetic mean value by person'",
            "model_lower": 1.0,
            "model_upper": 3.0,
            "model_median": 2.0,
        }
    )
    forecast = {"timestamp": 7200000, "detector_index": 0, "by_field_value": "a"}
    forecast |= {"model_feature": "f", "forecast_lower": 1.0, "forecast_prediction": 2.0}
    made = forecast_document(ResultContext.of(config), "f1", forecast | {"forecast_upper": 3.0})
    assert list(made)[:3] == ["job_id", "forecast_id", "result_type"]
    assert (made["result_type"], made["forecast_upper"]) == ("model_forecast", 3.0)
    assert point_id(made).startswith("job_model_forecast_f1_7200000_3600_0_")
    assert point_id(document).startswith("job_model_plot_3600000_3600_0_")


def test_ids_say_what_they_are_of() -> None:
    results = population()
    (record,) = results.records()
    assert re.fullmatch(r"job_record_300000_300_0_\d+_8", record_id(record))
    influencer = {"influencer_field_name": "host", "influencer_field_value": "abc"}
    common = {"job_id": "job", "timestamp": 1000, "bucket_span": 1}
    assert re.fullmatch(r"job_influencer_1000_1_host_\d+_3", influencer_id(common | influencer))
    assert bucket_document_id(common) == "job_bucket_1000_1"
    assert len({series_id("j", "record", 0, 1, 0, *v) for v in _PAIRS}) == len(_PAIRS)


_PAIRS = [("a", "bc"), ("ab", "c"), ("abc", None), (None, "abc"), ("abc", ""), ("", "abc")]


@pytest.mark.parametrize("kind", ["records", "buckets", "influencers", "causes", "model_plot"])
def test_tables_of_every_library_are_the_same(kind: str) -> None:
    results = population()
    columns = results.to_dict(kind)
    assert list(results.to_pandas(kind).columns) == list(columns)
    assert results.to_polars(kind).columns == list(columns)
    assert results.to_arrow(kind).column_names == list(columns)
    rows = 0 if kind in ("model_plot", "influencers") else 1
    assert {len(column) for column in columns.values()} == {rows}


def test_a_table_of_records_is_flat() -> None:
    columns = population().to_dict()
    assert columns["influencer_url"].tolist() == ["/b,/a"]
    assert columns["over_field_value"].tolist() == ["10.0.0.1"]
    assert columns["timestamp"].dtype == "datetime64[ms]"
    assert columns["function"].tolist() == ["high_mean"]
    assert population().records().to_arrow().schema.field("over_field_value").type == pa.string()
    assert population().to_dict("causes")["record"].tolist() == [0]
