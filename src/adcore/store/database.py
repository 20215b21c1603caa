"""The SQL database of a store: one writer at a time, any number of readers."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from adcore.store.errors import StoreClosedError, StoreCorruptError, StoreError, StoreFullError

__all__ = ["Database", "database_error"]

# What the database says where the system refuses a write.
_REFUSED = (
    "Could not write", "No space left", "File too large", "Disk quota", "Permission denied",
    "Read-only file system", "Could not truncate", "Could not sync", "fsync failed",
    "Cannot open file", "Input/output error", "max_temp_directory_size",
)  # fmt: skip


_LOG_LIMIT = 16 << 20
_SPARE = 32 << 20


class Database:
    """A DuckDB database whose statements are safe to send from any thread.

    Parameters
    ----------
    path : Path, optional
        The file; None keeps everything in memory.
    memory_limit : str
        What its buffers may take, such as ``2GB``.
    threads : int, optional
        What one query may use; all cores if None.
    """

    def __init__(self, path: Path | None, memory_limit: str, threads: int | None) -> None:
        self._path = path
        self._config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "autoinstall_known_extensions": False,
            # Not in a commit, where a failure would look like that of the commit: see `_tidy`.
            "checkpoint_threshold": "1TB",
            # Rows of a transaction that wait in memory for their place in the file: 122 880.
            "write_buffer_row_group_count": 1,
        }
        if threads is not None:
            self._config["threads"] = threads
        self._writer_lock = threading.RLock()
        self._is_broken = False
        self._log_limit = _LOG_LIMIT
        self._tidy_at = _LOG_LIMIT
        self._connection: duckdb.DuckDBPyConnection | None = self._connect()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        target = ":memory:" if self._path is None else str(self._path)
        try:
            return duckdb.connect(target, config=self._config)
        except duckdb.Error as error:
            if _is_refused(error):
                raise _full(error) from None
            raise StoreCorruptError(
                f"the file {target!r} is no readable database of a store: {_first_line(error)}"
            ) from None

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own, for reading; close it after use."""
        if self._is_broken:
            self._reopen()
        if self._connection is None:
            raise StoreClosedError("the store is closed")
        return self._connection.cursor()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other writers out; readers go on."""
        with self._writer_lock:
            yield

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction: committed and on disk when the block ends, or nothing of it is.

        Raises
        ------
        StoreFullError
            If the system refuses to write; the database can be read, and written later.
        """
        with self._writer_lock:
            cursor = self.cursor()
            try:
                cursor.execute("BEGIN")
                yield cursor
                cursor.execute("COMMIT")
            except duckdb.Error as error:
                self._roll_back(cursor)
                self._is_broken |= _is_fatal(error)
                raise database_error(error) from error
            except BaseException:
                self._roll_back(cursor)
                raise
            finally:
                cursor.close()
            self._tidy()

    @staticmethod
    def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
        try:
            cursor.execute("ROLLBACK")
        except duckdb.Error as error:
            # A commit that failed has rolled back already.
            if "no transaction is active" not in str(error) and not _is_fatal(error):
                raise

    def _tidy(self) -> None:
        """Move a log that has become long into the file.

        What was committed is safe in the log. So a failure here loses nothing and is nobody's
        error: the log grows until there is space again.
        """
        if self._path is None or not self._is_log_long():
            return
        cursor = self.cursor()
        try:
            cursor.execute("CHECKPOINT")
        except duckdb.Error as error:
            self._is_broken |= _is_fatal(error)
            self._tidy_at = 2 * self._log_size()
        else:
            self._tidy_at = self._log_limit
        finally:
            cursor.close()

    def _is_log_long(self) -> bool:
        size = self._log_size()
        if size < self._tidy_at or self._path is None:
            return False
        # Without space the database would give up on the file, and have to be opened again.
        return shutil.disk_usage(self._path.parent).free > 2 * size + _SPARE

    def _log_size(self) -> int:
        try:
            return 0 if self._path is None else Path(f"{self._path}.wal").stat().st_size
        except FileNotFoundError:
            return 0

    def _reopen(self) -> None:
        """Open the file again where the database gave up on it."""
        with self._writer_lock:
            if self._is_broken and self._connection is not None:
                self._connection.close()
                self._connection = self._connect()
                try:
                    # While a reader still holds the old one, this is the old one again.
                    self._connection.execute("SELECT 1").fetchall()
                except duckdb.Error as error:
                    raise database_error(error) from error
                self._is_broken = False

    def set_log_limit(self, size: int) -> None:
        """Bytes of log from which it is moved into the file after a write."""
        self._log_limit = self._tidy_at = size

    def close(self) -> None:
        """Write what is only in the log to its place, and close the file."""
        with self._writer_lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def database_error(error: duckdb.Error) -> StoreError:
    """The error of the store for one of the database."""
    if _is_refused(error):
        return _full(error)
    made = StoreError(f"the database failed: {_first_line(error)}")
    made.type = "illegal_state_exception"
    return made


def _full(error: duckdb.Error) -> StoreFullError:
    return StoreFullError(f"the store cannot be written: {_first_line(error)}")


def _is_refused(error: duckdb.Error) -> bool:
    return any(words in str(error) for words in _REFUSED)


def _is_fatal(error: duckdb.Error) -> bool:
    return isinstance(error, duckdb.FatalException) or "has been invalidated" in str(error)


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0]
