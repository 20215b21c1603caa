"""One search while it runs: what it counts, which page it shows, what it aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from adcore.query.aggregate.base import documents_relation
from adcore.query.aggregate.columns import Columns, field_values
from adcore.query.aggregate.execute import Executor
from adcore.query.aggregate.plan import BucketPlan, Planner
from adcore.query.compile import condition
from adcore.query.compile.scope import Scope
from adcore.query.compile.score import as_sql, score
from adcore.query.computed.hits import add_fields, hit_of
from adcore.query.documents import Documents, Place
from adcore.query.errors import SearchError
from adcore.query.limits import Limits
from adcore.query.sorting import SortColumn, after, order_by, plan_sort
from adcore.query.sql import Sql, all_of, join, sql, value
from adcore.query.syntax.parse_query import parse_query
from adcore.query.syntax.queries import Query
from adcore.query.syntax.request import SearchRequest
from adcore.query.syntax.sort import SortKey
from adcore.store.index_entry import Target

__all__ = ["Found", "Search"]

Response = dict[str, object]
_BY_SCORE = (SortKey("_score", is_descending=True),)


@dataclass(frozen=True, slots=True)
class Found:
    """The part of a response that is about hits."""

    total: int | None
    relation: str
    max_score: float | None
    hits: list[Response]


class Search:
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
        self._runtime = request.runtime_fields

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
            self.cursor, self.documents, self.limits, self._everything, len(self.targets),
            self._runtime,
        )  # fmt: skip
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

    def hits(self) -> Found:
        """The page of documents that the request asks for."""
        if self.request.size == 0:
            return Found(*self._counted(None), None, [])
        columns = Columns(self.scopes)
        worth = columns.add("score", self._score, "DOUBLE") if self._needs_score else None
        sort = plan_sort(self.request.sort or _BY_SCORE, columns, worth)
        rows = self._page(columns, sort, worth)
        total, relation = self._counted(self._known_total(len(rows)))
        return Found(total, relation, self._best(rows), self._rendered(rows, sort))

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
            hit = hit_of(documents[place], self.request.documents, self._runtime, score_)
            if self.request.collapse is not None:
                add_fields(hit, {self.request.collapse: [row[1]]})
            if self.request.sort:
                values = zip(sort, row[3:], strict=True)
                hit["sort"] = [column.show(content) for column, content in values]
            hits.append(hit)
        return hits


def _place(number: object, targets: int) -> Place:
    seq_no, at = divmod(int(str(number)), targets)
    return at, seq_no
