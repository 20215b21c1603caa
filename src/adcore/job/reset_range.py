"""Which of the open buckets shall begin anew when data are posted again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adcore.job.dates import read_moment
from adcore.job.errors import illegal_argument
from adcore.job.time_span import TimeSpan

__all__ = ["ResetRange"]


@dataclass(frozen=True, slots=True)
class ResetRange:
    """Times in ms, the end not included."""

    start: int
    end: int

    @classmethod
    def read(
        cls,
        reset_start: Any = None,
        reset_end: Any = None,
        *,
        latency: TimeSpan | None,
        now: int | None = None,
    ) -> ResetRange | None:
        """The range that times in whatever form mean; None if nothing is to begin anew.

        A start alone is for one bucket.

        Parameters
        ----------
        latency : TimeSpan or None
            Of the job: older buckets are final, and cannot begin anew.

        Raises
        ------
        JobError
            If times are none, contradict each other, or mean more than is open.

        Examples
        --------
        >>> ResetRange.read("1403481600", "1403485200", latency=TimeSpan(3600, "1h"))
        ResetRange(start=1403481600000, end=1403485200000)
        """
        start = read_moment("reset_start", reset_start, now)
        end = read_moment("reset_end", reset_end, now)
        if start is None:
            if end is not None:
                raise illegal_argument(
                    "Invalid reset range parameters: 'reset_start' has not been specified."
                )
            return None
        if latency is None or not latency.milliseconds:
            raise illegal_argument(
                "Bucket resetting is not supported when no latency is configured"
            )
        end = start + 1 if end is None else end
        if end < start:
            raise illegal_argument(
                f"Invalid time range: end time '{reset_end}' is earlier than start time "
                f"'{reset_start}'."
            )
        if end - start > latency.milliseconds:
            raise illegal_argument(
                f"Invalid reset range parameters: [reset_start] to [reset_end] is longer than the "
                f"latency [{latency}] of the job"
            )
        return cls(start, end)
