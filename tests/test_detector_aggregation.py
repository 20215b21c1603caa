from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcore import Detector
from adcore.detector import DetectorConfigError
from adcore.detector.aggregation import ColumnFilter, ValueColumn, compile_aggregation
from adcore.detector.last_values import LastValues
from adcore.detector.rules import Condition, SuppressionRule, suppressed

FIELD = {"field": "x"}


@pytest.mark.parametrize(
    ("query", "function", "columns"),
    [
        ({"avg": FIELD}, "mean(0)", (ValueColumn("x"),)),
        ({"sum": FIELD}, "sum(0)", (ValueColumn("x"),)),
        ({"min": FIELD}, "min(0)", (ValueColumn("x"),)),
        ({"max": FIELD | {"missing": 3}}, "max(0)", (ValueColumn("x", missing=3.0),)),
        ({"value_count": FIELD}, "value_count(0)", (ValueColumn("x", is_counted=True),)),
        ({"value_count": {"field": "_index"}}, "value_count(0)", (ValueColumn(None),)),
        ({"cardinality": FIELD}, "cardinality(0)", (ValueColumn("x", is_counted=True),)),
        (
            {"median_absolute_deviation": FIELD},
            "median_absolute_deviation(0)",
            (ValueColumn("x"),),
        ),
        ({"percentiles": FIELD}, "p1(0)", (ValueColumn("x"),)),
        ({"percentiles": FIELD | {"percents": [95, 99]}}, "p95(0)", (ValueColumn("x"),)),
        (
            {"percentile_ranks": FIELD | {"values": [5, 6]}},
            "mean(0)",
            (ValueColumn("x", rank=5.0),),
        ),
        (
            {"weighted_avg": {"value": FIELD, "weight": {"field": "w", "missing": 1}}},
            "weighted_mean(0, 1)",
            (ValueColumn("x"), ValueColumn("w", missing=1.0)),
        ),
        (
            {"nested": {"path": "p"}, "aggs": {"inner": {"sum": FIELD}}},
            "sum(0)",
            (ValueColumn("x"),),
        ),
        (
            {
                "filter": {"term": {"a": 1}},
                "aggregations": {"n": {"missing": {"field": "b"}, "aggs": {"m": {"sum": FIELD}}}},
            },
            "sum(0)",
            (
                ValueColumn(
                    "x",
                    filters=(
                        ColumnFilter('{"term": {"a": 1}}'),
                        ColumnFilter('{"bool": {"must_not": [{"exists": {"field": "b"}}]}}'),
                    ),
                ),
            ),
        ),
    ],
    ids=str,
)
def test_what_comes_to_one_number(
    query: dict[str, Any], function: str, columns: tuple[ValueColumn, ...]
) -> None:
    compiled = compile_aggregation({"name": query})
    assert compiled.function.name == function
    assert compiled.columns == columns


@pytest.mark.parametrize(
    "query",
    [
        {"terms": FIELD},
        {"stats": FIELD},
        {"histogram": FIELD | {"interval": 5}},
        {"global": {}, "aggs": {"a": {"sum": FIELD}}},
        {"terms": FIELD, "aggs": {"a": {"sum": FIELD}}},
        {"filter": {}, "aggs": {"a": {"sum": FIELD}, "b": {"sum": FIELD}}},
        {"filter": {}, "aggs": {}},
        {"sum": {}},
        {"sum": {"script": "1"}},
        {"sum": FIELD, "avg": FIELD},
        {},
        {"percentiles": FIELD | {"percents": ["x"]}},
    ],
    ids=str,
)
def test_what_does_not(query: dict[str, Any]) -> None:
    with pytest.raises(DetectorConfigError) as caught:
        compile_aggregation({"name": query})
    assert caught.value.field == "feature_attributes"


def test_aggregations_nested_without_end_are_refused() -> None:
    query: dict[str, Any] = {"sum": FIELD}
    for _ in range(50):
        query = {"sampler": {}, "aggs": {"a": query}}
    with pytest.raises(DetectorConfigError, match="Failed to parse aggregation"):
        compile_aggregation({"a": query})


