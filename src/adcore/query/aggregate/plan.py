"""The plan of a tree of aggregations: every column is asked for before any SQL is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from adcore.query.aggregate.columns import Columns, Kind, Values, field_values, known_as
from adcore.query.aggregate.composite import CompositeShape
from adcore.query.aggregate.date_histogram import DateHistogramShape, require_times
from adcore.query.aggregate.histogram import HistogramShape
from adcore.query.aggregate.measures import Measure, plan_measure
from adcore.query.aggregate.nested import NestedShape, ReverseNestedShape
from adcore.query.aggregate.paths import split_path
from adcore.query.aggregate.ranges import FiltersShape, RangesShape
from adcore.query.aggregate.shape import Shape, SingleShape
from adcore.query.aggregate.terms import TermsShape
from adcore.query.compile import condition
from adcore.query.compile.scope import Scope
from adcore.query.errors import SearchError, illegal_argument
from adcore.query.limits import Limits
from adcore.query.sorting import SortColumn, plan_sort
from adcore.query.sql import Sql, all_of, sql
from adcore.query.syntax.aggregations import (
    Aggregation,
    BucketAggregation,
    Composite,
    DateHistogram,
    Filter,
    Filters,
    Global,
    Histogram,
    Metric,
    Missing,
    NestedObjects,
    Order,
    Percentiles,
    Pipeline,
    Ranges,
    ReverseNested,
    TermBuckets,
    TopHits,
    WeightedAverage,
)
from adcore.query.syntax.queries import Query
from adcore.query.syntax.sort import SortKey

__all__ = ["BucketPlan", "LevelPlan", "Planner", "TopHitsPlan"]

Score = Callable[[Scope], Sql]


@dataclass(slots=True)
class TopHitsPlan:
    """The first documents of each bucket."""

    aggregation: TopHits
    sort: list[SortColumn]
    score: Sql | None


@dataclass(slots=True)
class BucketPlan:
    """One aggregation with buckets.

    Attributes
    ----------
    is_global : bool
        Whether it starts anew from all documents; then `columns` are its own.
    hidden : list of Sql
        SQL aggregates that only orders need.
    """

    aggregation: BucketAggregation
    shape: Shape
    level: LevelPlan
    columns: Columns
    is_global: bool = False
    hidden: list[Sql] = field(default_factory=list)
    orders: tuple[Order, ...] = ()


@dataclass(slots=True)
class LevelPlan:
    """All aggregations about the same buckets."""

    aggregations: tuple[Aggregation, ...]
    measures: dict[str, Measure] = field(default_factory=dict)
    buckets: dict[str, BucketPlan] = field(default_factory=dict)
    top_hits: dict[str, TopHitsPlan] = field(default_factory=dict)

    @property
    def pipelines(self) -> list[Pipeline]:
        """What is computed from the buckets these aggregations stand in."""
        return [each for each in self.aggregations if isinstance(each, Pipeline)]


class Planner:
    """Plans the aggregations of one request.

    Parameters
    ----------
    score : callable
        The SQL of a document's score in one target, for documents that buckets show.
    """

    def __init__(self, now: int, limits: Limits, score: Score) -> None:
        self._now = now
        self._limits = limits
        self._score = score
        self._numbers = count()

    def level(self, aggregations: Sequence[Aggregation], columns: Columns) -> LevelPlan:
        """The plan of aggregations over the rows that have some columns."""
        plan = LevelPlan(tuple(aggregations))
        for each in aggregations:
            if isinstance(each, (Metric, Percentiles, WeightedAverage)):
                plan.measures[each.name] = plan_measure(each, columns)
            elif isinstance(each, TopHits):
                plan.top_hits[each.name] = self._top_hits(each, columns.root)
            elif isinstance(each, BucketAggregation):
                plan.buckets[each.name] = self._bucket(each, columns)
        return plan

    def _top_hits(self, aggregation: TopHits, columns: Columns) -> TopHitsPlan:
        sort = aggregation.sort or (SortKey("_score", is_descending=True),)
        score = None
        if any(key.field == "_score" for key in sort):
            score = columns.add("score", self._score, "DOUBLE")
        return TopHitsPlan(aggregation, plan_sort(sort, columns, score), score)

    def _bucket(self, each: BucketAggregation, columns: Columns) -> BucketPlan:
        number = next(self._numbers)
        if isinstance(each, Global):
            own = Columns(columns.scopes)
            return self._planned(each, SingleShape(number), own, is_global=True)
        if isinstance(each, NestedObjects):
            inside, listed = columns.nested(each.path)
            return self._planned(each, NestedShape(number, inside, listed), inside)
        if isinstance(each, ReverseNested):
            return self._reverse_nested(each, number, columns)
        if isinstance(each, TermBuckets):
            return self._terms(each, number, columns)
        return self._planned(each, self._shape(each, number, columns), columns)

    def _planned(
        self, each: BucketAggregation, shape: Shape, columns: Columns, *, is_global: bool = False
    ) -> BucketPlan:
        orders = each.order if isinstance(each, (Histogram, DateHistogram)) else ()
        level = self.level(each.children, columns)
        return BucketPlan(each, shape, level, columns, is_global, orders=orders)

    def _reverse_nested(self, each: ReverseNested, number: int, columns: Columns) -> BucketPlan:
        if columns.parent is None:
            raise SearchError(
                "illegal_argument_exception",
                f"Reverse nested aggregation [{each.name}] can only be used inside a [nested] "
                "aggregation",
            )
        if each.path is not None:
            raise illegal_argument("[reverse_nested] back to a nested [path] is not supported")
        return self._planned(each, ReverseNestedShape(number), columns.root)

    def _shape(self, each: BucketAggregation, number: int, columns: Columns) -> Shape:
        if isinstance(each, Filter):
            return SingleShape(number, self._condition(each.query, columns))
        if isinstance(each, Missing):
            values = field_values(columns, each.field)
            return SingleShape(number, sql("{} IS NULL", values.column))
        if isinstance(each, Filters):
            conditions = [self._condition(query, columns) for _, query in each.queries]
            names = [name for name, _ in each.queries]
            return FiltersShape(number, conditions, names, each.other_key, is_keyed=each.is_keyed)
        if isinstance(each, Composite):
            return self._composite(each, number, columns)
        return self._ranged(each, number, columns)

    def _ranged(self, each: BucketAggregation, number: int, columns: Columns) -> Shape:
        assert isinstance(each, (Histogram, DateHistogram, Ranges))  # noqa: S101 -- the last kinds
        values = _typed(each, field_values(columns, each.field))
        if isinstance(each, Ranges):
            return RangesShape(number, each, values, self._now)
        if isinstance(each, Histogram):
            return HistogramShape(number, each, values, self._limits)
        return DateHistogramShape(number, each, values, self._now, self._limits)

    def _condition(self, query: Query, columns: Columns) -> Sql:
        """A column that is true where a query matches."""
        made = columns.add(("query", query), lambda scope: condition(query, scope), "BOOLEAN")
        return sql("({} IS TRUE)", made)

    def _composite(self, each: Composite, number: int, columns: Columns) -> Shape:
        values = [
            _typed(source.buckets, field_values(columns, source.buckets.field))
            for source in each.sources
        ]
        for source, found in zip(each.sources, values, strict=True):
            if isinstance(source.buckets, DateHistogram):
                require_times(found, source.buckets.field)
        return CompositeShape(number, each, values)

    def _terms(self, each: TermBuckets, number: int, columns: Columns) -> BucketPlan:
        values = field_values(columns, each.field)
        hidden: list[Sql] = []
        paths = {
            order.path: self._path(each, order.path, columns, number, hidden)
            for order in each.order
            if order.path not in {"_key", "_count"}
        }
        planned = self._planned(each, TermsShape(number, each, values, paths), columns)
        planned.hidden = hidden
        return planned

    def _path(
        self, each: TermBuckets, path: str, columns: Columns, number: int, hidden: list[Sql]
    ) -> Sql:
        """The SQL of a measure that buckets are sorted by, which becomes a column of its own."""
        *parents, last = split_path(path)
        level: Mapping[str, Aggregation] = {child.name: child for child in each.children}
        guards = []
        for name in parents:
            parent = level.get(name)
            if not isinstance(parent, Filter):
                raise _invalid_path(each, path)
            guards.append(self._condition(parent.query, columns))
            level = {child.name: child for child in parent.children}
        bucket = level.get(last.removesuffix(".doc_count"))
        if isinstance(bucket, Filter):
            # Of a bucket there is nothing to sort by but its documents.
            guards.append(self._condition(bucket.query, columns))
            last = "_count"
        guard = all_of(guards) if guards else None
        if last == "_count" and guard is not None:
            made = sql("count(*) FILTER (WHERE {})", guard)
        else:
            made = _ordered_measure(each, path, last, level, columns, guard)
        hidden.append(made)
        return Sql(f'"h{number}:{len(hidden) - 1}"')


def _typed(each: BucketAggregation, values: Values) -> Values:
    """The values, as what they would be where no target has any; texts have no intervals."""
    is_of_numbers = isinstance(each, (Histogram, Ranges))
    if is_of_numbers and values.kind in {Kind.STRING, Kind.BOOLEAN}:
        type_name = "" if values.field is None else values.field.type.value
        kind = "histogram" if isinstance(each, Histogram) else "range"
        raise illegal_argument(
            f"Field [{'' if values.field is None else values.field.path}] of type [{type_name}] "
            f"is not supported for aggregation [{kind}]"
        )
    if isinstance(each, DateHistogram) or (isinstance(each, Ranges) and each.is_date):
        return known_as(values, Kind.DATE)
    return known_as(values, Kind.FLOAT if is_of_numbers else Kind.STRING)


def _ordered_measure(
    each: TermBuckets,
    path: str,
    last: str,
    level: Mapping[str, Aggregation],
    columns: Columns,
    guard: Sql | None,
) -> Sql:
    name, prop = last, "value"
    if last not in level:
        name, _, prop = last.replace("[", ".").rstrip("]").partition(".")
    found = level.get(name)
    if not isinstance(found, (Metric, Percentiles, WeightedAverage)):
        raise _invalid_path(each, path)
    measure = plan_measure(found, columns, guard)
    template = measure.properties.get(prop)
    if template is None:
        raise _invalid_path(each, path)
    return _filled(template, measure.selects)


def _filled(template: str, selects: Sequence[Sql]) -> Sql:
    """A template such as ``sqrt({5})`` with the aggregate of that number."""
    before, _, rest = template.partition("{")
    at, _, behind = rest.partition("}")
    return sql("{}{}{}", Sql(before), selects[int(at)], Sql(behind))


def _invalid_path(each: TermBuckets, path: str) -> SearchError:
    return SearchError(
        "aggregation_execution_exception",
        f"Invalid aggregation order path [{path}]. The provided aggregation [{path}] either does "
        f"not exist, or is a pipeline aggregation and cannot be used to sort the buckets of "
        f"[{each.name}].",
    )
