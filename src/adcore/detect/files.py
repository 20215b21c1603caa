"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from adcore.errors import AdcoreError

__all__ = [
    "OutputError", "check_writable", "printing", "replacing", "system_reason", "with_mark",
]  # fmt: skip


class OutputError(AdcoreError, OSError):
    """A result cannot be written; what stood in its place is untouched."""


def check_writable(path: Path) -> None:
    """Find out before a long run whether a file can be made.

    Raises
    ------
    OutputError
        If its folder is missing or closed to us, or the path is no plain file.
    """
    folder = path.resolve().parent
    if path.exists() and not path.is_file():
        raise OutputError(
            f"{path} is no plain file; results are written beside it and moved over it"
        )
    if not folder.is_dir():
        raise OutputError(f"{path}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise OutputError(f"{path}: the folder {folder} may not be written to")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder that takes the place of ``path`` in the end.

    On any error, also Ctrl-C, the temporary file is removed and ``path`` is as before.

    Raises
    ------
    OutputError
        If the system or the database cannot write; the message has the reason.
    """
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    except (OSError, duckdb.IOException) as error:
        raise OutputError(f"{path} was not written: {system_reason(error)}") from error
    finally:
        draft.unlink(missing_ok=True)


def system_reason(error: Exception) -> str:
    """What the system said when a file could not be written, such as "No space left on device".

    The database ends its own sentence with it; where a thread wrote, its number is among JSON.
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    number = re.search(r'"errno":"(\d+)"', str(error))
    return os.strerror(int(number[1])) if number else str(error).rsplit(": ", 1)[-1]


@contextmanager
def printing() -> Iterator[None]:
    """What is printed goes to the standard output; a reader who left is a ``BrokenPipeError``.

    Raises
    ------
    OutputError
        If the system cannot write for another reason.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"the standard output was not written: {error.strerror}") from error


def with_mark(path: Path, mark: str) -> Path:
    """The path with a word before its suffixes.

    >>> with_mark(Path("run.1/results.csv.gz"), "partial").as_posix()
    'run.1/results.partial.csv.gz'
    """
    stem = path.name.split(".")[0]
    return path.with_name(f"{stem}.{mark}{path.name[len(stem) :]}")
