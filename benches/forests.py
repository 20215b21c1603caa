"""Forests that have seen enough rows to be timed."""

from __future__ import annotations

from typing import Any

from workloads import Workload, warm_rows

import adcore

KINDS = {"resident": adcore.RandomCutForest, "compact": adcore.CompactForest}


def warm_forest(work: Workload, kind: str = "resident") -> Any:
    forest = KINDS[kind](
        work.input_dimensions,
        shingle_size=work.shingle_size,
        number_of_trees=work.trees,
        sample_size=work.samples,
        seed=work.seed,
    )
    forest.update(warm_rows(work)[0])
    return forest
