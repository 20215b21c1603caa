"""What the Anomaly Detection API answers requests that it refuses."""

from __future__ import annotations

from adcore.errors import AdcoreError
from adcore.service.errors import ApiError

__all__ = ["TextRefusal", "not_found", "refusal"]


class TextRefusal(AdcoreError):
    """A refusal whose body is plain text, as those of previews are."""


def refusal(reason: str, status: int = 400, type: str = "status_exception") -> ApiError:  # noqa: A002 -- the API's word
    """A refusal in the words that clients know; some have the status 200.

    >>> refusal("Detector not started").to_body()["status"]
    400
    """
    return ApiError(status, type, reason)


def not_found(detector_id: str) -> ApiError:
    """No detector has this id."""
    return refusal(f"Can't find detector with id: {detector_id}", 404)
