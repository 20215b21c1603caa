"""krcf, the Rust forest with a Python face. It takes one point a call, as lists."""

from __future__ import annotations

from importlib.metadata import version

import krcf
from driver import Job, Rows, main


class KrcfBank:
    version = f"krcf {version('krcf')}"

    def __init__(self, job: Job) -> None:
        self._shingled = job.shingle_size > 1
        self._forests = [krcf.RandomCutForest(_options(job, i)) for i in range(job.models)]

    def feed(self, model: int, rows: Rows) -> float:
        forest = self._forests[model]
        return sum(self._process(forest, row) for row in rows.tolist())

    def step(self, rows: Rows) -> float:
        return sum(map(self._process, self._forests, rows.tolist()))

    def state_bytes(self) -> int:
        return len(self._forests[0].to_msgpack())

    def _process(self, forest: krcf.RandomCutForest, row: list[float]) -> float:
        score = forest.score(forest.shingled_point(row) if self._shingled else row)
        forest.update(row)
        return score


def _options(job: Job, model: int) -> krcf.RandomCutForestOptions:
    return {
        "dimensions": job.input_dimensions,
        "shingle_size": job.shingle_size,
        "num_trees": job.trees,
        "sample_size": job.samples,
        "random_seed": job.seed + model,
        "parallel_execution_enabled": False,
    }


if __name__ == "__main__":
    main(KrcfBank)
