"""What a search may fail with, in the shape the API answers it.

::

    SearchError                    the request as a whole is refused
    └── ShardSearchError           it was understood, but an index cannot answer it
"""

from __future__ import annotations

from adcore.errors import AdcoreError

__all__ = [
    "SearchError",
    "ShardSearchError",
    "illegal_argument",
    "parsing_error",
    "query_error",
]


class SearchError(AdcoreError, ValueError):
    """A request that the search refuses.

    Attributes
    ----------
    type, reason : str
        What the API calls the error, and its text.
    status : int
        The HTTP status that goes with it.
    cause : SearchError or None
        What lies under it.

    Examples
    --------
    >>> parsing_error("unknown query [x]").body()["error"]["type"]
    'parsing_exception'
    """

    def __init__(
        self,
        type: str,  # noqa: A002 -- the API's word
        reason: str,
        *,
        status: int = 400,
        cause: SearchError | None = None,
    ) -> None:
        super().__init__(reason)
        self.type = type
        self.reason = reason
        self.status = status
        self.cause = cause

    def summary(self) -> dict[str, object]:
        """Type, reason, and what caused it."""
        summary: dict[str, object] = {"type": self.type, "reason": self.reason}
        if self.cause is not None:
            summary["caused_by"] = self.cause.summary()
        return summary

    def body(self) -> dict[str, object]:
        """The body of the HTTP response."""
        root = {"type": self.type, "reason": self.reason}
        return {"error": {"root_cause": [root], **self.summary()}, "status": self.status}


class ShardSearchError(SearchError):
    """A legal request that an index cannot answer, such as a sort by an unknown field.

    Attributes
    ----------
    index : str
        The index that failed; empty where none is to blame.
    """

    index: str = ""

    def body(self) -> dict[str, object]:
        """The body of the HTTP response: the failure once as root and once per failed shard."""
        root = {key: told for key, told in self.summary().items() if key != "caused_by"}
        failed = {"shard": 0, "index": self.index, "node": None, "reason": self.summary()}
        error = {
            "root_cause": [root],
            "type": "search_phase_execution_exception",
            "reason": "all shards failed",
            "phase": "query",
            "grouped": True,
            "failed_shards": [failed],
            "caused_by": self.summary(),
        }
        return {"error": error, "status": self.status}


def parsing_error(reason: str) -> SearchError:
    """The body is JSON, but not the search language."""
    return SearchError("parsing_exception", reason)


def illegal_argument(reason: str) -> SearchError:
    """A value outside what is allowed."""
    return SearchError("illegal_argument_exception", reason)


def query_error(reason: str, cause_type: str = "illegal_argument_exception") -> ShardSearchError:
    """A query that no condition can be made of, with the cause as the API nests it."""
    return ShardSearchError(
        "query_shard_exception",
        f"failed to create query: {reason}",
        cause=SearchError(cause_type, reason),
    )
