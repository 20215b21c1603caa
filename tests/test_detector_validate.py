from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from detector_bodies import MINUTE, sent, waves

from adcore import Detector
from adcore.detect.batches import RowBatch
from adcore.detector.scan import ScanRequest
from adcore.detector.table_source import TableSource
from adcore.detector.validate import check_body
from adcore.errors import DataError, InvalidArgumentError

EMPTY = "Feature has invalid query returning empty aggregated data"
FAILING = "Feature has an invalid query causing a runtime exception"


def rows(count: int = 3_000, every: float = 1, **columns: Any) -> dict[str, Any]:
    """A row every so many minutes."""
    step = np.arange(count)
    made = {"timestamp": (step * every * MINUTE).astype(np.int64), "value": 5.0 + step % 7}
    return made | {name: np.full(count, value, dtype=object) for name, value in columns.items()}


def check(data: Any, aspect: str = "detector", now: Any = None, **changes: Any) -> dict[str, Any]:
    return Detector.from_json(sent() | changes).validate(data, aspect, now=now)


def feature(query: dict[str, Any]) -> list[dict[str, Any]]:
    return [sent()["feature_attributes"][0] | {"aggregation_query": query}]


def test_nothing_stands_in_the_way() -> None:
    assert check(rows()) == {}
    assert check(rows(), "model") == {}


# -- the detector


def test_a_feature_of_a_field_that_is_not_there() -> None:
    query = {"average_total_rev": {"avg": {"field": "total_rev"}}}
    attributes = feature(query)
    attributes[0]["feature_name"] = "average_total_rev"
    assert check(rows(), feature_attributes=attributes) == {
        "detector": {
            "feature_attributes": {
                "message": f"{EMPTY}: average_total_rev",
                "sub_issues": {"average_total_rev": EMPTY},
            }
        }
    }


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"x": {"terms": {"field": "value"}}}, FAILING),
        ({"x": {"avg": {"field": "host"}}}, FAILING),
        ({"x": {"max": {"field": "nothing"}}}, EMPTY),
    ],
)
def test_features_that_come_to_nothing(query: dict[str, Any], text: str) -> None:
    data = rows(host="a") | {"nothing": np.full(3_000, np.nan)}
    issue = check(data, feature_attributes=feature(query))
    assert issue["detector"]["feature_attributes"]["sub_issues"] == {"test": text}


@pytest.mark.parametrize(
    ("data", "changes", "field", "message"),
    [
        (
            rows(),
            {"time_field": "ts"},
            "time_field",
            "Timestamp field: (ts) is not found in index mapping",
        ),
        (
            rows(ts="soon"),
            {"time_field": "ts"},
            "time_field",
            "Timestamp field: (ts) must be of type date",
        ),
        (
            rows(),
            {"category_field": ["ip"]},
            "category_field",
            "Can't find the categorical field ip in index data",
        ),
        (
            rows() | {"day": np.array(["2024-01-01"] * 3_000, dtype="datetime64[D]")},
            {"category_field": ["day"]},
            "category_field",
            "Categorical field day must be of type keyword or ip.",
        ),
        (
            rows(0),
            {"indices": ["a", "b"]},
            "indices",
            "Can't create anomaly detector as no document is found in the indices: [a, b]",
        ),
    ],
)
def test_what_the_data_lacks(data: Any, changes: dict[str, Any], field: str, message: str) -> None:
    assert check(data, **changes) == {"detector": {field: {"message": message}}}


def test_a_filter_that_matches_nothing_is_no_issue_of_the_detector() -> None:
    query = {"term": {"value": -1}}
    assert check(rows(), filter_query=query) == {}
    message = "Data is too sparse after data filter is applied. Consider changing the data filter"
    assert check(rows(), "model", filter_query=query) == {
        "model": {"filter_query": {"message": message}}
    }


def test_a_body_that_is_no_detector() -> None:
    source = TableSource(rows())
    assert check_body(sent() | {"name": "a b"}, source, None) == {
        "detector": {
            "name": {
                "message": "Valid characters for name are a-z, A-Z, 0-9, -(hyphen), "
                "_(underscore) and .(period)"
            }
        }
    }
    assert check_body(sent(), None, None) == {
        "detector": {"indices": {"message": "index does not exist"}}
    }
    assert check_body(sent(), source, None, "model") == {}


def test_an_aspect_is_one_of_two() -> None:
    with pytest.raises(InvalidArgumentError, match="aspect"):
        check(rows(), "everything")


# -- its models


