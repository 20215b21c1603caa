"""Rows from so far in the future that they cannot be meant: one of them would end all buckets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from adcore.arrow import Int64Array
from adcore.job.row_reader import JobRows

__all__ = ["MOST_EMPTY_BUCKETS", "near_rows"]

# So many buckets without a row are bridged, and no more: each of them is a result.
MOST_EMPTY_BUCKETS = 1_000_000


def near_rows(rows: JobRows, latest: int | None, bucket_span: int) -> JobRows:
    """The rows without those that are too far ahead of all before them.

    They count as rows whose time cannot be read.

    Parameters
    ----------
    rows : JobRows
    latest : int or None
        The latest time so far, in ms; None before any.
    bucket_span : int
        In ms.
    """
    if not len(rows):
        return rows
    reach = MOST_EMPTY_BUCKETS * bucket_span
    latest = int(rows.timestamps[0]) if latest is None else latest
    if int(rows.timestamps.max()) - latest <= reach:
        return rows
    kept = _near(rows.timestamps, latest, reach)
    far = len(kept) - int(np.count_nonzero(kept))
    counted = rows.counts.invalid_date_count + far
    return replace(rows.part(kept), counts=replace(rows.counts, invalid_date_count=counted))


def _near(times: Int64Array, latest: int, reach: int) -> npt.NDArray[np.bool_]:
    kept = np.ones(len(times), np.bool_)
    for row, time in enumerate(times.tolist()):
        if time - latest > reach:
            kept[row] = False
        else:
            latest = max(latest, time)
    return kept
