"""The models of a job as it is kept: the detector, and up to when it has worked."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from adcore.detector import Detector
from adcore.errors import SnapshotError
from adcore.service.detectors.names import CHECKPOINTS
from adcore.store.checkpoints import Checkpoints

__all__ = ["Checkpoint", "CheckpointStore"]

_HEADER = struct.Struct("<4sHxxqqq")  # magic, version, enabled_time, reached, written
_MAGIC, _VERSION = b"adcJ", 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A detector at work.

    Attributes
    ----------
    detector : Detector
    enabled_time : int
        Of which start of the job it is.
    reached : int
        The last firing of the job whose intervals are in the models, epoch milliseconds.
    written : int
        When it was kept.
    """

    detector: Detector
    enabled_time: int
    reached: int
    written: int


class CheckpointStore:
    """One checkpoint per job."""

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints

    def save(self, detector_id: str, checkpoint: Checkpoint) -> None:
        """Keep it instead of the one before.

        Raises
        ------
        StoreFullError
        """
        header = _HEADER.pack(
            _MAGIC, _VERSION, checkpoint.enabled_time, checkpoint.reached, checkpoint.written
        )
        blob = header + checkpoint.detector.to_bytes()
        self._checkpoints.put_many({CHECKPOINTS + detector_id: blob})

    def load(self, detector_id: str, enabled_time: int) -> Checkpoint | None:
        """What was kept of this start of the job; None if there is nothing.

        Raises
        ------
        SnapshotError
            If it is damaged, or from a newer release.
        """
        key = CHECKPOINTS + detector_id
        blob = self._checkpoints.get_many([key]).get(key)
        if blob is None:
            return None
        if len(blob) < _HEADER.size:
            raise SnapshotError(f"{len(blob)} bytes are too few for the models of a job")
        magic, version, enabled, reached, written = _HEADER.unpack_from(blob)
        if magic != _MAGIC or version != _VERSION:
            raise SnapshotError("these bytes are no models of a job of this release")
        if enabled != enabled_time:
            return None
        return Checkpoint(Detector.from_bytes(blob[_HEADER.size :]), enabled, reached, written)

    def delete(self, detector_id: str) -> None:
        """Forget what was kept."""
        self._checkpoints.delete([CHECKPOINTS + detector_id])

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return next(iter(self._checkpoints.keys(CHECKPOINTS)), None) is None
