"""Ctrl-C in the middle of a run: it ends soon, and what was done is kept and marked."""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import duckdb
import pytest

from adcore.detect.sql import ask, interruptible
from adcore.detect.workspace import Workspace


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two million rows: half a minute of work for the forests."""
    path = tmp_path_factory.mktemp("long") / "long.parquet"
    rows = duckdb.sql(
        "SELECT epoch_ms(i // 20 * 60000) AS ts, 'h' || (i % 20) AS host, sin(i / 150) + "
        "random() / 10 AS load FROM range(2000000) AS r(i)"
    )
    assert rows is not None
    rows.write_parquet(str(path))
    return path


class Run:
    """A run of ``adcore detect`` whose messages go to a terminal, and so tell how far it is."""

    def __init__(self, *arguments: str) -> None:
        self._terminal, other = pty.openpty()
        self.said = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "adcore", "detect", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=other,
        )
        os.close(other)

    def wait_until_it_detects(self) -> None:
        """Until the bar counts intervals: there is a result to keep."""
        while not re.search(rb"[1-9][0-9,]* intervals, ", self.said):
            self.said += os.read(self._terminal, 65_536)

    def wait_until_it_has_read(self, text: bytes) -> None:
        """Until it has taken these bytes from its input, which stays open."""
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        self.process.stdin.flush()
        waiting = array.array("i", [1])
        while waiting[0] > 0:
            assert self.process.poll() is None
            time.sleep(0.01)
            fcntl.ioctl(self.process.stdin, termios.FIONREAD, waiting)

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def end(self) -> str:
        """Everything it said, once it has ended."""
        # A terminal whose other side is gone has an error at its end.
        with contextlib.suppress(OSError):
            while part := os.read(self._terminal, 65_536):
                self.said += part
        os.close(self._terminal)
        assert self.process.wait(60) == 130
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.said.decode()


def started(long_file: Path, folder: Path) -> Run:
    results = ["--output", str(folder / "results.csv"), "--report", str(folder / "report.html")]
    run = Run(str(long_file), "--entity", "host", *results)
    run.wait_until_it_detects()
    return run


def test_partial_results_are_written_and_marked(long_file: Path, tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text("precious")
    run = started(long_file, tmp_path)
    run.interrupt()
    assert "interrupted: the results are partial" in run.end()
    assert (tmp_path / "results.csv").read_text() == "precious"
    written = duckdb.read_csv(str(tmp_path / "results.partial.csv"))
    assert 0 < len(written) < 2_000_000
    page = (tmp_path / "report.partial.html").read_text(encoding="utf-8")
    assert '"isPartial": true' in page
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"results.csv", "results.partial.csv", "report.partial.html"}


def test_a_second_ctrl_c_ends_at_once(long_file: Path, tmp_path: Path) -> None:
    run = started(long_file, tmp_path)
    run.interrupt()
    time.sleep(0.05)  # Two signals at the same moment would be one.
    run.interrupt()
    assert "Traceback" not in run.end()
    assert not (tmp_path / "results.csv").exists()


def test_the_workspace_is_gone_after_an_error() -> None:
    workspace = Workspace()
    with pytest.raises(duckdb.ParserException), workspace:
        workspace.connection.execute("on purpose")
    assert not workspace.folder.exists()


def test_waiting_for_input_ends_at_once() -> None:
    """A pipe that stays open: nothing is worth keeping yet."""
    run = Run("-")
    run.wait_until_it_has_read(b"ts,load\n")
    run.interrupt()
    said = run.end()
    assert "stopped; nothing more was written" in said
    assert "Traceback" not in said


def test_ctrl_c_while_the_database_looks_at_the_file(tmp_path: Path) -> None:
    """What the database raises then is an error of its own kind."""
    path = tmp_path / "long.csv"
    path.write_bytes(b"0.123456789,x\n" * 1_500_000)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt), interruptible(), Workspace() as workspace:
        ask(
            workspace.connection,
            "SELECT HasHeader FROM sniff_csv(?, sample_size = -1)",
            [str(path)],
        )
    assert not workspace.folder.exists()
