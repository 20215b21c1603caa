"""The million-entity benchmark at a small scale: right, and safe from kill -9."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import million_entities
import numpy as np
import pytest
from durable_entities import DurableEntities
from segments import SegmentStore

from adcore import CheckpointBatch, EntityCache

SCRIPT = Path(million_entities.__file__)
SMALL = [
    *("--entities", "300", "--intervals", "40", "--warm-rows", "60", "--cycle", "5"),
    *("--sample-size", "32", "--output-after", "16", "--budget", "0.25"),
]


def results(directory: Path) -> dict[str, np.ndarray]:
    engine = DurableEntities(directory, 300, sample_size=32, output_after=16)
    found = engine.results()
    engine.close()
    return found


def test_results_are_those_of_a_cache_in_memory(tmp_path: Path) -> None:
    options = million_entities.parse([*SMALL, "--directory", str(tmp_path / "run")])
    figures = million_entities.run(options)
    assert figures["profile"]["ready"] == 300
    fleet = million_entities.Fleet(300)
    ids = np.arange(300, dtype=np.uint64)
    cache = EntityCache(2, sample_size=32, output_after=16, late_rows="skip")
    minute = million_entities.MINUTE
    cache.process(np.repeat(ids, 60), fleet.history(ids, 60), np.tile(np.arange(60) * minute, 300))
    expected = [cache.process(ids, fleet.interval(i, ids), i * minute) for i in range(60, 100)]
    found = results(tmp_path / "run")
    for name in ("score", "grade", "confidence", "threshold"):
        column = np.concatenate([getattr(part, name) for part in expected]).astype(np.float32)
        np.testing.assert_array_equal(found[name], column, name)
    assert found["score"].min() > 0
    assert len(list((tmp_path / "run" / "log").iterdir())) == 6, "points of old intervals are gone"


@pytest.mark.parametrize("active", [[], ["--active", "60", "--budget", "0.0016"]])
def test_kill_at_any_moment_loses_nothing(tmp_path: Path, active: list[str]) -> None:
    """A run killed again and again has the results of one that was not."""
    command = [sys.executable, str(SCRIPT), *SMALL, *active, "--keep", "--directory"]
    began = time.monotonic()
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    seconds = time.monotonic() - began
    moments = np.random.default_rng(7)
    kills = 0
    while kills < 6:
        running = subprocess.Popen(
            [*command, str(tmp_path / "killed")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moments.uniform(0.4, 0.95) * seconds)
        running.send_signal(signal.SIGKILL)
        if running.wait() != 0:
            kills += 1
        elif kills > 0:
            break
        else:  # it was quicker than the one before: once more, from the beginning
            shutil.rmtree(tmp_path / "killed")
            seconds *= 0.8
    subprocess.run([*command, str(tmp_path / "killed")], check=True, capture_output=True)
    whole = results(tmp_path / "whole")
    killed = results(tmp_path / "killed")
    assert len(whole["score"]) == 40 * (60 if active else 300)
    for name, column in whole.items():
        np.testing.assert_array_equal(killed[name], column, name)


def test_a_torn_block_of_checkpoints_is_left_out(tmp_path: Path) -> None:
    store = SegmentStore(tmp_path, 10)
    store.write(CheckpointBatch.join([(1, b"one"), (2, b"two")]))
    store.write(CheckpointBatch.join([(2, b"zwei"), (3, b"three")]))
    store.sync()
    (path,) = tmp_path.glob("*.segment")
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        again = SegmentStore(tmp_path, 10)
        found = dict(again.read(np.arange(10, dtype=np.uint64)))
        assert found in ({}, {1: b"one", 2: b"two"})
        again.write(CheckpointBatch.join([(4, b"four")]))
        assert dict(again.read(np.array([4], np.uint64))) == {4: b"four"}
        again.close()
    path.write_bytes(whole)
    found = dict(SegmentStore(tmp_path, 10).read(np.arange(10, dtype=np.uint64)))
    assert found == {1: b"one", 2: b"zwei", 3: b"three"}
