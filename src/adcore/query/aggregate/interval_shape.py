"""What histograms of numbers and of times share: intervals, also those that nothing is in."""

# ruff: noqa: D102 -- Shape says what its methods do

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from adcore.query.aggregate.shape import Bucket, Json, Ranking, Row, Shape
from adcore.query.sql import Sql, all_of, sql, value
from adcore.query.syntax.aggregations import DateHistogram, Histogram

__all__ = ["IntervalShape"]

_Key = TypeVar("_Key", bound=float)


class IntervalShape(Shape, Generic[_Key]):
    """A bucket per interval, those between others too that no document is in.

    Parameters
    ----------
    hard : sequence of number or None
        No bucket lies below the first or above the second.
    """

    def __init__(
        self, number: int, histogram: Histogram | DateHistogram, hard: Sequence[float | None]
    ) -> None:
        super().__init__(number)
        self._hard = hard
        self._is_keyed = histogram.is_keyed
        self._min_doc_count = histogram.min_doc_count

    @abstractmethod
    def _key_of(self, row: Row) -> _Key:
        """The interval of a row."""

    @abstractmethod
    def _filled(self, found: list[_Key]) -> list[_Key]:
        """All intervals from the first to the last, given those that documents are in."""

    @abstractmethod
    def _bucket(self, key: _Key, row: Row) -> Bucket:
        """The bucket of an interval."""

    def _hard_bounds(self, one: Sql) -> Sql:
        return all_of(
            sql(f"{{}} {sign} {{}}", one, value(bound))
            for sign, bound in zip((">=", "<="), self._hard, strict=True)
            if bound is not None
        )

    def ranking(self) -> Ranking:
        return Ranking(Sql(self.key()), None, max(1, self._min_doc_count))

    def buckets(self, rows: Sequence[Row]) -> list[Bucket]:
        found = {self._key_of(row): row for row in rows}
        filled = self._filled(sorted(found)) if self._min_doc_count <= 0 else []
        keys = sorted({*found, *filled})
        return [self._bucket(key, found.get(key) or Row(-1, (key,), 0)) for key in keys]

    def wrap(self, buckets: Sequence[Bucket], rows: Sequence[Row]) -> Json:  # noqa: ARG002
        if self._is_keyed:
            return {"buckets": {bucket.name: bucket.body for bucket in buckets}}
        return {"buckets": [bucket.body for bucket in buckets]}
