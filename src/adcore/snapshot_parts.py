"""A detector, or a job, as bytes: facts, and the parts of its state, each checked."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

from adcore.errors import SnapshotError

__all__ = ["join_snapshot", "split_snapshot"]

_MAGIC = b"adcD"
_VERSION = 2
_HEADER = struct.Struct("<4sHHI")  # magic, version, number of parts, crc of all that follows
_LENGTH = struct.Struct("<Q")


def join_snapshot(facts: dict[str, Any], parts: list[bytes], *, magic: bytes = _MAGIC) -> bytes:
    """The facts and the parts as one; ``magic`` are four bytes that say of what."""
    contents = [json.dumps(facts).encode(), *parts]
    body = b"".join(_LENGTH.pack(len(part)) for part in contents) + b"".join(contents)
    return _HEADER.pack(magic, _VERSION, len(contents), zlib.crc32(body)) + body


def split_snapshot(
    data: bytes, *, magic: bytes = _MAGIC, name: str = "detector"
) -> tuple[dict[str, Any], list[bytes]]:
    """What :func:`join_snapshot` joined.

    Raises
    ------
    SnapshotError
        If the bytes are anything else, damaged, or of a newer release.
    """
    if len(data) < _HEADER.size:
        raise SnapshotError(f"{len(data)} bytes are too few for a {name}")
    found, version, count, crc = _HEADER.unpack_from(data)
    if found != magic:
        raise SnapshotError(f"these bytes are no {name}")
    if version != _VERSION:
        raise SnapshotError(f"version {version} of a {name} cannot be read by this release")
    body = memoryview(data)[_HEADER.size :]
    if zlib.crc32(body) != crc:
        raise SnapshotError(f"the checksum of the {name} does not match")
    start = count * _LENGTH.size
    if count == 0 or start > len(body):
        raise SnapshotError(f"the {name} is cut short")
    lengths = [_LENGTH.unpack_from(body, i * _LENGTH.size)[0] for i in range(count)]
    if start + sum(lengths) != len(body):
        raise SnapshotError(f"the {name} is not as long as it states")
    contents = []
    for length in lengths:
        contents.append(bytes(body[start : start + length]))
        start += length
    facts: dict[str, Any] = json.loads(contents[0])
    return facts, contents[1:]
