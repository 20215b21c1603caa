"""Results of jobs as documents: written, replaced and deleted."""

# ruff: noqa: S608 -- names of columns are quoted by sql.identifier, values are parameters

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray, Int64Array
from adcore.job import JobConfig
from adcore.service.errors import illegal_argument
from adcore.service.jobs.names import RESULTS_PATTERN, result_alias, result_index
from adcore.service.jobs.result_mapping import RESULT_MAPPING
from adcore.service.system_index import search_documents
from adcore.store import Action, WriteError
from adcore.store.clock import Clock
from adcore.store.documents import Documents
from adcore.store.errors import IllegalRequestError, IndexExistsError, MappingError
from adcore.store.sql import identifier

__all__ = ["MODEL_RESULTS", "ResultStore", "echoed_fields"]

# The types of what models find of a time, which goes when that time is gone back to or is over.
MODEL_RESULTS = ("bucket", "record", "influencer", "bucket_influencer", "model_plot")


class ResultStore:
    """The indices of results.

    Parameters
    ----------
    documents : Documents
    clock : callable
    """

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self.documents = documents
        self.clock = clock

    def ensure(self, config: JobConfig) -> str:
        """The index of a job's results, which is made with the job's own name for it.

        Raises
        ------
        ApiError
            If the results of another job have fields that stand in the way of this one's.
        """
        index = result_index(config.results_index_name)
        if not self.documents.exists(index):
            try:
                self.documents.create_index(index, RESULT_MAPPING)
            except IndexExistsError:
                return index  # another thread was faster
        alias = result_alias(config.job_id)
        # A job may be called as an index of results is; that name then shows the whole index.
        if alias not in self.documents.aliases() and not self.documents.exists(alias):
            self._add_fields(index, config)
            only = {"term": {"job_id": config.job_id}}
            self.documents.update_aliases(
                [{"add": {"index": index, "alias": alias, "filter": only}}]
            )
        return index

    def _add_fields(self, index: str, config: JobConfig) -> None:
        """Results show values of fields of the data under the names that these have there."""
        known = self.documents.mapping(index)
        for name in echoed_fields(config):
            if name in known.fields:
                continue
            try:
                self.documents.put_mapping(index, _keyword_at(name))
            except (MappingError, IllegalRequestError):
                raise illegal_argument(
                    f"This job would cause a mapping clash with existing field [{name}] - avoid "
                    "the clash by assigning a dedicated results index"
                ) from None

    def write(
        self,
        config: JobConfig,
        documents: Mapping[str, Mapping[str, Any]],
        deleted: Iterable[str] = (),
    ) -> None:
        """Write documents by their ids, and delete others, at once.

        Raises
        ------
        StoreError
            The first that the store refuses.
        """
        index = self.ensure(config)
        actions = [Action("delete", index, name) for name in deleted if name not in documents]
        actions += [Action("index", index, name, body) for name, body in documents.items()]
        # One transaction, however many they are: of no bucket some scores are new and others old.
        for result in self.documents.bulk(actions):
            if isinstance(result, WriteError):
                raise result.error

    def get(self, config: JobConfig, name: str) -> dict[str, Any] | None:
        """A document by its id; None if there is none."""
        index = result_index(config.results_index_name)
        found = self.documents.get(index, name) if self.documents.exists(index) else None
        return None if found is None else msgspec.json.decode(found.source, type=dict[str, Any])

    def search(self, config: JobConfig, body: Mapping[str, Any]) -> dict[str, Any]:
        """The response of a search among the results of a job.

        Raises
        ------
        SearchError
        """
        index = result_index(config.results_index_name)
        query = {"bool": {"filter": [{"term": {"job_id": config.job_id}}, body["query"]]}}
        request = {"track_total_hits": True, **body, "query": query}
        expression = index if self.documents.exists(index) else f"{index}*"
        return search_documents(self.documents, expression, request, self.clock)

    def find(
        self, config: JobConfig, query: Mapping[str, Any], **body: Any
    ) -> list[dict[str, Any]]:
        """The documents of a query, at most 10 000."""
        found = self.search(config, {"size": 10_000, **body, "query": query})
        return [hit["_source"] for hit in found["hits"]["hits"]]

    def interim_ids(self, config: JobConfig) -> list[str]:
        """The ids of the results of a job that are not final."""
        body = {"query": {"term": {"is_interim": True}}, "size": 10_000, "_source": False}
        return [hit["_id"] for hit in self.search(config, body)["hits"]["hits"]]

    def bucket_scores(
        self, config: JobConfig, start: int | None, end: int | None
    ) -> tuple[Int64Array, FloatArray, npt.NDArray[np.bool_]]:
        """The starts of the buckets of a job in a period, their scores, and if they may change."""
        return self._buckets(config, "anomaly_score", start, end)

    def event_counts(self, config: JobConfig, start: int, end: int) -> dict[int, int]:
        """The events of each final bucket of a job in a period, by its start."""
        times, counts, interim = self._buckets(config, "event_count", start, end)
        final = ~interim
        return dict(
            zip(times[final].tolist(), counts[final].astype(np.int64).tolist(), strict=True)
        )

    def _buckets(
        self, config: JobConfig, name: str, start: int | None, end: int | None
    ) -> tuple[Int64Array, FloatArray, npt.NDArray[np.bool_]]:
        """Starts of buckets, a number of each, and if it may change."""
        index = result_index(config.results_index_name)
        found: dict[str, Any] = {"t": [], "s": [], "i": []}
        if self.documents.exists(index):
            (target,) = self.documents.resolve(index)
            where, values = _condition(config.job_id, ["bucket"], start, end, {})
            query = (
                f"SELECT {identifier('timestamp')} AS t, {identifier(name)} AS s, "
                f"coalesce(is_interim, FALSE) AS i FROM {target.relation} WHERE {where} ORDER BY t"
            )
            with closing(self.documents.cursor()) as cursor:
                found = cursor.execute(query, values).fetchnumpy()
        times, scores = np.asarray(found["t"], np.int64), np.asarray(found["s"], np.float64)
        return times, scores, np.asarray(found["i"], np.bool_)

    def delete(
        self,
        job_id: str,
        *,
        result_types: Iterable[str] = (),
        start: int | None = None,
        end: int | None = None,
        **terms: str,
    ) -> int:
        """Delete results of a job; returns how many.

        Parameters
        ----------
        result_types : iterable of str
            Empty: of all types, and what has none.
        start, end : int, optional
            Of ``timestamp``, in epoch milliseconds; the end is not deleted.
        **terms
            Values that fields must have.
        """
        where, values = _condition(job_id, list(result_types), start, end, terms)
        targets = self.documents.resolve(RESULTS_PATTERN)
        return sum(self.documents.delete_by_rows(t.index, where, values) for t in targets)

    def forget(self, config: JobConfig) -> None:
        """Take away a job's own name for its results, which are deleted already."""
        alias = result_alias(config.job_id)
        if alias in self.documents.aliases():
            index = result_index(config.results_index_name)
            self.documents.update_aliases([{"remove": {"index": index, "alias": alias}}])


