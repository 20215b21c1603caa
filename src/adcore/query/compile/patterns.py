"""Patterns of requests as SQL understands them."""

from __future__ import annotations

import re

from adcore.query.errors import illegal_argument, query_error
from adcore.query.sql import Sql, sql, value

__all__ = ["edits_of", "fits_prefix", "fits_regexp", "fits_wildcard", "is_near"]

# Comparing two texts of n characters takes n * n steps and cells of memory, and cannot be stopped.
_LONGEST_NEAR = 256

_PIECES = re.compile(r"\\(.)|([*?])|(.)", re.DOTALL)


def _like(pattern: str) -> str:
    r"""A pattern of ``*`` and ``?`` as LIKE has it, with ``\`` before plain signs.

    >>> _like("a_b*")
    'a\\_b%'
    """
    pieces = []
    for escaped, wild, plain in _PIECES.findall(pattern):
        text = escaped or plain
        if wild:
            pieces.append("%" if wild == "*" else "_")
        else:
            pieces.append("\\" + text if text in "%_\\" else text)
    return "".join(pieces)


def fits_wildcard(content: Sql, pattern: str, *, ignore_case: bool = False) -> Sql:
    """True where a text fits a pattern of ``*`` and ``?`` as a whole."""
    operator = "ILIKE" if ignore_case else "LIKE"
    return sql(f"{{}} {operator} {{}} ESCAPE '\\'", content, value(_like(pattern)))


def fits_prefix(content: Sql, prefix: str, *, ignore_case: bool = False) -> Sql:
    """True where a text starts with another."""
    if ignore_case:
        return sql("starts_with(lower({}), {})", content, value(prefix.lower()))
    return sql("starts_with({}, {})", content, value(prefix))


def fits_regexp(content: Sql, pattern: str, *, ignore_case: bool = False) -> Sql:
    """True where a text fits a regular expression as a whole."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise query_error(f"{error}") from None
    flags = "si" if ignore_case else "s"
    return sql(f"regexp_full_match({{}}, {{}}, '{flags}')", content, value(pattern))


def edits_of(fuzziness: str, word: str) -> int:
    """How many edits a word may be away.

    >>> [edits_of("AUTO", word) for word in ("ab", "abc", "abcdef")]
    [0, 1, 2]
    """
    kind, _, limits = fuzziness.upper().partition(":")
    if kind == "AUTO":
        low, _, high = (limits or "3,6").partition(",")
        if not (low.isdigit() and high.isdigit()):
            raise query_error(f"failed to find low and high distance values in [{fuzziness}]")
        return 0 if len(word) < int(low) else 1 if len(word) < int(high) else 2
    if re.fullmatch(r"[0-2](?:\.0)?", kind) is None:
        raise query_error(f"Valid edit distances are [0, 1, 2] but was [{fuzziness}]")
    return int(float(kind))


def is_near(content: Sql, word: str, edits: int, prefix_length: int = 0) -> Sql:
    """True where a text is at most some edits (swaps of neighbours are one) away from a word.

    Raises
    ------
    SearchError
        If the word is too long.
    """
    if edits == 0:
        return sql("{} = {}", content, value(word))
    if len(word) > _LONGEST_NEAR:
        raise illegal_argument(
            f"The length [{len(word)}] of a fuzzy word has exceeded the allowed maximum of "
            f"[{_LONGEST_NEAR}]."
        )
    # Each edit makes a text longer or shorter by one character at most.
    near = sql(
        f"CASE WHEN length({{}}) BETWEEN {len(word) - edits:d} AND {len(word) + edits:d} "
        f"THEN damerau_levenshtein({{}}, {{}}) <= {edits:d} ELSE FALSE END",
        content, content, value(word),
    )  # fmt: skip
    if prefix_length <= 0:
        return near
    return sql("({} AND {})", fits_prefix(content, word[:prefix_length]), near)
