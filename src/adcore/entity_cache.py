"""One model per entity, as many in memory as a budget of bytes allows."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from adcore import _core
from adcore.checkpoints import CheckpointStore
from adcore.config import choice, integer
from adcore.entity_checkpoints import MANY, EntityCheckpoints
from adcore.entity_result import EntityProfile, EntityResult
from adcore.entity_rows import (
    ResultColumns,
    entity_id,
    entity_ids,
    join_anomalies,
    part_of_times,
    times_of,
)
from adcore.entity_spill import EntitySpill
from adcore.frames import field_names
from adcore.matrix import matrix
from adcore.options import MAXIMUM_THREADS, thresholded_config, thresholded_options
from adcore.thresholded import ThresholdedForest

__all__ = ["EntityCache"]

_ADMISSIONS = ("all", "priority", "doorkeeper")
_COMPACT_TREES = 8
_ROWS_IN_TURN = 8_192
"""Rows between two looks for Ctrl-C, and for what other threads ask: about a tenth of a second."""


class EntityCache(EntityCheckpoints):
    """A thresholded forest for each of up to millions of entities.

    Every model is one block of memory of :attr:`model_bytes` bytes. Where not all fit, those in use
    least leave memory for ``store`` and come back with their next row; results do not depend on it.

    Parameters
    ----------
    input_dimensions : int
        Values in one row.
    byte_budget : int
        Bytes that the cache may hold, with all its tables. May be set while running.
    store : CheckpointStore, optional
        Where models go that do not fit. Without one a model stays once it is made, and entities
        that come when memory is full get none.
    admission : {"priority", "all", "doorkeeper"}
        Which entities get a model. "all": every one. "priority": where memory is short, only one
        that is in use more than the least used in memory. "doorkeeper": as "priority", and only at
        its second row within ``doorkeeper_intervals``.
    interval : int
        Milliseconds from one row of an entity to the next, to which priorities refer.
    dedicated_models : int
        Models whose memory is set aside from the start and kept, whatever ``byte_budget`` becomes.
    chunk_bytes : int
        Memory for models comes and goes in parts of so many bytes, and of a 64th of the budget, at
        most.
    spill_bytes : int
        Bytes of models on their way to the store at a time; an eighth of the budget at most.
    inactive_entities : int
        Entities without a model whose priority is remembered.
    doorkeeper_entities, doorkeeper_intervals : int
        How many entities the doorkeeper tells apart, and after how many intervals it forgets.
    threads : int
        Threads that one call may use; results are the same for any number.
    **options
        Options of :class:`ThresholdedForest` for every model. They are compact, with 8 trees unless
        ``number_of_trees`` says otherwise; ``late_rows`` may not be "refuse". Published settings:
        ``preset="opensearch"``.

    Notes
    -----
    The model of entity *e* gives what a ``ThresholdedForest(..., compact=True)`` of its own would
    give, bit for bit; :meth:`model` takes it out. A cache may be used from several threads, one
    call at a time.

    Examples
    --------
    >>> import numpy as np
    >>> from adcore import EntityCache
    >>> cache = EntityCache(1, byte_budget=100_000_000)
    >>> entities = np.arange(50)
    >>> for minute in range(400):
    ...     values = np.sin((minute + entities) / 5)
    ...     if minute == 399:
    ...         values[17] = 4.0
    ...     result = cache.process(entities, values, minute * 60_000)
    >>> result.entity[result.grade > 0].tolist()
    [17]
    >>> cache.profile().ready
    50
    """

    __slots__ = ()

    def __init__(
        self,
        input_dimensions: int,
        *,
        byte_budget: int = 2**30,
        store: CheckpointStore | None = None,
        admission: str = "priority",
        interval: int = 60_000,
        dedicated_models: int = 10,
        chunk_bytes: int = 2**22,
        spill_bytes: int = 2**26,
        inactive_entities: int = 1_000_000,
        doorkeeper_entities: int = 1_000_000,
        doorkeeper_intervals: int = 60,
        threads: int = 1,
        preset: str = "default",
        **options: Any,
    ) -> None:
        self._threads = integer("threads", threads, 1, MAXIMUM_THREADS)
        config = _core.EntityCacheConfig()
        config.model = _model_config(input_dimensions, preset, options)
        config.byte_budget = integer("byte_budget", byte_budget, 1, MANY)
        config.spill = store is not None
        config.admission = choice("admission", admission, _ADMISSIONS)
        config.interval = integer("interval", interval, 1, MANY)
        config.dedicated_models = integer("dedicated_models", dedicated_models, 0, 2**31 - 1)
        config.chunk_bytes = integer("chunk_bytes", chunk_bytes, 0, MANY)
        config.spill_bytes = integer("spill_bytes", spill_bytes, 0, MANY)
        config.inactive_entities = integer("inactive_entities", inactive_entities, 0, 2**31 - 1)
        config.doorkeeper_entities = integer("doorkeeper_entities", doorkeeper_entities, 1, 2**31)
        config.doorkeeper_intervals = integer("doorkeeper_intervals", doorkeeper_intervals, 1, MANY)
        self._cache = _core.EntityCache(config)
        self._spill = EntitySpill(self._cache, store)

    def process(self, entities: Any, X: Any, timestamps: Any) -> EntityResult:
        """Score and grade each row by the model of its entity, then let that model learn it.

        Parameters
        ----------
        entities : array-like of int of shape (n,)
            From 0 to 2**64 - 1; such as the codes of interned names. The rows of one entity are
            taken in order.
        X : array-like or table of shape (n, input_dimensions), or (n,) when input_dimensions is 1
            Missing values are treated as by :meth:`ThresholdedForest.process`.
        timestamps : int, or array-like of shape (n,)
            Milliseconds since 1970-01-01 UTC of all rows, or the times of each.

        Returns
        -------
        EntityResult
            The same for any split of the rows into calls, and for any number of threads.

        Raises
        ------
        InvalidArgumentError
            If a shape does not fit.
        DataError
            If a value is text or a time is missing.
        SnapshotError
            If the store gives what is no checkpoint of the entity asked for.
        Exception
            What the store raises. Some rows may be learnt then; no model is lost.
        """
        ids = entity_ids(entities)
        values = matrix(X, self._cache.config.model.forest.input_dimensions)
        times = times_of(timestamps, len(ids))
        columns = ResultColumns.of(len(ids))
        found: list[tuple[Any, dict[str, Any]]] = []
        done = 0
        while done < len(ids) or not found:
            turn = slice(done, min(done + _ROWS_IN_TURN, len(ids)))
            count = self._spill.bring(
                ids[turn], values[turn], part_of_times(times, turn), self._threads
            )
            turn = slice(done, done + count)
            rows, anomalies = self._cache.process(
                ids[turn], values[turn], part_of_times(times, turn), *columns.part(turn),
                self._threads,
            )  # fmt: skip
            if len(rows) or not found:
                found.append((rows + np.uint64(done), anomalies))
            done += count
        names = field_names(X, values.shape[1])
        every_time = np.broadcast_to(times, len(ids)) if len(times) == 1 else times
        return EntityResult(ids, every_time, *columns, join_anomalies(found, names))

    def evict_unused(self, before: Any) -> int:
        """Move models without a row since the time ``before`` out of memory; returns how many.

        Without a store they are gone.
        """
        return self._spill.evict_unused(int(times_of(before, 1)[0]))

    def model(self, entity: int) -> ThresholdedForest:
        """A copy of the model of an entity as a forest of its own.

        Raises
        ------
        InvalidArgumentError
            If it is not in memory.
        """
        return ThresholdedForest._around(self._cache.model(entity_id(entity)))

    def priority(self, entity: int) -> float | None:
        """How much an entity is in use; ``None`` for one that is not known.

        The logarithm of the number of its rows, each counted e^(1/8) times as much as one an
        interval before.
        """
        return self._cache.priority(entity_id(entity))

    def lowest_priority(self, now: Any) -> float | None:
        """The priority of the shared model that leaves first, relative to the time ``now``.

        To be compared between caches. ``None`` if there are no models beyond the dedicated ones.
        """
        return self._cache.lowest_priority(int(times_of(now, 1)[0]))

    def profile(self) -> EntityProfile:
        """Counts of entities, models and bytes."""
        profile = self._cache.profile()
        return EntityProfile(**{f.name: getattr(profile, f.name) for f in fields(EntityProfile)})

    def memory_bytes(self) -> int:
        """Bytes held now, with all tables."""
        return self._cache.memory_bytes()

    @property
    def model_bytes(self) -> int:
        """Bytes of one model."""
        return self._cache.model_bytes()

    @property
    def byte_budget(self) -> int:
        """Bytes that the cache may hold. May be set while running.

        Models that do not fit a smaller budget leave at once, or with the next rows.
        """
        return self._cache.config.byte_budget

    @byte_budget.setter
    def byte_budget(self, value: int) -> None:
        self._cache.set_byte_budget(integer("byte_budget", value, 1, MANY))
        self._spill.write_evicted()

    def __contains__(self, entity: int) -> bool:
        return self._cache.contains(entity_id(entity))

    def __len__(self) -> int:
        return self.profile().active

    def __repr__(self) -> str:
        profile = self.profile()
        return (
            f"{type(self).__name__}({profile.active} of {profile.entities} entities in memory, "
            f"{profile.memory_bytes} of {profile.byte_budget} bytes)"
        )


def _model_config(
    input_dimensions: int, preset: str, options: dict[str, Any]
) -> _core.ThresholdedForestConfig:
    allowed = set(thresholded_options()) - {"compact", "input_dimensions"}
    for name in options:
        if name not in allowed:
            raise TypeError(f"{name!r} is no option of an EntityCache")
    compact = {"number_of_trees": _COMPACT_TREES} | options | {"compact": True}
    return thresholded_config({"input_dimensions": input_dimensions} | compact, preset)
