"""The rows of one index in SQL: times, numbers and keys.

A document with several values of a feature gives a row for each of them; one with several values of
a category field is a document of each entity, as it is to the API.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from adcore.detector.aggregation import ValueColumn
from adcore.detector.filters import condition_of
from adcore.detector.queries import is_match_all
from adcore.detector.scan import ScanRequest
from adcore.errors import DataError
from adcore.query.compile.objects import values_below
from adcore.query.compile.scope import Scope
from adcore.query.filter import condition_in
from adcore.query.sql import Sql, all_of, any_of, column, join, sql, value
from adcore.store.field import Field, FieldType
from adcore.store.index_entry import Target

__all__ = ["IndexRows", "time_of"]

_NULL = Sql("NULL::DOUBLE")


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of a document: the first, and the list of all where there are several."""

    first: Sql
    several: Sql | None = None


class IndexRows:
    """What is asked of one index.

    Parameters
    ----------
    target : Target
    request : ScanRequest
    now : int
        Epoch milliseconds, for ``now`` in filters.
    entities : sequence of tuple of str, optional
        Only rows of these.

    Raises
    ------
    DataError
        If a field cannot be what it is asked for.
    """

    def __init__(
        self,
        target: Target,
        request: ScanRequest,
        now: int,
        entities: Sequence[tuple[str, ...]] | None,
    ) -> None:
        self._target = target
        self._request = request
        self._now = now
        self._entities = entities
        self._scope = scope = Scope(target.index, target.mapping, now)
        self._numbers = [_numbers(scope, wanted) for wanted in request.columns]
        self._keys = [scope.find(path) for path in request.key_fields]

    @property
    def has_parts(self) -> bool:
        """Whether a document may give several rows."""
        return any(numbers.several is not None for numbers in self._numbers)

    def select(self, *, with_part: bool) -> Sql:
        """Columns ``t``, ``seq``, ``v0``, ..., ``k0``, ... and, if it is wanted, ``part``."""
        time = time_of(self._target, self._request.time_field)
        keys = [self._key(i) for i in range(len(self._keys))]
        columns = [sql("{}::DOUBLE AS t", time), Sql("_seq_no AS seq")]
        for i, wanted in enumerate(self._request.columns):
            columns.append(sql(f"coalesce({{}}, 'NaN'::DOUBLE) AS v{i}", self._value(i, wanted)))
        columns += [sql(f"{{}} AS k{i}", key) for i, key in enumerate(keys)]
        if with_part:
            columns.append(Sql('"part:" AS part' if self.has_parts else "1::BIGINT AS part"))
        relation = join(", ", [Sql(self._target.relation), *self._spread()])
        conditions = all_of(self._conditions(time, keys))
        return sql("SELECT {} FROM {} WHERE {}", join(", ", columns), relation, conditions)

    def _spread(self) -> Iterator[Sql]:
        """What makes several rows of a document."""
        if self.has_parts:
            lengths = [sql("len({})", n.several) for n in self._numbers if n.several is not None]
            most = sql("greatest(1, {})", join(", ", lengths))
            yield sql('LATERAL (SELECT unnest(generate_series(1, {})) AS "part:")', most)
        for i, bound in enumerate(self._keys):
            if bound is not None and bound.several is not None:
                distinct = sql("list_distinct({})", bound.all_values())
                yield sql(f'LATERAL (SELECT unnest({{}}) AS "key:{i}")', distinct)

    def _key(self, position: int) -> Sql:
        bound = self._keys[position]
        if bound is None:
            return Sql("NULL::VARCHAR")
        several = Sql(f'"key:{position}"') if bound.several is not None else bound.first
        return sql("{}::VARCHAR", several)

    def _value(self, position: int, wanted: ValueColumn) -> Sql:
        numbers, scope = self._numbers[position], self._scope
        made = numbers.first
        if self.has_parts:
            made = sql('CASE WHEN "part:" = 1 THEN {} END', made)
        if numbers.several is not None:
            made = sql('coalesce(list_extract({}, "part:"), {})', numbers.several, made)
        for query in _placed(scope, wanted).get(None, ()):
            made = sql("CASE WHEN {} THEN {} END", condition_in(scope, query), made)
        return made

    def _conditions(self, time: Sql, keys: Sequence[Sql]) -> Iterator[Sql]:
        request, target = self._request, self._target
        for part in (time, *keys):
            yield sql("{} IS NOT NULL", part)
        if request.start is not None:
            yield sql("{} >= {}", time, value(request.start))
        if request.end is not None:
            yield sql("{} < {}", time, value(request.end))
        if self._entities is not None and keys:
            yield _one_of(keys, self._entities)
        for query in (request.filter_query, target.filter):
            if query and not is_match_all(query):
                yield condition_of(query, target.mapping, self._now, target.index)


