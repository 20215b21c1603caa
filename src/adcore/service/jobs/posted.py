"""The log of what was posted to open jobs since their models were last kept.

An acknowledged record is either in the models that are kept or in this log. After the end of the
process at any moment the models are loaded and the log is gone through again, with the same
results under the same ids.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from adcore.errors import SnapshotError
from adcore.service.jobs.names import MODELS, POSTED
from adcore.store.checkpoints import Checkpoints

__all__ = ["Call", "KeptModel", "PostedLog"]

_LEVEL = 1
_FORMAT = 1


class Call(msgspec.Struct, frozen=True, array_like=True):
    """One call that changed the models of a job.

    Attributes
    ----------
    kind : str
        ``data`` or ``flush``.
    time : int
        When, epoch milliseconds: what depends on the clock must be the same again.
    content : bytes
        What was posted.
    options : mapping
        How.
    """

    kind: str
    time: int
    content: bytes = b""
    options: dict[str, Any] = msgspec.field(default_factory=dict)


class _Envelope(msgspec.Struct, frozen=True, array_like=True):
    """Models as they are kept: how many calls are in them, and the bytes."""

    format: int
    calls: int
    model: bytes


@dataclass(frozen=True, slots=True)
class KeptModel:
    """The models of a job, and the number of calls that are in them."""

    model: bytes
    calls: int


class PostedLog:
    """Models and log of one job.

    Parameters
    ----------
    checkpoints : Checkpoints
    job_id : str
    """

    def __init__(self, checkpoints: Checkpoints, job_id: str) -> None:
        self._checkpoints = checkpoints
        self._model_key = f"{MODELS}{job_id}|"
        self._prefix = f"{POSTED}{job_id}|"

    def append(self, number: int, call: Call) -> int:
        """Keep the call of a number; on return it is on disk. Returns the bytes of it."""
        blob = zlib.compress(msgspec.msgpack.encode(call), _LEVEL)
        self._checkpoints.put_many({self._key(number): blob})
        return len(blob)

    def after(self, number: int) -> Iterator[tuple[int, Call]]:
        """The calls after a number, in their order.

        Raises
        ------
        SnapshotError
            If one cannot be read.
        """
        for key in sorted(self._checkpoints.keys(self._prefix)):
            found = int(key[len(self._prefix) :])
            if found > number:
                yield found, self._read(key)

    def _read(self, key: str) -> Call:
        blob = self._checkpoints.get_many([key])[key]
        try:
            return msgspec.msgpack.decode(zlib.decompress(blob), type=Call)
        except (zlib.error, msgspec.DecodeError) as error:
            raise SnapshotError(f"what was posted to a job cannot be read: {error}") from error

    def keep(self, model: bytes, number: int) -> None:
        """Keep models that have all calls up to a number in them; those are forgotten."""
        blob = msgspec.msgpack.encode(_Envelope(_FORMAT, number, model))
        self._checkpoints.put_many({self._model_key: blob})
        # A crash before this leaves calls that `after` passes over.
        done = [k for k in self._checkpoints.keys(self._prefix) if k <= self._key(number)]
        self._checkpoints.delete(done)

    def kept(self) -> KeptModel | None:
        """What was kept; None if nothing was.

        Raises
        ------
        SnapshotError
            If it cannot be read.
        """
        blob = self._checkpoints.get_many([self._model_key]).get(self._model_key)
        if blob is None:
            return None
        try:
            found = msgspec.msgpack.decode(blob, type=_Envelope)
        except msgspec.DecodeError as error:
            raise SnapshotError(f"the models of a job cannot be read: {error}") from error
        if found.format != _FORMAT:
            raise SnapshotError(f"the models of a job are of format {found.format}, not {_FORMAT}")
        return KeptModel(found.model, found.calls)

    def forget(self) -> None:
        """Forget models and log."""
        # In one transaction: models without their log, or the other way round, were wrong.
        self._checkpoints.delete([*self._checkpoints.keys(self._prefix), self._model_key])

    def _key(self, number: int) -> str:
        return f"{self._prefix}{number:020d}"
