"""Records as documents: fields and their order are those of the API."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from adcore.job.detector_config import JobDetector
from adcore.job.document_ids import series_id
from adcore.job.result_names import RESERVED
from adcore.job.rows import present, rows_of

if TYPE_CHECKING:
    from adcore.job.results import JobResults

__all__ = ["record_documents", "record_id"]

_ANOMALY_TYPES = {1: "spike", -1: "dip"}


def record_documents(
    results: JobResults, rows: npt.NDArray[Any], *, with_sequence: bool = False
) -> list[dict[str, Any]]:
    """Documents of records.

    Parameters
    ----------
    results : JobResults
    rows : int array
        Rows of the table ``records``.
    with_sequence : bool
        Whether to number the records of a bucket, as old versions of the API did.
    """
    made = []
    sequence = _sequence(results, rows) if with_sequence else [None] * len(rows)
    records = rows_of("records", results.tables["records"], results.texts, rows)
    for row, number in zip(records, sequence, strict=True):
        made.append(_record(results, row, number))
    return made


def record_id(document: Mapping[str, Any]) -> str:
    """The id of the document of a record."""
    values = (document.get(f"{part}_field_value") for part in ("by", "over", "partition"))
    return series_id(
        document["job_id"],
        "record",
        document["timestamp"],
        document["bucket_span"],
        document["detector_index"],
        *values,
    )


def _sequence(results: JobResults, rows: npt.NDArray[Any]) -> list[int]:
    first = results.tables["buckets"]["first_record"].astype(np.int64)
    buckets = results.tables["records"]["bucket"][rows]
    numbers: list[int] = (rows + 1 - first[buckets]).tolist()
    return numbers


def _record(results: JobResults, row: dict[str, Any], sequence: int | None) -> dict[str, Any]:
    detector = results.context.detectors[row["detector_index"]]
    influencers = _influencers(results, row)
    document = present(
        ("job_id", results.context.job_id),
        ("result_type", "record"),
        ("probability", row["probability"]),
        ("multi_bucket_impact", row["multi_bucket_impact"]),
        ("record_score", row["record_score"]),
        ("initial_record_score", row["initial_record_score"]),
        ("bucket_span", results.context.bucket_span),
        ("detector_index", row["detector_index"]),
        ("sequence_num", sequence),
        ("is_interim", row["is_interim"]),
        ("timestamp", row["timestamp"]),
        *_measured(detector, row),
        ("causes", _causes(results, detector, row)),
        ("influencers", influencers or None),
        ("geo_results", _geo_results(row)),
        ("anomaly_score_explanation", _explanation(row) or None),
    )
    return document | _echo(detector, row, influencers)


def _measured(detector: JobDetector, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What was measured of which series; records and causes have it alike."""
    yield "by_field_name", detector.by_field_name
    yield "by_field_value", row["by_field_value"] if detector.by_field_name else None
    yield "partition_field_name", detector.partition_field_name
    yield "partition_field_value", row["partition_field_value"]
    yield "function", detector.function
    yield "function_description", row["function_description"] or detector.kind.description
    yield "typical", _point(row, "typical")
    yield "actual", _point(row, "actual")
    yield "field_name", detector.field_name
    yield "over_field_name", detector.over_field_name
    yield "over_field_value", row["over_field_value"] if detector.over_field_name else None


def _point(row: Mapping[str, Any], name: str) -> list[float] | None:
    """One number, two where it is a place, or nothing."""
    point = [row[name], row[f"{name}_longitude"]]
    return [part for part in point if not math.isnan(part)] or None


def _geo_results(row: Mapping[str, Any]) -> dict[str, str] | None:
    if math.isnan(row["actual_longitude"]):
        return None
    return {
        f"{name}_point": f"{row[name]:.12f},{row[f'{name}_longitude']:.12f}"
        for name in ("actual", "typical")
        if not math.isnan(row[f"{name}_longitude"])
    }


def _influencers(results: JobResults, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values that contributed, by field."""
    first = row["first_influence"]
    rows = slice(first, first + row["influences"])
    found: dict[str, list[str]] = {}
    for part in rows_of("influences", results.tables["influences"], results.texts, rows):
        found.setdefault(part["influencer_field_name"], []).append(part["influencer_field_value"])
    return [
        {"influencer_field_name": name, "influencer_field_values": values}
        for name, values in found.items()
    ]


def _causes(
    results: JobResults, detector: JobDetector, row: Mapping[str, Any]
) -> list[dict[str, Any]] | None:
    rows = slice(row["first_cause"], row["first_cause"] + row["causes"])
    causes = []
    for cause in rows_of("causes", results.tables["causes"], results.texts, rows):
        influencers = _influencers(results, cause)
        causes.append(
            present(
                ("probability", cause["probability"]),
                *_measured(detector, cause),
                ("influencers", influencers or None),
                ("geo_results", _geo_results(cause)),
            )
        )
    return causes or None


def _explanation(row: Mapping[str, Any]) -> dict[str, Any]:
    """Why the score is what it is; what is nothing, not known or not so is left out."""
    return present(
        ("anomaly_type", _ANOMALY_TYPES.get(row["anomaly_type"])),
        ("anomaly_length", row["anomaly_length"] or None),
        ("single_bucket_impact", row["single_bucket_impact"] or None),
        ("multi_bucket_impact", row["record_multi_bucket_impact"] or None),
        ("anomaly_characteristics_impact", row["anomaly_characteristics_impact"] or None),
        ("lower_confidence_bound", row["lower_confidence_bound"]),
        ("typical_value", row["typical_value"]),
        ("upper_confidence_bound", row["upper_confidence_bound"]),
        ("high_variance_penalty", row["high_variance_penalty"] or None),
        ("incomplete_bucket_penalty", row["incomplete_bucket_penalty"] or None),
        ("multimodal_distribution", row["multimodal_distribution"] or None),
        ("by_field_first_occurrence", row["by_field_first_occurrence"] or None),
        ("by_field_relative_rarity", row["by_field_relative_rarity"]),
    )


def _echo(
    detector: JobDetector, row: Mapping[str, Any], influencers: Sequence[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """The values of the data's own fields under their names, so that they can be searched."""
    found: dict[str, dict[str, None]] = {}
    for part in ("by", "over", "partition"):
        name, value = getattr(detector, f"{part}_field_name"), row[f"{part}_field_value"]
        if name and value is not None:
            found.setdefault(name, {})[value] = None
    for one in influencers:
        values = dict.fromkeys(one["influencer_field_values"])
        found.setdefault(one["influencer_field_name"], {}).update(values)
    return {name: list(values) for name, values in found.items() if name not in RESERVED}
