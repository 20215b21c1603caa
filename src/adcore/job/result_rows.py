"""The rows of a job's results, as columns of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray
from adcore.job.ranks import ranks
from adcore.job.result_context import ResultContext
from adcore.job.result_schema import SCHEMA, Table, empty_table
from adcore.job.result_tables import join_tables, part_of_tables

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["ResultRows"]


@dataclass(frozen=True, repr=False, eq=False)
class ResultRows:
    """What a job found: buckets, and in each of them records and influencers.

    ``JobResults`` says what the columns are; it adds the forms that people ask for.
    """

    context: ResultContext
    texts: list[str] = field(default_factory=list)
    tables: dict[str, Table] = field(
        default_factory=lambda: {name: empty_table(name) for name in SCHEMA}
    )

    @classmethod
    def concat(cls, context: ResultContext, parts: Sequence[Self]) -> Self:
        """The rows of several results, one after the other."""
        texts, tables = join_tables([(part.texts, part.tables) for part in parts])
        return cls(context, texts, tables)

    def __len__(self) -> int:
        """How many buckets there are."""
        return len(self.tables["buckets"]["timestamp"])

    @property
    def has_rows(self) -> bool:
        """Whether there is anything, be it no bucket."""
        return any(len(next(iter(table.values()))) for table in self.tables.values())

    def between(self, start: int | None, end: int | None) -> Self:
        """Those of the buckets that start in a time, in ms."""
        times = self.tables["buckets"]["timestamp"]
        low, high = -(2**63) if start is None else start, 2**63 - 1 if end is None else end
        return self.where((times >= low) & (times < high))

    def where(self, buckets: npt.NDArray[np.bool_]) -> Self:
        """Those of the buckets that are marked, with all that is in them."""
        tables = part_of_tables(self.tables, buckets)
        plot, times = self.tables["model_plot"], self.tables["buckets"]["timestamp"]
        kept = np.isin(plot["timestamp"], times[buckets])
        tables["model_plot"] = {name: column[kept] for name, column in plot.items()}
        return replace(self, tables=tables)

    def text_code(self, text: str) -> int:
        """The number of a text; one that no column has, if it is none of them."""
        return self._codes.get(text, len(self.texts))

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {text: code for code, text in enumerate(self.texts)}

    @cached_property
    def text_ranks(self) -> FloatArray:
        """The place of each text in their order, and ``NaN`` for none at the end."""
        return np.append(ranks(self.texts), np.nan)
