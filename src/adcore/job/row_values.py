"""Columns of rows as engines take them: numbers, places, and texts with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore import _rows
from adcore.arrow import ArrowField, FloatArray, UInt32Array

__all__ = ["as_floats", "numbers_of", "places_of", "texts_of"]

_EXACT = 2.0**53

Texts = tuple[UInt32Array, list[str]]


def numbers_of(column: Any) -> FloatArray:
    """Float64 values; ``NaN`` for what is missing or no finite number.

    Examples
    --------
    >>> numbers_of([1, "2.5", None, "x", float("inf")]).tolist()
    [1.0, 2.5, nan, nan, nan]
    """
    if isinstance(column, ArrowField):
        if column.kind != "text":
            return _finite(np.asarray(column.content, dtype=np.float64))
        return _by_text(column.content, column.labels, _number)
    array = np.asarray(column) if hasattr(column, "dtype") else None
    if array is not None and array.dtype.kind in "biuf":
        return _finite(array.astype(np.float64))
    values = list(column) if array is None else array.tolist()
    if not set(map(type, values)) - {int, float, type(None)}:
        return _finite(as_floats(values))
    return _finite(np.array([_number(value) for value in values], dtype=np.float64))


def places_of(column: Any) -> tuple[FloatArray, FloatArray]:
    """Latitudes and longitudes of texts such as ``"40.7,-74.0"``; ``NaN`` for what is no place.

    Examples
    --------
    >>> places_of(["40.7, -74.0", "north"])[1].tolist()
    [-74.0, nan]
    """
    codes, labels = texts_of(column)
    places = np.array([_place(label) for label in labels] or np.empty((0, 2)), dtype=np.float64)
    found = places[codes] if len(labels) else np.empty((0, 2))
    return np.ascontiguousarray(found[:, 0]), np.ascontiguousarray(found[:, 1])


def texts_of(column: Any) -> Texts:
    """The number of each value's text, and the texts; a missing value is the empty text.

    Examples
    --------
    >>> texts_of(["a", None, True, "a"])[1]
    ['a', '', 'true']
    """
    if isinstance(column, ArrowField):
        if column.kind == "text":
            return _without_missing(column.content, column.labels)
        column = column.content if column.kind == "number" else column.objects()
    values = _plain(column)
    codes = np.empty(len(values), dtype=np.uint32)
    return _without_missing(codes, _rows.intern(values, codes))


def _without_missing(codes: UInt32Array, labels: Sequence[str | None]) -> Texts:
    # Arrow columns mark what is missing by the number after the last.
    texts = [_encodable(label) if label else "" for label in labels]
    if len(codes) and int(codes.max()) >= len(texts):
        return np.minimum(codes, np.uint32(len(texts))), [*texts, ""]
    return codes, texts


def _encodable(text: str) -> str:
    """Halves of characters, which JSON may have and UTF-8 may not, become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _plain(column: Any) -> list[Any]:
    array = np.asarray(column) if hasattr(column, "dtype") else None
    if array is not None and array.dtype.kind == "f":
        return _whole_numbers(array)
    values = list(column) if array is None else array.tolist()
    if bool in set(map(type, values)):
        return [str(value).lower() if isinstance(value, bool) else value for value in values]
    return values


def _whole_numbers(column: npt.NDArray[Any]) -> list[Any]:
    """Tables keep integers as floats where some are missing: 404.0 is meant as 404."""
    known = column[~np.isnan(column)]
    if len(known) and (np.abs(known) < _EXACT).all() and (known == np.floor(known)).all():
        return [None if value != value else int(value) for value in column.tolist()]  # noqa: PLR0124
    return list(column.tolist())


def _by_text(codes: UInt32Array, labels: Sequence[str | None], read: Any) -> FloatArray:
    known = np.array([*(read(label) for label in labels), np.nan], dtype=np.float64)
    return _finite(np.asarray(known[np.minimum(codes, len(labels))]))


def _finite(values: FloatArray) -> FloatArray:
    if not np.isinf(values).any():
        return values
    return np.where(np.isinf(values), np.nan, values)


def as_floats(values: list[Any]) -> FloatArray:
    """Numbers and None as float64; ``NaN`` for integers beyond it."""
    try:
        return np.array(values, dtype=np.float64)
    except OverflowError:
        return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: Any) -> float:
    if value is None or isinstance(value, bool):
        return np.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return np.nan


def _place(text: str) -> tuple[float, float]:
    parts = text.split(",")
    if len(parts) != 2:
        return np.nan, np.nan
    latitude, longitude = _number(parts[0]), _number(parts[1])
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return np.nan, np.nan
    return latitude, longitude
