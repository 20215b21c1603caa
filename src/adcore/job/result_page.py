"""A page of results: documents, made when somebody looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.job.bucket_documents import bucket_documents, influencer_documents
from adcore.job.document_columns import flat_columns
from adcore.job.document_page import DocumentPage
from adcore.job.errors import JobError
from adcore.job.record_documents import record_documents
from adcore.job.result_kind import BUCKETS, RECORDS
from adcore.job.result_query import ResultQuery
from adcore.job.result_rows import ResultRows
from adcore.job.result_sorting import sorted_rows

__all__ = ["ResultPage"]

_ABSENT = 404


@dataclass(frozen=True, eq=False, repr=False)
class ResultPage(DocumentPage):
    """Documents, as the API writes them.

    Attributes
    ----------
    count : int
        How many there are in all, on whatever page.
    rows : int array
        Which rows of their table these are.
    """

    results: ResultRows
    query: ResultQuery
    count: int
    rows: npt.NDArray[Any]

    @classmethod
    def ask(cls, results: ResultRows, query: ResultQuery) -> ResultPage:
        """The page that a question asks for.

        Raises
        ------
        JobError
            If there is no bucket of the time, or results cannot be sorted by the field.
        """
        rows = np.flatnonzero(_matches(results, query))
        if query.timestamp is not None and not len(rows):
            raise JobError(
                "Could not find requested buckets",
                type="resource_not_found_exception",
                status=_ABSENT,
            )

        def documents(some: npt.NDArray[Any]) -> Sequence[dict[str, Any]]:
            return _documents(results, query, some)

        ordered = sorted_rows(results, query, rows, documents)
        return cls(results, query, len(rows), ordered)

    def to_api(self) -> dict[str, Any]:
        """The answer of the API."""
        return {"count": self.count, self.query.kind.name: self.documents}

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """The documents of the page."""
        return _documents(self.results, self.query, self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_dict(self) -> dict[str, npt.NDArray[Any]]:
        """One array per column; see :meth:`JobResults.to_dict`."""
        columns = flat_columns(self.results, self.query.kind.name)
        return {name: column[self.rows] for name, column in columns.items()}

    def __repr__(self) -> str:
        return repr(self.documents)


def _documents(
    results: ResultRows, query: ResultQuery, rows: npt.NDArray[Any]
) -> list[dict[str, Any]]:
    if query.kind is RECORDS:
        return record_documents(results, rows)
    if query.kind is BUCKETS:
        return bucket_documents(
            results,
            rows,
            expand=query.expand,
            partition_value=query.partition_value,
            exclude_interim=query.exclude_interim,
        )
    return influencer_documents(results, rows)


def _matches(results: ResultRows, query: ResultQuery) -> npt.NDArray[np.bool_]:
    """Which rows a question is about."""
    table = results.tables[query.kind.name]
    times = table["timestamp"]
    if query.timestamp is not None:
        return np.asarray(times == query.timestamp)
    found = np.ones(len(times), np.bool_)
    if query.start is not None:
        found &= times >= query.start
    if query.end is not None:
        found &= times < query.end
    if query.score > 0:
        found &= table[query.kind.score] >= query.score
    if query.exclude_interim:
        found &= ~table["is_interim"]
    if query.filtered_partition is not None:
        found &= table["partition_field_value"] == results.text_code(query.filtered_partition)
    return found
