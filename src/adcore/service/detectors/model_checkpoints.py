"""The models of a job in the store, one by one: never ahead of the results that are written."""

from __future__ import annotations

import secrets
import struct

import numpy as np
import numpy.typing as npt

from adcore.checkpoints import CheckpointBatch
from adcore.store.checkpoints import Checkpoints

__all__ = ["ModelCheckpoints"]

_STAMP = struct.Struct("<qQ")  # the firing whose intervals are in it, who wrote it


class ModelCheckpoints:
    """A :class:`adcore.CheckpointStore` of the models of one job.

    A model may have to leave memory while a firing is at work, whose results are not written yet.
    If the process ended then, a model that knows the intervals of this firing could not give their
    results again. So each checkpoint is stamped with its firing and with who wrote it, and one that
    replaces an older one while the firing is at work leaves that beside it, as a spare. Who comes
    after takes what is stamped with a firing whose results are written, else the spare.

    Parameters
    ----------
    checkpoints : Checkpoints
    prefix : str
        That of all keys.
    reached : int
        The last firing whose results were written by others before.
    """

    def __init__(self, checkpoints: Checkpoints, prefix: str, reached: int) -> None:
        self._checkpoints = checkpoints
        self._prefix = prefix
        self._before = reached
        self._own = secrets.randbits(64)
        self._firing = reached
        self._is_working = False

    def begin(self, firing: int) -> None:
        """A firing is at work: its results are not written."""
        self._firing, self._is_working = firing, True

    def commit(self) -> None:
        """They are."""
        self._is_working = False

    def read(self, entities: npt.NDArray[np.uint64]) -> CheckpointBatch:
        """The checkpoints of those of the entities that have one."""
        keys = [self._key(entity) for entity in entities.tolist()]
        found = self._checkpoints.get_many(keys)
        doubtful = [key for key in keys if key in found and not self._holds(found[key])]
        spares = self._checkpoints.get_many([_spare(key) for key in doubtful])
        parts: list[tuple[int, bytes]] = []
        for key, entity in zip(keys, entities.tolist(), strict=True):
            blob = found.get(key)
            if blob is not None and not self._holds(blob):
                blob = spares.get(_spare(key))
            if blob is not None:
                parts.append((entity, blob[_STAMP.size :]))
        return CheckpointBatch.join(parts)

    def write(self, checkpoints: CheckpointBatch) -> None:
        """Keep the checkpoints, in place of earlier ones of the same entities."""
        stamp = _STAMP.pack(self._firing, self._own)
        blobs = {self._key(entity): stamp + blob for entity, blob in checkpoints}
        if self._is_working:
            before = self._checkpoints.get_many(list(blobs))
            blobs |= {_spare(key): blob for key, blob in before.items() if self._is_spare(blob)}
        self._checkpoints.put_many(blobs)

    def _holds(self, blob: bytes) -> bool:
        """Whether it is no more than what others have left half done."""
        firing, writer = _STAMP.unpack_from(blob)
        return bool(writer == self._own or firing <= self._before)

    def _is_spare(self, blob: bytes) -> bool:
        """Whether its results are written."""
        firing, writer = _STAMP.unpack_from(blob)
        return bool(firing < self._firing if writer == self._own else firing <= self._before)

    def _key(self, entity: int) -> str:
        return f"{self._prefix}{entity:016x}"


def _spare(key: str) -> str:
    return f"{key}-"
