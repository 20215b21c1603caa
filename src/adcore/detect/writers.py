"""Results as Parquet, CSV or NDJSON files."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier and sql.literal

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np

from adcore.detect.entities import EntityNames
from adcore.detect.files import replacing
from adcore.detect.plan import Plan
from adcore.detect.sql import ask, identifier, literal
from adcore.errors import InvalidArgumentError

__all__ = ["check_output_name", "write_results"]

_FORMATS = {".parquet": "parquet", ".csv": "csv", ".jsonl": "json", ".ndjson": "json"}
_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}


def check_output_name(path: Path, option: str = "--output") -> tuple[str, str]:
    """The format and the compression a file name stands for.

    Parameters
    ----------
    path : Path
    option : str
        What it was given for.

    Raises
    ------
    InvalidArgumentError
        If the suffix is not known.

    Examples
    --------
    >>> check_output_name(Path("results.csv.gz"))
    ('csv', 'gzip')
    """
    suffixes = ["", *(suffix.lower() for suffix in path.suffixes)]
    compression = _COMPRESSIONS.get(suffixes[-1])
    form = _FORMATS.get(suffixes[-2 if compression else -1])
    if form is None or (form == "parquet" and compression):
        raise InvalidArgumentError(
            f"{option} is {str(path)!r}, expected a name that ends in .parquet, .csv, .jsonl or "
            ".ndjson (the last three also with .gz or .zst)"
        )
    return form, compression or ("zstd" if form == "parquet" else "uncompressed")


def write_results(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    names: EntityNames,
    path: Path,
    *,
    is_partial: bool = False,
) -> None:
    """Write the table ``results``, ordered by entity and time, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood in its place is untouched.
    """
    form, compression = check_output_name(path)
    options = [f"FORMAT {form}", f"COMPRESSION {compression}", "USE_TMP_FILE false"]
    if form == "parquet":
        options.append(f"KV_METADATA {{adcore_partial: '{str(is_partial).lower()}'}}")
    _register_names(connection, names)
    query = _select(plan, names, as_text=form != "parquet")
    with replacing(path) as draft:
        ask(connection, f"COPY ({query}) TO {literal(str(draft))} ({', '.join(options)})")


def _register_names(connection: duckdb.DuckDBPyConnection, names: EntityNames) -> None:
    table = {"entity": np.arange(len(names), dtype=np.uint32)} | {
        f"key_{i}": np.array([key[i] for key in names.keys], dtype=object)
        for i in range(len(names.columns))
    }
    connection.register("entity_names", table)


def _select(plan: Plan, names: EntityNames, *, as_text: bool) -> str:
    columns = [
        (_time(plan, as_text=as_text), "time" if plan.has_time else "row"),
        *((f"key_{i}", name) for i, name in enumerate(names.columns)),
        ("score", "score"),
        ("threshold", "threshold"),
        ("grade", "grade"),
        ("confidence", "confidence"),
        ("relative_index", "relative_index"),
    ]
    for kind, prefix in (("value", ""), ("expected", "expected_"), ("attribution", "attribution_")):
        columns += [
            (f"CASE WHEN isnan({kind}_{i}) THEN NULL ELSE {kind}_{i} END", prefix + feature.name)
            for i, feature in enumerate(plan.features)
        ]
    labels = _unique([label for _, label in columns])
    picked = ", ".join(
        f"{value} AS {identifier(label)}" for (value, _), label in zip(columns, labels, strict=True)
    )
    return f"SELECT {picked} FROM results JOIN entity_names USING (entity) ORDER BY entity, t"


def _time(plan: Plan, *, as_text: bool) -> str:
    if not plan.has_time:
        return "t + 1"
    if not as_text:
        return "epoch_ms(t)::TIMESTAMPTZ"
    fraction = "" if plan.interval % 1_000 == 0 else ".%g"
    return f"strftime(epoch_ms(t), '%Y-%m-%dT%H:%M:%S{fraction}Z')"


def _unique(labels: Sequence[str]) -> list[str]:
    """The labels; one that was there before, in whatever case, gets underscores.

    >>> _unique(["score", "Score"])
    ['score', 'Score_']
    """
    done: dict[str, str] = {}
    for label in labels:
        unique = label
        while unique.lower() in done:
            unique += "_"
        done[unique.lower()] = unique
    return list(done.values())
