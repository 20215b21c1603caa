"""Where a query looks for its fields: the table, or the objects of a nested field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import lru_cache

from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.query.sql import Sql, any_of, column, sql, value
from adcore.store.mapping import Field, FieldType, Mapping, NestedObject

__all__ = ["BoundField", "Scope"]

_META = {
    "_id": Field("_id", FieldType.KEYWORD, "_id"),
    "_seq_no": Field("_seq_no", FieldType.LONG, "_seq_no"),
    "_version": Field("_version", FieldType.LONG, "_version"),
}
_INDEX = Field("_index", FieldType.KEYWORD, "_index")


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field and the SQL of its values in one document (or one nested object).

    Attributes
    ----------
    field : Field
        What the mapping says.
    first : Sql
        The first value; NULL if there is none.
    several : Sql or None
        All values, where there are two or more; None if no document has several.
    """

    field: Field
    first: Sql
    several: Sql | None

    def any(self, condition: Callable[[Sql], Sql]) -> Sql:
        """True where a condition holds for one of the values.

        The condition of several values is written with the lambda variable ``"value:"``.
        """
        if self.several is None:
            return condition(self.first)
        of_list = sql(
            'coalesce(len(list_filter({}, lambda "value:": {})), 0) > 0',
            self.several,
            condition(Sql('"value:"')),
        )
        return any_of((condition(self.first), of_list))

    def all_values(self) -> Sql:
        """All values as a list; NULL if there is none."""
        single = sql("CASE WHEN {} IS NOT NULL THEN [{}] END", self.first, self.first)
        return single if self.several is None else sql("coalesce({}, {})", self.several, single)


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean at one place of a request.

    Attributes
    ----------
    index : str
        The name of the index, for ``_index``.
    mapping : Mapping
        Its fields.
    now : int
        The present time in epoch milliseconds, for ``now``.
    limits : Limits
        What one request may ask for.
    nested_path : str or None
        Inside of which nested object; None: the document itself.
    element : Sql or None
        The STRUCT of that object.
    """

    index: str
    mapping: Mapping
    now: int
    limits: Limits = DEFAULT_LIMITS
    nested_path: str | None = None
    element: Sql | None = None

    def find(self, path: str) -> BoundField | None:
        """A field by its path; None if there is none here."""
        found = self.mapping.fields.get(path)
        if found is not None and found.nested_path == self.nested_path:
            return self._bind(found)
        if self.nested_path is None and path in _META:
            return BoundField(_META[path], column(path), None)
        if path == "_index":
            return BoundField(_INDEX, value(self.index), None)
        return None

    def _bind(self, found: Field) -> BoundField:
        several = self._member(found.list_column) if found.is_multi_valued else None
        first = self._member(found.column)
        if found.ignore_above is not None and not found.type.is_text:
            first = sql(
                f"CASE WHEN length({{}}) <= {found.ignore_above:d} THEN {{}} END", first, first
            )
            if several is not None:
                several = sql(
                    f'list_filter({{}}, lambda "long:": length("long:") <= {found.ignore_above:d})',
                    several,
                )
        return BoundField(found, first, several)

    def _member(self, name: str) -> Sql:
        if self.element is None:
            return column(name)
        return sql("struct_extract({}, {})", self.element, _literal(name))

    def matching(self, pattern: str) -> Iterator[Field]:
        """The fields here whose paths fit a pattern of ``*``."""
        fits = _compiled(pattern).fullmatch
        return (
            found
            for path, found in self.mapping.fields.items()
            if found.nested_path == self.nested_path and fits(path)
        )

    def within(self, nested: NestedObject, element: Sql) -> Scope:
        """The scope of one object of a nested field."""
        return replace(self, nested_path=nested.path, element=element)

    def within_next(self, nested: NestedObject) -> Scope:
        """The scope of one object, as the variable of a lambda over their list."""
        return self.within(nested, column(f"object:{nested.path}"))

    def inside(self, path: str) -> Scope | None:
        """The scope of one object of a nested field below here; None if there is no such field."""
        steps = self.nested_lists(path)
        below = self
        for step in steps or ():
            below = below.within_next(step)
        return below if steps else None

    def nested_lists(self, path: str) -> list[NestedObject] | None:
        """The nested objects on the way from here down to a path; None if it is not below."""
        steps: list[NestedObject] = []
        at = self.mapping.nested.get(path)
        while at is not None:
            steps.insert(0, at)
            if at.parent_path == self.nested_path:
                return steps
            at = None if at.parent_path is None else self.mapping.nested.get(at.parent_path)
        return None

    def list_of(self, nested: NestedObject) -> Sql:
        """The list of the objects of a nested field that lies directly in this scope."""
        return self._member(nested.column)


def _literal(name: str) -> Sql:
    # The name of a member must be a constant when the statement is prepared, so it is no parameter;
    # it is a name of the mapping, never of the request.
    return Sql("'" + name.replace("'", "''") + "'")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))
