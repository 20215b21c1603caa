"""asv: how speed and memory of the forests go with dimensions, trees and shingle, over commits.

`asv run --config benches/asv.conf.json` measures a commit, `asv run --python=same --quick` tries
the suite on what is installed.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

# asv imports this folder as a package, and nothing beside it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from forests import warm_forest
from workloads import WORKLOADS, Rows, Workload, segments


def workload(dimensions: int, shingle: int, trees: int) -> Workload:
    return replace(
        WORKLOADS["W1"],
        input_dimensions=dimensions,
        shingle_size=shingle,
        trees=trees,
        warm_rows=4_096,
        segment_rows=2_000,
    )


class Sweep:
    """One warm forest per point of the grid; what is timed is 2 000 rows."""

    params = (["resident", "compact"], [1, 4, 10], [1, 8], [10, 50, 100])
    param_names = ("kind", "input_dimensions", "shingle_size", "trees")

    def setup(self, kind: str, dimensions: int, shingle: int, trees: int) -> None:
        work = workload(dimensions, shingle, trees)
        self.rows: Rows = segments(work, 1)[0, :, 0]
        self.forest = warm_forest(work, kind)

    def time_process(self, *_grid: object) -> None:
        self.forest.process(self.rows)

    def time_score(self, *_grid: object) -> None:
        self.forest.score(self.rows)

    def time_update(self, *_grid: object) -> None:
        self.forest.update(self.rows)

    def time_snapshot(self, *_grid: object) -> None:
        type(self.forest).from_bytes(self.forest.to_bytes())

    def track_memory_bytes(self, *_grid: object) -> int:
        return int(self.forest.memory_bytes())

    def track_state_bytes(self, *_grid: object) -> int:
        return len(self.forest.to_bytes())


class Bank:
    """Many forests in turn, out of the cache: what a million entities look like from inside."""

    params = (["resident", "compact"], [100, 1_000])
    param_names = ("kind", "forests")

    def setup(self, kind: str, forests: int) -> None:
        work = replace(WORKLOADS["W4"], models=forests, warm_rows=512)
        self.rows: Rows = segments(work, 1)[0]
        self.kind = kind
        self.work = work
        self.bank = [warm_forest(work, kind) for _ in range(forests)]

    def time_in_turn(self, *_grid: object) -> None:
        for step in self.rows:
            for forest, row in zip(self.bank, step, strict=True):
                forest.process(row)

    def peakmem_bank(self, *_grid: object) -> None:
        warm_forest(self.work, self.kind)
