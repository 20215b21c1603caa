"""What a detector watches: named aggregations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adcore.bucket import BucketFeature
from adcore.detector.aggregation import AGGREGATION_TYPES, aggregation_of
from adcore.detector.errors import DetectorConfigError
from adcore.detector.identity import new_id
from adcore.detector.json_values import as_flag, as_list, as_object, as_text
from adcore.detector.queries import normalised_aggregation
from adcore.errors import InvalidArgumentError

__all__ = ["DetectorFeature", "check_features", "read_feature_attributes", "read_features"]

_FIELD = "feature_attributes"


@dataclass(frozen=True, slots=True)
class DetectorFeature:
    """One feature.

    Attributes
    ----------
    feature_name : str
    aggregation_query : dict
        ``{name: {type: {"field": ...}}}`` as the API has it.
    feature_enabled : bool
    feature_id : str
        20 characters; results carry it.
    """

    feature_name: str
    aggregation_query: dict[str, Any]
    feature_enabled: bool
    feature_id: str

    @classmethod
    def from_json(cls, value: Any) -> DetectorFeature:
        """A feature from the API's JSON; one without an id is given one.

        Raises
        ------
        DetectorConfigError
            If its name or its query is missing or of the wrong kind.
        """
        given = as_object(_FIELD, value)
        name = given.get("feature_name")
        if name is None or not as_text("feature_attributes.feature_name", name).strip():
            raise DetectorConfigError("Feature name should be set", _FIELD)
        query = given.get("aggregation_query")
        if not query:
            raise DetectorConfigError("Feature aggregation query should be set", _FIELD)
        enabled, given_id = given.get("feature_enabled"), given.get("feature_id")
        return cls(
            as_text("feature_attributes.feature_name", name),
            normalised_aggregation(as_object("feature_attributes.aggregation_query", query)),
            as_flag("feature_attributes.feature_enabled", True if enabled is None else enabled),
            new_id() if given_id is None else as_text("feature_attributes.feature_id", given_id),
        )

    @property
    def aggregation_name(self) -> str:
        """The name of its aggregation."""
        return next(iter(self.aggregation_query))

    def to_json(self) -> dict[str, Any]:
        """As the API writes it."""
        return {
            "feature_id": self.feature_id,
            "feature_name": self.feature_name,
            "feature_enabled": self.feature_enabled,
            "aggregation_query": self.aggregation_query,
        }


def read_feature_attributes(value: Any) -> tuple[DetectorFeature, ...]:
    """The features of the API's JSON."""
    if value is None:
        return ()
    return tuple(DetectorFeature.from_json(item) for item in as_list(value))


def read_features(given: Any) -> tuple[DetectorFeature, ...]:
    """Features from expressions such as ``"mean(cpu)"``, by name or named by themselves.

    Parameters
    ----------
    given : mapping of name to expression, or sequence of expressions
        An expression is text, a :class:`BucketFeature`, or an aggregation of the API.

    Raises
    ------
    DetectorConfigError
        If one cannot be read; the message names it.
    """
    if isinstance(given, (str, BucketFeature)):
        given = [given]
    if isinstance(given, Mapping):
        return tuple(_feature(str(name), content) for name, content in given.items())
    if isinstance(given, Sequence):
        return tuple(_feature(_name_of(content), content) for content in given)
    raise DetectorConfigError(
        f"features = {given!r} is not allowed: it must be expressions such as 'mean(cpu)'", _FIELD
    )


def _name_of(content: Any) -> str:
    name = content.name if isinstance(content, BucketFeature) else str(content).strip()
    return str(name)


def _feature(name: str, content: Any) -> DetectorFeature:
    if isinstance(content, Mapping):
        query = _named(name, as_object(_FIELD, content))
    else:
        query = aggregation_of(_aggregation_name(name), _bucket_feature(content))
    return DetectorFeature.from_json({"feature_name": name, "aggregation_query": query})


def _named(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """``{name: {type: ...}}`` is taken as it is, ``{type: {"field": ...}}`` is given a name."""
    is_body = any(key in AGGREGATION_TYPES or key in ("aggs", "aggregations") for key in content)
    return {_aggregation_name(name): content} if is_body else content


def _bucket_feature(content: Any) -> BucketFeature:
    if isinstance(content, BucketFeature):
        return content
    try:
        return BucketFeature.parse(str(content))
    except InvalidArgumentError as error:
        raise DetectorConfigError(str(error), _FIELD) from None


def _aggregation_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name).strip("_") or "feature"


def check_features(features: Sequence[DetectorFeature], maximum: int) -> None:
    """Check their number, and that no name stands twice.

    Raises
    ------
    DetectorConfigError
        All that is wrong, joined with ``". "``.
    """
    if len(features) > maximum:
        raise DetectorConfigError(f"Can't create more than {maximum} feature(s)", _FIELD)
    names = _twice(feature.feature_name for feature in features)
    queries = _twice(feature.aggregation_name for feature in features)
    wrong = []
    if names:
        wrong.append(f"There are duplicate feature names: {', '.join(names)}")
    if queries:
        joined = ", ".join(queries)
        wrong.append(f"Config has duplicate feature aggregation query names: {joined}")
    if wrong:
        raise DetectorConfigError(". ".join(wrong), _FIELD)


def _twice(names: Any) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
