"""The command line on files of a few hundred rows: results, messages and exit codes."""

from __future__ import annotations

import csv
import gzip
import json
import math
import os
import re
import resource
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from adcore import ThresholdedForest, __version__
from adcore.cli import app

START = datetime(2024, 3, 1, tzinfo=timezone.utc)
SPIKE = 300
FAST = ["--trees", "20", "--sample-size", "64"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["detect", *map(str, arguments), *FAST])


def errors(result: Result) -> str:
    """Standard error as one line."""
    return " ".join(result.stderr.split())


def when(minute: int) -> str:
    return f"{START + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}"


def wave(minute: int, spike: int = SPIKE) -> float:
    return round(10 + math.sin(minute / 7) + (30 if minute == spike else 0), 4)


def rows(length: int = 400, spike: int = SPIKE) -> list[tuple[str, float]]:
    return [(when(minute), wave(minute, spike)) for minute in range(length)]


def write(path: Path, lines: list[tuple[Any, ...]], header: str = "ts,load") -> Path:
    path.write_text("\n".join([header, *(",".join(map(str, line)) for line in lines)]) + "\n")
    return path


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """400 minutes of a wave with one spike."""
    return write(tmp_path / "series.csv", rows())


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Three hosts in two regions; the spike of host i is i minutes later."""
    lines = [
        (when(minute), f"h{host}", "eu" if host else "NA", wave(minute + host, SPIKE + 2 * host))
        for minute in range(400)
        for host in range(3)
    ]
    return write(tmp_path / "fleet.csv", lines, "ts,host,region,load")


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# -- what is found


def test_the_spike_is_found_and_explained(series: Path) -> None:
    result = run(series)
    assert result.exit_code == 0
    first = next(line for line in result.stdout.splitlines() if "2024-03-01" in line)
    assert "2024-03-01 05:00" in first
    assert "mean(load) 3" in first
    assert "expected" in first


def test_what_is_guessed_is_said(series: Path) -> None:
    said = errors(run(series))
    assert "guessed: the time is column 'ts', ISO 8601" in said
    assert "guessed: values are the numeric columns load" in said
    assert "guessed: the interval is 1m" in said
    assert "400 rows, 400 intervals of 1m" in said


def test_what_is_told_is_not_guessed(series: Path) -> None:
    told = ("--time-field", "ts", "--time-format", "iso", "--value", "load", "--interval", "1m")
    assert "guessed" not in errors(run(series, *told))


def test_results_are_those_of_the_forest(series: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.csv"
    assert run(series, "--output", output).exit_code == 0
    written = read_csv(output)
    forest = ThresholdedForest(1, shingle_size=8, number_of_trees=20, sample_size=64)
    minutes = [int((START + timedelta(minutes=i)).timestamp()) * 1000 for i in range(400)]
    expected = forest.process([value for _, value in rows()], minutes)
    assert [float(row["score"]) for row in written] == expected.score.tolist()
    assert [float(row["grade"]) for row in written] == expected.grade.tolist()
    assert [row["time"] for row in written] == [when(minute) for minute in range(400)]
    assert float(written[SPIKE]["expected_mean(load)"]) == expected.expected[SPIKE, 0]
    assert written[0]["expected_mean(load)"] == ""


def test_one_forest_per_entity(fleet: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.csv"
    result = run(fleet, "--entity", "host", "--entity", "region", "--output", output)
    assert result.exit_code == 0
    written = read_csv(output)
    assert len(written) == 1200
    assert {(row["host"], row["region"]) for row in written} == {
        ("h0", "NA"),
        ("h1", "eu"),
        ("h2", "eu"),
    }
    found = {row["host"]: row["time"] for row in written if float(row["grade"]) > 0.5}
    assert found == {f"h{host}": when(SPIKE + host) for host in range(3)}


def test_entities_do_not_touch_each_other_and_threads_nothing(fleet: Path, tmp_path: Path) -> None:
    outputs = []
    for threads in (1, 4):
        output = tmp_path / f"{threads}.csv"
        run(fleet, "--entity", "host", "--output", output, "--threads", threads)
        outputs.append(output.read_text())
    assert outputs[0] == outputs[1]
    alone = write(
        tmp_path / "alone.csv",
        [(row["ts"], row["load"]) for row in read_csv(fleet) if row["host"] == "h1"],
    )
    run(alone, "--output", tmp_path / "alone_results.csv")
    among = [row["score"] for row in read_csv(tmp_path / "1.csv") if row["host"] == "h1"]
    assert among == [row["score"] for row in read_csv(tmp_path / "alone_results.csv")]


def test_features_are_computed_per_interval(tmp_path: Path) -> None:
    lines = [(when(i // 4), "ab"[i % 2], i % 4) for i in range(1600)]
    path = write(tmp_path / "a.csv", lines, "ts,user,x")
    output = tmp_path / "results.csv"
    names = ["count", "sum(x)", "min(x)", "max(x)", "median(x)", "p100(x)", "distinct(user)"]
    options = [option for name in names for option in ("--feature", name)]
    assert run(path, *options, "--interval", "1m", "--output", output).exit_code == 0
    row = read_csv(output)[10]
    assert [float(row[name]) for name in names] == [4, 6, 0, 3, pytest.approx(1.5), 3, 2]


def test_counts_see_intervals_without_rows(tmp_path: Path) -> None:
    lines = [line for line in rows() if line[0] not in {when(i) for i in range(300, 320)}]
    output = tmp_path / "results.csv"
    path = write(tmp_path / "a.csv", lines)
    run(path, "--feature", "count", "--value", "load", "--interval", "1m", "--output", output)
    written = read_csv(output)
    assert len(written) == 400
    assert {(row["count"], row["mean(load)"]) for row in written[300:320]} == {("0.0", "")}
    assert max(float(row["grade"]) for row in written[300:320]) > 0


def test_numbered_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [(value,) for _, value in rows()], "load")
    output = tmp_path / "results.csv"
    result = run(path, "--output", output)
    assert "no column tells the time: rows are numbered" in errors(result)
    assert [int(row["row"]) for row in read_csv(output)] == list(range(1, 401))
    assert re.search(rf"^ ?{SPIKE + 1} ", result.stdout, re.MULTILINE)


# -- formats of results


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "csv.zst", "jsonl", "ndjson.gz", "parquet"])
def test_every_format_holds_the_same(suffix: str, series: Path, tmp_path: Path) -> None:
    path = tmp_path / f"results.{suffix}"
    assert run(series, "--output", path).exit_code == 0
    query = "SELECT score, grade, epoch_ms(time::TIMESTAMP) FROM "
    found = duckdb.execute(f"{query} '{path}'").fetchall()
    run(series, "--output", tmp_path / "reference.csv")
    reference = read_csv(tmp_path / "reference.csv")
    assert [row[0] for row in found] == [float(row["score"]) for row in reference]
    assert found[1][2] - found[0][2] == 60_000


def test_json_lines_have_null_for_what_is_missing(series: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    run(series, "--output", path)
    text = path.read_text().splitlines()
    lines = [json.loads(line, parse_constant=pytest.fail) for line in text]
    assert lines[0]["expected_mean(load)"] is None
    assert lines[SPIKE]["expected_mean(load)"] < 20


def test_gzip_results_are_gzip(series: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.csv.gz"
    run(series, "--output", path)
    with gzip.open(path, "rt") as file:
        assert file.readline().startswith("time,score,threshold,grade")


def test_a_column_may_be_called_like_a_result(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [(t, "a", v) for t, v in rows()], "ts,Score,load")
    output = tmp_path / "results.csv"
    assert run(path, "--entity", "Score", "--output", output).exit_code == 0
    assert read_csv(output)[0]["Score"] == "a"
    assert "score_" in read_csv(output)[0]


def test_a_report_is_written(series: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    assert run(series, "--report", path).exit_code == 0
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


# -- order of rows


def shuffled(distance: int) -> list[tuple[str, float]]:
    """Rows that are at most ``distance`` places from where they belong."""
    draw = np.random.default_rng(4)
    return [
        line for _, line in sorted((i + draw.random() * distance, r) for i, r in enumerate(rows()))
    ]


@pytest.mark.parametrize(
    ("lines", "is_sorted_first"),
    [
        (rows(), False),
        (shuffled(2), False),
        (shuffled(50), True),
        (list(reversed(rows())), True),
    ],
    ids=["in order", "a little late", "very late", "newest first"],
)
def test_the_order_of_rows_changes_nothing(
    lines: list[tuple[str, float]], is_sorted_first: bool, tmp_path: Path, series: Path
) -> None:
    path = write(tmp_path / "a.csv", lines)
    output = tmp_path / "results.csv"
    result = run(path, "--interval", "1m", "--lateness", "2m", "--output", output)
    assert result.exit_code == 0
    assert ("they were sorted first" in errors(result)) == is_sorted_first
    run(series, "--output", tmp_path / "reference.csv")
    assert output.read_text() == (tmp_path / "reference.csv").read_text()


def test_duplicate_times_are_gathered(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [line for line in rows() for _ in range(2)])
    output = tmp_path / "results.csv"
    assert run(path, "--interval", "1m", "--output", output).exit_code == 0
    assert [float(row["mean(load)"]) for row in read_csv(output)] == [v for _, v in rows()]


# -- odd data


def test_mixed_zones_are_said(tmp_path: Path) -> None:
    lines = rows()
    lines[5] = ("2024-03-01T02:05:00+02:00", lines[5][1])
    lines[6] = ("2024-03-01T00:06:00", lines[6][1])
    path = write(tmp_path / "a.csv", lines)
    result = run(path)
    assert result.exit_code == 0
    assert "1 of 400 times have no zone: they are taken as UTC" in errors(result)
    assert "400 intervals of 1m" in errors(result)


def test_nan_inf_and_huge_values_are_missing_and_said(tmp_path: Path) -> None:
    lines: list[tuple[str, Any]] = list(rows())
    for minute, value in ((100, "NaN"), (110, "inf"), (120, "-inf"), (130, "1e300"), (140, "")):
        lines[minute] = (when(minute), value)
    output = tmp_path / "results.csv"
    result = run(write(tmp_path / "a.csv", lines), "--value", "load", "--output", output)
    assert result.exit_code == 0
    assert "3 values are infinite or beyond ±1e30: taken as missing" in errors(result)
    written = read_csv(output)
    assert [i for i, row in enumerate(written) if row["mean(load)"] == ""] == [
        100,
        110,
        120,
        130,
        140,
    ]
    found = {i for i, row in enumerate(written) if float(row["grade"]) > 0.5}
    assert SPIKE in found
    assert not found & set(range(100, 150))


def test_features_too_large_are_missing_and_said(tmp_path: Path) -> None:
    lines = [(t, v, "9e29") for t, v in rows() for _ in range(2)]
    path = write(tmp_path / "a.csv", lines, "ts,load,huge")
    result = run(path, "--value", "load", "--feature", "sum(huge)", "--interval", "1m")
    assert result.exit_code == 0
    assert "400 features are infinite or beyond ±1e30" in errors(result)


def test_a_constant_series_has_no_anomaly_and_says_so(tmp_path: Path) -> None:
    result = run(write(tmp_path / "a.csv", [(when(i), 5) for i in range(400)]))
    assert result.exit_code == 0
    assert "mean(load) never changes: no anomaly can be found in it" in errors(result)
    assert " 0 anomalous intervals" in errors(result)
    assert result.stdout == ""


def test_a_feature_without_values_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [(t, v, "") for t, v in rows()], "ts,load,nothing")
    result = run(path, "--value", "load", "--value", "nothing")
    assert result.exit_code == 0
    assert "mean(nothing) has no values at all" in errors(result)


def test_one_wrong_clock_loses_nothing(tmp_path: Path, series: Path) -> None:
    lines = rows()
    path = write(tmp_path / "a.csv", [*lines[:100], ("2031-01-01T00:00:00Z", 10.0), *lines[100:]])
    output = tmp_path / "results.csv"
    report = tmp_path / "report.html"
    assert run(path, "--interval", "1m", "--output", output, "--report", report).exit_code == 0
    run(series, "--output", tmp_path / "reference.csv")
    reference = (tmp_path / "reference.csv").read_text().splitlines()
    assert output.read_text().splitlines()[: len(reference)] == reference


# -- what is refused


def refusal(tmp_path: Path, content: str, *options: str) -> Result:
    path = tmp_path / "bad.csv"
    path.write_text(content)
    output = tmp_path / "results.csv"
    output.write_text("precious")
    result = run(path, "--output", output, *options)
    assert output.read_text() == "precious"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.csv", "results.csv"]
    assert result.stdout == ""
    return result


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "bad.csv is empty"),
        ("ts,load\n", "bad.csv holds no rows, only the columns ts, load"),
        ("ts,load\n2024-03-01,1\n", "bad.csv: with one row no entity has two different times"),
        ("ts,load\n" + "2024-03-01,1\n" * 500, "in the first 500 rows no entity has two different"),
        ("ts,load\n2024-03-01,1\n2024-03-02,2\n", "too short: no entity was scored (intervals: 2"),
        ("ts,load\n2024-03-01,1\n2024-03-02,x\n2024-03-03,3\n", "row 2, column 'load': 'x' is not"),
    ],
)
def test_data_that_cannot_be_used(content: str, says: str, tmp_path: Path) -> None:
    result = refusal(tmp_path, content, "--value", "load")
    assert result.exit_code == 3
    assert "error: " in errors(result)
    assert says in errors(result)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--value", "lod"], "--value: there is no column 'lod'; did you mean 'load'?"),
        (["--entity", "host"], "--entity: there is no column 'host'; The columns are: ts, load"),
        (["--time-field", "time"], "--time-field: there is no column 'time'"),
        (["--feature", "mean(lod)"], "--feature: there is no column 'lod'"),
        (["--feature", "mode(load)"], "--feature is 'mode(load)', expected count or function"),
        (["--interval", "5 parsecs"], "'5 parsecs'"),
        (["--interval", "0m"], "'0m'"),
        (["--preset", "magic"], "'magic'"),
        (["--shingle-size", "70000"], "70000"),
        (
            ["--report", "report.pdf"],
            "--report is 'report.pdf', expected a name that ends in .html",
        ),
        (["--trees", "many"], "integer"),
        (["--frobnicate"], "--frobnicate"),
    ],
)
def test_wrong_usage(options: list[str], says: str, series: Path) -> None:
    result = CliRunner().invoke(app, ["detect", str(series), *options])
    assert result.exit_code == 2
    assert says in errors(result)


@pytest.mark.parametrize("name", ["results.xlsx", "results", "results.parquet.gz", "results.gz"])
def test_an_output_of_unknown_kind(name: str, series: Path, tmp_path: Path) -> None:
    result = run(series, "--output", tmp_path / name)
    assert result.exit_code == 2
    assert "expected a name that ends in .parquet, .csv, .jsonl or .ndjson" in errors(result)
    assert not (tmp_path / name).exists()


def test_a_missing_file(tmp_path: Path) -> None:
    result = run(tmp_path / "nothing.csv")
    assert result.exit_code == 3
    assert "nothing.csv: No such file or directory" in errors(result)


def test_an_output_in_no_folder_is_found_out_at_once(series: Path, tmp_path: Path) -> None:
    result = run(series, "--output", tmp_path / "nowhere" / "results.csv")
    assert result.exit_code == 4
    assert "there is no folder" in errors(result)
    assert "guessed" not in errors(result)


def test_a_device_is_not_replaced(series: Path, tmp_path: Path) -> None:
    link = tmp_path / "results.csv"
    link.symlink_to("/dev/full")
    result = run(series, "--output", link)
    assert result.exit_code == 4
    assert "no plain file" in errors(result)
    assert Path("/dev/full").is_char_device()


def test_a_link_is_written_through(series: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.csv"
    link = tmp_path / "results.csv"
    link.symlink_to(target)
    assert run(series, "--output", link).exit_code == 0
    assert link.is_symlink()
    assert len(read_csv(target)) == 400


# -- the process


def adcore(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adcore", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )


def limit_file_size() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


@pytest.mark.parametrize("option", ["--output", "--report"])
def test_a_full_disk_leaves_the_old_file(option: str, series: Path, tmp_path: Path) -> None:
    target = tmp_path / ("results.csv" if option == "--output" else "report.html")
    target.write_text("precious")
    result = adcore("detect", series, option, target, *FAST, preexec_fn=limit_file_size)
    assert result.returncode == 4
    assert f"error: {target} was not written" in " ".join(result.stderr.split())
    assert target.read_text() == "precious"
    assert {p.name for p in tmp_path.iterdir()} == {"series.csv", target.name}


def test_standard_input_and_a_quiet_pipe(series: Path) -> None:
    result = adcore("detect", "-", *FAST, input=series.read_text())
    assert result.returncode == 0
    assert "2024-03-01 05:00" in result.stdout
    assert "\x1b" not in result.stdout + result.stderr
    assert "reading" not in result.stderr


def test_the_installed_command_and_its_version() -> None:
    command = Path(sys.executable).with_name("adcore")
    found = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert found.stdout == f"adcore {__version__}\n"


def test_help_lists_exit_codes() -> None:
    found = adcore("detect", "--help", env={**os.environ, "COLUMNS": "200"})
    for code in ("0 done", "2 the command line", "3 the data", "4 a result", "130 interrupted"):
        assert code in found.stdout


@pytest.mark.parametrize(("given", "expected"), [((), os.cpu_count()), (("--threads", "3"), 3)])
def test_a_service_looks_at_many_models_with_all_processors(
    given: tuple[str, ...], expected: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from adcore.service import serve  # noqa: PLC0415 -- it needs much that the others do not

    asked: list[serve.ServeOptions] = []
    monkeypatch.setattr(serve, "serve", asked.append)
    command = ["serve", "--data", str(tmp_path), "--model-memory", "11GB", *given]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.stderr
    (options,) = asked
    assert options.settings.detection.threads == expected
    assert options.settings.detection.model_memory == 11 * 10**9
