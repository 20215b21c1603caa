"""Vectors of finished buckets, and the bytes that hold the parts of an aggregator."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from adcore.arrow import FloatArray, Int64Array, UInt32Array
from adcore.errors import SnapshotError

__all__ = ["BucketTable", "join_parts", "split_parts"]

_MAGIC = b"adcB"
_HEADER = struct.Struct("<4sHIQQI")  # magic, version, length of facts, of engine, of entities, crc
_VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class BucketTable:
    """One vector per (bucket, entity), ordered by bucket and then by entity.

    Attributes
    ----------
    bucket_start : int64 array of shape (m,)
        Epoch milliseconds.
    entity : uint32 array of shape (m,)
        See :meth:`adcore.BucketAggregator.keys_of`.
    values : float64 array of shape (m, features)
        ``NaN`` is missing.
    count : int64 array of shape (m,)
        Rows in the bucket; 0 for one that was filled in.
    features : tuple of str
        The names of the columns of ``values``.
    """

    bucket_start: Int64Array
    entity: UInt32Array
    values: FloatArray
    count: Int64Array
    features: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.bucket_start)

    def __getitem__(self, feature: str) -> FloatArray:
        """The column of a feature."""
        column: FloatArray = self.values[:, self.features.index(feature)]
        return column


def join_parts(facts: dict[str, Any], engine: bytes, entities: bytes) -> bytes:
    """The facts and the two snapshots as one."""
    text = json.dumps(facts).encode()
    header = (_MAGIC, _VERSION, len(text), len(engine), len(entities), zlib.crc32(text))
    return _HEADER.pack(*header) + text + engine + entities


def split_parts(data: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """What :func:`join_parts` joined.

    Raises
    ------
    SnapshotError
        If the bytes are anything else. The two snapshots are checked by those who read them.
    """
    if len(data) < _HEADER.size:
        raise SnapshotError(f"{len(data)} bytes are too few for the state of an aggregator")
    magic, version, *lengths, crc = _HEADER.unpack_from(data)
    if magic != _MAGIC or version != _VERSION:
        raise SnapshotError("these bytes are no state of an aggregator that this release can read")
    if _HEADER.size + sum(lengths) != len(data):
        raise SnapshotError("the state of the aggregator is not as long as it states")
    ends = [_HEADER.size + sum(lengths[: i + 1]) for i in range(3)]
    text = data[_HEADER.size : ends[0]]
    if zlib.crc32(text) != crc:
        raise SnapshotError("the checksum of the aggregator's description does not match")
    facts: dict[str, Any] = json.loads(text)
    return facts, data[ends[0] : ends[1]], data[ends[1] :]