def interval_issue(minutes: int) -> dict[str, Any]:
    text = (
        "The selected detector interval might collect sparse data. "
        f"Consider changing interval length to: {minutes}"
    )
    suggested = {"period": {"interval": minutes, "unit": "Minutes"}}
    return {"model": {"detection_interval": {"message": text, "suggested_value": suggested}}}


def test_a_row_every_five_minutes_wants_an_interval_of_four() -> None:
    assert check(rows(every=5), "model") == interval_issue(4)


def test_ten_longer_intervals_are_tried() -> None:
    # 2, 3, 4, 5, 6, 8, 10, 12, 15, 18: of the last, nine in ten hold a row.
    assert check(rows(every=20), "model") == interval_issue(18)
    assert check(rows(every=30), "model")["model"].keys() == {"indices"}
    period = {"period": {"interval": 4, "unit": "Minutes"}}
    assert check(rows(every=30), "model", detection_interval=period) == interval_issue(27)


def test_an_interval_that_is_not_a_whole_minute_is_rounded_up() -> None:
    period = {"period": {"interval": 30, "unit": "Seconds"}}
    assert check(rows(every=5), "model", detection_interval=period) == interval_issue(4)


def test_data_that_is_sparse_whatever_the_interval() -> None:
    assert check(rows(100), "model") == {
        "model": {
            "indices": {
                "message": "Source index data is potentially too sparse for model training. "
                "Consider changing interval length or ingesting more data"
            }
        }
    }


def test_features_that_are_sparse() -> None:
    data = rows(rare=None)
    data["rare"] = np.where(np.arange(3_000) % 100 == 0, 1.0, np.nan)
    text = (
        "Data is most likely too sparse when given feature queries are applied. Consider revising "
        "feature queries"
    )
    seldom = feature({"seldom": {"avg": {"field": "rare"}}})
    assert check(data, "model", feature_attributes=seldom) == {
        "model": {"feature_attributes": {"message": text, "sub_issues": {"test": text}}}
    }


def test_entities_that_are_sparse() -> None:
    data = rows()
    data["ip"] = np.array([f"10.0.0.{i % 100}" for i in range(3_000)], dtype=object)
    assert check(data, "model", category_field=["ip"]) == {
        "model": {
            "category_field": {
                "message": "Data is most likely too sparse with the given category fields. "
                "Consider revising category field/s or ingesting more data"
            }
        }
    }


def test_no_entity_at_all() -> None:
    issue = check(rows(ip=None), "model", category_field=["ip"])
    assert issue["model"]["category_field"]["message"].startswith("No entity was found")


def test_a_feature_that_is_sparse_is_named() -> None:
    data = rows()
    data["rare"] = np.where(np.arange(3_000) % 100, np.nan, 1.0)
    attributes = sent()["feature_attributes"]
    rare = {"feature_name": "rare", "aggregation_query": {"rare": {"max": {"field": "rare"}}}}
    issue = check(data, "model", feature_attributes=[*attributes, rare])
    assert issue["model"]["feature_attributes"]["sub_issues"].keys() == {"rare"}


def test_data_that_comes_late_wants_a_delay() -> None:
    latest = 2_999 * MINUTE
    assert check(rows(), "model", now=latest + MINUTE) == {}
    assert check(rows(), "model", now=latest + 10 * MINUTE + 1) == {
        "model": {
            "window_delay": {
                "message": "Latest seen data point is at least 11 minutes ago, consider changing "
                "window delay to at least 11 minutes.",
                "suggested_value": {"period": {"interval": 11, "unit": "Minutes"}},
            }
        }
    }


def test_data_that_all_lies_in_the_future() -> None:
    data = rows()
    data["timestamp"] = data["timestamp"] + 10**12
    assert check(data, "model", now=10**11) == {
        "model": {
            "time_field": {
                "message": "There isn't enough historical data found with current timefield "
                "selected."
            }
        }
    }


class Halting(TableSource):
    """A source that gives no more rows once it is asked for those of a time."""

    def scan(self, request: ScanRequest) -> Iterator[RowBatch]:
        if request.start is not None:
            raise DataError("gone")
        return super().scan(request)


def test_what_cannot_be_looked_at_is_an_issue_of_its_own() -> None:
    source = Halting(waves(200))
    detector = Detector(time_field="ts", features=["sum(cpu)"], detection_interval="1m")
    assert detector.validate(source) == {}
    text = "Model validation experienced issues completing."
    assert detector.validate(source, "model") == {"model": {"aggregation_issue": {"message": text}}}
