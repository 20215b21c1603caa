"""A configuration as an engine takes it: numbers and texts, filters in place of their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adcore.job.config import JobConfig
from adcore.job.detector_config import JobDetector
from adcore.job.errors import JobError
from adcore.job.rules import DetectionRule

__all__ = ["engine_config", "engine_rules"]

_MOST_MEMORY = 2**62

Filters = Mapping[str, Sequence[str]]


def engine_config(config: JobConfig, filters: Filters, threads: int) -> dict[str, Any]:
    """What the engine of a job is made from.

    Parameters
    ----------
    config : JobConfig
    filters : mapping of str to sequence of str
        The lists that rules name.
    threads : int
    """
    analysis, plot = config.analysis_config, config.model_plot_config
    return {
        "bucket_span": analysis.bucket_span.milliseconds,
        "latency": analysis.latency.milliseconds if analysis.latency is not None else 0,
        "detectors": [_detector(detector, filters) for detector in analysis.detectors],
        "influencers": list(dict.fromkeys(analysis.influencers)),
        "summary_count_field_name": analysis.summary_count_field_name,
        "multivariate_by_fields": bool(analysis.multivariate_by_fields),
        "shape_feature": config.shape_feature,
        "model_prune_window": analysis.model_prune_window.milliseconds,
        "model_memory_limit": min(config.analysis_limits.model_memory_bytes, _MOST_MEMORY),
        "model_plot": plot is not None and plot.enabled,
        "model_plot_terms": sorted(plot.values) if plot is not None else [],
        "threads": threads,
    }


def _detector(detector: JobDetector, filters: Filters) -> dict[str, Any]:
    return {
        "function": detector.function,
        "field_name": detector.field_name,
        "by_field_name": detector.by_field_name,
        "over_field_name": detector.over_field_name,
        "partition_field_name": detector.partition_field_name,
        "use_null": detector.use_null,
        "exclude_frequent": detector.exclude_frequent,
        "custom_rules": engine_rules(detector.custom_rules, filters),
    }


def engine_rules(rules: Sequence[DetectionRule], filters: Filters) -> list[dict[str, Any]]:
    """The rules of a detector.

    Raises
    ------
    JobError
        If there is no filter of a name.
    """
    return [
        {
            "actions": list(rule.actions),
            "force_time_shift": _shift(rule),
            "conditions": [condition.to_api() for condition in rule.conditions],
            "scope": {
                field: {
                    "items": _items(ref.filter_id, filters),
                    "filter_type": ref.filter_type,
                }
                for field, ref in (rule.scope or {}).items()
            },
        }
        for rule in rules
    ]


def _items(filter_id: str, filters: Filters) -> list[str]:
    if filter_id not in filters:
        raise JobError(
            f"No filter with id [{filter_id}] exists",
            type="resource_not_found_exception",
            status=404,
        )
    return list(filters[filter_id])


def _shift(rule: DetectionRule) -> int:
    given = (rule.params or {}).get("force_time_shift") or {}
    return int(given.get("time_shift_amount", 0)) * 1_000
