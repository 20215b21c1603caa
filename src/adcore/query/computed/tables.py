"""Computed values of all documents, in tables beside those of the indices."""

# ruff: noqa: S608 -- names in SQL are made here, values are bound

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any

import duckdb
import msgspec

from adcore.query.compile import condition
from adcore.query.compile.scope import Scope
from adcore.query.computed.readers import reader_of
from adcore.query.computed.request import RuntimeField
from adcore.query.computed.values import DocumentReader
from adcore.query.computed.words import words_of
from adcore.query.errors import SearchError, ShardSearchError
from adcore.query.limits import Limits
from adcore.query.sql import Sql, all_of
from adcore.query.syntax.parse_query import parse_query
from adcore.query.syntax.queries import Bool, MatchAll, Query, ScriptQuery, ScriptScore
from adcore.query.syntax.reader import Json
from adcore.query.syntax.request import SearchRequest
from adcore.query.syntax.sort import SortKey
from adcore.store.field import Field, FieldType
from adcore.store.index_entry import Target

__all__ = ["computed_targets", "script_queries"]

_DECODER = msgspec.json.Decoder(dict[str, Any])
_BATCH = 4_096


@contextmanager
def computed_targets(
    targets: Sequence[Target],
    body: Json,
    request: SearchRequest,
    cursor: duckdb.DuckDBPyConnection,
    now: int,
    limits: Limits,
) -> Iterator[Sequence[Target]]:
    """The targets of a search with the fields that it computes, while the block runs.

    Parameters
    ----------
    body, request
        The search, as it was sent and parsed.
    now : int
        Epoch milliseconds.

    Raises
    ------
    SearchError
        If a script fails, or scripts would take too many steps.
    """
    wanted = _wanted(body, request)
    if not wanted:
        yield targets
        return
    tables = _Tables(cursor, wanted, request, now, limits)
    try:
        yield [tables.add(at, target) for at, target in enumerate(targets)]
    except SearchError:
        tables.drop()
        raise
    tables.drop()


def _scripts(tree: object) -> Iterator[tuple[str, RuntimeField]]:
    """What scripts in queries and sorts say of each document, by the names of their own."""
    for part in _parts(tree):
        if isinstance(part, ScriptQuery):
            yield part.field, RuntimeField(FieldType.BOOLEAN, _as_truth, part.script)
        elif isinstance(part, ScriptScore):
            yield part.field, RuntimeField(FieldType.DOUBLE, _as_score, part.script)
        elif isinstance(part, SortKey) and part.script is not None and part.type is not None:
            read = reader_of({"type": part.type.value})
            yield part.field, RuntimeField(part.type, read, part.script)


def script_queries(tree: object) -> Iterator[ScriptQuery | ScriptScore]:
    """The queries with scripts anywhere in a query or a whole request."""
    return (part for part in _parts(tree) if isinstance(part, (ScriptQuery, ScriptScore)))


def _parts(tree: object) -> Iterator[object]:
    """A syntax tree, and everything in it; what is in a script is its own."""
    yield tree
    if isinstance(tree, Mapping):
        tree = tuple(tree.values())
    if isinstance(tree, (tuple, list)):
        for each in tree:
            yield from _parts(each)
    elif is_dataclass(tree) and not isinstance(tree, (ScriptQuery, SortKey)):
        for part in fields(tree):
            yield from _parts(getattr(tree, part.name))


def _wanted(body: Json, request: SearchRequest) -> dict[str, RuntimeField]:
    """The fields that the search needs for all documents."""
    parts = body if isinstance(body, Mapping) else {}
    named = set(words_of({k: v for k, v in parts.items() if k not in _ONLY_OF_HITS}))
    scripts = dict(_scripts(request))
    runtime = request.runtime_fields
    # Names with patterns, of searches in several fields, may mean any of them.
    has_patterns = any("*" in word or word == "query_string" for word in named)
    return scripts | {name: field for name, field in runtime.items()
                      if has_patterns or name in named}  # fmt: skip


_ONLY_OF_HITS = frozenset({"runtime_mappings", "script_fields", "fields", "docvalue_fields"})


def _as_truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _as_score(value: object) -> float | None:
    number: float | None = reader_of({"type": "double"})(value)
    if number is not None and number < 0:
        raise ShardSearchError(
            "illegal_argument_exception",
            f"script_score script returned an invalid score [{number}]. Must be a non-negative "
            "score!",
        )
    return number


