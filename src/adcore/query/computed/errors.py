"""Scripts that cannot be compiled, or fail for a document, as the API tells it."""

from __future__ import annotations

from collections.abc import Mapping

from adcore.query.errors import SearchError, ShardSearchError
from adcore.query.syntax.reader import Json

__all__ = ["ScriptException", "compile_error", "runtime_error"]


class ScriptException(ShardSearchError):
    """A script that an index cannot run.

    Attributes
    ----------
    source : str
        Its text.
    """

    def __init__(self, reason: str, source: str, cause: SearchError) -> None:
        super().__init__("script_exception", reason, cause=cause)
        self.source = source

    def summary(self) -> dict[str, object]:
        """As of other errors, with the script."""
        told: dict[str, object] = {"type": self.type, "reason": self.reason}
        told |= {"script_stack": [self.source], "script": self.source, "lang": "painless"}
        return told if self.cause is None else told | {"caused_by": self.cause.summary()}


def compile_error(content: Json, reason: str) -> ScriptException:
    """A script that cannot be read.

    >>> compile_error("x", "[x] is not supported").body()["error"]["root_cause"][0]["reason"]
    'compile error'
    """
    given = content.get("source", "") if isinstance(content, Mapping) else content
    cause = SearchError("illegal_argument_exception", reason)
    return ScriptException("compile error", str(given or ""), cause)


def runtime_error(source: str, reason: str) -> ScriptException:
    """A script that has no value for a document."""
    return ScriptException("runtime error", source, SearchError("illegal_state_exception", reason))
