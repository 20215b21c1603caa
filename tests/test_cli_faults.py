"""What a hostile world does to `adcore detect`: broken files, full disks, readers that leave."""

from __future__ import annotations

import gzip
import math
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from adcore.cli import app
from adcore.detect import workspace as workspaces
from adcore.detect.files import OutputError
from adcore.detect.workspace import Workspace

FAST = ("--trees", "5", "--sample-size", "16")
MANY = 60_000  # rows, of which the first 20 000 are looked at before the run
LINES = [
    f"2024-03-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z,"
    f"{10 + math.sin(minute / 7):.4f}"
    for minute in range(400)
]
CSV = "\n".join(["ts,load", *LINES]) + "\n"


def adcore(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adcore", "detect", *map(str, arguments), *FAST],
        text=True,
        check=False,
        timeout=120,
        **({"capture_output": True} | options),
    )


def refusal(path: Path, code: int = 3) -> str:
    """What is said about a file that is refused, beside which a result stays as it was."""
    output = path.with_name("results.csv")
    output.write_text("precious")
    arguments = ["detect", str(path), "--output", str(output), *FAST]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == code, found.stderr
    assert found.stdout == ""
    assert output.read_text() == "precious"
    assert {p.name for p in path.parent.iterdir()} == {path.name, output.name}
    lines = [line for line in found.stderr.splitlines() if not line.startswith("guessed")]
    assert len(lines) == 1
    return lines[0]


def compressed(path: Path, length: int = 400) -> bytes:
    """Rows as the reader of rows itself would compress them."""
    kinds = {".gz": "gzip", ".zst": "zstd"}
    form = "json" if ".jsonl" in path.name else "csv"
    rows = f"(FROM range({length}) AS r(i) SELECT epoch_ms(i * 60000) AS ts, sin(i / 7) AS load)"
    duckdb.sql(f"COPY {rows} TO '{path}' (FORMAT {form}, COMPRESSION {kinds[path.suffix]})")
    return path.read_bytes()


# -- compressed files


@pytest.mark.parametrize("length", [400, MANY], ids=["short", "long"])
@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zst", "a.jsonl.gz", "a.jsonl.zst"])
def test_a_compressed_file_that_was_cut(name: str, length: int, tmp_path: Path) -> None:
    path = tmp_path / name
    whole = compressed(path, length)
    for kept in (len(whole) // 2, len(whole) - 1, 20):
        path.write_bytes(whole[:kept])
        assert refusal(path) == f"error: {path} ends too early: it is not whole"


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zst", "a.jsonl.gz", "a.jsonl.zst"])
def test_a_compressed_file_with_a_wrong_byte(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    content = bytearray(compressed(path, MANY))
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    said = refusal(path)
    assert str(path) in said
    assert "damaged" in said or "corruption" in said


def test_a_checksum_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    content = gzip.compress(CSV.encode())
    path.write_bytes(content[:-8] + bytes(4) + content[-4:])
    assert "is damaged: CRC check failed" in refusal(path)


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zst"])
def test_something_behind_a_compressed_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(compressed(path) + b"something")
    assert "is damaged" in refusal(path)


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_several_files_in_one_are_whole(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(compressed(path) * 3)
    found = adcore(path, "--interval", "1m")
    assert found.returncode == 0
    assert "1,200 rows, 400 intervals" in found.stderr


# -- files that are broken far behind what was looked at first


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a,b,c,d", "CSV Error on Line: 50001; Original Line: a,b,c,d"),
        ('"never closed,1', "CSV Error on Line: 50001"),
        ("50000,abc", "row 50000, column 'load': 'abc' is not a number"),
        ("soon,1", "row 50000, column 'ts': 'soon' is not a number"),
    ],
)
def test_a_broken_line_of_csv(line: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [f"{60_000 * i},{i % 7}" for i in range(MANY)]
    lines[49_999] = line
    path.write_text("\n".join(["ts,load", *lines]) + "\n")
    said = refusal(path)
    assert says in said
    assert len(said) < 500


@pytest.mark.parametrize("place", [100, 50_000])
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"ts": 5', "'{\"ts\": 5' is not JSON; expected one JSON object a line"),
        ("[3]", "'[3]' is no object; expected one JSON object a line"),
    ],
)
def test_a_broken_line_of_json(line: str, says: str, place: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [f'{{"ts":{60_000 * i},"load":{i % 7}}}' for i in range(MANY)]
    lines[place - 1] = line
    path.write_text("\n".join(lines) + "\n")
    assert refusal(path) == f"error: {path}, line {place}: {says}"


def test_a_damaged_page_of_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    # Values that come again: what cannot be compressed is stored as it is, where nothing shows.
    rows = "SELECT epoch_ms(i * 60000) AS ts, round(sin(i / 9), 3) AS load FROM range(60000) r(i)"
    duckdb.sql(f"COPY ({rows}) TO '{path}' (ROW_GROUP_SIZE 10000, COMPRESSION gzip)")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(byte ^ 0x5A for byte in content[middle : middle + 4000])
    path.write_bytes(content)
    assert str(path) in refusal(path)


# -- files that are no text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (CSV.encode("utf-16"), "is text in UTF-16, expected UTF-8"),
        (CSV.replace("load", "läd").encode("latin-1"), "line 1: byte 0xe4 is not text in UTF-8"),
        ((CSV + "2024-03-02,\xe4\n").encode("latin-1"), "line 402: byte 0xe4 is not text in UTF-8"),
        (bytes(range(256)) * 100, "line 1: byte 0x00 is not text in UTF-8"),
        (bytes(10_000), "line 1: byte 0x00 is not text in UTF-8; expected CSV, NDJSON or Parquet"),
    ],
    ids=["utf-16", "latin-1", "latin-1 later", "noise", "zeros"],
)
def test_bytes_that_are_no_text(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert says in refusal(path)


def test_a_character_on_the_edge_of_what_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    head = "ts,load,note\n"
    for shift in range(4):
        first = "2024-03-01T00:00:00Z,1," + "x" * ((1 << 16) - len(head) - 24 + shift) + "€\n"
        path.write_text(head + first + "".join(line + ",y\n" for line in LINES), encoding="utf-8")
        found = CliRunner().invoke(app, ["detect", str(path), "--interval", "1m", *FAST])
        assert found.exit_code == 0, found.stderr


def test_columns_with_one_text_are_shown_with_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV + "2024-03-02T00:00:00Z,abc\n")
    assert "no column is numeric" in refusal(path)
    assert "'load' holds 'abc' in row 401; choose some with --value" in refusal(path)