@dataclass(slots=True)
class _Tables:
    cursor: duckdb.DuckDBPyConnection
    wanted: Mapping[str, RuntimeField]
    request: SearchRequest
    now: int
    limits: Limits
    _parts: int = 0
    _steps: int = 0
    _made: int = 0

    def __post_init__(self) -> None:
        scripts = (field.script for field in self.wanted.values())
        self._parts = sum(script.parts for script in scripts if script is not None)

    def add(self, at: int, target: Target) -> Target:
        """A target with the computed fields."""
        rows, found = self._computed(target)
        columns = [self._column(name, number, found[name])
                   for number, name in enumerate(self.wanted)]  # fmt: skip
        lists = [listed for field in columns for listed in _lists(field, found[field.path])]
        selected = ", ".join(
            ["unnest(?::BIGINT[]) AS \"_seq_no\"", *(f'unnest(?::{kind}[]) AS "{name}"'
             for name, kind, _ in lists)]
        )  # fmt: skip
        self.cursor.execute(
            f'CREATE TEMP TABLE "computed:{at}" AS SELECT {selected}',
            [rows, *(listed for _, _, listed in lists)],
        )
        self._made = at + 1
        shown = "".join(f', c."{name}"' for name, _, _ in lists)
        relation = (
            f'(SELECT d.*{shown} FROM {target.relation} d LEFT JOIN "computed:{at}" c '
            'ON d."_seq_no" = c."_seq_no")'
        )
        known = {**target.mapping.fields, **{field.path: field for field in columns}}
        mapping = replace(target.mapping, fields=MappingProxyType(known))
        return replace(target, relation=relation, mapping=mapping)

    def drop(self) -> None:
        """Drop the tables."""
        for at in range(self._made):
            self.cursor.execute(f'DROP TABLE IF EXISTS "computed:{at}"')

    def _computed(self, target: Target) -> tuple[list[int], dict[str, list[list[Any]]]]:
        """The documents that may match, and their values by field."""
        runtime = {**self.request.runtime_fields, **self.wanted}
        rows: list[int] = []
        found: dict[str, list[list[Any]]] = {name: [] for name in self.wanted}
        reader = DocumentReader(target.mapping.fields, runtime)
        for seq_no, source in self._documents(target):
            self._count_steps()
            values = reader.of(_DECODER.decode(source))
            rows.append(seq_no)
            try:
                for name, listed in found.items():
                    listed.append(values.computed(name))
            except ShardSearchError as error:
                error.index = target.index
                raise
        return rows, found

    def _documents(self, target: Target) -> Iterator[tuple[int, str]]:
        scope = Scope(target.index, target.mapping, self.now, self.limits)
        conditions = [condition(self._necessary(), scope)]
        if target.filter is not None:
            conditions.append(condition(parse_query(target.filter), scope))
        where: Sql = all_of(conditions)
        query = f'SELECT "_seq_no", "_source" FROM {target.relation} WHERE {where.text}'
        self.cursor.execute(query, list(where.parameters))
        while batch := self.cursor.fetchmany(_BATCH):
            yield from batch

    def _necessary(self) -> Query:
        """What documents must match in any case, whatever is computed."""
        query = self.request.query
        if self.request.aggregations:
            return MatchAll()
        while isinstance(query, ScriptScore):
            query = query.query
        clauses = (*query.must, *query.filter) if isinstance(query, Bool) else (query,)
        return Bool(filter=tuple(each for each in clauses if not self._is_computed(each)))

    def _is_computed(self, query: Query) -> bool:
        """Whether a clause may name a computed field, be it in a pattern."""
        parts = list(_parts(query))
        if any(isinstance(part, (ScriptQuery, ScriptScore)) for part in parts):
            return True
        names = ("*", *self.wanted)
        return any(name in part for part in parts if isinstance(part, str) for name in names)

    def _count_steps(self) -> None:
        self._steps += self._parts
        if self._steps > self.limits.script_steps:
            raise SearchError(
                "circuit_breaking_exception",
                "[script] Too many steps: scripts of a search may take "
                f"[{self.limits.script_steps}], documents times parts",
                status=429,
            )

    def _column(self, name: str, number: int, values: Sequence[list[Any]]) -> Field:
        field = self.wanted[name]
        several = any(len(each) > 1 for each in values)
        return Field(name, field.type, f"computed:{number}", several, format=field.format)


def _lists(field: Field, values: Sequence[list[Any]]) -> Iterator[tuple[str, str, list[Any]]]:
    """Name, type and values of the columns of a field."""
    yield field.column, field.sql_type, [each[0] if each else None for each in values]
    if field.is_multi_valued:
        several = [each if len(each) > 1 else None for each in values]
        yield field.list_column, f"{field.sql_type}[]", several
