"""The syntax tree of aggregations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timezone, tzinfo

from adcore.query.syntax.queries import Query, Scalar
from adcore.query.syntax.reader import JsonObject
from adcore.query.syntax.sort import SortKey
from adcore.query.syntax.source import DEFAULT_DOCUMENTS, DocumentOptions

__all__ = [
    "Aggregation",
    "BucketAggregation",
    "BucketSort",
    "Composite",
    "CompositeSource",
    "CumulativeSum",
    "DateHistogram",
    "Derivative",
    "Filter",
    "Filters",
    "Global",
    "Histogram",
    "Metric",
    "Missing",
    "NestedObjects",
    "Order",
    "Percentiles",
    "Pipeline",
    "RangeBucket",
    "Ranges",
    "ReverseNested",
    "SiblingMetric",
    "TermBuckets",
    "TopHits",
    "WeightedAverage",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation:
    """What all aggregations have."""

    name: str
    meta: JsonObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Aggregation):
    """One number, or a few, of a field's values.

    `kind` is ``max``, ``min``, ``avg``, ``sum``, ``value_count``, ``cardinality``, ``stats``,
    ``extended_stats`` or ``median_absolute_deviation``.
    """

    kind: str
    field: str
    missing: Scalar | None = None
    format: str | None = None
    sigma: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles(Aggregation):
    """Values below which given percentages lie; or, `is_ranks`, percentages below given values."""

    field: str
    points: tuple[float, ...]
    is_ranks: bool = False
    is_keyed: bool = True
    missing: Scalar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedAverage(Aggregation):
    """An average in which each document counts as much as another field says."""

    value_field: str
    weight_field: str
    value_missing: Scalar | None = None
    weight_missing: Scalar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopHits(Aggregation):
    """The first documents of a bucket."""

    start: int = 0
    size: int = 3
    sort: tuple[SortKey, ...] = ()
    documents: DocumentOptions = DEFAULT_DOCUMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketAggregation(Aggregation):
    """Something that parts documents into buckets, which aggregations may be about."""

    children: tuple[Aggregation, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What buckets are sorted by: ``_count``, ``_key`` or the path of a measure."""

    path: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TermBuckets(BucketAggregation):
    """A bucket per value."""

    field: str
    size: int = 10
    min_doc_count: int = 1
    order: tuple[Order, ...] = (Order("_count", True),)
    include: str | tuple[Scalar, ...] | None = None
    exclude: str | tuple[Scalar, ...] | None = None
    missing: Scalar | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(BucketAggregation):
    """One bucket of what a query matches."""

    query: Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters(BucketAggregation):
    """A bucket per query; `other_key` names one of what none matches."""

    queries: tuple[tuple[str, Query], ...]
    is_keyed: bool = True
    other_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing(BucketAggregation):
    """One bucket of documents without a value."""

    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Global(BucketAggregation):
    """One bucket of all documents, whatever the query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedObjects(BucketAggregation):
    """One bucket of the objects of a nested field."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseNested(BucketAggregation):
    """One bucket of the documents that hold the objects."""

    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram(BucketAggregation):
    """A bucket per interval of a number."""

    field: str
    interval: float
    offset: float = 0.0
    min_doc_count: int = 0
    is_keyed: bool = False
    order: tuple[Order, ...] = (Order("_key"),)
    extended_bounds: tuple[float, float] | None = None
    hard_bounds: tuple[float | None, float | None] = (None, None)
    missing: Scalar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateHistogram(BucketAggregation):
    """A bucket per interval of time: `fixed` milliseconds, or a `calendar` unit.

    Bounds are as sent: dates, date math or numbers.
    """

    field: str
    fixed: int | None = None
    calendar: str | None = None
    offset: int = 0
    zone: tzinfo = timezone.utc
    format: str | None = None
    min_doc_count: int = 0
    is_keyed: bool = False
    order: tuple[Order, ...] = (Order("_key"),)
    extended_bounds: tuple[Scalar, Scalar] | None = None
    hard_bounds: tuple[Scalar | None, Scalar | None] = (None, None)
    missing: Scalar | None = None


@dataclass(frozen=True, slots=True)
class RangeBucket:
    """From (inclusive) to (exclusive); None is open."""

    key: str | None
    lower: Scalar | None
    upper: Scalar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges(BucketAggregation):
    """A bucket per range of a number or, `is_date`, a time."""

    field: str
    ranges: tuple[RangeBucket, ...]
    is_date: bool = False
    is_keyed: bool = False
    format: str | None = None
    zone: tzinfo = timezone.utc
    missing: Scalar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeSource:
    """One part of the key of composite buckets."""

    name: str
    buckets: TermBuckets | Histogram | DateHistogram
    is_descending: bool = False
    has_missing_bucket: bool = False
    missing_last: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite(BucketAggregation):
    """A bucket per combination of values, page by page in the order of keys."""

    sources: tuple[CompositeSource, ...]
    size: int = 10
    after: JsonObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline(Aggregation):
    """Something computed from finished buckets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketSort(Pipeline):
    """Sorts the buckets it stands in, and takes a page of them."""

    sort: tuple[Order, ...] = ()
    start: int = 0
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivative(Pipeline):
    """The difference to the bucket before; `unit` in milliseconds gives it per time too."""

    path: str
    unit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CumulativeSum(Pipeline):
    """The sum up to each bucket."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingMetric(Pipeline):
    """A measure over the buckets of a sibling: ``avg``, ``max``, ``min``, ``sum``, ``stats``."""

    kind: str
    path: str
