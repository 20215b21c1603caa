"""Words of texts, found by the same rules in Python (of queries) and in SQL (of documents).

Words are runs of letters, digits and underscores, in lower case; an apostrophe, dot or colon
between letters does not part them, nor does a dot or comma between digits.
"""

from __future__ import annotations

import re

from adcore.query.sql import Sql, sql

__all__ = ["joined_words", "words", "words_of"]

_LETTER = r"(?:\p{L}\p{M}*)"
_PATTERN = rf"(?:{_LETTER}(?:[.:'\x{{2019}}]?{_LETTER})*|\p{{Nd}}(?:[.,;'\x{{2019}}]?\p{{Nd}})*|_)+"
_PYTHON_LETTER = r"(?:[^\W\d_])"
_PYTHON = re.compile(
    rf"(?:{_PYTHON_LETTER}(?:[.:'\u2019]?{_PYTHON_LETTER})*|\d(?:[.,;'\u2019]?\d)*|_)+"
)


def words(text: str) -> list[str]:
    """The words of a query.

    >>> words("Error 3.5: can't open server_log-a.b")
    ['error', '3.5', "can't", 'open', 'server_log', 'a.b']
    """
    return _PYTHON.findall(text.lower())


def words_of(text: Sql) -> Sql:
    """The words of a column as a list; NULL of NULL."""
    escaped = _PATTERN.replace("'", "''")
    return sql("regexp_extract_all(lower({}), '" + escaped + "')", text)


def joined_words(text: Sql) -> Sql:
    """The words of a column as one text, each with a space before and after it."""
    return sql("' ' || array_to_string({}, ' ') || ' '", words_of(text))
