"""All names and texts of a body: where a field can be named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

__all__ = ["words_of"]


def words_of(body: object) -> Iterator[str]:
    """The keys and texts of a query, of aggregations, or of a whole search.

    >>> sorted(words_of({"multi_match": {"fields": ["host^2", "user"]}}))
    ['fields', 'host', 'multi_match', 'user']
    """
    if isinstance(body, str):
        # What comes after it is a factor of the score.
        yield body.partition("^")[0]
    elif isinstance(body, Mapping):
        for name, inner in body.items():
            yield str(name)
            yield from words_of(inner)
    elif isinstance(body, (list, tuple)):
        for each in body:
            yield from words_of(each)
