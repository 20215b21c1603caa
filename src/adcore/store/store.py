"""The embedded store: one directory, owned by one process."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from adcore.store.checkpoints import Checkpoints
from adcore.store.clock import Clock, system_clock
from adcore.store.database import Database
from adcore.store.documents import Documents
from adcore.store.errors import StoreClosedError
from adcore.store.index_templates import IndexTemplates
from adcore.store.lock import DirectoryLock

__all__ = ["Store"]

_DATABASE_FILE = "documents.duckdb"
_CHECKPOINTS_DIRECTORY = "checkpoints"


class Store:
    """Documents, configurations and results in indices; checkpoints of models beside them.

    Attributes
    ----------
    documents : Documents
        Everything that searches see.
    templates : IndexTemplates
        What new indices are made with.
    checkpoints : Checkpoints
        Blobs by key.
    directory : Path or None
        Where it is; None in memory.

    Examples
    --------
    >>> with Store.open(None) as store:
    ...     written = store.documents.index("logs", {"host": "a", "cpu": 0.5}, id="1")
    ...     store.documents.get("logs", "1").source
    b'{"host":"a","cpu":0.5}'
    >>> written.result, written.version, written.seq_no
    ('created', 1, 0)
    """

    def __init__(
        self,
        documents: Documents,
        checkpoints: Checkpoints,
        database: Database,
        lock: DirectoryLock | None,
        directory: Path | None,
    ) -> None:
        self.documents = documents
        self.templates = IndexTemplates(documents)
        self.checkpoints = checkpoints
        self.directory = directory
        self._database = database
        self._lock = lock
        self._is_open = True

    @classmethod
    def open(
        cls,
        directory: str | Path | None,
        *,
        clock: Clock = system_clock,
        memory_limit: str = "2GB",
        threads: int | None = None,
    ) -> Store:
        """Open the store of a directory, which is made if need be; None: in memory.

        Parameters
        ----------
        directory : str or Path, optional
            What no other process may have open.
        clock : callable
            Gives epoch milliseconds: for ids, the age of indices and dated names.
        memory_limit : str
            What searches may take, such as ``2GB``; larger ones go to disk.
        threads : int, optional
            What one search may use; all cores if None.

        Raises
        ------
        StoreLockedError
            If another process owns the directory; the message names it.
        StoreCorruptError
            If files in it are damaged, not of a store, or of a newer release.
        StoreFullError
            If it cannot be written.
        """
        path = None if directory is None else Path(directory).absolute()
        lock = None if path is None else DirectoryLock(path)
        opened: list[Database | Checkpoints] = []
        try:
            file = None if path is None else path / _DATABASE_FILE
            database = Database(file, memory_limit, threads)
            opened.append(database)
            documents = Documents(database, clock, str(file))
            checkpoints = Checkpoints(None if path is None else path / _CHECKPOINTS_DIRECTORY)
        except BaseException:
            for part in opened:
                part.close()
            if lock is not None:
                lock.release()
            raise
        return cls(documents, checkpoints, database, lock, path)

    def set_log_limit(self, size: int) -> None:
        """Move the log into the database file from this size in bytes (16 MiB at first)."""
        self._database.set_log_limit(size)

    def close(self) -> None:
        """Give the directory free. Nothing is lost without it."""
        if not self._is_open:
            return
        self._is_open = False
        self.checkpoints.close()
        self._database.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Store:
        if not self._is_open:
            raise StoreClosedError("the store is closed")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
