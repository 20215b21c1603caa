"""Checkpoints of models in files that only grow: the simplest store that keeps up with a disk.

A file is a row of blocks, a block is a header (magic, number of models, bytes, checksum of the
lists), the entities, the ends, the data. Entities are small integers, so that where each one's
newest checkpoint lies is a few arrays. A file whose checkpoints have all been replaced is deleted.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adcore import CheckpointBatch

_HEADER = struct.Struct("<8sQQI4x")
_MAGIC = b"adcrsegm"
_FILE_BYTES = 256 << 20


class SegmentStore:
    """A CheckpointStore in a directory. ``sync()`` makes what was written durable."""

    def __init__(self, directory: Path, entities: int) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self._file = np.full(entities, -1, np.int32)
        self._offset = np.zeros(entities, np.int64)
        self._length = np.zeros(entities, np.int32)
        self._live: dict[int, int] = {}
        self._open: dict[int, int] = {}
        self._dirty: set[int] = set()
        self._last = -1
        self._end = _FILE_BYTES
        self.written_bytes = 0
        self.read_bytes = 0
        for path in sorted(directory.glob("*.segment")):
            self._scan(int(path.stem))

    def __len__(self) -> int:
        return int((self._file >= 0).sum())

    def entities(self) -> NDArray[np.uint64]:
        """Those that have a checkpoint."""
        return np.flatnonzero(self._file >= 0).astype(np.uint64)

    def disk_bytes(self) -> int:
        return sum(path.stat().st_size for path in self._directory.glob("*.segment"))

    def write(self, checkpoints: CheckpointBatch) -> None:
        if self._end >= _FILE_BYTES:
            self._last += 1
            self._end = 0
        lists = checkpoints.entities.tobytes() + checkpoints.ends.tobytes()
        size = len(checkpoints.data)
        header = _HEADER.pack(_MAGIC, len(checkpoints), size, zlib.crc32(lists))
        descriptor = self._descriptor(self._last)
        for part in (header, lists, checkpoints.data):
            _write_all(descriptor, part)
        self._dirty.add(self._last)
        data = self._end + _HEADER.size + len(lists)
        self._note(self._last, checkpoints.entities, checkpoints.ends, data)
        self._end = data + size
        self.written_bytes += size

    def read(self, entities: NDArray[np.uint64]) -> CheckpointBatch:
        known = entities[self._file[entities] >= 0]
        order = np.lexsort((self._offset[known], self._file[known]))
        known = known[order]
        parts = [
            os.pread(self._descriptor(file), length, offset)
            for file, offset, length in zip(
                self._file[known].tolist(),
                self._offset[known].tolist(),
                self._length[known].tolist(),
                strict=True,
            )
        ]
        ends = np.cumsum(self._length[known], dtype=np.uint64)
        data = np.frombuffer(b"".join(parts), np.uint8)
        self.read_bytes += len(data)
        return CheckpointBatch(known, ends, data)

    def sync(self) -> None:
        """What was written before is on disk now; files that nothing refers to are gone."""
        for file in self._dirty:
            os.fsync(self._descriptor(file))
        self._dirty.clear()
        sync_directory(self._directory)
        for file in [f for f, live in self._live.items() if live == 0 and f != self._last]:
            os.close(self._open.pop(file))
            self._path(file).unlink()
            del self._live[file]

    def close(self) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()

    def _path(self, file: int) -> Path:
        return self._directory / f"{file:08d}.segment"

    def _descriptor(self, file: int) -> int:
        if file not in self._open:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            self._open[file] = os.open(self._path(file), flags, 0o644)
        return self._open[file]

    def _note(
        self, file: int, entities: NDArray[np.uint64], ends: NDArray[np.uint64], data: int
    ) -> None:
        replaced = self._file[entities]
        for old, count in zip(*np.unique(replaced[replaced >= 0], return_counts=True), strict=True):
            self._live[int(old)] -= int(count)
        starts = np.concatenate([np.zeros(1, np.uint64), ends[:-1]])
        self._file[entities] = file
        self._offset[entities] = data + starts.astype(np.int64)
        self._length[entities] = (ends - starts).astype(np.int32)
        self._live[file] = self._live.get(file, 0) + len(entities)

    def _scan(self, file: int) -> None:
        """Blocks up to the first that is not whole: what follows was never acknowledged."""
        descriptor = self._descriptor(file)
        size = os.fstat(descriptor).st_size
        at = 0
        while at + _HEADER.size <= size:
            header = os.pread(descriptor, _HEADER.size, at)
            magic, count, data, checksum = _HEADER.unpack(header)
            lists = os.pread(descriptor, 16 * count, at + _HEADER.size) if magic == _MAGIC else b""
            end = at + _HEADER.size + 16 * count + data
            if magic != _MAGIC or end > size or zlib.crc32(lists) != checksum:
                break
            numbers = np.frombuffer(lists, np.uint64)
            self._note(file, numbers[:count], numbers[count:], end - data)
            at = end
        os.ftruncate(descriptor, at)
        self._live.setdefault(file, 0)
        self._last, self._end = file, at


def _write_all(descriptor: int, data: object) -> None:
    rest = memoryview(data).cast("B")  # type: ignore[arg-type]
    while len(rest):
        rest = rest[os.write(descriptor, rest) :]


def sync_directory(directory: Path) -> None:
    """Names of new files are on disk now."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
