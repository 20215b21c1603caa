"""One historical analysis while it runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from adcore.detector import CancelToken, DetectorConfig, Piece, Windows
from adcore.detector.history import analyse, data_range
from adcore.detector.index_source import IndexSource
from adcore.detector.model_id import LONGEST_ENTITY_VALUE
from adcore.detector.scan import ScanRequest
from adcore.detector.stream import DetectionStream
from adcore.errors import AdcoreError, DataError
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.tasks import HISTORICAL_ENTITY
from adcore.store import Action

__all__ = ["CANCELLED", "Analysis"]

_log = logging.getLogger(__name__)

CANCELLED = "Historical analysis cancelled by user"
TOO_LITTLE = "There is not enough data to train model"
NO_ENTITY = "No entity found"

Key = tuple[str, ...]


@dataclass(slots=True)
class _Group:
    """Entities that are analysed at the same time, with the ids of their tasks."""

    stream: DetectionStream
    tasks: dict[Key, str] = field(default_factory=dict)


class Analysis:
    """Runs in a thread of its own; others may look at it, or cancel it.

    Parameters
    ----------
    task_id, detector_id : str
    config : DetectorConfig
    start, end : int
        Epoch milliseconds.
    parts : Parts
    free_slots : callable
        How many entities it may analyse at a time at the moment.

    Attributes
    ----------
    slots : int
        Entities analysed at a time; 1 of a single series.
    total_entities, pending_entities : int
    """

    def __init__(
        self,
        task_id: str,
        detector_id: str,
        config: DetectorConfig,
        start: int,
        end: int,
        parts: Parts,
        free_slots: Callable[[Analysis], int],
    ) -> None:
        self.task_id = task_id
        self.detector_id = detector_id
        self.config = config
        self.slots = 1
        self.total_entities = 0
        self.pending_entities = 0
        self.stopped_by: str | None = None
        self._start, self._end = start, end
        self._parts = parts
        self._free_slots = free_slots
        self._cancel = CancelToken()
        self._pause = threading.Event()
        self._stop_text = CANCELLED
        self._group: _Group | None = None
        self._finished_children = 0

    # -- from other threads

    def cancel(self, user: str | None, text: str = CANCELLED) -> None:
        """End it after the present piece."""
        self.stopped_by, self._stop_text = user, text
        self._cancel.cancel()
        self._pause.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told to end."""
        return self._cancel.is_cancelled

    def stream(self) -> DetectionStream | None:
        """The models at work; None before and after."""
        group = self._group
        return None if group is None else group.stream

    def running_entities(self) -> dict[Key, str]:
        """The entities at work, with the ids of their tasks."""
        group = self._group
        return {} if group is None else dict(group.tasks)

    # -- the work

    def run(self) -> None:
        """Analyse everything, and say in the task what has come of it."""
        try:
            final = self._run()
        except DataError as error:
            final = {"state": "FAILED", "error": str(error)}
        except (AdcoreError, duckdb.Error) as error:
            _log.warning("historical analysis %s failed: %s", self.task_id, error)
            final = {"state": "FAILED", "error": f"Having trouble querying data: {error}"}
        except Exception:  # noqa: BLE001 -- a fault of ours must end in the task, not in a thread
            _log.exception("historical analysis %s failed", self.task_id)
            final = {"state": "FAILED", "error": "We might have bugs."}
        self._conclude(final)

    def _conclude(self, final: dict[str, Any]) -> None:
        counters = self._parts.counters
        if final["state"] == "STOPPED":
            counters.add("ad_canceled_batch_task_count")
        elif final["state"] == "FAILED":
            counters.add("ad_batch_task_failure_count")
        now = {"execution_end_time": self._parts.clock()}
        changes = [
            (child, {"state": final["state"], "error": final["error"], **now})
            for child in self.running_entities().values()
        ]
        try:
            self._parts.tasks.update([*changes, (self.task_id, final | now)])
        except AdcoreError:
            # What is not done when the service starts again is marked then.
            _log.exception("the end of historical analysis %s cannot be stored", self.task_id)
        finally:
            self._group = None

    def _run(self) -> dict[str, Any]:
        if self.is_cancelled:
            return self._stopped()
        self._parts.tasks.update([(self.task_id, {"state": "INIT"})])
        config = replace(self.config, frequency=None)
        windows = Windows.historical(config.interval)
        source = self._parts.registry.source(config)
        first, last = data_range(source, config.time_field, windows, self._start, self._end)
        if (last - first) // config.interval < self._needed():
            raise DataError(TOO_LITTLE)
        if config.category_fields:
            return self._run_entities(config, source, first, last)
        self._parts.counters.add("ad_total_batch_task_execution_count")
        self._group = _Group(self._new_stream(config))
        for piece in self._pieces(source, first, last):
            self._write(piece, [(self.task_id, _progress(piece))])
        return self._stopped() if self._cancel.is_cancelled else _FINISHED

    def _needed(self) -> int:
        return max(self._parts.settings.min_samples, self.config.shingle_size + 1)

    def _new_stream(self, config: DetectorConfig) -> DetectionStream:
        settings = self._parts.detector(self.detector_id, config).settings
        windows = Windows.historical(config.interval)
        return DetectionStream(config, settings, windows, self.detector_id, window_delay=0)

    def _pieces(self, source: IndexSource, first: int, last: int) -> Iterator[Piece]:
        assert self._group is not None  # noqa: S101 -- for the type checker
        settings = self._parts.settings
        for piece in analyse(
            self._group.stream, source, first, last,
            piece_size=settings.batch_task_piece_size, cancel=self._cancel,
        ):  # fmt: skip
            yield piece
            if piece.task_progress < 1 and settings.batch_task_piece_interval_seconds > 0:
                self._pause.wait(settings.batch_task_piece_interval_seconds)

    def _write(self, piece: Piece, changes: Sequence[tuple[str, dict[str, Any]]]) -> None:
        now = self._parts.clock()
        actions: list[Action] = self._parts.tasks.updates(changes)
        self._parts.writer.write(
            self.config,
            piece.results,
            with_actions=actions,
            task_id=self.task_id,
            execution_start_time=now,
            execution_end_time=now,
        )

    def _stopped(self) -> dict[str, Any]:
        final = {"state": "STOPPED", "error": self._stop_text}
        return final if self.stopped_by is None else final | {"stopped_by": self.stopped_by}

    # -- many entities

    def _run_entities(
        self, config: DetectorConfig, source: IndexSource, first: int, last: int
    ) -> dict[str, Any]:
        entities = self._top_entities(config, source, first, last)
        if not entities:
            raise DataError(NO_ENTITY)
        self.total_entities = self.pending_entities = len(entities)
        self._parts.tasks.update([(self.task_id, {"state": "RUNNING"})])
        while self.pending_entities and not self.is_cancelled:
            done = len(entities) - self.pending_entities
            self.slots = max(1, min(self._free_slots(self), self.pending_entities))
            group = entities[done : done + self.slots]
            self.pending_entities -= len(group)
            self._run_group(config, group, first, last)
        if self.is_cancelled:
            return self._stopped()
        if not self._finished_children:
            return {"state": "FAILED", "error": TOO_LITTLE, "task_progress": 1.0}
        # The API's own samples of finished analyses of entities say 0: models are their children's.
        return _FINISHED | {"init_progress": 0.0}

    def _top_entities(
        self, config: DetectorConfig, source: IndexSource, first: int, last: int
    ) -> list[Key]:
        """Those with most documents in the range, without those that never get a model."""
        request = ScanRequest.of_entities(config, start=first, end=last, now=last)
        most = self._parts.settings.max_top_entities_for_historical_analysis
        found = source.top_entities(request, most)
        return [key for key in found if all(len(part) <= LONGEST_ENTITY_VALUE for part in key)]

    def _run_group(
        self, config: DetectorConfig, entities: list[Key], first: int, last: int
    ) -> None:
        self._parts.counters.add("ad_total_batch_task_execution_count", len(entities))
        ids = self._parts.tasks.create_children(self._child(config, key) for key in entities)
        group = _Group(self._new_stream(config), dict(zip(entities, ids, strict=True)))
        self._group = group
        source = IndexSource(self._parts.store.documents, config.indices, entities)
        before = self.total_entities - self.pending_entities - len(entities)
        for piece in self._pieces(source, first, last):
            progress = (before + len(entities) * piece.task_progress) / self.total_entities
            changes = [(child, _progress(piece)) for child in ids]
            self._write(piece, [*changes, (self.task_id, {"task_progress": progress})])
        if not self.is_cancelled:
            self._finish(group)
            self._group = None

    def _finish(self, group: _Group) -> None:
        """The end of the tasks of a group: those whose model was never ready have failed."""
        models = group.stream.models
        ready = {group.stream.key_of(e) for e in models.entities() if models.is_ready(e)}
        now = {"execution_end_time": self._parts.clock()}
        self._finished_children += len(ready)
        failed = len(group.tasks) - len(ready)
        self._parts.counters.add("ad_batch_task_failure_count", failed)
        self._parts.tasks.update([
            (child, (_FINISHED if key in ready else _TOO_LITTLE) | now)
            for key, child in group.tasks.items()
        ])  # fmt: skip

    def _child(self, config: DetectorConfig, key: Key) -> dict[str, Any]:
        named = dict(zip(config.category_fields, key, strict=True))
        task: dict[str, Any] = {
            "state": "RUNNING",
            "detector_id": self.detector_id,
            "task_progress": 0.0,
            "init_progress": 0.0,
            "execution_start_time": self._parts.clock(),
            "task_type": HISTORICAL_ENTITY,
            "coordinating_node": self._parts.node_id,
            "worker_node": self._parts.node_id,
            "detector": self.config.to_json(),
            "detection_date_range": {"start_time": self._start, "end_time": self._end},
            "entity": [{"name": name, "value": named[name]} for name in sorted(named)],
            "parent_task_id": self.task_id,
        }
        user = self.config.user
        return task if user is None else task | {"user": user, "started_by": user["name"]}


_FINISHED = {"state": "FINISHED", "error": "", "task_progress": 1.0, "init_progress": 1.0}
_TOO_LITTLE = {"state": "FAILED", "error": TOO_LITTLE, "task_progress": 1.0}


def _progress(piece: Piece) -> dict[str, Any]:
    return {
        "state": "RUNNING" if piece.init_progress >= 1 else "INIT",
        "task_progress": piece.task_progress,
        "init_progress": piece.init_progress,
        "current_piece": piece.current_piece,
    }
