"""One historical analysis while it runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from adcore.detector import CancelToken, DetectorConfig, Piece, Windows
from adcore.detector.history import analyse, data_range
from adcore.detector.index_source import IndexSource
from adcore.detector.model_id import LONGEST_ENTITY_VALUE
from adcore.detector.scan import ScanRequest
from adcore.detector.stream import DetectionStream
from adcore.errors import AdcoreError, DataError
from adcore.service.detectors.analysis_checkpoints import AnalysisPlan, Key
from adcore.service.detectors.entity_tasks import FINISHED, TOO_LITTLE, EntityTasks
from adcore.service.detectors.errors import ResultIndexError
from adcore.service.detectors.parts import Parts

__all__ = ["INTERRUPTED", "Analysis"]

_log = logging.getLogger(__name__)

CANCELLED = "Historical analysis cancelled by user"
INTERRUPTED = "Historical analysis was interrupted by ends of the service, again and again"
NO_ENTITY = "No entity found"


class Analysis:
    """Runs in a thread of its own; others may look at it, cancel it, or suspend it.

    One that was suspended, or whose process was killed, goes on where it was: what it had decided
    is kept, its models after each piece, and its task says up to when there are results.

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
        self._is_suspended = False
        self._stream: DetectionStream | None = None
        self._entity_tasks: EntityTasks | None = None

    # -- from other threads

    def cancel(self, user: str | None) -> None:
        """End it after the present piece."""
        self.stopped_by = user
        self._is_suspended = False
        self._cancel.cancel()
        self._pause.set()

    def suspend(self) -> None:
        """Leave off after the present piece, for another process to go on."""
        self._is_suspended = not self.is_cancelled
        self._cancel.cancel()
        self._pause.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told to end."""
        return self._cancel.is_cancelled

    def stream(self) -> DetectionStream | None:
        """The models at work; None before and after."""
        return self._stream

    def running_entities(self) -> dict[Key, str]:
        """The entities at work, with the ids of their tasks."""
        tasks = self._entity_tasks
        return {} if tasks is None else dict(tasks.opened)

    # -- the work

    def run(self) -> None:
        """Analyse everything, and say in the task what has come of it."""
        try:
            final = self._run()
        except DataError as error:
            final = {"state": "FAILED", "error": str(error)}
        except ResultIndexError as error:
            final = {"state": "FAILED", "error": error.reason}
        except (AdcoreError, duckdb.Error) as error:
            _log.warning("historical analysis %s failed: %s", self.task_id, error)
            final = {"state": "FAILED", "error": f"Having trouble querying data: {error}"}
        except Exception:  # noqa: BLE001 -- a fault of ours must end in the task, not in a thread
            _log.exception("historical analysis %s failed", self.task_id)
            final = {"state": "FAILED", "error": "We might have bugs."}
        if final["state"] == "STOPPED" and self._is_suspended:
            self._stream = None
        else:
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
            self._parts.analyses.delete(self.task_id)
        except AdcoreError:
            # What is not done is taken up when the service starts again.
            _log.exception("the end of historical analysis %s cannot be stored", self.task_id)
        finally:
            self._stream = None

    def _run(self) -> dict[str, Any]:
        if self.is_cancelled:
            return self._stopped()
        if not self._parts.analyses.take_up(self.task_id):
            raise DataError(INTERRUPTED)
        config = replace(self.config, frequency=None)
        source = self._parts.registry.source(config)
        plan = self._parts.analyses.plan(self.task_id) or self._begin(config, source)
        if config.category_fields:
            return self._run_entities(config, plan)
        self._parts.counters.add("ad_total_batch_task_execution_count")
        task = self._parts.tasks.get(self.task_id)
        written = None if task is None else task.source.get("current_piece")
        for piece in self._pieces(config, source, plan):
            self._write(piece, written, [(self.task_id, _progress(piece))])
        return self._stopped() if self._cancel.is_cancelled else FINISHED

    def _begin(self, config: DetectorConfig, source: IndexSource) -> AnalysisPlan:
        """Decide what to analyse, and keep it."""
        self._parts.tasks.update([(self.task_id, {"state": "INIT"})])
        windows = Windows.historical(config.interval)
        first, last = data_range(source, config.time_field, windows, self._start, self._end)
        if (last - first) // config.interval < self._needed():
            raise DataError(TOO_LITTLE)
        plan = AnalysisPlan(first, last)
        if config.category_fields:
            plan = replace(plan, entities=self._top_entities(config, source, first, last))
        self._parts.analyses.begin(self.task_id, plan)
        return plan

    def _needed(self) -> int:
        return max(self._parts.settings.min_samples, self.config.shingle_size + 1)

    def _new_stream(self, config: DetectorConfig) -> DetectionStream:
        settings = self._parts.detector(self.detector_id, config).settings
        windows = Windows.historical(config.interval)
        return DetectionStream(config, settings, windows, self.detector_id, window_delay=0)

    def _pieces(
        self,
        config: DetectorConfig,
        source: IndexSource,
        plan: AnalysisPlan,
        group: int = 0,
    ) -> Iterator[Piece]:
        """What is left of a group; its models are kept after each piece that was worked on."""
        settings, kept = self._parts.settings, self._parts.analyses
        stream = self._new_stream(config)
        reached = kept.restore(self.task_id, group, stream)
        self._stream = stream
        for piece in analyse(
            stream, source, plan.first, plan.last, piece_size=settings.batch_task_piece_size,
            cancel=self._cancel, reached=reached,
        ):  # fmt: skip
            yield piece
            if piece.is_exact:
                kept.keep(self.task_id, group, piece.current_piece, stream)
            if piece.task_progress < 1 and settings.batch_task_piece_interval_seconds > 0:
                self._pause.wait(settings.batch_task_piece_interval_seconds)

    def _write(
        self, piece: Piece, written: int | None, changes: Sequence[tuple[str, dict[str, Any]]]
    ) -> None:
        """Write the results of a piece, without those that were written before."""
        results = piece.results
        if written is not None:
            if piece.current_piece <= written:
                return
            results = results[results.data_start_time >= written]
        now = self._parts.clock()
        self._parts.writer.write(
            self.config,
            results,
            with_actions=self._parts.tasks.updates(changes),
            task_id=self.task_id,
            execution_start_time=now,
            execution_end_time=now,
        )

    def _stopped(self) -> dict[str, Any]:
        final = {"state": "STOPPED", "error": CANCELLED}
        return final if self.stopped_by is None else final | {"stopped_by": self.stopped_by}

    # -- many entities

    def _run_entities(self, config: DetectorConfig, plan: AnalysisPlan) -> dict[str, Any]:
        entities = plan.entities
        if not entities:
            raise DataError(NO_ENTITY)
        tasks = EntityTasks(self._parts, self.task_id, self._child_fields(), config)
        self._entity_tasks = tasks
        self.total_entities = len(entities)
        self._parts.tasks.update([(self.task_id, {"state": "RUNNING"})])
        while tasks.done < len(entities) and not self.is_cancelled:
            left = len(entities) - tasks.done
            self.slots = len(tasks.opened) or max(1, min(self._free_slots(self), left))
            self.pending_entities = left - self.slots
            if not tasks.opened:
                tasks.open(entities[tasks.done : tasks.done + self.slots])
            self._run_group(config, plan, tasks)
        if self.is_cancelled:
            return self._stopped()
        if not tasks.finished:
            return {"state": "FAILED", "error": TOO_LITTLE, "task_progress": 1.0}
        # The API's own samples of finished analyses of entities say 0: models are their children's.
        return FINISHED | {"init_progress": 0.0}

    def _top_entities(
        self, config: DetectorConfig, source: IndexSource, first: int, last: int
    ) -> list[Key]:
        """Those with most documents in the range, without those that never get a model."""
        request = ScanRequest.of_entities(config, start=first, end=last, now=last)
        most = self._parts.settings.max_top_entities_for_historical_analysis
        found = source.top_entities(request, most)
        return [key for key in found if all(len(part) <= LONGEST_ENTITY_VALUE for part in key)]

    def _run_group(self, config: DetectorConfig, plan: AnalysisPlan, tasks: EntityTasks) -> None:
        self._parts.counters.add("ad_total_batch_task_execution_count", len(tasks.opened))
        source = IndexSource(self._parts.store.documents, config.indices, list(tasks.opened))
        for piece in self._pieces(config, source, plan, tasks.done):
            progress = (tasks.done + len(tasks.opened) * piece.task_progress) / len(plan.entities)
            changes = [(child, _progress(piece)) for child in tasks.opened.values()]
            changes.append((self.task_id, {"task_progress": progress}))
            self._write(piece, tasks.reached, changes)
        if not self.is_cancelled and self._stream is not None:
            stream, models = self._stream, self._stream.models
            tasks.close({stream.key_of(e) for e in models.entities() if models.facts(e).is_ready})

    def _child_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "detector_id": self.detector_id,
            "coordinating_node": self._parts.node_id,
            "detector": self.config.to_json(),
            "detection_date_range": {"start_time": self._start, "end_time": self._end},
        }
        user = self.config.user
        return fields if user is None else fields | {"user": user, "started_by": user["name"]}


def _progress(piece: Piece) -> dict[str, Any]:
    return {
        "state": "RUNNING" if piece.init_progress >= 1 else "INIT",
        "task_progress": piece.task_progress,
        "init_progress": piece.init_progress,
        "current_piece": piece.current_piece,
    }
