from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from detector_bodies import received, sent
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore.bucket import BucketFeature
from adcore.detector import DetectorConfig, DetectorConfigError, Limits
from adcore.detector.period import Period
from adcore.errors import InvalidArgumentError

NAME = "test"


def feature(name: str = NAME, **changes: Any) -> dict[str, Any]:
    query = {name: {"avg": {"field": "value"}}}
    made = {"feature_name": name, "feature_enabled": True, "aggregation_query": query}
    return made | changes


def aggregated(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [feature(aggregation_query={"a": body})]


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in sent().items() if key != name}


def period(interval: Any, unit: str = "Minutes") -> dict[str, Any]:
    return {"period": {"interval": interval, "unit": unit}}


# -- round trips


@pytest.mark.trap(number=33)
def test_what_the_service_answers_comes_back_the_same_in_the_same_order() -> None:
    body = received()
    written = DetectorConfig.from_json(body).to_json()
    assert written == body
    assert list(written) == list(body)


def test_what_is_sent_is_completed_and_normalised() -> None:
    written = DetectorConfig.from_json(sent()).to_json()
    (made,) = written["feature_attributes"]
    assert re.fullmatch(r"[\w-]{20}", made["feature_id"])
    expected = received() | {"feature_attributes": [made], "detector_type": "SINGLE_ENTITY"}
    for name in ("last_update_time", "category_field", "user"):
        del expected[name]
    assert written == expected


def test_every_field_is_read_and_written() -> None:
    body = received() | {
        "ui_metadata": {"features": {}, "filters": []},
        "detection_date_range": {"start_time": 1, "end_time": 2},
        "result_index": "searchguard-ad-result-test",
        "imputation_option": {
            "method": "FIXED_VALUES",
            "default_fill": [{"feature_name": "test", "data": 1.5}],
        },
        "recency_emphasis": 2560,
        "suggested_seasonality": 24,
        "history": 100,
        "rules": [
            {
                "action": "IGNORE_ANOMALY",
                "conditions": [
                    {
                        "feature_name": "test",
                        "threshold_type": "ACTUAL_OVER_EXPECTED_MARGIN",
                        "operator": "LTE",
                        "value": 10.0,
                    },
                    {"feature_name": "test", "threshold_type": "ACTUAL_IS_OVER_EXPECTED"},
                ],
            }
        ],
        "frequency": period(5),
        "result_index_min_size": 51200,
        "result_index_min_age": 7,
        "result_index_ttl": 60,
        "flatten_custom_result_index": True,
        "last_ui_breaking_change_time": 5,
        "auto_created": False,
    }
    config = DetectorConfig.from_json(body)
    assert config.to_json() == body
    assert DetectorConfig.from_json(config.to_json()) == config
    unset = [f.name for f in fields(config) if getattr(config, f.name) in (None, (), "")]
    assert unset == []


def test_defaults() -> None:
    config = DetectorConfig.from_json({"name": "d", "time_field": "t", "indices": "i"})
    assert config.to_json() == {
        "name": "d",
        "description": "",
        "time_field": "t",
        "indices": ["i"],
        "filter_query": {"match_all": {"boost": 1}},
        "detection_interval": period(10),
        "window_delay": period(0, "Seconds"),
        "shingle_size": 8,
        "schema_version": 0,
        "feature_attributes": [],
        "detector_type": "SINGLE_ENTITY",
    }
    assert config.time_decay == 1 / 2560
    assert config.history_intervals(128) == 160
    assert config.history_intervals(32) == 64


def test_nulls_are_absent_and_unknown_fields_are_skipped() -> None:
    body = sent() | {"description": None, "category_field": None, "who_knows": 1}
    written = DetectorConfig.from_json(body).to_json()
    assert written["description"] == ""
    assert "category_field" not in written
    assert "who_knows" not in written


def test_an_empty_category_field_is_kept_but_is_none() -> None:
    config = DetectorConfig.from_json(sent() | {"category_field": []})
    assert config.to_json()["category_field"] == []
    assert config.detector_type == "SINGLE_ENTITY"


def test_half_a_season_is_a_shingle() -> None:
    config = DetectorConfig.from_json(sent() | {"suggested_seasonality": 24})
    assert config.shingle_size == 12


