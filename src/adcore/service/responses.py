"""Answers, and the bytes they are sent as."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from adcore.service.filter_path import filter_response

__all__ = ["JSON_TYPE", "TEXT_TYPE", "Rendered", "Reply", "Style", "render"]

JSON_TYPE = "application/json; charset=UTF-8"
TEXT_TYPE = "text/plain; charset=UTF-8"
# Below it compressing costs more than it saves.
_COMPRESSED_FROM = 1_400

_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers.

    Attributes
    ----------
    body : object
        What JSON can be made of; text and bytes are sent as they are.
    media_type : str
        Of a text or bytes.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = TEXT_TYPE


@dataclass(frozen=True, slots=True)
class Style:
    """How the client wants its answer: the parameters that every endpoint has."""

    is_pretty: bool = False
    filter_path: str = ""
    shows_trace: bool = False
    accepts_gzip: bool = False
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer as it is sent."""

    status: int
    content: bytes
    headers: dict[str, str]


def render(reply: Reply, style: Style) -> Rendered:
    """The bytes of an answer.

    >>> render(Reply({"a": 1, "b": 2}), Style(filter_path="b")).content
    b'{"b":2}'
    """
    headers = dict(reply.headers)
    content = _content(reply, style, headers)
    if style.accepts_gzip and len(content) >= _COMPRESSED_FROM:
        content = gzip.compress(content, compresslevel=3, mtime=0)
        headers["content-encoding"] = "gzip"
    return Rendered(reply.status, content, headers)


def _content(reply: Reply, style: Style, headers: dict[str, str]) -> bytes:
    body = reply.body
    if body is None:
        return b""
    if isinstance(body, (str, bytes)):
        headers.setdefault("content-type", reply.media_type)
        return body.encode("utf-8", "replace") if isinstance(body, str) else body
    headers.setdefault("content-type", style.media_type or JSON_TYPE)
    if style.filter_path:
        # Documents are sent as they were stored, so there may be bytes of JSON in the body.
        body = filter_response(msgspec.json.decode(_encoder.encode(body)), style.filter_path)
    content = _encoder.encode(body)
    return msgspec.json.format(content, indent=2) + b"\n" if style.is_pretty else content
