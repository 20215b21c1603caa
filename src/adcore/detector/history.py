"""Historical analysis: all of a source, in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from adcore.bucket import BucketTable
from adcore.detector.cancel import CancelToken
from adcore.detector.entity_keys import scan_top_entities
from adcore.detector.pending import join_tables, rows_of
from adcore.detector.results import DetectorResults
from adcore.detector.scan import RowBatch, Source
from adcore.detector.stream import DetectionStream
from adcore.detector.windows import Windows
from adcore.errors import DataError

__all__ = ["Piece", "analyse", "data_range"]

# Vectors that models are given at a time, whatever the length of a piece.
_MOST_VECTORS = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """The results of a stretch of time, and how far the analysis is after it.

    Attributes
    ----------
    results : DetectorResults
    task_progress : float
        0 to 1.
    init_progress : float
        0 to 1, of the model that is furthest.
    current_piece : int
        Where the next piece begins, epoch milliseconds.
    is_exact : bool
        Whether the stream has seen the rows before ``current_piece`` and no others: from what it
        is now an analysis can go on there.
    """

    results: DetectorResults
    task_progress: float
    init_progress: float
    current_piece: int
    is_exact: bool = False


def data_range(
    source: Source, time_field: str, windows: Windows, start: int | None, end: int | None
) -> tuple[int, int]:
    """The whole intervals between two times that the data reaches into.

    Without ``end`` the interval of the last row is the last one; with it, an interval that ends
    later is left out.

    Raises
    ------
    DataError
        If there are no rows, or none in the range.
    """
    bounds = source.time_bounds(time_field)
    if bounds is None:
        raise DataError("There is no data in the time field")
    first, last = bounds
    after = windows.floor(last) + windows.interval
    begin = windows.floor(first if start is None else max(start, first))
    stop = after if end is None else min(windows.floor(end), after)
    if begin >= stop:
        raise DataError("There is no data in the detection date range")
    return begin, stop


def analyse(
    stream: DetectionStream,
    source: Source,
    start: int,
    end: int,
    *,
    piece_size: int,
    cancel: CancelToken | None = None,
    max_entities: int | None = None,
    reached: int | None = None,
) -> Iterator[Piece]:
    """Run a stream over the rows of a source.

    Parameters
    ----------
    stream : DetectionStream
        Has seen nothing, or all until ``reached``.
    start, end : int
        Epoch milliseconds, where intervals begin.
    piece_size : int
        Intervals per piece; one with many entities comes in several parts.
    max_entities : int, optional
        Only so many are analysed, those with most rows.
    reached : int, optional
        The end of an exact piece, where an analysis that was interrupted goes on.
    """
    interval = stream.config.interval
    reached = start if reached is None else reached
    request = replace(stream.plan.request(stream.config), start=reached, end=end, now=end)
    batches = scan_top_entities(source, request, max_entities)
    for table, is_exact in _pieces(stream, batches, start, piece_size * interval):
        results = stream.detect(table)
        reached = int(table.bucket_start.max()) + interval
        progress = (reached - start) / (end - start)
        yield Piece(results, progress, stream.init_progress().fraction, reached, is_exact)
        if reached < end and cancel is not None and cancel.is_cancelled:
            return
    if reached < end:
        # The filter, or entities that are not seen, left the end empty.
        empty = DetectorResults.empty(stream.context)
        yield Piece(empty, 1.0, stream.init_progress().fraction, end)


def _pieces(
    stream: DetectionStream, batches: Iterator[RowBatch], start: int, length: int
) -> Iterator[tuple[BucketTable, bool]]:
    """Vectors cut at ``start + k * length``, and whether no row beyond was taken."""
    for table, is_exact in _tables(stream, batches, start, length):
        pieces = (table.bucket_start - start) // length
        last = pieces.max(initial=0)
        for piece in np.unique(pieces).tolist():
            yield rows_of(table, pieces == piece), is_exact and piece == last


def _tables(
    stream: DetectionStream, batches: Iterator[RowBatch], start: int, length: int
) -> Iterator[tuple[BucketTable, bool]]:
    """Vectors up to where a piece ends; where there are very many also between."""
    waiting: list[BucketTable] = []
    piece = 0
    for batch in batches:
        pieces = (batch.timestamps - start) // length
        first = 0
        for row in np.flatnonzero(np.diff(pieces, prepend=piece)).tolist():
            # A row beyond the end: the piece takes no more.
            end = start + int(pieces[row]) * length
            stream.add(batch.rows(slice(first, row)))
            stream.advance(end)
            yield join_tables([*waiting, stream.take_tables()]), True
            waiting, first, piece = [], row, int(pieces[row])
        stream.add(batch.rows(slice(first, None)))
        waiting.append(stream.take_tables())
        if sum(map(len, waiting)) >= _MOST_VECTORS:
            yield join_tables(waiting), False
            waiting = []
    yield join_tables([*waiting, stream.flush_tables()]), False