def echoed_fields(config: JobConfig) -> list[str]:
    """The fields of the data whose values results show under their own names."""
    analysis = config.analysis_config
    named = [
        name
        for detector in analysis.detectors
        for name in (
            detector.by_field_name, detector.over_field_name, detector.partition_field_name
        )
        if name is not None
    ]  # fmt: skip
    return list(dict.fromkeys([*named, *analysis.influencers]))


def _condition(
    job_id: str,
    result_types: Sequence[str],
    start: int | None,
    end: int | None,
    terms: Mapping[str, str],
) -> tuple[str, list[Any]]:
    """The SQL condition of some results of a job, and its parameters."""
    conditions, values = ["job_id = ?"], [job_id]
    for name, value in terms.items():
        conditions.append(f"{identifier(name)} = ?")
        values.append(value)
    if result_types:
        conditions.append(f"result_type IN ({', '.join('?' * len(result_types))})")
    parameters: list[Any] = [*values, *result_types]
    for sign, bound in ((">=", start), ("<", end)):
        if bound is not None:
            conditions.append(f"{identifier('timestamp')} {sign} ?")
            parameters.append(bound)
    return " AND ".join(conditions), parameters


def _keyword_at(path: str) -> dict[str, Any]:
    """The mapping of a keyword at a path with dots."""
    mapping: dict[str, Any] = {"type": "keyword"}
    for name in reversed(path.split(".")):
        mapping = {"properties": {name: mapping}}
    return mapping
