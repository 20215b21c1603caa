"""The settings of detectors that clients may change while the service runs."""

from __future__ import annotations

from functools import partial
from typing import Any

from adcore.service.cluster_settings import ClusterSetting
from adcore.service.detectors.settings import DetectionSettings

__all__ = ["changeable_settings"]

_PREFIXES = (
    "plugins.anomaly_detection.", "anomaly_detection.", "opendistro.anomaly_detection.",
)  # fmt: skip
# The least and the most of those that are numbers.
_NUMBERS: dict[str, tuple[int, int]] = {
    "max_anomaly_detectors": (0, 10_000),
    "max_multi_entity_anomaly_detectors": (0, 10_000),
    "max_anomaly_features": (0, 10),
    "category_field_limit": (0, 5),
    "max_entities_for_preview": (1, 30),
    "max_concurrent_preview": (1, 20),
    "max_retry_for_end_run_exception": (0, 10_000),
    "max_batch_task_per_node": (1, 1_000),
    "batch_task_piece_size": (1, 10_000),
    "batch_task_piece_interval_seconds": (0, 600),
    "max_old_ad_task_docs_per_detector": (1, 1_000),
    "max_top_entities_for_historical_analysis": (1, 10_000),
    "max_running_entities_per_detector_for_historical_analysis": (1, 1_000),
    "max_model_size_per_node": (0, 10_000),
    "min_samples": (1, 10_000),
}
_FLAGS = ("enabled", "delete_anomaly_result_when_delete_detector", "strict_status")
# Those that are milliseconds; `request_timeout` is seconds here.
_TIMES = ("ad_result_history_rollover_period", "ad_result_history_retention_period")
# What is otherwise here, so that there is nothing to set: scripts that set it go on.
_WITHOUT_EFFECT: dict[str, Any] = {
    "ad_result_history_max_docs_per_shard": 1_350_000_000, "backoff_initial_delay": "1s",
    "backoff_minutes": "15m", "checkpoint_saving_freq": "12h", "checkpoint_ttl": "7d",
    "cooldown_minutes": "5m", "dedicated_cache_size": 10, "detection_interval": "10m",
    "detection_window_delay": "0m", "door_keeper_in_cache.enabled": False,
    "filter_by_backend_roles": False, "hcad_cold_start_interpolation.enabled": False,
    "index_pressure_hard_limit": 0.9, "index_pressure_soft_limit": 0.6,
    "max_entities_per_query": 1_000_000, "max_primary_shards": 10, "max_retry_for_backoff": 3,
    "max_retry_for_unresponsive_node": 5, "model_max_size_percent": 0.1, "page_size": 1_000,
}  # fmt: skip


def changeable_settings(settings: DetectionSettings) -> list[ClusterSetting]:
    """The settings, whose changes go to the attributes of their names.

    Examples
    --------
    >>> settings = DetectionSettings()
    >>> changeable_settings(settings)[0].names[0]
    'plugins.anomaly_detection.max_anomaly_detectors'
    """

    def of(name: str, default: Any = None, **limits: int) -> ClusterSetting:
        known = getattr(settings, name) if default is None else default
        return ClusterSetting(_names(name), known, partial(setattr, settings, name), **limits)

    made = [of(name, least=least, most=most) for name, (least, most) in _NUMBERS.items()]
    made += [of(name) for name in _FLAGS]
    made += [of(name, f"{getattr(settings, name)}ms") for name in _TIMES]

    def set_timeout(milliseconds: int) -> None:
        settings.request_timeout = milliseconds / 1_000

    timeout = f"{int(settings.request_timeout * 1_000)}ms"
    made.append(ClusterSetting(_names("request_timeout"), timeout, set_timeout))
    made += [
        ClusterSetting(_names(name), default, lambda _: None)
        for name, default in _WITHOUT_EFFECT.items()
    ]
    return made


def _names(name: str) -> tuple[str, ...]:
    return tuple(prefix + name for prefix in _PREFIXES)
