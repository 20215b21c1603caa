"""Each entity's series through a forest of its own."""

# ruff: noqa: S608 -- the only texts put into SQL are names of our own

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import pairwise

import duckdb
import numpy as np

from adcore.arrow import FloatArray, Int64Array, UInt32Array, read_arrow
from adcore.detect.interrupts import Interrupt
from adcore.detect.prefetch import prefetch
from adcore.detect.results import ResultTable
from adcore.detect.sql import chunks
from adcore.detect.workspace import Workspace
from adcore.thresholded import ThresholdedForest
from adcore.thresholded_result import ThresholdedResult

__all__ = ["ForestOptions", "run_forests"]

# Intervals between two looks at Ctrl-C: a fraction of a second's work.
_PIECE = 16_384


@dataclass(frozen=True, slots=True)
class ForestOptions:
    """What each forest is made with; see :class:`adcore.ThresholdedForest`."""

    preset: str = "default"
    shingle_size: int = 8
    number_of_trees: int = 50
    sample_size: int = 256
    seed: int = 42
    threads: int | None = None

    def make(self, features: int) -> ThresholdedForest:
        """A forest that has seen nothing."""
        return ThresholdedForest.preset(
            self.preset,
            features,
            shingle_size=self.shingle_size,
            number_of_trees=self.number_of_trees,
            sample_size=self.sample_size,
            seed=self.seed,
        )


@dataclass(slots=True)
class _Segment:
    """Consecutive intervals of one entity, in order of time."""

    entity: int
    times: Int64Array
    values: FloatArray
    forest: ThresholdedForest

    def process(self) -> ThresholdedResult:
        return self.forest.process(self.values, self.times)


def run_forests(
    workspace: Workspace,
    results: ResultTable,
    options: ForestOptions,
    interrupt: Interrupt,
    advance: Callable[[int], None],
    seconds: float | None = None,
) -> bool:
    """Run the table ``buckets`` of the workspace through forests, into ``results``.

    Entities are taken one after the other, so that memory does not grow with their number;
    ``options.threads`` of them are worked on at a time. Results do not depend on it.

    Parameters
    ----------
    advance : callable
        Told how many more intervals are done.
    seconds : float, optional
        Give up after about so long.

    Returns
    -------
    bool
        Whether everything was done: False after an interrupt, or when time was up.
    """
    end = None if seconds is None else time.monotonic() + seconds
    reader = workspace.cursor()
    current: _Segment | None = None
    threads = options.threads or os.cpu_count() or 1
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(threads, "adcore-forest"))
        buckets = _read_buckets(reader, results.features)
        stream = stack.enter_context(closing(prefetch(buckets, interrupt, reader.interrupt)))
        for entities, times, values in stream:
            segments = _segments(entities, times, values, current, options)
            results.append(entities, values, list(pool.map(_Segment.process, segments)))
            current = segments[-1]
            advance(len(times))
            if end is not None and time.monotonic() > end:
                return False
    return not interrupt.requested


def _read_buckets(
    connection: duckdb.DuckDBPyConnection, features: int
) -> Iterator[tuple[UInt32Array, Int64Array, FloatArray]]:
    names = ", ".join(f"f{i}" for i in range(features))
    query = f"SELECT entity, t::DOUBLE, {names} FROM buckets ORDER BY entity, t"
    for chunk in chunks(connection, query):
        entity, times, *values = (field.content for field in read_arrow(chunk))
        for first in range(0, len(times), _PIECE):
            rows = slice(first, first + _PIECE)
            yield (
                entity[rows].astype(np.uint32),
                times[rows].astype(np.int64),
                np.column_stack([column[rows] for column in values]),
            )


def _segments(
    entities: UInt32Array,
    times: Int64Array,
    values: FloatArray,
    current: _Segment | None,
    options: ForestOptions,
) -> list[_Segment]:
    """The rows cut where the entity changes; the first may go on with the current forest."""
    edges = [0, *(np.flatnonzero(np.diff(entities)) + 1).tolist(), len(entities)]
    segments = []
    for first, last in pairwise(edges):
        entity = int(entities[first])
        goes_on = current is not None and first == 0 and current.entity == entity
        forest = current.forest if goes_on and current else options.make(values.shape[1])
        segments.append(_Segment(entity, times[first:last], values[first:last], forest))
    return segments
