"""What the models of a job held for likely, as a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.job.dates import read_result_time
from adcore.job.document_columns import flat_columns
from adcore.job.document_page import DocumentPage
from adcore.job.result_rows import ResultRows
from adcore.job.series_documents import model_plot_documents

__all__ = ["ModelPlot"]


@dataclass(frozen=True, eq=False, repr=False)
class ModelPlot(DocumentPage):
    """Per bucket and series what was, and what was expected: bounds of 95 %, and the median.

    Attributes
    ----------
    results : ResultRows
    rows : int array
        Which rows of their table these are.
    """

    results: ResultRows
    rows: npt.NDArray[Any]

    @classmethod
    def ask(cls, results: ResultRows, start: Any = None, end: Any = None) -> ModelPlot:
        """The points of the buckets that start in a time; the end is not included.

        Raises
        ------
        JobError
            If a time is none.
        """
        times = results.tables["model_plot"]["timestamp"]
        first, last = read_result_time(start, None), read_result_time(end, None)
        kept = np.ones(len(times), np.bool_)
        kept &= True if first is None else times >= first
        kept &= True if last is None else times < last
        return cls(results, np.flatnonzero(kept))

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """The points, as the API writes them."""
        return model_plot_documents(self.results, self.rows)

    def to_dict(self) -> dict[str, npt.NDArray[Any]]:
        """One array per column, times as datetime64 in UTC."""
        columns = flat_columns(self.results, "model_plot")
        return {name: column[self.rows] for name, column in columns.items()}

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"ModelPlot: {len(self):,} points of {self.results.context.job_id!r}"