def test_functions_of_the_api_give_what_numpy_gives() -> None:
    x = np.array([4.0, 1.0, np.nan, 9.0, 1.0])
    w = np.array([1.0, 2.0, 3.0, 1.0, np.nan])
    data = {"t": np.arange(5), "x": x, "w": w, "who": ["a", "b", "a", None, "b"]}
    features = {
        "avg": {"avg": FIELD},
        "avg_missing": {"avg": FIELD | {"missing": 0}},
        "p50": {"percentiles": FIELD | {"percents": [50]}},
        "rank": {"percentile_ranks": FIELD | {"values": [4]}},
        "who": {"cardinality": {"field": "who"}},
    }
    (found,) = Detector(time_field="t", features=features).run(data).feature_data
    np.testing.assert_allclose(found, [3.75, 3.0, np.nanmedian(x), 75.0, 2.0])
    more = {
        "known": {"value_count": {"field": "who"}},
        "rows": {"value_count": {"field": "_id"}},
        "weighted": {"weighted_avg": {"value": FIELD, "weight": {"field": "w"}}},
        "none": {"filter": {"term": {"who": "z"}}, "aggs": {"n": {"value_count": FIELD}}},
        "absent": {"missing": {"field": "who"}, "aggs": {"n": {"max": FIELD}}},
    }
    (found,) = Detector(time_field="t", features=more).run(data).feature_data
    np.testing.assert_allclose(found, [4, 5, (4 + 2 + 9) / 4, 0, 9])


# -- the last known values, against a loop


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([1.0, 2.0, np.nan]), st.just(np.nan)),
        max_size=30,
    ),
    st.integers(0, 30),
)
def test_gaps_are_filled_forward_within_each_entity(
    rows: list[tuple[int, float, float]], cut: int
) -> None:
    last = LastValues(2)
    found: list[list[float]] = []
    known: dict[tuple[int, int], float] = {}
    expected = []
    for piece in (rows[:cut], rows[cut:]):
        entities = np.array([row[0] for row in piece], dtype=np.uint32)
        values = np.array([row[1:] for row in piece]).reshape(-1, 2)
        found += last.fill(entities, values).tolist()
    for entity, *numbers in rows:
        for i, value in enumerate(numbers):
            if not np.isnan(value):
                known[entity, i] = value
        expected.append([known.get((entity, i), np.nan) for i in range(2)])
    np.testing.assert_array_equal(np.array(found), np.array(expected))


# -- conditions of rules, against a sentence each


@given(
    st.floats(-100, 100), st.floats(-100, 100), st.floats(0, 50),
    st.sampled_from(["GT", "GTE", "LT", "LTE"]),
    st.sampled_from(["ACTUAL_OVER_EXPECTED", "EXPECTED_OVER_ACTUAL"]),
    st.booleans(),
)  # fmt: skip
def test_conditions_hold_on_their_side_only(
    actual: float, expected: float, limit: float, compared: str, side: str, is_ratio: bool
) -> None:
    kind = side + ("_RATIO" if is_ratio else "_MARGIN")
    rule = SuppressionRule(
        (
            Condition("a", kind, compared, limit),
            # A second one that always holds, so that the forest does not keep the rule itself.
            Condition("b", "ACTUAL_IS_OVER_EXPECTED"),
        )
    )
    distance = actual - expected if side.startswith("ACTUAL") else expected - actual
    if is_ratio and distance != 0:
        distance = distance / abs(expected) if expected else np.inf * distance
    holds = {
        "GT": distance > limit, "GTE": distance >= limit,
        "LT": distance < limit, "LTE": distance <= limit,
    }[compared] and distance >= 0  # fmt: skip
    found = suppressed([rule], ["a", "b"], np.array([[actual, 1.0]]), np.array([[expected, 0.0]]))
    assert found.tolist() == [holds]


def test_without_an_expected_value_no_rule_holds() -> None:
    rules = [SuppressionRule((Condition("a", "ACTUAL_IS_OVER_EXPECTED"),))]
    found = suppressed(rules, ["a"], np.array([[1.0]]), np.array([[np.nan]]))
    assert found.tolist() == [False]
