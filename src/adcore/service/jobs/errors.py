"""What the machine learning API answers requests that it refuses."""

from __future__ import annotations

from adcore.service.errors import ApiError, illegal_argument

__all__ = [
    "already_exists", "bad_request", "conflict", "illegal_argument", "not_found", "unknown_job",
]  # fmt: skip


def not_found(reason: str) -> ApiError:
    """Something of that id does not exist."""
    return ApiError(404, "resource_not_found_exception", reason)


def unknown_job(job_id: str) -> ApiError:
    """No job has this id.

    >>> unknown_job("x").to_body()["error"]["reason"]
    "No known job with id 'x'"
    """
    return not_found(f"No known job with id '{job_id}'")


def already_exists(reason: str) -> ApiError:
    """The id is in use."""
    return ApiError(400, "resource_already_exists_exception", reason)


def conflict(reason: str) -> ApiError:
    """The state of something does not allow it."""
    return ApiError(409, "status_exception", reason)


def bad_request(reason: str) -> ApiError:
    """Parts that are each allowed, but do not go together."""
    return ApiError(400, "status_exception", reason)
