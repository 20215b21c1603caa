"""The values of fields inside nested objects, seen from the document that holds them."""

from __future__ import annotations

from collections.abc import Callable

from adcore.query.compile.scope import Scope
from adcore.query.sql import Sql, sql
from adcore.store.mapping import Field

__all__ = ["values_below"]


def values_below(
    scope: Scope, field: Field, matches: Callable[[Scope], Sql | None] = lambda _: None
) -> Sql:
    """All values of a field in the objects below a scope, as one list.

    Parameters
    ----------
    scope : Scope
        Of the document, or of an object on the way down.
    field : Field
        A field of a nested object.
    matches : callable
        Given the scope of each kind of object on the way, the condition of those that count;
        None: all do.
    """
    steps = scope.nested_lists(field.nested_path or "")
    if not steps:
        bound = scope.find(field.path)
        return Sql("[]") if bound is None else sql("coalesce({}, [])", bound.all_values())
    inside = scope.within_next(steps[0])
    assert inside.element is not None  # noqa: S101 -- it is the scope of an object
    variable, listed, wanted = inside.element, scope.list_of(steps[0]), matches(inside)
    if wanted is not None:
        listed = sql("list_filter({}, lambda {}: {})", listed, variable, wanted)
    inner = values_below(inside, field, matches)
    return sql("flatten(list_transform({}, lambda {}: {}))", listed, variable, inner)
