"""One function for all kinds of queries; the modules beside this one teach it theirs."""

from __future__ import annotations

from functools import singledispatch

from adcore.query.compile.scope import Scope
from adcore.query.sql import Sql
from adcore.query.syntax.queries import Query

__all__ = ["condition"]


@singledispatch
def condition(query: Query, scope: Scope) -> Sql:
    """The SQL condition of a query: true where it matches, else false or NULL."""
    raise NotImplementedError(f"{type(query).__name__} in {scope.index}")
