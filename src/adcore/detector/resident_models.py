"""Models that stay in memory: fast ones, of a single series or few."""

from __future__ import annotations

import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore import _core
from adcore.arrow import FloatArray, Int64Array, UInt32Array
from adcore.detector.models import ModelFacts, ModelsState
from adcore.detector.verdicts import Verdicts
from adcore.errors import InvalidArgumentError, SnapshotError

__all__ = ["ResidentModels"]

_COUNT = struct.Struct("<Q")
_ENTRY = struct.Struct("<IQ")  # entity, length of its model


class ResidentModels:
    """A forest for each entity.

    Parameters
    ----------
    make : callable
        Makes a model that has seen nothing. It is the engine's own: vectors are checked before
        they come here.
    threads : int
        Entities worked on at a time; results are the same for any number.
    """

    def __init__(self, make: Callable[[], _core.ThresholdedForest], threads: int = 1) -> None:
        self._make = make
        self._threads = threads
        self._models: dict[int, _core.ThresholdedForest] = {}

    def process(
        self, entities: UInt32Array, timestamps: Int64Array, values: FloatArray
    ) -> Verdicts:
        """Score, grade and learn vectors; those of one entity in their order."""
        order = np.argsort(entities, kind="stable")
        grouped = entities[order]
        edges = np.flatnonzero(np.diff(grouped, prepend=-1, append=-1)).tolist()
        parts = [order[first:last] for first, last in pairwise(edges)]
        if not parts:
            return Verdicts.of_models([self._make().process(values, timestamps)], order)
        models = [self._model(int(entities[rows[0]])) for rows in parts]

        def work(part: tuple[_core.ThresholdedForest, npt.NDArray[np.intp]]) -> dict[str, Any]:
            model, rows = part
            return model.process(values[rows], timestamps[rows])

        pairs = list(zip(models, parts, strict=True))
        if self._threads == 1 or len(pairs) == 1:
            return Verdicts.of_models([work(pair) for pair in pairs], order)
        with ThreadPoolExecutor(self._threads, "adcore-detector") as pool:
            return Verdicts.of_models(list(pool.map(work, pairs)), order)

    def _model(self, entity: int) -> _core.ThresholdedForest:
        model = self._models.get(entity)
        if model is None:
            model = self._models[entity] = self._make()
        return model

    def state(self) -> ModelsState:
        """Counts and bytes."""
        models = list(self._models.values())
        held = sum(model.memory_bytes() for model in models)
        return ModelsState(
            active=len(models),
            bytes=held,
            model_bytes=held,
            is_ready=any(model.is_ready for model in models),
            updates=max((model.total_updates for model in models), default=0),
        )

    @property
    def byte_budget(self) -> int | None:
        """There is no limit."""
        return None

    @byte_budget.setter
    def byte_budget(self, value: int) -> None:
        raise InvalidArgumentError(f"byte_budget = {value} is not allowed: these models stay")

    def entities(self, most: int | None = None) -> list[int]:
        """The entities that have a model, at most so many."""
        return list(islice(self._models, most))

    def facts(self, entity: int) -> ModelFacts:
        """Of its model. May be asked from any thread, also while models learn."""
        model = self._models.get(entity)
        if model is None:
            return ModelFacts()
        return ModelFacts(model.memory_bytes(), model.total_updates, model.is_ready)

    def model_bytes(self, entity: int) -> int:
        """Bytes its model holds; 0 without a model."""
        model = self._models.get(entity)
        return 0 if model is None else model.memory_bytes()

    def save(self, most: int | None = None) -> int:
        """Nothing is in a store: :meth:`to_bytes` has them."""
        del most
        return 0

    def to_bytes(self) -> bytes:
        """All models."""
        parts = [_COUNT.pack(len(self._models))]
        for entity, model in sorted(self._models.items()):
            state = model.to_bytes()
            parts += [_ENTRY.pack(entity, len(state)), state]
        return b"".join(parts)

    def restore(self, data: bytes) -> None:
        """Take the models of :meth:`to_bytes` instead of those here.

        Raises
        ------
        SnapshotError
            If the bytes are anything else.
        """
        models: dict[int, _core.ThresholdedForest] = {}
        (count,), position = _COUNT.unpack_from(_enough(data, 0, _COUNT.size)), _COUNT.size
        for _ in range(count):
            entity, length = _ENTRY.unpack(_enough(data, position, _ENTRY.size))
            position += _ENTRY.size
            models[entity] = _core.ThresholdedForest.from_bytes(_enough(data, position, length))
            position += length
        if position != len(data):
            raise SnapshotError("there are bytes behind the last model of the detector")
        self._models = models


def _enough(data: bytes, position: int, length: int) -> Any:
    if position + length > len(data):
        raise SnapshotError("the models of the detector are cut short")
    return data[position : position + length]
