"""Runs a plan: one GROUP BY per aggregation with buckets, whatever the number of rows."""

# ruff: noqa: S608 -- names in SQL are made here, values are bound

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby

import duckdb

from adcore.query.aggregate.histogram import too_many_buckets
from adcore.query.aggregate.pipelines import apply_pipelines, sibling_result, sort_buckets
from adcore.query.aggregate.plan import BucketPlan, LevelPlan, TopHitsPlan
from adcore.query.aggregate.shape import Bucket, Json, Row
from adcore.query.computed.hits import hit_of
from adcore.query.computed.request import RuntimeField
from adcore.query.documents import Documents
from adcore.query.limits import Limits
from adcore.query.sorting import order_by
from adcore.query.sql import Sql, join, sql, value
from adcore.query.syntax.aggregations import SiblingMetric

__all__ = ["Executor"]

Results = Callable[[int], Json]
"""The results of all aggregations of a level, by the number of the bucket they are about."""


@dataclass(slots=True)
class Executor:
    """Runs the plan of one request.

    Attributes
    ----------
    everything : callable
        The relation of all documents, whatever the query, with the columns of a plan.
    targets : int
        How many targets the search has.
    runtime : mapping
        The runtime fields of the search, by name.
    """

    cursor: duckdb.DuckDBPyConnection
    documents: Documents
    limits: Limits
    everything: Callable[[BucketPlan], Sql]
    targets: int
    runtime: Mapping[str, RuntimeField]
    _tables: list[str] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _buckets: int = 0

    def run(self, level: LevelPlan, relation: Sql) -> Json:
        """The results of the aggregations at the top.

        Parameters
        ----------
        relation : Sql
            A SELECT of the documents with the columns of the plan.
        """
        whole = sql('SELECT 0::BIGINT AS "bucket:", * FROM ({})', relation)
        measured = self._measured(level, whole)
        return _in_order(level, {**self._results(level, whole)(0), **measured})

    def close(self) -> None:
        """Drop the tables made on the way."""
        for name in self._tables:
            self.cursor.execute(f"DROP TABLE IF EXISTS {name}")
        self._tables.clear()

    def _ask(self, query: Sql) -> list[tuple[object, ...]]:
        return self.cursor.execute(query.text, list(query.parameters)).fetchall()

    def _measured(self, level: LevelPlan, relation: Sql) -> Json:
        """The measures of all documents together."""
        selects = _selects(level)
        if not selects:
            return {}
        (row,) = self._ask(sql("SELECT {} FROM ({})", join(", ", selects), relation))
        return _built(level, row)

    def _results(self, level: LevelPlan, relation: Sql) -> Results:
        """The results of everything but measures, for every bucket of a level at once."""
        found = {name: self._bucketed(plan, relation) for name, plan in level.buckets.items()}
        found |= {name: self._top_hits(plan, relation) for name, plan in level.top_hits.items()}

        def of_bucket(ordinal: int) -> Json:
            return {name: result(ordinal) for name, result in found.items()}

        return of_bucket

    def _bucketed(self, plan: BucketPlan, relation: Sql) -> Results:
        if plan.is_global:
            relation = sql('SELECT 0::BIGINT AS "bucket:", * FROM ({})', self.everything(plan))
        keyed = plan.shape.keyed(relation)
        rows, table = self._rows(plan, keyed)
        below = self._results(plan.level, _child_relation(plan, keyed, table)) if table else None
        by_parent = {parent: [row for _, row in pairs] for parent, pairs in groupby(rows, _parent)}

        def of_bucket(ordinal: int) -> Json:
            return self._result(plan, by_parent.get(ordinal, []), below)

        return of_bucket

    def _rows(self, plan: BucketPlan, keyed: Sql) -> tuple[list[tuple[int, Row]], str | None]:
        """The buckets with the numbers of their parents, and the table that holds them.

        The table is made only where something is about these buckets that needs their rows.
        """
        ranked = _ranked(plan, keyed)
        limit = value(self.limits.buckets - self._buckets + 1)
        if not plan.level.buckets and not plan.level.top_hits:
            query = sql('SELECT 0, * FROM ({}) ORDER BY "parent:", "rank:" LIMIT {}', ranked, limit)
            return self._read(plan, self._ask(query)), None
        name = f'"buckets:{next(self._numbers)}"'
        numbered = sql(
            f'CREATE TEMP TABLE {name} AS SELECT row_number() OVER (ORDER BY "parent:", "rank:") '
            'AS "ordinal:", * FROM ({}) LIMIT {}',
            ranked,
            limit,
        )
        self._tables.append(name)
        self.cursor.execute(numbered.text, list(numbered.parameters))
        return self._read(plan, self._ask(Sql(f'SELECT * FROM {name} ORDER BY "ordinal:"'))), name

    def _read(self, plan: BucketPlan, found: Sequence[tuple[object, ...]]) -> list[tuple[int, Row]]:
        self._count(len(found))
        keys = plan.shape.key_count
        return [
            (
                int(str(row[1])),
                Row(
                    int(str(row[0])),
                    tuple(row[4 : 4 + keys]),
                    int(str(row[2])),
                    int(str(row[3])),
                    tuple(row[4 + keys + len(plan.hidden) : -1]),
                ),
            )
            for row in found
        ]

    def _count(self, buckets: int) -> None:
        self._buckets += buckets
        if self._buckets > self.limits.buckets:
            raise too_many_buckets(self.limits, self._buckets)

    def _result(self, plan: BucketPlan, rows: list[Row], below: Results | None) -> Json:
        """The result of one parent."""
        buckets = plan.shape.buckets(rows)
        self._count(sum(bucket.row.ordinal < 0 for bucket in buckets))
        for bucket in buckets:
            bucket.body = {**bucket.head, **self._body(plan, bucket, below)}
        if plan.orders and plan.orders[0].path != "_key":
            buckets = sort_buckets(plan.orders, buckets)
        elif plan.orders and plan.orders[0].is_descending:
            buckets = buckets[::-1]
        return plan.shape.wrap(apply_pipelines(plan.level.pipelines, buckets), rows)

    def _body(self, plan: BucketPlan, bucket: Bucket, below: Results | None) -> Json:
        level = plan.level
        if bucket.row.ordinal < 0:
            return self._empty(level)
        others = below(bucket.row.ordinal) if below is not None else {}
        return _in_order(level, {**others, **_built(level, bucket.row.measures)})

    def _empty(self, level: LevelPlan) -> Json:
        """The results of a bucket that no document is in."""
        found: Json = {name: measure.empty() for name, measure in level.measures.items()}
        found |= {name: self._result(plan, [], None) for name, plan in level.buckets.items()}
        found |= {name: _hits([], 0, None) for name in level.top_hits}
        return _in_order(level, found)

    def _top_hits(self, plan: TopHitsPlan, relation: Sql) -> Results:
        top = plan.aggregation
        shown = [sql(f'{{}} AS "s:{at}"', each.column) for at, each in enumerate(plan.sort)]
        ranked = sql(
            'SELECT "bucket:", "doc:", count(*) OVER (PARTITION BY "bucket:") AS "all:", '
            'row_number() OVER (PARTITION BY "bucket:" ORDER BY {}) AS "rank:", {}, {} AS "score:" '
            'FROM ({}) QUALIFY "rank:" > {} AND "rank:" <= {} ORDER BY "bucket:", "rank:"',
            order_by(plan.sort),
            join(", ", shown),
            plan.score or Sql("NULL::DOUBLE"),
            relation,
            value(top.start),
            # One row is needed even of none, for the total.
            value(top.start + max(top.size, 1)),
        )
        rows = self._ask(ranked)
        places = {row[1]: divmod(int(str(row[1])), self.targets)[::-1] for row in rows}
        documents = self.documents.fetch(places.values())
        found: dict[int, list[tuple[object, ...]]] = {}
        for row in rows:
            found.setdefault(int(str(row[0])), []).append(row)

        def of_bucket(ordinal: int) -> Json:
            hits: list[Json] = []
            best: float | None = None
            of_this = found.get(ordinal, [])
            for row in of_this[: top.size]:
                score = None if plan.score is None else float(str(row[-1]))
                best = score if best is None else max(best, score or 0.0)
                hit = hit_of(documents[places[row[1]]], top.documents, self.runtime, score)
                if top.sort:
                    shown = zip(plan.sort, row[4:-1], strict=True)
                    hit["sort"] = [column.show(content) for column, content in shown]
                hits.append(hit)
            return _hits(hits, int(str(of_this[0][2])) if of_this else 0, best)

        return of_bucket


