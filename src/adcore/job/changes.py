"""What is new, changed or gone of a job's results, as documents of a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from adcore.job.bucket_documents import (
    bucket_document_id,
    bucket_documents,
    bucket_influencer_documents,
    bucket_influencer_id,
    influencer_documents,
    influencer_id,
)
from adcore.job.record_documents import record_documents, record_id
from adcore.job.series_documents import model_plot_documents, point_id

if TYPE_CHECKING:
    from adcore.job.results import JobResults

__all__ = ["KINDS", "Changes", "documents_by_id"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a store has to do to be up to date.

    Attributes
    ----------
    written : dict of str to dict
        Documents by id; what has the id is replaced.
    deleted : list of str
        Ids of documents that are no more: interim results that did not become final.
    """

    written: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)


def documents_by_id(
    results: JobResults, changed: Mapping[str, npt.NDArray[np.bool_]] | None = None
) -> dict[str, dict[str, Any]]:
    """The documents of results: all, or those of the rows that are marked."""
    documents: dict[str, dict[str, Any]] = {}
    for name, (make, name_of) in _MAKERS.items():
        rows = np.arange(len(results.tables[name]["timestamp"]))
        if changed is not None:
            rows = rows[changed[name]]
        documents |= {name_of(document): document for document in make(results, rows)}
    return documents


_MAKERS: dict[str, tuple[Callable[..., Any], Callable[..., str]]] = {
    "buckets": (bucket_documents, bucket_document_id),
    "bucket_influencers": (bucket_influencer_documents, bucket_influencer_id),
    "records": (record_documents, record_id),
    "influencers": (influencer_documents, influencer_id),
    "model_plot": (model_plot_documents, point_id),
}
KINDS = tuple(_MAKERS)
