"""Suppression rules: which anomalies are not worth telling."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray
from adcore.detector.errors import DetectorConfigError
from adcore.detector.json_values import as_list, as_number, as_object, as_text

__all__ = ["Condition", "NearExpected", "SuppressionRule", "default_rules", "suppressed"]

_FIELD = "rules"
_ACTION = "IGNORE_ANOMALY"
# What is compared, and whether it is about values above the expected one.
_ABOVE = {
    "ACTUAL_OVER_EXPECTED_MARGIN": True,
    "EXPECTED_OVER_ACTUAL_MARGIN": False,
    "ACTUAL_OVER_EXPECTED_RATIO": True,
    "EXPECTED_OVER_ACTUAL_RATIO": False,
    "ACTUAL_IS_OVER_EXPECTED": True,
    "ACTUAL_IS_BELOW_EXPECTED": False,
}
_DIRECTIONS = ("ACTUAL_IS_OVER_EXPECTED", "ACTUAL_IS_BELOW_EXPECTED")
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "GT": operator.gt,
    "GTE": operator.ge,
    "LT": operator.lt,
    "LTE": operator.le,
}
_NEAR = ("LT", "LTE")
_DEFAULT_RATIO = 0.2


@dataclass(frozen=True, slots=True)
class Condition:
    """How far, and to which side, a feature is from its expected value.

    Attributes
    ----------
    feature_name : str
    threshold_type : str
        ``ACTUAL_OVER_EXPECTED_MARGIN``: actual - expected; ``..._RATIO``: that, as a fraction of
        the expected value's magnitude; ``EXPECTED_OVER_ACTUAL_...``: the same below;
        ``ACTUAL_IS_OVER_EXPECTED`` and ``ACTUAL_IS_BELOW_EXPECTED``: the side alone.
    operator : {"GT", "GTE", "LT", "LTE"} or None
        None for the last two.
    value : float or None
    """

    feature_name: str
    threshold_type: str
    operator: str | None = None
    value: float | None = None

    @classmethod
    def from_json(cls, value: Any) -> Condition:
        """A condition from the API's JSON.

        Raises
        ------
        DetectorConfigError
            If a part is missing or not allowed.
        """
        given = as_object("rules.conditions", value)
        kind = _choice("threshold_type", given.get("threshold_type"), tuple(_ABOVE))
        name = given.get("feature_name")
        if not name:
            raise _error("feature_name should be set")
        compared, limit = given.get("operator"), given.get("value")
        needs_limit = kind not in _DIRECTIONS
        if needs_limit or compared is not None:
            compared = _choice("operator", compared, tuple(_OPERATORS))
        if needs_limit and limit is None:
            raise _error(f"value should be set for {kind}")
        number = None if limit is None else as_number("rules.value", limit)
        if number is not None and number < 0:
            raise _error(f"value = {number:g} is not allowed: it must be at least 0")
        return cls(as_text("rules.feature_name", name), kind, compared, number)

    @property
    def is_near(self) -> bool:
        """Whether it holds near the expected value."""
        return self.operator in _NEAR and self.threshold_type not in _DIRECTIONS

    @property
    def is_above(self) -> bool:
        """Whether it is about values above the expected one."""
        return _ABOVE[self.threshold_type]

    @property
    def is_ratio(self) -> bool:
        """Whether its value is a fraction."""
        return self.threshold_type.endswith("_RATIO")

    def holds(self, actual: FloatArray, expected: FloatArray) -> npt.NDArray[np.bool_]:
        """Where it holds; nowhere without an expected value."""
        excess = actual - expected if self.is_above else expected - actual
        if self.threshold_type in _DIRECTIONS:
            return np.asarray(excess > 0)
        if self.is_ratio:
            with np.errstate(divide="ignore", invalid="ignore"):
                excess = np.where(excess == 0, 0.0, excess / np.abs(expected))
        compare = _OPERATORS[self.operator or "LTE"]
        return np.asarray((excess >= 0) & compare(excess, self.value))

    def to_json(self) -> dict[str, Any]:
        """As the API writes it."""
        facts = {"feature_name": self.feature_name, "threshold_type": self.threshold_type}
        compared = {"operator": self.operator, "value": self.value}
        return facts | {name: value for name, value in compared.items() if value is not None}


@dataclass(frozen=True, slots=True)
class SuppressionRule:
    """An anomaly is left out where all conditions hold."""

    conditions: tuple[Condition, ...]

    @classmethod
    def from_json(cls, value: Any) -> SuppressionRule:
        """A rule from the API's JSON.

        Raises
        ------
        DetectorConfigError
            If it has no conditions or another action.
        """
        if isinstance(value, SuppressionRule):
            return value
        try:
            return cls(_conditions(value))
        except DetectorConfigError as error:
            raise DetectorConfigError(f"Suppression Rule Error: {error}", _FIELD) from None

    @property
    def is_near(self) -> bool:
        """Whether it is one tolerance of one feature, which the forest itself can keep."""
        return len(self.conditions) == 1 and self.conditions[0].is_near

    def to_json(self) -> dict[str, Any]:
        """As the API writes it."""
        return {"action": _ACTION, "conditions": [c.to_json() for c in self.conditions]}


@dataclass(frozen=True, slots=True)
class NearExpected:
    """Per feature how far a value may be from the one expected, absolute and as a fraction."""

    above: list[float]
    below: list[float]
    above_by_ratio: list[float]
    below_by_ratio: list[float]

    @classmethod
    def of(cls, rules: Sequence[SuppressionRule], features: Sequence[str]) -> NearExpected:
        """The widest tolerance that the rules give each feature."""
        made = cls(*([0.0] * len(features) for _ in range(4)))
        for rule in rules:
            if rule.is_near and rule.conditions[0].feature_name in features:
                made._widen(rule.conditions[0], features)
        return made

    def _widen(self, condition: Condition, features: Sequence[str]) -> None:
        sides = (
            (self.above_by_ratio if condition.is_ratio else self.above)
            if condition.is_above
            else (self.below_by_ratio if condition.is_ratio else self.below)
        )
        at = features.index(condition.feature_name)
        sides[at] = max(sides[at], condition.value or 0.0)


def _conditions(value: Any) -> tuple[Condition, ...]:
    given = as_object(_FIELD, value)
    _choice("action", given.get("action", _ACTION), (_ACTION,))
    conditions = as_list(given.get("conditions") or [])
    if not conditions:
        raise _error("conditions should be set")
    return tuple(Condition.from_json(condition) for condition in conditions)


def default_rules(features: Sequence[str]) -> tuple[SuppressionRule, ...]:
    """What holds where no rules are given: within a fifth of the expected value is no anomaly."""
    kinds = ("ACTUAL_OVER_EXPECTED_RATIO", "EXPECTED_OVER_ACTUAL_RATIO")
    return tuple(
        SuppressionRule((Condition(name, kind, "LTE", _DEFAULT_RATIO),))
        for name in features
        for kind in kinds
    )


def suppressed(
    rules: Sequence[SuppressionRule],
    features: Sequence[str],
    actual: FloatArray,
    expected: FloatArray,
) -> npt.NDArray[np.bool_]:
    """Which anomalies a rule takes back, of those rules that the forest cannot keep itself.

    Parameters
    ----------
    actual, expected : float64 arrays of shape (n, len(features))
        Of the interval to blame; features not to blame are as expected.
    """
    taken = np.zeros(len(actual), dtype=np.bool_)
    for rule in rules:
        known = all(condition.feature_name in features for condition in rule.conditions)
        if rule.is_near or not known:
            continue
        every = np.ones(len(actual), dtype=np.bool_)
        for condition in rule.conditions:
            at = features.index(condition.feature_name)
            every &= condition.holds(actual[:, at], expected[:, at])
        taken |= every
    return taken


def _choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value in allowed:
        return str(value)
    raise _error(f"{name} = {value!r} is not allowed: it must be one of {', '.join(allowed)}")


def _error(text: str) -> DetectorConfigError:
    return DetectorConfigError(text, _FIELD)
