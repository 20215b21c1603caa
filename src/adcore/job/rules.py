"""Custom rules: which results of a detector nobody wants, and what shall not be learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adcore.job.errors import JobError, bad_request
from adcore.job.fields import Field, array_of, number, object_of, one_of, raw_object, text, whole
from adcore.job.functions import Function

__all__ = ["DetectionRule", "FilterRef", "RuleCondition", "check_rule"]

_LONGEST_SHIFT = 366 * 86_400
_ACTIONS = ("skip_result", "skip_model_update", "force_time_shift")


@dataclass(frozen=True, slots=True)
class RuleCondition:
    """A comparison.

    Attributes
    ----------
    applies_to : {"actual", "typical", "diff_from_typical", "time"}
        ``time`` is the bucket's start in epoch seconds.
    operator : {"gt", "gte", "lt", "lte"}
    value : float
    """

    applies_to: str
    operator: str
    value: float

    def to_api(self) -> dict[str, Any]:
        """As the API writes it."""
        return {"applies_to": self.applies_to, "operator": self.operator, "value": self.value}


@dataclass(frozen=True, slots=True)
class FilterRef:
    """Values of a field, in a list that is kept elsewhere (``include``) or not in it."""

    filter_id: str
    filter_type: str = "include"

    def to_api(self) -> dict[str, Any]:
        """As the API writes it."""
        return {"filter_id": self.filter_id, "filter_type": self.filter_type}


@dataclass(frozen=True, slots=True)
class DetectionRule:
    """What to do where all conditions hold and the scope fits.

    Attributes
    ----------
    actions : tuple of str
        ``skip_result`` (the default), ``skip_model_update``, ``force_time_shift``.
    scope : dict of field name to FilterRef
    conditions : tuple of RuleCondition
    params : dict, optional
        ``{"force_time_shift": {"time_shift_amount": seconds}}``.
    """

    actions: tuple[str, ...] = ("skip_result",)
    scope: dict[str, FilterRef] | None = None
    conditions: tuple[RuleCondition, ...] = ()
    params: dict[str, Any] | None = None

    @classmethod
    def read(cls, field: Field, value: Any) -> DetectionRule:
        """A rule of a body.

        Raises
        ------
        JobError
            If it is none, or would hold everywhere.
        """
        rule: DetectionRule = _READ(field, value)
        if not rule.scope and not rule.conditions:
            raise _invalid("at least scope or a condition is required")
        return rule

    def to_api(self) -> dict[str, Any]:
        """As the API writes it."""
        written: dict[str, Any] = {"actions": list(self.actions)}
        if self.scope:
            written["scope"] = {name: ref.to_api() for name, ref in self.scope.items()}
        if self.conditions:
            written["conditions"] = [condition.to_api() for condition in self.conditions]
        if self.params:
            written["params"] = self.params
        return written


def check_rule(rule: DetectionRule, function: Function, fields: Sequence[str]) -> None:
    """Check a rule against the detector it is for.

    Parameters
    ----------
    rule : DetectionRule
    function : Function
        The detector's.
    fields : sequence of str
        The fields that tell its series apart.

    Raises
    ------
    JobError
        If the rule can never apply.
    """
    if not function.allows_value_conditions and any(
        condition.applies_to != "time" for condition in rule.conditions
    ):
        raise _invalid(f"function {function.name} only supports conditions that apply to time")
    for name in rule.scope or ():
        if name not in fields:
            known = f"select from [{', '.join(fields)}]" if fields else "there are no fields"
            raise _invalid(f"scope field '{name}' is invalid; {known}")


def _invalid(detail: str) -> JobError:
    return bad_request(f"Invalid detector rule: {detail}")


def _scope(field: Field, value: Any) -> dict[str, FilterRef]:
    content = raw_object(field, value)
    return {name: _FILTER_REF(field.inner(name), ref) for name, ref in content.items()}


def _seconds(field: Field, value: Any) -> int:
    seconds = whole(field, value)
    if abs(seconds) > _LONGEST_SHIFT:
        raise field.unreadable(f"[{seconds}] seconds are more than a year")
    return seconds


_CONDITION_FIELDS = {
    "applies_to": one_of("actual", "typical", "diff_from_typical", "time"),
    "operator": one_of("gt", "gte", "lt", "lte"),
    "value": number,
}
_CONDITION = object_of(
    "rule_condition", _CONDITION_FIELDS, RuleCondition, required=tuple(_CONDITION_FIELDS)
)
_FILTER_REF = object_of(
    "filter_ref",
    {"filter_id": text, "filter_type": one_of("include", "exclude")},
    FilterRef,
    required=("filter_id",),
)
_SHIFT = object_of("rule_params_for_force_time_shift", {"time_shift_amount": _seconds}, dict)
_PARAMS = object_of("rule_params", {"force_time_shift": _SHIFT}, dict)
_READ = object_of(
    "detection_rule",
    {
        "actions": array_of(one_of(*_ACTIONS)),
        "scope": _scope,
        "conditions": array_of(_CONDITION),
        "params": _PARAMS,
    },
    DetectionRule,
)
