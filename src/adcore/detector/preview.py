"""A preview: what a detector would have found, on little data and in one go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from adcore.detector.config import DetectorConfig
from adcore.detector.errors import DetectorConfigError
from adcore.detector.history import analyse, data_range
from adcore.detector.json_values import as_milliseconds
from adcore.detector.results import DetectorResults
from adcore.detector.scan import Source
from adcore.detector.settings import ModelSettings
from adcore.detector.stream import DetectionStream
from adcore.detector.windows import Windows
from adcore.errors import DataError, InvalidArgumentError

__all__ = ["check_period", "preview", "preview_documents"]

MAX_ENTITIES = 5
# Intervals without which a preview says nothing, and those of an entity that it shows at most.
FEWEST_INTERVALS = 400
MOST_RESULTS = 1_000


def check_period(start: Any, end: Any) -> tuple[int, int]:
    """The period of a preview.

    Raises
    ------
    InvalidArgumentError
        In the words of the API.
    """
    first, last = as_milliseconds(start), as_milliseconds(end)
    if first is None or last is None:
        raise InvalidArgumentError(
            "Must set both period start and end date with epoch of milliseconds"
        )
    if first >= last:
        raise InvalidArgumentError("Period start date should be before end date")
    return first, last


def preview(
    config: DetectorConfig,
    settings: ModelSettings,
    source: Source,
    start: int,
    end: int,
    detector_id: str | None,
) -> DetectorResults:
    """Results from the first whole shingle on, of the entities with most data, thinned out.

    Every interval is looked at: the field takes every n-th of a long period and a straight line
    between, which no spike survives. What is thinned out are results, and anomalies stay.
    """
    if not config.feature_attributes:
        raise DetectorConfigError("Can't preview detector without feature", "feature_attributes")
    windows = Windows.preview(config.interval, start)
    stream = DetectionStream(
        replace(config, frequency=None), replace(settings, seed=0), windows, detector_id, 0
    )
    try:
        first, last = data_range(source, config.time_field, windows, start, end)
    except DataError:
        return DetectorResults.empty(stream.context)
    pieces = analyse(
        stream, source, first, last, piece_size=MOST_RESULTS, max_entities=MAX_ENTITIES
    )
    results = DetectorResults.concat([piece.results for piece in pieces])
    results = results[results.has_data]
    counts = np.bincount(results.entity, minlength=len(results.entities))
    return _thinned(results[counts[results.entity] >= FEWEST_INTERVALS], config.shingle_size)


def _thinned(results: DetectorResults, shingle_size: int) -> DetectorResults:
    """Of each entity the whole shingles; of too many the strongest of every few."""
    shown = np.zeros(len(results), dtype=np.bool_)
    for entity in np.unique(results.entity).tolist():
        rows = np.flatnonzero(results.entity == entity)[shingle_size - 1 :]
        step = -(-len(rows) // MOST_RESULTS)
        for first in range(0, len(rows), max(1, step)):
            few = rows[first : first + step]
            shown[few[np.argmax(results.anomaly_grade[few])]] = True
    return results[shown]


def preview_documents(results: DetectorResults) -> list[dict[str, Any]]:
    """The items of the API's ``anomaly_result``."""
    context = results.context
    made = []
    for row, document in enumerate(results.rows(task_id="")):
        item: dict[str, Any] = {
            "detector_id": context.detector_id,
            "data_start_time": document["data_start_time"],
            "data_end_time": document["data_end_time"],
            "schema_version": 0,
            "feature_data": document["feature_data"],
            "anomaly_grade": float(results.anomaly_grade[row]),
            "confidence": float(results.confidence[row]),
        }
        item |= {name: document[name] for name in _EXTRAS if name in document}
        made.append(item)
    return made


_EXTRAS = (
    "entity", "user", "approx_anomaly_start_time", "relevant_attribution", "past_values",
    "expected_values",
)  # fmt: skip
