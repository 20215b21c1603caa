"""What models said of vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray, Int64Array

__all__ = ["Anomalies", "Verdicts"]

_Columns: TypeAlias = "dict[str, npt.NDArray[Any]]"


@dataclass(frozen=True, slots=True)
class Anomalies:
    """The vectors with a grade above 0, k of n; see :class:`adcore.ThresholdedResult`.

    Attributes
    ----------
    row : int64 array of shape (k,)
        Which they are.
    expected, past, attribution : float64 arrays of shape (k, features)
    anomaly_start : int64 array of shape (k,)
    """

    row: Int64Array
    expected: FloatArray
    past: FloatArray
    attribution: FloatArray
    anomaly_start: Int64Array

    @classmethod
    def of(cls, columns: _Columns, rows: npt.NDArray[np.bool_] | slice) -> Anomalies:
        """Some rows of the columns of a result."""
        return cls(**{f.name: columns[f.name][rows] for f in fields(cls)})


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of n vectors, in their order.

    Attributes
    ----------
    score, grade, confidence, threshold : float64 arrays of shape (n,)
    status_code : uint8 array of shape (n,)
    anomalies : Anomalies
    """

    score: FloatArray
    grade: FloatArray
    confidence: FloatArray
    threshold: FloatArray
    status_code: npt.NDArray[np.uint8]
    anomalies: Anomalies

    @classmethod
    def of_models(cls, results: Sequence[_Columns], order: npt.NDArray[np.intp]) -> Verdicts:
        """Join the results of several models, whose rows stand at ``order``."""
        back = np.argsort(order, kind="stable")
        columns = {
            name: np.concatenate([result[name] for result in results])[back] for name in results[0]
        }
        columns["row"] = np.arange(len(back))
        plain = {f.name: columns[f.name] for f in fields(cls) if f.name != "anomalies"}
        return cls(**plain, anomalies=Anomalies.of(columns, columns["grade"] > 0))
