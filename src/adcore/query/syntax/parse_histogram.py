"""JSON to the syntax tree of histograms."""

from __future__ import annotations

from collections.abc import Mapping

from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.intervals import CALENDAR_UNITS, parse_calendar_unit, parse_duration
from adcore.query.limits import Limits
from adcore.query.syntax.aggregations import BucketAggregation, DateHistogram, Histogram, Order
from adcore.query.syntax.options import Options
from adcore.query.syntax.queries import Scalar
from adcore.query.syntax.reader import Json, JsonObject, number, objects, scalar
from adcore.query.syntax.sort import parse_order

__all__ = ["date_histogram", "histogram"]

_COMMON = frozenset(
    {
        "field", "offset", "min_doc_count", "keyed", "order", "extended_bounds", "hard_bounds",
        "missing", "format", "value_type",
    }
)  # fmt: skip
_INTERVALS = ("interval", "fixed_interval", "calendar_interval")


def histogram(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    """A histogram of numbers."""
    options = Options("histogram", name, body, _COMMON | {"interval"})
    interval = options.number("interval", 0)
    if interval <= 0:
        raise illegal_argument("[interval] must be >0 for histogram aggregation [" + name + "]")
    bounds = options.object("extended_bounds")
    return Histogram(
        name=name,
        field=options.field(),
        interval=interval,
        offset=options.number("offset", 0),
        min_doc_count=options.count("min_doc_count", 0),
        is_keyed=options.boolean("keyed"),
        order=_order(options.raw("order")),
        extended_bounds=None if bounds is None else _numbers(bounds, name),
        hard_bounds=_hard_numbers(options.object("hard_bounds") or {}),
        missing=options.scalar("missing"),
    )


def _numbers(bounds: JsonObject, name: str) -> tuple[float, float]:
    least, most = (number("histogram", key, bounds.get(key)) for key in ("min", "max"))
    _check_order(least, most, name)
    return least, most


def _hard_numbers(bounds: JsonObject) -> tuple[float | None, float | None]:
    least, most = (
        None if bounds.get(key) is None else number("histogram", key, bounds[key])
        for key in ("min", "max")
    )
    return least, most


def _check_order(least: float, most: float, name: str) -> None:
    if most < least:
        raise illegal_argument(
            f"[extended_bounds.min][{least}] cannot be greater than "
            f"[extended_bounds.max][{most}] for histogram aggregation [{name}]"
        )


def date_histogram(name: str, body: JsonObject, _: Limits) -> BucketAggregation:
    """A histogram of times."""
    options = Options("date_histogram", name, body, _COMMON | {"time_zone", *_INTERVALS})
    fixed, calendar = _interval(options)
    offset = options.raw("offset", 0)
    bounds = _bounds(options.object("extended_bounds"))
    if bounds is not None and (bounds[0] is None or bounds[1] is None):
        raise parsing_error("[extended_bounds] failed to parse: both min and max are needed")
    return DateHistogram(
        name=name,
        field=options.field(),
        fixed=fixed,
        calendar=calendar,
        offset=int(offset) if isinstance(offset, int) else parse_duration("offset", str(offset)),
        zone=options.zone(),
        format=options.text("format"),
        min_doc_count=options.count("min_doc_count", 0),
        is_keyed=options.boolean("keyed"),
        order=_order(options.raw("order")),
        extended_bounds=bounds,  # type: ignore[arg-type]  # neither is None, as seen above
        hard_bounds=_bounds(options.object("hard_bounds")) or (None, None),
        missing=options.scalar("missing"),
    )


def _bounds(bounds: JsonObject | None) -> tuple[Scalar | None, Scalar | None] | None:
    if bounds is None:
        return None
    least, most = (
        None if bounds.get(key) is None else scalar("date_histogram", bounds[key])
        for key in ("min", "max")
    )
    return least, most


def _interval(options: Options) -> tuple[int | None, str | None]:
    given = [key for key in _INTERVALS if options.raw(key) is not None]
    if not given:
        raise illegal_argument("Invalid interval specified, must be non-null and non-empty")
    if len(given) > 1:
        raise illegal_argument(f"Cannot use [{given[0]}] with [{given[1]}] configuration option.")
    text = str(options.raw(given[0]))
    if given[0] == "calendar_interval" or (given[0] == "interval" and text in CALENDAR_UNITS):
        return None, parse_calendar_unit(text)
    fixed = _number_of(text) if given[0] == "interval" else None
    fixed = parse_duration(given[0], text) if fixed is None else fixed
    if fixed < 1:
        raise illegal_argument("Zero or negative time interval not supported")
    return fixed, None


def _number_of(text: str) -> int | None:
    """The old option also takes milliseconds without a unit."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _order(content: Json) -> tuple[Order, ...]:
    if content is None:
        return (Order("_key"),)
    orders = []
    for item in objects(content):
        if not isinstance(item, Mapping) or len(item) != 1:
            raise parsing_error("Must specify at least one field for [order]")
        ((path, order),) = item.items()
        orders.append(Order("_key" if path == "_time" else path, parse_order(order)))
    return tuple(orders)
