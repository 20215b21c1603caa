"""Why a record is one, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from adcore.detect.text import format_number
from adcore.job.result_text import series_name

__all__ = ["explain_record"]

_SEVERITIES = ((75, "critical"), (50, "major"), (25, "minor"), (0, "a warning"))
_MULTI_BUCKET = 3.0
_BARS = ((2, 1), (4, 2), (7, 3), (12, 4))


def explain_record(record: Mapping[str, Any]) -> list[str]:
    r"""Sentences about a record, the most important first.

    Parameters
    ----------
    record : mapping
        A document of a record.

    Examples
    --------
    >>> print(*explain_record({
    ...     "function": "low_count", "function_description": "count", "probability": 1e-4,
    ...     "record_score": 87.0, "initial_record_score": 83.0, "bucket_span": 600,
    ...     "actual": [575.0], "typical": [3582.5]}), sep="\n")
    low_count: 575, 6.2 times less than the typical 3,582.
    The probability is 0.0001; the score of 87 is critical (83 when the bucket ended).
    """
    return list(_sentences(record))


def _sentences(record: Mapping[str, Any]) -> Iterator[str]:
    yield _measured(record)
    yield _scored(record)
    yield from (_cause(cause) for cause in record.get("causes", ()))
    yield from _explained(record.get("anomaly_score_explanation", {}), record)
    for influencer in record.get("influencers", ()):
        values = ", ".join(influencer["influencer_field_values"])
        yield f"{influencer['influencer_field_name']} had a part in it: {values}."


def _measured(record: Mapping[str, Any]) -> str:
    what = record["function"]
    if "field_name" in record:
        what += f"({record['field_name']})"
    series = series_name(record)
    if series:
        what += f" of {series}"
    return f"{what}: {_values(record)}" if "actual" in record else f"{what} is unusual."


def _values(record: Mapping[str, Any]) -> str:
    actual, typical = record["actual"], record.get("typical", [])
    shown = ", ".join(map(format_number, actual))
    if not typical:
        return f"{shown}."
    expected = ", ".join(map(format_number, typical))
    if len(actual) != 1:
        return f"{shown}, where {expected} is typical."
    return f"{shown}, {_comparison(actual[0], typical[0])} the typical {expected}."


def _comparison(actual: float, typical: float) -> str:
    word = "more than" if actual > typical else "less than"
    larger, smaller = max(actual, typical), min(actual, typical)
    if smaller <= 0 or larger / smaller < 1.1:
        return word
    return f"{larger / smaller:.1f} times {word}"


def _scored(record: Mapping[str, Any]) -> str:
    score, initial = record["record_score"], record["initial_record_score"]
    severity = next(word for least, word in _SEVERITIES if score >= least)
    then = "" if round(initial) == round(score) else f" ({initial:.0f} when the bucket ended)"
    probability = format_number(record["probability"])
    return f"The probability is {probability}; the score of {score:.0f} is {severity}{then}."


def _cause(cause: Mapping[str, Any]) -> str:
    return f"Caused by {_measured(cause)}"


def _explained(explanation: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    length = explanation.get("anomaly_length", 1)
    if length > 1:
        yield f"It has lasted for {length} buckets."
    single = explanation.get("single_bucket_impact", 0)
    several = explanation.get("multi_bucket_impact", 0)
    if single or several:
        yield (
            f"Impact of this bucket {_bars(single)} of 5, of the buckets before it "
            f"{_bars(several)} of 5."
        )
    if "shape_impact" in explanation:
        bars = _bars(explanation["shape_impact"])
        yield f"Impact of the order in which the values came: {bars} of 5."
    if record.get("multi_bucket_impact", -5.0) >= _MULTI_BUCKET:
        yield "It is the buckets before it, together with this one, that are unusual."
    yield from _bounds(explanation)
    yield from _penalties(explanation)


def _bars(impact: int) -> int:
    if impact <= 0:
        return 0
    return next((bars for limit, bars in _BARS if impact < limit), 5)


def _bounds(explanation: Mapping[str, Any]) -> Iterator[str]:
    lower = explanation.get("lower_confidence_bound", math.nan)
    upper = explanation.get("upper_confidence_bound", math.nan)
    if not (math.isnan(lower) or math.isnan(upper)):
        yield (
            f"Expected were {format_number(lower)} to {format_number(upper)} (95 %), with a median "
            f"of {format_number(explanation.get('typical_value', math.nan))}."
        )


def _penalties(explanation: Mapping[str, Any]) -> Iterator[str]:
    if explanation.get("anomaly_characteristics_impact", 0) > 0:
        yield "It is longer or larger than anomalies of this series are, which raises the score."
    if explanation.get("anomaly_characteristics_impact", 0) < 0:
        yield "Anomalies of this series are often like this, which lowers the score."
    if explanation.get("high_variance_penalty"):
        yield "Values vary much at this time, which lowers the score."
    if explanation.get("incomplete_bucket_penalty"):
        yield "The bucket has fewer records than usual, which lowers the score."
    if explanation.get("multimodal_distribution"):
        yield "Values of this series come in several groups."
    if explanation.get("by_field_first_occurrence"):
        yield "The value was never seen before."
    if "by_field_relative_rarity" in explanation:
        rarity = explanation["by_field_relative_rarity"]
        yield f"The value is {format_number(rarity)} times rarer than is typical."