# -- errors, in the words that clients of the API know


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("no name", without("name"), "name", "name should be set"),
    ("blank name", sent() | {"name": " "}, "name", "name should be set"),
    (
        "name with a space",
        sent() | {"name": "a b"},
        "name",
        "Valid characters for name are a-z, A-Z, 0-9, -(hyphen), _(underscore) and .(period)",
    ),
    (
        "long name",
        sent() | {"name": "a" * 65},
        "name",
        "Name should be shortened. The maximum limit is 64 characters.",
    ),
    ("no time field", without("time_field"), "time_field", "Time field should be set"),
    ("no indices", without("indices"), "indices", "Indices should be set"),
    ("empty indices", sent() | {"indices": []}, "indices", "Indices should be set"),
    (
        "null interval",
        sent() | {"detection_interval": None},
        "detection_interval",
        "Detection interval should be set",
    ),
    (
        "interval 0",
        sent() | {"detection_interval": period(0)},
        "detection_interval",
        "Detection interval must be a positive integer",
    ),
    (
        "negative delay",
        sent() | {"window_delay": period(-1)},
        "window_delay",
        "Window delay interval must be a positive integer",
    ),
    (
        "hours",
        sent() | {"detection_interval": period(1, "HOURS")},
        "detection_interval",
        "Time unit HOURS is not supported",
    ),
    (
        "no period",
        sent() | {"detection_interval": {}},
        "detection_interval",
        "Find no schedule definition",
    ),
    (
        "shingle 0",
        sent() | {"shingle_size": 0},
        "shingle_size",
        "Suggested shingle size must be between 1 and 128. Got 0.",
    ),
    (
        "shingle 129",
        sent() | {"shingle_size": 129},
        "shingle_size",
        "Suggested shingle size must be between 1 and 128. Got 129.",
    ),
    (
        "three categories",
        sent() | {"category_field": ["a", "b", "c"]},
        "category_field",
        (
            "Currently we only support up to 2 categorical field/s in order to bound system "
            "resource consumption."
        ),
    ),
    (
        "six features",
        sent() | {"feature_attributes": [feature(f"f{i}") for i in range(6)]},
        "feature_attributes",
        "Can't create more than 5 feature(s)",
    ),
    (
        "two features of one name",
        sent() | {"feature_attributes": [feature(), feature()]},
        "feature_attributes",
        (
            "There are duplicate feature names: test. "
            "Config has duplicate feature aggregation query names: test"
        ),
    ),
    (
        "two aggregations of one name",
        sent()
        | {
            "feature_attributes": [
                feature("a", aggregation_query={"x": {"sum": {"field": "v"}}}),
                feature("b", aggregation_query={"x": {"avg": {"field": "v"}}}),
            ]
        },
        "feature_attributes",
        "Config has duplicate feature aggregation query names: x",
    ),
    (
        "a feature without a name",
        sent() | {"feature_attributes": [feature(feature_name=None)]},
        "feature_attributes",
        "Feature name should be set",
    ),
    (
        "a feature without a query",
        sent() | {"feature_attributes": [feature(aggregation_query={})]},
        "feature_attributes",
        "Feature aggregation query should be set",
    ),
    (
        "long description",
        sent() | {"description": "a" * 1001},
        "description",
        "Description length is too long. Max length is 1000 characters.",
    ),
    (
        "result index of another prefix",
        sent() | {"result_index": "mine"},
        "result_index",
        "Result index must start with searchguard-ad-result-",
    ),
    (
        "long result index",
        sent() | {"result_index": "searchguard-ad-result-" + "a" * 234},
        "result_index",
        "Result index name size must contains less than 255 characters",
    ),
    (
        "result index with capitals",
        sent() | {"result_index": "searchguard-ad-result-A"},
        "result_index",
        (
            "Result index name has invalid character. Valid characters are a-z, 0-9, -(hyphen) and "
            "_(underscore)"
        ),
    ),
    (
        "recency emphasis 1",
        sent() | {"recency_emphasis": 1},
        "recency_emphasis",
        "Recency emphasis must be an integer greater than 1.",
    ),
    (
        "recency emphasis 2.5",
        sent() | {"recency_emphasis": 2.5},
        "recency_emphasis",
        "Recency emphasis must be an integer greater than 1.",
    ),
    (
        "long history",
        sent() | {"history": 10_001},
        "history",
        "We cannot look back more than 10000 intervals.",
    ),
    (
        "odd frequency",
        sent() | {"detection_interval": period(2), "frequency": period(3)},
        "frequency",
        (
            "Frequency (3 Minutes) must be a multiple of interval (2 Minutes), including the "
            "interval itself."
        ),
    ),
    (
        "frequency 0",
        sent() | {"frequency": period(0)},
        "frequency",
        "Frequency must be a positive integer",
    ),
    (
        "no fill values",
        sent() | {"imputation_option": {"method": "FIXED_VALUES"}},
        "imputation_option",
        "Enabled features are present, but no default fill values are provided.",
    ),
    (
        "too many fill values",
        sent()
        | {
            "imputation_option": {
                "method": "FIXED_VALUES",
                "default_fill": [
                    {"feature_name": "test", "data": 1},
                    {"feature_name": "other", "data": 2},
                ],
            }
        },
        "imputation_option",
        (
            "Mismatch between the number of enabled features and default fill values. Number of "
            "default fill values: 2. Number of enabled features: 1."
        ),
    ),
    (
        "the fill value of another feature",
        sent() | {"imputation_option": {"method": "FIXED_VALUES", "default_fill": {"other": 1}}},
        "imputation_option",
        "Missing feature name: test.",
    ),
    (
        "an unknown query",
        sent() | {"filter_query": {"wild": {}}},
        "filter_query",
        "Custom query error in data filter: unknown query [wild]",
    ),
    (
        "an unknown aggregation",
        sent() | {"feature_attributes": aggregated({"wild": {"field": "value"}})},
        "feature_attributes",
        "Custom query error: Unknown aggregation type [wild]",
    ),
    (
        "an aggregation without a field",
        sent() | {"feature_attributes": aggregated({"sum": {}})},
        "feature_attributes",
        "Custom query error: Required one of fields [field, script], but none were specified. ",
    ),
    (
        "an aggregation with a script",
        sent() | {"feature_attributes": aggregated({"avg": {"script": "1"}})},
        "feature_attributes",
        "Custom query error: [avg] scripts are not supported",
    ),
    ("a blank index", sent() | {"indices": ["logs", ""]}, "indices", "Indices should be set"),
]


