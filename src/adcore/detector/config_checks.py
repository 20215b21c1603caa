"""What a configuration must fulfil, in the words that clients of the API know."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adcore.detector.config_fields import ConfigFields
from adcore.detector.errors import DetectorConfigError
from adcore.detector.feature import check_features

__all__ = ["NO_INDICES", "RESULT_INDEX_PREFIXES", "Limits", "check_config"]

NO_INDICES = "Indices should be set"

RESULT_INDEX_PREFIXES = ("searchguard-ad-result-", "opensearch-ad-plugin-result-")
_NAME = re.compile(r"[a-zA-Z0-9._-]+")
_INDEX = re.compile(r"[a-z0-9_-]+")
_LONGEST_NAME, _LONGEST_DESCRIPTION, _LONGEST_INDEX = 64, 1000, 255
_LARGEST_SHINGLE = 128
_LONGEST_HISTORY = 10_000
_LARGEST_FREQUENCY = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers the service lets its administrator set."""

    max_anomaly_features: int = 5
    category_field_limit: int = 2


def check_config(config: ConfigFields, limits: Limits) -> None:
    """Check everything that needs no data.

    Raises
    ------
    DetectorConfigError
        At the first thing that is wrong.
    """
    _check_periods(config)
    # A blank name would be all indices.
    if not all(name.strip() for name in config.indices):
        raise DetectorConfigError(NO_INDICES, "indices")
    if not 1 <= config.shingle_size <= _LARGEST_SHINGLE:
        raise DetectorConfigError(
            f"Suggested shingle size must be between 1 and {_LARGEST_SHINGLE}. "
            f"Got {config.shingle_size}.",
            "shingle_size",
        )
    if len(config.category_fields) > limits.category_field_limit:
        raise DetectorConfigError(
            f"Currently we only support up to {limits.category_field_limit} categorical field/s "
            "in order to bound system resource consumption.",
            "category_field",
        )
    _check_result_index(config.result_index)
    _check_names(config)
    _check_model(config)
    check_features(config.feature_attributes, limits.max_anomaly_features)
    if config.imputation_option is not None:
        config.imputation_option.check(config.feature_names)
    _check_rules(config)


def _check_periods(config: ConfigFields) -> None:
    if config.detection_interval.interval <= 0:
        raise DetectorConfigError(
            "Detection interval must be a positive integer", "detection_interval"
        )
    if config.window_delay.interval < 0:
        raise DetectorConfigError(
            "Window delay interval must be a positive integer", "window_delay"
        )
    if config.frequency is None:
        return
    if config.frequency.interval <= 0:
        raise DetectorConfigError("Frequency must be a positive integer", "frequency")
    frequency, interval = config.frequency.milliseconds, config.interval
    if frequency % interval or frequency > _LARGEST_FREQUENCY * interval:
        raise DetectorConfigError(
            f"Frequency ({config.frequency}) must be a multiple of interval "
            f"({config.detection_interval}), including the interval itself.",
            "frequency",
        )


def _check_result_index(index: str | None) -> None:
    if index is None:
        return
    if not index.startswith(RESULT_INDEX_PREFIXES):
        raise DetectorConfigError(
            f"Result index must start with {RESULT_INDEX_PREFIXES[0]}", "result_index"
        )
    if len(index) > _LONGEST_INDEX:
        raise DetectorConfigError(
            "Result index name size must contains less than 255 characters", "result_index"
        )
    if not _INDEX.fullmatch(index):
        raise DetectorConfigError(
            "Result index name has invalid character. Valid characters are a-z, 0-9, -(hyphen) "
            "and _(underscore)",
            "result_index",
        )


def _check_names(config: ConfigFields) -> None:
    if not _NAME.fullmatch(config.name):
        raise DetectorConfigError(
            "Valid characters for name are a-z, A-Z, 0-9, -(hyphen), _(underscore) and .(period)",
            "name",
        )
    if len(config.name) > _LONGEST_NAME:
        raise DetectorConfigError(
            f"Name should be shortened. The maximum limit is {_LONGEST_NAME} characters.", "name"
        )
    if len(config.description) > _LONGEST_DESCRIPTION:
        raise DetectorConfigError(
            f"Description length is too long. Max length is {_LONGEST_DESCRIPTION} characters.",
            "description",
        )


def _check_model(config: ConfigFields) -> None:
    if config.recency_emphasis is not None and config.recency_emphasis <= 1:
        raise DetectorConfigError(
            "Recency emphasis must be an integer greater than 1.", "recency_emphasis"
        )
    history = config.history
    if history is not None and history > _LONGEST_HISTORY:
        raise DetectorConfigError(
            f"We cannot look back more than {_LONGEST_HISTORY} intervals.", "history"
        )
    if history is not None and history <= 0:
        raise DetectorConfigError(
            f"history = {history} is not allowed: it must be a positive integer", "history"
        )


def _check_rules(config: ConfigFields) -> None:
    names = [feature.feature_name for feature in config.feature_attributes]
    for rule in config.rules:
        for condition in rule.conditions:
            if condition.feature_name not in names:
                raise DetectorConfigError(
                    f"Suppression Rule Error: there is no feature {condition.feature_name!r}; "
                    f"there are {names}",
                    "rules",
                )
