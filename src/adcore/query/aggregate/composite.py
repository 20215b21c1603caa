"""A bucket per combination of values, page by page."""

# ruff: noqa: D102, S608 -- Shape says what its methods do; names in SQL are made here, values bound

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adcore.dates.formats import DateFormat, date_format
from adcore.query.aggregate.columns import Kind, Values
from adcore.query.aggregate.date_histogram import date_buckets
from adcore.query.aggregate.histogram import number_key
from adcore.query.aggregate.keys import filled, key_values
from adcore.query.aggregate.shape import Bucket, Json, Ranking, Row, Shape
from adcore.query.compile.values import request_format, to_date, to_float, to_text
from adcore.query.errors import illegal_argument
from adcore.query.sql import FALSE, Sql, all_of, any_of, join, sql, value
from adcore.query.syntax.aggregations import (
    Composite,
    CompositeSource,
    DateHistogram,
    Histogram,
    TermBuckets,
)
from adcore.query.syntax.queries import Scalar

__all__ = ["CompositeShape"]


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of the key."""

    source: CompositeSource
    values: Values
    key: str

    @property
    def _form(self) -> DateFormat | None:
        buckets = self.source.buckets
        if not isinstance(buckets, DateHistogram) or buckets.format is None:
            return None
        if self.values.field is None or self.values.kind is not Kind.DATE:
            return date_format(buckets.format)
        return request_format(self.values.field, buckets.format)

    def keyed(self, relation: Sql) -> Sql:
        """The rows of a relation with this part of the key."""
        column = filled(self.values, self.source.buckets.missing)
        keys = key_values(self.values, column, self._bucketed, None)
        if self.values.is_list:
            # A document without values still has one row, for the bucket of missing ones.
            some = sql("CASE WHEN len({}) > 0 THEN {} END", keys, keys)
            keys = sql("unnest(coalesce({}, [NULL]))", some)
        rows = sql(f"SELECT *, {{}} AS {self.key} FROM ({{}})", keys, relation)
        if self.source.has_missing_bucket:
            return rows
        return sql(f"SELECT * FROM ({{}}) WHERE {self.key} IS NOT NULL", rows)

    def _bucketed(self, raw: Sql) -> Sql:
        buckets = self.source.buckets
        if isinstance(buckets, DateHistogram):
            return date_buckets(buckets).sql_floor(sql("{}::BIGINT", raw))
        return number_key(raw, buckets) if isinstance(buckets, Histogram) else raw

    @property
    def is_missing_last(self) -> bool:
        """Where the bucket of missing values goes: first if ascending, unless told otherwise."""
        if self.source.missing_last is not None:
            return self.source.missing_last
        return self.source.is_descending

    def order(self) -> Sql:
        """The term of ORDER BY."""
        direction = "DESC" if self.source.is_descending else "ASC"
        return Sql(f"{self.key} {direction} NULLS {'LAST' if self.is_missing_last else 'FIRST'}")

    def show(self, key: object) -> object:
        """The key as buckets show it."""
        buckets = self.source.buckets
        if key is None:
            return None
        if isinstance(buckets, Histogram):
            return float(str(key)) * buckets.interval + buckets.offset
        if isinstance(buckets, DateHistogram) and self._form is not None:
            return self._form.format(int(str(key)), buckets.zone)
        return key

    def read(self, content: object) -> object:
        """A key that `show` gave."""
        buckets = self.source.buckets
        if content is None:
            return None
        if not isinstance(content, (str, int, float)):
            raise illegal_argument(f"Invalid value for [after.{self.source.name}]")
        if isinstance(buckets, Histogram):
            return float(round((to_float(content) - buckets.offset) / buckets.interval))
        if isinstance(buckets, DateHistogram):
            return self._read_time(content, buckets)
        return self._read_term(content, buckets)

    def _read_time(self, content: Scalar, buckets: DateHistogram) -> int:
        form = self._form or date_format("strict_date_optional_time||epoch_millis")
        return to_date(content, form, 0, round_up=False, zone=buckets.zone)

    def _read_term(self, content: Scalar, _: TermBuckets) -> object:
        if self.values.kind is Kind.DATE:
            form = date_format("strict_date_optional_time||epoch_millis")
            return to_date(content, form, 0, round_up=False)
        if self.values.kind is Kind.BOOLEAN:
            return to_text(content) in {"true", "1"}
        if self.values.kind.is_number:
            number = to_float(content)
            return int(content) if isinstance(content, int) else number
        return to_text(content)

    def same(self, content: object) -> Sql:
        """The key is this one."""
        return sql(f"{self.key} IS NOT DISTINCT FROM {{}}", value(content))

    def later(self, content: object) -> Sql:
        """The key comes after this one."""
        if content is None:
            return FALSE if self.is_missing_last else Sql(f"{self.key} IS NOT NULL")
        sign = "<" if self.source.is_descending else ">"
        later = sql(f"{self.key} {sign} {{}}", value(content))
        return any_of([later, Sql(f"{self.key} IS NULL")]) if self.is_missing_last else later


class CompositeShape(Shape):
    """A bucket per combination of values of several sources."""

    def __init__(self, number: int, composite: Composite, values: Sequence[Values]) -> None:
        super().__init__(number)
        self._composite = composite
        self._parts = [
            _Part(source, each, self.key(at))
            for at, (source, each) in enumerate(zip(composite.sources, values, strict=True))
        ]
        self.key_count = len(self._parts)

    def keyed(self, relation: Sql) -> Sql:
        for part in self._parts:
            relation = part.keyed(relation)
        if self._composite.after is None:
            return relation
        return sql("SELECT * FROM ({}) WHERE {}", relation, self._after(self._composite.after))

    def _after(self, after: Mapping[str, object]) -> Sql:
        read = [part.read(after[part.source.name]) for part in self._parts]
        ways = []
        for at, part in enumerate(self._parts):
            same = [each.same(key) for each, key in zip(self._parts[:at], read, strict=False)]
            ways.append(all_of([*same, part.later(read[at])]))
        return any_of(ways)

    def ranking(self) -> Ranking:
        order = join(", ", (part.order() for part in self._parts))
        return Ranking(order, self._composite.size)

    def buckets(self, rows: Sequence[Row]) -> list[Bucket]:
        return [Bucket({"key": self._key(row), "doc_count": row.count}, row) for row in rows]

    def _key(self, row: Row) -> Json:
        return {
            part.source.name: part.show(key)
            for part, key in zip(self._parts, row.keys, strict=True)
        }

    def wrap(self, buckets: Sequence[Bucket], rows: Sequence[Row]) -> Json:
        result: Json = {}
        if rows:
            # Where the next page begins does not depend on what a bucket_sort has left.
            result["after_key"] = self._key(rows[-1])
        result["buckets"] = [bucket.body for bucket in buckets]
        return result
