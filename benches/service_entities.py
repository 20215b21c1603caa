"""Ticks of a real-time job of many entities through the service, one document each a minute.

    python benches/service_entities.py --entities 100000

The points are those of `million_entities.py`. What a job sees at its start, `--warm-rows` minutes,
lies in a Parquet file that is registered as an index; the job learns it as it learns any history.
Then minutes pass: documents are appended to an index of the store (as columns; what a client's
`_bulk` costs is measured in `docs/service.md`), and the job is fired. The time of a tick is that of
the firing, by the wall and of all processors: documents of the interval are read from the index,
gathered by entity, scored and learnt, results are durable in their index, and a share of the models
in the checkpoints. At the end results are counted by a search, and another service takes the job
over from what was kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from million_entities import MINUTE, Fleet, resident_bytes
from numpy.typing import NDArray

from adcore import EntityCache
from adcore.detector.index_source import IndexSource
from adcore.service.detectors.job_keeper import JobKeeper
from adcore.service.detectors.loaded_job import LoadedJob
from adcore.service.detectors.result_writer import ResultWriter
from adcore.service.detectors.service import DetectionService
from adcore.service.detectors.settings import DetectionSettings
from adcore.store import Column, DocumentColumns, Store

START = 1_633_046_400_000  # 2021-10-01 00:00
MAPPING = {
    "properties": {
        "time": {"type": "date"},
        "host": {"type": "keyword"},
        "cpu": {"type": "double"},
        "load": {"type": "double"},
    }
}
SHAPE = {name: Column(name) for name in MAPPING["properties"]}
# Where the time of a tick goes; a stage within another is shown beside it.
STAGES: list[tuple[str, type, str]] = [
    ("read, gather, score and learn", LoadedJob, "look"),
    ("of it: score and learn", EntityCache, "process"),
    ("of it: read", IndexSource, "scan"),
    ("write results", ResultWriter, "write"),
    ("keep models", JobKeeper, "commit"),
]


class Stages:
    """Seconds spent in methods while the block runs."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys([name for name, _, _ in STAGES], 0.0)
        self._originals: list[tuple[type, str, Any]] = []

    def __enter__(self) -> Stages:
        for stage, owner, name in STAGES:
            original = getattr(owner, name)
            self._originals.append((owner, name, original))
            setattr(owner, name, self._timed(stage, original))
        return self

    def __exit__(self, *_: object) -> None:
        for owner, name, original in self._originals:
            setattr(owner, name, original)

    def _timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            start = time.perf_counter()
            try:
                made = work(*arguments, **options)
                # The rows of a scan are read while they are asked for.
                return made if stage != "of it: read" else self._rows(stage, made)
            finally:
                self.seconds[stage] += time.perf_counter() - start

        return timed

    def _rows(self, stage: str, batches: Any) -> Any:
        while True:
            start = time.perf_counter()
            batch = next(batches, None)
            self.seconds[stage] += time.perf_counter() - start
            if batch is None:
                return
            yield batch


