"""Documents as the records of a job: some of their fields, times as the job reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adcore.dates.formats import date_format
from adcore.job import JobConfig

__all__ = ["Record", "analysed_fields", "fields_of", "time_writer", "value_at"]

Record = dict[str, Any]


def analysed_fields(job: JobConfig) -> list[str]:
    """The fields of the data that a job looks at, besides the time."""
    analysis = job.analysis_config
    named = [
        *analysis.fields, analysis.summary_count_field_name, analysis.categorization_field_name,
    ]  # fmt: skip
    return list(dict.fromkeys(name for name in named if name and name != "mlcategory"))


def fields_of(source: Mapping[str, Any], fields: Sequence[str]) -> Record:
    """What a document has of some fields.

    >>> fields_of({"a": {"b": [1]}, "c": "x"}, ["a.b", "c.keyword", "d"])
    {'a.b': 1, 'c.keyword': 'x'}
    """
    found = {name: value_at(source, name) for name in fields}
    return {name: content for name, content in found.items() if content is not None}


def value_at(source: Any, path: str) -> Any:
    """The value of a field: ``a.b`` may be a name, or a way through objects, or a sub-field."""
    if isinstance(source, list):
        listed = [found for each in source if (found := value_at(each, path)) is not None]
        return (listed[0] if len(listed) == 1 else listed) if listed else None
    if not isinstance(source, Mapping):
        return None
    if path in source:
        found = source[path]
        return found[0] if isinstance(found, list) and len(found) == 1 else found
    head, dot, rest = path.partition(".")
    while dot:
        if head in source:
            inner = source[head]
            # ``name.keyword`` is the text of ``name``.
            has_objects = isinstance(inner, (Mapping, list))
            return value_at(inner, rest) if has_objects else inner
        step, dot, rest = rest.partition(".")
        head = f"{head}.{step}"
    return None


def time_writer(time_format: str) -> Callable[[int], Any]:
    """What writes a time, in epoch milliseconds, as a job reads it."""
    if time_format == "epoch_ms":
        return int
    if time_format == "epoch":
        return lambda time: time / 1_000 if time % 1_000 else time // 1_000
    return date_format(time_format).format
