"""What is computed per bucket: functions of fields, written ``mean(latency)``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from adcore.config import choice, not_allowed, number
from adcore.errors import InvalidArgumentError

__all__ = ["BucketFeature", "named_features"]

FUNCTIONS = (
    "sum",
    "non_null_sum",
    "mean",
    "min",
    "max",
    "value_count",
    "count",
    "variance",
    "cardinality",
    "percentile",
    "median_absolute_deviation",
    "weighted_mean",
)
_ALIASES = {"avg": "mean", "varp": "variance", "weighted_avg": "weighted_mean"}
_EXPRESSION = re.compile(r"\s*(\w+(?:\.\d+)?)\s*(?:\((.*)\))?\s*", re.DOTALL)
_PERCENTILE = re.compile(r"p(\d{1,3}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class BucketFeature:
    """A function of a field.

    Attributes
    ----------
    function : str
        ``sum``, ``non_null_sum`` (missing, not 0, for an empty bucket), ``mean``, ``min``, ``max``,
        ``value_count`` (values present), ``count`` (rows), ``variance`` (population),
        ``cardinality`` (distinct values: exact to 1 536, then within a standard error of 0.81 %),
        ``percentile`` and ``median_absolute_deviation`` (exact to 1 024 values, then off in rank
        by at most 0.8 % of the values, less towards the ends), ``weighted_mean``.
    field : str, optional
        The value field; ``count`` has none.
    weight_field : str, optional
        The field of weights; ``weighted_mean`` only.
    percentile : float
        In 0..100; ``percentile`` only.

    Examples
    --------
    >>> BucketFeature.parse("p99(latency)")
    BucketFeature(function='percentile', field='latency', weight_field=None, percentile=99.0)
    """

    function: str
    field: str | None = None
    weight_field: str | None = None
    percentile: float = 50.0

    def __post_init__(self) -> None:
        choice("function", self.function, FUNCTIONS)
        expected = {"count": 0, "weighted_mean": 2}.get(self.function, 1)
        given = [field for field in (self.field, self.weight_field) if field is not None]
        if len(given) != expected or (expected and self.field is None):
            raise InvalidArgumentError(
                f"{self.function} has the fields {given}, expected {expected} of them"
            )
        number("percentile", self.percentile, 0.0, 100.0)

    @classmethod
    def parse(cls, text: str) -> BucketFeature:
        """Read ``function(field)``, ``median(field)``, ``pNN(field)`` or ``count``.

        Raises
        ------
        InvalidArgumentError
            If the text is no such expression.
        """
        match = _EXPRESSION.fullmatch(text)
        if match is None:
            raise not_allowed("feature", text, "it must read like 'mean(latency)' or 'count'")
        function = _ALIASES.get(match[1].lower(), match[1].lower())
        content = (match[2] or "").strip()
        parts = content.split(",", 1) if function == "weighted_mean" else [content]
        fields = [part.strip() for part in parts if part.strip()]
        field, weight_field, *_ = [*fields, None, None]
        percentile = _PERCENTILE.fullmatch(function)
        if percentile is not None:
            return cls("percentile", field, weight_field, float(percentile[1]))
        return cls("percentile" if function == "median" else function, field, weight_field)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it needs."""
        return tuple(f for f in (self.field, self.weight_field) if f is not None)

    @property
    def name(self) -> str:
        """The expression, such as ``p99(latency)``."""
        function = f"p{self.percentile:g}" if self.function == "percentile" else self.function
        return f"{function}({', '.join(self.fields)})" if self.fields else function

    def positions(self, fields: Sequence[str]) -> tuple[str, int, int, float]:
        """What the engine wants to know, with fields as their positions."""
        at = [fields.index(field) for field in self.fields] + [0, 0]
        return self.function, at[0], at[1], float(self.percentile)

    def to_json(self) -> dict[str, Any]:
        """The attributes as plain values."""
        return asdict(self)


def named_features(
    features: Sequence[str | BucketFeature] | Mapping[str, str | BucketFeature],
) -> dict[str, BucketFeature]:
    """Features by name, in order; one that is given no name is called by its expression."""
    if isinstance(features, Mapping):
        return {str(name): _feature(given) for name, given in features.items()}
    if isinstance(features, (str, BucketFeature)):
        features = [features]
    parsed = [_feature(given) for given in features]
    texts = [given.strip() if isinstance(given, str) else given.name for given in features]
    named = dict(zip(texts, parsed, strict=True))
    if not named or len(named) != len(features):
        raise not_allowed("features", features, "it must have one or more, all different")
    return named


def _feature(given: object) -> BucketFeature:
    if isinstance(given, BucketFeature):
        return given
    if isinstance(given, str):
        return BucketFeature.parse(given)
    raise not_allowed("features", given, "each must be text or a BucketFeature")
