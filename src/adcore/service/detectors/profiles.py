"""The state of a detector and of its entities: what clients watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from adcore.detector import DetectorConfig, InitProgress, ScanRequest
from adcore.detector.index_source import IndexSource
from adcore.detector.profile import PROFILE_TYPES, wanted_types
from adcore.errors import AdcoreError, InvalidArgumentError
from adcore.service.detectors.analysis import Analysis
from adcore.service.detectors.errors import refusal
from adcore.service.detectors.historical import Historical
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.real_time import RealTimeRun
from adcore.service.detectors.run_view import RunView, ShownModel, last_active
from adcore.service.detectors.scheduler import DetectorScheduler
from adcore.service.detectors.tasks import HISTORICAL_ENTITY, REAL_TIME, shown_task
from adcore.service.system_index import Stored

__all__ = ["Profiles"]

# Entities of two category fields are counted up to here.
_MOST_COUNTED = 10_000
# Intervals in which the last document of an entity is looked for before it is in all.
_LOOKED_BACK = (8, 256)
_ENTITY_TYPES = ("init_progress", "entity_info", "state", "models")


class Profiles:
    """Answers what a detector is doing, from its run, its job and its tasks.

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

    # -- of a detector

    def profile(self, detector_id: str, types: Sequence[str] | None) -> dict[str, Any]:
        """The profile of a detector.

        Parameters
        ----------
        detector_id : str
        types : sequence of str, optional
            ``state`` and ``error`` by default; names that are none are dropped.

        Raises
        ------
        ApiError
        """
        config = self._parts.registry.config(detector_id)
        try:
            wanted = wanted_types(types)
        except InvalidArgumentError as error:
            raise refusal(str(error)) from error
        facts = self._facts(detector_id, config, wanted)
        found = {name: facts[name] for name in PROFILE_TYPES if facts.get(name) is not None}
        count = facts.get("model_count", 0)
        return found | {"model_count": count} if count else found

    def _facts(
        self, detector_id: str, config: DetectorConfig, wanted: Sequence[str]
    ) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        job = self._parts.jobs.get(detector_id)
        if "state" in wanted:
            facts["state"] = self._state(detector_id, job)
        if job is not None and "error" in wanted:
            facts["error"] = self._error(detector_id)
        if job is not None:
            facts |= self._of_models(detector_id, config, wanted)
        if job is not None and job.source["enabled"]:
            facts |= self._of_job(detector_id, config, wanted)
        if "ad_task" in wanted:
            facts["ad_task"] = self._task(detector_id)
        return facts

    def _run(self, detector_id: str) -> RealTimeRun | None:
        return self._scheduler.get(detector_id)

    def _progress(self, detector_id: str, config: DetectorConfig) -> InitProgress:
        """Of the models that are at work; nothing is learnt before they are loaded."""
        run = self._run(detector_id)
        progress = None if run is None else run.view.progress
        if progress is not None:
            return progress
        return self._parts.detector(detector_id, config).init_progress

    def _state(self, detector_id: str, job: Stored | None) -> str:
        if job is None or not job.source["enabled"]:
            return "DISABLED"
        run = self._run(detector_id)
        progress = None if run is None else run.view.progress
        return "INIT" if progress is None else progress.state

    def _error(self, detector_id: str) -> str:
        task = self._parts.tasks.latest(detector_id, REAL_TIME)
        return "" if task is None else str(task.source.get("error") or "")

    def _of_models(
        self, detector_id: str, config: DetectorConfig, wanted: Sequence[str]
    ) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        run = self._run(detector_id)
        view = RunView() if run is None else run.view
        if "total_size_in_bytes" in wanted:
            facts["total_size_in_bytes"] = view.models.model_bytes
        if "models" in wanted:
            facts["models"] = [self._model(detector_id, model) for model in view.shown] or None
            facts["model_count"] = view.models.active
        if view.progress is not None and not config.category_fields:
            if "shingle_size" in wanted:
                facts["shingle_size"] = config.shingle_size
            if "coordinating_node" in wanted:
                facts["coordinating_node"] = self._parts.node_id
        return facts

    def _model(self, detector_id: str, model: ShownModel) -> dict[str, Any]:
        size = {"model_size_in_bytes": model.bytes, "node_id": self._parts.node_id}
        return model.identity(detector_id) | size

    def _of_job(
        self, detector_id: str, config: DetectorConfig, wanted: Sequence[str]
    ) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        if "init_progress" in wanted:
            facts["init_progress"] = self._progress(detector_id, config).to_json()
        if config.category_fields:
            run = self._run(detector_id)
            view = RunView() if run is None else run.view
            if "total_entities" in wanted:
                facts["total_entities"] = self._count_entities(config, view)
            if "active_entities" in wanted:
                facts["active_entities"] = view.models.active
        return facts

    def _count_entities(self, config: DetectorConfig, view: RunView) -> int:
        most = _MOST_COUNTED if len(config.category_fields) > 1 else 2**31
        if view.entities:
            # Of the same moment as the models; and a million need not be counted anew.
            return min(view.entities, most)
        try:
            source = self._parts.registry.source(config)
        except AdcoreError:
            return 0  # its indices are gone, and the state says so
        return source.count_entities(self._request(config), most)

    def _request(self, config: DetectorConfig) -> ScanRequest:
        return ScanRequest.of_entities(config, now=self._parts.clock())

    # -- of an analysis

    def _task(self, detector_id: str) -> dict[str, Any] | None:
        task = self._historical.latest(detector_id)
        if task is None:
            return None
        shown: dict[str, Any] = {"ad_task": shown_task(task)}
        analysis = self._historical.get(detector_id)
        if analysis is None or analysis.task_id != task.id:
            return shown
        if analysis.config.category_fields:
            return shown | self._of_entities(analysis, task)
        return shown | self._of_model(analysis) | {"detector_task_slots": 1}

    def _of_model(self, analysis: Analysis, key: tuple[str, ...] = ()) -> dict[str, Any]:
        stream = analysis.stream()
        if stream is None:
            return {"shingle_size": analysis.config.shingle_size, "node_id": self._parts.node_id}
        models = stream.models
        number = stream.entity_of(key)
        facts = models.facts(-1 if number is None else number)
        return {
            "shingle_size": analysis.config.shingle_size,
            "rcf_total_updates": facts.updates,
            "threshold_model_trained": facts.is_ready,
            "threshold_model_training_data_size": 0,
            "model_size_in_bytes": facts.bytes,
            "node_id": self._parts.node_id,
        }

    def _of_entities(self, analysis: Analysis, task: Stored) -> dict[str, Any]:
        running = analysis.running_entities()
        entities = {key: _entity(analysis.config, key) for key in running}
        return {
            "node_id": self._parts.node_id,
            "task_id": task.id,
            "task_type": task.source["task_type"],
            "detector_task_slots": analysis.slots,
            "total_entities_inited": analysis.total_entities > 0,
            "total_entities_count": analysis.total_entities,
            "pending_entities_count": analysis.pending_entities,
            "running_entities_count": len(running),
            "running_entities": [msgspec.json.encode(e).decode() for e in entities.values()],
            "entity_task_profiles": [
                self._of_model(analysis, key)
                | {"entity": entities[key], "task_id": child, "task_type": HISTORICAL_ENTITY}
                for key, child in running.items()
            ],
        }

    # -- of an entity

    def entity(self, detector_id: str, entity: Any, types: Sequence[str] | None) -> dict[str, Any]:
        """The profile of one entity.

        Parameters
        ----------
        detector_id : str
        entity : list of mapping
            ``name`` and ``value`` of each category field.
        types : sequence of str, optional
            ``init_progress``, ``entity_info``, ``state`` (the default) and ``models``.

        Raises
        ------
        ApiError
        """
        config = self._parts.registry.config(detector_id)
        named = _named(config, entity)
        wanted = _ENTITY_TYPES if types and "_all" in types else types or ["state"]
        if not set(wanted) & set(_ENTITY_TYPES):
            raise refusal("profiles to collect are missing or invalid")
        key = tuple(named[name] for name in config.category_fields)
        facts = self._of_entity(detector_id, config, key, named)
        names = [name for name in _SHOWN if _SHOWN[name] in wanted]
        return {name: facts[name] for name in names if facts.get(name) is not None}

    def _of_entity(
        self,
        detector_id: str,
        config: DetectorConfig,
        key: tuple[str, ...],
        named: dict[str, str],
    ) -> dict[str, Any]:
        run = self._run(detector_id)
        detector = None if run is None else run.detector
        own: dict[str, Any] = {"is_active": False}
        if detector is not None:
            own = detector.entity_profile(**named)
            seen = detector.last_seen(**named)
            own["last_active_timestamp"] = last_active(config, seen)
        if "model" in own:
            own["model"] |= {"node_id": self._parts.node_id}
        try:
            own["last_sample_timestamp"] = self._last_sample(config, key)
        except AdcoreError:
            own["last_sample_timestamp"] = None  # the indices are gone
        return own

    def _last_sample(self, config: DetectorConfig, key: tuple[str, ...]) -> int | None:
        """The time of the last document of an entity; nearly always it is among the newest."""
        source = IndexSource(self._parts.store.documents, config.indices, [key])
        request = self._request(config)
        now = self._parts.clock()
        starts = [now - intervals * config.interval for intervals in _LOOKED_BACK]
        for start in (*starts, None):
            found = source.last_time(replace(request, start=start))
            if found is not None:
                return found
        return None


# The fields of an entity's profile in their order, and the type that each belongs to.
_SHOWN = {
    "is_active": "entity_info",
    "last_active_timestamp": "entity_info",
    "last_sample_timestamp": "entity_info",
    "init_progress": "init_progress",
    "model": "models",
    "state": "state",
}


def _entity(config: DetectorConfig, key: tuple[str, ...]) -> list[dict[str, str]]:
    named = dict(zip(config.category_fields, key, strict=True))
    return [{"name": name, "value": named[name]} for name in sorted(named)]


def _named(config: DetectorConfig, entity: Any) -> dict[str, str]:
    """The values of the category fields, all of them."""
    if not config.category_fields:
        raise refusal("This is not a high cardinality detector")
    if not isinstance(entity, list) or not entity:
        raise refusal("Empty entity attributes")
    named = {
        str(part.get("name")): str(part.get("value"))
        for part in entity
        if isinstance(part, Mapping)
    }
    for name in named:
        if name not in config.category_fields:
            raise refusal(f"Cannot find {name}")
    if len(named) != len(config.category_fields):
        raise refusal("Cannot find entity")
    return named
