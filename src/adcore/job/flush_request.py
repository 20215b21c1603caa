"""What a flush is asked to do, and which requests contradict themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adcore.job.dates import read_moment
from adcore.job.errors import JobError, illegal_argument

__all__ = ["FlushRequest"]


@dataclass(frozen=True, slots=True)
class FlushRequest:
    """Times in ms.

    Attributes
    ----------
    calc_interim : bool
        Whether buckets that are still open shall have results.
    start, end : int, optional
        Which of them, the end not included; a start alone is for one bucket.
    advance_time : int, optional
        Up to when buckets become final, whether or not there are data.
    skip_time : int, optional
        Up to when there shall be no results, and nothing is learned.
    """

    calc_interim: bool = False
    start: int | None = None
    end: int | None = None
    advance_time: int | None = None
    skip_time: int | None = None

    @classmethod
    def read(
        cls,
        *,
        calc_interim: bool = False,
        start: Any = None,
        end: Any = None,
        advance_time: Any = None,
        skip_time: Any = None,
        now: int | None = None,
    ) -> FlushRequest:
        """A request with times in whatever form.

        Raises
        ------
        JobError
            If times are none, or contradict each other; in the words of the API.

        Examples
        --------
        >>> FlushRequest.read(advance_time="1403488700").advance_time
        1403488700000
        """
        if calc_interim and end is not None and start is None:
            raise _invalid("'start' has not been specified.")
        if not calc_interim:
            _refuse(start=start, end=end)
        if advance_time is not None:
            _refuse(skip_time=skip_time)
        read = {
            name: read_moment(name, value, now)
            for name, value in (
                ("start", start), ("end", end), ("advance_time", advance_time),
                ("skip_time", skip_time),
            )
        }  # fmt: skip
        if read["start"] is not None and read["end"] is not None and read["end"] < read["start"]:
            raise illegal_argument(
                f"Invalid time range: end time '{end}' is earlier than start time '{start}'."
            )
        return cls(calc_interim, **read)


def _refuse(**given: Any) -> None:
    for name, value in given.items():
        if value is not None:
            raise _invalid(f"unexpected '{name}'.")


def _invalid(detail: str) -> JobError:
    return illegal_argument(f"Invalid flush parameters: {detail}")
