"""How rows tell their time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adcore.dates.formats import date_format
from adcore.errors import InvalidArgumentError
from adcore.job.errors import bad_request
from adcore.job.fields import Field, Reader, object_of, text

__all__ = ["DATA_FIELDS", "DataDescription"]

EPOCHS = ("epoch", "epoch_ms")


@dataclass(frozen=True, slots=True)
class DataDescription:
    """The field of times, and how it is written.

    Attributes
    ----------
    time_field : str
    time_format : str
        ``epoch`` (seconds), ``epoch_ms``, or a pattern such as ``yyyy-MM-dd'T'HH:mm:ssX``; times
        without a zone are UTC.
    """

    time_field: str = "time"
    time_format: str = "epoch_ms"

    def to_api(self) -> dict[str, Any]:
        """As the API writes it."""
        return {"time_field": self.time_field, "time_format": self.time_format}


def _time_format(field: Field, value: Any) -> str:
    pattern = text(field, value)
    if pattern not in EPOCHS:
        try:
            date_format(pattern)
        except InvalidArgumentError:
            raise bad_request(f"Invalid Time format string '{pattern}'") from None
    return pattern


def _ignored_format(field: Field, value: Any) -> None:
    if text(field, value).lower() not in ("xcontent", "delimited"):
        raise field.unreadable(f"[{value}] is none of [xcontent]")


DATA_FIELDS: dict[str, Reader] = {
    "time_field": text,
    "time_format": _time_format,
    "format": _ignored_format,
    "field_delimiter": text,
    "quote_character": text,
}


def _make(time_field: str = "time", time_format: str = "epoch_ms", **_: Any) -> DataDescription:
    return DataDescription(time_field, time_format)


read_data_description = object_of("data_description", DATA_FIELDS, _make)
