"""What is computed from finished buckets."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from adcore.query.aggregate.paths import bucket_number, split_path
from adcore.query.aggregate.shape import Bucket, Json
from adcore.query.errors import illegal_argument
from adcore.query.syntax.aggregations import (
    BucketSort,
    CumulativeSum,
    Derivative,
    Order,
    Pipeline,
    SiblingMetric,
)

__all__ = ["apply_pipelines", "sibling_result", "sort_buckets"]


def apply_pipelines(pipelines: Sequence[Pipeline], buckets: list[Bucket]) -> list[Bucket]:
    """The buckets of one parent after all that is to be done with them, in the order given."""
    for pipeline in pipelines:
        if isinstance(pipeline, BucketSort):
            buckets = _page(pipeline, buckets)
        elif isinstance(pipeline, CumulativeSum):
            _add_up(pipeline, buckets)
        elif isinstance(pipeline, Derivative):
            _differentiate(pipeline, buckets)
    return buckets


def sort_buckets(orders: Sequence[Order], buckets: list[Bucket]) -> list[Bucket]:
    """The buckets sorted; those without a number come last, equal ones keep their order."""
    numbers = [[bucket_number(bucket.body, order.path) for order in orders] for bucket in buckets]

    def compare(left: int, right: int) -> int:
        for order, one, other in zip(orders, numbers[left], numbers[right], strict=True):
            if one == other:
                continue
            if one is None or other is None:
                return 1 if one is None else -1
            return 1 if (one > other) != order.is_descending else -1
        return left - right

    return [buckets[at] for at in sorted(range(len(buckets)), key=functools.cmp_to_key(compare))]


def _page(pipeline: BucketSort, buckets: list[Bucket]) -> list[Bucket]:
    # A bucket without a number to sort by is skipped, as gaps are.
    kept = [
        bucket
        for bucket in buckets
        if all(
            order.path == "_key" or bucket_number(bucket.body, order.path) is not None
            for order in pipeline.sort
        )
    ]
    if pipeline.sort:
        kept = _sorted_by(pipeline.sort, kept)
    end = None if pipeline.size is None else pipeline.start + pipeline.size
    return kept[pipeline.start : end]


def _sorted_by(orders: Sequence[Order], buckets: list[Bucket]) -> list[Bucket]:
    """Keys may be texts; Python's stable sort goes from the last order to the first."""
    for order in reversed(orders):
        if order.path == "_key":
            buckets = sorted(buckets, key=_text_key, reverse=order.is_descending)
        else:
            buckets = sort_buckets((order,), buckets)
    return buckets


def _text_key(bucket: Bucket) -> tuple[bool, float, str]:
    key = bucket.body.get("key")
    if isinstance(key, (int, float)):
        return False, float(key), ""
    return True, 0.0, str(list(key.values()) if isinstance(key, Mapping) else key)


def _add_up(pipeline: CumulativeSum, buckets: Sequence[Bucket]) -> None:
    total = 0.0
    for bucket in buckets:
        total += bucket_number(bucket.body, pipeline.path) or 0.0
        bucket.body[pipeline.name] = {"value": total}


def _differentiate(pipeline: Derivative, buckets: Sequence[Bucket]) -> None:
    before: tuple[float, object] | None = None
    for bucket in buckets:
        number = bucket_number(bucket.body, pipeline.path)
        if number is None:
            continue
        key = bucket.body.get("key")
        if before is not None:
            result: Json = {"value": number - before[0]}
            if (
                pipeline.unit
                and isinstance(key, (int, float))
                and isinstance(before[1], (int, float))
            ):
                passed = (key - before[1]) / pipeline.unit
                result["normalized_value"] = (number - before[0]) / passed if passed else None
            bucket.body[pipeline.name] = result
        before = (number, key)


def sibling_result(pipeline: SiblingMetric, results: Mapping[str, object]) -> Json:
    """A measure over the buckets of a finished sibling aggregation."""
    name, *rest = split_path(pipeline.path)
    sibling = results.get(name)
    listed = sibling.get("buckets") if isinstance(sibling, Mapping) else None
    if listed is None or not rest:
        raise illegal_argument(f"No aggregation found for path [{pipeline.path}]")
    named = (
        listed.items() if isinstance(listed, Mapping) else [(_name(each), each) for each in listed]
    )
    pairs = [(key, bucket_number(bucket, ">".join(rest))) for key, bucket in named]
    return _measure(pipeline.kind, [(key, number) for key, number in pairs if number is not None])


def _name(bucket: Mapping[str, object]) -> str:
    return str(bucket.get("key_as_string", bucket.get("key")))


def _measure(kind: str, pairs: Sequence[tuple[str, float]]) -> Json:
    numbers = [number for _, number in pairs]
    if kind in {"max", "min"}:
        if not numbers:
            return {"value": None, "keys": []}
        found = max(numbers) if kind == "max" else min(numbers)
        return {"value": found, "keys": [key for key, number in pairs if number == found]}
    total = sum(numbers)
    average = total / len(numbers) if numbers else None
    if kind == "stats":
        least, most = (min(numbers), max(numbers)) if numbers else (None, None)
        return {"count": len(numbers), "min": least, "max": most, "avg": average, "sum": total}
    return {"value": total if kind == "sum" else average}
