"""A bucket per value."""

# ruff: noqa: D102 -- Shape says what its methods do; names in SQL are made here, values bound

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adcore.dates.formats import DateFormat
from adcore.query.aggregate.columns import Kind, Values
from adcore.query.aggregate.keys import valued
from adcore.query.aggregate.shape import Bucket, Json, Ranking, Row, Shape
from adcore.query.compile.patterns import fits_regexp
from adcore.query.compile.values import request_format, to_date, to_float, to_text
from adcore.query.errors import SearchError
from adcore.query.sql import Sql, all_of, join, sql, value
from adcore.query.syntax.aggregations import Order, TermBuckets
from adcore.query.syntax.queries import Scalar

__all__ = ["TermsShape"]


def _term_format(values: Values, name: str | None) -> DateFormat | None:
    """How keys are written beside their numbers: only those of dates are."""
    if values.kind is not Kind.DATE or values.field is None:
        return None
    return request_format(values.field, name)


def _show_term(key: object, values: Values, form: DateFormat | None) -> Json:
    """A key as buckets show it."""
    if isinstance(key, bool):
        return {"key": int(key), "key_as_string": to_text(key)}
    if form is not None and isinstance(key, int):
        return {"key": key, "key_as_string": form.format(key)}
    return {"key": key} if values.kind is not Kind.LARGE else {"key": int(str(key))}


class TermsShape(Shape):
    """A bucket per value of a field.

    Parameters
    ----------
    values : Values
        The values.
    paths : mapping of Order to Sql
        The SQL of the measures that orders name.
    """

    def __init__(
        self, number: int, terms: TermBuckets, values: Values, paths: Mapping[str, Sql]
    ) -> None:
        super().__init__(number)
        self._terms = terms
        self._values = values
        self._paths = paths
        self._form = _term_format(values, terms.format)

    def keyed(self, relation: Sql) -> Sql:
        rows = valued(relation, self._values, self.key(), self._terms.missing)
        kept = all_of(self._conditions())
        return rows if kept.text == "TRUE" else sql("SELECT * FROM ({}) WHERE {}", rows, kept)

    def _conditions(self) -> list[Sql]:
        conditions = []
        if self._terms.include is not None:
            conditions.append(self._listed(self._terms.include))
        if self._terms.exclude is not None:
            conditions.append(sql("NOT {}", self._listed(self._terms.exclude)))
        return conditions

    def _listed(self, given: str | tuple[Scalar, ...]) -> Sql:
        key = Sql(self.key())
        if isinstance(given, str):
            if self._values.kind is not Kind.STRING:
                raise SearchError(
                    "illegal_argument_exception",
                    f"Aggregation [{self._terms.name}] cannot support regular expression style "
                    "include/exclude settings as they can only be applied to string fields. Use an "
                    "array of values for include/exclude clauses",
                )
            return sql("({})", fits_regexp(key, given))
        if not given:
            return Sql("FALSE")
        return sql("({} IN ({}))", key, join(", ", (value(self._stored(each)) for each in given)))

    def _stored(self, content: Scalar) -> object:
        if self._values.kind is Kind.DATE and self._values.field is not None:
            return to_date(content, self._values.field.date_format, 0, round_up=False)
        if self._values.kind is Kind.BOOLEAN:
            return to_text(content) == "true"
        return to_float(content) if self._values.kind.is_number else to_text(content)

    def ranking(self) -> Ranking:
        orders = [*self._terms.order, Order("_key")]
        return Ranking(
            join(", ", (self._order(order) for order in orders)),
            self._terms.size,
            max(1, self._terms.min_doc_count),
        )

    def _order(self, order: Order) -> Sql:
        column = {"_key": Sql(self.key()), "_count": Sql('"count:"')}.get(
            order.path, self._paths.get(order.path, Sql("NULL"))
        )
        return sql(f"{{}} {'DESC' if order.is_descending else 'ASC'} NULLS LAST", column)

    def buckets(self, rows: Sequence[Row]) -> list[Bucket]:
        return [self._bucket(row) for row in rows]

    def _bucket(self, row: Row) -> Bucket:
        head = _show_term(row.keys[0], self._values, self._form)
        return Bucket({**head, "doc_count": row.count}, row)

    def wrap(self, buckets: Sequence[Bucket], rows: Sequence[Row]) -> Json:
        return {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": rows[0].total - sum(row.count for row in rows) if rows else 0,
            "buckets": [bucket.body for bucket in buckets],
        }
