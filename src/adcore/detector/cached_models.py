"""Models of many entities: small ones, in memory as many as a budget allows."""

from __future__ import annotations

import struct
from itertools import islice
from typing import Any

import numpy as np

from adcore.arrow import FloatArray, Int64Array, UInt32Array
from adcore.checkpoints import CheckpointBatch
from adcore.detector.entity_directory import EntityDirectory
from adcore.detector.models import ModelFacts, ModelRoom, ModelsState
from adcore.detector.verdicts import Anomalies, Verdicts
from adcore.entity_cache import EntityCache
from adcore.errors import InvalidArgumentError, SnapshotError

__all__ = ["CachedModels"]

# Is any ready, most updates, last time, number of models, their bytes.
_HEADER = struct.Struct("<?QqQQ")
# Memory is taken in parts of a dozen models, so that few entities take little.
_CHUNK_BYTES = 2**17
_NO_LIMIT = 2**62


class CachedModels:
    """An :class:`adcore.EntityCache` whose entities are those of a directory.

    Parameters
    ----------
    options : dict
        Those of every model; see :class:`adcore.EntityCache`.
    directory : EntityDirectory
    room : ModelRoom

    Raises
    ------
    InvalidArgumentError
        If the budget has no room for a single model.
    """

    def __init__(
        self, options: dict[str, Any], directory: EntityDirectory, room: ModelRoom
    ) -> None:
        self._directory = directory
        self._store = room.store
        # A row that a model has learnt already comes again after a crash, and is left out.
        self._cache = EntityCache(
            **options,
            byte_budget=_NO_LIMIT if room.byte_budget is None else room.byte_budget,
            store=room.store,
            admission="all",
            dedicated_models=0,
            chunk_bytes=_CHUNK_BYTES,
            late_rows="skip",
        )
        self._was_ready = False
        self._had_updates = 0
        self._last_time = 0

    def process(
        self, entities: UInt32Array, timestamps: Int64Array, values: FloatArray
    ) -> Verdicts:
        """Score, grade and learn vectors; those of one entity in their order."""
        result = self._cache.process(self._directory.ids[entities], values, timestamps)
        self._last_time = max(self._last_time, int(timestamps.max(initial=0)))
        found = result.anomalies
        return Verdicts(
            score=result.score,
            grade=result.grade,
            confidence=result.confidence,
            threshold=result.threshold,
            status_code=result.status_code,
            anomalies=Anomalies(
                found.row, found.expected, found.past, found.attribution, found.anomaly_start
            ),
        )

    def state(self) -> ModelsState:
        """Counts and bytes."""
        profile = self._cache.profile()
        self._was_ready |= profile.ready > 0
        self._had_updates = max(self._had_updates, profile.most_updates)
        out = max(0, len(self._directory) - profile.active)
        return ModelsState(
            active=profile.active,
            bytes=profile.memory_bytes if profile.entities else 0,
            model_bytes=profile.active * self._cache.model_bytes,
            is_ready=self._was_ready,
            updates=self._had_updates,
            wanted=profile.memory_bytes + out * self._cache.model_bytes,
            evicted=profile.evicted,
            unsaved=profile.changed,
            passes=profile.passes,
        )

    @property
    def byte_budget(self) -> int | None:
        """Bytes that models in memory may take; None: no limit. May be set while running."""
        budget = self._cache.byte_budget
        return None if budget == _NO_LIMIT else budget

    @byte_budget.setter
    def byte_budget(self, value: int) -> None:
        self._cache.byte_budget = value

    def entities(self, most: int | None = None) -> list[int]:
        """The entities whose model is in memory, at most so many."""
        ids = enumerate(self._directory.ids)
        return list(islice((number for number, id_ in ids if int(id_) in self._cache), most))

    def facts(self, entity: int) -> ModelFacts:
        """Of its model in memory. May be asked from any thread, also while models learn."""
        try:
            # One question, as each may have to wait until the cache has done its turn.
            model = self._cache.model(self._id(entity))
        except InvalidArgumentError:
            return ModelFacts()
        return ModelFacts(self._cache.model_bytes, model.total_updates, model.is_ready)

    def model_bytes(self, entity: int) -> int:
        """Bytes of a model in memory; 0 without one."""
        return self._cache.model_bytes if self._id(entity) in self._cache else 0

    def _id(self, entity: int) -> int:
        return int(self._directory.ids[entity]) if 0 <= entity < len(self._directory) else 0

    def save(self, most: int | None = None) -> int:
        """Write models that changed to the store, at most so many; returns how many."""
        return 0 if self._store is None else self._cache.save(most)

    def to_bytes(self) -> bytes:
        """What the store does not have: without one, all models."""
        held = CheckpointBatch.join([])
        if self._store is None:
            held = self._cache.copy(self._directory.ids)
        state = self.state()
        header = _HEADER.pack(
            state.is_ready, state.updates, self._last_time, len(held), len(held.data)
        )
        arrays = (held.entities.astype("<u8"), held.ends.astype("<u8"), held.data)
        return header + b"".join(array.tobytes() for array in arrays)

    def restore(self, data: bytes) -> None:
        """Go on where :meth:`to_bytes` was.

        Raises
        ------
        SnapshotError
            If the bytes are anything else.
        """
        if len(data) < _HEADER.size:
            raise SnapshotError("the models of the detector are cut short")
        ready, updates, last, count, size = _HEADER.unpack_from(data)
        if len(data) != _HEADER.size + 16 * count + size:
            raise SnapshotError("the models of the detector are not as long as they state")
        numbers = np.frombuffer(data, "<u8", 2 * count, _HEADER.size).astype(np.uint64)
        content = np.frombuffer(data, np.uint8, size, _HEADER.size + 16 * count)
        if count:
            self._cache.load(CheckpointBatch(numbers[:count], numbers[count:], content), last)
        self._was_ready, self._had_updates, self._last_time = ready, updates, last
