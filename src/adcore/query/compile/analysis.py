"""Words of texts, found by the same rules in Python (of queries) and in SQL (of documents).

Words are runs of letters, digits and underscores, in lower case; an apostrophe, dot or colon
between letters does not part them, nor does a dot or comma between digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from adcore.query.sql import Sql, all_of, any_of, sql, value

__all__ = ["if_contained", "joined_words", "words", "words_of"]

# Ranges instead of Unicode's classes: both languages know them, and compiling them takes the
# database a hundredth of the time. Left out are the blocks of punctuation and symbols.
_LETTERS = (
    (0x61, 0x7A), (0xAA, 0xAA), (0xB5, 0xB5), (0xBA, 0xBA), (0xC0, 0xD6), (0xD8, 0xF6),
    (0xF8, 0x1FFF), (0x2C00, 0x2DFF), (0x3040, 0xD7FF), (0xF900, 0xFDFF), (0xFE70, 0xFEFE),
    (0xFF10, 0xFFDC), (0x10000, 0x10FFFF),
)  # fmt: skip


def _pattern(code: str) -> str:
    """The regular expression of a word; `code` writes one character by its number."""
    letter = "[" + "".join(f"{code % first}-{code % last}" for first, last in _LETTERS) + "]"
    quote = code % 0x2019
    return f"(?:{letter}(?:[.:'{quote}]?{letter})*|[0-9](?:[.,;'{quote}]?[0-9])*|_)+"


# How many parts of a text are looked for before its words are.
_MOST_PARTS = 8

_SQL = _pattern(r"\x{%x}").replace("'", "''")
_PYTHON = re.compile(_pattern(r"\U%08x"))


def words(text: str) -> list[str]:
    """The words of a query.

    >>> words("Error 3.5: can't open server_log-a.b")
    ['error', '3.5', "can't", 'open', 'server_log', 'a.b']
    """
    return _PYTHON.findall(text.lower())


def words_of(text: Sql) -> Sql:
    """The words of a column as a list; NULL of NULL."""
    return sql("regexp_extract_all(lower({}), {})", text, Sql(f"'{_SQL}'"))


def joined_words(text: Sql) -> Sql:
    """The words of a column as one text, each with a space before and after it."""
    return sql("' ' || array_to_string({}, ' ') || ' '", words_of(text))


def if_contained(text: Sql, wanted: Sequence[str], condition: Sql, *, is_any: bool = False) -> Sql:
    """A condition on words, tested only where the text has them as plain parts.

    Looking for a part is many times faster than finding the words of a text, for many it is not:
    of those that must all be there the longest stand for the others.
    """
    longest = sorted(dict.fromkeys(wanted), key=len, reverse=True)
    if is_any and len(longest) > _MOST_PARTS:
        return condition
    parts = [sql("contains(lower({}), {})", text, value(word)) for word in longest[:_MOST_PARTS]]
    possible = any_of(parts) if is_any else all_of(parts)
    return sql("CASE WHEN {} THEN {} ELSE FALSE END", possible, condition)
