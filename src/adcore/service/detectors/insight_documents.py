"""An insight: the events of a time, as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adcore.dates.formats import date_format
from adcore.detector import DetectorConfig
from adcore.service.detectors.correlation import AnomalyWindow, happened_together

__all__ = ["insight_document"]

_COARSE = 30 * 60_000
_TIMES = date_format("yyyy-MM-dd HH:mm")
# Functions that the end of an interval can make unusual alone; others need most of its values.
_OF_EXTREMES = ("max", "min", "percentiles")

Anomaly = Mapping[str, Any]
Configs = Mapping[str, DetectorConfig]


def insight_document(
    anomalies: Sequence[Anomaly], configs: Configs, first: int, last: int, now: int
) -> dict[str, Any] | None:
    """The events among anomalies; None if there is none of two or more.

    Parameters
    ----------
    anomalies : sequence of mapping
        Results with a grade.
    configs : mapping
        Detectors by their ids; there may be none of an anomaly any more.
    first, last : int
        From when to when results were looked at.
    now : int
    """
    different = {(a["model_id"], a["data_start_time"], a["data_end_time"]): a for a in anomalies}
    found = list(different.values())
    groups = happened_together([_window(anomaly, configs) for anomaly in found])
    events = [[found[i] for i in group] for group in groups if len(group) > 1]
    if not events:
        return None
    members = [anomaly for event in events for anomaly in event]
    named = _named(members, configs)
    clusters = [_cluster(event, configs) for event in events]
    return {
        "window_start": first,
        "window_end": last,
        "generated_at": now,
        **{f"doc_{name}": named[name] for name in named if name != "entities"},
        "clusters": sorted(clusters, key=lambda cluster: int(cluster["event_start"])),
        "stats": {
            "num_clusters": len(events),
            "num_anomalies": len(members),
            "num_detectors": len(named["detector_ids"]),
            "num_indices": len(named["indices"]),
            "num_series": len(named["model_ids"]),
        },
    }


def _window(anomaly: Anomaly, configs: Configs) -> AnomalyWindow:
    start, end = int(anomaly["data_start_time"]), int(anomaly["data_end_time"])
    config = configs.get(anomaly["detector_id"])
    interval = end - start if config is None else config.interval
    begins_before = interval >= _COARSE and config is not None and _needs_most_values(config)
    return AnomalyWindow(start, end, interval, begins_before)


def _needs_most_values(config: DetectorConfig) -> bool:
    return any(
        next(iter(feature.aggregation_query[feature.aggregation_name])) not in _OF_EXTREMES
        for feature in config.feature_attributes
        if feature.feature_enabled
    )


def _named(event: Sequence[Anomaly], configs: Configs) -> dict[str, list[str]]:
    """What has a part in an event."""
    ids = {str(anomaly["detector_id"]) for anomaly in event}
    known = [configs[each] for each in ids if each in configs]
    return {
        "detector_ids": sorted(ids),
        "detector_names": sorted({config.name for config in known}),
        "indices": sorted({index for config in known for index in config.indices}),
        "entities": sorted({_entity(anomaly) for anomaly in event if anomaly.get("entity")}),
        "model_ids": sorted({str(anomaly["model_id"]) for anomaly in event}),
    }


def _entity(anomaly: Anomaly) -> str:
    return ",".join(sorted(f"{part['name']}={part['value']}" for part in anomaly["entity"]))


def _cluster(event: Sequence[Anomaly], configs: Configs) -> dict[str, Any]:
    named = _named(event, configs)
    start = min(int(anomaly["data_start_time"]) for anomaly in event)
    end = max(int(anomaly["data_end_time"]) for anomaly in event)
    fields = ("model_id", "detector_id", "data_start_time", "data_end_time")
    ordered = sorted(event, key=lambda one: (one["model_id"], one["data_start_time"]))
    return {
        "event_start": start,
        "event_end": end,
        "cluster_text": _text(named, len(event), start, end),
        **named,
        "num_anomalies": len(event),
        "anomalies": [{name: anomaly[name] for name in fields} for anomaly in ordered],
    }


def _text(named: Mapping[str, Sequence[str]], count: int, start: int, end: int) -> str:
    entities = f", in {len(named['entities'])} entities" if named["entities"] else ""
    return (
        f"{count} anomalies of {len(named['detector_ids'])} detector(s){entities}, "
        f"from {_TIMES.format(start)} to {_TIMES.format(end)} UTC."
    )
