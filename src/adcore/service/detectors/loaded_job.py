"""A job whose models are there: loaded from what was kept, or learnt from history."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

from adcore.detector import Detector, DetectorConfig, DetectorResults
from adcore.errors import SnapshotError
from adcore.service.detectors.checkpoint import Checkpoint
from adcore.service.detectors.job_keeper import JobKeeper
from adcore.service.detectors.parts import Parts

__all__ = ["LoadedJob", "load_job"]

_log = logging.getLogger(__name__)

# Intervals that are caught up with at a time, and vectors of them.
_CHUNK = 100
_MOST_VECTORS = 500_000
# What a job asks for beyond the models it knows of, and while it does not know any.
_SPARE_BYTES = 2**24
_ALL = 2**62


@dataclass(slots=True)
class LoadedJob:
    """The detector of a job at work.

    Attributes
    ----------
    reached : int
        The last firing whose intervals the models have learnt.
    written : int
        The last firing whose results are known to be written: what came until then is learnt again,
        and not written again.
    last_end : int
        Intervals that end later have no results yet.
    """

    detector: Detector
    keeper: JobKeeper
    reached: int
    written: int
    last_end: int

    def next_firing(self, due: int) -> int:
        """Up to which firing the next look goes."""
        interval = self.detector.config.interval
        vectors = max(1, self.detector.entity_count)
        intervals = min(_CHUNK, max(1, _MOST_VECTORS // vectors))
        until = min(due, self.reached + intervals * interval)
        return min(until, self.written) if self.reached < self.written else until

    def look(self, parts: Parts, source: Any, until: int) -> DetectorResults:
        """The results of the intervals that ended by a firing."""
        if until > self.written:
            self.keeper.begin(until)
        share_memory(parts, self.detector)
        delay = self.detector.config.window_delay.milliseconds
        return self.detector.process(
            source, start=self.reached - delay, end=until - delay, now=until
        )


def share_memory(parts: Parts, detector: Detector) -> None:
    """Give the models of a job as much memory as it may have now.

    Raises
    ------
    InvalidArgumentError
        If it is not enough for a single model.
    """
    if detector.byte_budget is None:
        return
    wanted = detector.models_state().wanted
    detector.byte_budget = parts.memory.share(detector.id, wanted + wanted // 8 + _SPARE_BYTES)


def load_job(
    parts: Parts,
    detector_id: str,
    enabled_time: int,
    config: DetectorConfig,
    until: int | None = None,
) -> LoadedJob:
    """Models that are kept, or those that learn from what was before the start.

    Parameters
    ----------
    until : int, optional
        The last firing that counts, which may lie before the start: what has learnt from later ones
        is not taken.
    """
    kept = _kept(parts, detector_id, enabled_time)
    if kept is not None and until is not None:
        kept = _as_of(kept, until, is_multi=bool(config.category_fields))
    if kept is None:
        parts.checkpoints.delete(detector_id)
        begin = enabled_time if until is None else until
        kept = Checkpoint(enabled_time, begin, begin, begin, b"")
    models, room = None, dict[str, Any]()
    if parts.detector(detector_id, config).has_many_models:
        models = parts.checkpoints.models(detector_id, kept.reached)
        room["byte_budget"] = parts.memory.share(detector_id, _ALL)
        room["checkpoints"] = models
    if kept.state:
        detector = Detector.from_bytes(kept.state, **room)
    else:
        detector = parts.detector(detector_id, config, **room)
        source = parts.registry.source(config)
        detector.start(source, now=kept.restart, watermark_from_rows=False, with_results=False)
    keeper = JobKeeper(
        parts.checkpoints,
        detector_id,
        kept,
        models,
        intervals=parts.settings.checkpoint_intervals,
        interval=config.interval,
    )
    if not kept.state:
        keeper.commit(detector, kept.restart, parts.clock(), is_first=True)
    delay = config.window_delay.milliseconds
    last_end = parts.writer.last_end(config, detector_id, kept.restart - delay)
    return LoadedJob(detector, keeper, kept.restart, kept.reached, last_end)


def _as_of(kept: Checkpoint, until: int, *, is_multi: bool) -> Checkpoint | None:
    """What was kept, if nothing in it is of a later firing."""
    # Models of many entities are kept one by one, at most of the firings in between.
    newest = kept.reached if is_multi else kept.restart
    return None if newest > until else replace(kept, reached=min(kept.reached, until))


def _kept(parts: Parts, detector_id: str, enabled_time: int) -> Checkpoint | None:
    try:
        return parts.checkpoints.load(detector_id, enabled_time)
    except SnapshotError as error:
        _log.warning("detector %s starts anew: %s", detector_id, error)
        return None
