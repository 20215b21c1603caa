"""What a detector asks of a source of data, whatever that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from adcore.detect.batches import RowBatch
from adcore.detector.aggregation import ValueColumn
from adcore.detector.config import DetectorConfig
from adcore.detector.queries import MATCH_ALL

__all__ = ["RowBatch", "ScanRequest", "Source"]


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """Rows wanted.

    Attributes
    ----------
    time_field : str
    columns : tuple of ValueColumn
        One array of numbers each.
    key_fields : tuple of str
        Rows that lack one of them are left out.
    filter_query : dict
        Rows that do not match are left out.
    start, end : int or None
        Epoch milliseconds: ``start <= time < end``.
    by_time : bool
        Whether rows must come in the order of time; else they come as they arrived.
    now : int or None
        The present time, for ``now`` in filters; by default that of the last row.
    """

    time_field: str
    columns: tuple[ValueColumn, ...] = ()
    key_fields: tuple[str, ...] = ()
    filter_query: dict[str, Any] = field(default_factory=lambda: dict(MATCH_ALL))
    start: int | None = None
    end: int | None = None
    by_time: bool = True
    now: int | None = None

    @classmethod
    def of_entities(
        cls, config: DetectorConfig, *, now: int, start: int | None = None, end: int | None = None
    ) -> ScanRequest:
        """The rows of a detector, for who counts its entities: no column but the keys."""
        return cls(
            config.time_field,
            key_fields=config.category_fields,
            filter_query=config.filter_query,
            start=start,
            end=end,
            now=now,
        )


@runtime_checkable
class Source(Protocol):
    """A table of rows with times: in memory, in a file, or an index of the store."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def fields(self) -> dict[str, str]:
        """The kind of each field: "number", "time", "text", "boolean" or "other"."""

    def time_bounds(self, time_field: str) -> tuple[int, int] | None:
        """The first and the last time, in epoch milliseconds; None without rows."""

    def scan(self, request: ScanRequest) -> Iterator[RowBatch]:
        """Stream the rows.

        Raises
        ------
        InvalidArgumentError
            If a field is not there.
        DataError
            If a value is not what its field should hold.
        """
