"""Columns handed to anything that speaks the Arrow C data interface; no Arrow library is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import nanoarrow
import numpy as np
import numpy.typing as npt

__all__ = ["arrow_stream", "text_array"]

_NUMBERS: dict[str, Any] = {
    "float64": nanoarrow.float64,
    "int32": nanoarrow.int32,
    "int64": nanoarrow.int64,
    "uint8": nanoarrow.uint8,
    "uint32": nanoarrow.uint32,
    "uint64": nanoarrow.uint64,
}


def arrow_stream(columns: Mapping[str, npt.NDArray[Any]], requested_schema: object = None) -> Any:
    """A capsule of one batch; numbers in contiguous columns are not copied.

    Parameters
    ----------
    columns : mapping of str to array of shape (n,)
        Numbers, booleans, texts (also as objects, ``None`` is null) or ``datetime64[ms]``.
    requested_schema : capsule, optional
        Allowed to be ignored by the protocol, as it is here: the consumer converts.

    Examples
    --------
    >>> capsule = arrow_stream({"score": np.array([0.5]), "status": np.array(["scored"])})
    >>> len(nanoarrow.ArrayStream(nanoarrow.c_array_stream(capsule)).read_all())
    1
    """
    del requested_schema
    arrays = [_array(values) for values in columns.values()]
    schema = nanoarrow.struct(
        {name: array.schema for name, array in zip(columns, arrays, strict=True)}
    )
    rows = len(next(iter(columns.values())))
    batch = nanoarrow.c_array_from_buffers(schema, rows, [None], children=arrays)
    return nanoarrow.Array(batch).__arrow_c_stream__()


def text_array(texts: Iterable[str | bytes | None], validity: Any = None) -> Any:
    """Texts as one Arrow array; ``bytes`` are UTF-8 already. None is empty unless ``validity``."""
    encoded = [v.encode() if isinstance(v, str) else (v or b"") for v in texts]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
    buffers = [validity, offsets, b"".join(encoded)]
    return nanoarrow.c_array_from_buffers(nanoarrow.large_string(), len(encoded), buffers)


def _array(values: npt.NDArray[Any]) -> Any:
    if values.dtype.kind in "UO":
        missing = np.fromiter((v is None for v in values), np.bool_, len(values))
        return text_array(values, _bits(~missing) if missing.any() else None)
    if values.dtype.kind == "b":
        return nanoarrow.c_array_from_buffers(nanoarrow.bool_(), len(values), [None, _bits(values)])
    if values.dtype.kind == "M":
        schema = nanoarrow.timestamp("ms")
        values = values.astype("datetime64[ms]").view(np.int64)
    else:
        schema = _NUMBERS[values.dtype.name]()
    return nanoarrow.c_array_from_buffers(schema, len(values), [None, np.ascontiguousarray(values)])


def _bits(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    return np.packbits(flags, bitorder="little")
