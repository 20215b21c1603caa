"""Results made by hand: rows of tables as an engine gives them."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcore.job.config import JobConfig
from adcore.job.result_context import ResultContext
from adcore.job.result_schema import NO_TEXT, SCHEMA
from adcore.job.results import JobResults

_MISSING = {"f": np.nan, "b": False, "i": 0, "u": 0}


def tables_of(**given: list[dict[str, Any]]) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Texts and tables of rows by name of the table; what a row does not say is missing."""
    texts: dict[str, int] = {}
    tables: dict[str, dict[str, Any]] = {}
    for name, schema in SCHEMA.items():
        tables[name] = {}
        for column, kind in schema.items():
            values = [row.get(column) for row in given.get(name, [])]
            content: list[Any]
            if kind.is_text:
                content = [
                    NO_TEXT if v is None else texts.setdefault(v, len(texts)) for v in values
                ]
            else:
                missing = _MISSING[np.dtype(kind.dtype).kind]
                content = [missing if v is None else v for v in values]
            tables[name][column] = np.array(content, dtype=kind.dtype)
    return list(texts), tables


def results_of(config: JobConfig, **given: list[dict[str, Any]]) -> JobResults:
    """Results of a job; see :func:`tables_of`."""
    return JobResults(ResultContext.of(config), *tables_of(**given))
