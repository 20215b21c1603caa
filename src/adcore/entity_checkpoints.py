"""The models of a cache as checkpoints: written to its store, or kept by others."""

from __future__ import annotations

from typing import Any

from adcore import _core
from adcore.checkpoints import CheckpointBatch
from adcore.config import integer
from adcore.entity_rows import entity_ids, times_of
from adcore.entity_spill import EntitySpill
from adcore.errors import InvalidArgumentError
from adcore.threads import Threaded

__all__ = ["MANY", "EntityCheckpoints"]

MANY = 2**62
"""More than there can be of anything."""


class EntityCheckpoints(Threaded):
    """What an :class:`adcore.EntityCache` gives away of its models, and takes."""

    __slots__ = ("_cache", "_spill")

    _cache: _core.EntityCache
    _spill: EntitySpill

    def save(self, models: int | None = None) -> int:
        """Write models that changed since they were written last to the store; returns how many.

        Parameters
        ----------
        models : int, optional
            At most so many, in turn: calls with a sixtieth of all write each model every sixty
            calls. By default all, block by block.

        Raises
        ------
        InvalidArgumentError
            If there is no store.
        Exception
            What the store raises; the models count as changed still.
        """
        store = self._spill.store
        if store is None:
            raise InvalidArgumentError("store = None is not allowed: models are saved to a store")
        most = MANY if models is None else integer("models", models, 0, MANY)
        return self._spill.save(store, most, self._threads)

    def take_checkpoints(self, models: int) -> CheckpointBatch:
        """At most ``models`` models that changed since they were written last.

        They are for the caller to write, and count as written.
        """
        count = integer("models", models, 0, MANY)
        return CheckpointBatch(*self._cache.take_checkpoints(count, self._threads))

    def mark_changed(self, entities: Any) -> None:
        """Models that were taken and could not be written count as changed again."""
        self._cache.mark_changed(entity_ids(entities))

    def copy(self, entities: Any) -> CheckpointBatch:
        """Checkpoints of those of the entities whose models are in memory.

        For who keeps models elsewhere than in the store: they count as changed afterwards.
        """
        ids = entity_ids(entities)
        self._cache.mark_changed(ids)
        taken = self.take_checkpoints(MANY)
        self._cache.mark_changed(taken.entities)
        return taken

    def load(self, checkpoints: CheckpointBatch, timestamp: Any) -> None:
        """Take models into memory ahead of their next rows.

        Parameters
        ----------
        checkpoints : CheckpointBatch
            Those of a cache with the same options, of entities that are not in memory.
        timestamp : int
            When they were last in use, milliseconds since 1970-01-01 UTC.

        Raises
        ------
        InvalidArgumentError
            If there is a store: models come from there by themselves. If the budget is too small.
        SnapshotError
            If one is not the checkpoint of its entity.
        """
        if self._spill.store is not None:
            raise InvalidArgumentError("a cache with a store takes its models from there")
        self._spill.load(checkpoints, times_of(timestamp, 1), self._threads)
