"""Buckets and influencers as documents: fields and their order are those of the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.job.document_ids import bucket_id, series_id
from adcore.job.record_documents import record_documents
from adcore.job.result_context import ResultContext
from adcore.job.result_names import RESERVED
from adcore.job.result_rows import ResultRows
from adcore.job.rows import rows_of, rows_of_each

__all__ = [
    "bucket_document_id", "bucket_documents", "bucket_influencer_documents",
    "bucket_influencer_id", "influencer_documents", "influencer_id",
]  # fmt: skip

MOST_RECORDS = 10_000


def bucket_documents(
    results: ResultRows,
    rows: npt.NDArray[Any],
    *,
    expand: bool = False,
    partition_value: str | None = None,
    exclude_interim: bool = False,
    with_sequence: bool = False,
) -> list[dict[str, Any]]:
    """Documents of buckets.

    Parameters
    ----------
    results : ResultRows
    rows : int array
        Rows of the table ``buckets``.
    expand : bool
        Whether buckets have their records with them, the least probable first.
    partition_value : str, optional
        Only records of this partition.
    exclude_interim : bool
        Whether records have to be final.
    with_sequence : bool
        See :func:`record_documents`.
    """
    table, texts = results.tables["buckets"], results.texts
    parts = zip(
        rows_of("buckets", table, texts, rows),
        _inner(results, rows, "bucket_influencers", "first_bucket_influencer"),
        _inner(results, rows, "scheduled_events", "first_event", "events"),
        strict=True,
    )
    documents = [_bucket(results.context, *part) for part in parts]
    if not expand:
        return documents
    found = [_records(results, int(row), partition_value, exclude_interim) for row in rows]
    joined = np.concatenate([*found, np.empty(0, np.int64)])
    records = iter(record_documents(results, joined, with_sequence=with_sequence))
    return [
        _with_records(document, list(islice(records, len(mine))))
        for document, mine in zip(documents, found, strict=True)
    ]


def bucket_document_id(document: Mapping[str, Any]) -> str:
    """The id of the document of a bucket."""
    return bucket_id(document["job_id"], document["timestamp"], document["bucket_span"])


def _inner(
    results: ResultRows, rows: npt.NDArray[Any], name: str, first: str, count: str | None = None
) -> Iterator[list[dict[str, Any]]]:
    """What is in each bucket of one table."""
    table = results.tables["buckets"]
    slices = table[first][rows], table[count or name][rows]
    return rows_of_each(name, results.tables[name], results.texts, *slices)


def _bucket(
    context: ResultContext,
    row: Mapping[str, Any],
    influencers: list[dict[str, Any]],
    events: list[dict[str, Any]],
) -> dict[str, Any]:
    made = [_bucket_influencer(context, influencer) for influencer in influencers]
    document = {
        "job_id": context.job_id,
        "timestamp": row["timestamp"],
        "anomaly_score": row["anomaly_score"],
        "bucket_span": context.bucket_span,
        "initial_anomaly_score": row["initial_anomaly_score"],
        "event_count": row["event_count"],
        "is_interim": row["is_interim"],
        "bucket_influencers": sorted(made, key=lambda one: -one["anomaly_score"]),
        "processing_time_ms": row["processing_time_ms"],
    }
    if events:
        document["scheduled_events"] = [event["description"] for event in events]
    return document | {"result_type": "bucket"}


def bucket_influencer_documents(
    results: ResultRows, rows: npt.NDArray[Any]
) -> list[dict[str, Any]]:
    """Documents of bucket influencers, by rows of their table: buckets have them inside too."""
    table = results.tables["bucket_influencers"]
    found = rows_of("bucket_influencers", table, results.texts, rows)
    return [_bucket_influencer(results.context, row) for row in found]


def bucket_influencer_id(document: Mapping[str, Any]) -> str:
    """The id of the document of a bucket influencer: of each field a bucket has one."""
    start, span = document["timestamp"], document["bucket_span"]
    field = document["influencer_field_name"]
    return f"{document['job_id']}_bucket_influencer_{start}_{span}_{field}"


def _bucket_influencer(context: ResultContext, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "job_id": context.job_id,
        "result_type": "bucket_influencer",
        "influencer_field_name": row["influencer_field_name"],
        "initial_anomaly_score": row["initial_anomaly_score"],
        "anomaly_score": row["anomaly_score"],
        "raw_anomaly_score": row["raw_anomaly_score"],
        "probability": row["probability"],
        "timestamp": row["timestamp"],
        "bucket_span": context.bucket_span,
        "is_interim": row["is_interim"],
    }


def _records(
    results: ResultRows, bucket: int, partition_value: str | None, exclude_interim: bool
) -> npt.NDArray[Any]:
    """The rows of the records of a bucket, the least probable first."""
    table, buckets = results.tables["records"], results.tables["buckets"]
    first = int(buckets["first_record"][bucket])
    rows = np.arange(first, first + int(buckets["records"][bucket]))
    if partition_value is not None:
        rows = rows[table["partition_field_value"][rows] == results.text_code(partition_value)]
    if exclude_interim:
        rows = rows[~table["is_interim"][rows]]
    return rows[np.argsort(table["probability"][rows], kind="stable")][:MOST_RECORDS]


def _with_records(document: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    """The bucket with its records where the API writes them; without any it has no such field."""
    if not records:
        return document
    made = {}
    for name, value in document.items():
        made[name] = value
        if name == "initial_anomaly_score":
            made["records"] = records
    return made


def influencer_documents(results: ResultRows, rows: npt.NDArray[Any]) -> list[dict[str, Any]]:
    """Documents of influencers, by rows of their table."""
    return [
        _influencer(results, row)
        for row in rows_of("influencers", results.tables["influencers"], results.texts, rows)
    ]


def influencer_id(document: Mapping[str, Any]) -> str:
    """The id of the document of an influencer."""
    return series_id(
        document["job_id"],
        "influencer",
        document["timestamp"],
        document["bucket_span"],
        document["influencer_field_name"],
        document["influencer_field_value"],
    )


def _influencer(results: ResultRows, row: Mapping[str, Any]) -> dict[str, Any]:
    name, value = row["influencer_field_name"], row["influencer_field_value"]
    # Other than in records, it is the plain text.
    echo = {} if name in RESERVED else {name: value}
    return {
        "job_id": results.context.job_id,
        "result_type": "influencer",
        "influencer_field_name": name,
        "influencer_field_value": value,
        **echo,
        "influencer_score": row["influencer_score"],
        "initial_influencer_score": row["initial_influencer_score"],
        "probability": row["probability"],
        "bucket_span": results.context.bucket_span,
        "is_interim": row["is_interim"],
        "timestamp": row["timestamp"],
    }
