"""Numbers that stand for values in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adcore.arrow import FloatArray

__all__ = ["rank_key", "ranks"]


def ranks(values: Sequence[Any]) -> FloatArray:
    """The place of each value among them all; ``NaN`` for None."""
    order = sorted({value for value in values if value is not None}, key=rank_key)
    place = {value: float(i) for i, value in enumerate(order)}
    return np.array([np.nan if v is None else place[v] for v in values], dtype=np.float64)


def rank_key(value: Any) -> Any:
    """What a value is compared by: texts by their bytes, whatever they hold."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
