"""The scratch space of one run: a temporary folder and an embedded database that spills into it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType

import duckdb

from adcore.detect.files import OutputError, system_reason
from adcore.detect.sql import ask, literal

__all__ = ["Workspace"]

MEMORY_LIMIT = "1GB"


class Workspace:
    """A temporary folder and an in-memory DuckDB whose tables spill into it beyond 1 GB.

    All intermediate results live here, so that a run needs bounded memory however long its input.
    Use it as a context manager; leaving removes everything.

    Examples
    --------
    >>> with Workspace() as workspace:
    ...     workspace.connection.execute("SELECT 1 + 1").fetchall()
    [(2,)]
    """

    def __init__(self) -> None:
        self.connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": MEMORY_LIMIT,
                # A run uses what is installed, never the network.
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        # Times without a zone are UTC, wherever the machine stands.
        ask(self.connection, "SET GLOBAL TimeZone = 'UTC'")
        self.folder = Path(tempfile.mkdtemp(prefix="adcore-"))
        ask(self.connection, f"SET temp_directory = {literal(str(self.folder / 'spill'))}")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A second connection to the same tables: one can read a stream while the other writes."""
        return self.connection.cursor()

    def not_written(self, reason: str | None) -> OutputError:
        """The error of a full disk, or the like, where the folder is."""
        return OutputError(
            f"intermediate results were not written to {self.folder.parent}: {reason}; "
            "the environment variable TMPDIR names another folder"
        )

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        # The database names the file it could not write, whatever error that became on its way.
        if isinstance(error, Exception) and str(self.folder / "spill") in str(error):
            raise self.not_written(system_reason(error)) from error
