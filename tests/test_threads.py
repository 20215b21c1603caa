"""Forests may be used from several threads, and a long call can be stopped with Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from strategies import wave

from adcore import CompactForest, RandomCutForest, ThresholdedForest

WORKERS = 6


def run_together(work: Callable[[int], object]) -> None:
    """Let the workers begin at the same moment; the first error is raised here."""
    gate = threading.Barrier(WORKERS)

    def begin(worker: int) -> None:
        gate.wait()
        work(worker)

    with ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(begin, worker) for worker in range(WORKERS)]:
            future.result()


@pytest.mark.parametrize("kind", [RandomCutForest, CompactForest])
def test_questions_and_updates_from_several_threads(
    kind: type[RandomCutForest] | type[CompactForest],
) -> None:
    forest = kind(2, shingle_size=4, number_of_trees=10, sample_size=64)
    rows = wave(300, 2)

    def work(worker: int) -> None:
        if worker % 2:
            forest.update(rows)
            forest.process(rows)
        else:
            scores = forest.score(rows)
            assert np.isfinite(scores).all()
            assert forest.attribution(rows[:20]).high.shape == (20, 8)
            kind.from_bytes(forest.to_bytes()).update(rows[:5])

    run_together(work)
    assert forest.total_updates == 300 * WORKERS


def test_forests_of_their_own_do_not_disturb_each_other() -> None:
    rows = wave(500, 1)
    alone = RandomCutForest(1, shingle_size=4).process(rows)
    found: dict[int, object] = {}

    def work(worker: int) -> None:
        found[worker] = RandomCutForest(1, shingle_size=4).process(rows)

    run_together(work)
    for scores in found.values():
        np.testing.assert_array_equal(scores, alone)


def test_thresholded_forests_from_several_threads() -> None:
    forest = ThresholdedForest(2, number_of_trees=10, sample_size=64)
    rows = wave(200, 2)

    def work(worker: int) -> None:
        if worker % 2:
            assert len(forest.process(rows)) == 200
        else:
            ThresholdedForest.from_bytes(forest.to_bytes()).process(rows[:5])
            assert len(forest.extrapolate(3)) == 3

    run_together(work)


def test_other_threads_run_while_a_forest_computes() -> None:
    """The interpreter lock is released: a thread that only counts goes on counting."""
    rows = np.tile(wave(1000, 4), (8, 1))
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.0001)

    counter = threading.Thread(target=count)
    counter.start()
    RandomCutForest(4, shingle_size=8).process(rows)
    done.set()
    counter.join()
    assert counted > 20


@pytest.fixture
def _ctrl_c_raises() -> Iterator[None]:
    """As on a terminal: a process that was started in the background ignores the signal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c_raises")
def test_ctrl_c_stops_a_long_call_and_leaves_the_forest_usable() -> None:
    forest = RandomCutForest(1, number_of_trees=50)
    rows = np.random.default_rng(0).normal(size=(20_000_000, 1))
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        forest.process(rows)
    timer.join()
    done = forest.total_updates
    assert 0 < done < len(rows)
    expected = RandomCutForest(1, number_of_trees=50)
    expected.update(rows[:done])
    assert forest.to_bytes() == expected.to_bytes()
    np.testing.assert_array_equal(forest.score([0.0, 9.0]), expected.score([0.0, 9.0]))
