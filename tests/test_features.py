from __future__ import annotations

import pytest

from adcore.bucket import BucketFeature
from adcore.detect.features import Feature, parse_feature
from adcore.errors import InvalidArgumentError


@pytest.mark.parametrize(
    ("text", "function", "column", "percentile"),
    [
        ("mean(latency)", "mean", "latency", 50.0),
        ("avg(latency)", "mean", "latency", 50.0),
        ("MEAN( latency )", "mean", "latency", 50.0),
        ("sum(x)", "sum", "x", 50.0),
        ("min(x)", "min", "x", 50.0),
        ("max(x)", "max", "x", 50.0),
        ("count(x)", "value_count", "x", 50.0),
        ("cardinality(user)", "cardinality", "user", 50.0),
        ("distinct(user)", "cardinality", "user", 50.0),
        ("variance(x)", "variance", "x", 50.0),
        ("mad(x)", "median_absolute_deviation", "x", 50.0),
        ("median(x)", "percentile", "x", 50.0),
        ("p99(x)", "percentile", "x", 99.0),
        ("p99.9(x)", "percentile", "x", 99.9),
        ("p100(x)", "percentile", "x", 100.0),
        ("p5(a column (ms))", "percentile", "a column (ms)", 5.0),
    ],
)
def test_a_function_of_a_column(text: str, function: str, column: str, percentile: float) -> None:
    expected = BucketFeature(function, column, percentile=percentile)
    assert parse_feature(text) == Feature(text.strip(), expected)


@pytest.mark.parametrize("text", ["count", "count()", "COUNT(*)", " count "])
def test_the_number_of_rows_needs_no_column(text: str) -> None:
    assert parse_feature(text) == Feature("count", BucketFeature("count"))


def test_a_weighted_mean_has_two_columns() -> None:
    feature = parse_feature("weighted_mean(latency, requests)")
    assert feature.bucket.fields == ("latency", "requests")
    assert feature.renamed({"latency": "0", "requests": "1"}).fields == ("0", "1")


@pytest.mark.parametrize(
    "text", ["", "latency", "mean", "mean()", "mean(x", "mode(x)", "p101(x)", "p(x)", "mean(x) + 1"]
)
def test_anything_else_is_refused_and_shown(text: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        parse_feature(text)
    assert repr(text) in str(caught.value)
    assert "mean(latency)" in str(caught.value)


def test_only_functions_of_size_need_numbers() -> None:
    assert parse_feature("mean(x)").needs_numbers
    assert not parse_feature("distinct(x)").needs_numbers
    assert not parse_feature("count(x)").needs_numbers
    assert not parse_feature("count").needs_numbers
