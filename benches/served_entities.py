"""A real-time job of many entities as its clients see it: all of it over HTTP.

    python benches/served_entities.py --entities 1000000 --model-memory 11 --intervals 4

A process serves a store on disk, as `adcore serve` does; only its clock is set by this program, so
that a minute ends when its documents are there. They come through `_bulk`, one of each entity and
minute, two requests at a time. When the clock has passed the end of the minute, the job looks at
it, and meanwhile a client keeps asking: for the profile of the detector and of an entity, for the
worst entities, for the last anomalies, for documents. Then results are counted by a search. What
the job learns at its start lies in Parquet files that are registered as an index. Memory is that of
the serving process, with and without the pages of files that are mapped into it. With `--kill` the
process is killed in the middle of one more look, and another one takes over.
"""

from __future__ import annotations

import argparse
import itertools
import json
import mmap
import shutil
import statistics
import struct
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from large_bodies import Service
from million_entities import MINUTE, Fleet
from service_entities import MAPPING, START, columns, detector_body, write_history

from adcore.service.detectors.settings import DetectionSettings
from adcore.service.serve import ServeOptions, serve
from adcore.service.settings import Settings
from adcore.store import Store

PLUGIN = "/_plugins/_anomaly_detection/detectors"
NDJSON = {"content-type": "application/x-ndjson"}
_TIME = struct.Struct("<q")


class SharedClock:
    """Epoch milliseconds in a file: one process sets them, another reads them."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_TIME.pack(0))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _TIME.size)

    def __call__(self) -> int:
        return int(_TIME.unpack_from(self._memory)[0])

    def set(self, now: int) -> None:
        _TIME.pack_into(self._memory, 0, now)


class Client:
    """Asks the service, and notes how long each kind of question took."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=600)
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def ask(self, kind: str, method: str, path: str, body: Any = None) -> Any:
        start = time.perf_counter()
        answer = self._http.request(method, path, json=body)
        self.seconds[kind].append(time.perf_counter() - start)
        answer.raise_for_status()
        return answer.json()

    def feed(self, path: str, body: bytes) -> None:
        answer = self._http.post(path, content=body, headers=NDJSON)
        answer.raise_for_status()
        if answer.json()["errors"]:
            raise RuntimeError(answer.text[:1_000])

    def close(self) -> None:
        self._http.close()

    def take(self) -> dict[str, Any]:
        """Seconds of the questions since the last call: how many, median, most."""
        taken, self.seconds = self.seconds, defaultdict(list)
        return {
            kind: {"asked": len(found), "median": statistics.median(found), "most": max(found)}
            for kind, found in taken.items()
        }