# -- standard output and input


def test_a_reader_who_left_is_no_failure_to_speak_of(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV.replace(",10.0000", ",99.0", 1) + "2024-03-01T06:40:00Z,500\n")
    reading, writing = os.pipe()
    os.close(reading)
    found = adcore(path, capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert found.returncode == 4
    assert "rror" not in found.stderr


def test_a_full_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV + "2024-03-01T06:40:00Z,500\n")
    with Path("/dev/full").open("w") as full:
        found = adcore(path, capture_output=False, stdout=full, stderr=subprocess.PIPE)
        assert found.returncode == 4
        last = found.stderr.splitlines()[-1]
        assert last == "error: the standard output was not written: No space left on device"
        silent = adcore(path, capture_output=False, stdout=full, stderr=full)
    assert silent.returncode == 4


def test_a_closed_standard_input() -> None:
    found = adcore("-", preexec_fn=lambda: os.close(0))
    assert found.returncode == 3
    assert found.stderr == "error: standard input is closed\n"


# -- full disks


def limited(size: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("name", ["r.parquet", "r.csv", "r.csv.gz", "r.csv.zst", "r.jsonl"])
def test_a_full_disk_leaves_every_kind_of_old_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV)
    target = tmp_path / name
    target.write_text("precious")
    found = adcore(path, "--output", target, preexec_fn=limited(2_000))
    assert found.returncode == 4
    assert found.stderr.splitlines()[-1] == f"error: {target} was not written: File too large"
    assert target.read_text() == "precious"
    assert {p.name for p in tmp_path.iterdir()} == {"a.csv", name}


def test_a_full_temporary_folder_names_the_way_out(tmp_path: Path) -> None:
    found = adcore(
        "-", input=CSV, preexec_fn=limited(2_000), env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    assert found.returncode == 4
    assert found.stderr == (
        f"error: intermediate results were not written to {tmp_path}: File too large; "
        "the environment variable TMPDIR names another folder\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_tables_that_do_not_fit_the_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit holds for the whole process: it is lifted before anything else is written."""
    monkeypatch.setattr(workspaces, "MEMORY_LIMIT", "40MB")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    query = "CREATE TABLE t AS SELECT i, md5(i::VARCHAR) AS m FROM range(2000000) r(i) ORDER BY m"
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
        with pytest.raises(OutputError, match=r"intermediate results .* TMPDIR"), Workspace() as w:
            w.connection.execute(query)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)
    assert not w.folder.exists()
