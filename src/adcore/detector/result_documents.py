"""Results as documents: what the service writes to a result index."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from adcore.arrow import FloatArray
from adcore.detector.model_id import model_id_of
from adcore.detector.result_rows import ResultRows

__all__ = ["NO_DATA", "RESULT_SCHEMA_VERSION", "documents", "flat_documents"]

RESULT_SCHEMA_VERSION = 7
NO_DATA = "No data in current detection window"


def documents(
    results: ResultRows,
    *,
    task_id: str | None = None,
    execution_start_time: int | None = None,
    execution_end_time: int | None = None,
    user: dict[str, Any] | None = None,
    schema_version: int = RESULT_SCHEMA_VERSION,
) -> list[dict[str, Any]]:
    """One document per result worth keeping; see :meth:`DetectorResults.rows`."""
    context = results.context
    common = {
        "execution_start_time": execution_start_time,
        "execution_end_time": execution_end_time,
        "user": user if user is not None else context.user,
        "task_id": task_id,
    }
    entities = _Entities(results)
    made = []
    for row in np.flatnonzero(results.are_stored(task_id)).tolist():
        document = {"detector_id": context.detector_id, "schema_version": schema_version}
        made.append(document | _document(results, row, common, entities[int(results.entity[row])]))
    return made


class _Entities(dict[int, Any]):
    """Entities as documents have them, of those rows that are asked for."""

    def __init__(self, results: ResultRows) -> None:
        super().__init__()
        self._results = results

    def __missing__(self, number: int) -> Any:
        self[number] = found = _entity(self._results, self._results.entities[number])
        return found


def _entity(
    results: ResultRows, key: tuple[str, ...]
) -> tuple[list[dict[str, str]] | None, dict[str, str]]:
    """The entity as the API writes it, sorted by name, and as a dict; None of a single series."""
    named = dict(zip(results.context.category_fields, key, strict=True))
    listed = [{"name": name, "value": named[name]} for name in sorted(named)]
    return listed or None, named


def _document(
    results: ResultRows,
    row: int,
    common: dict[str, Any],
    entity: tuple[list[dict[str, str]] | None, dict[str, str]],
) -> dict[str, Any]:
    """The fields of a row, in the order in which the API writes them; what is not set is left."""
    context = results.context
    has_data = not math.isnan(results.anomaly_score[row])
    start = int(results.data_start_time[row])
    document = {
        "data_start_time": start,
        "data_end_time": start + context.interval,
        "feature_data": _feature_data(results, row) if has_data else [],
        "execution_start_time": common["execution_start_time"],
        "execution_end_time": common["execution_end_time"],
        "anomaly_score": _number(results.anomaly_score[row]),
        "anomaly_grade": _number(results.anomaly_grade[row]) if has_data else None,
        "confidence": _number(results.confidence[row]) if has_data else None,
        "error": None if has_data else NO_DATA,
        "entity": entity[0],
        "user": common["user"],
        "task_id": common["task_id"],
        "model_id": (
            None if context.detector_id is None else model_id_of(context.detector_id, entity[1])
        ),
    }
    if results.anomaly_grade[row] > 0:
        document |= dict(_explanation(results, row, start))
    document["threshold"] = _number(results.threshold[row])
    if results.feature_imputed[row].any() and has_data:
        document["feature_imputed"] = [
            {"feature_id": name, "imputed": bool(imputed)}
            for name, imputed in zip(context.feature_ids, results.feature_imputed[row], strict=True)
        ]
    return {name: value for name, value in document.items() if value is not None}


def _explanation(results: ResultRows, row: int, start: int) -> Iterator[tuple[str, Any]]:
    """What only an anomaly has."""
    began = int(results.approx_anomaly_start_time[row])
    if began < start:
        yield "approx_anomaly_start_time", began
    attribution = _by_feature(results, results.relevant_attribution[row])
    if attribution:
        yield "relevant_attribution", attribution
    if began < start:
        yield "past_values", _by_feature(results, results.past_values[row])
    expected = _by_feature(results, results.expected_values[row])
    if expected:
        yield "expected_values", [{"likelihood": 1.0, "value_list": expected}]


def _by_feature(results: ResultRows, values: FloatArray) -> list[dict[str, Any]]:
    pairs = zip(results.context.feature_ids, values.tolist(), strict=True)
    return [{"feature_id": name, "data": value} for name, value in pairs if not math.isnan(value)]


def _feature_data(results: ResultRows, row: int) -> list[dict[str, Any]]:
    context = results.context
    columns = zip(
        context.feature_ids,
        context.feature_names,
        results.feature_data[row].tolist(),
        results.feature_imputed[row].tolist(),
        strict=True,
    )
    return [
        {"feature_id": i, "feature_name": name, "data": round(value, 3) if imputed else value}
        for i, name, value, imputed in columns
        if not math.isnan(value)
    ]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def flat_documents(results: ResultRows, **facts: Any) -> list[dict[str, Any]]:
    """The same without lists: one field per feature, per category field and per part of the user.

    What is called ``feature_data`` with a feature ``cpu`` in it becomes ``feature_data_cpu``.
    """
    names = dict(zip(results.context.feature_ids, results.context.feature_names, strict=True))
    return [dict(_flattened(document, names)) for document in documents(results, **facts)]


def _flattened(document: dict[str, Any], names: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for field, content in document.items():
        if field == "entity":
            yield from ((f"entity_{part['name']}", part["value"]) for part in content)
        elif field == "expected_values":
            values = content[0]["value_list"]
            yield from ((f"{field}_{names[v['feature_id']]}", v["data"]) for v in values)
        elif isinstance(content, list):
            key = "imputed" if field == "feature_imputed" else "data"
            yield from ((f"{field}_{names[v['feature_id']]}", v[key]) for v in content)
        else:
            yield field, content
