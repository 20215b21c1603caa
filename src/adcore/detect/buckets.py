"""Rows gathered into intervals: one vector of features per interval and entity."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import duckdb
import numpy as np

from adcore.bucket import BucketAggregator, BucketTable
from adcore.detect.batches import LARGEST_VALUE
from adcore.detect.entities import EntityNames
from adcore.detect.interrupts import Interrupt
from adcore.detect.plan import Plan
from adcore.detect.prefetch import prefetch
from adcore.detect.rows import RowCounts, read_rows
from adcore.detect.sql import ask
from adcore.detect.workspace import Workspace

__all__ = ["BucketCounts", "gather_buckets"]

# Intervals without rows that are noticed after an entity's last row: a sample of the forest. An
# entity that stays away longer is gone.
MAXIMUM_GAP = 256
_WEEK, _MONDAY = 604_800_000, 345_600_000
_ROWS_PER_INSERT = 65_536


@dataclass(frozen=True, slots=True)
class BucketCounts:
    """What came of the rows.

    Attributes
    ----------
    vectors : int
        Intervals of entities.
    out_of_range : int
        Features that are missing because they are infinite or beyond 1e30.
    dropped_rows : int
        Rows left out because there were too many entities for the engine.
    was_sorted : bool
        Whether a second, sorted pass was needed because rows came too late for the first.
    """

    vectors: int
    out_of_range: int
    dropped_rows: int
    was_sorted: bool


class _BucketTable:
    """The table ``buckets`` of a workspace: entity, t and f0, f1, ... per interval."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, features: int) -> None:
        self.vectors = 0
        self.out_of_range = 0
        self.entities = 0
        self._connection = connection
        self._features = features
        self._waiting: list[BucketTable] = []
        columns = ", ".join(f"f{i} DOUBLE" for i in range(features))
        ask(
            connection,
            f"CREATE OR REPLACE TABLE buckets (entity UINTEGER, t BIGINT, {columns})",
        )

    def append(self, table: BucketTable) -> None:
        if len(table) == 0:
            return
        self.vectors += len(table)
        self.entities = max(self.entities, int(table.entity.max()) + 1)
        self._waiting.append(table)
        if sum(map(len, self._waiting)) >= _ROWS_PER_INSERT:
            self.flush()

    def flush(self) -> None:
        """Write what waits: many small inserts would take longer than the rest of the run."""
        if not self._waiting:
            return
        values = np.concatenate([table.values for table in self._waiting])
        outside = np.abs(values) > LARGEST_VALUE
        self.out_of_range += int(np.count_nonzero(outside))
        values = np.where(outside, np.nan, values)
        batch = {
            "entity": np.concatenate([table.entity for table in self._waiting]),
            "t": np.concatenate([table.bucket_start for table in self._waiting]),
        } | {f"f{i}": np.ascontiguousarray(values[:, i]) for i in range(self._features)}
        self._connection.register("bucket_batch", batch)
        ask(self._connection, "INSERT INTO buckets SELECT * FROM bucket_batch")
        self._connection.unregister("bucket_batch")
        self._waiting = []


def gather_buckets(
    workspace: Workspace,
    plan: Plan,
    counts: RowCounts,
    interrupt: Interrupt,
    advance: Callable[[int], None],
) -> tuple[EntityNames, BucketCounts]:
    """Read all rows into the table ``buckets`` of the workspace.

    Rows in any order are welcome: those later than ``plan.lateness`` are found in a first pass, and
    then a second one reads the source sorted by time, on disk where it is long.

    Parameters
    ----------
    counts : RowCounts
        Filled on the way.
    advance : callable
        Told how many more rows were read.

    Returns
    -------
    EntityNames, BucketCounts
        Whose intervals they are, and what came of the rows.
    """
    aggregator, table = _gather(workspace, plan, counts, interrupt, advance, by_time=False)
    is_late = aggregator.counts["late_rows"] > 0
    if is_late:
        counts.reset()
        aggregator, table = _gather(workspace, plan, counts, interrupt, advance, by_time=True)
    columns = tuple(column.name for column in plan.reading.entity_columns)
    names = EntityNames(columns, aggregator.keys_of(np.arange(table.entities)))
    dropped = aggregator.counts["dropped_rows"]
    return names, BucketCounts(table.vectors, table.out_of_range, dropped, was_sorted=is_late)


def _gather(
    workspace: Workspace,
    plan: Plan,
    counts: RowCounts,
    interrupt: Interrupt,
    advance: Callable[[int], None],
    *,
    by_time: bool,
) -> tuple[BucketAggregator, _BucketTable]:
    """All rows; or, where some come too late, those before the first of them."""
    table = _BucketTable(workspace.cursor(), len(plan.features))
    aggregator = _aggregator(plan)
    reader = workspace.cursor()
    rows = read_rows(reader, plan.reading, counts, by_time=by_time)
    with closing(prefetch(rows, interrupt, reader.interrupt)) as batches:
        for batch in batches:
            values = {str(i): column for i, column in enumerate(batch.values)}
            aggregator.add(batch.timestamps, values, batch.keys)
            if aggregator.counts["late_rows"]:
                return aggregator, table
            table.append(aggregator.take_finished())
            advance(len(batch))
    table.append(aggregator.flush())
    table.flush()
    return aggregator, table


def _aggregator(plan: Plan) -> BucketAggregator:
    return BucketAggregator(
        plan.interval,
        dict(zip((f.name for f in plan.features), plan.bucket_features, strict=True)),
        keys=[column.name for column in plan.reading.entity_columns],
        # Weeks begin on Mondays; 1970 began on a Thursday.
        bucket_offset=_MONDAY if plan.interval % _WEEK == 0 else 0,
        window_delay=plan.lateness,
        # A row number is no time: other entities' rows are no gaps.
        emit_empty=plan.has_time,
        maximum_gap=MAXIMUM_GAP,
    )
