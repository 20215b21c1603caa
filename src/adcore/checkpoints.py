"""Models on their way out of memory and back: many checkpoints as one block of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["CheckpointBatch", "CheckpointStore", "MemoryCheckpoints"]


@dataclass(frozen=True, slots=True, eq=False)
class CheckpointBatch:
    """The checkpoints of some models, end to end.

    Attributes
    ----------
    entities : uint64 array of shape (n,)
        Whose models they are.
    ends : uint64 array of shape (n,)
        Where each checkpoint ends in ``data``; the first begins at 0.
    data : uint8 array
        All checkpoints.
    """

    entities: npt.NDArray[np.uint64]
    ends: npt.NDArray[np.uint64]
    data: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.entities)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Pairs of entity and checkpoint."""
        first = 0
        for entity, end in zip(self.entities.tolist(), self.ends.tolist(), strict=True):
            yield entity, self.data[first:end].tobytes()
            first = end

    @classmethod
    def join(cls, parts: list[tuple[int, bytes]]) -> CheckpointBatch:
        """The checkpoints of (entity, bytes) pairs."""
        sizes = np.array([len(part) for _, part in parts], np.uint64)
        return cls(
            np.array([entity for entity, _ in parts], np.uint64),
            np.cumsum(sizes, dtype=np.uint64),
            np.frombuffer(b"".join(part for _, part in parts), np.uint8),
        )


class CheckpointStore(Protocol):
    """Where an :class:`EntityCache` puts models that do not fit its memory.

    ``read`` must give what ``write`` was given last for an entity. When ``write`` returns, the
    checkpoints are safe; when it raises, the cache keeps them and tries again with its next call.
    """

    def read(self, entities: npt.NDArray[np.uint64]) -> CheckpointBatch:
        """The checkpoints of those of the entities that have one, in any order."""
        ...  # pragma: no cover (a protocol)

    def write(self, checkpoints: CheckpointBatch) -> None:
        """Keep the checkpoints, in place of earlier ones of the same entities."""
        ...  # pragma: no cover (a protocol)


class MemoryCheckpoints:
    """Checkpoints in a dictionary: for tests, and for models that outlive a cache.

    Examples
    --------
    >>> store = MemoryCheckpoints()
    >>> store.write(CheckpointBatch.join([(7, b"seven"), (9, b"nine")]))
    >>> list(store.read(np.array([9, 8], np.uint64)))
    [(9, b'nine')]
    """

    def __init__(self) -> None:
        self._checkpoints: dict[int, bytes] = {}

    def read(self, entities: npt.NDArray[np.uint64]) -> CheckpointBatch:
        """The checkpoints of those of the entities that have one."""
        known = self._checkpoints
        return CheckpointBatch.join([(e, known[e]) for e in entities.tolist() if e in known])

    def write(self, checkpoints: CheckpointBatch) -> None:
        """Keep the checkpoints."""
        self._checkpoints.update(checkpoints)

    def __len__(self) -> int:
        return len(self._checkpoints)
