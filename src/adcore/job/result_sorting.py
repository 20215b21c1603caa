"""The order of results in memory: numbers that stand for whatever they are sorted by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray
from adcore.job.errors import JobError
from adcore.job.ranks import rank_key, ranks
from adcore.job.result_kind import RECORDS
from adcore.job.result_names import RESERVED
from adcore.job.result_query import ResultQuery
from adcore.job.result_rows import ResultRows
from adcore.job.result_schema import SCHEMA

__all__ = ["sorted_rows"]

_PLACES = ("typical", "actual")
_OF_DETECTOR = (
    "function", "field_name", "by_field_name", "over_field_name", "partition_field_name",
)  # fmt: skip
_INNER = ("anomaly_score_explanation.", "influencers.", "causes.", "geo_results.")

Documents = Callable[["npt.NDArray[Any]"], Sequence[dict[str, Any]]]


def sorted_rows(
    results: ResultRows, query: ResultQuery, rows: npt.NDArray[Any], documents: Documents
) -> npt.NDArray[Any]:
    """The rows of a page in the order of a question; what lacks the field is last either way.

    Parameters
    ----------
    results : ResultRows
    query : ResultQuery
    rows : int array
    documents : callable
        Makes documents of rows, for fields that are no columns.

    Raises
    ------
    JobError
        If no result can have the field.
    """
    first, *others = query.sort_fields
    key = _key(_values(results, query, first, rows, documents), query.desc)
    rows, key = _page_candidates(rows, key, query)
    keys = [_key(_values(results, query, name, rows, documents), query.desc) for name in others]
    return rows[np.lexsort([*keys[::-1], key])][query.page.rows]


def _key(values: FloatArray, desc: bool) -> FloatArray:
    """Numbers to sort by, the least first; what is missing is last."""
    return np.where(np.isnan(values), np.inf, -values if desc else values)


def _page_candidates(
    rows: npt.NDArray[Any], key: FloatArray, query: ResultQuery
) -> tuple[npt.NDArray[Any], FloatArray]:
    """Those rows that may be on the page or before it: of many, few have to be sorted."""
    last = query.page.rows.stop
    if last is None or not 0 < last < len(rows):
        return rows, key
    near = key <= np.partition(key, last - 1)[last - 1]
    return rows[near], key[near]


def _values(
    results: ResultRows,
    query: ResultQuery,
    field: str,
    rows: npt.NDArray[Any],
    documents: Documents,
) -> FloatArray:
    """Numbers in the order of the field's values; ``NaN`` where there is none."""
    table, kind = results.tables[query.kind.name], SCHEMA[query.kind.name].get(field)
    if query.kind is RECORDS and field in _OF_DETECTOR:
        names = [getattr(detector, field) for detector in results.context.detectors]
        return np.asarray(ranks(names)[table["detector_index"][rows]])
    if field in _PLACES and kind is not None:
        pick = np.fmax if query.desc else np.fmin
        return np.asarray(pick(table[field][rows], table[f"{field}_longitude"][rows]))
    if kind is not None and kind.is_text:
        codes = np.minimum(table[field][rows], len(results.texts))
        return np.asarray(results.text_ranks[codes])
    if kind is not None and kind.rows_of is None and field in RESERVED - _LISTS:
        return np.asarray(table[field][rows], dtype=np.float64)
    if field not in RESERVED - _LISTS and not _is_field(results, field):
        raise JobError(f"No mapping found for [{field}] in order to sort on")
    return _of_documents(documents(rows), field, query.desc)


# In documents these are objects, or lists of some.
_LISTS = {
    "causes", "influencers", "records", "bucket_influencers", "anomaly_score_explanation",
    "geo_results", "jobs",
}  # fmt: skip


def _is_field(results: ResultRows, field: str) -> bool:
    """Whether results of the job may have it, under its own name or as a part of one."""
    context = results.context
    own = {name for detector in context.detectors for name in detector.split_fields}
    return field in own or field in context.influencers or field.startswith(_INNER)


def _of_documents(documents: Sequence[dict[str, Any]], field: str, desc: bool) -> FloatArray:
    """Of several values, the one that comes first."""
    path = field.split(".") if field.startswith(_INNER) else [field]
    pick = max if desc else min
    chosen = []
    for document in documents:
        found = list(_found(document, path))
        chosen.append(pick(found, key=rank_key) if found else None)
    return ranks(chosen)


def _found(content: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(content, list):
        for item in content:
            yield from _found(item, path)
    elif not path:
        yield content
    elif isinstance(content, dict) and path[0] in content:
        yield from _found(content[path[0]], path[1:])
