"""What is cut out of messages before they are categorised."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import duckdb

from adcore.job.errors import bad_request

__all__ = ["MessageFilters", "check_patterns"]


class MessageFilters:
    r"""Regular expressions whose matches say nothing of the kind of a message.

    They are RE2's, as those of queries: no text makes them slow, which expressions of Python could
    be made by whoever writes a message. What goes back in a text (``\1``) or looks around
    (``(?=``) is none of them.

    Parameters
    ----------
    patterns : sequence of str

    Examples
    --------
    >>> MessageFilters([r"\[SQL: .*\]"]).cut(["Query [SQL: select a] failed", "Disk full"])
    ['Query  failed', 'Disk full']
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = list(patterns)
        expression = "message"
        for _ in self._patterns:
            expression = f"regexp_replace({expression}, ?, '', 'g')"
        self._query = f"SELECT list_transform(?::VARCHAR[], lambda message: {expression})"

    def cut(self, messages: Sequence[str]) -> list[str]:
        """The messages without what fits; an expression sees what those before it left."""
        if not self._patterns or not messages:
            return list(messages)
        with _database().cursor() as cursor:
            row = cursor.execute(self._query, [list(messages), *self._patterns]).fetchone()
        return [] if row is None else list(row[0])


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """An empty one for its expressions: to make it takes longer than to use it."""
    return duckdb.connect(config={"threads": 1})


@lru_cache(maxsize=1_024)
def check_patterns(patterns: tuple[str, ...]) -> None:
    """Check that each is a regular expression, and given once.

    Configurations are read again and again, with the same patterns.

    Raises
    ------
    JobError
    """
    if "" in patterns:
        raise bad_request("categorization_filters are not allowed to contain empty strings")
    if len(set(patterns)) < len(patterns):
        raise bad_request("categorization_filters contain duplicates")
    for pattern in patterns:
        try:
            MessageFilters([pattern]).cut([""])
        except duckdb.Error:
            raise bad_request(
                f"categorization_filters contains invalid regular expression '{pattern}'"
            ) from None
