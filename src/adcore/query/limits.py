"""How much one request may ask for."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a search; the defaults are those of the API.

    Attributes
    ----------
    result_window : int
        The most that ``from`` and ``size`` may sum to.
    clauses : int
        The most leaves of one query.
    depth : int
        How deep queries may stand in queries, and aggregations in aggregations.
    terms : int
        The most values of one ``terms`` query.
    buckets : int
        The most buckets of one response.
    inner_hits : int
        The most documents of one ``top_hits`` bucket.
    source_bytes : int
        The most bytes of documents in one response.
    script_steps : int
        The most steps of all scripts of one request: documents times parts of scripts.
    """

    result_window: int = 10_000
    clauses: int = 1_024
    depth: int = 30
    terms: int = 65_536
    buckets: int = 65_536
    inner_hits: int = 100
    source_bytes: int = 256 * 1024 * 1024
    script_steps: int = 50_000_000


DEFAULT_LIMITS = Limits()
