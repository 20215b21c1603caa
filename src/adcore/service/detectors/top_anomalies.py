"""Which entities are worst, by the results that are stored."""

# ruff: noqa: S608 -- relations are quoted where indices are made, values are parameters

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from adcore.detector.json_values import as_milliseconds
from adcore.detector.top_anomalies import check_top_request
from adcore.errors import InvalidArgumentError
from adcore.query.filter import filter_sql
from adcore.query.sql import Sql, column, join, sql, value
from adcore.service.detectors.errors import refusal
from adcore.service.detectors.names import RESULTS_PATTERN
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.time_limit import time_limit
from adcore.service.errors import illegal_argument, validation_error
from adcore.store import Target

__all__ = ["top_anomalies"]

_TIMED_OUT = "Timed out getting all top anomaly results. Please retry later."
_ORDERS = {"severity": "grade DESC", "occurrence": "n DESC"}


def top_anomalies(parts: Parts, detector_id: str, body: Any, *, historical: bool) -> dict[str, Any]:
    """The answer of the API.

    Parameters
    ----------
    parts : Parts
    detector_id : str
    body : mapping
        ``start_time_ms`` and ``end_time_ms`` (both inclusive, of the ends of intervals); ``size``,
        ``category_field``, ``order``, ``task_id``.
    historical : bool
        Whether those of an analysis, the latest or ``task_id``; else those of real time.

    Raises
    ------
    ApiError
    """
    request = body if isinstance(body, Mapping) else {}
    start, end = _times(request)
    config = parts.registry.config(detector_id)
    fields = _listed(request.get("category_field")) or list(config.category_fields)
    size, order = request.get("size", 10), request.get("order", "severity")
    if not isinstance(size, int) or isinstance(size, bool):
        raise illegal_argument(f"[size] must be an integer, got [{size}]")
    if not isinstance(order, str):
        raise refusal(f"Ordering by {order} is not a valid option")
    try:
        check_top_request(size, fields, order, config.category_fields, detector_id)
    except InvalidArgumentError as error:
        raise refusal(str(error)) from error
    of_run = _of_run(parts, detector_id, request, historical)
    query = _query(of_run, start, end)
    targets = parts.store.documents.resolve(config.result_index or RESULTS_PATTERN)
    return {"buckets": _buckets(parts, targets, query, fields, order, size)}


def _times(request: Mapping[str, Any]) -> tuple[int, int]:
    start, end = _time(request.get("start_time_ms")), _time(request.get("end_time_ms"))
    if start > end:
        raise validation_error("Start time should be before end time")
    return start, end


def _time(given: Any) -> int:
    moment = as_milliseconds(given)
    if not moment:
        raise validation_error("Must set both start time and end time with epoch of milliseconds")
    return moment


def _listed(given: Any) -> list[str]:
    if given is None:
        return []
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise illegal_argument(f"[category_field] must be a list of strings, got [{given}]")
    return listed


def _of_run(
    parts: Parts, detector_id: str, request: Mapping[str, Any], historical: bool
) -> dict[str, Any]:
    """The condition that tells results of real time and of analyses apart."""
    if not historical:
        return {
            "filter": [{"term": {"detector_id": detector_id}}],
            "must_not": [{"exists": {"field": "task_id"}}],
        }
    task_id = request.get("task_id")
    if task_id is not None and not isinstance(task_id, str):
        raise illegal_argument(f"[task_id] must be a string, got [{task_id}]")
    if task_id is None:
        task = parts.tasks.latest(detector_id, ["HISTORICAL_HC_DETECTOR"])
        if task is None:
            text = f"No historical tasks found for detector ID {detector_id}"
            raise refusal(text, 500 if parts.settings.strict_status else 404)
        task_id = task.id
    terms = ({"term": {"detector_id": detector_id}}, {"term": {"task_id": task_id}})
    return {"filter": list(terms), "must_not": []}


def _query(of_run: dict[str, Any], start: int, end: int) -> dict[str, Any]:
    ends = {"range": {"data_end_time": {"gte": start, "lte": end}}}
    graded = {"range": {"anomaly_grade": {"gt": 0}}}
    return {"bool": {**of_run, "filter": [*of_run["filter"], ends, graded]}}


def _buckets(
    parts: Parts,
    targets: list[Target],
    query: Mapping[str, Any],
    fields: list[str],
    order: str,
    size: int,
) -> list[dict[str, Any]]:
    now = parts.clock()
    selects = [_select(target, query, fields, now) for target in targets]
    if not selects:
        return []
    keys = ", ".join(f"k{i}" for i in range(len(fields)))
    present = " AND ".join(f"k{i} IS NOT NULL" for i in range(len(fields)))
    ranked = sql(
        f"SELECT {keys}, count(*) AS n, max(grade) AS grade FROM ({{}}) WHERE {present} "
        f"GROUP BY {keys} ORDER BY {_ORDERS[order]}, {keys} LIMIT {{}}",
        join(" UNION ALL ", selects),
        value(size),
    )
    seconds = parts.settings.request_timeout
    with (
        closing(parts.store.documents.cursor()) as cursor,
        time_limit(seconds, _TIMED_OUT) as watch,
    ):
        watch(cursor)
        rows = cursor.execute(ranked.text, list(ranked.parameters)).fetchall()
    return [
        {
            "key": dict(zip(fields, row, strict=False)),
            "doc_count": int(row[-2]),
            "max_anomaly_grade": float(row[-1]),
        }
        for row in rows
    ]


def _select(target: Target, query: Mapping[str, Any], fields: list[str], now: int) -> Sql:
    """The entity and the grade of each anomaly."""
    where, values = filter_sql(query, target.mapping, now=now, index=target.index)
    entity, grade = column("entity"), column(target.mapping.fields["anomaly_grade"].column)
    keys = [
        sql(f'list_filter({{}}, lambda e: e."name" = {{}})[1]."value" AS k{i}', entity, value(name))
        for i, name in enumerate(fields)
    ]
    return sql(
        "SELECT {}, {} AS grade FROM " + target.relation + " WHERE {}",
        join(", ", keys),
        grade,
        Sql(where, tuple(values)),
    )
