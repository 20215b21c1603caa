"""What an entity cache says about rows, and about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray, Int64Array
from adcore.arrow_export import arrow_stream
from adcore.thresholded_result import CORRECTIONS, ThresholdedResult

__all__ = ["EntityProfile", "EntityResult"]

# The names of adcore/entity/results.hpp, by code.
_STATUSES = np.array(["warming_up", "scored", "skipped", "no_model"])


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class EntityResult:
    """Results as columns, one entry per row given.

    Attributes
    ----------
    entity : uint64 array of shape (n,)
    timestamp : int64 array of shape (n,)
        Milliseconds since 1970-01-01 UTC.
    score : float64 array of shape (n,)
        The forest's score, >= 0; 0 while it warms up.
    grade : float64 array of shape (n,)
        0 is no anomaly; up to 1, which is certain.
    confidence : float64 array of shape (n,)
        How much the model has seen and how complete it was, 0 to 1.
    threshold : float64 array of shape (n,)
        The score from which the row would be an anomaly.
    status_code, correction_code : uint8 arrays of shape (n,)
        ``status`` and ``correction`` as numbers.
    anomalies : ThresholdedResult
        All that is known about the rows with a grade above 0; ``anomalies.row`` says which.
    """

    entity: npt.NDArray[np.uint64]
    timestamp: Int64Array
    score: FloatArray
    grade: FloatArray
    confidence: FloatArray
    threshold: FloatArray
    status_code: npt.NDArray[np.uint8]
    correction_code: npt.NDArray[np.uint8]
    anomalies: ThresholdedResult

    @property
    def status(self) -> npt.NDArray[np.str_]:
        """Per row "warming_up", "scored", "skipped", or "no_model": not admitted."""
        return _STATUSES[self.status_code]

    @property
    def correction(self) -> npt.NDArray[np.str_]:
        """Why a score above the threshold is no anomaly, or "none"."""
        return CORRECTIONS[self.correction_code]

    def __len__(self) -> int:
        return len(self.entity)

    def to_dict(self) -> dict[str, npt.NDArray[Any]]:
        """One array per column of all rows."""
        names = ("entity", "timestamp", "score", "grade", "confidence", "threshold")
        columns: dict[str, npt.NDArray[Any]] = {name: getattr(self, name) for name in names}
        return columns | {"status": self.status, "correction": self.correction}

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """The columns of :meth:`to_dict` for whoever reads the Arrow C data interface."""
        return arrow_stream(self.to_dict(), requested_schema)

    def __repr__(self) -> str:
        return f"EntityResult({len(self)} rows, {len(self.anomalies)} anomalies)"


@dataclass(frozen=True, slots=True)
class EntityProfile:
    """Entities, models and bytes of a cache, all counted at one moment from one source.

    ``entities`` = ``inactive`` + ``active``; ``active`` = ``awaited`` + ``starting`` + ``ready`` =
    ``dedicated`` + ``shared``; ``rows`` = ``hits`` + ``misses`` + ``refused``.

    Attributes
    ----------
    entities : int
        Known, with or without a model in memory.
    inactive, active : int
        Without and with memory for a model.
    awaited, starting, ready : int
        Whose checkpoint is waited for; whose model gives no scores yet; whose model does.
    dedicated, shared : int
        In the part of the memory that is the cache's own whatever the budget, and beyond.
    changed : int
        Models that differ from their last checkpoint.
    byte_budget, memory_bytes, model_bytes : int
        Allowed; held now, with all tables; of one model.
    rows, hits, misses, refused : int
        Rows processed so far; those whose model was in memory; those whose model was made or
        restored for them; those of entities that were not admitted.
    started, restored, evicted, checkpointed, forgotten : int
        Models made anew, restored, moved out of memory, taken as checkpoints; entities forgotten.
    passes : int
        Times that taking checkpoints has begun anew with the first model: whatever had changed
        before a pass began is taken when the next one begins.
    most_updates : int
        Rows learnt by the model that is furthest, whether it is in memory or not.
    """

    entities: int
    inactive: int
    active: int
    awaited: int
    starting: int
    ready: int
    dedicated: int
    shared: int
    changed: int
    byte_budget: int
    memory_bytes: int
    model_bytes: int
    rows: int
    hits: int
    misses: int
    refused: int
    started: int
    restored: int
    evicted: int
    checkpointed: int
    passes: int
    forgotten: int
    most_updates: int
