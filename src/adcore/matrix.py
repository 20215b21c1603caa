"""Rows of numbers from anything tabular, as one float64 matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore import _rows
from adcore.arrow import FloatArray, is_arrow, read_arrow
from adcore.config import shorten
from adcore.errors import DataError, InvalidArgumentError

__all__ = ["matrix", "unmasked"]

_NUMERIC_KINDS = "biuf"


def matrix(data: Any, width: int | tuple[int, ...], *, name: str = "X") -> FloatArray:
    """Rows of numbers as a C-contiguous float64 array.

    Parameters
    ----------
    data : array-like or table of shape (n, width), or (n,) when width is 1
        Integers, booleans, other float widths and byte orders are converted; ``None``, ``NaN`` and
        masked values are ``NaN``. A float64 array that already has the layout is not copied.
    width : int or tuple of int
        The number of columns allowed, or several such numbers.
    name : str
        What error messages call the argument.

    Returns
    -------
    float64 array of shape (n, width)

    Raises
    ------
    InvalidArgumentError
        If the shape does not fit or the values are of a kind that is no number.
    DataError
        If a value is text or no number; the message names its row and column.

    Examples
    --------
    >>> matrix([[1, None], [3, 4]], 2)
    array([[ 1., nan],
           [ 3.,  4.]])
    """
    widths = (width,) if isinstance(width, int) else width
    values = _values(data, name)
    if values.ndim == 1 and (1 in widths or values.size == 0):
        values = values.reshape(-1, 1) if values.size else values.reshape(0, widths[0])
    if values.ndim != 2 or values.shape[1] not in widths:
        raise InvalidArgumentError(_shape_message(name, values.shape, widths))
    return np.ascontiguousarray(values, dtype=np.float64)


def _shape_message(name: str, shape: tuple[int, ...], widths: tuple[int, ...]) -> str:
    allowed = " or ".join(f"(n, {width})" for width in widths)
    if 1 in widths:
        allowed += " or (n,)"
    hint = ""
    if len(shape) == 1 and shape[0] in widths:
        hint = f"; a single row is {name}[None, :]"
    return f"{name} has shape {shape}, expected {allowed}{hint}"


def _values(data: Any, name: str) -> npt.NDArray[Any]:
    """Float64 values of whatever shape the data has."""
    if isinstance(data, np.ndarray):
        return _from_array(data, name)
    if hasattr(data, "iloc"):
        return _from_pandas(data, name)
    if is_arrow(data):
        return _from_arrow(data, name)
    if isinstance(data, Mapping):
        return _from_columns({f: np.asarray(unmasked(values)) for f, values in data.items()})
    if isinstance(data, Sequence) and len(data) > 0 and isinstance(data[0], Mapping):
        fields = tuple(data[0])
        return _from_dicts(data, fields)
    return _from_array(_as_array(data, name), name)


def _as_array(data: Any, name: str) -> npt.NDArray[Any]:
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise InvalidArgumentError(f"{name} is no table: {error}") from None
    # NumPy turns a list with one text among its numbers into texts: look at the objects themselves.
    if array.dtype.kind in "USO" and not hasattr(data, "__array__"):
        return np.asarray(data, dtype=object)
    return array


def _from_array(array: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    array = unmasked(array)
    if array.ndim == 0:
        raise InvalidArgumentError(f"{name} is {shorten(array[()])}, expected an array of rows")
    if array.dtype.kind in _NUMERIC_KINDS:
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(array, dtype=np.float64)
    if array.dtype.kind in "OUS" or array.dtype.kind == "T":
        return _from_objects(array, name)
    raise InvalidArgumentError(f"{name} has dtype {array.dtype}, expected numbers")


def unmasked(values: Any) -> Any:
    """``None`` where an array is masked: most of NumPy passes over a mask without a word."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    objects = values.data.astype(object)
    objects[np.ma.getmaskarray(values)] = None
    return objects


def _from_objects(array: npt.NDArray[Any], name: str) -> FloatArray:
    if array.ndim > 2:
        raise InvalidArgumentError(f"{name} has shape {array.shape}, expected at most 2 dimensions")
    table = array.astype(object).reshape(len(array), -1) if array.size else np.empty((0, 0), object)
    out = np.empty(table.shape, dtype=np.float64)
    _rows.fill_matrix(table, out)
    return out.reshape(array.shape)


def _from_pandas(data: Any, name: str) -> FloatArray:
    if not hasattr(data, "columns"):
        return to_numbers(data.to_numpy(), data.name if data.name is not None else name)
    labels = list(data.columns)
    values = data.to_numpy() if len({str(dtype) for dtype in data.dtypes}) == 1 else None
    if values is not None and values.dtype.kind in _NUMERIC_KINDS:
        return np.ascontiguousarray(values, dtype=np.float64)
    return stack(
        [to_numbers(data.iloc[:, i].to_numpy(), label) for i, label in enumerate(labels)], len(data)
    )


def to_numbers(values: npt.NDArray[Any], field: object) -> FloatArray:
    """One column as float64; errors name the field."""
    if values.dtype.kind in _NUMERIC_KINDS:
        return np.ascontiguousarray(values, dtype=np.float64)
    if values.dtype.kind in "mM":
        raise DataError(f"column {field!r} holds {values.dtype} values, not numbers")
    out = np.empty(len(values), dtype=np.float64)
    _rows.fill_numbers(values.astype(object), out, field)
    return out


def _from_arrow(data: Any, name: str) -> FloatArray:
    fields = [field.numbers(name) for field in read_arrow(data)]
    if len(fields) == 1:
        return fields[0].reshape(-1, 1) if hasattr(data, "columns") else fields[0]
    return stack(fields, len(fields[0]) if fields else 0)


def stack(fields: list[FloatArray], rows: int) -> FloatArray:
    out = np.empty((rows, len(fields)), dtype=np.float64)
    for column, values in enumerate(fields):
        out[:, column] = values
    return out


def _from_columns(columns: dict[Any, npt.NDArray[Any]]) -> FloatArray:
    lengths = {field: values.shape for field, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidArgumentError(f"the columns differ in shape: {lengths}")
    fields = [to_numbers(values, field) for field, values in columns.items()]
    return stack(fields, len(fields[0]) if fields else 0)


def _from_dicts(rows: Sequence[Any], fields: tuple[Any, ...]) -> FloatArray:
    out = np.empty((len(rows), len(fields)), dtype=np.float64)
    found = _rows.fill_from_dicts(list(rows), fields, out)
    for field, count in zip(fields, found, strict=True):
        if count == 0 and len(rows) > 0:
            raise DataError(f"no row has a field {field!r}; the first row has {sorted(rows[0])}")
    return out
