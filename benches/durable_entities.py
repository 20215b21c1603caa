"""An entity cache whose results survive ``kill -9``.

There is a log of points, a table of results, and checkpoints of the models. An interval is
acknowledged when its points are on disk (a file of their own, synced before the engine sees them)
and its results are committed (DuckDB). Every interval a share of the models is written as
checkpoints, each model once in ``cycle`` intervals; points older than that are deleted. After a
crash the models are read back and the points since are fed again. Models skip rows that they have
seen ("late_rows"), so that feeding a point twice changes nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray
from segments import SegmentStore, sync_directory

from adcore import EntityCache, EntityResult


@dataclass
class Stages:
    """Seconds spent in each stage of an interval."""

    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, stage: str, work: Any) -> Any:
        start = time.perf_counter()
        result = work()
        spent = time.perf_counter() - start
        self.seconds[stage] = self.seconds.get(stage, 0.0) + spent
        return result


class DurableEntities:
    """Entities 0 to ``entities`` - 1 with two features, in a directory that one process owns."""

    def __init__(
        self, directory: Path, entities: int, *, cycle: int = 60, threads: int = 2, **options: Any
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._log = directory / "log"
        self._log.mkdir(exist_ok=True)
        self._cycle = cycle
        self.store = SegmentStore(directory / "checkpoints", entities)
        self.cache = EntityCache(
            2, store=self.store, admission="all", late_rows="skip", threads=threads, **options
        )
        self._results = duckdb.connect(str(directory / "results.duckdb"))
        self._results.execute("SET memory_limit = '1GB'")
        self._results.execute(f"SET threads = {threads}")
        self._results.execute(
            "CREATE TABLE IF NOT EXISTS results (entity UINTEGER, time BIGINT, score FLOAT, "
            "grade FLOAT, confidence FLOAT, threshold FLOAT)"
        )
        self._results.execute("CREATE TABLE IF NOT EXISTS intervals (time BIGINT)")

    def warm(self, ids: NDArray[np.uint64], rows: NDArray[np.float64], times: Any) -> EntityResult:
        """Learn rows that are not part of the log: save() makes them durable."""
        return self.cache.process(ids, rows, times)

    def save(self) -> None:
        self.cache.save()
        self.store.sync()

    def process(
        self, timestamp: int, ids: NDArray[np.uint64], rows: NDArray[np.float64]
    ) -> tuple[EntityResult, Stages]:
        """Acknowledged when it returns."""
        stages = Stages()
        stages.run("log", lambda: self._append(timestamp, ids, rows))
        result = stages.run("models", lambda: self.cache.process(ids, rows, timestamp))
        stages.run("results", lambda: self._commit(timestamp, result))
        stages.run("checkpoints", self._checkpoint)
        return result, stages

    def recover(self) -> int:
        """Feeds the points since the checkpoints again; returns how many intervals that were."""
        done = {row[0] for row in self._results.execute("SELECT time FROM intervals").fetchall()}
        count = 0
        for timestamp, ids, rows in self._logged():
            result = self.cache.process(ids, rows, timestamp)
            if timestamp not in done:
                self._commit(timestamp, result)
            count += 1
        return count

    def last_interval(self) -> int | None:
        """The time of the last interval acknowledged."""
        found = self._results.execute("SELECT max(time) FROM intervals").fetchone()
        return None if found is None else found[0]

    def results(self) -> dict[str, NDArray[Any]]:
        """All results, by time and entity."""
        found = self._results.execute("SELECT * FROM results ORDER BY time, entity").fetchnumpy()
        return {name: np.asarray(column) for name, column in found.items()}

    def close(self) -> None:
        self._results.close()
        self.store.close()

    # -- the log: one file an interval, complete or not there

    def _append(self, timestamp: int, ids: NDArray[np.uint64], rows: NDArray[np.float64]) -> None:
        path = self._log / f"{timestamp:020d}.points"
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(np.uint64(len(ids)).tobytes())
            file.write(np.ascontiguousarray(ids, np.uint64).data)
            file.write(np.ascontiguousarray(rows, np.float64).data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        sync_directory(self._log)

    def _logged(self) -> Iterator[tuple[int, NDArray[np.uint64], NDArray[np.float64]]]:
        for path in sorted(self._log.glob("*.points")):
            data = path.read_bytes()
            count = int(np.frombuffer(data, np.uint64, 1)[0])
            ids = np.frombuffer(data, np.uint64, count, 8)
            rows = np.frombuffer(data, np.float64, 2 * count, 8 + 8 * count)
            yield int(path.stem), ids, rows.reshape(count, 2)

    # -- the results

    def _commit(self, timestamp: int, result: EntityResult) -> None:
        batch = {
            "entity": result.entity.astype(np.uint32),
            "score": result.score.astype(np.float32),
            "grade": result.grade.astype(np.float32),
            "confidence": result.confidence.astype(np.float32),
            "threshold": result.threshold.astype(np.float32),
        }
        self._results.begin()
        self._results.register("batch", batch)
        self._results.execute(
            "INSERT INTO results SELECT entity, ?, score, grade, confidence, threshold FROM batch",
            [timestamp],
        )
        self._results.execute("INSERT INTO intervals VALUES (?)", [timestamp])
        self._results.commit()
        self._results.unregister("batch")

    # -- the models

    def _checkpoint(self) -> None:
        """One share of the models; each is written at least once in `cycle` intervals."""
        share = -(-self.cache.profile().entities // self._cycle)
        self.cache.save(share)
        self.store.sync()
        for path in sorted(self._log.glob("*.points"))[: -(self._cycle + 1)]:
            path.unlink()
