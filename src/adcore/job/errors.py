"""What a job refuses, in the terms in which the API answers it."""

from __future__ import annotations

from adcore.errors import InvalidArgumentError

__all__ = ["JobError", "bad_request", "illegal_argument"]


class JobError(InvalidArgumentError):
    """A configuration or a call that cannot be.

    The message is what clients of the API know, where that has one.

    Attributes
    ----------
    status : int
        The HTTP status that goes with it.
    type, reason : str
        What the API calls the error, and its text.
    path : tuple of str and int
        The way from the body to the field at fault; empty where it is none.

    Examples
    --------
    >>> illegal_argument("[start] must not be null.").type
    'illegal_argument_exception'
    """

    def __init__(
        self,
        reason: str,
        *,
        type: str = "illegal_argument_exception",  # noqa: A002 -- the API's word
        status: int = 400,
        path: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.type = type
        self.status = status
        self.path = path

    def located(self, line: int, column: int) -> JobError:
        """The same with the place in the body, as the API's parsers tell it."""
        reason = f"[{line}:{column}] {self.reason}"
        return JobError(reason, type=self.type, status=self.status, path=self.path)


def illegal_argument(reason: str) -> JobError:
    """A value outside what is allowed."""
    return JobError(reason)


def bad_request(reason: str) -> JobError:
    """Parts that are each allowed, but do not go together."""
    return JobError(reason, type="status_exception")
