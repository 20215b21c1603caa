"""What a detector needs of the query language: the API's form of a filter, and its SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.detector.errors import DetectorConfigError

__all__ = ["MATCH_ALL", "is_match_all", "normalised_aggregation", "normalised_filter"]

MATCH_ALL: dict[str, Any] = {"match_all": {"boost": 1}}


def is_match_all(query: Mapping[str, Any]) -> bool:
    """Whether a filter lets every row pass."""
    return not query or list(query) == ["match_all"]


def normalised_filter(query: Any) -> dict[str, Any]:
    """A filter as the API gives it back; nothing, or an empty object, is all rows."""
    if not query:
        return MATCH_ALL
    if not isinstance(query, Mapping):
        raise DetectorConfigError(
            f"filter_query = {query!r} is not allowed: it must be an object", "filter_query"
        )
    return dict(query)


def normalised_aggregation(aggregations: Mapping[str, Any]) -> dict[str, Any]:
    """The aggregation of a feature as the API gives it back."""
    return dict(aggregations)
