"""Reading typed values from JSON, with the errors of the API."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from adcore.query.errors import SearchError, illegal_argument, parsing_error

__all__ = [
    "Json",
    "JsonObject",
    "boolean",
    "format_number",
    "integer",
    "number",
    "objects",
    "optional_text",
    "refuse_unknown",
    "scalar",
    "text",
    "texts",
    "token",
]

Json = object
JsonObject = Mapping[str, Json]


def token(content: Json) -> str:
    """What the API calls the first token of a value.

    >>> token({}), token("a"), token(True)
    ('START_OBJECT', 'VALUE_STRING', 'VALUE_BOOLEAN')
    """
    if isinstance(content, Mapping):
        return "START_OBJECT"
    if isinstance(content, (list, tuple)):
        return "START_ARRAY"
    if isinstance(content, bool):
        return "VALUE_BOOLEAN"
    if isinstance(content, (int, float)):
        return "VALUE_NUMBER"
    return "VALUE_NULL" if content is None else "VALUE_STRING"


def refuse_unknown(where: str, body: JsonObject, known: frozenset[str]) -> None:
    """Raise for the first key that is not known."""
    for key in body:
        if key not in known:
            raise parsing_error(f"[{where}] query does not support [{key}]")


def objects(content: Json) -> list[Json]:
    """One thing or a list of things, as a list."""
    return list(content) if isinstance(content, (list, tuple)) else [content]


def text(where: str, key: str, content: Json) -> str:
    """A text; numbers and booleans are taken as their text."""
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, (str, int, float)):
        return str(content)
    raise parsing_error(f"[{where}] unknown token [{token(content)}] after [{key}]")


def optional_text(where: str, key: str, content: Json) -> str | None:
    """A text, or None for null."""
    return None if content is None else text(where, key, content)


def texts(where: str, key: str, content: Json) -> tuple[str, ...]:
    """A text or a list of texts."""
    return tuple(text(where, key, item) for item in objects(content))


def boolean(content: Json) -> bool:
    """A boolean, or its text.

    >>> boolean("true"), boolean(False)
    (True, False)
    """
    if isinstance(content, bool):
        return content
    if content in ("true", "false"):
        return content == "true"
    raise illegal_argument(
        f"Failed to parse value [{_shown(content)}] as only [true] or [false] are allowed."
    )


def number(where: str, key: str, content: Json) -> float:
    """A finite number, or its text."""
    if isinstance(content, bool):
        raise _no_number(where, key, content)
    try:
        result = float(cast("str", content))
    except (TypeError, ValueError, OverflowError):
        raise _no_number(where, key, content) from None
    if not math.isfinite(result):
        raise _no_number(where, key, content)
    return result


def integer(where: str, key: str, content: Json) -> int:
    """A whole number of 32 bits, or its text; a fraction is cut off as the API does."""
    result = int(number(where, key, content))
    if not -(2**31) <= result < 2**31:
        raise _no_number(where, key, content)
    return result


def scalar(where: str, content: Json) -> str | int | float | bool:
    """A value of a field."""
    if isinstance(content, (str, int, float, bool)):
        return content
    if content is None:
        raise illegal_argument("value cannot be null")
    kind = "array of values" if isinstance(content, (list, tuple)) else "object"
    raise parsing_error(f"[{where}] query does not support {kind}")


def format_number(value: float) -> int | float:
    """A number as the API's documents print it: whole where it is whole.

    >>> format_number(1.0), format_number(1.5)
    (1, 1.5)
    """
    return int(value) if float(value).is_integer() else value


def _shown(content: Json) -> str:
    return "null" if content is None else str(content)


def _no_number(where: str, key: str, content: Json) -> SearchError:
    cause = SearchError("number_format_exception", f'For input string: "{_shown(content)}"')
    return SearchError(
        "x_content_parse_exception", f"[{where}] failed to parse field [{key}]", cause=cause
    )