@pytest.mark.parametrize(
    ("body", "field", "message"), [pytest.param(*rest, id=name) for name, *rest in WRONG]
)
def test_what_is_wrong_is_said_in_the_words_of_the_api(
    body: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(DetectorConfigError) as caught:
        DetectorConfig.from_json(body)
    assert str(caught.value) == message
    assert caught.value.field == field
    assert isinstance(caught.value, InvalidArgumentError)


def rule(**condition: Any) -> dict[str, Any]:
    given = {
        "feature_name": "test",
        "threshold_type": "ACTUAL_OVER_EXPECTED_RATIO",
        "operator": "LTE",
        "value": 0.3,
    }
    return {"action": "IGNORE_ANOMALY", "conditions": [given | condition]}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (rule(threshold_type="SOMETHING"), "threshold_type"),
        (rule(operator="EQ"), "operator"),
        (rule(value=None), "value"),
        (rule(value=-1), "value"),
        (rule(feature_name=None), "feature_name"),
        (rule(feature_name="unknown"), "unknown"),
        (rule(threshold_type="ACTUAL_IS_OVER_EXPECTED", operator="EQ"), "operator"),
        (rule(threshold_type="ACTUAL_IS_OVER_EXPECTED", value="x"), "value"),
        ({"action": "DANCE", "conditions": rule()["conditions"]}, "action"),
        ({"action": "IGNORE_ANOMALY", "conditions": []}, "conditions"),
    ],
)
def test_wrong_rules_say_what_is_wrong(given: dict[str, Any], named: str) -> None:
    with pytest.raises(DetectorConfigError, match=named) as caught:
        DetectorConfig.from_json(sent() | {"rules": [given]})
    assert str(caught.value).startswith("Suppression Rule Error: ")


@pytest.mark.parametrize(
    "body",
    [
        sent() | {"name": {}},
        sent() | {"shingle_size": "many"},
        sent() | {"shingle_size": True},
        sent() | {"detection_interval": 5},
        sent() | {"detection_interval": period("long")},
        sent() | {"detection_interval": period(10**30)},
        sent() | {"feature_attributes": ["mean"]},
        sent() | {"feature_attributes": [feature(feature_enabled="perhaps")]},
        sent() | {"user": "admin"},
        sent() | {"imputation_option": {"method": "GUESS"}},
        sent() | {"imputation_option": {"method": "FIXED_VALUES", "default_fill": {"test": "x"}}},
        sent() | {"filter_query": []},
        sent() | {"history": 0},
        [],
    ],
    ids=str,
)
def test_values_of_the_wrong_kind_are_refused(body: Any) -> None:
    with pytest.raises(DetectorConfigError):
        DetectorConfig.from_json(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            [
                "period", "interval", "unit", "feature_name", "aggregation_query", "sum", "field",
                "method", "default_fill", "data", "action", "conditions", "threshold_type",
                "operator", "value", "bool", "range", "x",
            ]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(received())), JSON, max_size=4))
@settings(max_examples=300)
def test_no_body_is_answered_with_another_error(changes: dict[str, Any]) -> None:
    fields_of_b2 = ["rules", "imputation_option", "frequency", "recency_emphasis", "history"]
    body = received() | changes
    for name, value in zip(fields_of_b2, changes.values(), strict=False):
        body[name] = value
    field, config = "name", None
    try:
        config = DetectorConfig.from_json(body)
    except DetectorConfigError as error:
        field = error.field
    assert field in {*body, "general_settings"}
    assert config is None or DetectorConfig.from_json(config.to_json()) == config


