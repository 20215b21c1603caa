"""The file of a key-value database, mapped into memory, whose pages are given back after use."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import lmdb

from adcore.store.errors import StoreClosedError

__all__ = ["AT_ONCE", "MappedFile"]

# What a database may grow to: addresses, neither memory nor disk.
_MAP_SIZE = 1 << 40
AT_ONCE = 4_096
"""Blobs of one transaction where there is a choice: with their neighbours they map 256 MiB."""


class MappedFile:
    """An LMDB database in a directory. All methods may be called from any thread.

    The system maps a page of the file that is read, and 15 of its neighbours, into the memory of
    the process, where they are counted until they are unmapped: of a million models that would be
    all of the file. So all pages are unmapped after every few thousand blobs, as soon as no
    transaction is at work. They stay in the cache of the system.

    Parameters
    ----------
    path : Path
        The directory.
    is_durable : bool
        Whether what is committed is on disk.

    Raises
    ------
    lmdb.Error, OSError
    StoreClosedError
        By transactions and counts after `close`.
    """

    def __init__(self, path: Path, *, is_durable: bool) -> None:
        self._environment: lmdb.Environment | None = lmdb.open(
            str(path), map_size=_MAP_SIZE, max_readers=4096, sync=is_durable, metasync=is_durable
        )
        self._lock = threading.Lock()
        self._at_work = 0
        self._touched = 0

    @contextmanager
    def transaction(
        self, blobs: int, *, write: bool = False
    ) -> Iterator[lmdb.Transaction[memoryview]]:
        """A transaction that touches at most so many blobs; committed when the block ends.

        What it gives are views of the file, which end with it.
        """
        with (
            self._mapped(blobs) as environment,
            environment.begin(write=write, buffers=True) as transaction,
        ):
            yield transaction

    def count(self) -> int:
        """How many blobs there are."""
        with self._mapped(0) as environment:
            return int(environment.stat()["entries"])

    @contextmanager
    def _mapped(self, blobs: int) -> Iterator[lmdb.Environment]:
        """The file stays mapped where it is while the block runs."""
        with self._lock:
            environment = self._environment
            if environment is None:
                raise StoreClosedError("the store is closed")
            self._at_work += 1
            self._touched += blobs
        try:
            yield environment
        finally:
            with self._lock:
                self._at_work -= 1
                if self._at_work == 0 and self._touched >= AT_ONCE:
                    self._map_anew()

    def _map_anew(self) -> None:
        self._touched = 0
        if self._environment is not None:
            self._environment.set_mapsize(_MAP_SIZE)  # also where it is the same

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._environment is not None:
                self._environment.close()
                self._environment = None
