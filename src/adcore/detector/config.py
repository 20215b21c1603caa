"""The configuration of a detector: from the API's JSON or from keywords, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adcore.detector.config_checks import NO_INDICES, Limits, check_config
from adcore.detector.config_fields import ConfigFields
from adcore.detector.errors import DetectorConfigError
from adcore.detector.feature import read_feature_attributes, read_features
from adcore.detector.imputation import ImputationOption
from adcore.detector.json_values import as_flag, as_list, as_object, as_text, as_texts, as_whole
from adcore.detector.period import Period
from adcore.detector.queries import normalised_filter
from adcore.detector.rules import SuppressionRule
from adcore.errors import InvalidArgumentError
from adcore.near_names import hint

__all__ = ["DetectorConfig"]


def _rules(value: Any) -> tuple[SuppressionRule, ...]:
    return tuple(SuppressionRule.from_json(rule) for rule in as_list(value))


def _shingle_size(name: str, value: Any) -> int:
    return as_whole(name, value)


def _recency_emphasis(name: str, value: Any) -> int:
    return as_whole(name, value, "Recency emphasis must be an integer greater than 1.")


def _named(read: Callable[[Any], Any]) -> Callable[[str, Any], Any]:
    return lambda _, value: read(value)


# How each field is read from JSON, in the order in which the API writes them.
_READERS: dict[str, Callable[[str, Any], Any]] = {
    "name": as_text,
    "description": as_text,
    "time_field": as_text,
    "indices": as_texts,
    "filter_query": _named(normalised_filter),
    "detection_interval": Period.read,
    "window_delay": Period.read,
    "shingle_size": _shingle_size,
    "schema_version": as_whole,
    "feature_attributes": _named(read_feature_attributes),
    "ui_metadata": as_object,
    "last_update_time": as_whole,
    "category_field": as_texts,
    "user": as_object,
    "detection_date_range": as_object,
    "result_index": as_text,
    "imputation_option": _named(ImputationOption.read),
    "recency_emphasis": _recency_emphasis,
    "suggested_seasonality": as_whole,
    "history": as_whole,
    "rules": _named(_rules),
    "frequency": Period.read,
    "result_index_min_size": as_whole,
    "result_index_min_age": as_whole,
    "result_index_ttl": as_whole,
    "flatten_custom_result_index": as_flag,
    "last_ui_breaking_change_time": as_whole,
    "auto_created": as_flag,
}


class DetectorConfig(ConfigFields):
    """What a detector watches, and how.

    Attributes
    ----------
    name : str
        Letters, digits, ``.``, ``_`` and ``-``; at most 64 characters.
    time_field : str
        The column of times.
    indices : tuple of str
        Where the service reads from; of no meaning where data is handed over.
    feature_attributes : tuple of DetectorFeature
    description : str
    filter_query : dict
        Which rows count, in the query language, as the API gives it back.
    detection_interval : Period
        The length of a bucket; 10 minutes by default.
    window_delay : Period
        How long after its end a bucket still takes rows.
    shingle_size : int
        Intervals that make one point, 1 to 128.
    category_field : tuple of str, or None
        At most two: each combination of their values is an entity with a model of its own.
    imputation_option : ImputationOption, optional
        By default a missing feature is taken as before, and an interval without rows has no result.
    rules : tuple of SuppressionRule
        Without any, values within a fifth of the expected one are no anomaly.
    recency_emphasis : int, optional
        About so many intervals make up a model's memory; 2 560 by default.
    history : int, optional
        Intervals before now that a model starts from.
    frequency : Period, optional
        How often results are given; a multiple of the interval.
    result_index, result_index_min_size, result_index_min_age, result_index_ttl, \
flatten_custom_result_index
        Where the service keeps the results.
    schema_version, ui_metadata, last_update_time, user, detection_date_range, \
suggested_seasonality, last_ui_breaking_change_time, auto_created
        Kept as given.

    Examples
    --------
    >>> config = DetectorConfig.from_keywords(
    ...     name="cpu", time_field="ts", features={"load": "mean(cpu)"}, detection_interval="5m")
    >>> config.to_json()["feature_attributes"][0]["aggregation_query"]
    {'load': {'avg': {'field': 'cpu'}}}
    """

    __slots__ = ()

    @classmethod
    def from_json(
        cls, body: Mapping[str, Any], *, limits: Limits | None = None, needs_indices: bool = True
    ) -> DetectorConfig:
        """A configuration from the API's JSON; unknown fields are skipped, nulls are absent.

        Parameters
        ----------
        body : mapping
        limits : Limits, optional
        needs_indices : bool
            False where the data will be handed over.

        Raises
        ------
        DetectorConfigError
            At the first field that is wrong, in the words of the API.
        """
        if not isinstance(body, Mapping):
            raise DetectorConfigError("request body is required")
        if body.get("detection_interval", "10m") is None:
            raise DetectorConfigError("Detection interval should be set", "detection_interval")
        _require(body, "name", "name should be set")
        _require(body, "time_field", "Time field should be set")
        if needs_indices:
            _require(body, "indices", NO_INDICES)
        given = {
            name: read(name, body[name])
            for name, read in _READERS.items()
            if body.get(name) is not None
        }
        config = cls(**_with_seasonality(given))
        check_config(config, limits or Limits())
        return config

    @classmethod
    def from_keywords(cls, *, limits: Limits | None = None, **options: Any) -> DetectorConfig:
        """A configuration from keywords: the API's fields, and ``features`` for expressions.

        Raises
        ------
        DetectorConfigError
            As :meth:`from_json`; also for a keyword that is no field, with the nearest that is.
        """
        options.setdefault("name", "detector")
        features = options.pop("features", None)
        for name in options:
            if name not in _READERS:
                raise _unknown(name)
        if features is not None:
            if options.get("feature_attributes"):
                raise InvalidArgumentError("give features or feature_attributes, not both")
            options["feature_attributes"] = [f.to_json() for f in read_features(features)]
        return cls.from_json(options, limits=limits, needs_indices=False)

    def to_json(self) -> dict[str, Any]:
        """As the API writes it, fields in its order; those that are not set are left out."""
        written: dict[str, Any] = {}
        for name in _READERS:
            value = _plain(getattr(self, name))
            if value is not None and not (name == "rules" and not value):
                written[name] = value
            if name == "user":
                written["detector_type"] = self.detector_type
        return written

    def changed(self, *, limits: Limits | None = None, **options: Any) -> DetectorConfig:
        """The same but for some options, given and checked as by :meth:`from_keywords`."""
        written = self.to_json()
        del written["detector_type"]
        if "features" in options:
            del written["feature_attributes"]
        return DetectorConfig.from_keywords(limits=limits, **(written | options))


def _require(body: Mapping[str, Any], name: str, message: str) -> None:
    value = body.get(name)
    if value is None or not (value.strip() if isinstance(value, str) else value):
        raise DetectorConfigError(message, name)


def _with_seasonality(given: dict[str, Any]) -> dict[str, Any]:
    """A season without a shingle: half a season is one."""
    if "shingle_size" not in given and "suggested_seasonality" in given:
        given["shingle_size"] = given["suggested_seasonality"] // 2
    return given


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.to_json() if hasattr(value, "to_json") else value


def _unknown(name: str) -> InvalidArgumentError:
    known = ["features", *_READERS]
    return InvalidArgumentError(
        f"a detector has no {name!r}; {hint(name, known)}It has {', '.join(known)}"
    )
