"""The models of a detector, whatever holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from adcore.arrow import FloatArray, Int64Array, UInt32Array
from adcore.checkpoints import CheckpointStore
from adcore.config import integer
from adcore.detector.verdicts import Verdicts
from adcore.errors import InvalidArgumentError

__all__ = ["NO_MODELS", "ModelFacts", "ModelRoom", "Models", "ModelsState"]


@dataclass(frozen=True, slots=True)
class ModelRoom:
    """Where the models of many entities live.

    Attributes
    ----------
    byte_budget : int, optional
        Bytes that models in memory may take with all their tables; no limit by default.
    store : CheckpointStore, optional
        Where models go that do not fit; needed with a budget.

    Raises
    ------
    InvalidArgumentError
        If there is a budget and no store.
    """

    byte_budget: int | None = None
    store: CheckpointStore | None = None

    def __post_init__(self) -> None:
        if self.byte_budget is None:
            return
        integer("byte_budget", self.byte_budget, 1, 2**62)
        if self.store is None:
            raise InvalidArgumentError(
                "checkpoints = None is not allowed with a byte_budget: "
                "models that do not fit have to go somewhere"
            )


@dataclass(frozen=True, slots=True)
class ModelsState:
    """All models, counted at one moment.

    Attributes
    ----------
    active : int
        Models in memory.
    bytes : int
        What they hold, with all tables.
    model_bytes : int
        What they hold themselves: the sum over them.
    is_ready : bool
        Whether any gives scores, in memory or not.
    updates : int
        Intervals learnt by the one that is furthest, in memory or not.
    wanted : int
        Bytes with which the models of all entities known would be in memory.
    evicted : int
        Models that have left memory so far, for want of room.
    unsaved : int
        Models in memory that differ from what the store has.
    passes : int
        How often :meth:`Models.save` has begun anew; see :class:`adcore.EntityProfile`.
    """

    active: int
    bytes: int
    model_bytes: int
    is_ready: bool
    updates: int
    wanted: int = 0
    evicted: int = 0
    unsaved: int = 0
    passes: int = 0


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model, at one moment.

    Attributes
    ----------
    bytes : int
        What it holds; 0 where there is none in memory.
    updates : int
        Intervals it has learnt.
    is_ready : bool
        Whether it gives scores.
    """

    bytes: int = 0
    updates: int = 0
    is_ready: bool = False


NO_MODELS = ModelsState(active=0, bytes=0, model_bytes=0, is_ready=False, updates=0)


class Models(Protocol):
    """Models by the number of their entity, made when an entity is first seen."""

    def process(
        self, entities: UInt32Array, timestamps: Int64Array, values: FloatArray
    ) -> Verdicts:
        """Score, grade and learn vectors; those of one entity in their order.

        Parameters
        ----------
        entities : uint32 array of shape (n,)
        timestamps : int64 array of shape (n,)
        values : float64 array of shape (n, features)
        """

    def state(self) -> ModelsState:
        """Counts and bytes."""

    @property
    def byte_budget(self) -> int | None:
        """Bytes that models in memory may take; None: no limit."""

    @byte_budget.setter
    def byte_budget(self, value: int) -> None: ...

    def entities(self, most: int | None = None) -> list[int]:
        """The entities whose model is in memory, at most so many."""

    def facts(self, entity: int) -> ModelFacts:
        """Of its model in memory. May be asked from any thread, also while models learn."""

    def model_bytes(self, entity: int) -> int:
        """Bytes it holds; 0 without a model in memory."""

    def save(self, most: int | None = None) -> int:
        """Write models that changed to the store, at most so many; returns how many."""

    def to_bytes(self) -> bytes:
        """What the store does not have: without one, all models."""

    def restore(self, data: bytes) -> None:
        """Go on where :meth:`to_bytes` was.

        Raises
        ------
        SnapshotError
            If the bytes are anything else.
        """
