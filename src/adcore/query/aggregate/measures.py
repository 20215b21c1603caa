"""Measures as SQL aggregates, and their results as the API has them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adcore.dates.formats import DEFAULT_FORMAT, DateFormat, date_format
from adcore.errors import InvalidArgumentError
from adcore.query.aggregate.columns import Columns, Kind, Values, field_values, known_as
from adcore.query.compile.values import request_format, to_date, to_float, to_text
from adcore.query.errors import illegal_argument
from adcore.query.sql import Sql, sql, value
from adcore.query.syntax.aggregations import Aggregation, Metric, Percentiles, WeightedAverage
from adcore.query.syntax.queries import Scalar

__all__ = ["Measure", "missing_value", "plan_measure"]

Json = dict[str, object]
Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of each bucket.

    Attributes
    ----------
    selects : tuple of Sql
        SQL aggregates.
    build : callable
        The result, of the values of these; of an empty bucket they are all None.
    properties : mapping of str to str
        What orders may name, as SQL in which ``{n}`` stands for the n-th aggregate.
    """

    selects: tuple[Sql, ...]
    build: Callable[[Row], Json]
    properties: dict[str, str] = field(default_factory=lambda: {"value": "{0}"})

    def empty(self) -> Json:
        """The result of a bucket without documents."""
        return self.build((None,) * len(self.selects))


def plan_measure(aggregation: Aggregation, columns: Columns, guard: Sql | None = None) -> Measure:
    """The SQL of a measure over a relation; `guard` restricts it to the rows where it is true."""
    if isinstance(aggregation, Metric):
        return _metric(aggregation, _values(columns, aggregation, guard))
    if isinstance(aggregation, Percentiles):
        return _percentiles(aggregation, _values(columns, aggregation, guard))
    if isinstance(aggregation, WeightedAverage):
        return _weighted(aggregation, columns, guard)
    raise illegal_argument(f"Invalid aggregation order path [{aggregation.name}]")


_ANY_TYPE = frozenset({"value_count", "cardinality"})


def _values(columns: Columns, metric: Metric | Percentiles, guard: Sql | None) -> Values:
    kind = metric.kind if isinstance(metric, Metric) else "percentiles"
    found = field_values(columns, metric.field, is_text_fine=kind == "value_count")
    if found.kind is Kind.STRING and kind not in _ANY_TYPE:
        type_name = "keyword" if found.field is None else found.field.type.value
        raise illegal_argument(
            f"Field [{metric.field}] of type [{type_name}] is not supported for aggregation "
            f"[{kind}]"
        )
    if kind not in _ANY_TYPE:
        found = known_as(found, Kind.FLOAT)
    made = found.column
    if metric.missing is not None:
        filled = value(missing_value(found, metric.missing))
        made = sql("coalesce({}, [{}])" if found.is_list else "coalesce({}, {})", made, filled)
    if guard is not None:
        made = sql("CASE WHEN {} THEN {} END", guard, made)
    if found.kind is Kind.BOOLEAN and kind not in _ANY_TYPE:
        made = sql("{}::INTEGER[]" if found.is_list else "{}::INTEGER", made)
    return Values(made, found.kind, found.is_list, found.field)


def missing_value(values: Values, content: Scalar) -> object:
    """What stands for a value that a document lacks, as the column has it."""
    if values.kind is Kind.DATE:
        form = date_format(DEFAULT_FORMAT) if values.field is None else values.field.date_format
        return to_date(content, form, 0, round_up=False)
    if values.kind is Kind.BOOLEAN:
        return to_text(content) in {"true", "1"}
    if values.kind in {Kind.WHOLE, Kind.LARGE}:
        return int(to_float(content))
    return to_float(content) if values.kind is Kind.FLOAT else to_text(content)


def _aggregate(values: Values, function: str, argument: Sql | None = None) -> Sql:
    """An SQL aggregate over all values."""
    extra = Sql("") if argument is None else sql(", {}", argument)
    if not values.is_list:
        distinct = "DISTINCT " if function == "unique" else ""
        name = "count" if function == "unique" else function
        return sql(f"{name}({distinct}{{}}{{}})", values.column, extra)
    everything = sql(
        "flatten(list({}) FILTER (WHERE {} IS NOT NULL))", values.column, values.column
    )
    if function == "unique":
        return sql("list_unique({})", everything)
    return sql(f"list_aggregate({{}}, '{function}'{{}})", everything, extra)


def _sum(values: Values) -> str:
    # Of fractions the compensated sum, which hardly depends on the order of rows.
    return "fsum" if values.kind is Kind.FLOAT else "sum"


def _average(values: Values) -> Sql:
    total, number = _aggregate(values, _sum(values)), _aggregate(values, "count")
    return sql("{} / nullif({}, 0)", total, number)


def _metric(metric: Metric, values: Values) -> Measure:
    form = _form(metric, values)
    if metric.kind in {"value_count", "cardinality"}:
        function = "unique" if metric.kind == "cardinality" else "count"
        return Measure((_aggregate(values, function),), lambda row: {"value": row[0] or 0})
    if metric.kind == "sum":
        total = _aggregate(values, _sum(values))
        return Measure((total,), lambda row: _single(row[0] or 0.0, form))
    if metric.kind in {"stats", "extended_stats"}:
        return _stats(metric, values, form)
    if metric.kind == "avg":
        return Measure((_average(values),), lambda row: _single(row[0], form))
    function = {"median_absolute_deviation": "mad"}.get(metric.kind, metric.kind)
    return Measure((_aggregate(values, function),), lambda row: _single(row[0], form))


