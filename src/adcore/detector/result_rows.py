"""The rows of a detector's results, as columns: one row per interval and entity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray, Int64Array, UInt32Array
from adcore.detector.result_context import ResultContext

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["ResultRows"]

_Rows: TypeAlias = "slice | npt.NDArray[Any] | list[int] | list[bool]"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ResultRows:
    """What a detector found, by interval and then by entity.

    ``DetectorResults`` says what each column holds; it adds the forms that people ask for.
    """

    context: ResultContext
    data_start_time: Int64Array
    entity: UInt32Array
    entities: list[tuple[str, ...]]
    entity_ids: npt.NDArray[np.uint64]
    feature_data: FloatArray
    feature_imputed: npt.NDArray[np.bool_]
    anomaly_score: FloatArray
    anomaly_grade: FloatArray
    confidence: FloatArray
    threshold: FloatArray
    relevant_attribution: FloatArray
    expected_values: FloatArray
    past_values: FloatArray
    approx_anomaly_start_time: Int64Array
    is_complete: bool = True

    @classmethod
    def empty(cls, context: ResultContext) -> Self:
        """Results without rows."""
        times, numbers = np.empty(0, np.int64), np.empty(0)
        wide = np.empty((0, len(context.feature_names)))
        return cls(
            context, times, np.empty(0, np.uint32), [], np.empty(0, np.uint64), wide,
            wide.astype(np.bool_), numbers, numbers, numbers, numbers, wide, wide, wide, times,
        )  # fmt: skip

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """The rows of several results of one detector, one after the other.

        Parameters
        ----------
        parts : sequence of results
            One or more.
        """
        numbers: dict[tuple[str, ...], int] = {}
        renamed = []
        ids: dict[int, Any] = {}
        for part in parts:
            own = [numbers.setdefault(key, len(numbers)) for key in part.entities]
            ids |= zip(own, part.entity_ids, strict=True)
            renamed.append(np.array(own, dtype=np.uint32)[part.entity])
        columns = {name: np.concatenate([getattr(p, name) for p in parts]) for name in _ARRAYS}
        return cls(
            context=parts[-1].context,
            entities=list(numbers),
            entity_ids=np.array([ids[number] for number in numbers.values()], np.uint64),
            is_complete=all(part.is_complete for part in parts),
            **(columns | {"entity": np.concatenate(renamed)}),
        )

    @property
    def data_end_time(self) -> Int64Array:
        """End of the interval, exclusive, epoch milliseconds."""
        return self.data_start_time + self.context.interval

    @property
    def has_data(self) -> npt.NDArray[np.bool_]:
        """Where the interval had data; the other rows say that it had none."""
        return ~np.isnan(self.anomaly_score)

    def __len__(self) -> int:
        return len(self.data_start_time)

    def __getitem__(self, rows: _Rows) -> Self:
        columns = {name: getattr(self, name)[rows] for name in _ARRAYS}
        return replace(self, **columns)

    def anomalies(self) -> Self:
        """The rows whose grade is above 0."""
        return self[self.anomaly_grade > 0]

    def of_entity(self, *key: str) -> Self:
        """The rows of one entity, given by the values of the category fields."""
        at = self.entities.index(key) if key in self.entities else len(self.entities)
        return self[self.entity == at]

    def are_stored(self, task_id: str | None = None) -> npt.NDArray[np.bool_]:
        """Which rows have a document; see :meth:`rows`."""
        if task_id is not None:
            return np.ones(len(self), np.bool_)
        # In real time a model that is starting has nothing to say yet.
        stored: npt.NDArray[np.bool_] = ~(self.anomaly_score <= 0)
        return stored


_ARRAYS = tuple(
    f.name
    for f in fields(ResultRows)
    if f.name not in ("context", "entities", "entity_ids", "is_complete")
)
