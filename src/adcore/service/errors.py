"""What requests are refused with, in the shape in which the API answers it.

::

    ApiError                       status, type, reason, cause, and what belongs to them

Errors of the store and of the search language become one by `as_api_error`; whatever else is
raised is a fault of the service itself, and its text is for the log alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from adcore.errors import AdcoreError, DataError, InvalidArgumentError
from adcore.job.errors import JobFault
from adcore.query.errors import SearchError
from adcore.store.errors import (
    DocumentMissingError,
    IndexExistsError,
    IndexNotFoundError,
    InvalidIndexNameError,
    StoreError,
    VersionConflictError,
)

__all__ = [
    "ApiError",
    "as_api_error",
    "error_summary",
    "illegal_argument",
    "is_fault",
    "parse_error",
    "simple_error",
    "validation_error",
]

_FAULT = "internal_server_error"
_INDEX_ERRORS = (
    IndexNotFoundError, IndexExistsError, InvalidIndexNameError, DocumentMissingError,
    VersionConflictError,
)  # fmt: skip


class ApiError(AdcoreError):
    """A request that is refused.

    Parameters
    ----------
    status : int
        The HTTP status.
    type, reason : str
        What the API calls the error, and its text.
    caused_by : mapping, optional
        Type and reason of the cause, as the API shows them.
    extra : mapping, optional
        What stands beside type and reason, such as ``index``.
    body : mapping, optional
        The whole body, for errors that the API does not answer in the common shape.
    headers : mapping, optional
        Headers of the response.

    Examples
    --------
    >>> ApiError(400, "parse_exception", "request body is required").to_body()["status"]
    400
    """

    def __init__(
        self,
        status: int,
        type: str,  # noqa: A002 -- the API's word
        reason: str,
        *,
        caused_by: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.type = type
        self.reason = reason
        self.caused_by = caused_by
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})
        self._body = body

    def summary(self) -> dict[str, Any]:
        """The error without its root causes."""
        summary = {"type": self.type, "reason": self.reason, **self.extra}
        if self.caused_by is not None:
            summary["caused_by"] = dict(self.caused_by)
        return summary

    def to_body(self) -> dict[str, Any]:
        """The body of the response."""
        if self._body is not None:
            return dict(self._body)
        root = {"type": self.type, "reason": self.reason, **self.extra}
        return {"error": {"root_cause": [root], **self.summary()}, "status": self.status}


def illegal_argument(reason: str) -> ApiError:
    """An argument outside what is allowed."""
    return ApiError(400, "illegal_argument_exception", reason)


def parse_error(reason: str) -> ApiError:
    """A body that is not what it should be."""
    return ApiError(400, "parse_exception", reason)


def validation_error(*reasons: str) -> ApiError:
    """A request that cannot be, with all its faults.

    >>> validation_error("query is missing").reason
    'Validation Failed: 1: query is missing;'
    """
    numbered = "".join(f"{number}: {reason};" for number, reason in enumerate(reasons, 1))
    return ApiError(400, "action_request_validation_exception", f"Validation Failed: {numbered}")


def simple_error(status: int, text: str, **headers: str) -> ApiError:
    """An error whose body is a text, as those of the HTTP layer are."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"error": text, "status": status}
    return ApiError(status, "http_exception", text, body=body, headers=named)


def as_api_error(error: BaseException) -> ApiError:
    """What a client is told of an error."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, SearchError):
        body = error.body()
        return ApiError(error.status, error.type, error.reason, body=body)
    if isinstance(error, StoreError):
        return _of_store(error)
    if isinstance(error, JobFault):
        return ApiError(error.status, error.type, error.reason)
    if isinstance(error, (InvalidArgumentError, DataError)):
        return illegal_argument(str(error))
    return _of_limit(error)


def _of_limit(error: BaseException) -> ApiError:
    """An error of the machinery: of time, depth or memory, or a fault."""
    if isinstance(error, duckdb.InterruptException):
        return ApiError(408, "timeout_exception", "Time exceeded")
    if isinstance(error, RecursionError):
        return ApiError(400, "x_content_parse_exception", "the request is nested too deeply")
    if isinstance(error, (MemoryError, duckdb.OutOfMemoryException)):
        return ApiError(429, "circuit_breaking_exception", "[parent] Data too large")
    return ApiError(500, _FAULT, "internal error; see the log of the service")


def is_fault(error: BaseException) -> bool:
    """Whether an error is one of the service itself."""
    return as_api_error(error).type == _FAULT


def error_summary(error: BaseException) -> dict[str, Any]:
    """An error as it stands inside a response, such as that of an item of a bulk."""
    if isinstance(error, SearchError):
        return dict(error.body()["error"])  # type: ignore[call-overload, no-any-return]
    return as_api_error(error).summary()


def _of_store(error: StoreError) -> ApiError:
    cause = None
    if error.caused_by is not None:
        cause = {"type": error.caused_by[0], "reason": error.caused_by[1]}
    if isinstance(error.__cause__, duckdb.InterruptException):
        return as_api_error(error.__cause__)
    return ApiError(error.status, error.type, error.reason, caused_by=cause, extra=_extra(error))


def _extra(error: StoreError) -> dict[str, Any]:
    if error.index is None or not isinstance(error, _INDEX_ERRORS):
        return {}
    if isinstance(error, IndexNotFoundError):
        return {
            "index": error.index,
            "resource.id": error.index,
            "resource.type": "index_or_alias",
            "index_uuid": "_na_",
        }
    extra: dict[str, Any] = {"index": error.index}
    if isinstance(error, (VersionConflictError, DocumentMissingError)):
        extra["shard"] = "0"
    return {**extra, "index_uuid": "_na_"}
