"""A whole run: rows to intervals, intervals to anomalies."""

from __future__ import annotations

import time
from dataclasses import dataclass

from adcore.detect.buckets import BucketCounts, gather_buckets
from adcore.detect.entities import EntityNames
from adcore.detect.forests import ForestOptions, run_forests
from adcore.detect.interrupts import Interrupt
from adcore.detect.plan import Plan
from adcore.detect.progress import ProgressBar
from adcore.detect.results import ResultTable
from adcore.detect.rows import RowCounts
from adcore.detect.workspace import Workspace
from adcore.errors import DataError

__all__ = ["Outcome", "run_detection"]

# How long, after Ctrl-C while rows are read, intervals already gathered are worked on.
SECONDS_AFTER_INTERRUPT = 2.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    ``is_complete`` is False after Ctrl-C: then some entities, or the end of their series, are
    missing from ``results``.
    """

    plan: Plan
    names: EntityNames
    results: ResultTable
    rows: RowCounts
    buckets: BucketCounts
    is_complete: bool
    seconds: float


def run_detection(
    workspace: Workspace,
    plan: Plan,
    options: ForestOptions,
    progress: ProgressBar,
    interrupt: Interrupt,
) -> Outcome:
    """Read the source, gather its rows into intervals, and run each entity's series.

    Raises
    ------
    DataError
        If the data cannot be used, also where it is too short for a single score.
    """
    start = time.monotonic()
    rows = RowCounts()
    source = plan.reading.source
    with progress.step("reading", "rows", source.rows) as advance:
        names, buckets = gather_buckets(workspace, plan, rows, interrupt, advance)
    was_read = not interrupt.requested
    results = ResultTable(workspace.cursor(), len(plan.features))
    # What was gathered before Ctrl-C is still worked on, for a moment.
    finish = interrupt if was_read else Interrupt()
    with progress.step("detecting", "intervals", buckets.vectors) as advance:
        limit = None if was_read else SECONDS_AFTER_INTERRUPT
        was_run = run_forests(workspace, results, options, finish, advance, limit)
    if was_read and was_run:
        _check_length(plan, results, buckets)
    return Outcome(
        plan, names, results, rows, buckets, was_read and was_run, time.monotonic() - start
    )


def _check_length(plan: Plan, results: ResultTable, buckets: BucketCounts) -> None:
    if results.count("ready") > 0:
        return
    longest = max((summary.intervals for summary in results.entities(1)), default=0)
    raise DataError(
        f"{plan.reading.source.name} is too short: no entity was scored "
        f"(intervals: {buckets.vectors:,}, of one entity at most {longest:,})"
    )
