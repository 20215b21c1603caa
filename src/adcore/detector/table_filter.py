"""Filters over tables in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.errors import InvalidArgumentError

__all__ = ["matching_rows"]


def matching_rows(
    columns: Mapping[str, Any], query: Mapping[str, Any] | str
) -> npt.NDArray[np.bool_]:
    """Which rows of a table match a query."""
    del columns
    raise InvalidArgumentError(f"filter_query = {query!r} is not allowed: it must be match_all")
