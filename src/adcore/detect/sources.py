"""CSV, NDJSON and Parquet files, plain or compressed, as tables that can be read in batches."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier and sql.literal

from __future__ import annotations

import csv
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from adcore.detect.columns import Column
from adcore.detect.faults import unreadable
from adcore.detect.file_kind import LONGEST_LINE, find_compression, find_format, first_line_of
from adcore.detect.integrity import gzip_lines, require_whole_zstd
from adcore.detect.sql import ask, ask_one, literal
from adcore.detect.workspace import Workspace
from adcore.errors import DataError

__all__ = ["STDIN", "Source", "open_source"]

STDIN = "-"
SAMPLE_ROWS = 20_000
SAMPLE_VALUES = 2_000_000
WIDE_COLUMNS = 200
MISSING_WORDS = ("", "na", "n/a", "nan", "null", "none", "nil", "-")

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Source:
    """A table on disk.

    Attributes
    ----------
    name : str
        What the user calls it.
    relation : str
        The SQL that reads it. Columns of text formats come as text, so that a value that does not
        fit can be named.
    columns : tuple of Column
    rows : int or None
        How many rows there are, exactly or about; None where nobody knows before reading.
    parameters : tuple
        The values of the ``?`` in ``relation``.
    """

    name: str
    path: Path
    format: str
    relation: str
    columns: tuple[Column, ...]
    rows: int | None
    parameters: tuple[object, ...] = ()


def open_source(workspace: Workspace, name: str) -> Source:
    """Find out what kind of file ``name`` is, and which columns it has.

    Parameters
    ----------
    workspace : Workspace
        Gets a table ``sample`` of the first rows.
    name : str
        A path, or ``-`` for the standard input, which is first copied into the workspace: the
        guesses and the run read it one after the other.

    Raises
    ------
    DataError
        If there is no such file, or it is empty or in no known format.
    """
    path = _spool_stdin(workspace) if name == STDIN else _checked_path(name)
    shown = "standard input" if name == STDIN else name
    path = _plain_name(workspace, path)
    try:
        source = _open(workspace, shown, path)
        _take_sample(workspace, source)
    except duckdb.Error as error:
        raise unreadable(workspace.connection, shown, path, error) from error
    return source


def _checked_path(name: str) -> Path:
    path = Path(name)
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise DataError(f"{name} is empty")
    except OSError as error:
        raise DataError(f"{name}: {error.strerror}") from error
    return path.resolve()


def _spool_stdin(workspace: Workspace) -> Path:
    if sys.stdin is None:
        raise DataError("standard input is closed")
    path = workspace.folder / "stdin"
    try:
        with path.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
    except OSError as error:
        raise workspace.not_written(error.strerror) from error
    if path.stat().st_size == 0:
        raise DataError("standard input is empty")
    return path


def _plain_name(workspace: Workspace, path: Path) -> Path:
    """The path itself, or a link to it where its characters would make it a pattern of names."""
    if not set(str(path)) & set("*?[]{}"):
        return path
    link = workspace.folder / ("input" + "".join(s for s in path.suffixes if s.isalnum()))
    link.symlink_to(path)
    return link


def _open(workspace: Workspace, name: str, path: Path) -> Source:
    compression = find_compression(name, path)
    rows = _count_rows(name, path, compression)
    form = find_format(workspace, name, path, compression)
    if form == "parquet":
        return _open_parquet(workspace, name, path)
    if form == "csv":
        relation, columns = _open_csv(workspace, name, path, compression)
    else:
        relation, columns = _open_json(workspace, path, compression)
    return Source(name, path, form, relation, columns, rows)


def _open_csv(
    workspace: Workspace, name: str, path: Path, compression: str
) -> tuple[str, tuple[Column, ...]]:
    line = first_line_of(workspace, name, path, compression)
    delimiter = max(_DELIMITERS, key=line.count)
    file = (
        f"{literal(str(path))}, compression = '{compression}', delim = {literal(delimiter)}, "
        f"quote = '\"', escape = '\"', max_line_size = {LONGEST_LINE}"
    )
    header, columns = _sniff_csv(workspace, file, line, delimiter)
    texts = ", ".join(f"{literal(column.name)}: 'VARCHAR'" for column in columns)
    relation = f"read_csv({file}, auto_detect = false, header = {header}, columns = {{{texts}}})"
    return relation, columns


def _sniff_csv(
    workspace: Workspace, file: str, line: str, delimiter: str
) -> tuple[bool, tuple[Column, ...]]:
    """Whether the first line is a header, and the columns."""
    words = ", ".join(literal(w) for word in MISSING_WORDS for w in (word, word.upper()))
    rows = max(20, min(SAMPLE_ROWS, SAMPLE_VALUES // (10 * (line.count(delimiter) + 1))))
    try:
        found = ask(
            workspace.connection,
            f"SELECT HasHeader, Columns FROM sniff_csv({file}, skip = 0, "
            f"nullstr = [{words}, 'NaN', 'None'], sample_size = {rows})",
        )
    except duckdb.InvalidInputException:
        # Some line does not fit the first. Reading by the first line says which.
        names = next(csv.reader([line], delimiter=delimiter))
        return True, tuple(Column(name, "VARCHAR", is_text=True) for name in names)
    header, columns = found[0]
    return header, tuple(Column(c["name"], c["type"], is_text=True) for c in columns)


def _open_json(
    workspace: Workspace, path: Path, compression: str
) -> tuple[str, tuple[Column, ...]]:
    how = f"{literal(str(path))}, compression = '{compression}', format = 'auto', records = 'true'"
    query = f"DESCRIBE SELECT * FROM read_json({how}, sample_size = {SAMPLE_ROWS})"
    found = ask(workspace.connection, query)
    columns = tuple(Column(column, kind, is_text=True) for column, kind, *_ in found)
    texts = ", ".join(f"{literal(column.name)}: 'VARCHAR'" for column in columns)
    return f"read_json({how}, columns = {{{texts}}})", columns


def _open_parquet(workspace: Workspace, name: str, path: Path) -> Source:
    relation = f"read_parquet({literal(str(path))})"
    found = ask(workspace.connection, f"DESCRIBE SELECT * FROM {relation}")
    columns = tuple(Column(c, kind, is_text=kind == "VARCHAR") for c, kind, *_ in found)
    query = f"SELECT sum(num_rows) FROM parquet_file_metadata({literal(str(path))})"
    rows = int(ask_one(workspace.connection, query)[0])
    return Source(name, path, "parquet", relation, columns, rows)


def _count_rows(name: str, path: Path, compression: str) -> int | None:
    """About as many rows as there are lines; None where nobody counts them.

    Raises
    ------
    DataError
        If a compressed file is not whole.
    """
    if compression == "zstd":
        require_whole_zstd(name, path)
        return None
    if compression == "gzip":
        return max(1, gzip_lines(name, path))
    with path.open("rb") as file:
        head = file.read(1 << 20)
    return max(1, round(head.count(b"\n") * path.stat().st_size / len(head)))


def _take_sample(workspace: Workspace, source: Source) -> None:
    # A wide table is not kept: of its sample each guess reads the column it needs.
    kind = "TABLE" if len(source.columns) <= WIDE_COLUMNS else "VIEW"
    ask(
        workspace.connection,
        f"CREATE OR REPLACE {kind} sample AS SELECT * FROM {source.relation} LIMIT {SAMPLE_ROWS}",
    )
    if ask_one(workspace.connection, "SELECT count(*) FROM sample") == (0,):
        names = ", ".join(column.name for column in source.columns[:20])
        raise DataError(f"{source.name} holds no rows, only the columns {names}")
