"""Figures about the service and its models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adcore.service.detectors.historical import Historical
from adcore.service.detectors.names import RESULTS_PATTERN
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.real_time import RealTimeRun
from adcore.service.detectors.run_view import ShownModel
from adcore.service.detectors.scheduler import DetectorScheduler
from adcore.service.errors import illegal_argument
from adcore.service.parameters import unrecognized
from adcore.store.names import matching_names

__all__ = ["CLUSTER_STATS", "NODE_STATS", "Stats"]

CLUSTER_STATS = (
    "anomaly_detectors_index_status", "anomaly_detection_state_status",
    "single_entity_detector_count", "detector_count", "multi_entity_detector_count",
    "anomaly_detection_job_index_status", "models_checkpoint_index_status",
    "anomaly_results_index_status",
)  # fmt: skip
NODE_STATS = (
    "ad_execute_request_count", "models", "ad_canceled_batch_task_count",
    "ad_hc_execute_request_count", "ad_hc_execute_failure_count", "model_count",
    "ad_execute_failure_count", "ad_batch_task_failure_count",
    "ad_total_batch_task_execution_count", "ad_executing_batch_task_count",
)  # fmt: skip


class Stats:
    """The figures of one service.

    Parameters
    ----------
    parts : Parts
    scheduler : Scheduler
    historical : Historical
    """

    def __init__(self, parts: Parts, scheduler: DetectorScheduler, historical: Historical) -> None:
        self._parts = parts
        self._scheduler = scheduler
        self._historical = historical

    def stats(
        self, path: str, nodes: str | None = None, names: str | None = None
    ) -> dict[str, Any]:
        """The answer of the API.

        Parameters
        ----------
        path : str
            Of the request, for errors.
        nodes, names : str, optional
            Which nodes (ids, patterns of them, ``_all``, ``_local``) and figures, with commas
            between them; all by default.

        Raises
        ------
        ApiError
            If a figure is none.
        """
        wanted = _wanted(path, names)
        answer: dict[str, Any] = {}
        if nodes is None:
            answer |= self._cluster([name for name in CLUSTER_STATS if name in wanted])
        is_asked = nodes is None or any(map(self._is_meant, nodes.split(",")))
        node = self._node([name for name in NODE_STATS if name in wanted]) if is_asked else None
        return answer | {"nodes": {} if node is None else {self._parts.node_id: node}}

    def _is_meant(self, pattern: str) -> bool:
        """Whether a node of a request is this one."""
        if pattern in ("_all", "_local"):
            return True
        return bool(matching_names(pattern, [self._parts.node_id]))

    def _cluster(self, names: Sequence[str]) -> dict[str, Any]:
        registry, exists = self._parts.registry, self._parts.store.documents.exists
        facts: dict[str, Callable[[], Any]] = {
            "anomaly_detectors_index_status": lambda: _status(registry.index.exists),
            "anomaly_detection_state_status": lambda: _status(self._parts.tasks.index.exists),
            "single_entity_detector_count": lambda: (
                registry.count() - registry.count_multi_entity()
            ),
            "detector_count": registry.count,
            "multi_entity_detector_count": registry.count_multi_entity,
            "anomaly_detection_job_index_status": lambda: _status(self._parts.jobs.index.exists),
            "models_checkpoint_index_status": lambda: _status(not self._parts.checkpoints.is_empty),
            "anomaly_results_index_status": lambda: _status(exists(RESULTS_PATTERN)),
        }
        return {name: facts[name]() for name in names}

    def _node(self, names: Sequence[str]) -> dict[str, Any]:
        facts: dict[str, Any] = {
            **self._parts.counters.values(),
            "ad_executing_batch_task_count": self._historical.running,
        }
        if "models" in names or "model_count" in names:
            facts |= self._models()
        return {name: facts[name] for name in names}

    def _models(self) -> dict[str, Any]:
        shown: list[dict[str, Any]] = []
        count, most = 0, self._parts.settings.max_model_size_per_node
        for run in self._scheduler.runs():
            count += run.view.models.active
            shown += [_model(run, model) for model in run.view.shown[: most - len(shown)]]
        return {"models": shown, "model_count": count}


def _model(run: RealTimeRun, model: ShownModel) -> dict[str, Any]:
    used = model.last_active
    facts: dict[str, Any] = {
        "detector_id": run.detector_id,
        "model_type": "entity" if model.entity else "rcf",
        "last_used_time": run.last_used_time if used is None else used,
    }
    if run.last_checkpoint_time is not None:
        facts["last_checkpoint_time"] = run.last_checkpoint_time
    return facts | model.identity(run.detector_id)


def _wanted(path: str, names: str | None) -> set[str]:
    known = {*CLUSTER_STATS, *NODE_STATS}
    listed = [] if names is None else [name for name in names.split(",") if name]
    if not listed or listed == ["_all"]:
        return known
    if "_all" in listed:
        raise illegal_argument(f"Request {path} contains _all and individual stats")
    unknown = [name for name in listed if name not in known]
    if unknown:
        raise unrecognized(path, "stat", unknown, sorted(known))
    return set(listed)


def _status(exists: bool) -> str:
    return "green" if exists else "non-existent"
