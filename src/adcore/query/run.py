"""Searches over the tables of indices, answered as the API answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import duckdb

from adcore.query.computed.tables import computed_targets
from adcore.query.date_math import Clock
from adcore.query.errors import SearchError, query_error
from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.query.searcher import Found, Search
from adcore.query.syntax.reader import Json
from adcore.query.syntax.request import SearchRequest, parse_request
from adcore.store.index_entry import Target

__all__ = ["count", "search"]

Response = dict[str, object]


def search(
    targets: Sequence[Target],
    request: Json,
    cursor: duckdb.DuckDBPyConnection,
    clock: Clock,
    *,
    limits: Limits = DEFAULT_LIMITS,
    in_transaction: bool = False,
) -> Response:
    """The response of a search.

    All parts of it see the same state of the tables.

    Parameters
    ----------
    targets : sequence of Target
        The indices; of none, nothing is found.
    request : object
        The JSON of the body; None asks for any ten documents.
    cursor : duckdb.DuckDBPyConnection
        Nobody else uses it meanwhile.
    clock : callable
        The present time in epoch milliseconds, for ``now``.
    limits : Limits, optional
        What the request may ask for.
    in_transaction : bool, optional
        Whether the cursor is in a transaction, whose state of the tables is then seen. An error of
        the database ends that transaction.

    Raises
    ------
    SearchError
        With type, reason, status and body as the API has them.
    """
    started = perf_counter()
    parsed = parse_request(request, limits)
    if not targets:
        return _response(started, 0, Found(0, "eq", None, []), None)
    with (
        _snapshot(cursor, in_transaction),
        _errors(),
        _running(targets, request, parsed, cursor, clock(), limits) as run,
    ):
        aggregations = run.aggregations() if parsed.aggregations else None
        found = run.hits()
    return _response(started, len(targets), found, aggregations)


def count(
    targets: Sequence[Target],
    query: Json,
    cursor: duckdb.DuckDBPyConnection,
    clock: Clock,
    *,
    limits: Limits = DEFAULT_LIMITS,
    in_transaction: bool = False,
) -> Response:
    """The response of ``_count``.

    Parameters
    ----------
    query : object
        The JSON of the body: ``{"query": ...}``, or None for all documents.
    targets, cursor, clock, limits, in_transaction
        As `search` has them.

    Raises
    ------
    SearchError
        As `search`.
    """
    body = {} if query is None else query
    if not isinstance(body, dict) or set(body) - {"query"}:
        unknown = (
            next((key for key in body if key != "query"), "") if isinstance(body, dict) else ""
        )
        raise SearchError("parsing_exception", f"request does not support [{unknown}]")
    parsed = parse_request({**body, "size": 0, "track_total_hits": True}, limits)
    if not targets:
        return {"count": 0, "_shards": _shards(0)}
    with (
        _snapshot(cursor, in_transaction),
        _errors(),
        _running(targets, body, parsed, cursor, clock(), limits) as run,
    ):
        return {"count": run.total(), "_shards": _shards(len(targets))}


@contextmanager
def _running(
    targets: Sequence[Target],
    body: Json,
    parsed: SearchRequest,
    cursor: duckdb.DuckDBPyConnection,
    now: int,
    limits: Limits,
) -> Iterator[Search]:
    """The search over its targets with what it computes of them, which goes when the block ends."""
    with computed_targets(targets, body, parsed, cursor, now, limits) as computed:
        yield Search(computed, parsed, cursor, now, limits)


@contextmanager
def _snapshot(cursor: duckdb.DuckDBPyConnection, in_transaction: bool) -> Iterator[None]:
    """One state of all tables for several statements."""
    if in_transaction:
        yield
        return
    cursor.begin()
    try:
        yield
    finally:
        cursor.rollback()


@contextmanager
def _errors() -> Iterator[None]:
    """What only the database can know to be wrong, such as some regular expressions."""
    try:
        yield
    except duckdb.InvalidInputException as error:
        raise query_error(str(error).splitlines()[0]) from error
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        raise query_error(str(error).splitlines()[0]) from error
    except duckdb.OutOfMemoryException as error:
        raise SearchError(
            "circuit_breaking_exception", "[request] Data too large", status=429
        ) from error


def _response(
    started: float, targets: int, found: Found, aggregations: Response | None
) -> Response:
    hits: Response = {}
    if found.total is not None:
        hits["total"] = {"value": found.total, "relation": found.relation}
    hits |= {"max_score": found.max_score, "hits": found.hits}
    response: Response = {
        "took": int((perf_counter() - started) * 1000),
        "timed_out": False,
        "_shards": _shards(targets),
        "hits": hits,
    }
    if aggregations is not None:
        response["aggregations"] = aggregations
    return response


def _shards(targets: int) -> Response:
    return {"total": targets, "successful": targets, "skipped": 0, "failed": 0}
