"""CSV, NDJSON and Parquet files, plain or compressed, as tables that can be read in batches."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier and sql.literal

from __future__ import annotations

import csv
import gzip
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from adcore.detect.columns import Column
from adcore.detect.sql import ask, ask_one, first_line, literal
from adcore.detect.workspace import Workspace
from adcore.errors import DataError

__all__ = ["STDIN", "Source", "open_source"]

STDIN = "-"
SAMPLE_ROWS = 20_000
SAMPLE_VALUES = 2_000_000
WIDE_COLUMNS = 200
MISSING_WORDS = ("", "na", "n/a", "nan", "null", "none", "nil", "-")

_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
PLAIN = "uncompressed"
_UNSUPPORTED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"PK\x03\x04": "zip"}
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_LINE = 16 << 20


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
        raise DataError(f"{shown}: {_explain(error, path)}") from error
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
    path = workspace.folder / "stdin"
    with path.open("wb") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
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
    compression = _compression(name, path)
    form = _format(workspace, name, path, compression)
    if form == "parquet":
        return _open_parquet(workspace, name, path)
    rows = _estimate_rows(path, compression)
    opener = _open_csv if form == "csv" else _open_json
    relation, columns = opener(workspace, name, path, compression)
    return Source(name, path, form, relation, columns, rows)


def _compression(name: str, path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(8)
    for magic, kind in _UNSUPPORTED.items():
        if head.startswith(magic):
            raise DataError(f"{name} is a {kind} file; only gzip and zstd are unpacked here")
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), PLAIN)


def _format(workspace: Workspace, name: str, path: Path, compression: str) -> str:
    with path.open("rb") as file:
        if file.read(4) == b"PAR1":
            return "parquet"
    suffixes = [s for s in Path(name).suffixes if s not in (".gz", ".zst")]
    known = _FORMATS.get(suffixes[-1].lower()) if suffixes else None
    if known == "parquet":
        raise DataError(f"{name} is not a Parquet file")
    if known is not None:
        return known
    line = _first_text_line(workspace, name, path, compression)
    return "json" if line.lstrip().startswith(("{", "[")) else "csv"


def _first_text_line(workspace: Workspace, name: str, path: Path, compression: str) -> str:
    query = (
        f"SELECT line FROM read_csv({literal(str(path))}, auto_detect = false, delim = '\x1f', "
        f"quote = '', escape = '', header = false, columns = {{'line': 'VARCHAR'}}, "
        f"max_line_size = {_LONGEST_LINE}, compression = '{compression}') "
        "WHERE trim(line) <> '' LIMIT 1"
    )
    lines = ask(workspace.connection, query)
    if not lines:
        raise DataError(f"{name} holds no rows")
    return str(lines[0][0])


def _open_csv(
    workspace: Workspace, name: str, path: Path, compression: str
) -> tuple[str, tuple[Column, ...]]:
    line = _first_text_line(workspace, name, path, compression)
    delimiter = max(_DELIMITERS, key=line.count)
    file = (
        f"{literal(str(path))}, compression = '{compression}', delim = {literal(delimiter)}, "
        f"quote = '\"', escape = '\"', max_line_size = {_LONGEST_LINE}"
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
    workspace: Workspace, name: str, path: Path, compression: str
) -> tuple[str, tuple[Column, ...]]:
    how = f"{literal(str(path))}, compression = '{compression}', format = 'auto', records = 'true'"
    try:
        query = f"DESCRIBE SELECT * FROM read_json({how}, sample_size = {SAMPLE_ROWS})"
        found = ask(workspace.connection, query)
    except duckdb.BinderException:
        raise DataError(f"{name}: expected one JSON object a line") from None
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


def _estimate_rows(path: Path, compression: str) -> int | None:
    """Lines of a text file, from those in its first MiB; None where it is compressed with zstd."""
    if compression == "zstd":
        return None
    with path.open("rb") as raw:
        if compression == PLAIN:
            head = raw.read(1 << 20)
            consumed = len(head)
        else:
            with gzip.open(raw) as unpacked:
                head = unpacked.read(1 << 20)
            consumed = raw.tell()
    return max(1, round(head.count(b"\n") * path.stat().st_size / max(1, consumed)))


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


def _explain(error: duckdb.Error, path: Path) -> str:
    """The sentences of the database that speak about the content of the file."""
    lines = str(error).strip().splitlines()
    kept = [first_line(error).replace(f' in file "{path}"', "")]
    kept += [line for line in lines[1:] if line.startswith(("Original Line", "Expected Number"))]
    return "; ".join(line.strip() for line in kept)
