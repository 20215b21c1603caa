"""Numbers in the JSON of a page: short, and as exact as a plot can show."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["digits", "packed"]


def digits(value: float) -> float | None:
    """A number for reading, six digits of it; nothing where it is missing.

    >>> digits(1234.56789), digits(float("nan"))
    (1234.57, None)
    """
    return None if math.isnan(value) else float(f"{value:.6g}")


def packed(values: npt.NDArray[Any], dtype: npt.DTypeLike) -> str:
    """An array as base64 of its little-endian numbers; those too large for them are infinite.

    >>> packed(np.array([1, 2]), "u1")
    'AQI='
    """
    with np.errstate(over="ignore"):
        return base64.b64encode(np.ascontiguousarray(values, dtype=dtype).tobytes()).decode("ascii")