class ServedEntities:
    """A service over a directory, its detector, and those who feed and ask it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.fleet = Fleet(options.entities)
        self.ids = np.arange(options.entities, dtype=np.uint64)
        self.hosts = [f"host-{i:07d}" for i in range(options.entities)]
        self._prepare()
        self.clock = SharedClock(options.directory / "clock")
        self.clock.set(START + options.warm_rows * MINUTE)
        self.detector = ""
        self._serve()

    def _serve(self) -> None:
        arguments = [
            sys.executable,
            __file__,
            "--serve",
            "--directory",
            str(self.options.directory),
        ]
        for name in ("output_after", "model_memory", "threads", "cycle"):
            arguments += [f"--{name.replace('_', '-')}", str(getattr(self.options, name))]
        self.service = Service(self.options.directory, arguments)
        self.client = Client(self.service.url)

    def _prepare(self) -> None:
        history = self.options.directory / "history"
        write_history(history, self.options.warm_rows, self._columns)
        with Store.open(self.options.directory / "data") as store:
            store.documents.register_files("history", str(history))

    def _columns(self, minute: int) -> dict[str, Any]:
        return columns(self.fleet, self.ids, self.hosts, minute)

    def start(self) -> float:
        """Seconds until the models have learnt their history."""
        self.client.ask("", "PUT", "/live", {"mappings": MAPPING})
        body = detector_body(self.options.warm_rows)
        self.detector = f"{PLUGIN}/{self.client.ask('', 'POST', PLUGIN, body)['_id']}"
        self.client.ask("", "POST", f"{self.detector}/_start")
        start = time.perf_counter()
        path = f"{self.detector}/_profile/state,active_entities"
        while self.client.ask("profile while it learns", "GET", path).get("state") != "RUNNING":
            time.sleep(1)
        return time.perf_counter() - start

    def feed(self, minute: int) -> float:
        """Seconds in which the documents of a minute are taken."""
        waiting = iter(list(self._bodies(minute)))
        lock = threading.Lock()

        def work() -> None:
            with closing(Client(self.service.url)) as client:
                while True:
                    with lock:
                        body = next(waiting, None)
                    if body is None:
                        return
                    client.feed("/live/_bulk?filter_path=errors,items.*.error", body)

        start = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            for feeding in [pool.submit(work) for _ in range(2)]:
                feeding.result()
        return time.perf_counter() - start

    def _bodies(self, minute: int) -> Iterator[bytes]:
        found = self._columns(minute)
        rows = zip(self.hosts, found["cpu"].tolist(), found["load"].tolist(), strict=True)
        when = START + minute * MINUTE + 7
        while part := list(itertools.islice(rows, self.options.bulk)):
            yield "".join([
                f'{{"index":{{}}}}\n{{"time":{when},"host":"{h}","cpu":{c!r},"load":{x!r}}}\n'
                for h, c, x in part
            ]).encode()  # fmt: skip

    def look(self, minute: int) -> float:
        """Seconds from the end of a minute until all its results can be found."""
        end = START + (minute + 1) * MINUTE
        is_quiet = minute < self.options.warm_rows + self.options.quiet
        with nullcontext() if is_quiet else self._questions(self._while_at_work):
            start = time.perf_counter()
            self.clock.set(end)
            self._wait_for(end)
            return time.perf_counter() - start

    def _wait_for(self, end: int) -> None:
        while self.results(end) < self.options.entities:
            time.sleep(0.5)

    def killed_look(self, minute: int, cpu_seconds: float) -> dict[str, Any]:
        """The process ends in the middle of a look; figures of the one that takes over."""
        end = START + (minute + 1) * MINUTE
        before = self.service.cpu_seconds()
        self.clock.set(end)
        while self.service.cpu_seconds() - before < cpu_seconds / 3:
            time.sleep(0.01)
        found = self.results(end)
        self.service.kill()
        self.client.close()
        start = time.perf_counter()
        self._serve()
        figures = {"results_when_killed": found, "serves_after": time.perf_counter() - start}
        self._wait_for(end)
        return figures | {
            "caught_up_after": time.perf_counter() - start,
            "cpu_seconds": self.service.cpu_seconds(), "memory": self.service.memory_now(),
        }  # fmt: skip

    def results(self, end: int | None = None) -> int:
        """Results found by a search, of the interval that ended then or of all."""
        last: dict[str, Any] = {"term": {"data_end_time": end}} if end else {"match_all": {}}
        body = {"size": 0, "track_total_hits": True, "query": last}
        answer = self.client.ask("count results", "POST", f"{PLUGIN}/results/_search", body)
        return int(answer["hits"]["total"]["value"])

    def scores(self, minute: int) -> float:
        """The sum of the scores of an interval."""
        own = {"term": {"data_end_time": START + (minute + 1) * MINUTE}}
        body = {"size": 0, "query": own, "aggs": {"all": {"sum": {"field": "anomaly_score"}}}}
        answer = self.client.ask("", "POST", f"{PLUGIN}/results/_search", body)
        return float(answer["aggregations"]["all"]["value"])

    @contextmanager
    def _questions(self, ask: Callable[[int], None]) -> Iterator[None]:
        """Somebody asks again and again while the block runs."""
        is_over = threading.Event()

        def work() -> None:
            for number in itertools.count():
                if is_over.is_set():
                    return
                ask(number)

        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(work)
            try:
                yield
            finally:
                is_over.set()
                asking.result()

    def _while_at_work(self, number: int) -> None:
        host = self.hosts[(number * 7_919) % len(self.hosts)]
        entity = {"entity": [{"name": "host", "value": host}]}
        client, detector = self.client, self.detector
        client.ask("profile", "GET", f"{detector}/_profile/_all")
        client.ask("profile of an entity", "POST", f"{detector}/_profile/_all", entity)
        span = {"start_time_ms": START, "end_time_ms": self.clock()}
        client.ask("top anomalies", "POST", f"{detector}/results/_topAnomalies", span)
        worst = {
            "size": 10, "sort": [{"anomaly_grade": "desc"}],
            "query": {"range": {"anomaly_grade": {"gt": 0}}},
        }  # fmt: skip
        client.ask("last anomalies", "POST", f"{PLUGIN}/results/_search", worst)
        own = {"query": {"term": {"host": host}}, "sort": [{"time": "desc"}], "size": 5}
        client.ask("documents of a host", "POST", "/live/_search", own)

    def close(self) -> None:
        self.client.close()
        self.service.stop()

    def agreement(self) -> dict[str, Any]:
        """The same counts from everywhere they are told."""
        profile = self.client.ask("profile", "GET", f"{self.detector}/_profile/_all")
        stats = self.client.ask("stats", "GET", "/_plugins/_anomaly_detection/stats")
        (node,) = stats["nodes"].values()
        return {
            "active_entities": profile["active_entities"],
            "total_entities": profile["total_entities"],
            "model_count": profile["model_count"], "stats_model_count": node["model_count"],
            "executions": node["ad_hc_execute_request_count"],
            "failures": node["ad_hc_execute_failure_count"], "state": profile["state"],
            "model_bytes": profile["total_size_in_bytes"], "results": self.results(),
        }  # fmt: skip


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The figures of one run."""
    bench = ServedEntities(options)
    try:
        figures: dict[str, Any] = {"entities": options.entities, "start_seconds": bench.start()}
        _tell({"start": figures["start_seconds"], "memory": bench.service.memory_now()})
        figures["while_learning"] = bench.client.take()
        last = options.warm_rows + options.intervals
        ticks = [tick(bench, minute) for minute in range(options.warm_rows, last)]
        if options.kill:
            bench.feed(last)
            figures["killed"] = bench.killed_look(last, ticks[-1]["cpu_seconds"])
            _tell(figures["killed"])
            ticks.append(tick(bench, last + 1))
        minutes = range(options.warm_rows, last + 2 * options.kill)
        figures["scores"] = [bench.scores(minute) for minute in minutes]
        figures |= {"intervals": ticks, "agreement": bench.agreement()}
    finally:
        bench.close()
    figures["disk"] = {
        path.name: sum(f.stat().st_blocks * 512 for f in path.rglob("*") if f.is_file())
        if path.is_dir() else path.stat().st_blocks * 512
        for path in (options.directory / "data").iterdir()
    }  # fmt: skip
    return figures


