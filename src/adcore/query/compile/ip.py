"""Addresses in SQL: text to digits that sort as the addresses do."""

from __future__ import annotations

from adcore.query.sql import Sql, sql

__all__ = ["ip_digits"]

_FOUR = (
    "'00000000000000000000ffff' || "
    "array_to_string(list_transform(string_split({}, '.'), "
    "lambda \"part:\": printf('%02x', try_cast(\"part:\" AS INTEGER))), '')"
)
# The groups before and after "::", with as many zeros between as eight groups need.
_GROUPS = "list_filter(string_split({}, ':'), lambda \"group:\": \"group:\" <> '')"
_SIX = (
    "array_to_string(list_transform(list_concat("
    + _GROUPS.format("string_split({}, '::')[1]")
    + ", list_resize([]::VARCHAR[], 8 - len(list_filter(string_split({}, ':'), "
    "lambda \"group:\": \"group:\" <> '')), '0'), "
    + _GROUPS.format("coalesce(string_split({}, '::')[2], '')")
    + "), lambda \"group:\": lpad(lower(\"group:\"), 4, '0')), '')"
)


def ip_digits(text: Sql) -> Sql:
    """The 32 hexadecimal digits of an address as `adcore.query.compile.values.ip_key` has them.

    An IPv6 address that ends in dots, ``::ffff:1.2.3.4``, is read as the IPv4 address.
    """
    plain = sql("regexp_replace(lower({}), '^::ffff:(\\d+\\.)', '\\1')", text)
    six = sql(_SIX, plain, plain, plain)
    return sql("CASE WHEN contains({}, '.') THEN " + _FOUR + " ELSE {} END", plain, plain, six)
