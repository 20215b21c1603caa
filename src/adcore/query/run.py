"""Searches over the tables of indices, answered as the API answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import duckdb

from adcore.query.aggregate.base import documents_relation
from adcore.query.aggregate.columns import Columns, field_values
from adcore.query.aggregate.execute import Executor
from adcore.query.aggregate.plan import BucketPlan, Planner
from adcore.query.compile import condition
from adcore.query.compile.scope import Scope
from adcore.query.compile.score import as_sql, score
from adcore.query.date_math import Clock
from adcore.query.documents import Documents, Place, render
from adcore.query.errors import SearchError, query_error
from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.query.sorting import SortColumn, after, order_by, plan_sort
from adcore.query.sql import Sql, all_of, join, sql, value
from adcore.query.syntax.parse_query import parse_query
from adcore.query.syntax.queries import Query
from adcore.query.syntax.reader import Json
from adcore.query.syntax.request import SearchRequest, parse_request
from adcore.query.syntax.sort import SortKey
from adcore.store.index_entry import Target

__all__ = ["count", "search"]

Response = dict[str, object]
_BY_SCORE = (SortKey("_score", is_descending=True),)


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
        return _response(started, 0, _Found(0, "eq", None, []), None)
    with _snapshot(cursor, in_transaction), _errors():
        run = _Search(targets, parsed, cursor, clock(), limits)
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
    with _snapshot(cursor, in_transaction), _errors():
        run = _Search(targets, parsed, cursor, clock(), limits)
        return {"count": run.total(), "_shards": _shards(len(targets))}


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


@dataclass(frozen=True, slots=True)
class _Found:
    """The part of a response that is about hits."""

    total: int | None
    relation: str
    max_score: float | None
    hits: list[Response]


def _response(
    started: float, targets: int, found: _Found, aggregations: Response | None
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


class _Search:
    """One search while it runs."""

    def __init__(
        self,
        targets: Sequence[Target],
        request: SearchRequest,
        cursor: duckdb.DuckDBPyConnection,
        now: int,
        limits: Limits,
    ) -> None:
        self.targets = targets
        self.request = request
        self.cursor = cursor
        self.limits = limits
        self.now = now
        self.scopes = [Scope(each.index, each.mapping, now, limits) for each in targets]
        self.filters = [
            [] if target.filter is None else [condition(parse_query(target.filter), scope)]
            for target, scope in zip(targets, self.scopes, strict=True)
        ]
        self.documents = Documents(cursor, targets, limits)

    def _conditions(self, *queries: Query | None) -> list[Sql]:
        """Per target which documents match all of several queries."""
        given = [query for query in queries if query is not None]
        return [
            all_of([*filters, *(condition(query, scope) for query in given)])
            for filters, scope in zip(self.filters, self.scopes, strict=True)
        ]

    def _ask(self, query: Sql) -> list[tuple[object, ...]]:
        return self.cursor.execute(query.text, list(query.parameters)).fetchall()

    def aggregations(self) -> Response:
        """The results of all aggregations."""
        columns = Columns(self.scopes)
        planner = Planner(self.now, self.limits, self._score)
        level = planner.level(self.request.aggregations, columns)
        executor = Executor(
            self.cursor, self.documents, self.limits, self._everything, len(self.targets)
        )
        matching = self._matching(columns, self._conditions(self.request.query))
        try:
            results = executor.run(level, matching)
        except SearchError:
            # After an error of the database nothing can be dropped, nor need it: all is undone.
            executor.close()
            raise
        executor.close()
        return results

    def _matching(self, columns: Columns, conditions: Sequence[Sql]) -> Sql:
        """The matching documents with some columns, without those that score too little."""
        if self.request.min_score is None:
            return documents_relation(self.targets, columns, conditions)
        worth = columns.add("score", self._score, "DOUBLE")
        relation = documents_relation(self.targets, columns, conditions)
        return sql(
            "SELECT * FROM ({}) WHERE {} >= {}", relation, worth, value(self.request.min_score)
        )

    def _everything(self, plan: BucketPlan) -> Sql:
        return documents_relation(self.targets, plan.columns, self._conditions())

    def _score(self, scope: Scope) -> Sql:
        return as_sql(score(self.request.query, scope))

    def total(self) -> int:
        """How many documents match."""
        conditions = self._conditions(self.request.query, self.request.post_filter)
        relation = self._matching(Columns(self.scopes), conditions)
        ((number,),) = self._ask(sql("SELECT count(*) FROM ({})", relation))
        return int(str(number))

    def hits(self) -> _Found:
        """The page of documents that the request asks for."""
        if self.request.size == 0:
            return _Found(*self._counted(None), None, [])
        columns = Columns(self.scopes)
        worth = columns.add("score", self._score, "DOUBLE") if self._needs_score else None
        sort = plan_sort(self.request.sort or _BY_SCORE, columns, worth)
        rows = self._page(columns, sort, worth)
        total, relation = self._counted(self._known_total(len(rows)))
        return _Found(total, relation, self._best(rows), self._rendered(rows, sort))

    def _known_total(self, rows: int) -> int | None:
        """How many documents match, where a page that is not full says so."""
        request = self.request
        is_whole = request.start == 0 and request.search_after is None and request.collapse is None
        return rows if is_whole and rows < request.size else None

    def _counted(self, known: int | None) -> tuple[int | None, str]:
        most = self.request.counted_hits
        if most == 0:
            return None, "eq"
        total = self.total() if known is None else known
        if most is not None and total > most:
            return most, "gte"
        return total, "eq"

    @property
    def _needs_score(self) -> bool:
        sort = self.request.sort
        return not sort or self.request.track_scores or any(key.field == "_score" for key in sort)

    def _page(
        self, columns: Columns, sort: Sequence[SortColumn], worth: Sql | None
    ) -> list[tuple[object, ...]]:
        """Number, score and sort values of the documents of the page."""
        group = self._collapse_column(columns)
        conditions = self._conditions(self.request.query, self.request.post_filter)
        relation = self._matching(columns, conditions)
        if self.request.search_after is not None:
            later = after(sort, self.request.search_after)
            relation = sql("SELECT * FROM ({}) WHERE {}", relation, later)
        order = order_by(sort)
        if group is not None:
            relation = sql(
                "SELECT * FROM ({}) QUALIFY row_number() OVER (PARTITION BY {} ORDER BY {}) = 1",
                relation,
                group,
                order,
            )
        shown = join(", ", [worth or Sql("NULL::DOUBLE"), *(each.column for each in sort)])
        extra = group or Sql("NULL")
        return self._ask(
            sql(
                'SELECT "doc:", {}, {} FROM ({}) ORDER BY {} LIMIT {} OFFSET {}',
                extra,
                shown,
                relation,
                order,
                value(self.request.size),
                value(self.request.start),
            )
        )

    def _collapse_column(self, columns: Columns) -> Sql | None:
        if self.request.collapse is None:
            return None
        return field_values(columns, self.request.collapse).column

    def _best(self, rows: Sequence[tuple[object, ...]]) -> float | None:
        """The best score: of the first page it is on it, where hits are sorted by score."""
        if not rows or not self._needs_score:
            return None
        if not self.request.sort and self.request.start == 0:
            return float(str(rows[0][2]))
        columns = Columns(self.scopes)
        worth = columns.add("score", self._score, "DOUBLE")
        conditions = self._conditions(self.request.query, self.request.post_filter)
        relation = self._matching(columns, conditions)
        ((best,),) = self._ask(sql("SELECT max({}) FROM ({})", worth, relation))
        return None if best is None else float(str(best))

    def _rendered(
        self, rows: Sequence[tuple[object, ...]], sort: Sequence[SortColumn]
    ) -> list[Response]:
        places = [_place(row[0], len(self.targets)) for row in rows]
        documents = self.documents.fetch(places)
        hits = []
        for row, place in zip(rows, places, strict=True):
            score_ = None if row[2] is None else float(str(row[2]))
            hit = render(documents[place], self.request.documents, score_)
            if self.request.collapse is not None:
                hit.setdefault("fields", {})
                fields = hit["fields"]
                if isinstance(fields, dict):
                    fields[self.request.collapse] = [row[1]]
            if self.request.sort:
                values = zip(sort, row[3:], strict=True)
                hit["sort"] = [column.show(content) for column, content in values]
            hits.append(hit)
        return hits


def _place(number: object, targets: int) -> Place:
    seq_no, at = divmod(int(str(number)), targets)
    return at, seq_no
