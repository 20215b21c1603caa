"""The body of a request: received within its limits, decompressed within them too."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable

from starlette.types import Message, Receive

from adcore.service.errors import ApiError, simple_error
from adcore.service.settings import ServiceLimits

__all__ = ["ClientGoneError", "check_content_type", "decompress", "receive_body"]

_JSON_TYPES = frozenset({
    "application/json", "application/x-ndjson", "application/ndjson",
    "application/vnd.elasticsearch+json", "application/vnd.elasticsearch+x-ndjson",
    "application/vnd.opensearch+json",
})  # fmt: skip


class ClientGoneError(Exception):
    """The client has gone before its body had come."""


async def receive_body(
    receive: Receive, declared: str | None, limits: ServiceLimits, reserve: Callable[[int], None]
) -> bytes:
    """The bytes of a body.

    Parameters
    ----------
    declared : str or None
        The header ``Content-Length``, by which a body that is too long is refused unread.
    reserve : callable
        Told the bytes of each part; raises if all requests together have too many.

    Raises
    ------
    ApiError
        With status 413 if it is too long, 408 if it comes too slowly.
    ClientGoneError
        If there is nobody to answer.
    """
    if declared is not None and declared.isdigit() and int(declared) > limits.body_bytes:
        raise _too_long(declared, limits)
    try:
        return await asyncio.wait_for(_receive(receive, limits, reserve), limits.body_seconds)
    except asyncio.TimeoutError:
        text = f"the body did not come within {limits.body_seconds:g} seconds"
        raise simple_error(408, text, connection="close") from None


async def _receive(
    receive: Receive, limits: ServiceLimits, reserve: Callable[[int], None]
) -> bytes:
    parts: list[bytes] = []
    length = 0
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        length += len(part)
        if length > limits.body_bytes:
            raise _too_long(f">{limits.body_bytes}", limits)
        reserve(len(part))
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def decompress(body: bytes, encoding: str, limits: ServiceLimits) -> bytes:
    """The body without its compression.

    Raises
    ------
    ApiError
        If the encoding is not known, the bytes are not of it, or there come too many of them.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise simple_error(415, f"Content-Encoding [{encoding}] is not supported; use gzip")
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        content = inflater.decompress(body, limits.body_bytes + 1)
    except zlib.error as error:
        raise simple_error(400, f"the body is not gzip: {error}") from None
    if len(content) > limits.body_bytes:
        raise _too_long(f">{limits.body_bytes}", limits)
    if not inflater.eof:
        raise simple_error(400, "the body is not gzip: it ends too early")
    return content


def check_content_type(header: str) -> None:
    """Raise an ApiError unless a body of this type may be JSON."""
    kind = header.partition(";")[0].strip().lower()
    if kind not in _JSON_TYPES:
        raise simple_error(406, f"Content-Type header [{header}] is not supported")


def _too_long(length: str, limits: ServiceLimits) -> ApiError:
    return ApiError(
        413,
        "content_too_long_exception",
        f"entity content is too long [{length}] for the configured buffer limit "
        f"[{limits.body_bytes}]",
        headers={"connection": "close"},
    )
