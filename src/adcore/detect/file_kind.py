"""What kind of file it is: compression by its first bytes, format by name or content."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.literal

from __future__ import annotations

from pathlib import Path

from adcore.detect.sql import ask, literal
from adcore.detect.workspace import Workspace
from adcore.errors import DataError

__all__ = ["LONGEST_LINE", "PLAIN", "find_compression", "find_format", "first_line_of", "lines_of"]

LONGEST_LINE = 16 << 20
PLAIN = "uncompressed"

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
_UNSUPPORTED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"PK\x03\x04": "zip"}
_HEAD = 1 << 16


def find_compression(name: str, path: Path) -> str:
    """``gzip``, ``zstd`` or :data:`PLAIN`.

    Raises
    ------
    DataError
        If it is one of another program.
    """
    with path.open("rb") as file:
        head = file.read(8)
    for magic, kind in _UNSUPPORTED.items():
        if head.startswith(magic):
            raise DataError(f"{name} is a {kind} file; only gzip and zstd are unpacked here")
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), PLAIN)


def find_format(workspace: Workspace, name: str, path: Path, compression: str) -> str:
    """``csv``, ``json`` or ``parquet``.

    Raises
    ------
    DataError
        If it is none of them.
    """
    with path.open("rb") as file:
        if file.read(4) == b"PAR1":
            return "parquet"
    suffixes = [s for s in Path(name).suffixes if s not in (".gz", ".zst")]
    known = _FORMATS.get(suffixes[-1].lower()) if suffixes else None
    if known == "parquet":
        raise DataError(f"{name} is not a Parquet file")
    if compression == PLAIN:
        _require_text(name, path)
    if known is not None:
        return known
    line = first_line_of(workspace, name, path, compression)
    return "json" if line.lstrip().startswith(("{", "[")) else "csv"


def lines_of(path: Path, compression: str) -> str:
    """The SQL that reads a file line by line, empty ones as NULL."""
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, delim = '\x1f', quote = '', "
        f"escape = '', header = false, columns = {{'line': 'VARCHAR'}}, "
        f"max_line_size = {LONGEST_LINE}, compression = '{compression}')"
    )


def first_line_of(workspace: Workspace, name: str, path: Path, compression: str) -> str:
    """The first line that is not blank.

    Raises
    ------
    DataError
        If there is none.
    """
    query = f"SELECT line FROM {lines_of(path, compression)} WHERE trim(line) <> '' LIMIT 1"
    lines = ask(workspace.connection, query)
    if not lines:
        raise DataError(f"{name} holds no rows")
    return str(lines[0][0])


def _require_text(name: str, path: Path) -> None:
    """Files of another encoding and files that are no text at all are told by their beginning."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{name} is text in UTF-16, expected UTF-8")
    wrong = head.find(0)
    if wrong < 0:
        wrong = _first_undecodable(head)
    if wrong >= 0:
        line = head.count(b"\n", 0, wrong) + 1
        raise DataError(
            f"{name}, line {line}: byte 0x{head[wrong]:02x} is not text in UTF-8; "
            "expected CSV, NDJSON or Parquet"
        )


def _first_undecodable(head: bytes) -> int:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # A character may be cut in two by the end of the head.
        return error.start if error.start < len(head) - 3 or len(head) < _HEAD else -1
    return -1
