"""The kinds of results that can be read, and how each is read where nothing is said."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BUCKETS", "INFLUENCERS", "RECORDS", "ResultKind"]


@dataclass(frozen=True, slots=True)
class ResultKind:
    """One kind.

    Attributes
    ----------
    name : str
        Of the table, and of the array in answers.
    result_type : str
        What documents of it say they are.
    score : str
        The score that they are filtered by.
    sort : str
        What they are sorted by.
    desc : bool
        Whether the greatest come first.
    then_by : tuple of str
        What those are sorted by that are equal, in the same direction.
    request : str
        What the API's parser calls a request for them.
    """

    name: str
    result_type: str
    score: str
    sort: str
    desc: bool
    then_by: tuple[str, ...]
    request: str


def _request(name: str) -> str:
    return f"cluster:monitor/xpack/ml/job/results/{name}/get"


RECORDS = ResultKind(
    "records", "record", "record_score", "record_score", True,
    (
        "record_score", "over_field_value", "partition_field_value", "by_field_value",
        "field_name", "function",
    ),
    _request("records"),
)  # fmt: skip
BUCKETS = ResultKind(
    "buckets", "bucket", "anomaly_score", "timestamp", False, ("timestamp",), _request("buckets")
)
INFLUENCERS = ResultKind(
    "influencers", "influencer", "influencer_score", "influencer_score", True, ("timestamp",),
    _request("influencers"),
)  # fmt: skip
