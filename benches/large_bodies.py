"""What a large body costs a service: memory at its peak, and time.

    python benches/large_bodies.py --mebibytes 100

Each body goes to a service of its own, a process with its store on disk. What is counted is the
most memory it has resident while it works on the body, less what it had before, over the bytes of
the body.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

MEBIBYTE = 1 << 20


def _lines(size: int, pair: Callable[[int], str]) -> bytes:
    """Pairs of lines, up to a size."""
    made = bytearray()
    number = 0
    while len(made) < size - 4_096:
        made += pair(number).encode()
        number += 1
    return bytes(made)


def _small(number: int, action: str = '{"index":{}}') -> str:
    second = f"{number // 60 % 60:02}:{number % 60:02}"
    return (
        f'{action}\n{{"time":"2024-03-01T12:{second}Z","host":"host-{number % 1000:05}",'
        f'"cpu":{number % 997 / 10},"requests":{number},"up":true}}\n'
    )


def _with_id(number: int) -> str:
    return _small(number, f'{{"index":{{"_id":"row-{number:09}"}}}}')


def _wide(number: int) -> str:
    fields = ",".join(f'"field_{i}":"{number}-{i} {"x" * 24}"' for i in range(20))
    return f'{{"index":{{}}}}\n{{{fields}}}\n'


def _document(size: int) -> bytes:
    made = ['{"rows":[']
    length, number = 0, 0
    while length < size - 4_096:
        made.append(f'{"," if number else ""}{{"name":"row {number}","value":{number}}}')
        length += len(made[-1])
        number += 1
    return "".join([*made, "]}"]).encode()


BODIES: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "bulk of small documents, new ids": ("/logs/_bulk", lambda size: _lines(size, _small)),
    "bulk of small documents, ids given": ("/logs/_bulk", lambda size: _lines(size, _with_id)),
    "bulk of documents of 20 texts": ("/logs/_bulk", lambda size: _lines(size, _wide)),
    "bulk, and its answer filtered": (
        "/logs/_bulk?filter_path=errors,items.*.error", lambda size: _lines(size, _small)
    ),
    "one document of many objects": ("/logs/_doc", _document),
}  # fmt: skip


class Service:
    """A process that serves a store in a directory."""

    def __init__(self, directory: Path, command: Sequence[str]) -> None:
        log = directory / "log"
        with log.open("wb") as errors:
            self._process = subprocess.Popen(command, stderr=errors)
        self.url = next(url for url in self._urls(log) if url)

    def _urls(self, log: Path) -> Iterator[str]:
        while self._process.poll() is None:
            for line in log.read_text().splitlines():
                if '"listening"' in line:
                    yield str(json.loads(line)["url"])
            time.sleep(0.05)
        raise RuntimeError(log.read_text())

    def memory(self, name: str) -> int:
        """``VmRSS`` (now) or ``VmHWM`` (the most since it began), in bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split(f"{name}:")[1].split()[0]) * 1024

    def memory_now(self) -> dict[str, int]:
        """In bytes, with and without pages of files, and the most since it began."""
        return {name: self.memory(name) for name in ("VmRSS", "RssAnon", "VmHWM")}

    def cpu_seconds(self) -> float:
        """Seconds of all its threads so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()

    def kill(self) -> None:
        """Without a warning, as where power fails."""
        self._process.kill()
        self._process.wait()


def measure(name: str, size: int) -> dict[str, Any]:
    """The figures of one body."""
    path, make = BODIES[name]
    body = make(size)
    kind = "application/x-ndjson" if "_bulk" in path else "application/json"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "adcore", "serve", "--port", "0", "--data", folder]
        service = Service(Path(folder), command)
        try:
            before = service.memory("VmRSS")
            start = time.perf_counter()
            answer = httpx.post(
                service.url + path, content=body, headers={"content-type": kind}, timeout=600
            )
            seconds = time.perf_counter() - start
            answer.raise_for_status()
            peak, after = service.memory("VmHWM"), service.memory("VmRSS")
        finally:
            service.stop()
    return {
        "body": name, "bytes": len(body), "answer_bytes": len(answer.content), "seconds": seconds,
        "before": before, "peak": peak, "after": after, "times": (peak - before) / len(body),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mebibytes", type=float, default=100)
    parser.add_argument("--only", default="", help="bodies with this in their names")
    options = parser.parse_args()
    for name in BODIES:
        if options.only in name:
            print(json.dumps(measure(name, int(options.mebibytes * MEBIBYTE))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
