"""Lengths of time as the API writes them: a number of minutes or of seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adcore.config import parse_interval
from adcore.detector.errors import DetectorConfigError
from adcore.detector.json_values import as_object, as_text, as_whole
from adcore.errors import InvalidArgumentError

__all__ = ["Period"]

_MILLISECONDS = {"Minutes": 60_000, "Seconds": 1_000}
_LONGEST = 2**53


@dataclass(frozen=True, slots=True)
class Period:
    """A whole number of minutes or seconds.

    Attributes
    ----------
    interval : int
    unit : {"Minutes", "Seconds"}

    Examples
    --------
    >>> Period.read("window_delay", "5m"), Period.read("window_delay", "90s").to_json()
    (Period(interval=5, unit='Minutes'), {'period': {'interval': 90, 'unit': 'Seconds'}})
    """

    interval: int
    unit: str = "Minutes"

    @classmethod
    def read(cls, field: str, value: Any) -> Period:
        """A period from the API's JSON, from text such as ``"5m"``, or from a timedelta.

        Raises
        ------
        DetectorConfigError
            If it is neither, or in another unit than minutes and seconds.
        """
        if isinstance(value, Period):
            return value
        if isinstance(value, timedelta):
            return cls._of_milliseconds(field, value / timedelta(milliseconds=1), value)
        if isinstance(value, str):
            return cls._of_milliseconds(field, _milliseconds_of(field, value), value)
        return cls._of_json(field, value)

    @classmethod
    def _of_json(cls, field: str, value: Any) -> Period:
        period = as_object(field, value).get("period")
        if period is None:
            raise DetectorConfigError("Find no schedule definition", field)
        content = as_object(field, period)
        unit = as_text(field, content.get("unit", "Minutes"))
        named = unit.capitalize()
        if named not in _MILLISECONDS:
            raise DetectorConfigError(f"Time unit {unit.upper()} is not supported", field)
        interval = as_whole(field, content.get("interval"))
        if abs(interval) > _LONGEST // _MILLISECONDS[named]:
            raise DetectorConfigError(f"{field} = {interval} {named} is too long", field)
        return cls(interval, named)

    @classmethod
    def _of_milliseconds(cls, field: str, milliseconds: float, value: object) -> Period:
        if milliseconds % 1_000:
            raise DetectorConfigError(
                f"{field} = {value!r} is not allowed: it must be whole seconds or minutes", field
            )
        seconds = int(milliseconds) // 1_000
        return cls(seconds, "Seconds") if seconds % 60 or not seconds else cls(seconds // 60)

    @property
    def milliseconds(self) -> int:
        """The same length in milliseconds."""
        return self.interval * _MILLISECONDS[self.unit]

    def to_json(self) -> dict[str, Any]:
        """As the API writes it."""
        return {"period": {"interval": self.interval, "unit": self.unit}}

    def __str__(self) -> str:
        return f"{self.interval} {self.unit}"


def _milliseconds_of(field: str, text: str) -> int:
    if text.strip() == "0":
        return 0
    try:
        return parse_interval(text, name=field)
    except InvalidArgumentError as error:
        raise DetectorConfigError(str(error), field) from None
