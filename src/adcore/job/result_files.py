"""Results as Parquet, CSV or NDJSON files."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier and sql.literal

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from adcore.detect.files import replacing
from adcore.detect.sql import ask, identifier, literal
from adcore.detect.workspace import Workspace
from adcore.detect.writers import check_output_name

if TYPE_CHECKING:
    from adcore.job.results import JobResults

__all__ = ["write_results_file"]


def write_results_file(results: JobResults, path: Path, kind: str = "records") -> None:
    """Write a kind of results, whole or not at all.

    Parameters
    ----------
    results : JobResults
    path : Path
        Its suffix says how: ``.parquet``, ``.csv``, ``.jsonl``, the last two also with ``.gz`` or
        ``.zst``.
    kind : {"records", "buckets", "influencers", "bucket_influencers", "causes", "model_plot"}

    Raises
    ------
    InvalidArgumentError
        If the suffix or the kind is none.
    OutputError
        If the file cannot be written; what stood in its place is untouched.
    """
    form, compression = check_output_name(path)
    columns = results.to_dict(kind)
    options = f"FORMAT {form}, COMPRESSION {compression}, USE_TMP_FILE false"
    with Workspace() as workspace, replacing(path) as draft:
        workspace.connection.register("results", columns)
        selected = ", ".join(
            _selected(name, column, is_text=form != "parquet") for name, column in columns.items()
        )
        query = f"COPY (SELECT {selected} FROM results) TO {literal(str(draft))} ({options})"
        ask(workspace.connection, query)


def _selected(name: str, column: npt.NDArray[Any], *, is_text: bool) -> str:
    """A column as it is written: times in UTC, and nothing for what is no number."""
    value = identifier(name)
    if column.dtype.kind == "M":
        form = f"strftime({value}, '%Y-%m-%dT%H:%M:%SZ')" if is_text else f"{value}::TIMESTAMPTZ"
        return f"{form} AS {value}"
    if column.dtype.kind == "f":
        return f"CASE WHEN isnan({value}) THEN NULL ELSE {value} END AS {value}"
    return f"{value}::VARCHAR AS {value}" if column.dtype.kind == "O" else value
