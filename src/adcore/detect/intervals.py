"""The distance of one result from the next: guessed from the times of a sample."""

from __future__ import annotations

import numpy as np

from adcore.arrow import Int64Array, UInt32Array

__all__ = ["format_interval", "guess_interval"]

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_NICE = (
    1, 10, 100, _SECOND, 5 * _SECOND, 10 * _SECOND, 30 * _SECOND, _MINUTE, 5 * _MINUTE,
    10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY,
    7 * _DAY,
)  # fmt: skip
_UNITS = (("w", 7 * _DAY), ("d", _DAY), ("h", _HOUR), ("m", _MINUTE), ("s", _SECOND), ("ms", 1))
# A series is regular if this fraction of its steps is the same.
_REGULAR = 0.8
# Events are counted in intervals of which at most one in ten is empty.
_FILLED = 0.9


def format_interval(milliseconds: int) -> str:
    """An interval as :func:`adcore.config.parse_interval` reads it.

    >>> format_interval(5_400_000), format_interval(86_400_000)
    ('90m', '1d')
    """
    unit, size = next((u, s) for u, s in _UNITS if milliseconds % s == 0)
    return f"{milliseconds // size}{unit}"


def guess_interval(times: Int64Array, entities: UInt32Array) -> int | None:
    """The interval at which a sample is best looked at, in milliseconds.

    Parameters
    ----------
    times : int64 array of shape (n,)
        Epoch milliseconds, in any order.
    entities : uint32 array of shape (n,)
        Whose row it is.

    Returns
    -------
    int or None
        The usual step, if times lie on a grid; else the smallest of a list of round intervals that
        leaves few empty (at least a minute where several rows share a moment: those are events).
        None if no entity has two different times.

    Examples
    --------
    >>> times = np.arange(20) * 60_000
    >>> guess_interval(times, np.zeros(20, np.uint32))
    60000
    """
    order = np.lexsort((times, entities))
    times, entities = times[order], entities[order]
    steps = np.diff(times)[entities[1:] == entities[:-1]]
    # Rows of one moment count as events of it: no step at all.
    moving = steps[steps > 0]
    if moving.size == 0:
        return None
    values, counts = np.unique(moving, return_counts=True)
    usual = int(values[np.argmax(counts)])
    has_one_row_each = moving.size >= _REGULAR * steps.size
    if counts.max() >= _REGULAR * moving.size and (has_one_row_each or usual >= _MINUTE):
        return usual
    least = _NICE[0] if has_one_row_each else _MINUTE
    nice = [interval for interval in _NICE if interval >= least]
    return next((i for i in nice if _filled(times, entities, i) >= _FILLED), nice[-1])


def _filled(times: Int64Array, entities: UInt32Array, interval: int) -> float:
    """The fraction of intervals, between first and last of each entity, that hold a row."""
    bucket = times // interval
    first = np.flatnonzero(np.r_[True, entities[1:] != entities[:-1]])
    last = np.r_[first[1:], len(times)] - 1
    spanned = int((bucket[last] - bucket[first] + 1).sum())
    same = (bucket[1:] == bucket[:-1]) & (entities[1:] == entities[:-1])
    return float(len(times) - np.count_nonzero(same)) / spanned
