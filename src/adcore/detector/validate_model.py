"""Whether the data is dense enough for a model, and what to change where it is not."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.arrow import Int64Array
from adcore.detector.config import DetectorConfig
from adcore.detector.entity_keys import entity_numbers
from adcore.detector.feature_plan import FeaturePlan
from adcore.detector.period import Period
from adcore.detector.queries import MATCH_ALL
from adcore.detector.scan import ScanRequest, Source

__all__ = ["Finding", "check_model"]

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
# Shares of intervals with data: dense enough for a model, and hopelessly sparse.
_DENSE, _SPARSE = 0.75, 0.25
_FEWEST_INTERVALS = 512
_STEPS = 10
_LONGEST_MINUTES = 60
_GROW, _SHRINK = 1.2, 0.8

NO_HISTORY = "There isn't enough historical data found with current timefield selected."
NO_ENTITY = (
    "No entity was found with the given categorical fields. Consider revising category field/s "
    "or ingesting more data"
)
INTERVAL = (
    "The selected detector interval might collect sparse data. Consider changing interval length "
    "to: {}"
)
SPARSE_SOURCE = (
    "Source index data is potentially too sparse for model training. Consider changing interval "
    "length or ingesting more data"
)
SPARSE_FILTER = "Data is too sparse after data filter is applied. Consider changing the data filter"
SPARSE_ENTITY = (
    "Data is most likely too sparse with the given category fields. Consider revising category "
    "field/s or ingesting more data"
)
SPARSE_FEATURES = (
    "Data is most likely too sparse when given feature queries are applied. Consider revising "
    "feature queries"
)
LATE = (
    "Latest seen data point is at least {0} minutes ago, consider changing window delay to at "
    "least {0} minutes."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What may keep a model from being trained.

    Attributes
    ----------
    field : str
        The field to change.
    message : str
    suggested : Period or None
    sub_issues : dict or None
        Text per feature.
    """

    field: str
    message: str
    suggested: Period | None = None
    sub_issues: dict[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """As the API writes it."""
        issue: dict[str, Any] = {"message": self.message}
        if self.sub_issues:
            issue["sub_issues"] = self.sub_issues
        if self.suggested is not None:
            issue["suggested_value"] = self.suggested.to_json()
        return issue


@dataclass(frozen=True, slots=True)
class _Sample:
    """Times of rows, sorted: all, those that pass the filter, of the top entity, with features."""

    latest: int
    source: Int64Array
    filtered: Int64Array
    entity: Int64Array
    features: list[Int64Array]
    complete: Int64Array

    def share(self, times: Int64Array, interval: int) -> float:
        """The share of the last intervals that hold a row."""
        count = max(_DAY // interval, _FEWEST_INTERVALS)
        begin = self.latest + 1 - count * interval
        recent = times[np.searchsorted(times, begin) :]
        return len(np.unique((recent - begin) // interval)) / count


def check_model(config: DetectorConfig, source: Source, now: int | None) -> Finding | None:
    """The first thing that may keep a model from being trained; None if nothing does."""
    bounds = source.time_bounds(config.time_field)
    now = bounds[1] if now is None and bounds is not None else now
    if bounds is None or now is None or bounds[0] > now:
        return Finding("time_field", NO_HISTORY)
    sample = _take_sample(config, source, now)
    if sample is None:
        return Finding("category_field", NO_ENTITY)
    if sample.share(sample.complete, config.interval) <= _DENSE:
        suggested = _denser_interval(config.interval, sample)
        if suggested is not None:
            message = INTERVAL.format(suggested)
            return Finding("detection_interval", message, Period(suggested))
        sparse = _sparse(config, sample)
        if sparse is not None:
            return sparse
    return _check_delay(config, sample.latest, now)


def _take_sample(config: DetectorConfig, source: Source, now: int) -> _Sample | None:
    """None where no row has an entity."""
    plan = FeaturePlan.of(config)
    # The longest interval that is tried needs the longest look back.
    reach = max(config.interval * _FEWEST_INTERVALS, _HOUR * _FEWEST_INTERVALS, _DAY)
    request = replace(plan.request(config), start=now - reach, end=now + 1)
    anything = ScanRequest(config.time_field, start=request.start, end=request.end)
    everything = _times(source, anything)
    filtered = everything
    if config.filter_query != MATCH_ALL:
        filtered = _times(source, replace(anything, filter_query=config.filter_query))
    entity, present = _of_top_entity(source, request)
    if len(entity) == 0 and config.category_fields and len(filtered):
        return None
    features = []
    for function in plan.functions:
        positions = [int(field) for field in function.fields]
        features.append(entity[present[:, positions].all(axis=1)] if len(entity) else entity)
    complete = entity[present.all(axis=1)] if len(entity) else entity
    latest = int(everything[-1]) if len(everything) else now
    return _Sample(latest, everything, filtered, entity, features, complete)


def _times(source: Source, request: ScanRequest) -> Int64Array:
    parts = [batch.timestamps for batch in source.scan(request)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _of_top_entity(
    source: Source, request: ScanRequest
) -> tuple[Int64Array, npt.NDArray[np.bool_]]:
    """Times of the entity with most rows, and which columns have a value in each row."""
    numbers: dict[tuple[Any, ...], int] = {}
    times, owners, present = [], [], []
    for batch in source.scan(request):
        times.append(batch.timestamps)
        owners.append(entity_numbers(batch, numbers))
        present.append(~np.isnan(np.column_stack(batch.values)))
    if not times:
        return np.empty(0, dtype=np.int64), np.empty((0, len(request.columns)), dtype=np.bool_)
    owner = np.concatenate(owners)
    mine = owner == np.argmax(np.bincount(owner)) if len(owner) else owner.astype(np.bool_)
    return np.concatenate(times)[mine], np.concatenate(present)[mine]


def _denser_interval(interval: int, sample: _Sample) -> int | None:
    """Minutes of an interval that is dense enough; longer ones are tried first."""
    minutes = -(-interval // _MINUTE)
    longer = minutes
    for _ in range(_STEPS):
        longer = math.ceil(longer * _GROW)
        if longer >= _LONGEST_MINUTES:
            break
        if sample.share(sample.complete, longer * _MINUTE) > _DENSE:
            return longer
    shorter = minutes
    for _ in range(_STEPS):
        shorter = math.floor(shorter * _SHRINK)
        if shorter < 1:
            break
        if sample.share(sample.complete, shorter * _MINUTE) > _DENSE:
            return shorter
    return None


def _sparse(config: DetectorConfig, sample: _Sample) -> Finding | None:
    interval = config.interval
    if sample.share(sample.source, interval) < _DENSE:
        return Finding("indices", SPARSE_SOURCE)
    if sample.share(sample.filtered, interval) < _SPARSE:
        return Finding("filter_query", SPARSE_FILTER)
    if config.category_fields and sample.share(sample.entity, interval) < _SPARSE:
        return Finding("category_field", SPARSE_ENTITY)
    sparse = {
        name: SPARSE_FEATURES
        for name, times in zip(config.feature_names, sample.features, strict=True)
        if sample.share(times, interval) < _SPARSE
    }
    if sparse:
        return Finding("feature_attributes", SPARSE_FEATURES, sub_issues=sparse)
    return None


def _check_delay(config: DetectorConfig, latest: int, now: int) -> Finding | None:
    behind = now - latest
    if behind <= config.window_delay.milliseconds:
        return None
    minutes = -(-behind // _MINUTE)
    return Finding("window_delay", LATE.format(minutes), Period(minutes))
