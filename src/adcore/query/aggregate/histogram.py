"""A bucket per interval of a number."""

# ruff: noqa: D102 -- Shape says what its methods do; names in SQL are made here, values bound

from __future__ import annotations

import math

from adcore.query.aggregate.columns import Values
from adcore.query.aggregate.interval_shape import IntervalShape
from adcore.query.aggregate.keys import valued
from adcore.query.aggregate.shape import Bucket, Row
from adcore.query.errors import SearchError
from adcore.query.limits import Limits
from adcore.query.sql import Sql, sql, value
from adcore.query.syntax.aggregations import Histogram

__all__ = ["HistogramShape", "too_many_buckets"]


def too_many_buckets(limits: Limits, found: int) -> SearchError:
    """The error of a response with more buckets than allowed."""
    return SearchError(
        "too_many_buckets_exception",
        f"Trying to create too many buckets. Must be less than or equal to: [{limits.buckets}] but "
        f"was [{found}]. This limit can be set by changing the [search.max_buckets] cluster level "
        "setting.",
    )


class HistogramShape(IntervalShape[float]):
    """A bucket per interval, those between others too that no document is in."""

    def __init__(self, number: int, histogram: Histogram, values: Values, limits: Limits) -> None:
        super().__init__(number, histogram, histogram.hard_bounds)
        self._histogram = histogram
        self._values = values
        self._limits = limits

    def keyed(self, relation: Sql) -> Sql:
        return valued(
            relation,
            self._values,
            self.key(),
            self._histogram.missing,
            lambda one: number_key(one, self._histogram),
            self._hard_bounds,
        )

    def _key_of(self, row: Row) -> float:
        return float(str(row.keys[0]))

    def _filled(self, found: list[float]) -> list[float]:
        ends = list(found)
        if self._histogram.extended_bounds is not None:
            ends += [self._floor(bound) for bound in self._histogram.extended_bounds]
        if not ends:
            return []
        first, last = min(ends), max(ends)
        if last - first >= self._limits.buckets:
            raise too_many_buckets(self._limits, self._limits.buckets + 1)
        return [first + at for at in range(int(last - first) + 1)]

    def _floor(self, number: float) -> float:
        return float(math.floor((number - self._histogram.offset) / self._histogram.interval))

    def _bucket(self, key: float, row: Row) -> Bucket:
        start = key * self._histogram.interval + self._histogram.offset
        return Bucket({"key": start, "doc_count": row.count}, row, str(start))


def number_key(number: Sql, histogram: Histogram) -> Sql:
    """The number of the interval a number is in: whole, so that equal keys are equal."""
    return sql(
        "floor(({}::DOUBLE - {}) / {})",
        number,
        value(float(histogram.offset)),
        value(float(histogram.interval)),
    )