def time_of(target: Target, path: str) -> Sql:
    """The time of a document.

    Raises
    ------
    DataError
        If the field is no date.
    """
    found = target.mapping.fields.get(path)
    if found is None:
        return Sql("NULL::BIGINT")
    if not found.type.is_date or found.nested_path is not None:
        raise DataError(f"Timestamp field: ({path}) must be of type date")
    return column(found.column)


def _one_of(keys: Sequence[Sql], entities: Sequence[tuple[str, ...]]) -> Sql:
    """Whether a row belongs to one of some entities."""
    return any_of(
        all_of(sql("{} = {}", key, value(part)) for key, part in zip(keys, entity, strict=True))
        for entity in entities
    )


def _numbers(scope: Scope, wanted: ValueColumn) -> _Numbers:
    if wanted.field is None:
        return _Numbers(Sql("1.0::DOUBLE"))
    found = scope.mapping.fields.get(wanted.field)
    if found is not None and found.nested_path is not None:
        inner = values_below(scope, found, _matches(scope, wanted))
        return _Numbers(_NULL, _each(inner, found, wanted))
    bound = scope.find(wanted.field)
    if bound is None:
        return _Numbers(_completed(_NULL, wanted))
    several = None if bound.several is None else _each(bound.several, bound.field, wanted)
    return _Numbers(_number(bound.first, bound.field, wanted), several)


def _matches(document: Scope, wanted: ValueColumn) -> Callable[[Scope], Sql | None]:
    placed = _placed(document, wanted)

    def matches(scope: Scope) -> Sql | None:
        queries = placed.get(scope.nested_path, ())
        return all_of(condition_in(scope, query) for query in queries) if queries else None

    return matches


def _placed(document: Scope, wanted: ValueColumn) -> dict[str | None, list[Any]]:
    """The filters of a column by the objects on the way to its field, of which each is asked.

    A filter about objects that are not on the way, as the aggregation has come back from them,
    holds where one of them matches.
    """
    field = document.mapping.fields.get(wanted.field or "")
    place = None if field is None else field.nested_path
    way = {None, *(step.path for step in document.nested_lists(place or "") or ())}
    placed: dict[str | None, list[Any]] = {}
    for each in wanted.filters:
        query = json.loads(each.query)
        if each.path in way:
            placed.setdefault(each.path, []).append(query)
        else:
            placed.setdefault(None, []).append({"nested": {"path": each.path, "query": query}})
    return placed


def _each(values: Sql, field: Field, wanted: ValueColumn) -> Sql:
    made = _number(Sql('"number:"'), field, wanted)
    return sql('list_transform({}, lambda "number:": {})', values, made)


def _number(made: Sql, field: Field, wanted: ValueColumn) -> Sql:
    """A number, out of whatever the field holds."""
    if field.type.is_number or field.type.is_date or field.type is FieldType.BOOLEAN:
        return _completed(sql("{}::DOUBLE", made), wanted)
    if wanted.is_counted:
        # 53 bits of a hash, which a double holds exactly.
        counted = sql("CASE WHEN {} IS NOT NULL THEN (hash({}) >> 11)::DOUBLE END", made, made)
        return _completed(counted, wanted)
    raise DataError(
        f"Field [{wanted.field}] of type [{field.type.value}] is not supported for aggregation"
    )


def _completed(made: Sql, wanted: ValueColumn) -> Sql:
    """With the value for a missing one, and as a rank if that is wanted."""
    if wanted.missing is not None:
        made = sql("coalesce({}, {}::DOUBLE)", made, value(wanted.missing))
    if wanted.rank is None:
        return made
    rank = value(wanted.rank)
    template = (
        "CASE WHEN {} IS NULL THEN NULL WHEN {} <= {} THEN 100.0::DOUBLE ELSE 0.0::DOUBLE END"
    )
    return sql(template, made, made, rank)
