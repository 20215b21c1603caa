"""What a user should know about a run beside its anomalies."""

from __future__ import annotations

from collections.abc import Iterator

from adcore.detect.intervals import format_interval
from adcore.detect.run import Outcome

__all__ = ["notes"]


def notes(outcome: Outcome) -> Iterator[str]:
    """Sentences: what was odd about the data, then what was done."""
    if not outcome.is_complete:
        yield "interrupted: the results are partial"
    yield from _oddities(outcome)
    yield from _constants(outcome)
    yield _summary(outcome)


def _oddities(outcome: Outcome) -> Iterator[str]:
    rows, buckets = outcome.rows, outcome.buckets
    if rows.times_with_zone and rows.times_without_zone:
        yield (
            f"{rows.times_without_zone:,} of {rows.rows:,} times have no zone: "
            "they are taken as UTC, the others by their zone"
        )
    if rows.rows_without_time:
        yield f"{rows.rows_without_time:,} rows have no time: they are left out"
    if rows.bad_values:
        yield f"{rows.bad_values:,} rows have text in place of a number or time: taken as missing"
    if rows.out_of_range:
        yield f"{rows.out_of_range:,} values are infinite or beyond ±1e30: taken as missing"
    if buckets.out_of_range:
        yield f"{buckets.out_of_range:,} features are infinite or beyond ±1e30: taken as missing"
    if buckets.dropped_rows:
        yield f"{buckets.dropped_rows:,} rows are left out: there are too many entities"
    if buckets.was_sorted:
        yield "rows are not in order of time: they were sorted first"


def _constants(outcome: Outcome) -> Iterator[str]:
    ranges = outcome.results.feature_ranges()
    for feature, span in zip(outcome.plan.features, ranges, strict=True):
        if span is None:
            yield f"{feature.name} has no values at all"
        elif span[0] == span[1]:
            yield f"{feature.name} never changes: no anomaly can be found in it"


def _summary(outcome: Outcome) -> str:
    plan = outcome.plan
    interval = f" of {format_interval(plan.interval)}" if plan.has_time else ""
    entities = f", {len(outcome.names):,} entities" if outcome.names.columns else ""
    anomalies = outcome.results.count("grade > 0")
    return (
        f"{outcome.rows.rows:,} rows, {outcome.results.count():,} intervals{interval}{entities}: "
        f"{anomalies:,} anomalous intervals in {outcome.seconds:.1f} s"
    )
