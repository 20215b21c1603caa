"""Records as documents: fields and their order are those of the API."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.job.detector_config import JobDetector
from adcore.job.document_ids import series_id
from adcore.job.result_context import ResultContext
from adcore.job.result_names import RESERVED
from adcore.job.result_rows import ResultRows
from adcore.job.result_schema import Table
from adcore.job.result_tables import rows_of_slices
from adcore.job.rows import present, rows_of, rows_of_each

__all__ = ["record_documents", "record_id"]

_ANOMALY_TYPES = {1: "spike", -1: "dip"}


def record_documents(
    results: ResultRows, rows: npt.NDArray[Any], *, with_sequence: bool = False
) -> list[dict[str, Any]]:
    """Documents of records.

    Parameters
    ----------
    results : ResultRows
    rows : int array
        Rows of the table ``records``.
    with_sequence : bool
        Whether to number the records of a bucket, as old versions of the API did.
    """
    table = results.tables["records"]
    sequence = _sequence(results, rows) if with_sequence else [None] * len(rows)
    records = rows_of("records", table, results.texts, rows)
    causes = rows_of_each(
        "causes", results.tables["causes"], results.texts,
        table["first_cause"][rows], table["causes"][rows],
    )  # fmt: skip
    parts = zip(records, sequence, causes, _influencers(results, table, rows), strict=True)
    caused = _influencers(
        results, results.tables["causes"],
        rows_of_slices(table["first_cause"][rows], table["causes"][rows]),
    )  # fmt: skip
    return [_record(results.context, *part, caused) for part in parts]


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


def _sequence(results: ResultRows, rows: npt.NDArray[Any]) -> list[int]:
    first = results.tables["buckets"]["first_record"].astype(np.int64)
    buckets = results.tables["records"]["bucket"][rows]
    numbers: list[int] = (rows + 1 - first[buckets]).tolist()
    return numbers


def _record(
    context: ResultContext,
    row: dict[str, Any],
    sequence: int | None,
    causes: list[dict[str, Any]],
    influencers: list[dict[str, Any]],
    caused: Iterator[list[dict[str, Any]]],
) -> dict[str, Any]:
    """A document; ``caused`` gives the influencers of one cause after the other, of all records."""
    detector = context.detectors[row["detector_index"]]
    document = present(
        ("job_id", context.job_id),
        ("result_type", "record"),
        ("probability", row["probability"]),
        ("multi_bucket_impact", row["multi_bucket_impact"]),
        ("record_score", row["record_score"]),
        ("initial_record_score", row["initial_record_score"]),
        ("bucket_span", context.bucket_span),
        ("detector_index", row["detector_index"]),
        ("sequence_num", sequence),
        ("is_interim", row["is_interim"]),
        ("timestamp", row["timestamp"]),
        *_measured(detector, row),
        ("causes", [_cause(detector, cause, next(caused)) for cause in causes] or None),
        ("influencers", influencers or None),
        ("geo_results", _geo_results(row)),
        ("anomaly_score_explanation", _explanation(row) or None),
    )
    return document | _echo(detector, row, influencers)


def _measured(detector: JobDetector, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What was measured of which series; records and causes have it alike."""
    yield "by_field_name", detector.by_field_name
    yield "by_field_value", row["by_field_value"] if detector.by_field_name else None
    yield "correlated_by_field_value", row["correlated_by_field_value"]
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


def _influencers(
    results: ResultRows, table: Table, rows: npt.NDArray[Any]
) -> Iterator[list[dict[str, Any]]]:
    """For each of the rows the values that contributed, by field."""
    slices = table["first_influence"][rows], table["influences"][rows]
    for parts in rows_of_each("influences", results.tables["influences"], results.texts, *slices):
        found: dict[str, list[str]] = {}
        for part in parts:
            values = found.setdefault(part["influencer_field_name"], [])
            values.append(part["influencer_field_value"])
        yield [
            {"influencer_field_name": name, "influencer_field_values": values}
            for name, values in found.items()
        ]


def _cause(
    detector: JobDetector, cause: Mapping[str, Any], influencers: list[dict[str, Any]]
) -> dict[str, Any]:
    return present(
        ("probability", cause["probability"]),
        *_measured(detector, cause),
        ("influencers", influencers or None),
        ("geo_results", _geo_results(cause)),
    )


def _explanation(row: Mapping[str, Any]) -> dict[str, Any]:
    """Why the score is what it is; what is nothing, not known or not so is left out."""
    return present(
        ("anomaly_type", _ANOMALY_TYPES.get(row["anomaly_type"])),
        ("anomaly_length", row["anomaly_length"] or None),
        ("single_bucket_impact", row["single_bucket_impact"] or None),
        ("multi_bucket_impact", row["record_multi_bucket_impact"] or None),
        ("shape_impact", row["shape_impact"] or None),
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
