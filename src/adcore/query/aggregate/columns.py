"""The columns that a search reads of each target, by whatever each calls them.

Every value a search needs is asked for before any SQL is written; the targets' tables, with these
columns only, are then put under each other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import count, pairwise

from adcore.query.compile.scope import BoundField, Scope
from adcore.query.errors import illegal_argument
from adcore.query.sql import Sql, column, join, sql
from adcore.store.mapping import Field

__all__ = ["Columns", "Kind", "Values", "field_values", "known_as"]

Make = Callable[[Scope], Sql]


class Kind(Enum):
    """What the values of a field are, over all targets; the value is the SQL type."""

    NONE = "VARCHAR "
    WHOLE = "BIGINT"
    LARGE = "HUGEINT"
    FLOAT = "DOUBLE"
    DATE = "BIGINT "
    BOOLEAN = "BOOLEAN"
    STRING = "VARCHAR"

    @property
    def is_number(self) -> bool:
        """Whether values can be added."""
        return self in {Kind.WHOLE, Kind.LARGE, Kind.FLOAT}


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a field in a relation.

    Attributes
    ----------
    column : Sql
        One value per row, or, `is_list`, the list of all.
    kind : Kind
        What they are.
    field : Field or None
        The field in the first target that has it, for the format of dates.
    """

    column: Sql
    kind: Kind
    is_list: bool
    field: Field | None


class Columns:
    """The columns of a relation, each made per target.

    Parameters
    ----------
    scopes : sequence of Scope or None
        Per target what names mean; None where a target has no such nested field.
    """

    def __init__(self, scopes: Sequence[Scope | None], parent: Columns | None = None) -> None:
        self.scopes = scopes
        self.parent = parent
        self._numbers: Iterator[int] = count() if parent is None else parent._numbers
        self._made: dict[Hashable, tuple[str, Make, str]] = {}

    @property
    def root(self) -> Columns:
        """The columns of documents, where these are of nested objects."""
        return self if self.parent is None else self.parent.root

    def add(self, key: Hashable, make: Make, sql_type: str) -> Sql:
        """Ask for a column; the same key gives the same column."""
        if key not in self._made:
            self._made[key] = (f"c{next(self._numbers)}", make, sql_type)
        return column(self._made[key][0])

    @property
    def is_absent(self) -> bool:
        """Whether no target has these objects."""
        return all(scope is None for scope in self.scopes)

    def typed_names(self) -> list[tuple[str, str]]:
        """The names and SQL types (empty: of a list of objects) of all columns asked for."""
        return [(name, sql_type) for name, _, sql_type in self._made.values()]

    def selected(self, at: int) -> list[tuple[str, Sql]]:
        """Names and expressions of all columns in one target."""
        scope = self.scopes[at]
        made = []
        for name, make, sql_type in self._made.values():
            expression = Sql("NULL") if scope is None else make(scope)
            made.append((name, sql(f"CAST({{}} AS {sql_type})" if sql_type else "{}", expression)))
        return made

    def inside(self, path: str) -> Columns:
        """The columns of the objects of a nested field, which nothing asks for yet."""
        scopes = [None if scope is None else scope.inside(path) for scope in self.scopes]
        return Columns(scopes, self)

    def nested(self, path: str) -> tuple[Columns, Sql]:
        """The columns of the objects of a nested field, and the column with their list."""
        child = self.inside(path)
        places = {id(scope): at for at, scope in enumerate(self.scopes)}

        def make(scope: Scope) -> Sql:
            return child._list(scope, places[id(scope)], path)

        # The type is left open: it is a STRUCT that only the finished child knows.
        return child, self.add(("nested", id(child)), make, "")

    def _list(self, scope: Scope, at: int, path: str) -> Sql:
        """The list of STRUCTs of these columns, of the objects below one scope."""
        steps = scope.nested_lists(path)
        if not steps or self.scopes[at] is None:
            return Sql("NULL")
        listed = scope.list_of(steps[0])
        inside = scope
        for above, below in pairwise(steps):
            inside = inside.within_next(above)
            listed = sql(
                "flatten(list_transform({}, lambda {}: {}))",
                listed,
                _variable(above.path),
                inside.list_of(below),
            )
        members = [sql(f'"{name}" := {{}}', made) for name, made in self.selected(at)]
        packed = join(", ", members) if members else Sql('"none:" := TRUE')
        return sql(
            "list_transform({}, lambda {}: struct_pack({}))", listed, _variable(path), packed
        )


def _variable(path: str) -> Sql:
    return column(f"object:{path}")


def field_values(columns: Columns, path: str, *, is_text_fine: bool = False) -> Values:
    """The values of a field, of one type over all targets; NULL where one has no such field.

    Raises
    ------
    SearchError
        If a target has it as analysed text, which has no values to compare.
    """
    bounds = [scope.find(path) for scope in columns.scopes if scope is not None]
    found = [bound for bound in bounds if bound is not None]
    if not is_text_fine:
        for bound in found:
            _refuse_text(bound.field)
    kind = _common_kind([bound.field for bound in found])
    is_list = any(bound.several is not None for bound in found)
    sql_type = kind.value.strip() + ("[]" if is_list else "")

    def make(scope: Scope) -> Sql:
        bound: BoundField | None = scope.find(path)
        if bound is None:
            return Sql("NULL")
        return bound.all_values() if is_list else bound.first

    made = columns.add(("values", path, is_list), make, sql_type)
    return Values(made, kind, is_list, found[0].field if found else None)


def known_as(values: Values, kind: Kind) -> Values:
    """The values, of a kind that suits who asks where no target has the field."""
    if values.kind is not Kind.NONE:
        return values
    return Values(Sql(f"NULL::{kind.value}"), kind, False, None)


def _refuse_text(field: Field) -> None:
    if field.type.is_text:
        raise illegal_argument(
            "Text fields are not optimised for operations that require per-document field data "
            "like aggregations and sorting, so these operations are disabled by default. Please "
            "use a keyword field instead. Alternatively, set fielddata=true on "
            f"[{field.path}] in order to load field data by uninverting the inverted index. Note "
            "that this can use significant memory."
        )


def _common_kind(fields: Sequence[Field]) -> Kind:
    kinds = {_kind(field) for field in fields}
    if not kinds:
        return Kind.NONE
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds == {Kind.WHOLE, Kind.LARGE}:
        return Kind.LARGE
    return Kind.FLOAT if all(kind.is_number for kind in kinds) else Kind.STRING


def _kind(field: Field) -> Kind:
    if field.type.is_date:
        return Kind.DATE
    if field.type.is_whole_number:
        return Kind.LARGE if field.sql_type == "UBIGINT" else Kind.WHOLE
    if field.type.is_number:
        return Kind.FLOAT
    return Kind.BOOLEAN if field.sql_type == "BOOLEAN" else Kind.STRING
