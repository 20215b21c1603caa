"""Forecasts: what models expect of buckets to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.job.analysis_limits import parse_size
from adcore.job.document_page import DocumentPage
from adcore.job.errors import illegal_argument
from adcore.job.result_context import ResultContext
from adcore.job.result_schema import NO_TEXT
from adcore.job.series_documents import forecast_document
from adcore.job.time_span import TimeSpan

__all__ = ["ForecastRequest", "JobForecast"]

_LONGEST = TimeSpan(3_650 * 86_400, "3650d")
_MOST_MEMORY = 500 << 20
_TEXTS = ("partition_field_value", "by_field_value", "model_feature")


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """How far a forecast reaches, and how long it is kept.

    Attributes
    ----------
    duration : TimeSpan
        A day by default.
    expires_in : TimeSpan
        Two weeks by default; 0 is never.
    """

    duration: TimeSpan = TimeSpan(86_400, "1d")  # noqa: RUF009 -- it cannot be changed
    expires_in: TimeSpan = TimeSpan(14 * 86_400, "14d")  # noqa: RUF009 -- as above

    @classmethod
    def read(
        cls, duration: Any = None, expires_in: Any = None, max_model_memory: str | None = None
    ) -> ForecastRequest:
        """A request from what the API takes.

        Raises
        ------
        JobError
            If a span or the memory is out of range; in the words of the API.

        Examples
        --------
        >>> ForecastRequest.read("3d").duration.seconds
        259200
        """
        asked = cls(_span("duration", duration, "1d"), _span("expires_in", expires_in, "14d"))
        if asked.duration.seconds <= 0:
            shown = asked.duration.text if asked.duration.seconds == 0 else "-1"
            raise illegal_argument(f"[duration] must be positive: [{shown}]")
        if asked.duration.seconds > _LONGEST.seconds:
            raise illegal_argument(f"[duration] must be {_LONGEST} or less: [{asked.duration}]")
        if asked.expires_in.seconds < 0:
            raise illegal_argument("[expires_in] must be non-negative: [-1]")
        if max_model_memory is not None:
            memory = parse_size("max_model_memory", max_model_memory)
            if memory >= _MOST_MEMORY:
                raise illegal_argument("[max_model_memory] must be less than 500mb")
        return asked


def _span(name: str, value: Any, default: str) -> TimeSpan:
    # -1 stands for every span below zero.
    if value in (-1, "-1"):
        return TimeSpan(-1, "-1")
    return TimeSpan.parse(name, default if value is None else value)


@dataclass(frozen=True, eq=False, repr=False)
class JobForecast(DocumentPage):
    """What models expect, per series and bucket; bounds are those of 95 %.

    Attributes
    ----------
    context : ResultContext
    texts : list of str
    table : dict of str to array
        ``timestamp``, ``detector_index``, ``forecast_lower``, ``forecast_prediction``,
        ``forecast_upper``, and numbers of texts.
    """

    context: ResultContext
    texts: list[str]
    table: Mapping[str, npt.NDArray[Any]]

    def __len__(self) -> int:
        return len(self.table["timestamp"])

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """As the API writes them."""
        return self.documents_of("forecast")

    def documents_of(self, forecast_id: str) -> list[dict[str, Any]]:
        """As the API writes those of a forecast that has an id."""
        columns = {name: column.tolist() for name, column in self.table.items()}
        columns |= {name: self._text(name).tolist() for name in _TEXTS}
        rows = zip(*columns.values(), strict=True)
        return [
            forecast_document(self.context, forecast_id, dict(zip(columns, row, strict=True)))
            for row in rows
        ]

    def to_dict(self) -> dict[str, npt.NDArray[Any]]:
        """One array per column, times as datetime64 in UTC."""
        columns = {name: np.asarray(column) for name, column in self.table.items()}
        columns["timestamp"] = columns["timestamp"].astype("datetime64[ms]")
        return columns | {name: self._text(name) for name in _TEXTS}

    def _text(self, name: str) -> npt.NDArray[Any]:
        texts = np.array([*self.texts, None], dtype=object)
        codes = self.table[name]
        return np.asarray(texts[np.where(codes == NO_TEXT, len(self.texts), codes)])

    def __repr__(self) -> str:
        return f"JobForecast: {len(self):,} points of {self.context.job_id!r}"
