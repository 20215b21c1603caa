"""One peer's driver as a process on one core, spoken to line by line."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from peer_install import Peer
from workloads import Workload


class PeerFailed(Exception):
    """A driver ended before it answered; the message holds the end of its standard error."""


class PeerProcess:
    """Starts a driver; the caller asks for answers with `read` and `run`, and closes it."""

    def __init__(self, peer: Peer, workload: Workload, data: Path, mode: str, core: int) -> None:
        self.peer = peer
        words = {"data": str(data), "mode": mode, **workload.settings()}
        with pinned(core):
            self._child = subprocess.Popen(
                [*peer.command, *(f"{key}={value}" for key, value in words.items()), *peer.extra],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

    def read(self, event: str) -> dict[str, Any]:
        """The next answer, which must be `event`."""
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise PeerFailed(f"{self.peer.name}: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if answer["event"] != event:
            raise PeerFailed(f"{self.peer.name}: answered {answer!r}, not {event!r}")
        return answer

    def run(self) -> dict[str, Any]:
        """Time the next segment."""
        assert self._child.stdin is not None
        self._child.stdin.write("run\n")
        self._child.stdin.flush()
        return self.read("segment")

    def close(self) -> None:
        """End of input ends a driver; one that does not heed it within a minute is killed."""
        try:
            self._child.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.communicate()

    def _last_words(self) -> str:
        assert self._child.stderr is not None
        return " | ".join(self._child.stderr.read().strip().splitlines()[-3:])


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Processes started inside stay on one core with all their threads, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def write_rows(path: Path, warm: NDArray[np.float32], timed: NDArray[np.float32]) -> None:
    """The file of rows a driver reads."""
    with path.open("wb") as file:
        warm.astype("<f4").tofile(file)
        timed.astype("<f4").tofile(file)
