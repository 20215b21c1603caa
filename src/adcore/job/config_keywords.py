"""Configurations as people write them in Python: keywords, and detectors as texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from adcore.job.analysis_config import ANALYSIS_FIELDS
from adcore.job.analysis_limits import LIMIT_FIELDS
from adcore.job.custom_settings import OWN_SETTINGS
from adcore.job.data_description import DATA_FIELDS
from adcore.job.errors import JobError, illegal_argument
from adcore.near_names import hint

__all__ = ["body_of", "detector_of"]

_NAME = r'(?:"[^"]+"|[^\s"()]+)'
_DETECTOR = re.compile(
    rf"\s*(?P<function>\w+)(?:\s*\(\s*(?P<field_name>{_NAME})?\s*\))?(?P<rest>.*)"
)
_OPTION = re.compile(
    rf"\s+(?:(?P<word>by|over)\s+|(?P<option>partitionfield|usenull|excludefrequent)\s*=\s*)"
    rf"(?P<value>{_NAME})",
    re.IGNORECASE,
)
_OPTIONS = {
    "by": "by_field_name",
    "over": "over_field_name",
    "partitionfield": "partition_field_name",
    "usenull": "use_null",
    "excludefrequent": "exclude_frequent",
}
_INNER = (
    ("analysis_config", ANALYSIS_FIELDS),
    ("data_description", DATA_FIELDS),
    ("analysis_limits", LIMIT_FIELDS),
    ("custom_settings", OWN_SETTINGS),
)


def body_of(options: Mapping[str, Any], outer: tuple[str, ...]) -> dict[str, Any]:
    """The body of the API that keywords stand for.

    Parameters
    ----------
    options : mapping
        Fields of the job, and those of its analysis, data description and limits, all side by side.
    outer : tuple of str
        The names of the job's own fields.

    Raises
    ------
    JobError
        If a keyword is no field.

    Examples
    --------
    >>> body_of({"detectors": "count", "bucket_span": "1h"}, ())
    {'analysis_config': {'detectors': [{'function': 'count'}], 'bucket_span': '1h'}, 'data_description': {}}
    """  # noqa: E501 -- the output of an example is as long as it is
    body: dict[str, Any] = {"analysis_config": {}, "data_description": {}}
    for name, value in options.items():
        if name in outer:
            body[name] = dict(value) if isinstance(value, Mapping) else value
    for name, value in options.items():
        inner = next((owner for owner, fields in _INNER if name in fields), None)
        if inner is not None:
            body.setdefault(inner, {})[name] = _detectors(value) if name == "detectors" else value
        elif name not in outer:
            raise _unknown(name, outer)
    return body


def detector_of(expression: str) -> dict[str, Any]:
    """The detector of a text, written as the descriptions of detectors are.

    Raises
    ------
    JobError
        If it cannot be read.

    Examples
    --------
    >>> detector_of('sum("bytes sent") over user partitionfield=site')
    {'function': 'sum', 'field_name': 'bytes sent', 'over_field_name': 'user', \
'partition_field_name': 'site'}
    """
    match = _DETECTOR.fullmatch(expression)
    if match is None:
        raise _unreadable(expression)
    detector: dict[str, Any] = {"function": match["function"]}
    if match["field_name"]:
        detector["field_name"] = match["field_name"].strip('"')
    rest, at = match["rest"].rstrip(), 0
    while at < len(rest):
        option = _OPTION.match(rest, at)
        if option is None:
            raise _unreadable(expression)
        word = (option["word"] or option["option"]).lower()
        detector[_OPTIONS[word]] = option["value"].strip('"')
        at = option.end()
    return detector


def _detectors(value: Any) -> Any:
    listed = value if isinstance(value, (list, tuple)) else [value]
    return [detector_of(one) if isinstance(one, str) else one for one in listed]


def _unreadable(expression: str) -> JobError:
    return illegal_argument(
        f"detector {expression!r} is not allowed: it must be written like "
        "'mean(field) by a over b partitionfield=c usenull=true excludefrequent=all'"
    )


def _unknown(name: str, outer: tuple[str, ...]) -> JobError:
    known = [*outer, *(field for _, fields in _INNER for field in fields)]
    return illegal_argument(f"a job has no {name!r}; {hint(name, known)}It has {', '.join(known)}")
