"""Suggestions for a detector that is being made, and its run over one interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adcore.detector import DetectorConfig, DetectorConfigError
from adcore.detector.period import Period
from adcore.detector.preview import check_period
from adcore.errors import InvalidArgumentError
from adcore.service.detectors.errors import TextRefusal, refusal
from adcore.service.detectors.parts import Parts

__all__ = ["run_once", "suggest"]

_TYPES = ("detection_interval", "history", "window_delay", "shingle_size")
_MINUTE = 60_000


def suggest(parts: Parts, types: str, body: Any) -> dict[str, Any]:
    """What would suit the data of a detector.

    Parameters
    ----------
    parts : Parts
    types : str
        ``detection_interval``, ``history``, ``window_delay``, ``shingle_size``, with commas.
    body : mapping
        The detector.

    Raises
    ------
    ApiError
    """
    wanted = [name.strip() for name in types.split(",")]
    if not all(name in _TYPES for name in wanted):
        text = "The given suggest type doesn't exist"
        raise refusal(text, parts.settings.fault_status, "illegal_state_exception")
    try:
        config = parts.registry.parse(body)
    except DetectorConfigError as error:
        raise parts.registry.refused(error) from error
    interval = _interval(parts, config)
    suited = replace(config, detection_interval=interval, frequency=None)
    answer: dict[str, Any] = {}
    if "detection_interval" in wanted:
        answer["interval"] = interval.to_json()["period"]
    if "history" in wanted:
        samples = parts.detector("", suited).settings.samples_needed(suited)
        answer["history"] = suited.history_intervals(samples)
    if "window_delay" in wanted:
        answer["windowDelay"] = _delay(parts, config).to_json()["period"]
    if "shingle_size" in wanted:
        answer["shingleSize"] = config.shingle_size
    return answer


def _interval(parts: Parts, config: DetectorConfig) -> Period:
    """The shortest of whole minutes that the data is dense enough for."""
    trial = replace(config, detection_interval=Period(1), frequency=None)
    found = parts.detector("", trial).validate(
        parts.registry.source(trial), "model", now=parts.clock()
    )
    issue = found.get("model", {}).get("detection_interval", {})
    return Period.read("detection_interval", issue.get("suggested_value", Period(1)))


def _delay(parts: Parts, config: DetectorConfig) -> Period:
    """As late as the last row is."""
    bounds = parts.registry.source(config).time_bounds(config.time_field)
    late = 0 if bounds is None else max(0, parts.clock() - bounds[1])
    return Period(-(-late // _MINUTE))


def run_once(parts: Parts, detector_id: str, body: Any) -> dict[str, Any]:
    """The result of the interval that ends at ``period_end``, by models that learn what was before.

    The models of a job are left alone.

    Raises
    ------
    TextRefusal, ApiError
    """
    request = body if isinstance(body, Mapping) else {}
    try:
        start, end = check_period(request.get("period_start"), request.get("period_end"))
    except InvalidArgumentError as error:
        raise TextRefusal(str(error)) from error
    config = parts.registry.config(detector_id)
    if not config.enabled_features:
        raise refusal("Can't start detector job as no features configured")
    detector = parts.detector(detector_id, config)
    samples = detector.settings.samples_needed(config)
    before = config.history_intervals(samples) * config.interval
    delay = config.window_delay.milliseconds
    results = detector.run(
        parts.registry.source(config), start - before, end, started_at=end + delay
    )
    last = results[results.data_end_time == end]
    documents = [_one(document) for document in last.rows(task_id="")]
    if config.category_fields:
        return {"anomaly_result": documents}
    return documents[0] if documents else {"features": [], "error": "No data in current window"}


def _one(document: dict[str, Any]) -> dict[str, Any]:
    shown = {k: v for k, v in document.items() if k not in ("task_id", "feature_data", "user")}
    return {**shown, "features": document["feature_data"]}
