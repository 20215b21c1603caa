"""The functions of detectors: what each measures, on which side, and what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

__all__ = ["FUNCTIONS", "Function", "find_function"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Attributes
    ----------
    name : str
        As configurations and results spell it.
    description : str
        What is measured, the ``function_description`` of results; ``metric`` reports whichever of
        min, max and mean is the most unusual.
    side : {"both", "low", "high"}
        Which values are unusual.
    needs_field, needs_by, needs_over : bool
    allows_over : bool
    allows_value_conditions : bool
        Whether rules may compare its actual and typical values.
    """

    name: str
    description: str
    side: str = "both"
    needs_field: bool = True
    needs_by: bool = False
    needs_over: bool = False
    allows_over: bool = True
    allows_value_conditions: bool = True

    @property
    def stands_alone(self) -> bool:
        """Whether it says something without any field."""
        return not (self.needs_field or self.needs_by or self.needs_over)


def _sided(function: Function) -> Iterator[Function]:
    for prefix, side in (("", "both"), ("high_", "high"), ("low_", "low")):
        yield replace(function, name=prefix + function.name, side=side)


def _all() -> Iterator[Function]:
    yield from _sided(Function("count", "count", needs_field=False))
    yield from _sided(Function("non_zero_count", "count", needs_field=False, allows_over=False))
    yield from _sided(Function("distinct_count", "distinct_count"))
    yield from _sided(Function("info_content", "info_content"))
    yield Function("min", "min", "low")
    yield Function("max", "max", "high")
    for name in ("mean", "avg"):
        yield from _sided(Function(name, "mean"))
    yield from _sided(Function("median", "median"))
    yield Function("metric", "", allows_value_conditions=False)
    yield from _sided(Function("varp", "varp"))
    yield from _sided(Function("sum", "sum"))
    yield from _sided(Function("non_null_sum", "sum", allows_over=False))
    for name, needs_over in (("rare", False), ("freq_rare", True)):
        yield Function(
            name, "rare", needs_field=False, needs_by=True, needs_over=needs_over,
            allows_value_conditions=False,
        )  # fmt: skip
    yield Function("lat_long", "lat_long", allows_value_conditions=False)
    for name in ("time_of_day", "time_of_week"):
        yield Function(name, "time", needs_field=False)


FUNCTIONS = {function.name: function for function in _all()}
_SHORT = {
    prefix + short: prefix + name
    for short, name in (("nzc", "non_zero_count"), ("dc", "distinct_count"))
    for prefix in ("", "high_", "low_")
}


def find_function(name: str) -> Function | None:
    """The function of a name in any case, also a short one.

    Examples
    --------
    >>> find_function("HIGH_DC").name, find_function("average")
    ('high_distinct_count', None)
    """
    lower = name.lower()
    return FUNCTIONS.get(_SHORT.get(lower, lower))