def _form(metric: Metric, values: Values) -> DateFormat | None:
    if values.kind is not Kind.DATE or values.field is None:
        return None
    return request_format(values.field, metric.format)


def _number(content: object) -> float | None:
    """A finite number, or None."""
    if content is None:
        return None
    result = float(content)  # type: ignore[arg-type]  # what SQL aggregates give is a number
    return result if math.isfinite(result) else None


def _single(content: object, form: DateFormat | None) -> Json:
    number = _number(content)
    result: Json = {"value": number}
    if form is not None and number is not None:
        result |= _text("value", number, form)
    return result


def _text(name: str, number: float, form: DateFormat) -> Json:
    """A number as a date; a sum of dates may be one that no calendar has."""
    try:
        return {f"{name}_as_string": form.format(int(number))}
    except InvalidArgumentError:
        return {}


_STATS = ("count", "min", "max", "avg", "sum")


def _stats(metric: Metric, values: Values, form: DateFormat | None) -> Measure:
    selects = [
        _aggregate(values, "count"),
        _aggregate(values, "min"),
        _aggregate(values, "max"),
        _average(values),
        _aggregate(values, _sum(values)),
    ]
    properties = {name: f"{{{at}}}" for at, name in enumerate(_STATS)}
    if metric.kind == "stats":
        return Measure(tuple(selects), lambda row: _plain_stats(row, form), properties)
    selects += [_aggregate(values, "var_pop"), _aggregate(values, "var_samp")]
    properties |= {
        "variance": "{5}",
        "std_deviation": "sqrt({5})",
        "variance_population": "{5}",
        "variance_sampling": "{6}",
    }
    return Measure(tuple(selects), lambda row: _extended(row, metric.sigma, form), properties)


def _plain_stats(row: Row, form: DateFormat | None) -> Json:
    numbers = [_number(content) for content in row]
    result: Json = dict(zip(_STATS, numbers, strict=False))
    result["count"] = row[0] or 0
    result["sum"] = numbers[4] or 0.0
    if form is not None and row[0]:
        for name in _STATS[1:]:
            number = result[name]
            if isinstance(number, float):
                result |= _text(name, number, form)
    return result


def _extended(row: Row, sigma: float, form: DateFormat | None) -> Json:
    count, average = row[0] or 0, _number(row[3])
    population, sample = _number(row[5]), _number(row[6])
    squares = None
    if count and population is not None and average is not None:
        squares = (population + average * average) * float(str(count))
    deviations = [None if each is None else math.sqrt(each) for each in (population, sample)]
    bounds: Json = {}
    for suffix, deviation in (("", deviations[0]), ("_population", deviations[0]),
                              ("_sampling", deviations[1])):  # fmt: skip
        known = average is not None and deviation is not None
        bounds[f"upper{suffix}"] = average + sigma * deviation if known else None  # type: ignore[operator]
        bounds[f"lower{suffix}"] = average - sigma * deviation if known else None  # type: ignore[operator]
    return {
        **_plain_stats(row[:5], form),
        "sum_of_squares": squares,
        "variance": population,
        "variance_population": population,
        "variance_sampling": sample,
        "std_deviation": deviations[0],
        "std_deviation_population": deviations[0],
        "std_deviation_sampling": deviations[1],
        "std_deviation_bounds": bounds,
    }


def _percentiles(metric: Percentiles, values: Values) -> Measure:
    if metric.is_ranks:
        return _ranks(metric, values)
    points = value([point / 100 for point in metric.points])
    selected = _aggregate(values, "quantile_cont", points)
    properties = {}
    for at, point in enumerate(metric.points):
        properties[str(point)] = properties[f"{point:g}"] = f"{{0}}[{at + 1}]"
    return Measure((selected,), lambda row: _listed(metric, row[0]), properties)


def _ranks(metric: Percentiles, values: Values) -> Measure:
    if values.is_list:
        raise illegal_argument(
            f"[percentile_ranks] of [{metric.field}], which has several values, is not supported"
        )
    selects = tuple(
        sql(
            "100.0 * count(*) FILTER (WHERE {} <= {}) / nullif(count({}), 0)",
            values.column,
            value(point),
            values.column,
        )
        for point in metric.points
    )
    properties = {f"{point:g}": f"{{{at}}}" for at, point in enumerate(metric.points)}
    return Measure(selects, lambda row: _listed(metric, list(row)), properties)


def _listed(metric: Percentiles, found: object) -> Json:
    listed = found if isinstance(found, list) else [None] * len(metric.points)
    pairs = list(zip(metric.points, map(_number, listed), strict=True))
    if metric.is_keyed:
        return {"values": {str(point): number for point, number in pairs}}
    return {"values": [{"key": point, "value": number} for point, number in pairs]}


def _weighted(metric: WeightedAverage, columns: Columns, guard: Sql | None) -> Measure:
    parts = []
    for path, missing in (
        (metric.value_field, metric.value_missing),
        (metric.weight_field, metric.weight_missing),
    ):
        found = _values(columns, Metric(name=metric.name, kind="avg", field=path), guard)
        if found.is_list:
            raise illegal_argument(
                f"Encountered more than one value for a single document in [{path}]"
            )
        filled = None if missing is None else value(missing_value(found, missing))
        made = found.column if filled is None else sql("coalesce({}, {})", found.column, filled)
        parts.append(made)
    content, weight = parts
    product = sql("fsum(({} * {})::DOUBLE)", content, weight)
    weights = sql("fsum(CASE WHEN {} IS NOT NULL THEN {} END::DOUBLE)", content, weight)
    average = sql("{} / nullif({}, 0)", product, weights)
    return Measure((average,), lambda row: _single(row[0], None))
