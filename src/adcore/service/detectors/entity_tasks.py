"""The tasks of the entities of an analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adcore.detector import DetectorConfig
from adcore.service.detectors.analysis_checkpoints import Key
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.tasks import DONE, HISTORICAL_ENTITY

__all__ = ["FINISHED", "TOO_LITTLE", "EntityTasks"]

TOO_LITTLE = "There is not enough data to train model"
FINISHED = {"state": "FINISHED", "error": "", "task_progress": 1.0, "init_progress": 1.0}
_FAILED = {"state": "FAILED", "error": TOO_LITTLE, "task_progress": 1.0}


class EntityTasks:
    """Written a group at a time: entities that are analysed together.

    Parameters
    ----------
    parts : Parts
    task_id : str
        Of the analysis.
    fields : mapping
        What their documents have in common.
    config : DetectorConfig

    Attributes
    ----------
    done : int
        Entities whose tasks have ended.
    finished : int
        Those of them whose models were ready.
    opened : dict
        The ids of the tasks of the group at work, by entity.
    reached : int or None
        Up to when it has results; None if it has none.
    """

    def __init__(
        self, parts: Parts, task_id: str, fields: Mapping[str, Any], config: DetectorConfig
    ) -> None:
        self._parts = parts
        self._task_id = task_id
        self._fields = fields
        self._config = config
        self.opened: dict[Key, str] = {}
        self.reached: int | None = None
        found = parts.tasks.children(task_id)
        self.done = sum(child.source["state"] in DONE for child in found)
        self.finished = sum(child.source["state"] == "FINISHED" for child in found)
        for child in found:
            if child.source["state"] not in DONE:
                named = {part["name"]: part["value"] for part in child.source["entity"]}
                self.opened[tuple(named[name] for name in config.category_fields)] = child.id
                self.reached = child.source.get("current_piece")

    def open(self, entities: Sequence[Key]) -> None:
        """Write the tasks of the next group."""
        ids = self._parts.tasks.create_children(self._task(key) for key in entities)
        self.opened, self.reached = dict(zip(entities, ids, strict=True)), None

    def close(self, ready: set[Key]) -> None:
        """The end of the group: entities whose model was never ready have failed."""
        now = {"execution_end_time": self._parts.clock()}
        self._parts.tasks.update([
            (child, (FINISHED if key in ready else _FAILED) | now)
            for key, child in self.opened.items()
        ])  # fmt: skip
        self._parts.counters.add("ad_batch_task_failure_count", len(self.opened) - len(ready))
        self.done += len(self.opened)
        self.finished += len(ready)
        self.opened = {}

    def _task(self, key: Key) -> dict[str, Any]:
        named = dict(zip(self._config.category_fields, key, strict=True))
        return {
            "state": "RUNNING",
            "task_progress": 0.0,
            "init_progress": 0.0,
            "execution_start_time": self._parts.clock(),
            "task_type": HISTORICAL_ENTITY,
            "worker_node": self._parts.node_id,
            "entity": [{"name": name, "value": named[name]} for name in sorted(named)],
            "parent_task_id": self._task_id,
            **self._fields,
        }
