"""Buckets of conditions: ranges, and filters."""

# ruff: noqa: D102, S608 -- Shape says what its methods do; names in SQL are made here, values bound

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from adcore.dates.formats import date_format
from adcore.query.aggregate.columns import Kind, Values
from adcore.query.aggregate.keys import filled
from adcore.query.aggregate.shape import Bucket, Json, Row, Shape
from adcore.query.compile.values import request_format, to_date, to_float
from adcore.query.sql import Sql, all_of, any_of, join, negation, sql, value
from adcore.query.syntax.aggregations import RangeBucket, Ranges

__all__ = ["FiltersShape", "RangesShape"]


class _ConditionsShape(Shape):
    """A bucket per condition; a row is in all those whose conditions hold."""

    def __init__(self, number: int, conditions: Sequence[Sql]) -> None:
        super().__init__(number)
        self._conditions = conditions

    def keyed(self, relation: Sql) -> Sql:
        which = join(
            ", ",
            (
                sql(f"CASE WHEN {{}} THEN {at} END", condition)
                for at, condition in enumerate(self._conditions)
            ),
        )
        return sql(
            f'SELECT *, unnest(list_filter([{{}}], lambda "at:": "at:" IS NOT NULL)) '
            f"AS {self.key()} FROM ({{}})",
            which,
            relation,
        )

    def _rows(self, rows: Sequence[Row]) -> list[Row]:
        """One row per condition, of those that hold nowhere too."""
        found = {row.keys[0]: row for row in rows}
        return [found.get(at, Row(-1, (at,), 0)) for at in range(len(self._conditions))]


class FiltersShape(_ConditionsShape):
    """A bucket per query."""

    def __init__(
        self,
        number: int,
        conditions: Sequence[Sql],
        names: Sequence[str],
        other: str | None,
        *,
        is_keyed: bool,
    ) -> None:
        rest = [] if other is None else [negation(any_of(conditions))]
        super().__init__(number, [*conditions, *rest])
        self._names = [*names, *([] if other is None else [other])]
        self._is_keyed = is_keyed

    def buckets(self, rows: Sequence[Row]) -> list[Bucket]:
        return [
            Bucket({"doc_count": row.count}, row, name)
            for row, name in zip(self._rows(rows), self._names, strict=True)
        ]

    def wrap(self, buckets: Sequence[Bucket], rows: Sequence[Row]) -> Json:  # noqa: ARG002
        if self._is_keyed:
            return {"buckets": {bucket.name: bucket.body for bucket in buckets}}
        return {"buckets": [bucket.body for bucket in buckets]}


@dataclass(frozen=True, slots=True)
class _Range:
    head: Json
    name: str
    lower: float | None
    upper: float | None

    @property
    def order(self) -> tuple[float, float]:
        return (
            -math.inf if self.lower is None else self.lower,
            math.inf if self.upper is None else self.upper,
        )

    def condition(self, one: Sql) -> Sql:
        limits = []
        if self.lower is not None:
            limits.append(sql("{} >= {}", one, value(self.lower)))
        if self.upper is not None:
            limits.append(sql("{} < {}", one, value(self.upper)))
        return all_of([sql("{} IS NOT NULL", one), *limits])


class RangesShape(_ConditionsShape):
    """A bucket per range of numbers or times, sorted by their bounds."""

    def __init__(self, number: int, ranges: Ranges, values: Values, now: int) -> None:
        self._is_keyed = ranges.is_keyed
        make = _TimeRanges(ranges, values, now).make if ranges.is_date else _number_range
        self._ranges = sorted((make(each) for each in ranges.ranges), key=lambda each: each.order)
        column = filled(values, ranges.missing)
        super().__init__(number, [_holds(each, column, values) for each in self._ranges])

    def buckets(self, rows: Sequence[Row]) -> list[Bucket]:
        return [
            Bucket({**each.head, "doc_count": row.count}, row, each.name)
            for row, each in zip(self._rows(rows), self._ranges, strict=True)
        ]

    def wrap(self, buckets: Sequence[Bucket], rows: Sequence[Row]) -> Json:  # noqa: ARG002
        if not self._is_keyed:
            return {"buckets": [bucket.body for bucket in buckets]}
        bodies = {
            bucket.name: {key: item for key, item in bucket.body.items() if key != "key"}
            for bucket in buckets
        }
        return {"buckets": bodies}


def _holds(each: _Range, column: Sql, values: Values) -> Sql:
    if values.kind is Kind.NONE:
        return Sql("FALSE")
    if not values.is_list:
        return each.condition(column)
    inner = each.condition(Sql('"value:"'))
    return sql('coalesce(len(list_filter({}, lambda "value:": {})), 0) > 0', column, inner)


def _number_range(given: RangeBucket) -> _Range:
    lower = None if given.lower is None else to_float(given.lower)
    upper = None if given.upper is None else to_float(given.upper)
    name = given.key or f"{'*' if lower is None else lower}-{'*' if upper is None else upper}"
    head: Json = {"key": name}
    if lower is not None:
        head["from"] = lower
    if upper is not None:
        head["to"] = upper
    return _Range(head, name, lower, upper)


class _TimeRanges:
    def __init__(self, ranges: Ranges, values: Values, now: int) -> None:
        default = date_format(ranges.format or "strict_date_optional_time||epoch_millis")
        self._form = (
            default if values.field is None else request_format(values.field, ranges.format)
        )
        self._zone = ranges.zone
        self._now = now

    def make(self, given: RangeBucket) -> _Range:
        bounds = [
            None
            if bound is None
            else to_date(bound, self._form, self._now, round_up=False, zone=self._zone)
            for bound in (given.lower, given.upper)
        ]
        texts = ["*" if each is None else self._form.format(each, self._zone) for each in bounds]
        name = given.key or "-".join(texts)
        head: Json = {"key": name}
        for side, bound, text in zip(("from", "to"), bounds, texts, strict=True):
            if bound is not None:
                head |= {side: float(bound), f"{side}_as_string": text}
        return _Range(head, name, *bounds)
