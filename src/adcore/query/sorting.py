"""The order of hits in SQL, and where a page begins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from adcore.dates.formats import DateFormat
from adcore.query.aggregate.columns import Columns, Kind, field_values
from adcore.query.compile import condition
from adcore.query.compile.objects import values_below
from adcore.query.compile.scope import BoundField, Scope
from adcore.query.compile.values import request_format, to_date, to_float, to_text
from adcore.query.errors import ShardSearchError, illegal_argument
from adcore.query.sql import FALSE, Sql, all_of, any_of, join, sql, value
from adcore.query.syntax.reader import Json
from adcore.query.syntax.sort import SortKey
from adcore.store.mapping import Field

__all__ = ["SortColumn", "after", "order_by", "plan_sort"]

_LEAST, _MOST = -(2**63), 2**63 - 1
_NUMERIC_TYPES = frozenset(
    {"long", "integer", "short", "byte", "date", "boolean", "double", "float", "unsigned_long"}
)


@dataclass(frozen=True, slots=True)
class SortColumn:
    """One key of a sort.

    Attributes
    ----------
    column : Sql
        The values, those that stand for a missing one filled in where there is such a value.
    kind : Kind
        What they are.
    is_missing_first : bool
        Where documents with NULL go.
    form : DateFormat or None
        How the values are shown, if not as numbers.
    """

    key: SortKey
    column: Sql
    kind: Kind
    is_missing_first: bool
    form: DateFormat | None = None
    field: Field | None = None

    def show(self, content: object) -> object:
        """A value as hits show it."""
        if isinstance(content, float) and math.isinf(content):
            return "Infinity" if content > 0 else "-Infinity"
        if self.form is not None and isinstance(content, int) and _LEAST < content < _MOST:
            return self.form.format(content)
        return content

    def read(self, content: Json) -> object:
        """A value that `show` gave."""
        if content is None or isinstance(content, (list, dict)):
            if content is not None:
                raise illegal_argument(
                    f"Failed to parse search_after value for field [{self.key.field}]."
                )
            return None
        if not isinstance(content, (str, int, float)):
            raise illegal_argument(f"Can't handle search_after value [{content}]")
        if content in ("Infinity", "-Infinity"):
            return float(str(content).replace("Infinity", "inf"))
        if self.kind is Kind.DATE and self.field is not None and isinstance(content, str):
            form = self.form or self.field.date_format
            return to_date(content, form, 0, round_up=False)
        if self.kind is Kind.STRING:
            return to_text(content)
        number = int(content) if isinstance(content, bool) else content
        return number if isinstance(number, int) else to_float(number)


def plan_sort(keys: Sequence[SortKey], columns: Columns, score: Sql | None) -> list[SortColumn]:
    """The columns of a sort.

    Parameters
    ----------
    keys : sequence of SortKey
        The keys, first to last.
    columns : Columns
        The columns of documents, to which those of the sort are added.
    score : Sql or None
        The column of the score.

    Raises
    ------
    ShardSearchError
        ``No mapping found for [x] in order to sort on``, where no index has it.
    """
    return [_plan(key, columns, score) for key in keys]


def _plan(key: SortKey, columns: Columns, score: Sql | None) -> SortColumn:
    if key.field == "_score":
        return SortColumn(key, score or Sql("0.0"), Kind.FLOAT, False)
    if key.field in {"_doc", "_shard_doc"}:
        return SortColumn(key, Sql('"doc:"'), Kind.WHOLE, False)
    if key.field == "_index":
        index = columns.add("_index", _index_of, "VARCHAR")
        return SortColumn(key, index, Kind.STRING, False)
    return _field(key, columns)


def _index_of(scope: Scope) -> Sql:
    return value(scope.index)


def _field(key: SortKey, columns: Columns) -> SortColumn:
    # Also refuses analysed text, which cannot be sorted by.
    home = columns if key.nested is None else columns.inside(key.nested.path)
    values = field_values(home, key.field)
    if values.field is None and key.unmapped_type is None and columns.scopes:
        error = ShardSearchError(
            "query_shard_exception", f"No mapping found for [{key.field}] in order to sort on"
        )
        error.index = columns.scopes[0].index if columns.scopes[0] is not None else ""
        raise error
    kind = _sorted_kind(values.kind, key)
    mode = key.mode or ("max" if key.is_descending else "min")

    def make(scope: Scope) -> Sql:
        return _value_of(scope, key, mode)

    made = columns.add(("sort", id(key)), make, kind.value.strip())
    is_first = key.missing == "_first"
    filled = _filling(key, kind)
    if filled is not None:
        made = sql("coalesce({}, {})", made, value(filled))
    form = None
    if key.format is not None and values.field is not None and kind is Kind.DATE:
        form = request_format(values.field, key.format)
    return SortColumn(key, made, kind, is_first, form, values.field)


def _sorted_kind(kind: Kind, key: SortKey) -> Kind:
    if kind is Kind.NONE:
        numeric = (key.unmapped_type or "long") in _NUMERIC_TYPES
        return Kind.WHOLE if numeric else Kind.STRING
    return Kind.WHOLE if kind is Kind.BOOLEAN else kind


def _filling(key: SortKey, kind: Kind) -> object:
    """What stands for a missing value: an extreme number, or the value that was given."""
    if key.missing not in {"_first", "_last"}:
        if kind is Kind.STRING:
            return to_text(key.missing)
        number = to_float(key.missing)
        return number if kind is Kind.FLOAT else int(number)
    if kind is Kind.STRING:
        return None
    is_greatest = (key.missing == "_last") != key.is_descending
    if kind is Kind.FLOAT:
        return math.inf if is_greatest else -math.inf
    return _MOST if is_greatest else _LEAST


def _value_of(scope: Scope, key: SortKey, mode: str) -> Sql:
    """The one value of a document that counts."""
    if key.nested is None:
        bound = scope.find(key.field)
        return Sql("NULL") if bound is None else _reduced(bound, mode)
    found = scope.mapping.fields.get(key.field)
    if found is None or found.nested_path != key.nested.path:
        return Sql("NULL")
    filters = dict(key.nested.filters)

    def matches(inside: Scope) -> Sql | None:
        query = filters.get(inside.nested_path or "")
        return None if query is None else condition(query, inside)

    return sql(f"list_aggregate({{}}, '{_FUNCTIONS[mode]}')", values_below(scope, found, matches))


_FUNCTIONS = {"min": "min", "max": "max", "avg": "avg", "sum": "sum", "median": "median"}


def _reduced(bound: BoundField, mode: str) -> Sql:
    if bound.several is None:
        return bound.first
    reduced = sql(f"list_aggregate({{}}, '{_FUNCTIONS[mode]}')", bound.several)
    return sql("coalesce({}, {})", reduced, bound.first)


def order_by(columns: Sequence[SortColumn]) -> Sql:
    """The terms of ORDER BY; documents that are equal keep the order in which they came."""
    terms = [
        sql(
            f"{{}} {'DESC' if each.key.is_descending else 'ASC'} "
            f"NULLS {'FIRST' if each.is_missing_first else 'LAST'}",
            each.column,
        )
        for each in columns
    ]
    return join(", ", [*terms, Sql('"doc:" ASC')])


def after(columns: Sequence[SortColumn], values: Sequence[Json]) -> Sql:
    """The condition of documents that come after a place in the order."""
    read = [column.read(content) for column, content in zip(columns, values, strict=True)]
    ways = []
    for at, column in enumerate(columns):
        same = [_same(each, content) for each, content in zip(columns[:at], read, strict=False)]
        ways.append(all_of([*same, _later(column, read[at])]))
    return any_of(ways)


def _same(column: SortColumn, content: object) -> Sql:
    return sql("{} IS NOT DISTINCT FROM {}", column.column, value(content))


def _later(column: SortColumn, content: object) -> Sql:
    if content is None:
        return sql("{} IS NOT NULL", column.column) if column.is_missing_first else FALSE
    sign = "<" if column.key.is_descending else ">"
    later = sql(f"{{}} {sign} {{}}", column.column, value(content))
    if column.is_missing_first:
        return later
    return sql("({} OR {} IS NULL)", later, column.column)
