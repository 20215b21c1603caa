"""What is wrong with a script, when it is read and when it runs."""

from __future__ import annotations

from adcore.errors import InvalidArgumentError

__all__ = ["ScriptError", "ValueFault"]


class ScriptError(InvalidArgumentError):
    """A script that cannot be read; the message names what is not supported."""


class ValueFault(Exception):
    """There is no value for a document: it lacks a field, or the types do not go together."""

    def __init__(self, reason: str = "values of these types do not go together") -> None:
        super().__init__(reason)
