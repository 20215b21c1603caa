"""What takes the place of a missing feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adcore.detector.errors import DetectorConfigError
from adcore.detector.json_values import as_list, as_number, as_object, as_text

__all__ = ["ImputationOption"]

_FIELD = "imputation_option"
_METHODS = ("ZERO", "FIXED_VALUES", "PREVIOUS")


@dataclass(frozen=True, slots=True)
class ImputationOption:
    """How missing features are filled in.

    Attributes
    ----------
    method : {"ZERO", "FIXED_VALUES", "PREVIOUS"}
    default_fill : dict of float, optional
        The value per feature name, for FIXED_VALUES.

    Examples
    --------
    >>> ImputationOption.read("PREVIOUS").to_json()
    {'method': 'PREVIOUS'}
    """

    method: str
    default_fill: dict[str, float] | None = None

    @classmethod
    def read(cls, value: Any) -> ImputationOption:
        """An option from the API's JSON, from the name of a method, or from values by feature.

        Raises
        ------
        DetectorConfigError
            If it is none of these.
        """
        if isinstance(value, ImputationOption):
            return value
        if isinstance(value, str):
            value = {"method": value}
        given = as_object(_FIELD, value)
        if "method" not in given and given:
            given = {"method": "FIXED_VALUES", "default_fill": given}
        method = as_text("imputation_option.method", given.get("method", "")).upper()
        if method not in _METHODS:
            allowed = ", ".join(_METHODS)
            raise DetectorConfigError(
                f"imputation_option.method = {given.get('method')!r} is not allowed: "
                f"it must be one of {allowed}",
                _FIELD,
            )
        return cls(method, _fill_values(given.get("default_fill")))

    def check(self, enabled: Sequence[str]) -> None:
        """Check that every enabled feature has its value.

        Raises
        ------
        DetectorConfigError
            In the words of the API.
        """
        if self.method != "FIXED_VALUES":
            return
        fill = self.default_fill
        if not fill and enabled:
            raise DetectorConfigError(
                "Enabled features are present, but no default fill values are provided.", _FIELD
            )
        fill = fill or {}
        if len(fill) != len(enabled):
            raise DetectorConfigError(
                "Mismatch between the number of enabled features and default fill values. "
                f"Number of default fill values: {len(fill)}. "
                f"Number of enabled features: {len(enabled)}.",
                _FIELD,
            )
        for name in enabled:
            if name not in fill:
                raise DetectorConfigError(f"Missing feature name: {name}.", _FIELD)

    def fill_values(self, enabled: Sequence[str]) -> list[float] | None:
        """The value of each enabled feature; None for PREVIOUS."""
        if self.method == "PREVIOUS":
            return None
        fill = self.default_fill or {}
        return [fill[name] if self.method == "FIXED_VALUES" else 0.0 for name in enabled]

    def to_json(self) -> dict[str, Any]:
        """As the API writes it."""
        if self.default_fill is None:
            return {"method": self.method}
        fill = [{"feature_name": n, "data": v} for n, v in self.default_fill.items()]
        return {"method": self.method, "default_fill": fill}


def _fill_values(value: Any) -> dict[str, float] | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {
            str(name): as_number("imputation_option.default_fill", data)
            for name, data in value.items()
        }
    items = [as_object("imputation_option.default_fill", item) for item in as_list(value)]
    return {
        as_text("imputation_option.default_fill.feature_name", item.get("feature_name")): as_number(
            "default_fill.data", item.get("data")
        )
        for item in items
    }
