"""Answers, and the bytes they are sent as."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from adcore.service.filter_path import filter_response
from adcore.service.long_answer import LongAnswer

__all__ = ["JSON_TYPE", "TEXT_TYPE", "Rendered", "Reply", "Style", "render"]

JSON_TYPE = "application/json; charset=UTF-8"
TEXT_TYPE = "text/plain; charset=UTF-8"
# Below it compressing costs more than it saves.
_COMPRESSED_FROM = 1_400

_GZIP = 16 + zlib.MAX_WBITS

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
    """An answer as it is sent, in one part or several."""

    status: int
    parts: Sequence[bytes]
    headers: dict[str, str]

    @property
    def content(self) -> bytes:
        """All of it."""
        return b"".join(self.parts)

    def __len__(self) -> int:
        return sum(map(len, self.parts))


def render(reply: Reply, style: Style) -> Rendered:
    """The bytes of an answer.

    >>> render(Reply({"a": 1, "b": 2}), Style(filter_path="b")).content
    b'{"b":2}'
    """
    headers = dict(reply.headers)
    rendered = Rendered(reply.status, _parts(reply, style, headers), headers)
    if style.accepts_gzip and len(rendered) >= _COMPRESSED_FROM:
        headers["content-encoding"] = "gzip"
        return replace(rendered, parts=list(_compressed(rendered.parts)))
    return rendered


def _compressed(parts: Sequence[bytes]) -> Iterator[bytes]:
    compressor = zlib.compressobj(3, wbits=_GZIP)
    yield from filter(None, map(compressor.compress, parts))
    yield compressor.flush()


def _parts(reply: Reply, style: Style, headers: dict[str, str]) -> list[bytes]:
    body = reply.body
    if body is None:
        return []
    if isinstance(body, (str, bytes)):
        headers.setdefault("content-type", reply.media_type)
        return [body.encode("utf-8", "replace") if isinstance(body, str) else body]
    headers.setdefault("content-type", style.media_type or JSON_TYPE)
    if not isinstance(body, LongAnswer):
        return [_json(body, style)]
    if style.filter_path or style.is_pretty:
        return [_json(msgspec.Raw(b"".join(body.parts())), style)]
    return body.parts()


def _json(body: Any, style: Style) -> bytes:
    if style.filter_path:
        # Documents are sent as they were stored, so there may be bytes of JSON in the body.
        body = filter_response(msgspec.json.decode(_encoder.encode(body)), style.filter_path)
    content = _encoder.encode(body)
    return msgspec.json.format(content, indent=2) + b"\n" if style.is_pretty else content
