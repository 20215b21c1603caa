"""Results that are alike as columns of documents, with ids that say whose they are."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from adcore.detector.model_id import model_id_of
from adcore.detector.result_documents import RESULT_SCHEMA_VERSION
from adcore.store import Column, DocumentColumns

if TYPE_CHECKING:
    from adcore.detector.results import DetectorResults

__all__ = ["are_plain", "plain_columns", "result_ids"]

_ALPHABET = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", np.uint8
)
_ID_BYTES, _ID_LETTERS = 15, 20


def are_plain(results: DetectorResults) -> npt.NDArray[np.bool_]:
    """Where an interval was scored, is no anomaly, and nothing in it was missing: nearly all."""
    plain: npt.NDArray[np.bool_] = (
        (results.anomaly_grade == 0)
        & ~np.isnan(results.anomaly_score)
        & ~np.isnan(results.threshold)
        & ~np.isnan(results.feature_data).any(axis=1)
        & ~results.feature_imputed.any(axis=1)
    )
    return plain


def plain_columns(
    results: DetectorResults,
    index: str,
    ids: list[str],
    *,
    task_id: str | None = None,
    execution_start_time: int | None = None,
    execution_end_time: int | None = None,
) -> DocumentColumns:
    """The documents of :meth:`DetectorResults.rows`, of results that :func:`are_plain`."""
    context = results.context
    keys = [results.entities[number] for number in results.entity.tolist()]
    columns: dict[str, Any] = {
        "start": results.data_start_time,
        "end": results.data_end_time,
        "score": results.anomaly_score,
        "confidence": results.confidence,
        "threshold": results.threshold,
    }
    columns |= {f"feature {i}": results.feature_data[:, i] for i in range(len(context.feature_ids))}
    shape: dict[str, Any] = {
        "detector_id": context.detector_id,
        "schema_version": RESULT_SCHEMA_VERSION,
        "data_start_time": Column("start"),
        "data_end_time": Column("end"),
        "feature_data": [
            {"feature_id": id_, "feature_name": name, "data": Column(f"feature {i}")}
            for i, (id_, name) in enumerate(
                zip(context.feature_ids, context.feature_names, strict=True)
            )
        ],
        "execution_start_time": execution_start_time,
        "execution_end_time": execution_end_time,
        "anomaly_score": Column("score"),
        "anomaly_grade": 0.0,
        "confidence": Column("confidence"),
    }
    if context.category_fields:
        shape["entity"] = [
            {"name": name, "value": Column(f"entity {name}")}
            for name in sorted(context.category_fields)
        ]
        for i, name in enumerate(context.category_fields):
            columns[f"entity {name}"] = [key[i] for key in keys]
    shape |= {"user": context.user, "task_id": task_id, "model_id": Column("model")}
    columns["model"] = _model_ids(results, keys)
    shape["threshold"] = Column("threshold")
    shape = {name: value for name, value in shape.items() if value is not None}
    return DocumentColumns(index, ids, shape, columns)


def _model_ids(results: DetectorResults, keys: list[tuple[str, ...]]) -> list[str]:
    context = results.context
    detector_id, fields = str(context.detector_id), context.category_fields
    if len(fields) == 1:
        return [f"{detector_id}_entity_{value}" for (value,) in keys]
    named = (dict(zip(fields, key, strict=True)) for key in keys)
    return [model_id_of(detector_id, entity) for entity in named]


def result_ids(results: DetectorResults, run: str) -> list[str]:
    """For each row 20 characters of a URL that are the same whenever it is made again.

    The entity and the run of the job together (64 bits), and the time of the interval.

    Parameters
    ----------
    run : str
        What tells one run of a job from all others.
    """
    digest = hashlib.blake2b(run.encode(), digest_size=8).digest()
    whose = results.entity_ids[results.entity] ^ np.frombuffer(digest, "<u8")
    raw = np.zeros((len(results), _ID_BYTES + 1), np.uint8)
    raw[:, :8] = whose.astype(">u8").view(np.uint8).reshape(-1, 8)
    # Seven bytes of a time are enough for two million years.
    times = results.data_start_time.astype(">i8").view(np.uint8).reshape(-1, 8)
    raw[:, 8:15] = times[:, 1:]
    return _letters(raw[:, :_ID_BYTES])


def _letters(raw: npt.NDArray[np.uint8]) -> list[str]:
    """Base64 of rows of bytes, safe in a URL."""
    first, second, third = (raw[:, i::3].astype(np.uint16) for i in range(3))
    sixes = (
        first >> 2,
        (first & 3) << 4 | second >> 4,
        (second & 15) << 2 | third >> 6,
        third & 63,
    )
    letters = _ALPHABET[np.stack(sixes, axis=2)].reshape(len(raw), _ID_LETTERS)
    texts: list[str] = (
        np.ascontiguousarray(letters).view(f"S{_ID_LETTERS}")[:, 0].astype(str).tolist()
    )
    return texts
