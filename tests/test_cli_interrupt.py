"""Ctrl-C in the middle of a run: it ends soon, and what was done is kept and marked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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


def start(long_file: Path, folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "adcore", "detect", str(long_file), "--entity", "host"]
    results = ["--output", str(folder / "results.csv"), "--report", str(folder / "report.html")]
    return subprocess.Popen(
        [*command, *results, *options], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def interrupt(process: subprocess.Popen[str], after: float) -> tuple[str, float]:
    time.sleep(after)
    assert process.poll() is None, "the run was over before it could be interrupted"
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    return stderr, time.monotonic() - sent


def test_partial_results_are_written_and_marked(long_file: Path, tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text("precious")
    process = start(long_file, tmp_path)
    stderr, seconds = interrupt(process, after=8)
    assert process.returncode == 130
    assert seconds < 15
    assert "interrupted: the results are partial" in stderr
    assert (tmp_path / "results.csv").read_text() == "precious"
    written = duckdb.read_csv(str(tmp_path / "results.partial.csv"))
    assert 0 < len(written) < 2_000_000
    page = (tmp_path / "report.partial.html").read_text(encoding="utf-8")
    assert '"isPartial": true' in page
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"results.csv", "results.partial.csv", "report.partial.html"}


def test_a_second_ctrl_c_ends_at_once(long_file: Path, tmp_path: Path) -> None:
    process = start(long_file, tmp_path)
    time.sleep(6)
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert not (tmp_path / "results.csv").exists()


def test_the_workspace_is_gone_after_an_error() -> None:
    workspace = Workspace()
    with pytest.raises(duckdb.ParserException), workspace:
        workspace.connection.execute("on purpose")
    assert not workspace.folder.exists()


def test_waiting_for_input_ends_at_once() -> None:
    """A pipe that stays open: nothing is worth keeping yet."""
    command = [sys.executable, "-m", "adcore", "detect", "-"]
    process = subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    stderr, seconds = interrupt(process, after=4)
    assert process.returncode == 130
    assert seconds < 3
    assert stderr == "stopped; nothing more was written\n"


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
