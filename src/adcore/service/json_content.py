"""JSON that clients send."""

from __future__ import annotations

from typing import Any, NoReturn

import msgspec

from adcore.service.errors import ApiError, parse_error

__all__ = ["decode_json", "texts_of"]

_JSON_TYPES: dict[type, str] = {
    bool: "boolean", dict: "object", float: "number", int: "number", list: "array", str: "string",
}  # fmt: skip


def decode_json(content: bytes, depth: int) -> Any:
    """The value of a JSON text.

    Raises
    ------
    ApiError
        If it is no JSON, or objects and arrays stand in each other more than `depth` times.
    """
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiError(400, "json_parse_exception", str(error)) from None
    except RecursionError:
        _too_deep(depth)
    _check_depth(found, depth, depth)
    return found


def _check_depth(content: Any, left: int, depth: int) -> None:
    items = content.values() if isinstance(content, dict) else content
    if not isinstance(content, (dict, list)):
        return
    if left == 0:
        _too_deep(depth)
    for item in items:
        if isinstance(item, (dict, list)):
            _check_depth(item, left - 1, depth)


def _too_deep(depth: int) -> NoReturn:
    raise ApiError(
        400,
        "x_content_parse_exception",
        f"the body is nested too deeply: more than the [{depth}] levels that are allowed",
    )


def texts_of(name: str, content: Any) -> list[str]:
    """The texts of a part of a body that is one of them or a list.

    >>> texts_of("ids", ["a", 1])
    ['a', '1']

    Raises
    ------
    ApiError
        If it is anything else.
    """
    listed = content if isinstance(content, list) else [content]
    for each in listed:
        if isinstance(each, bool) or not isinstance(each, (str, int)):
            raise parse_error(
                f"[{name}] must be a text or a list of texts, found [{_type_of(each)}]"
            )
    return [str(each) for each in listed]


def _type_of(content: Any) -> str:
    """What JSON calls the type of a value."""
    return "null" if content is None else _JSON_TYPES.get(type(content), "value")
