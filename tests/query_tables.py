"""Tables of documents as searches find them, made of plain JSON documents."""

# ruff: noqa: S311, S608 -- seeded on purpose; names are quoted

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from adcore.store.index_entry import Target
from adcore.store.mapping import Mapping, NestedObject

Document = dict[str, Any]

NOW = 1_600_000_000_000  # 2020-09-13T12:26:40Z
HOUR = 3_600_000

PROPERTIES: dict[str, Any] = {
    "host": {"type": "keyword"},
    "tags": {"type": "keyword"},
    "message": {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 20}}},
    "count": {"type": "long"},
    "value": {"type": "double"},
    "time": {"type": "date"},
    "ok": {"type": "boolean"},
    "address": {"type": "ip"},
    "entity": {
        "type": "nested",
        "properties": {
            "name": {"type": "keyword"},
            "value": {"type": "keyword"},
            "score": {"type": "double"},
        },
    },
}
HOSTS = ["a", "b", "c", "web-1", "it's"]
TAGS = ["red", "green", "blue"]
WORDS = ["error", "warning", "disk", "full", "net", "x_1"]
NAMES = ["error_type", "ip"]


def at_path(document: object, path: str) -> list[Any]:
    """All values at a dotted path."""
    found = [document]
    for step in path.split("."):
        found = [
            item
            for each in found
            if isinstance(each, dict) and step in each
            for item in (each[step] if isinstance(each[step], list) else [each[step]])
        ]
    return [each for each in found if each is not None]


def make_mapping(properties: dict[str, Any], documents: Sequence[Document]) -> Mapping:
    """The mapping, which knows the fields with several values."""
    plain = Mapping.from_json({"properties": properties})
    several = {
        field.path
        for field in plain.leaves()
        if field.nested_path is None and any(len(at_path(d, field.path)) > 1 for d in documents)
    }
    return plain.with_multi_valued(several)


def _struct(mapping: Mapping, nested: NestedObject) -> str:
    members = {f.column: f.sql_type for f in nested.fields if f.parent_path is None}
    for each in mapping.nested.values():
        if each.parent_path == nested.path:
            members[each.column] = _struct(mapping, each)
    listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in members.items())
    return f"STRUCT({listed})[]"


def _objects(mapping: Mapping, nested: NestedObject, holders: list[Any]) -> list[Document] | None:
    members = [f for f in nested.fields if f.parent_path is None]
    made = []
    for each in holders:
        row = {f.column: next(iter(at_path(each, f.column)), None) for f in members}
        for below in mapping.nested.values():
            if below.parent_path == nested.path:
                row[below.column] = _objects(mapping, below, at_path(each, below.column))
        made.append(row)
    return made or None


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _columns(mapping: Mapping) -> Iterator[tuple[str, str]]:
    yield from (("_id", "VARCHAR"), ("_seq_no", "BIGINT"), ("_version", "BIGINT"))
    yield "_source", "VARCHAR"
    for field in mapping.leaves():
        if field.nested_path is None:
            yield field.column, field.sql_type
            if field.is_multi_valued:
                yield field.list_column, f"{field.sql_type}[]"
    for nested in mapping.nested.values():
        if nested.parent_path is None:
            yield nested.column, _struct(mapping, nested)


def _row(mapping: Mapping, number: int, document: Document) -> list[Any]:
    row: list[Any] = [f"id-{number}", number, 1, json.dumps(document)]
    for field in mapping.leaves():
        if field.nested_path is None:
            values = at_path(document, field.path)
            row.append(values[0] if values else None)
            if field.is_multi_valued:
                row.append(values if len(values) > 1 else None)
    outer = [nested for nested in mapping.nested.values() if nested.parent_path is None]
    return row + [_objects(mapping, each, at_path(document, each.path)) for each in outer]


def make_target(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    documents: Sequence[Document],
    properties: dict[str, Any] | None = None,
) -> Target:
    """An index with some documents."""
    mapping = make_mapping(PROPERTIES if properties is None else properties, documents)
    columns = list(_columns(mapping))
    listed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns)
    connection.execute(f"CREATE TABLE {quoted(name)} ({listed})")
    rows = [_row(mapping, number, document) for number, document in enumerate(documents)]
    if rows:
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {quoted(name)} VALUES ({marks})", rows)
    return Target(name, quoted(name), mapping)


def random_documents(count: int, seed: int) -> list[Document]:
    """Documents in which fields are missing, have one value, or several."""
    draw = random.Random(seed)
    return [_random_document(draw) for _ in range(count)]


def _random_document(draw: random.Random) -> Document:
    document: Document = {}
    if draw.random() < 0.9:
        document["host"] = draw.choice(HOSTS)
    if draw.random() < 0.8:
        document["tags"] = [draw.choice(TAGS) for _ in range(draw.randint(0, 3))]
    if draw.random() < 0.8:
        document["message"] = " ".join(draw.choices(WORDS, k=draw.randint(1, 5))).capitalize()
    if draw.random() < 0.9:
        document["count"] = draw.randint(-5, 10)
    if draw.random() < 0.8:
        values = [draw.randint(-8, 40) / 4 for _ in range(draw.choice([1, 1, 1, 2, 3]))]
        document["value"] = values if len(values) > 1 else values[0]
    if draw.random() < 0.95:
        document["time"] = NOW + draw.randint(-60 * 24, 60 * 24) * 60_000
    if draw.random() < 0.7:
        document["ok"] = draw.random() < 0.5
    if draw.random() < 0.5:
        document["address"] = f"10.0.{draw.randint(0, 3)}.{draw.randint(0, 255)}"
    if draw.random() < 0.7:
        document["entity"] = [
            {
                "name": draw.choice(NAMES),
                "value": draw.choice(HOSTS),
                **({"score": draw.randint(0, 8) / 4} if draw.random() < 0.8 else {}),
            }
            for _ in range(draw.randint(1, 2))
        ]
    return document
