"""A million entities, one point each a minute, on one machine; or more, most of them on disk.

    python benches/million_entities.py --entities 1000000            # the headline
    python benches/million_entities.py --entities 500000 --active 50000 --budget 2 --intervals 10

Entities have two features each, `amplitude (cos(2 pi (i + phase) / 50) + 1)` and normal noise of
deviation 5; 0.3 % of the points are off by 5 to 10 times their noise.
Every model is first warmed with 256 points of its own, in model-major order: all points of a model
one after the other, so that it stays in the cache of the processor. That phase is not part of an
interval. Then intervals run: points logged and synced, scored and learned, results committed, a
sixtieth of the models checkpointed. Wall time counts, from points in memory to results on disk.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from durable_entities import DurableEntities
from numpy.typing import NDArray

MINUTE = 60_000
NOISE = 5.0
PERIOD = 50
WARM_BLOCK = 1_024
"""Entities whose warm-up is generated at a time."""


@dataclass(frozen=True)
class Fleet:
    """The points of all entities, reproducible in any order of entities and intervals."""

    entities: int
    seed: int = 42

    def interval(
        self, i: int, ids: NDArray[np.uint64], steps: NDArray[Any] | None = None
    ) -> NDArray[np.float64]:
        """[len(ids), 2] points of one interval, at the given steps of each entity's wave."""
        random = np.random.default_rng([self.seed, 1, i])
        return self._points(random, ids, np.full(len(ids), i) if steps is None else steps)

    def history(self, ids: NDArray[np.uint64], rows: int) -> NDArray[np.float64]:
        """[len(ids) * rows, 2] points of intervals 0 to rows - 1, entity by entity."""
        steps = np.tile(np.arange(rows), len(ids))
        random = np.random.default_rng([self.seed, 0, int(ids[0])])
        return self._points(random, np.repeat(ids, rows), steps)

    def active(self, i: int, count: int) -> tuple[NDArray[np.uint64], NDArray[Any]]:
        """Entities of interval i after the warm-up, and how long each has been active.

        Nine in ten were active an interval before. One that comes back goes on with its wave where
        it stopped.
        """
        position = np.arange(count)
        if count == self.entities:
            return position.astype(np.uint64), np.full(count, i)
        tenth = max(1, count // 10)
        ids = (position + i * tenth) % self.entities
        return ids.astype(np.uint64), np.minimum((count - 1 - position) // tenth, i)

    @staticmethod
    def _points(
        random: np.random.Generator, ids: NDArray[np.uint64], steps: NDArray[Any]
    ) -> NDArray[np.float64]:
        points = np.empty((len(ids), 2))
        with np.errstate(over="ignore"):
            mixed = (ids + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        for feature in range(2):
            phase = (mixed >> np.uint64(20 + 16 * feature)) % np.uint64(PERIOD)
            amplitude = 50.0 + (mixed >> np.uint64(8 + 16 * feature)) % np.uint64(100)
            wave = np.cos(2 * np.pi * (steps + phase.astype(np.float64)) / PERIOD) + 1
            noise = NOISE * random.standard_normal(len(ids), np.float32)
            spike = random.random(len(ids), np.float32) < 0.01 * 0.3
            factor = np.where(spike, random.uniform(5, 10, len(ids)), 1.0)
            points[:, feature] = amplitude * wave + noise * factor
        return points


def resident_bytes() -> dict[str, int]:
    """Of this process now (with and without pages of files), and at its peak."""
    fields = {}
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in ("VmRSS", "RssAnon", "VmHWM"):
            fields[name] = int(rest.split()[0]) * 1024
    return fields


def warm(engine: DurableEntities, fleet: Fleet, rows: int) -> float:
    """Seconds it took to feed every model `rows` points of its own."""
    start = time.perf_counter()
    said = start
    for first in range(0, fleet.entities, WARM_BLOCK):
        ids = np.arange(first, min(first + WARM_BLOCK, fleet.entities), dtype=np.uint64)
        times = np.tile(np.arange(rows) * MINUTE, len(ids))
        engine.warm(np.repeat(ids, rows), fleet.history(ids, rows), times)
        if time.perf_counter() - said > 30:
            said = time.perf_counter()
            print(f"  warmed {first} entities in {said - start:.0f} s", file=sys.stderr, flush=True)
    return time.perf_counter() - start


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The figures of one run."""
    fleet = Fleet(options.entities)
    active = options.active or options.entities
    settings: dict[str, Any] = {
        "byte_budget": int(options.budget * 2**30),
        "sample_size": options.sample_size,
        "output_after": options.output_after,
        "start_normalization": 10,
    }
    if options.trees:
        settings["number_of_trees"] = options.trees
    engine = DurableEntities(
        options.directory, fleet.entities, cycle=options.cycle, threads=options.threads, **settings
    )
    marker = options.directory / "warm"
    figures: dict[str, Any] = {"entities": fleet.entities, "active": active}
    if marker.exists():
        start = time.perf_counter()
        figures["recovered_intervals"] = engine.recover()
        figures["recover_seconds"] = time.perf_counter() - start
    else:
        figures["warm_seconds"] = warm(engine, fleet, options.warm_rows)
        start = time.perf_counter()
        engine.save()
        figures["save_seconds"] = time.perf_counter() - start
        marker.touch()
    figures["before"] = resident_bytes()
    last = engine.last_interval()
    first = options.warm_rows if last is None else last // MINUTE + 1
    figures["intervals"] = [
        one_interval(engine, fleet, options.warm_rows, i, active)
        for i in range(first, options.warm_rows + options.intervals)
    ]
    seconds = [interval["seconds"] for interval in figures["intervals"]]
    figures["median_seconds"] = statistics.median(seconds) if seconds else None
    figures["worst_seconds"] = max(seconds, default=None)
    figures["after"] = resident_bytes()
    figures["peak_rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    profile = engine.cache.profile()
    figures["profile"] = {name: getattr(profile, name) for name in profile.__slots__}
    figures["checkpoint_disk_bytes"] = engine.store.disk_bytes()
    engine.close()
    return figures


def one_interval(
    engine: DurableEntities, fleet: Fleet, warm_rows: int, i: int, active: int
) -> dict[str, Any]:
    ids, steps = fleet.active(i - warm_rows, active)
    rows = fleet.interval(i, ids, warm_rows + steps)
    before = (engine.store.read_bytes, engine.store.written_bytes)
    start = time.perf_counter()
    result, stages = engine.process(i * MINUTE, ids, rows)
    seconds = time.perf_counter() - start
    interval = {
        "interval": i,
        "seconds": seconds,
        "stages": stages.seconds,
        "scored": int((result.status_code == 1).sum()),
        "anomalies": len(result.anomalies),
        "mean_score": float(result.score.mean()),
        "checkpoint_read_bytes": engine.store.read_bytes - before[0],
        "checkpoint_written_bytes": engine.store.written_bytes - before[1],
    }
    print(json.dumps(interval), file=sys.stderr, flush=True)
    return interval


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--entities", type=int, default=50_000)
    parser.add_argument("--active", type=int, default=0, help="per interval; 0: all")
    parser.add_argument("--intervals", type=int, default=5, help="in total, after the warm-up")
    parser.add_argument("--warm-rows", type=int, default=256)
    parser.add_argument("--sample-size", type=int, default=256)
    parser.add_argument("--output-after", type=int, default=32, help="rows before the first score")
    parser.add_argument("--trees", type=int, default=0, help="0: the default of compact models")
    parser.add_argument("--budget", type=float, default=12.0, help="GiB of the cache")
    parser.add_argument("--cycle", type=int, default=60, help="intervals between checkpoints")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--directory", type=Path, default=Path("build/million"))
    parser.add_argument("--keep", action="store_true", help="go on in a directory that is there")
    return parser.parse_args(arguments)


def main() -> int:
    options = parse()
    if options.directory.exists() and not options.keep:
        shutil.rmtree(options.directory)
    print(json.dumps(run(options), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
