"""Columns of values and keys, from whatever people have."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcore import _core, _rows
from adcore.arrow import FloatArray, Labels, UInt32Array, is_arrow, read_arrow
from adcore.errors import InvalidArgumentError
from adcore.matrix import to_numbers, unmasked

__all__ = ["codes_of", "numbers_of", "numbers_or_hashes_of"]


def numbers_of(column: Any, field: str) -> FloatArray:
    """Float64 values; a float64 array is used as it is, whatever its strides."""
    column = unmasked(column)
    if isinstance(column, np.ndarray) and column.dtype == np.float64:
        return column
    if is_arrow(column):
        fields = read_arrow(column)
        if len(fields) != 1:
            raise InvalidArgumentError(f"values[{field!r}] has {len(fields)} columns, expected 1")
        return fields[0].numbers(field)
    return to_numbers(np.asarray(column), field)


def numbers_or_hashes_of(column: Any, field: str) -> FloatArray:
    """Float64 values; of text, a number per distinct text: 53 bits of its hash."""
    fields = read_arrow(column) if is_arrow(column) else []
    is_text = fields[0].kind == "text" if len(fields) == 1 else _holds_text(column)
    if not is_text:
        return numbers_of(column, field)
    codes, labels = codes_of(column)
    hashes: FloatArray = _core.hash_labels([*labels, None])
    return hashes[codes]


def _holds_text(column: Any) -> bool:
    array = np.asarray(column)
    return array.dtype.kind in "UST" or (
        array.dtype.kind == "O" and any(isinstance(value, str) for value in array)
    )


def codes_of(column: Any) -> tuple[UInt32Array, Labels]:
    """The number of each row's text, and the texts by number; ``None`` is the missing text."""
    if isinstance(column, tuple) and len(column) == 2 and isinstance(column[0], np.ndarray):
        return _given_codes(*column)
    fields = read_arrow(column) if is_arrow(column) else []
    if len(fields) == 1 and fields[0].kind == "text":
        return fields[0].content, fields[0].labels
    objects = np.asarray(fields[0].objects() if fields else unmasked(column), dtype=object)
    codes = np.empty(len(objects), dtype=np.uint32)
    return codes, _rows.intern(objects, codes)


def _given_codes(codes: Any, labels: Any) -> tuple[UInt32Array, Labels]:
    """Negative codes are missing, as pandas has it."""
    if codes.dtype.kind not in "iu":
        raise InvalidArgumentError(f"the codes of a key have dtype {codes.dtype}, expected uint32")
    texts = [*labels, None]
    if codes.dtype.kind == "i":
        codes = np.where(codes < 0, len(texts) - 1, codes)
    if codes.size and codes.max() >= len(texts):
        raise InvalidArgumentError(
            f"a key has the code {codes.max()}, expected less than the {len(labels)} labels"
        )
    return codes.astype(np.uint32, copy=False), texts
