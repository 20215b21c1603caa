"""What the Python peers share: read the job, warm up, then time one segment per line of stdin.

A driver is started as `python <peer>.py key=value ...` and answers in JSON, one object per line:
`{"event": "ready", "version": ...}` after the warm-up, then for every line `run` on stdin
`{"event": "segment", "points": n, "cpu": seconds, "score_sum": s}`. With `mode=memory` it answers
once, `{"event": "memory", "bytes_per_model": b, "state_bytes": s}`, and ends. Times are CPU time
of the whole process. The rows come from a file of little-endian float32: the warm rows
[models, warm_rows, input_dimensions], then the segments [segment_rows, models, input_dimensions].
The Java and the Rust driver speak the same.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


WHOLE_NUMBERS = (
    "input_dimensions",
    "shingle_size",
    "trees",
    "samples",
    "models",
    "warm_rows",
    "segment_rows",
    "seed",
)


@dataclass(frozen=True)
class Job:
    """One workload, as the command line tells it."""

    data: Path
    mode: str
    detector: str
    compact: bool
    input_dimensions: int
    shingle_size: int
    trees: int
    samples: int
    models: int
    warm_rows: int
    segment_rows: int
    seed: int


class Bank(Protocol):
    """Several models of one kind, made by a peer."""

    version: str

    def feed(self, model: int, rows: Rows, /) -> float:
        """Score then learn rows [n, input_dimensions] by one model; the sum of the scores."""

    def step(self, rows: Rows, /) -> float:
        """Score then learn one row per model, [models, input_dimensions]; the sum of scores."""

    def state_bytes(self) -> int:
        """Size of the serialised first model, its trees included."""


def main(make: Callable[[Job], Bank]) -> None:
    """Run a driver: `make` gives the untrained models of a job."""
    job = parse(sys.argv[1:])
    if job.mode == "memory":
        measure_memory(job, make)
    else:
        measure_speed(job, make)


def parse(words: list[str]) -> Job:
    """The job of `key=value` words; KeyError names what is missing."""
    value = dict(word.split("=", 1) for word in words)
    whole = {key: int(value[key]) for key in WHOLE_NUMBERS}
    return Job(
        data=Path(value["data"]),
        mode=value["mode"],
        detector=value["detector"],
        compact="compact" in value,
        **whole,
    )


def measure_memory(job: Job, make: Callable[[Job], Bank]) -> None:
    """What models add to a process that holds two of their kind already, themselves not counted.

    What the first models load for good, code and tables, is no model's memory.
    """
    rows = read(job)[0]
    first = warm_up(replace(job, models=min(job.models, 2)), make, rows)
    before = resident_bytes()
    bank = warm_up(job, make, rows)
    grown = resident_bytes() - before
    del bank
    answer("memory", bytes_per_model=grown / job.models, state_bytes=first.state_bytes())


def measure_speed(job: Job, make: Callable[[Job], Bank]) -> None:
    rows, segments = read(job)
    bank = warm_up(job, make, rows)
    answer("ready", version=bank.version)
    for segment, line in zip(segments, sys.stdin, strict=False):
        if line.strip() != "run":
            raise ValueError(f"command {line.strip()!r}: only 'run' is allowed")
        cpu = time.process_time()
        score_sum = run(bank, segment)
        cpu = time.process_time() - cpu
        answer("segment", points=job.models * job.segment_rows, cpu=cpu, score_sum=score_sum)


def read(job: Job) -> tuple[Rows, Rows]:
    """The warm rows and the segments [count, segment_rows, models, input_dimensions]."""
    values = np.fromfile(job.data, "<f4")
    warm, timed = np.split(values, [job.models * job.warm_rows * job.input_dimensions])
    shape = (-1, job.segment_rows, job.models, job.input_dimensions)
    return warm.reshape(job.models, job.warm_rows, job.input_dimensions), timed.reshape(shape)


def warm_up(job: Job, make: Callable[[Job], Bank], rows: Rows) -> Bank:
    bank = make(job)
    for model in range(job.models):
        bank.feed(model, rows[model])
    return bank


def run(bank: Bank, segment: Rows) -> float:
    """One model takes the segment as one batch; many take it row by row, in turn."""
    if segment.shape[1] == 1:
        return bank.feed(0, segment[:, 0])
    return sum(bank.step(rows) for rows in segment)


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def answer(event: str, **fields: float | str) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)
