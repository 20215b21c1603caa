"""Whose results they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["ResultContext"]


@dataclass(frozen=True, slots=True)
class ResultContext:
    """What all rows of results have in common.

    Attributes
    ----------
    detector_id : str or None
        None of a preview of a detector that is not stored.
    feature_ids, feature_names : tuple of str
        The enabled features, in the order of their columns.
    category_fields : tuple of str
    interval : int
        Milliseconds.
    user : dict or None
    """

    detector_id: str | None
    feature_ids: tuple[str, ...]
    feature_names: tuple[str, ...]
    category_fields: tuple[str, ...]
    interval: int
    user: dict[str, Any] | None = None
