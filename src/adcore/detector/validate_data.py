"""Whether the data has what a configuration names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcore.detector.aggregation import FeatureAggregation, compile_aggregation
from adcore.detector.config import DetectorConfig
from adcore.detector.errors import DetectorConfigError
from adcore.detector.queries import MATCH_ALL
from adcore.detector.scan import ScanRequest, Source
from adcore.errors import AdcoreError

__all__ = ["check_detector"]

_EMPTY = "Feature has invalid query returning empty aggregated data"
_FAILING = "Feature has an invalid query causing a runtime exception"
# A source may be stricter, as indices are.
_CATEGORY_KINDS = frozenset({"text", "number", "boolean", "other"})


def check_detector(
    config: DetectorConfig, source: Source, after_time_field: Callable[[], None] | None = None
) -> None:
    """Check time field, category fields, and that there are rows and every feature has values.

    Parameters
    ----------
    config : DetectorConfig
    source : Source
    after_time_field : callable, optional
        Further checks, whose place is behind that of the time field.

    Raises
    ------
    DetectorConfigError
        At the first thing that is wrong, in the words of the API.
    """
    fields = source.fields()
    _check_time_field(config, source, fields)
    if after_time_field is not None:
        after_time_field()
    _check_category_fields(config, source, fields)
    if source.time_bounds(config.time_field) is None:
        indices = ", ".join(config.indices) or source.name
        raise DetectorConfigError(
            f"Can't create anomaly detector as no document is found in the indices: [{indices}]",
            "indices",
        )
    _check_features(config, source, fields)
    _check_filter(config, source)


def _check_time_field(config: DetectorConfig, source: Source, fields: dict[str, str]) -> None:
    if config.time_field not in fields:
        raise DetectorConfigError(
            f"Timestamp field: ({config.time_field}) is not found in index mapping", "time_field"
        )
    try:
        source.time_bounds(config.time_field)
    except AdcoreError as error:
        raise DetectorConfigError(
            f"Timestamp field: ({config.time_field}) must be of type date", "time_field"
        ) from error


def _check_category_fields(config: DetectorConfig, source: Source, fields: dict[str, str]) -> None:
    for name in config.category_fields:
        if name not in fields:
            raise DetectorConfigError(
                f"Can't find the categorical field {name} in index {source.name}", "category_field"
            )
        if fields[name] not in getattr(source, "category_kinds", _CATEGORY_KINDS):
            raise DetectorConfigError(
                f"Categorical field {name} must be of type keyword or ip.", "category_field"
            )


def _check_features(config: DetectorConfig, source: Source, fields: dict[str, str]) -> None:
    """Every feature is asked for once, over all rows and whatever the filter."""
    failing: dict[str, str] = {}
    for feature in config.enabled_features:
        try:
            compiled = compile_aggregation(feature.aggregation_query)
            if not _has_values(config, source, compiled, fields):
                failing[feature.feature_name] = _EMPTY
        except AdcoreError:
            failing[feature.feature_name] = _FAILING
    if failing:
        message = ", ".join(f"{text}: {name}" for name, text in failing.items())
        raise DetectorConfigError(message, "feature_attributes", failing)


def _has_values(
    config: DetectorConfig, source: Source, compiled: FeatureAggregation, fields: dict[str, str]
) -> bool:
    for column in compiled.columns:
        if column.field is not None and column.field not in fields:
            return False
    request = ScanRequest(
        config.time_field, compiled.columns, filter_query=dict(MATCH_ALL), by_time=False
    )
    for batch in source.scan(request):
        present = np.ones(len(batch), dtype=np.bool_)
        for values in batch.values:
            present &= ~np.isnan(values)
        if present.any():
            return True
    return False


def _check_filter(config: DetectorConfig, source: Source) -> None:
    """The filter can be applied; that it lets nothing pass is no error of the configuration."""
    request = ScanRequest(config.time_field, filter_query=config.filter_query, by_time=False)
    try:
        next(iter(source.scan(request)), None)
    except AdcoreError as error:
        raise DetectorConfigError(
            f"Custom query error in data filter: {error}", "filter_query"
        ) from error
