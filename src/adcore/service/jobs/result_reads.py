"""Results as clients ask for them: records, buckets, influencers, categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adcore.job import JobConfig
from adcore.job.overall_buckets import JobBuckets, OverallQuery, overall_buckets
from adcore.job.paging import Page
from adcore.job.record_documents import record_id
from adcore.job.result_query import ResultQuery
from adcore.service.jobs.errors import not_found
from adcore.service.jobs.result_store import ResultStore

__all__ = ["ResultReads"]


class ResultReads:
    """Reads results of jobs.

    Parameters
    ----------
    store : ResultStore
    """

    def __init__(self, store: ResultStore) -> None:
        self._store = store

    def read(self, config: JobConfig, query: ResultQuery) -> dict[str, Any]:
        """Results of one kind, and how many there are.

        Raises
        ------
        SearchError
            If there is no such field to sort by.
        ApiError
            404, if one bucket is asked for that there is not.
        """
        found = self._page(config, query)
        if query.timestamp is not None and not found["count"]:
            raise not_found("Could not find requested buckets")
        if query.expand and query.kind.name == "buckets":
            self._expand(config, query, found["buckets"])
        return found

    def _page(self, config: JobConfig, query: ResultQuery) -> dict[str, Any]:
        hits = self._store.search(config, query.to_search(config.job_id))["hits"]
        listed = [hit["_source"] for hit in hits["hits"]]
        return {"count": hits["total"]["value"], query.kind.name: listed}

    def _expand(
        self, config: JobConfig, query: ResultQuery, buckets: Sequence[dict[str, Any]]
    ) -> None:
        """Put the records into their buckets; those that have none have no influencers either."""
        for bucket in buckets:
            if bucket["bucket_influencers"]:
                records = self._page(config, query.for_records(bucket["timestamp"]))["records"]
                if records:
                    bucket["records"] = records

    def number(self, config: JobConfig, records: Sequence[dict[str, Any]]) -> None:
        """Give records their places among those of their buckets, as the oldest API had it."""
        for start in {record["timestamp"] for record in records}:
            filters = [{"term": {"result_type": "record"}}, {"term": {"timestamp": start}}]
            of_bucket = self._store.find(
                config,
                {"bool": {"filter": filters}},
                sort=[{"detector_index": "asc"}, {"probability": "asc"}],
            )
            places = {record_id(each): place for place, each in enumerate(of_bucket, 1)}
            for record in records:
                if record["timestamp"] == start:
                    _put_after(record, "detector_index", "sequence_num", places[record_id(record)])

    def overall(self, configs: Sequence[JobConfig], query: OverallQuery) -> dict[str, Any]:
        """Buckets of several jobs together.

        Raises
        ------
        JobError
        """
        jobs = [self._buckets(config, query) for config in configs]
        found = overall_buckets(jobs, query)
        return {"count": len(found), "overall_buckets": found}

    def _buckets(self, config: JobConfig, query: OverallQuery) -> JobBuckets:
        times, scores, interim = self._store.bucket_scores(config, query.start, query.end)
        span = config.analysis_config.bucket_span
        return JobBuckets(config.job_id, span, times, scores, interim)

    def categories(
        self, config: JobConfig, category_id: int | None, partition_value: str | None, page: Page
    ) -> dict[str, Any]:
        """Categories of messages, and how many there are.

        Raises
        ------
        ApiError
            404, if one is asked for that there is not.
        """
        filters: list[dict[str, Any]] = [{"exists": {"field": "category_id"}}]
        if category_id is not None:
            filters.append({"term": {"category_id": category_id}})
        if partition_value is not None:
            filters.append({"term": {"partition_field_value": partition_value}})
        body = {
            "query": {"bool": {"filter": filters}},
            "sort": [{"category_id": "asc"}],
            "from": page.from_,
            "size": page.size,
        }
        hits = self._store.search(config, body)["hits"]
        if category_id is not None and not hits["hits"]:
            raise not_found(f"No known category with id [{category_id}]")
        listed = [hit["_source"] for hit in hits["hits"]]
        return {"count": hits["total"]["value"], "categories": listed}


def _put_after(document: dict[str, Any], other: str, name: str, value: Any) -> None:
    """Add a field where clients have it in the order of fields: behind another."""
    given = dict(document)
    document.clear()
    for key, content in given.items():
        document[key] = content
        if key == other:
            document[name] = value
