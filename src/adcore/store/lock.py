"""One process owns the directory of a store."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from adcore.store.errors import StoreFullError, StoreLockedError

__all__ = ["DirectoryLock"]

LOCK_FILE = "adcore.lock"


class DirectoryLock:
    """Held from its making to `release`; the system lets go of it when the process dies.

    Raises
    ------
    StoreLockedError
        If another process holds it, or this one does already; the message names the process.
    StoreFullError
        If the directory cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / LOCK_FILE
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreFullError(
                f"the store directory {str(directory)!r} cannot be written: {error.strerror}"
            ) from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(self._file, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise StoreLockedError(
                f"the store directory {str(directory)!r} is in use by process {owner}; "
                "only one process may own it"
            ) from None
        self._write_owner(directory)

    def _write_owner(self, directory: Path) -> None:
        try:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            os.close(self._file)
            raise StoreFullError(
                f"the store directory {str(directory)!r} cannot be written: {error.strerror}"
            ) from None

    def release(self) -> None:
        """Let another process have the directory."""
        os.close(self._file)
