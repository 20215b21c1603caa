"""What a job refuses, in the terms in which the API answers it.

::

    JobFault                                      status, type, reason, and the way to the field
    ├── JobError       (also InvalidArgumentError)  a configuration or a question that cannot be
    └── JobStateError  (also InvalidStateError)     a legal call at the wrong moment
"""

from __future__ import annotations

from typing import TypeVar

from adcore.errors import AdcoreError, InvalidArgumentError, InvalidStateError

__all__ = ["JobError", "JobFault", "JobStateError", "bad_request", "illegal_argument"]

_Self = TypeVar("_Self", bound="JobFault")


class JobFault(AdcoreError):
    """What a job refuses.

    The message is what clients of the API know, where that has one.

    Attributes
    ----------
    status : int
        The HTTP status that goes with it.
    type, reason : str
        What the API calls the error, and its text.
    path : tuple of str and int
        The way from the body to the field at fault; empty where it is none.
    """

    default_type = "illegal_argument_exception"
    default_status = 400

    def __init__(
        self,
        reason: str,
        *,
        type: str | None = None,  # noqa: A002 -- the API's word
        status: int | None = None,
        path: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.type = type or self.default_type
        self.status = status or self.default_status
        self.path = path

    def located(self: _Self, line: int, column: int) -> _Self:
        """The same with the place in the body, as the API's parsers tell it."""
        reason = f"[{line}:{column}] {self.reason}"
        return self.__class__(reason, type=self.type, status=self.status, path=self.path)


class JobError(JobFault, InvalidArgumentError):
    """A configuration, a question or data that cannot be.

    Examples
    --------
    >>> illegal_argument("[start] must not be null.").type
    'illegal_argument_exception'
    """


class JobStateError(JobFault, InvalidStateError):
    """The call is legal, but not in the present state of the job."""

    default_type = "status_exception"
    default_status = 409


def illegal_argument(reason: str) -> JobError:
    """A value outside what is allowed."""
    return JobError(reason)


def bad_request(reason: str) -> JobError:
    """Parts that are each allowed, but do not go together."""
    return JobError(reason, type="status_exception")
