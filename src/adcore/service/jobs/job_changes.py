"""What a job that is open has to be told when its configuration changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adcore.job import Job, JobConfig

__all__ = ["configure"]

# What an update may change of a job, besides its detectors and limits.
_UPDATABLE = (
    "allow_lazy_open", "background_persist_interval", "custom_settings",
    "daily_model_snapshot_retention_after_days", "description", "groups", "model_plot_config",
    "model_snapshot_retention_days", "renormalization_window_days", "results_retention_days",
)  # fmt: skip


def configure(
    job: Job,
    config: JobConfig,
    filters: Mapping[str, Sequence[str]],
    events: Sequence[Mapping[str, Any]],
) -> None:
    """Let a job go on with another configuration, the present filters and events.

    The configuration is one that the job's own came to by updates, while it was closed or by
    another way.
    """
    job.set_filters(dict(filters))
    job.update(_update_of(config))
    job.set_calendar(list(events))


def _update_of(config: JobConfig) -> dict[str, Any]:
    """The update that leads to a configuration."""
    shown = config.to_api()
    body = {name: shown[name] for name in _UPDATABLE if name in shown}
    body["analysis_limits"] = shown["analysis_limits"]
    body["detectors"] = [
        {
            "detector_index": index,
            "description": detector["detector_description"],
            "custom_rules": detector.get("custom_rules", []),
        }
        for index, detector in enumerate(shown["analysis_config"]["detectors"])
    ]
    return body
