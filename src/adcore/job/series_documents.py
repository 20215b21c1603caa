"""Points of series as documents: what models expect of the past, and of the future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt

from adcore.job.document_ids import series_id
from adcore.job.result_context import ResultContext
from adcore.job.result_rows import ResultRows
from adcore.job.rows import present, rows_of

__all__ = ["forecast_document", "model_plot_documents", "point_id"]

_PARTS = ("partition", "over", "by")


def model_plot_documents(
    results: ResultRows, rows: npt.NDArray[Any] | slice = slice(None)
) -> list[dict[str, Any]]:
    """What models held for likely, per bucket and series, by rows of their table."""
    made = []
    for row in rows_of("model_plot", results.tables["model_plot"], results.texts, rows):
        document = _point(results.context, "model_plot", row)
        numbers = ("model_lower", "model_upper", "model_median", "actual")
        made.append(document | present(*((name, row[name]) for name in numbers)))
    return made


def forecast_document(
    context: ResultContext, forecast_id: str, row: Mapping[str, Any]
) -> dict[str, Any]:
    """What a model expects of a bucket to come."""
    document = {"job_id": context.job_id, "forecast_id": forecast_id}
    document |= _point(context, "model_forecast", row)
    numbers = ("forecast_lower", "forecast_upper", "forecast_prediction")
    return document | {name: row[name] for name in numbers}


def _point(context: ResultContext, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    detector = context.detectors[row["detector_index"]]
    series = []
    for part in _PARTS:
        value = row.get(f"{part}_field_value")
        if value is not None:
            series.append((f"{part}_field_name", getattr(detector, f"{part}_field_name")))
            series.append((f"{part}_field_value", value))
    return present(
        ("job_id", context.job_id),
        ("result_type", kind),
        ("bucket_span", context.bucket_span),
        ("detector_index", row["detector_index"]),
        ("timestamp", row["timestamp"]),
        *series,
        ("model_feature", row["model_feature"]),
    )


def point_id(document: Mapping[str, Any]) -> str:
    """The id of the document of a point."""
    kind = document["result_type"]
    values: Sequence[str | None] = [document.get(f"{part}_field_value") for part in _PARTS]
    return series_id(
        document["job_id"],
        f"{kind}_{document['forecast_id']}" if "forecast_id" in document else kind,
        document["timestamp"],
        document["bucket_span"],
        document["detector_index"],
        *values,
        document.get("model_feature"),
    )
