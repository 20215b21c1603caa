"""Keeps what a job has learnt, a part of it at each firing."""

from __future__ import annotations

from adcore.detector import Detector
from adcore.service.detectors.checkpoint import Checkpoint, JobCheckpoints
from adcore.service.detectors.model_checkpoints import ModelCheckpoints

__all__ = ["JobKeeper"]

# Models that are written at a firing, however few are due: together a few MB.
_FEWEST = 256
# Models that are written when the service ends; what is left is learnt again.
_AT_THE_END = 200_000


class JobKeeper:
    """The checkpoints of one run of a job.

    Of a single series all is kept every few intervals. Of many entities each firing writes a part
    of the models that have changed, in turn. When the turn begins anew, the rest of the detector is
    kept; when it begins again, each model has been written since: then the job may restart from
    that moment.

    Parameters
    ----------
    checkpoints : JobCheckpoints
    detector_id : str
    kept : Checkpoint
        What it goes on from; without a state if nothing was kept yet.
    models : ModelCheckpoints, optional
        Where the models of many entities go.
    intervals : int
        Intervals in which everything is kept once.
    interval : int
        Milliseconds.
    """

    def __init__(
        self,
        checkpoints: JobCheckpoints,
        detector_id: str,
        kept: Checkpoint,
        models: ModelCheckpoints | None,
        *,
        intervals: int,
        interval: int,
    ) -> None:
        self._checkpoints = checkpoints
        self._detector_id = detector_id
        self._enabled_time = kept.enabled_time
        self._models = models
        self._intervals = intervals
        self._interval = interval
        self._restart = kept.restart if kept.state else None
        self._saved = kept.restart
        self._next: int | None = None
        self._passes = 0

    def begin(self, firing: int) -> None:
        """A firing is at work."""
        if self._models is not None:
            self._models.begin(firing)

    def commit(self, detector: Detector, firing: int, now: int, *, is_first: bool = False) -> bool:
        """Its results are written; returns whether something was kept.

        ``is_first`` after the models have learnt from history: then all is kept.

        Raises
        ------
        StoreFullError
        """
        if self._models is None:
            if not is_first and firing - self._saved < self._intervals * self._interval:
                return False
            self._keep_all(detector, firing, now)
            return True
        self._models.commit()
        active = detector.models_state().active
        # What was learnt from history would take long to learn again.
        part = None if is_first else max(_FEWEST, -(-active // self._intervals))
        detector.save_models(part)
        self._keep_rest(detector, firing, now)
        return True

    def _keep_rest(self, detector: Detector, firing: int, now: int) -> None:
        state = detector.models_state()
        if state.unsaved == 0:
            self._next = None
            self._passes = state.passes
            self._keep_all(detector, firing, now)
            return
        if state.passes > self._passes:
            self._passes = state.passes
            if self._next is not None:
                self._restart = self._next
            self._next = firing
            self._checkpoints.save_state(self._detector_id, firing, detector.state_bytes())
        if self._restart is not None:
            kept = self._checkpoint(self._restart, firing, now, b"")
            self._checkpoints.save(self._detector_id, kept, with_state=False)
            self._forget_states()

    def _keep_all(self, detector: Detector, firing: int, now: int) -> None:
        kept = self._checkpoint(firing, firing, now, detector.state_bytes())
        self._checkpoints.save(self._detector_id, kept)
        self._restart = self._saved = firing
        self._forget_states()

    def _checkpoint(self, restart: int, reached: int, now: int, state: bytes) -> Checkpoint:
        return Checkpoint(self._enabled_time, restart, reached, now, state)

    def _forget_states(self) -> None:
        firings = {firing for firing in (self._restart, self._next) if firing is not None}
        self._checkpoints.forget_states(self._detector_id, firings)

    def finish(self, detector: Detector, firing: int, now: int) -> None:
        """The service ends after a firing whose results are written."""
        if self._models is None:
            self._keep_all(detector, firing, now)
            return
        self._models.commit()
        detector.save_models(_AT_THE_END)
        self._keep_rest(detector, firing, now)
