"""Buckets against the group-by of Polars and DuckDB: `python benches/peers/bucket_peers.py`.

Mean, sum and maximum per entity and minute. Everyone has one thread and gets the rows in the form
it likes best: NumPy arrays, a Polars frame, a native DuckDB table. The peers see all rows at once;
adcore gets them in batches and gives finished buckets after each, which is what it is for. All run
in one process and take turns, so that whatever else the machine does hits all of them alike; times
are CPU time, and the answers are compared. Ratios are medians of the ratios within one repetition.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "1"  # Polars reads it when it is imported

import duckdb
import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bucket_workloads import BUCKET_SPAN, WORKLOADS, BucketRows, BucketWorkload, make_rows

from adcore.bucket import BucketAggregator

BATCH = 100_000
FUNCTIONS = ("mean", "sum", "max")

# An answer: number of vectors, and the sum of each feature over them.
Answer = tuple[int, list[float]]


def with_adcore(work: BucketWorkload, rows: BucketRows) -> Callable[[], Answer]:
    features = [f"{function}({field})" for field in work.fields for function in FUNCTIONS]

    def run() -> Answer:
        aggregator = BucketAggregator(BUCKET_SPAN, features, window_delay=work.disorder)
        tables = []
        for first in range(0, work.rows, BATCH):
            part = slice(first, first + BATCH)
            values = {field: column[part] for field, column in rows.values.items()}
            aggregator.add(rows.timestamps[part], values, entities=rows.entities[part])
            tables.append(aggregator.take_finished())
        tables.append(aggregator.flush())
        return sum(map(len, tables)), sum(t.values.sum(axis=0) for t in tables).tolist()

    return run


def with_polars(work: BucketWorkload, rows: BucketRows) -> Callable[[], Answer]:
    frame = pl.DataFrame({"t": rows.timestamps, "e": rows.entities, **rows.values}).lazy()
    numbers = [
        getattr(pl.col(field), function)().alias(f"{function}_{field}")
        for field in work.fields
        for function in FUNCTIONS
    ]
    query = frame.group_by((pl.col("t") // BUCKET_SPAN).alias("b"), "e").agg(numbers)

    def run() -> Answer:
        result = query.collect(engine="streaming")
        return len(result), [result[name].sum() for name in result.columns[2:]]

    return run


def with_duckdb(work: BucketWorkload, rows: BucketRows) -> Callable[[], Answer]:
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute("SET preserve_insertion_order = false")
    source: Any = {"t": rows.timestamps, "e": rows.entities, **rows.values}
    connection.register("source", pl.DataFrame(source).to_arrow())
    connection.execute("CREATE TABLE rows AS SELECT * FROM source")
    functions = {"mean": "avg"}
    numbers = ", ".join(
        f"{functions.get(function, function)}({field})"
        for field in work.fields
        for function in FUNCTIONS
    )
    query = f"SELECT t // {BUCKET_SPAN} AS b, e, {numbers} FROM rows GROUP BY ALL"  # noqa: S608

    def run() -> Answer:
        columns = list(connection.sql(query).fetchnumpy().values())
        return len(columns[0]), [float(column.sum()) for column in columns[2:]]

    return run


ENGINES = {"adcore": with_adcore, "polars": with_polars, "duckdb": with_duckdb}


def compare(work: BucketWorkload, repetitions: int) -> dict[str, list[float]]:
    """CPU seconds per engine and repetition."""
    rows = make_rows(work)
    runs = {name: prepare(work, rows) for name, prepare in ENGINES.items()}
    answers = {name: run() for name, run in runs.items()}
    for name, (vectors, sums) in answers.items():
        assert vectors == answers["adcore"][0], name
        np.testing.assert_allclose(sums, answers["adcore"][1], rtol=1e-9, err_msg=name)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repetitions):
        for name, run in runs.items():
            start = time.process_time()
            run()
            seconds[name].append(time.process_time() - start)
    return seconds


def ratio(own: list[float], others: list[float]) -> float:
    return median(other / mine for mine, other in zip(own, others, strict=True))


def line(name: str, work: BucketWorkload, seconds: dict[str, list[float]]) -> str:
    speeds = [f"{work.rows / median(taken) / 1e6:.1f}" for taken in seconds.values()]
    ratios = [f"{ratio(seconds['adcore'], seconds[peer]):.1f}x" for peer in ("polars", "duckdb")]
    return f"| {name}: {work.title} | " + " | ".join(speeds + ratios) + " |"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--rows", type=int, help="fewer rows: a test that all of it runs")
    options = parser.parse_args()
    print(f"Polars {version('polars')}, DuckDB {version('duckdb')}; million rows per CPU second")
    print("| workload | adcore | Polars | DuckDB | adcore / Polars | adcore / DuckDB |")
    print("|---|---|---|---|---|---|")
    slower = []
    for name in options.workloads.split(","):
        work = replace(WORKLOADS[name], rows=options.rows or WORKLOADS[name].rows)
        seconds = compare(work, options.repetitions)
        print(line(name, work, seconds), flush=True)
        own = median(seconds["adcore"])
        slower += [f"{name}: {peer}" for peer in seconds if median(seconds[peer]) < own]
    print("\n".join(slower), file=sys.stderr)
    return 1 if slower and not options.rows else 0


if __name__ == "__main__":
    sys.exit(main())
