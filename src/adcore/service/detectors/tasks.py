"""Tasks: what a start of a detector, or an analysis, has come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from adcore.service.detectors.mappings import TASK_MAPPING
from adcore.service.detectors.names import OPENSEARCH_NAMES, STATE
from adcore.service.detectors.settings import DetectionSettings
from adcore.service.system_index import Stored, SystemIndex
from adcore.store import Action, WriteResult
from adcore.store.clock import Clock
from adcore.store.documents import Documents

__all__ = ["DONE", "HISTORICAL", "HISTORICAL_ENTITY", "REAL_TIME", "Tasks", "shown_task"]

REAL_TIME = ("REALTIME_SINGLE_ENTITY", "REALTIME_HC_DETECTOR")
HISTORICAL = ("HISTORICAL_SINGLE_ENTITY", "HISTORICAL_HC_DETECTOR", "HISTORICAL")
HISTORICAL_ENTITY = "HISTORICAL_HC_ENTITY"
DONE = ("FINISHED", "STOPPED", "FAILED")

# The order in which the API writes the fields.
_ORDER = (
    "last_update_time", "started_by", "stopped_by", "error", "state", "detector_id",
    "task_progress", "init_progress", "current_piece", "execution_start_time",
    "execution_end_time", "is_latest", "task_type", "checkpoint_id", "coordinating_node",
    "worker_node", "detector", "detection_date_range", "entity", "parent_task_id",
    "estimated_minutes_left", "user",
)  # fmt: skip
_PROGRESS = ("task_progress", "init_progress")


class Tasks:
    """The task documents.

    Parameters
    ----------
    documents : Documents
    clock : callable
    settings : DetectionSettings
        How many older tasks of a detector are kept beside the latest, of each kind.
    """

    def __init__(self, documents: Documents, clock: Clock, settings: DetectionSettings) -> None:
        self.index = SystemIndex(documents, STATE, TASK_MAPPING, clock, OPENSEARCH_NAMES[STATE])
        self._clock = clock
        self._settings = settings

    def latest(self, detector_id: str, types: Sequence[str]) -> Stored | None:
        """The latest task of some types; None if there was never one."""
        found = self.index.find(_of(detector_id, types, is_latest=True), size=1, sort=_NEWEST)
        return found[0] if found else None

    def get(self, task_id: str) -> Stored | None:
        """A task by its id."""
        return self.index.get(task_id)

    def children(self, task_id: str, states: Sequence[str] = ()) -> list[Stored]:
        """The tasks of the entities of a task."""
        filters: list[dict[str, Any]] = [{"term": {"parent_task_id": task_id}}]
        if states:
            filters.append({"terms": {"state": list(states)}})
        return self.index.find({"bool": {"filter": filters}})

    def unfinished(self, types: Sequence[str]) -> list[Stored]:
        """Tasks of some types that are not done."""
        filters = [{"terms": {"task_type": list(types)}}]
        query = {"bool": {"filter": filters, "must_not": [{"terms": {"state": list(DONE)}}]}}
        return self.index.find(query)

    def create(self, types: Sequence[str], task: Mapping[str, Any]) -> WriteResult:
        """Write a new task; those before of the same types are no longer the latest."""
        detector_id = str(task["detector_id"])
        before = self.index.find(_of(detector_id, types), sort=_NEWEST)
        kept = self._settings.max_old_ad_task_docs_per_detector
        self._delete(before[kept:])
        self.update([(old.id, {"is_latest": False}) for old in before[:kept]])
        return self.index.put({**task, "last_update_time": self._clock(), "is_latest": True})

    def create_children(self, tasks: Iterable[Mapping[str, Any]]) -> list[str]:
        """Write tasks of entities; returns their ids."""
        now = {"last_update_time": self._clock(), "is_latest": True}
        actions = [Action("create", STATE, None, dict(task) | now) for task in tasks]
        return [result.id for result in self.index.write(actions)]

    def update(self, changes: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Change some fields of tasks, all at once."""
        self.index.write(self.updates(changes))

    def updates(self, changes: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Action]:
        """The writes of :meth:`update`, for a bulk with others."""
        now = self._clock()
        return [
            Action("update", STATE, task_id, {"doc": {**_rounded(change), "last_update_time": now}})
            for task_id, change in changes
        ]

    def delete_of(self, detector_id: str) -> None:
        """Forget all tasks of a detector."""
        while found := self.index.find({"term": {"detector_id": detector_id}}):
            self.index.write([Action("delete", STATE, task.id) for task in found])

    def _delete(self, tasks: Sequence[Stored]) -> None:
        """Tasks, and what hangs on them."""
        for task in tasks:
            while children := self.children(task.id):
                self.index.write([Action("delete", STATE, child.id) for child in children])
        self.index.write([Action("delete", STATE, task.id) for task in tasks])


_NEWEST = [{"execution_start_time": {"order": "desc"}}]


def _of(detector_id: str, types: Sequence[str], *, is_latest: bool = False) -> dict[str, Any]:
    filters: list[dict[str, Any]] = [
        {"term": {"detector_id": detector_id}},
        {"terms": {"task_type": list(types)}},
    ]
    if is_latest:
        filters.append({"term": {"is_latest": True}})
    return {"bool": {"filter": filters}}


def _rounded(change: Mapping[str, Any]) -> dict[str, Any]:
    """Progress with the digits that a 32-bit float has, as the API shows it."""
    return {
        name: float(str(np.float32(value))) if name in _PROGRESS else value
        for name, value in change.items()
    }


def shown_task(task: Stored) -> dict[str, Any]:
    """A task as the API writes it; what is not set is left out."""
    source = task.source
    fields = {name: source[name] for name in _ORDER if source.get(name) is not None}
    return {"task_id": task.id, **fields}
