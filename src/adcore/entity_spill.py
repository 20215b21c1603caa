"""The way of models between memory and the store that has those which do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcore import _core
from adcore.arrow import Int64Array
from adcore.checkpoints import CheckpointBatch, CheckpointStore
from adcore.entity_rows import EntityIds
from adcore.errors import InvalidArgumentError

__all__ = ["EntitySpill"]

_NOTHING = CheckpointBatch.join([])
_BYTES_AT_ONCE = 2**26
_ROWS_IN_TURN = 65_536


class EntitySpill:
    """Brings models to memory before their rows, and to the store when they leave or are saved.

    Parameters
    ----------
    cache : _core.EntityCache
    store : CheckpointStore or None
        None: models stay in memory once they are made, and what leaves is gone.
    """

    __slots__ = ("_cache", "_unwritten", "store")

    def __init__(self, cache: _core.EntityCache, store: CheckpointStore | None) -> None:
        self.store = store
        self._cache = cache
        self._unwritten = _NOTHING

    def bring(self, ids: EntityIds, values: Any, times: Int64Array, threads: int) -> int:
        """How many rows, from the first on, have their models in memory now."""
        self.write_evicted()  # of a call that failed: before more has to leave
        count, missing = self._cache.begin(ids, values, times)
        self.write_evicted()
        if self.store is not None and len(missing):
            found = self.store.read(missing)
            if len(found):
                self._cache.restore(found.entities, found.ends, found.data, threads)
        return count

    def write_evicted(self) -> None:
        """What left memory goes to the store; where that fails it waits here for the next try."""
        while self.store is not None:
            if not len(self._unwritten):
                self._unwritten = CheckpointBatch(*self._cache.take_evicted())
            if not len(self._unwritten):
                return
            self.store.write(self._unwritten)
            self._unwritten = _NOTHING

    def save(self, store: CheckpointStore, most: int, threads: int) -> int:
        """Write at most so many changed models, block by block; returns how many."""
        in_block = max(1, _BYTES_AT_ONCE // self._cache.model_bytes())
        saved = 0
        while saved < most:
            wanted = min(in_block, most - saved)
            taken = CheckpointBatch(*self._cache.take_checkpoints(wanted, threads))
            if not len(taken):
                break
            try:
                store.write(taken)
            except BaseException:
                self._cache.mark_changed(taken.entities)
                raise
            saved += len(taken)
        return saved

    def load(self, checkpoints: CheckpointBatch, time: Int64Array, threads: int) -> None:
        """Take models into memory ahead of their next rows.

        Raises
        ------
        InvalidArgumentError
            If they do not fit.
        """
        starts = np.concatenate([np.zeros(1, np.uint64), checkpoints.ends])
        features = self._cache.config.model.forest.input_dimensions
        done = 0
        while done < len(checkpoints):
            turn = slice(done, done + _ROWS_IN_TURN)
            ids = checkpoints.entities[turn]
            count, missing = self._cache.begin(ids, np.full((len(ids), features), np.nan), time)
            if len(missing) != len(ids):
                budget = self._cache.config.byte_budget
                raise InvalidArgumentError(
                    f"byte_budget = {budget} has no room for {len(checkpoints)} models"
                )
            first, last = int(starts[done]), int(starts[done + count])
            ends = checkpoints.ends[turn] - np.uint64(first)
            self._cache.restore(ids, ends, checkpoints.data[first:last], threads)
            self._cache.keep_restored()
            done += count

    def evict_unused(self, before: int) -> int:
        """Move models without a row since a time out of memory; returns how many."""
        total = 0
        while count := self._cache.evict_unused(before):
            total += count
            self.write_evicted()
        return total
