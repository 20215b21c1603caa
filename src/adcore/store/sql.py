"""Names and statements of SQL, from mappings."""

from __future__ import annotations

import json
from collections.abc import Iterator

from adcore.store.mapping import Field, Mapping, NestedObject

__all__ = [
    "column_shape",
    "column_types",
    "identifier",
    "literal",
    "member_types",
    "nested_changes",
    "sql_constant",
    "table_columns",
]  # fmt: skip

DOCUMENT_COLUMNS = {
    "_id": "VARCHAR",
    "_seq_no": "BIGINT",
    "_version": "BIGINT",
    "_source": "VARCHAR",
}


def identifier(name: str) -> str:
    """A name as SQL reads it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL reads it."""
    return "'" + text.replace("'", "''") + "'"


def sql_constant(value: str | float | bool | None) -> str:
    """A value as SQL reads it."""
    if value is None:
        return "NULL"
    return literal(value) if isinstance(value, str) else repr(value)


def table_columns(mapping: Mapping) -> dict[str, str]:
    """The SQL types of all columns of an index, by name."""
    return {**DOCUMENT_COLUMNS, **column_types(mapping)}


def column_types(mapping: Mapping) -> dict[str, str]:
    """The SQL types of the columns of the fields, by name."""
    types = dict(_leaf_types(f for f in mapping.leaves() if f.nested_path is None))
    for nested in mapping.nested.values():
        if nested.parent_path is None and (members := member_types(mapping, nested)):
            types[nested.column] = f"{_struct(members)}[]"
    return types


def column_shape(mapping: Mapping, column: str, kind: str) -> str:
    """The shape that from_json needs to turn the text of a list or nested column into one."""
    for nested in mapping.nested.values():
        if nested.parent_path is None and nested.column == column:
            return json.dumps([_shape(mapping, nested)])
    return json.dumps([kind[:-2]])


def nested_changes(before: Mapping, after: Mapping) -> Iterator[tuple[str, str]]:
    """Members that nested columns lack: the path inside the table, and the type."""
    for nested in after.nested.values():
        old = before.nested.get(nested.path)
        had = member_types(before, old) if old is not None else {}
        if not had:
            continue  # the whole column or member is new, and belongs to the one above it
        for name, kind in member_types(after, nested).items():
            if name not in had:
                yield f"{_place(after, nested)}.element.{identifier(name)}", kind


def _place(mapping: Mapping, nested: NestedObject) -> str:
    if nested.parent_path is None:
        return identifier(nested.column)
    parent = mapping.nested[nested.parent_path]
    return f"{_place(mapping, parent)}.element.{identifier(nested.column)}"


def _leaf_types(leaves: Iterator[Field]) -> Iterator[tuple[str, str]]:
    for leaf in leaves:
        yield leaf.column, leaf.sql_type
        if leaf.is_multi_valued:
            yield leaf.list_column, f"{leaf.sql_type}[]"


def member_types(mapping: Mapping, nested: NestedObject) -> dict[str, str]:
    """The SQL types of the members of a nested object, by name."""
    own = (f for f in mapping.leaves() if f.nested_path == nested.path)
    members = dict(_leaf_types(own))
    for inner in mapping.nested.values():
        if inner.parent_path == nested.path and (deeper := member_types(mapping, inner)):
            members[inner.column] = f"{_struct(deeper)}[]"
    return members


def _struct(members: dict[str, str]) -> str:
    return "STRUCT(" + ", ".join(f"{identifier(n)} {kind}" for n, kind in members.items()) + ")"


def _shape(mapping: Mapping, nested: NestedObject) -> dict[str, object]:
    """The structure that from_json expects."""
    shape: dict[str, object] = {}
    for name, kind in member_types(mapping, nested).items():
        shape[name] = [kind[:-2]] if kind.endswith("[]") else kind
    for inner in mapping.nested.values():
        if inner.parent_path == nested.path and inner.column in shape:
            shape[inner.column] = [_shape(mapping, inner)]
    return shape
