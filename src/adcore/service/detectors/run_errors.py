"""What goes wrong in a job, in the words of the API."""

from __future__ import annotations

from adcore.errors import AdcoreError, InvalidArgumentError

__all__ = ["BUGS", "CLOCK", "DELETED", "INVALID_QUERY", "EndRunError", "room_error"]

DELETED = "AnomalyDetector is not available."
INVALID_QUERY = "Invalid search query."
TOO_LARGE = "AD models memory usage exceeds our limit."
BUGS = "We might have bugs."
CLOCK = "The clock of the service is behind the data: nothing is done until it is right."


class EndRunError(AdcoreError):
    """Nothing that waiting would cure."""


def room_error(error: InvalidArgumentError) -> AdcoreError:
    """Nothing that waiting would cure, where there is no room for a single model."""
    return EndRunError(TOO_LARGE) if "byte_budget" in str(error) else error
