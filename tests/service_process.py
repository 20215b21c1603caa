"""A service as people run it: a process of its own on a free port of this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

SECONDS_TO_START = 60
SECONDS_TO_STOP = 30


@dataclass
class Service:
    """A running service."""

    process: subprocess.Popen[bytes]
    url: str
    log_file: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)

    def stop(self) -> int:
        """End it as its host would, and wait for it."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS_TO_STOP)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Service]:
    """A service that keeps its data in a folder, until the end of the block."""
    log_file = folder / "service.log"
    command = [sys.executable, "-m", "adcore", "serve", "--port", "0", *options]
    if "--data" not in options:
        command.append("--in-memory")
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, stderr=log, env=dict(os.environ))
    try:
        yield Service(process, wait_for_url(process, log_file), log_file)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(SECONDS_TO_STOP)


def wait_for_url(process: subprocess.Popen[bytes], log_file: Path) -> str:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        for line in log_file.read_text().splitlines():
            if '"listening"' in line:
                return str(json.loads(line)["url"])
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"the service did not start: {log_file.read_text()}")
