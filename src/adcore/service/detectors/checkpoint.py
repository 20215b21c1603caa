"""What a job has learnt, as it is kept: the detector, and up to when it has worked."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from adcore.errors import SnapshotError
from adcore.service.detectors.model_checkpoints import ModelCheckpoints
from adcore.service.detectors.names import CHECKPOINTS
from adcore.store.checkpoints import Checkpoints

__all__ = ["Checkpoint", "JobCheckpoints"]

_HEADER = struct.Struct("<4sHxxqqqq")  # magic, version, enabled_time, restart, reached, written
_MAGIC, _VERSION = b"adcJ", 2


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A detector at work.

    Attributes
    ----------
    enabled_time : int
        Of which start of the job it is.
    restart : int
        The firing after which ``state`` was taken: who goes on from it feeds again what came
        since. Each model has learnt at least all until then.
    reached : int
        The last firing whose results are known to be written.
    written : int
        When it was kept.
    state : bytes
        See :meth:`adcore.Detector.state_bytes`.
    """

    enabled_time: int
    restart: int
    reached: int
    written: int
    state: bytes


class JobCheckpoints:
    """One checkpoint per job, and its models."""

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints

    def save(self, detector_id: str, checkpoint: Checkpoint, *, with_state: bool = True) -> None:
        """Keep it instead of the one before.

        Parameters
        ----------
        with_state : bool
            False: the state of this restart is kept already.

        Raises
        ------
        StoreFullError
        """
        header = _HEADER.pack(
            _MAGIC, _VERSION, checkpoint.enabled_time, checkpoint.restart, checkpoint.reached,
            checkpoint.written,
        )  # fmt: skip
        blobs = {_key(detector_id): header}
        if with_state:
            blobs[_state_key(detector_id, checkpoint.restart)] = checkpoint.state
        self._checkpoints.put_many(blobs)

    def save_state(self, detector_id: str, firing: int, state: bytes) -> None:
        """Keep a state that a later checkpoint may restart from."""
        self._checkpoints.put_many({_state_key(detector_id, firing): state})

    def forget_states(self, detector_id: str, keep: set[int]) -> None:
        """Forget all states but those of some firings."""
        wanted = {_state_key(detector_id, firing) for firing in keep}
        kept = self._checkpoints.keys(_key(detector_id, "state:"))
        self._checkpoints.delete([key for key in kept if key not in wanted])

    def load(self, detector_id: str, enabled_time: int) -> Checkpoint | None:
        """What was kept of this start of the job; None if there is nothing.

        Raises
        ------
        SnapshotError
            If it is damaged, or from a newer release.
        """
        key = _key(detector_id)
        header = self._checkpoints.get_many([key]).get(key)
        if header is None:
            return None
        if len(header) != _HEADER.size:
            raise SnapshotError(f"{len(header)} bytes are no checkpoint of a job")
        magic, version, enabled, restart, reached, written = _HEADER.unpack(header)
        if magic != _MAGIC or version != _VERSION:
            raise SnapshotError("these bytes are no checkpoint of a job of this release")
        if enabled != enabled_time:
            return None
        key = _state_key(detector_id, restart)
        state = self._checkpoints.get_many([key]).get(key)
        if state is None:
            raise SnapshotError("the state of the detector is gone")
        return Checkpoint(enabled, restart, reached, written, state)

    def models(self, detector_id: str, reached: int) -> ModelCheckpoints:
        """The models of a job whose results are written up to a firing."""
        return ModelCheckpoints(self._checkpoints, _key(detector_id, "model:"), reached)

    def delete(self, detector_id: str) -> None:
        """Forget what was kept."""
        self._checkpoints.delete([_key(detector_id)])
        self._checkpoints.delete_prefix(_key(detector_id, ""))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return next(iter(self._checkpoints.keys(CHECKPOINTS)), None) is None


def _key(detector_id: str, part: str | None = None) -> str:
    whole = CHECKPOINTS + detector_id
    return whole if part is None else f"{whole}:{part}"


def _state_key(detector_id: str, firing: int) -> str:
    return _key(detector_id, f"state:{firing}")