def tick(bench: ServedEntities, minute: int) -> dict[str, Any]:
    """The figures of a minute whose documents come and that is looked at."""
    bench.client.take()
    before = bench.service.cpu_seconds()
    fed = bench.feed(minute)
    between = bench.service.cpu_seconds()
    after_feed = bench.service.memory_now()
    seconds = bench.look(minute)
    after = bench.service.cpu_seconds()
    figures = {
        "fed": fed, "fed_cpu_seconds": between - before,
        "rows_per_second": bench.options.entities / fed, "memory_fed": after_feed,
        "seconds": seconds, "cpu_seconds": after - between,
        "memory": bench.service.memory_now(), "questions": bench.client.take(),
    }  # fmt: skip
    _tell(figures)
    return figures


def _tell(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), file=sys.stderr, flush=True)


def serve_here(options: argparse.Namespace) -> None:
    """What the other process does."""
    detection = DetectionSettings(
        min_samples=options.output_after,
        threads=options.threads,
        model_memory=int(options.model_memory * 2**30),
        checkpoint_intervals=options.cycle,
    )
    serve(
        ServeOptions(
            options.directory / "data",
            port=0,
            threads=options.threads,
            settings=replace(Settings(), detection=detection),
        ),
        clock=SharedClock(options.directory / "clock"),
    )


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--intervals", type=int, default=4)
    parser.add_argument("--warm-rows", type=int, default=48)
    parser.add_argument("--output-after", type=int, default=40, help="rows before the first score")
    parser.add_argument("--model-memory", type=float, default=4.0, help="GiB")
    parser.add_argument("--cycle", type=int, default=10, help="intervals in which models are kept")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bulk", type=int, default=10_000, help="documents of a request")
    parser.add_argument("--directory", type=Path, default=Path("build/served_entities"))
    parser.add_argument("--kill", action="store_true", help="one more look, in the middle of it")
    parser.add_argument("--quiet", type=int, default=0, help="looks at first when nobody asks")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main() -> int:
    options = parse()
    if options.serve:
        serve_here(options)
        return 0
    shutil.rmtree(options.directory, ignore_errors=True)
    options.directory.mkdir(parents=True)
    print(json.dumps(run(options), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
