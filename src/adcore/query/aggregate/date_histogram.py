"""A bucket per interval of time."""

# ruff: noqa: D102, S608 -- Shape says what its methods do; names in SQL are made here, values bound

from __future__ import annotations

from adcore.dates.formats import DEFAULT_FORMAT, DateFormat, date_format
from adcore.query.aggregate.columns import Kind, Values
from adcore.query.aggregate.date_buckets import QUARTER, DateBuckets
from adcore.query.aggregate.histogram import too_many_buckets
from adcore.query.aggregate.interval_shape import IntervalShape
from adcore.query.aggregate.keys import valued
from adcore.query.aggregate.shape import Bucket, Row
from adcore.query.compile.values import request_format, to_date
from adcore.query.errors import illegal_argument
from adcore.query.limits import Limits
from adcore.query.sql import Sql, sql, value
from adcore.query.syntax.aggregations import DateHistogram
from adcore.query.syntax.queries import Scalar

__all__ = ["DateHistogramShape", "date_buckets", "histogram_format", "require_times"]


def date_buckets(histogram: DateHistogram) -> DateBuckets:
    """The intervals of a histogram."""
    return DateBuckets(histogram.fixed, histogram.calendar, histogram.offset, histogram.zone)


def histogram_format(values: Values, name: str | None) -> DateFormat:
    """How the beginnings of intervals are written."""
    if values.field is None or values.kind is not Kind.DATE:
        return date_format(name or DEFAULT_FORMAT)
    return request_format(values.field, name)


def require_times(values: Values, path: str) -> None:
    """Raise if a field holds neither times nor whole numbers, which count as such."""
    if values.kind not in {Kind.DATE, Kind.WHOLE, Kind.NONE}:
        type_name = "" if values.field is None else values.field.type.value
        raise illegal_argument(
            f"Field [{path}] of type [{type_name}] is not supported for aggregation "
            "[date_histogram]"
        )


def quarter_of(moment: Sql, offset: int) -> Sql:
    """The quarter of an hour, later by an offset, that a moment is in.

    Before 1972 some clocks were off by odd seconds: there it is the moment itself.
    """
    quarter = sql(
        f"{{}}::BIGINT - ({{}}::BIGINT - {{}}) % {QUARTER:d}", moment, moment, value(offset)
    )
    return sql("CASE WHEN {} >= 63072000000 THEN {} ELSE {} END", moment, quarter, moment)


class DateHistogramShape(IntervalShape[int]):
    """A bucket per interval, those between others too that no document is in."""

    def __init__(
        self, number: int, histogram: DateHistogram, values: Values, now: int, limits: Limits
    ) -> None:
        require_times(values, histogram.field)
        self._histogram = histogram
        self._values = values
        self._limits = limits
        self._buckets = date_buckets(histogram)
        self._form = histogram_format(values, histogram.format)
        hard = [self._bound(bound, now) for bound in histogram.hard_bounds]
        super().__init__(number, histogram, hard)
        extended = histogram.extended_bounds
        self._extended = [self._bound(bound, now) for bound in extended or ()]
        if extended is not None and (self._extended[1] or 0) < (self._extended[0] or 0):
            raise illegal_argument(
                f"[extended_bounds.min][{extended[0]}] cannot be greater than "
                f"[extended_bounds.max][{extended[1]}] for histogram aggregation "
                f"[{histogram.name}]"
            )

    def _bound(self, bound: Scalar | None, now: int) -> int | None:
        if bound is None:
            return None
        if isinstance(bound, (int, float)):
            return int(bound)
        return to_date(bound, self._form, now, round_up=False, zone=self._histogram.zone)

    def keyed(self, relation: Sql) -> Sql:
        if self._buckets.is_quartered and not self._values.is_list:
            return self._looked_up(relation)
        return valued(
            relation,
            self._values,
            self.key(),
            self._histogram.missing,
            lambda one: self._buckets.sql_floor(sql("{}::BIGINT", one)),
            self._hard_bounds,
        )

    def _looked_up(self, relation: Sql) -> Sql:
        """The same, where the calendar is asked once per quarter of an hour that has documents."""
        quarter = f'"q{self.number}:"'
        rows = valued(
            relation,
            self._values,
            quarter,
            self._histogram.missing,
            lambda one: quarter_of(one, self._histogram.offset),
            self._hard_bounds,
        )
        starts = sql(
            f"SELECT {quarter}, {{}} AS {self.key()} FROM (SELECT DISTINCT {quarter} FROM ({{}}))",
            self._buckets.sql_floor(Sql(quarter)),
            rows,
        )
        return sql(
            f"SELECT rows.* EXCLUDE ({quarter}), starts.{self.key()} "
            f"FROM ({{}}) AS rows JOIN ({{}}) AS starts ON rows.{quarter} = starts.{quarter}",
            rows,
            starts,
        )

    def _key_of(self, row: Row) -> int:
        return int(str(row.keys[0]))

    def _filled(self, found: list[int]) -> list[int]:
        ends = list(found)
        ends += [self._buckets.floor(bound) for bound in self._extended if bound is not None]
        if not ends:
            return []
        keys, last = [min(ends)], max(ends)
        while keys[-1] < last:
            keys.append(self._buckets.next(keys[-1]))
            if len(keys) > self._limits.buckets:
                raise too_many_buckets(self._limits, len(keys))
        return keys if keys[-1] == last else keys[:-1]

    def _bucket(self, key: int, row: Row) -> Bucket:
        text = self._form.format(key, self._histogram.zone)
        return Bucket({"key_as_string": text, "key": key, "doc_count": row.count}, row, text)