class ServiceEntities:
    """A job over the documents of a fleet, in a directory of its own."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.fleet = Fleet(options.entities)
        self.ids = np.arange(options.entities, dtype=np.uint64)
        self.hosts = [f"host-{i:07d}" for i in range(options.entities)]
        self.warm_rows = options.warm_rows
        self.now = START + options.warm_rows * MINUTE
        self.directory = options.directory
        self.directory.mkdir(parents=True)
        self.store = Store.open(
            self.directory / "store", clock=lambda: self.now, threads=options.threads
        )
        self.settings = DetectionSettings(
            min_samples=options.output_after,
            threads=options.threads,
            model_memory=int(options.budget * 2**30),
            checkpoint_intervals=options.cycle,
        )
        self.service = self._service()
        self.detector_id = ""

    def _service(self) -> DetectionService:
        return DetectionService(self.store, lambda: self.now, "node", self.settings)

    def start(self) -> float:
        """Seconds in which the models learn their history."""
        history = self.directory / "history"
        write_history(history, self.warm_rows, self._columns)
        self.store.documents.register_files("history", str(history))
        self.store.documents.create_index("live", MAPPING)
        detector = self.service.create(detector_body(self.warm_rows), None)
        self.detector_id = detector.id
        self.service.start(detector.id, None)
        start = time.perf_counter()
        self.service.scheduler.run_due()
        return time.perf_counter() - start

    def _columns(self, minute: int) -> dict[str, Any]:
        return columns(self.fleet, self.ids, self.hosts, minute)

    def tick(self, minute: int) -> dict[str, Any]:
        """A minute passes; the figures of its interval."""
        columns = self._columns(minute) | {"host": self.hosts}
        ids = self.store.documents.new_ids(len(self.ids))
        start = time.perf_counter()
        self.store.documents.bulk([], [DocumentColumns("live", ids, SHAPE, columns)])
        fed = time.perf_counter() - start
        self.now = START + (minute + 1) * MINUTE
        with Stages() as stages:
            start, cpu = time.perf_counter(), time.process_time()
            self.service.scheduler.run_due()
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        figures = {
            "minute": minute, "seconds": seconds, "cpu_seconds": cpu, "fed": fed,
            "stages": stages.seconds,
        }  # fmt: skip
        print(json.dumps(figures), file=sys.stderr, flush=True)
        return figures

    def restart(self) -> float:
        """Seconds until a service that takes over has caught up."""
        self.service = self._service()
        start = time.perf_counter()
        self.service.recover()
        self.service.scheduler.run_due()
        return time.perf_counter() - start

    def count(self) -> int:
        """Results in the index."""
        own = {"term": {"detector_id": self.detector_id}}
        body = {"size": 0, "track_total_hits": True, "query": own}
        answer = self.service.searches.results(body, self.store.documents.cursor)
        return int(answer["hits"]["total"]["value"])

    def profile(self) -> dict[str, Any]:
        names = ["state", "error", "init_progress", "total_entities", "active_entities",
                 "total_size_in_bytes"]  # fmt: skip
        return self.service.profile(self.detector_id, names)

    def close(self) -> None:
        self.store.close()


def columns(fleet: Fleet, ids: NDArray[np.uint64], hosts: list[str], minute: int) -> dict[str, Any]:
    """The documents of a minute, one of each entity."""
    points = fleet.interval(minute, ids)
    return {
        "time": np.full(len(ids), START + minute * MINUTE + 7),
        "host": np.array(hosts, dtype=object),
        "cpu": np.ascontiguousarray(points[:, 0]),
        "load": np.ascontiguousarray(points[:, 1]),
    }


def write_history(
    directory: Path, minutes: int, columns_of: Callable[[int], dict[str, Any]]
) -> None:
    """A Parquet file of each minute."""
    directory.mkdir()
    with duckdb.connect() as connection:
        for minute in range(minutes):
            connection.register("part", columns_of(minute))
            path = directory / f"{minute:06}.parquet"
            connection.execute(
                f"COPY (SELECT epoch_ms(time) AS time, host, cpu, load FROM part) TO '{path}'"  # noqa: S608
            )
            connection.unregister("part")


def detector_body(history: int) -> dict[str, Any]:
    period = {"period": {"interval": 1, "unit": "Minutes"}}
    features = [
        {"feature_name": name, "feature_enabled": True,
         "aggregation_query": {name: {"avg": {"field": name}}}}
        for name in ("cpu", "load")
    ]  # fmt: skip
    return {
        "name": "fleet", "time_field": "time", "indices": ["history", "live"],
        "category_field": ["host"], "feature_attributes": features, "history": history,
        "detection_interval": period,
        "window_delay": {"period": {"interval": 0, "unit": "Minutes"}},
    }  # fmt: skip


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The figures of one run."""
    bench = ServiceEntities(options)
    figures: dict[str, Any] = {"entities": options.entities, "start_seconds": bench.start()}
    first = options.warm_rows
    figures["intervals"] = [bench.tick(first + i) for i in range(options.intervals)]
    ticks = figures["intervals"]
    figures["median_seconds"] = statistics.median(tick["seconds"] for tick in ticks)
    figures["median_cpu_seconds"] = statistics.median(tick["cpu_seconds"] for tick in ticks)
    figures["worst_seconds"] = max(tick["seconds"] for tick in ticks)
    figures["median_stages"] = {
        name: statistics.median(tick["stages"][name] for tick in ticks) for name, _, _ in STAGES
    }
    figures["median_fed"] = statistics.median(tick["fed"] for tick in ticks)
    figures["profile"] = bench.profile()
    figures["results"] = bench.count()
    figures["memory"] = resident_bytes()
    figures["restart_seconds"] = bench.restart()
    figures["results_after_restart"] = bench.count()
    bench.close()
    figures["disk"] = {
        path.name: sum(f.stat().st_blocks * 512 for f in path.rglob("*") if f.is_file())
        if path.is_dir() else path.stat().st_blocks * 512
        for path in (options.directory / "store").iterdir()
    }  # fmt: skip
    return figures


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--intervals", type=int, default=8)
    parser.add_argument("--warm-rows", type=int, default=256)
    parser.add_argument("--output-after", type=int, default=224, help="rows before the first score")
    parser.add_argument("--budget", type=float, default=4.0, help="GiB for models")
    parser.add_argument("--cycle", type=int, default=60, help="intervals in which models are kept")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--directory", type=Path, default=Path("build/service_entities"))
    return parser.parse_args(arguments)


def main() -> int:
    options = parse()
    shutil.rmtree(options.directory, ignore_errors=True)
    print(json.dumps(run(options), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
