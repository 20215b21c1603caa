"""Documents of one shape into a table: the database makes their JSON and their columns."""

# ruff: noqa: S608 -- names are quoted by sql.identifier, texts by sql.literal

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingABC
from typing import Any

import duckdb
import numpy as np

from adcore.store.column_batch import execute_with
from adcore.store.document_columns import Column, DocumentColumns
from adcore.store.field import Field, FieldType
from adcore.store.index_entry import IndexEntry
from adcore.store.json_text import encode
from adcore.store.mapping import Mapping, NestedObject
from adcore.store.row_storage import constant
from adcore.store.sql import column_types, identifier, literal, member_types, sql_constant

__all__ = ["append_rows", "fits_columns", "varying"]

_SQL_TYPES = {"i": "BIGINT", "f": "DOUBLE"}
_ROWS_AT_ONCE = 250_000


def fits_columns(batch: DocumentColumns, mapping: Mapping) -> bool:
    """Whether what differs is stored as it is given: then :func:`append_rows` can take it.

    Not where a field is unknown, has sub-fields of its own, or turns values into others; nor where
    several values of a document go to one field outside of nested objects.
    """
    for path, value in varying(batch.shape).items():
        if path not in mapping.nested:
            is_plain = _is_plain(batch, mapping.fields.get(path), value)
        else:
            is_plain = mapping.nested[path].parent_path is None and all(
                _is_plain(batch, mapping.fields.get(f"{path}.{key}"), item)
                for member in _members(value)
                for key, item in member.items()
            )
        if not is_plain:
            return False
    return True


def varying(shape: MappingABC[str, Any]) -> dict[str, Any]:
    """The fields of a document that are not the same in all."""
    return {key: value for key, value in shape.items() if _has_columns(value)}


def _has_columns(value: Any) -> bool:
    if isinstance(value, MappingABC):
        return any(map(_has_columns, value.values()))
    if isinstance(value, list):
        return any(map(_has_columns, value))
    return isinstance(value, Column)


def _members(value: Any) -> list[MappingABC[str, Any]]:
    """The objects of a nested field."""
    return value if isinstance(value, list) else [value]


def _is_plain(batch: DocumentColumns, found: Field | None, value: Any) -> bool:
    if found is None or found.is_multi_valued or found.subfields:
        return False
    kind = _kind(batch, value)
    if found.type.is_date:
        # A number in a date is epoch milliseconds, unless the format says seconds.
        return kind == "BIGINT" and "epoch_second" not in found.date_format.text
    wanted = {"BIGINT": FieldType.LONG, "DOUBLE": FieldType.DOUBLE, "VARCHAR": FieldType.KEYWORD}
    return found.type is wanted.get(kind)


def _kind(batch: DocumentColumns, value: Any) -> str:
    """The SQL type of a value, or of a column of them; empty where it has none."""
    if isinstance(value, Column):
        return _column_kind(batch.columns[value.name])
    return {int: "BIGINT", float: "DOUBLE", str: "VARCHAR"}.get(type(value), "")


def _column_kind(values: Any) -> str:
    return _SQL_TYPES[values.dtype.kind] if isinstance(values, np.ndarray) else "VARCHAR"


def append_rows(
    cursor: duckdb.DuckDBPyConnection,
    entry: IndexEntry,
    batch: DocumentColumns,
    constants: MappingABC[str, Any],
    first: int,
) -> None:
    """Insert documents that :func:`fits_columns`.

    Parameters
    ----------
    constants : mapping
        By column, what the fields that are the same in all come to.
    first : int
        The sequence number of the first; the others follow.
    """
    types = column_types(entry.mapping)
    places = {c: constant(c, value, types, entry.mapping) for c, value in constants.items()}
    places |= dict(_places(batch, entry.mapping))
    names = ", ".join(map(identifier, ["_id", "_seq_no", "_version", "_source", *places]))
    source = f"concat({', '.join(_json_parts(batch))})"
    values = ", ".join(['"_id"', '"_seq_no"', "1", source, *places.values()])
    statement = f"INSERT INTO {entry.relation} ({names}) SELECT {values} FROM given"
    for part in batch.parts(_ROWS_AT_ONCE):
        numbers = np.arange(first, first + len(part))
        rows: dict[str, tuple[str, Any]] = {
            "_id": ("VARCHAR", part.ids),
            "_seq_no": ("BIGINT", numbers),
        }
        rows |= {_own(n): (_column_kind(v), v) for n, v in part.columns.items()}
        execute_with(cursor, statement, rows)
        first += len(part)


def _own(name: str) -> str:
    """Columns of values beside those of documents."""
    return f"value {name}"


# -- the JSON of a document


def _json_parts(batch: DocumentColumns) -> list[str]:
    """What it is put together from: texts, and columns as JSON."""
    parts: list[str] = []
    text = ""
    for piece in _pieces(batch.shape):
        if isinstance(piece, str):
            text += piece
            continue
        parts += [literal(text), _json_of(piece, batch)]
        text = ""
    return [*parts, literal(text)]


def _pieces(value: Any) -> Iterator[str | Column]:
    if isinstance(value, Column):
        yield value
    elif isinstance(value, MappingABC):
        for i, (key, item) in enumerate(value.items()):
            yield ("{" if i == 0 else ",") + encode(key).decode() + ":"
            yield from _pieces(item)
        yield "}" if value else "{}"
    elif isinstance(value, list):
        yield "["
        for i, item in enumerate(value):
            yield "," if i else ""
            yield from _pieces(item)
        yield "]"
    else:
        yield encode(value).decode()


def _json_of(column: Column, batch: DocumentColumns) -> str:
    name = identifier(_own(column.name))
    # Numbers are written as JSON has them.
    return f"to_json({name})" if _column_kind(batch.columns[column.name]) == "VARCHAR" else name


# -- the columns of a document


def _places(batch: DocumentColumns, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Each column that differs, with its expression."""
    for path, value in varying(batch.shape).items():
        if path in mapping.nested:
            nested = mapping.nested[path]
            members = ", ".join(_struct(member, nested, mapping) for member in _members(value))
            yield nested.column, f"[{members}]"
        else:
            yield mapping.fields[path].column, _expression(value)


def _struct(member: MappingABC[str, Any], nested: NestedObject, mapping: Mapping) -> str:
    given = {mapping.fields[f"{nested.path}.{key}"].column: value for key, value in member.items()}
    parts = ", ".join(
        f"{identifier(name)} := {_expression(given.get(name))}::{kind}"
        for name, kind in member_types(mapping, nested).items()
    )
    return f"struct_pack({parts})"


def _expression(value: Any) -> str:
    if isinstance(value, Column):
        return identifier(_own(value.name))
    return sql_constant(value)
