"""Files of Parquet or CSV as an index that is only read."""

# ruff: noqa: S608 -- names are quoted by sql.identifier, values are parameters

from __future__ import annotations

import glob
from pathlib import Path

import duckdb

from adcore.store.errors import MappingError
from adcore.store.field import FieldType
from adcore.store.mapping import Mapping
from adcore.store.sql import identifier, literal

__all__ = ["files_mapping", "files_relation"]

_ENDINGS = (".parquet", ".csv", ".csv.gz", ".tsv", ".tsv.gz")
_NUMBERS = {
    "BIGINT": "long", "INTEGER": "integer", "SMALLINT": "short", "TINYINT": "byte",
    "UBIGINT": "unsigned_long", "UINTEGER": "long", "USMALLINT": "integer", "UTINYINT": "short",
    "DOUBLE": "double", "FLOAT": "float", "BOOLEAN": "boolean",
}  # fmt: skip


def files_relation(path: str | Path) -> str:
    """The SQL that reads the files of a directory, a glob or one name.

    Raises
    ------
    MappingError
        If there are none, or they are of more than one kind.
    """
    text = str(path)
    if Path(text).is_dir():
        names = sorted(str(p) for p in Path(text).rglob("*") if p.name.endswith(_ENDINGS))
    else:
        names = sorted(glob.glob(text, recursive=True))  # noqa: PTH207 -- it may be absolute
    kinds = {"parquet" if name.endswith(".parquet") else "csv" for name in names}
    if not names or len(kinds) > 1:
        found = "files of Parquet and of CSV" if names else "no files"
        raise MappingError(
            f"{text!r} has {found}; expected files of one kind: {', '.join(_ENDINGS)}"
        )
    (kind,) = kinds
    # A glob is written as given, so that files that come later are seen too.
    shown = literal(text) if len(names) == 1 or not Path(text).is_dir() else None
    source = shown or "[" + ", ".join(map(literal, names)) + "]"
    return f"read_{kind}({source}, union_by_name = true)"


def files_mapping(cursor: duckdb.DuckDBPyConnection, scan: str) -> tuple[Mapping, str]:
    """The mapping of files, and the SQL of a view with the columns of an index.

    Raises
    ------
    MappingError
        If they cannot be read.
    """
    try:
        found = cursor.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0]
        raise MappingError(f"the files cannot be read: {first}") from None
    columns = [(name, _field_type(kind), kind) for name, kind, *_ in found]
    properties = {name: {"type": kind} for name, kind, _ in columns}
    mapping = Mapping.from_json({"properties": properties})
    names = ", ".join(
        f"{_expression(name, kind, sql)} AS {identifier(mapping.fields[name].column)}"
        for name, kind, sql in columns
    )
    shown = ", ".join(f"{literal(n)}, {_shown(n, kind)}" for n, kind, _ in columns)
    # Rows have no ids of their own: their position in the files is one as long as these stay.
    position = _position(scan, {name for name, _, _ in columns})
    view = (
        f"SELECT ({position})::VARCHAR AS _id, {position} AS _seq_no, "
        f"1::BIGINT AS _version, json_object({shown})::VARCHAR AS _source, {names} FROM {scan}"
    )
    return mapping, view


def _position(scan: str, names: set[str]) -> str:
    """Where a row is: its number in a file of Parquet beside that of the file, else among all.

    To count all, all would have to be read, whatever part of them is asked for.
    """
    if scan.startswith("read_parquet") and names.isdisjoint(("file_index", "file_row_number")):
        return "(file_index::BIGINT << 32 | file_row_number)"
    return "row_number() OVER () - 1"


def _field_type(kind: str) -> str:
    if kind.startswith(("TIMESTAMP", "DATE")):
        return FieldType.DATE.value
    if kind.startswith(("DECIMAL", "HUGEINT", "UHUGEINT")):
        return FieldType.DOUBLE.value
    return _NUMBERS.get(kind, FieldType.KEYWORD.value)


def _expression(name: str, kind: str, sql: str) -> str:
    column = identifier(name)
    if kind == "date":
        return (
            f"epoch_ms({column}::TIMESTAMPTZ)"
            if "ZONE" in sql
            else (f"epoch_ms({column}::TIMESTAMP)")
        )
    if kind in ("integer", "short", "byte"):
        return f"{column}::BIGINT"
    wanted = FieldType(kind).sql_type
    return column if wanted == sql else f"{column}::{wanted}"


def _shown(name: str, kind: str) -> str:
    column = identifier(name)
    if kind == "date":
        return f"strftime({column}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ')"
    return f"{column}::DOUBLE" if kind == "double" else column
