"""Results as documents in their indices."""

# ruff: noqa: S608 -- relations and columns are quoted where indices are made, values are parameters

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt

from adcore.detector import DetectorConfig, DetectorResults
from adcore.detector.result_columns import are_plain, plain_columns, result_ids
from adcore.detector.result_documents import RESULT_SCHEMA_VERSION
from adcore.service.detectors.errors import ResultIndexError
from adcore.service.detectors.names import RESULTS
from adcore.service.detectors.result_indices import ResultIndices, flattened_index
from adcore.store import Action, DocumentColumns, NewDocuments, Target, WriteError
from adcore.store.database import database_error
from adcore.store.documents import Documents
from adcore.store.sql import identifier

__all__ = ["ResultWriter"]

_MOST_ANOMALIES = 10_000


class ResultWriter:
    """Writes the results of detectors, together with what must be written at the same time.

    Parameters
    ----------
    documents : Documents
    indices : ResultIndices
    """

    def __init__(self, documents: Documents, indices: ResultIndices) -> None:
        self._documents = documents
        self._indices = indices

    def write(
        self,
        config: DetectorConfig,
        results: DetectorResults,
        *,
        with_actions: Sequence[Action] = (),
        run: str | None = None,
        may_exist: bool = False,
        **facts: Any,
    ) -> int:
        """Write results and other actions in one transaction.

        Parameters
        ----------
        config : DetectorConfig
        results : DetectorResults
        with_actions : sequence of Action
        run : str, optional
            What tells this run of a job from others: a result that is made again, after a crash,
            is then the same document.
        may_exist : bool
            Whether some are there already; they are left as they are.
        **facts
            ``task_id``, ``execution_start_time`` and ``execution_end_time``.

        Returns
        -------
        int
            Documents of results.

        Raises
        ------
        ResultIndexError
            If the detector's own index is gone, or cannot hold results.
        """
        self._indices.require_for(config)
        index = config.result_index or RESULTS
        results = results[results.are_stored(facts.get("task_id"))]
        ids = self._documents.new_ids(len(results)) if run is None else result_ids(results, run)
        if may_exist and len(results):
            results, ids = self._new_ones(index, results, ids)
        plain = are_plain(results)
        columns = plain_columns(results[plain], index, _chosen(ids, plain), **facts)
        rest = NewDocuments(index, _chosen(ids, ~plain), results[~plain].rows(**facts))
        appended: list[DocumentColumns | NewDocuments] = [columns, rest]
        if config.result_index is not None and config.flatten_custom_result_index:
            flat = flattened_index(config)
            appended.append(NewDocuments(flat, ids, results.flat_rows(**facts)))
        self._apply(with_actions, appended)
        return len(results)

    def write_error(
        self,
        config: DetectorConfig,
        detector_id: str,
        reason: str,
        end: int,
        now: int,
        with_actions: Sequence[Action],
    ) -> None:
        """Write that an interval failed; where the detector's own index is broken, elsewhere.

        Parameters
        ----------
        end : int
            Of the interval.
        """
        document = {
            "detector_id": detector_id,
            "schema_version": RESULT_SCHEMA_VERSION,
            "data_start_time": end - config.interval,
            "data_end_time": end,
            "feature_data": [],
            "execution_start_time": now,
            "execution_end_time": now,
            "error": reason,
        }
        if config.user is not None:
            document["user"] = config.user
        try:
            self._indices.require_for(config)
            index = config.result_index or RESULTS
        except ResultIndexError:
            index = self._indices.ensure_default()
        self._apply([Action("index", index, None, document), *with_actions])

    def _apply(
        self,
        actions: Sequence[Action],
        appended: Sequence[DocumentColumns | NewDocuments] = (),
    ) -> None:
        for result in self._documents.bulk(actions, appended):
            if isinstance(result, WriteError):
                raise result.error

    # -- what is there

    def last_end(self, config: DetectorConfig, detector_id: str, after: int) -> int:
        """The end of the last interval that has a result of real time, or ``after``."""
        ends = self._ask(
            config,
            "max({data_end_time})",
            "{detector_id} = ? AND {data_end_time} > ? AND {task_id} IS NULL",
            [detector_id, after],
        )
        return max([int(end) for (end,) in ends if end is not None], default=after)

    def last_in_time(self, config: DetectorConfig, detector_id: str, now: int) -> int | None:
        """The end of the last interval that was looked at by a clock that showed no more."""
        ends = self._ask(
            config,
            "max({data_end_time})",
            "{detector_id} = ? AND {execution_end_time} <= ? AND {task_id} IS NULL",
            [detector_id, now],
        )
        return max((int(end) for (end,) in ends if end is not None), default=None)

    def anomalies(
        self, configs: Iterable[DetectorConfig], first: int, last: int
    ) -> list[dict[str, Any]]:
        """The anomalies that were found from one moment to another, at most 10 000 of an index."""
        names = {RESULTS, *(config.result_index for config in configs if config.result_index)}
        rows: list[tuple[Any, ...]] = []
        for name in sorted(names):
            if self._documents.exists(name):
                rows += self._found(
                    name,
                    "_source",
                    "{anomaly_grade} > 0 AND {execution_start_time} BETWEEN ? AND ? "
                    "AND {data_start_time} < {data_end_time} "
                    "AND {detector_id} IS NOT NULL AND {model_id} IS NOT NULL "
                    f"ORDER BY {{data_start_time}} DESC LIMIT {_MOST_ANOMALIES:d}",
                    [first, last],
                )
        return [msgspec.json.decode(source) for (source,) in rows]

    def take_back(self, config: DetectorConfig, detector_id: str, after: int) -> int:
        """Delete the results of real time of intervals that end later; returns how many."""
        deleted = 0
        for target in self._documents.resolve(",".join(self._indices.existing(config))):
            columns = _columns(target)
            where = "{detector_id} = ? AND {data_end_time} > ?"
            if "task_id" in columns:  # the index without lists has it from the first analysis on
                where += " AND {task_id} IS NULL"
            if "data_end_time" in columns:
                where = where.format_map(columns)
                deleted += self._documents.delete_by_rows(target.index, where, [detector_id, after])
        return deleted

    def _new_ones(
        self, index: str, results: DetectorResults, ids: list[str]
    ) -> tuple[DetectorResults, list[str]]:
        starts = results.data_start_time
        found = self._found(
            index,
            "_id",
            "{detector_id} = ? AND {data_start_time} BETWEEN ? AND ?",
            [results.context.detector_id, int(starts.min()), int(starts.max())],
        )
        there = {id_ for (id_,) in found}
        new = np.fromiter((id_ not in there for id_ in ids), np.bool_, len(ids))
        return results[new], _chosen(ids, new)

    def _ask(
        self, config: DetectorConfig, what: str, where: str, values: list[Any]
    ) -> list[tuple[Any, ...]]:
        index = config.result_index or RESULTS
        return self._found(index, what, where, values) if self._documents.exists(index) else []

    def _found(self, index: str, what: str, where: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """Rows of all indices behind a name; fields stand in braces."""
        rows: list[tuple[Any, ...]] = []
        try:
            with closing(self._documents.cursor()) as cursor:
                for target in self._documents.resolve(index):
                    columns = _columns(target)
                    asked, condition = (text.format_map(columns) for text in (what, where))
                    query = f"SELECT {asked} FROM {target.relation} WHERE {condition}"
                    rows += cursor.execute(query, values).fetchall()
        except duckdb.Error as error:
            raise database_error(error) from error
        return rows


def _columns(target: Target) -> dict[str, str]:
    return {path: identifier(field.column) for path, field in target.mapping.fields.items()}


def _chosen(ids: list[str], rows: npt.NDArray[np.bool_]) -> list[str]:
    return [ids[row] for row in np.flatnonzero(rows).tolist()]
