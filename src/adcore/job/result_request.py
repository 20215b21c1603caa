"""Questions for results as the API takes them: parameters of the URL and fields of a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.job.errors import JobError, illegal_argument
from adcore.job.fields import (
    Field,
    Reader,
    flag,
    moment,
    number,
    read_fields,
    read_parameter,
    text,
)
from adcore.job.paging import PAGE_FIELDS, read_page
from adcore.job.result_kind import BUCKETS, ResultKind
from adcore.job.result_query import ResultQuery

__all__ = ["parameter_names", "read_flag", "read_result_query"]

_FLAGS = ("desc", "exclude_interim", "include_interim", "expand")
_WINDOW = ("start", "end")


def read_result_query(
    kind: ResultKind,
    job_id: str,
    parameters: Mapping[str, str],
    body: Mapping[str, Any] | None = None,
    *,
    timestamp: str | None = None,
    now: int | None = None,
) -> ResultQuery:
    """The question of a request; where URL and body differ, the URL counts.

    Parameters
    ----------
    kind : ResultKind
    job_id : str
        Of the URL.
    parameters : mapping
        Of the URL; such as are no part of a question are not looked at.
    body : mapping, optional
    timestamp : str, optional
        The bucket of the URL.
    now : int, optional
        What ``now`` stands for in dates.

    Raises
    ------
    JobError
        At the first thing that is wrong, in the words of the API.

    Examples
    --------
    >>> from adcore.job.result_kind import RECORDS
    >>> read_result_query(RECORDS, "it-ops", {"size": "1"}, {"record_score": 75}).score
    75.0
    """
    given = read_fields(Field(kind.request), body or {}, _readers(kind))
    if given.get("job_id", job_id) != job_id:
        raise illegal_argument(
            f"Inconsistent job_id; '{given['job_id']}' specified in the body differs from "
            f"'{job_id}' specified as a URL argument"
        )
    asked = given | _of_url(kind, parameters)
    if timestamp is not None:
        asked["timestamp"] = timestamp
    if kind is BUCKETS and asked.get("timestamp") is not None:
        _check_alone(given, parameters)
    page = read_page(parameters, given)
    return ResultQuery.of(
        kind,
        **{name: asked[name] for name in (*_WINDOW, "sort", "desc", kind.score) if name in asked},
        exclude_interim=_excludes_interim(asked),
        expand=asked.get("expand", False),
        partition_value=asked.get("partition_value"),
        from_=page.from_,
        size=page.size,
        timestamp=asked.get("timestamp"),
        now=now,
    )


def parameter_names(kind: ResultKind) -> tuple[str, ...]:
    """The parameters of a URL that are part of a question."""
    return tuple(name for name in _readers(kind) if name not in ("page", "job_id"))


def read_flag(value: str) -> bool:
    """A truth value of a URL: in any case, and true where nothing is said.

    Raises
    ------
    JobError
        If it is none.
    """
    lower = value.lower()
    if lower not in ("", "true", "false"):
        raise illegal_argument(
            f"Failed to parse value [{value}] as only [true] or [false] are allowed."
        )
    return lower != "false"


def _readers(kind: ResultKind) -> dict[str, Reader]:
    readers: dict[str, Reader] = {
        "job_id": text,
        **dict.fromkeys(_WINDOW, moment),
        "sort": text,
        kind.score: number,
        **dict.fromkeys(_FLAGS, flag),
        "partition_value": text,
        **PAGE_FIELDS,
    }
    return readers | {"timestamp": moment} if kind is BUCKETS else readers


def _of_url(kind: ResultKind, parameters: Mapping[str, str]) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for name in (*_WINDOW, "timestamp", "sort", "partition_value"):
        if name in parameters and name in parameter_names(kind):
            asked[name] = parameters[name]
    for name in _FLAGS:
        if name in parameters:
            asked[name] = read_flag(parameters[name])
    if kind.score in parameters:
        asked[kind.score] = read_parameter(kind.score, parameters[kind.score], number)
    return asked


def _excludes_interim(asked: Mapping[str, Any]) -> bool:
    """Old clients say which they want, others which they do not."""
    if "exclude_interim" in asked:
        return bool(asked["exclude_interim"])
    return not asked.get("include_interim", True)


def _check_alone(given: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
    """One bucket is asked for by its time alone."""
    if any(name in given for name in ("from", "size", "page", "start", "end", "anomaly_score")):
        raise _incompatible("timestamp", "[from,size,start,end,anomaly_score]")
    for name in (*_WINDOW, "anomaly_score"):
        if name in parameters:
            raise _incompatible(name, "[timestamp].")
    if "from" in parameters or "size" in parameters:
        raise _incompatible("from, size", "[timestamp].")


def _incompatible(name: str, others: str) -> JobError:
    return illegal_argument(f"Param [{name}] is incompatible with {others}")
