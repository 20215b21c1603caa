"""What may be changed of a job that exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adcore.job.analysis_config import ANALYSIS_FIELDS, AnalysisConfig
from adcore.job.analysis_limits import LIMIT_FIELDS
from adcore.job.config import JobConfig, Limits
from adcore.job.config_retention import RETENTION_FIELDS, check_retention
from adcore.job.errors import JobError, illegal_argument
from adcore.job.fields import (
    Field,
    Reader,
    array_of,
    flag,
    object_of,
    raw_object,
    read_fields,
    text,
    texts,
    whole,
)
from adcore.job.model_plot_config import read_model_plot_config
from adcore.job.rules import DetectionRule

__all__ = ["updated"]

_ANALYSIS = ("categorization_filters", "model_prune_window", "per_partition_categorization")
_DIRECT = (
    "allow_lazy_open", "custom_settings", "description", "groups", "model_plot_config",
)  # fmt: skip


def updated(
    config: JobConfig,
    body: Mapping[str, Any],
    *,
    is_open: bool = False,
    limits: Limits | None = None,
) -> JobConfig:
    """The configuration after an update.

    Parameters
    ----------
    config : JobConfig
    body : mapping
        As ``_update`` takes it; fields that are not in it stay as they are.
    is_open : bool
        Whether the job is open: then its memory cannot be changed.
    limits : Limits, optional

    Raises
    ------
    JobError
        At the first field that is wrong, in the words of the API.

    Examples
    --------
    >>> config = JobConfig.from_keywords(detectors="count")
    >>> updated(config, {"description": "All of them"}).description
    'All of them'
    """
    given = read_fields(Field("job_update"), body, _UPDATE)
    if given.pop("job_id", config.job_id) != config.job_id:
        raise illegal_argument(
            f"Inconsistent job_id; '{body['job_id']}' specified in the body differs from "
            f"'{config.job_id}' specified as a URL argument"
        )
    changes = {name: given[name] for name in _DIRECT if name in given}
    if "analysis_limits" in given:
        changes["analysis_limits"] = _limits(config, given["analysis_limits"], is_open)
    kept = {name: getattr(config, name) for name in RETENTION_FIELDS}
    changes |= check_retention(kept | {n: given[n] for n in RETENTION_FIELDS if n in given})
    changes["analysis_config"] = _analysis(config.analysis_config, given)
    changed = replace(config, **changes)
    changed.check(limits or Limits())
    return changed


def _limits(config: JobConfig, given: dict[str, int], is_open: bool) -> Any:
    """The limits with what is given of them; more memory needs a job that is closed."""
    if is_open and "model_memory_limit" in given:
        raise JobError(
            "Cannot update analysis_limits while the job is open",
            type="status_exception",
            status=409,
        )
    names = {"model_memory_limit": "model_memory_mb"}
    return replace(config.analysis_limits, **{names.get(n, n): v for n, v in given.items()})


def _analysis(config: AnalysisConfig, given: dict[str, Any]) -> AnalysisConfig:
    changes = {name: given[name] for name in _ANALYSIS if name in given}
    detectors = list(config.detectors)
    for index, change in given.get("detectors", ()):
        if index < 0:
            raise illegal_argument(f"detector_index cannot be less than 0. Value = {index}")
        if index >= len(detectors):
            raise illegal_argument(
                f"Supplied detector_index [{index}] is >= the number of detectors "
                f"[{len(detectors)}]"
            )
        detectors[index] = replace(detectors[index], **change)
        detectors[index].check()
    changed = replace(config, detectors=tuple(detectors), **changes)
    changed.check()
    return changed


def _detector(
    detector_index: int = 0, description: str | None = None, custom_rules: Any = None
) -> tuple[int, dict[str, Any]]:
    change = {"detector_description": description, "custom_rules": custom_rules}
    return detector_index, {name: value for name, value in change.items() if value is not None}


_UPDATE: dict[str, Reader] = {
    "job_id": text,
    "allow_lazy_open": flag,
    "analysis_limits": object_of("analysis_limits", LIMIT_FIELDS, dict),
    "categorization_filters": texts,
    "custom_settings": raw_object,
    "description": text,
    "detectors": array_of(
        object_of(
            "detector_update",
            {
                "detector_index": whole,
                "description": text,
                "custom_rules": array_of(DetectionRule.read),
            },
            _detector,
            required=("detector_index",),
        )
    ),
    "groups": texts,
    "model_plot_config": read_model_plot_config,
    "model_prune_window": ANALYSIS_FIELDS["model_prune_window"],
    "per_partition_categorization": ANALYSIS_FIELDS["per_partition_categorization"],
    **RETENTION_FIELDS,
}
