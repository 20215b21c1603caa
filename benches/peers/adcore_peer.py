"""adcore itself, through its Python API: a batch a call, as people would use it."""

from __future__ import annotations

from typing import Any

import numpy as np
from driver import Bank, Job, Rows, main

import adcore


class ForestBank:
    """Several forests, plain or compact: a call takes a row of each."""

    version = f"adcore {adcore.__version__}"

    def __init__(self, job: Job) -> None:
        self._streams = np.arange(job.models, dtype=np.uint32)
        self._bank = adcore.ForestBank(job.models, compact=job.compact, **options(job))

    def feed(self, model: int, rows: Rows) -> float:
        streams = np.full(len(rows), model, np.uint32)
        return float(self._bank.process(streams, rows).sum())

    def step(self, rows: Rows) -> float:
        return float(self._bank.process(self._streams, rows).sum())

    def state_bytes(self) -> int:
        return len(self._bank.to_bytes()) // len(self._streams)


class SingleForest:
    version = ForestBank.version

    def __init__(self, job: Job) -> None:
        kind = adcore.CompactForest if job.compact else adcore.RandomCutForest
        self._forest = kind(**options(job))

    def feed(self, _model: int, rows: Rows) -> float:
        return float(self._forest.process(rows).sum())

    def step(self, rows: Rows) -> float:
        return self.feed(0, rows)

    def state_bytes(self) -> int:
        return len(self._forest.to_bytes())


class Thresholded:
    version = ForestBank.version

    def __init__(self, job: Job) -> None:
        self._detector = adcore.ThresholdedForest(
            transform="normalize", auto_adjust=False, alert_once=False, **options(job)
        )
        self._seen = 0

    def feed(self, _model: int, rows: Rows) -> float:
        minutes = np.arange(self._seen, self._seen + len(rows), dtype=np.int64)
        self._seen += len(rows)
        return float(self._detector.process(rows, timestamps=60_000 * minutes).score.sum())

    def step(self, rows: Rows) -> float:
        return self.feed(0, rows)

    def state_bytes(self) -> int:
        return len(self._detector.to_bytes())


def options(job: Job) -> dict[str, Any]:
    return {
        "input_dimensions": job.input_dimensions,
        "shingle_size": job.shingle_size,
        "number_of_trees": job.trees,
        "sample_size": job.samples,
        "seed": job.seed,
    }


def make(job: Job) -> Bank:
    if job.detector == "thresholded":
        return Thresholded(job)
    return ForestBank(job) if job.models > 1 else SingleForest(job)


if __name__ == "__main__":
    main(make)
