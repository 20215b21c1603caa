"""Clocks that are put back: which of the two times was the wrong one."""

from __future__ import annotations

from adcore.detector import DetectorConfig, ScanRequest
from adcore.detector.index_source import IndexSource
from adcore.detector.windows import Windows

__all__ = ["is_too_early", "last_in_time"]


def is_too_early(source: IndexSource, config: DetectorConfig, due: int, reached: int) -> bool:
    """Whether intervals were looked at before their time.

    Those between two firings have documents in fewer than half as many intervals as those in an
    equal time before: then they had not ended yet. If they have as many, they have ended, whatever
    the clock says now.

    Parameters
    ----------
    source : IndexSource
    config : DetectorConfig
    due, reached : int
        The last firing by the clock of now, and the last one that was.
    """
    delay, length = config.window_delay.milliseconds, reached - due
    windows = Windows.realtime(config.interval, delay, due)

    def occupied(start: int) -> int:
        request = ScanRequest.of_entities(config, start=start, end=start + length, now=start)
        return source.count_intervals(request, windows)

    present = due - delay
    return 2 * occupied(present) < occupied(present - length)


def last_in_time(
    config: DetectorConfig, enabled_time: int, due: int, now: int, end: int | None
) -> int:
    """The last firing before the clock went wrong: until then all is as it should be.

    Parameters
    ----------
    config : DetectorConfig
    enabled_time, due : int
        The first firing, and the last one by the clock of now.
    now : int
    end : int or None
        Of the last interval that was looked at by a clock that showed no more than now.
    """
    if end is None or enabled_time > now:
        return due
    fired = (end + config.window_delay.milliseconds - enabled_time) // config.interval
    return min(due, enabled_time + max(0, fired) * config.interval)
