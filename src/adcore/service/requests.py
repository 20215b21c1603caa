"""A request as handlers see it: values of the path, parameters, body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import duckdb

from adcore.service.dialect import Dialect, dialect_of
from adcore.service.errors import ApiError, illegal_argument, parse_error
from adcore.service.json_content import decode_json
from adcore.service.parameters import to_boolean
from adcore.service.settings import Principal

if TYPE_CHECKING:
    from adcore.service.context import Context

__all__ = ["Call"]

Refresh = Literal["true", "false", "wait_for"]
_LARGEST = 2**31 - 1


class Call:
    """One request. Handlers run in a thread of their own and may block.

    Attributes
    ----------
    context : Context
        The store, the settings, the clock.
    path : str
        As the client sent it, still with its percent signs.
    headers : mapping
        By names in lower case.
    user : Principal or None
        Whose request it is.
    body : bytes
        What was sent, decompressed.
    warnings : list of str
        What the client is told beside the answer.
    """

    def __init__(
        self,
        context: Context,
        method: str,
        path: str,
        values: Mapping[str, str],
        parameters: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
        user: Principal | None,
    ) -> None:
        self.context = context
        self.method = method
        self.path = path
        self.headers = headers
        self.user = user
        self.body = body
        self.warnings: list[str] = []
        self._values = values
        self._parameters = parameters
        self._cursors: set[duckdb.DuckDBPyConnection] = set()
        self._is_over = False

    @property
    def dialect(self) -> Dialect:
        """Which API the client speaks."""
        return dialect_of(self.headers, self.context.settings)

    def value(self, name: str) -> str:
        """A value of the path, such as ``id`` of ``/{index}/_doc/{id}``."""
        return self._values[name]

    def optional_value(self, name: str) -> str | None:
        """A value that not all paths of the endpoint have."""
        return self._values.get(name)

    @property
    def parameters(self) -> Mapping[str, str]:
        """All parameters of the request."""
        return self._parameters

    def warn(self, text: str) -> None:
        """Tell the client something beside the answer, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def has(self, name: str) -> bool:
        """Whether a parameter was given, be it without a value."""
        return name in self._parameters

    def text(self, name: str, default: str = "") -> str:
        """A parameter as it is."""
        return self._parameters.get(name, default)

    def words(self, name: str) -> list[str]:
        """A parameter of words with commas between them."""
        return [word for word in self.text(name).split(",") if word]

    def boolean(self, name: str, *, default: bool = False) -> bool:
        """A parameter that is ``true``, ``false``, or there without a value, which is true.

        Raises
        ------
        ApiError
            If it is anything else.
        """
        return to_boolean(self._parameters[name]) if name in self._parameters else default

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A parameter that is a whole number of 32 bits.

        Raises
        ------
        ApiError
            If it is anything else.
        """
        text = self._parameters.get(name)
        if text is None:
            return default
        try:
            number = int(text)
        except ValueError:
            number = _LARGEST + 1
        if not -_LARGEST <= number <= _LARGEST or not text.isascii() or "_" in text:
            raise illegal_argument(f"Failed to parse int parameter [{name}] with value [{text}]")
        return number

    def long(self, name: str) -> int | None:
        """A parameter that is a whole number of 64 bits.

        Raises
        ------
        ApiError
            If it is anything else.
        """
        text = self._parameters.get(name)
        if text is None:
            return None
        digits = text.removeprefix("-")
        if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
            raise illegal_argument(f"Failed to parse long parameter [{name}] with value [{text}]")
        return int(text)

    def refresh(self) -> Refresh:
        """When others shall see a write. Here they see it as soon as it is answered.

        Raises
        ------
        ApiError
            If the parameter is none of the three.
        """
        text = self.text("refresh", "false") or "true"
        if text not in get_args(Refresh):
            raise illegal_argument(f"Unknown value for refresh: [{text}].")
        return cast("Refresh", text)

    def content(self) -> bytes:
        """The body, or the parameter ``source`` in place of it."""
        return self.body or self.text("source").encode()

    def required_content(self) -> bytes:
        """The body, or the parameter ``source``.

        Raises
        ------
        ApiError
            If there is none.
        """
        content = self.content()
        if not content.strip():
            raise parse_error("request body is required")
        return content

    def json(self) -> Any:
        """The JSON of the body; None if there is none.

        Raises
        ------
        ApiError
            If it is no JSON, or nested too deeply.
        """
        content = self.content()
        if not content.strip():
            return None
        return decode_json(content, self.context.settings.limits.json_depth)

    def object(self) -> dict[str, Any]:
        """The JSON of a body that has to be an object.

        Raises
        ------
        ApiError
            If there is no body, or it is something else.
        """
        found = decode_json(self.required_content(), self.context.settings.limits.json_depth)
        if not isinstance(found, dict):
            raise parse_error("request body must be an object")
        return found

    def optional_object(self) -> dict[str, Any]:
        """The JSON of a body that may be missing."""
        return self.object() if self.content().strip() else {}

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for reading, stopped when the time of the request is over."""
        with self.context.store.documents.cursor() as made, self.watched(made) as cursor:
            yield cursor

    @contextmanager
    def watched(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
        """Stop what a connection does when the time of the request is over."""
        self._cursors.add(cursor)
        try:
            if self._is_over:
                raise ApiError(408, "timeout_exception", "Time exceeded")
            yield cursor
        finally:
            self._cursors.discard(cursor)

    def stop(self) -> None:
        """End what the request is doing, from another thread."""
        self._is_over = True
        for cursor in tuple(self._cursors):
            cursor.interrupt()