def test_limits_can_be_raised() -> None:
    body = sent() | {"feature_attributes": [feature(f"f{i}") for i in range(8)]}
    config = DetectorConfig.from_json(body, limits=Limits(max_anomaly_features=8))
    assert len(config.feature_names) == 8


# -- keywords


def test_features_from_expressions() -> None:
    config = DetectorConfig.from_keywords(
        time_field="t",
        features={
            "load": "mean(cpu)",
            "slow": "p99(latency)",
            "rows": "count",
            "weighted": "weighted_mean(a, b)",
            "ready": BucketFeature.parse("max(x)"),
        },
    )
    queries = [f.aggregation_query for f in config.feature_attributes]
    assert queries == [
        {"load": {"avg": {"field": "cpu"}}},
        {"slow": {"percentiles": {"field": "latency", "percents": [99.0]}}},
        {"rows": {"value_count": {"field": "_index"}}},
        {"weighted": {"weighted_avg": {"value": {"field": "a"}, "weight": {"field": "b"}}}},
        {"ready": {"max": {"field": "x"}}},
    ]


def test_features_name_themselves() -> None:
    config = DetectorConfig.from_keywords(time_field="t", features=["mean(cpu)", "count"])
    assert config.feature_names == ["mean(cpu)", "count"]
    assert config.feature_attributes[0].aggregation_name == "mean_cpu"


def test_aggregations_with_and_without_a_name() -> None:
    body = {"weighted_avg": {"value": {"field": "a"}, "weight": {"field": "b"}}}
    config = DetectorConfig.from_keywords(
        time_field="t", features={"bare": body, "named": {"mine": {"sum": {"field": "x"}}}}
    )
    assert [f.aggregation_query for f in config.feature_attributes] == [
        {"bare": body},
        {"mine": {"sum": {"field": "x"}}},
    ]


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ({"a": "frobnicate(x)"}, "frobnicate"),
        ({"a": "variance(x)"}, "variance"),
        (5, "features"),
        ("mean(", "mean"),
    ],
)
def test_wrong_features_are_named(features: Any, message: str) -> None:
    with pytest.raises(DetectorConfigError, match=message):
        DetectorConfig.from_keywords(time_field="t", features=features)


def test_an_unknown_keyword_meets_a_suggestion() -> None:
    with pytest.raises(InvalidArgumentError, match="did you mean 'category_field'"):
        DetectorConfig.from_keywords(time_field="t", category_fields=["a"])


def test_a_configuration_is_changed_field_by_field() -> None:
    config = DetectorConfig.from_json(received())
    assert config.changed() == config
    changed = config.changed(features="count", detection_interval="2m", category_field=None)
    assert changed.feature_names == ["count"]
    assert changed.detection_interval == Period(2)
    assert changed.detector_type == "SINGLE_ENTITY"
    assert changed.filter_query == config.filter_query
    with pytest.raises(DetectorConfigError):
        config.changed(shingle_size=0)


def test_features_are_given_once() -> None:
    with pytest.raises(InvalidArgumentError, match="not both"):
        DetectorConfig.from_keywords(
            time_field="t", features="count", feature_attributes=[feature()]
        )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("5m", Period(5, "Minutes")),
        ("1h", Period(60, "Minutes")),
        ("90s", Period(90, "Seconds")),
        ("0", Period(0, "Seconds")),
        (timedelta(minutes=3), Period(3, "Minutes")),
        (period(60, "seconds"), Period(60, "Seconds")),
        (period(60, "MINUTES"), Period(60, "Minutes")),
    ],
)
def test_periods_are_read_from_all_their_forms(given: Any, expected: Period) -> None:
    assert Period.read("window_delay", given) == expected


@pytest.mark.parametrize("given", ["500ms", timedelta(milliseconds=1), "soon"])
def test_periods_that_are_none_are_refused(given: Any) -> None:
    with pytest.raises(DetectorConfigError, match="window_delay"):
        Period.read("window_delay", given)


@given(st.integers(1, 10_000), st.sampled_from(["Minutes", "Seconds"]))
def test_periods_round_trip(interval: int, unit: str) -> None:
    made = Period(interval, unit)
    assert Period.read("x", made.to_json()) == made
    assert made.milliseconds == interval * (60_000 if unit == "Minutes" else 1_000)


def test_rules_replace_the_default_ones() -> None:
    config = DetectorConfig.from_json(sent())
    assert [r.conditions[0].threshold_type for r in config.effective_rules] == [
        "ACTUAL_OVER_EXPECTED_RATIO",
        "EXPECTED_OVER_ACTUAL_RATIO",
    ]
    assert {r.conditions[0].value for r in config.effective_rules} == {0.2}
    given = DetectorConfig.from_json(sent() | {"rules": [rule()]})
    assert [r.to_json() for r in given.effective_rules] == [rule()]
