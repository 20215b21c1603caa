"""Values of a request as a field stores them."""

from __future__ import annotations

import ipaddress
import math
from datetime import timezone, tzinfo

from adcore.dates.formats import DateFormat, date_format, parse_zone
from adcore.errors import InvalidArgumentError
from adcore.query.date_math import parse_date
from adcore.query.errors import SearchError, illegal_argument, query_error
from adcore.query.syntax.queries import Scalar
from adcore.store.mapping import Field

__all__ = [
    "ip_key",
    "request_format",
    "request_zone",
    "to_boolean",
    "to_date",
    "to_float",
    "to_text",
    "to_whole",
]


def to_text(content: Scalar) -> str:
    """A value as a keyword.

    >>> to_text(True), to_text(1.5)
    ('true', '1.5')
    """
    return str(content).lower() if isinstance(content, bool) else str(content)


def to_boolean(content: Scalar) -> bool:
    """A value of a boolean field: ``true``, ``false`` or their texts."""
    if isinstance(content, bool):
        return content
    if content in ("true", "false", ""):
        return content == "true"
    raise query_error(f"Can't parse boolean value [{content}], expected [true] or [false]")


def to_float(content: Scalar) -> float:
    """A finite number."""
    if isinstance(content, bool):
        raise _no_number(content)
    try:
        result = float(content)
    except (ValueError, OverflowError):
        raise _no_number(content) from None
    if not math.isfinite(result):
        raise query_error(f"[double] supports only finite values, but got [{content}]")
    return result


def to_whole(content: Scalar) -> int | float:
    """A number for a field of whole numbers: an int where it is one, exact however large.

    >>> to_whole("9007199254740993"), to_whole("2.0"), to_whole(2.5)
    (9007199254740993, 2, 2.5)
    """
    if isinstance(content, int) and not isinstance(content, bool):
        return content
    if isinstance(content, str) and _is_digits(content):
        return int(content)
    result = to_float(content)
    return int(result) if result.is_integer() else result


def _is_digits(text: str) -> bool:
    return len(text) <= 40 and text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()


def to_date(
    content: Scalar,
    form: DateFormat,
    now: int,
    *,
    round_up: bool,
    zone: tzinfo = timezone.utc,
) -> int:
    """Epoch milliseconds of a date, a number or date math."""
    return parse_date(to_text(content) if isinstance(content, bool) else content, form, now,
                      round_up=round_up, zone=zone)  # fmt: skip


def request_format(field: Field, name: str | None) -> DateFormat:
    """The format a request names, or else that of the field."""
    if name is None:
        return field.date_format
    try:
        return date_format(name)
    except InvalidArgumentError as error:
        raise illegal_argument(str(error)) from None


def request_zone(name: str | None) -> tzinfo:
    """The time zone a request names, or else UTC."""
    if name is None:
        return timezone.utc
    try:
        return parse_zone(name)
    except InvalidArgumentError:
        raise illegal_argument(f"Unknown time-zone ID: {name}") from None


def ip_key(text: str, *, last: bool = False) -> str:
    """An address as 32 hexadecimal digits, IPv4 as IPv6 has it; of a net, its first or last.

    >>> ip_key("10.0.0.0/8", last=True)
    '00000000000000000000ffff0affffff'
    """
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise illegal_argument(f"'{text}' is not an IP string literal.") from None
    address = network.broadcast_address if last else network.network_address
    number = int(address)
    return f"{number if address.version == 6 else number | 0xFFFF << 32:032x}"


def _no_number(content: Scalar) -> SearchError:
    return query_error(f'For input string: "{to_text(content)}"', "number_format_exception")
