"""What a detector needs of the query language: the API's form of filters and aggregations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from adcore.detector.errors import DetectorConfigError
from adcore.query.errors import SearchError
from adcore.query.normalise import normalise_aggregations, normalise_query
from adcore.query.syntax.parse_aggregation import parse_aggregations

__all__ = ["MATCH_ALL", "is_match_all", "normalised_aggregation", "normalised_filter"]

MATCH_ALL: dict[str, Any] = {"match_all": {"boost": 1}}


def is_match_all(query: Mapping[str, Any]) -> bool:
    """Whether a filter lets every row pass."""
    return not query or list(query) == ["match_all"]


def normalised_filter(query: Any) -> dict[str, Any]:
    """A filter as the API gives it back; nothing, or an empty object, is all rows.

    Raises
    ------
    DetectorConfigError
        If it is no query.
    """
    try:
        return dict(normalise_query(query))
    except SearchError as error:
        text = f"Custom query error in data filter: {error}"
        raise DetectorConfigError(text, "filter_query") from error


def normalised_aggregation(aggregations: Mapping[str, Any]) -> dict[str, Any]:
    """The aggregation of a feature as the API gives it back.

    Raises
    ------
    DetectorConfigError
        If it is no aggregation, or a query in it is none.
    """
    try:
        parse_aggregations(aggregations)
        return cast("dict[str, Any]", normalise_aggregations(aggregations))
    except SearchError as error:
        raise DetectorConfigError(f"Custom query error: {error}", "feature_attributes") from error