def _parent(pair: tuple[int, Row]) -> int:
    return pair[0]


def _hits(hits: list[Json], total: int, best: float | None) -> Json:
    return {"hits": {"total": {"value": total, "relation": "eq"}, "max_score": best, "hits": hits}}


def _selects(level: LevelPlan) -> list[Sql]:
    return [select for measure in level.measures.values() for select in measure.selects]


def _built(level: LevelPlan, row: Sequence[object]) -> Json:
    """The results of measures, of the values of their SQL aggregates one after the other."""
    found: Json = {}
    at = 0
    for name, measure in level.measures.items():
        found[name] = measure.build(row[at : at + len(measure.selects)])
        at += len(measure.selects)
    return found


def _in_order(level: LevelPlan, found: Mapping[str, object]) -> Json:
    """Results in the order of the request, with their metadata and what siblings give."""
    results: Json = {}
    for each in level.aggregations:
        if isinstance(each, SiblingMetric):
            result: object = sibling_result(each, {**found, **results})
        elif each.name in found:
            result = found[each.name]
        else:
            continue
        if each.meta is not None and isinstance(result, dict):
            result = {"meta": dict(each.meta), **result}
        results[each.name] = result
    return results


def _ranked(plan: BucketPlan, keyed: Sql) -> Sql:
    """The buckets that are kept, with the columns parent, count, total, keys, measures, rank."""
    shape, ranking = plan.shape, plan.shape.ranking()
    keys = ", ".join(shape.key(at) for at in range(shape.key_count))
    number = shape.number
    hidden = [sql(f'{{}} AS "h{number}:{at}"', made) for at, made in enumerate(plan.hidden)]
    measures = [
        sql(f'{{}} AS "m{number}:{at}"', made) for at, made in enumerate(_selects(plan.level))
    ]
    grouped = sql(
        'SELECT {} FROM ({}) GROUP BY "bucket:", ' + keys,
        join(
            ", ", [Sql(f'"bucket:" AS "parent:", count(*) AS "count:", {keys}'), *hidden, *measures]
        ),
        keyed,
    )
    ranked = sql(
        'SELECT * EXCLUDE ("rank:"), "rank:" FROM (SELECT "parent:", "count:", '
        '(sum("count:") OVER (PARTITION BY "parent:"))::BIGINT AS "total:", '
        '* EXCLUDE ("parent:", "count:"), '
        'row_number() OVER (PARTITION BY "parent:", "count:" >= {} ORDER BY {}) AS "rank:" '
        'FROM ({})) WHERE "count:" >= {}',
        value(ranking.min_doc_count),
        ranking.order,
        grouped,
        value(ranking.min_doc_count),
    )
    return (
        ranked if ranking.size is None else sql('{} AND "rank:" <= {}', ranked, value(ranking.size))
    )


def _child_relation(plan: BucketPlan, keyed: Sql, table: str) -> Sql:
    """The rows of a relation with the numbers of the buckets they are in."""
    shape = plan.shape
    keys = [shape.key(at) for at in range(shape.key_count)]
    same = " AND ".join(f"rows.{key} IS NOT DISTINCT FROM found.{key}" for key in keys)
    return sql(
        f'SELECT rows.* EXCLUDE ({", ".join(keys)}) REPLACE (found."ordinal:" AS "bucket:") '
        f'FROM ({{}}) AS rows JOIN {table} AS found ON rows."bucket:" = found."parent:" AND {same}',
        keyed,
    )
