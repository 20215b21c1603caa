"""The tables of results: which columns there are, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["NO_TEXT", "SCHEMA", "Column", "Table", "empty_table"]

Table: TypeAlias = dict[str, npt.NDArray[Any]]

NO_TEXT = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds.

    Attributes
    ----------
    dtype : str
    is_text : bool
        Whether its numbers are those of texts; ``NO_TEXT`` is none.
    rows_of : str, optional
        The table whose rows its numbers are.
    """

    dtype: str
    is_text: bool = False
    rows_of: str | None = None


_TIME, _COUNT, _NUMBER, _FLAG = Column("<i8"), Column("<u4"), Column("<f8"), Column("|b1")
_TALLY, _WHOLE, _TEXT = Column("<i8"), Column("<i4"), Column("<u4", is_text=True)


def _slice(of: str, first: str, count: str) -> dict[str, Column]:
    return {first: Column("<u4", rows_of=of), count: _COUNT}


_OF_BUCKET = {"bucket": Column("<u4", rows_of="buckets"), "timestamp": _TIME, "is_interim": _FLAG}
# What the engine needs to score a result again; it means nothing here.
_SCORED = {
    "log_probability": _NUMBER,
    "level": Column("|u1"),
    "class_id": Column("<u8"),
    "scope_id": Column("<u8"),
}
_VALUES = dict.fromkeys(("typical", "actual", "typical_longitude", "actual_longitude"), _NUMBER)
_SPLIT = dict.fromkeys(("by_field_value", "over_field_value", "partition_field_value"), _TEXT)
_MEASURED = {"correlated_by_field_value": _TEXT, **_SPLIT, **_VALUES}
_EXPLANATION = {
    "anomaly_type": Column("|i1"),
    "anomaly_length": _WHOLE,
    "single_bucket_impact": _WHOLE,
    "record_multi_bucket_impact": _WHOLE,
    "shape_impact": _WHOLE,
    "anomaly_characteristics_impact": _WHOLE,
    "lower_confidence_bound": _NUMBER,
    "typical_value": _NUMBER,
    "upper_confidence_bound": _NUMBER,
    "high_variance_penalty": _FLAG,
    "incomplete_bucket_penalty": _FLAG,
    "multimodal_distribution": _FLAG,
    "by_field_first_occurrence": _FLAG,
    "by_field_relative_rarity": _NUMBER,
}

SCHEMA: dict[str, dict[str, Column]] = {
    "buckets": {
        "timestamp": _TIME,
        "is_interim": _FLAG,
        "anomaly_score": _NUMBER,
        "initial_anomaly_score": _NUMBER,
        "event_count": _TALLY,
        "processing_time_ms": _TALLY,
        **_slice("bucket_influencers", "first_bucket_influencer", "bucket_influencers"),
        **_slice("records", "first_record", "records"),
        **_slice("influencers", "first_influencer", "influencers"),
        **_slice("scheduled_events", "first_event", "events"),
    },
    "scheduled_events": {"description": _TEXT},
    "bucket_influencers": {
        **_OF_BUCKET,
        "influencer_field_name": _TEXT,
        "anomaly_score": _NUMBER,
        "initial_anomaly_score": _NUMBER,
        "raw_anomaly_score": _NUMBER,
        "probability": _NUMBER,
        **_SCORED,
    },
    "records": {
        **_OF_BUCKET,
        "detector_index": _COUNT,
        "probability": _NUMBER,
        "record_score": _NUMBER,
        "initial_record_score": _NUMBER,
        "multi_bucket_impact": _NUMBER,
        "function_description": _TEXT,
        **_MEASURED,
        **_slice("causes", "first_cause", "causes"),
        **_slice("influences", "first_influence", "influences"),
        **_EXPLANATION,
        **_SCORED,
    },
    "causes": {
        "probability": _NUMBER,
        "function_description": _TEXT,
        **_MEASURED,
        **_slice("influences", "first_influence", "influences"),
    },
    "influences": {
        "influencer_field_name": _TEXT,
        "influencer_field_value": _TEXT,
        "influence": _NUMBER,
    },
    "influencers": {
        **_OF_BUCKET,
        "influencer_field_name": _TEXT,
        "influencer_field_value": _TEXT,
        "influencer_score": _NUMBER,
        "initial_influencer_score": _NUMBER,
        "probability": _NUMBER,
        **_SCORED,
    },
    "model_plot": {
        "timestamp": _TIME,
        "detector_index": _COUNT,
        **_SPLIT,
        "model_feature": _TEXT,
        "model_lower": _NUMBER,
        "model_upper": _NUMBER,
        "model_median": _NUMBER,
        "actual": _NUMBER,
    },
}


def empty_table(name: str) -> Table:
    """A table without rows.

    >>> len(empty_table("buckets")["timestamp"])
    0
    """
    return {column: np.empty(0, kind.dtype) for column, kind in SCHEMA[name].items()}
