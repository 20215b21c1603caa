"""The JSON of documents: bytes to values, and what is refused on the way."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from adcore.store.errors import MapperParsingError

__all__ = ["check_duplicates", "decode_object", "encode"]

_decode = msgspec.json.Decoder().decode


def decode_object(source: bytes) -> dict[str, Any]:
    """The object of a document.

    Raises
    ------
    MapperParsingError
        If the bytes are no JSON, or no object.
    """
    try:
        document = _decode(source)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _failed("json_parse_exception", str(error)) from None
    except RecursionError:
        raise _failed("json_parse_exception", "the document is nested too deeply") from None
    if type(document) is not dict:
        raise _failed("not_x_content_exception", "Compressor detection can only be called on "
                      "some xcontent bytes or compressed xcontent bytes")  # fmt: skip
    return document


def encode(document: object) -> bytes:
    """The JSON of a value.

    Raises
    ------
    MapperParsingError
        If JSON has no such value.
    """
    try:
        return msgspec.json.encode(document)
    except (TypeError, ValueError, RecursionError) as error:
        raise _failed("json_parse_exception", str(error)) from None


def check_duplicates(source: bytes, keys: int) -> None:
    """Raise a MapperParsingError if an object of the source names a key twice.

    Parameters
    ----------
    source : bytes
        JSON that has been decoded.
    keys : int
        How many keys its objects have after decoding, which keeps the last of two.
    """
    # Each key is followed by a quote and a colon, perhaps with white space between: so this is
    # no less than the keys written. Where it is equal to the keys kept, none was lost.
    if source.count(b'":') == keys and not _has_space_before_colon(source):
        return
    json.loads(source, object_pairs_hook=_without_duplicates)


def _has_space_before_colon(source: bytes) -> bool:
    # Looking for one byte is several times faster than for two.
    return (
        b" :" in source
        or (b"\n" in source and b"\n:" in source)
        or (b"\t" in source and b"\t:" in source)
        or (b"\r" in source and b"\r:" in source)
    )


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _failed("json_parse_exception", f"Duplicate field '{twice}'")
    return found


def _failed(kind: str, reason: str) -> MapperParsingError:
    return MapperParsingError("failed to parse", caused_by=(kind, reason))
