"""What the Anomaly Detection API answers requests that it refuses."""

from __future__ import annotations

import re

from adcore.detector import DetectorConfigError
from adcore.errors import AdcoreError
from adcore.service.errors import ApiError

__all__ = ["ResultIndexError", "TextRefusal", "config_refusal", "not_found", "refusal", "used_name"]

# What upstream answers with 400 also where other mistakes of a client are its own fault, 500.
_ALWAYS_400 = re.compile(
    "Can't create|Can't change|Time unit|Feature name should|Feature aggregation query should|"
    "There are duplicate|Config has duplicate|Find no schedule"
)


class TextRefusal(AdcoreError):
    """A refusal whose body is plain text, as those of previews are."""


class ResultIndexError(ApiError):
    """The index that a detector writes to is gone or cannot hold results; no waiting cures that."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(status, "status_exception", reason)


def refusal(reason: str, status: int = 400, type: str = "status_exception") -> ApiError:  # noqa: A002 -- the API's word
    """A refusal in the words that clients know; some have the status 200.

    >>> refusal("Detector not started").to_body()["status"]
    400
    """
    return ApiError(status, type, reason)


def config_refusal(error: DetectorConfigError, name: str, fault_status: int) -> ApiError:
    """A wrong configuration of a detector of some name; most have the status of faults."""
    message = str(error)
    if error.sub_issues:
        message = f"Validation failed for feature(s) of detector {name} Exceptions: [{message}]"
    return refusal(message, 400 if _ALWAYS_400.match(message) else fault_status)


def not_found(detector_id: str) -> ApiError:
    """No detector has this id."""
    return refusal(f"Can't find detector with id: {detector_id}", 404)


def used_name(name: str) -> str:
    """What is said of a name that another detector has."""
    return (
        f"Cannot create anomaly detector with name [{name}] as it's already used by another "
        "detector"
    )
