"""Files of any supported kind, and their columns, times and intervals."""

from __future__ import annotations

import gzip
import io
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from adcore.detect.batches import RowBatch
from adcore.detect.columns import find_columns
from adcore.detect.entities import EntityNames
from adcore.detect.intervals import format_interval, guess_interval
from adcore.detect.plan import Request, make_plan
from adcore.detect.rows import RowCounts, read_rows
from adcore.detect.sources import STDIN, Source, open_source
from adcore.detect.timestamps import guess_format, guess_time_field
from adcore.detect.workspace import Workspace
from adcore.errors import DataError, InvalidArgumentError

START = datetime(2024, 3, 1, tzinfo=timezone.utc)
START_MS = int(START.timestamp()) * 1000
COLUMNS = ["ts", "host", "load"]
# Enough rows that a value can lie behind the sample.
MANY = 30_000


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace() as made:
        yield made


def table(rows: int = 50) -> list[dict[str, Any]]:
    return [
        {
            "ts": f"{START + timedelta(minutes=i):%Y-%m-%d %H:%M:%S}",
            "host": f"h{i % 3}",
            "load": i / 4,
        }
        for i in range(rows)
    ]


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",") -> str:
    lines = [delimiter.join(rows[0])]
    lines += [delimiter.join("" if v is None else str(v) for v in row.values()) for row in rows]
    return "\n".join(lines) + "\n"


def as_ndjson(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_parquet(rows: list[dict[str, Any]], path: Path) -> None:
    source = path.with_suffix(".source.jsonl")
    source.write_text(as_ndjson(rows))
    duckdb.connect().execute(f"COPY (FROM '{source}') TO '{path}' (FORMAT parquet)")


def compressed(text: str, path: Path) -> None:
    """By the suffix of the path; zstd by the database, as Python has none before 3.14."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
        return
    lines = path.with_suffix(".lines")
    lines.write_text(text)
    duckdb.connect().execute(
        f"COPY (FROM read_csv('{lines}', header = false, delim = '\x1f', quote = '', "
        f"columns = {{'line': 'VARCHAR'}})) TO '{path}' (FORMAT csv, COMPRESSION zstd, "
        "HEADER false, QUOTE '', DELIMITER '\x1f')"
    )


def write(rows: list[dict[str, Any]], path: Path) -> Path:
    if path.suffix == ".parquet":
        as_parquet(rows, path)
    else:
        text = as_ndjson(rows) if "json" in path.name else as_csv(rows)
        if path.suffix in (".gz", ".zst"):
            compressed(text, path)
        else:
            path.write_text(text)
    return path


def batches(workspace: Workspace, source: Source, **request: Any) -> tuple[RowBatch, RowCounts]:
    """All rows as one batch."""
    plan = make_plan(workspace, source, Request(**request))
    counts = RowCounts()
    parts = list(read_rows(workspace.cursor(), plan.reading, counts))
    times = np.concatenate([part.timestamps for part in parts])
    values = [np.concatenate([p.values[i] for p in parts]) for i in range(len(parts[0].values))]
    return RowBatch(times, values, parts[0].keys), counts


def texts(batch: RowBatch, column: int = 0) -> list[str | None]:
    """The texts of a key column; of the first batch only."""
    codes, labels = batch.keys[column]
    return [labels[code] for code in codes]


# -- kinds of files


@pytest.mark.parametrize(
    "name",
    [
        "a.csv",
        "a.csv.gz",
        "a.csv.zst",
        "a.jsonl",
        "a.ndjson.gz",
        "a.ndjson.zst",
        "a.json",
        "a.parquet",
        "without_suffix",
        "odd [name]*{1}.csv",
        "it's.csv",
    ],
)
def test_every_kind_of_file_gives_the_same_rows(
    name: str, tmp_path: Path, workspace: Workspace
) -> None:
    source = open_source(workspace, str(write(table(), tmp_path / name)))
    assert [column.name for column in source.columns] == COLUMNS
    batch, counts = batches(workspace, source, entities=("host",), values=("load",))
    assert counts.rows == 50
    assert batch.timestamps.tolist() == [START_MS + 60_000 * i for i in range(50)]
    assert texts(batch) == [f"h{i % 3}" for i in range(50)]
    assert batch.values[0].tolist() == [i / 4 for i in range(50)]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "csv.gz", "csv.zst", "jsonl.gz"])
def test_standard_input_is_recognised_by_its_content(
    kind: str, tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write(table(), tmp_path / f"a.{kind}").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    source = open_source(workspace, STDIN)
    assert source.name == "standard input"
    assert [column.name for column in source.columns] == COLUMNS


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(delimiter: str, tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "a.csv"
    path.write_text(as_csv(table(), delimiter))
    source = open_source(workspace, str(path))
    assert [column.name for column in source.columns] == COLUMNS


def test_quoted_values_may_hold_delimiters_and_line_ends(
    tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "a.csv"
    path.write_text('ts,host,load\n2024-03-01,"a, ""b""\nc",1\n2024-03-02,d,2\n')
    source = open_source(workspace, str(path))
    batch, _ = batches(workspace, source, entities=("host",), interval="1d")
    assert texts(batch) == ['a, "b"\nc', "d"]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet"])
def test_the_number_of_rows_is_known_or_estimated(
    name: str, tmp_path: Path, workspace: Workspace
) -> None:
    source = open_source(workspace, str(write(table(MANY), tmp_path / name)))
    assert source.rows is not None
    assert source.rows == pytest.approx(MANY, rel=0.1)


# -- files that cannot be used


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n\n", "holds no rows"),
        ("header.csv", b"ts,load\n", "no rows, only the columns ts, load"),
        ("ragged.csv", b"ts,load\n2024-01-01,1\n2024-01-02,2,3\n", "Expected Number of Columns: 2"),
        ("broken.jsonl", b'{"ts":1}\n{"ts":\n', "line 2: '{\"ts\":' is not JSON"),
        ("list.jsonl", b"1\n2\n", "one JSON object a line"),
        ("not.parquet", b"ts,load\n", "not a Parquet file"),
        ("cut.parquet", b"PAR1 and then nothing", "cut.parquet"),
        ("a.csv.bz2", b"BZh91AY", "bzip2"),
        ("a.zip", b"PK\x03\x04....", "zip"),
        ("noise.csv", bytes(range(256)) * 100, "noise.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    name: str, content: bytes, says: str, tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        open_source(workspace, str(path))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder(tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(DataError, match="No such file"):
        open_source(workspace, str(tmp_path / "nothing.csv"))
    with pytest.raises(DataError, match="directory"):
        open_source(workspace, str(tmp_path))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_text_among_numbers_is_named_by_row_column_and_value(
    name: str, tmp_path: Path, workspace: Workspace
) -> None:
    rows = table(MANY)
    rows[MANY - 5]["load"] = "broken"
    source = open_source(workspace, str(write(rows, tmp_path / name)))
    with pytest.raises(DataError, match=rf"{name}, row {MANY - 4}, column 'load': 'broken'"):
        batches(workspace, source, values=("load",))


def test_text_among_numbers_may_be_skipped(tmp_path: Path, workspace: Workspace) -> None:
    rows = table()
    rows[7]["load"] = "broken"
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    batch, counts = batches(workspace, source, values=("load",), skip_bad_values=True)
    assert np.flatnonzero(np.isnan(batch.values[0])).tolist() == [7]
    assert counts.bad_values == 1


def test_a_time_that_cannot_be_read_is_named(tmp_path: Path, workspace: Workspace) -> None:
    rows = table(MANY)
    rows[MANY - 1]["ts"] = "yesterday"
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    with pytest.raises(DataError, match=rf"row {MANY}, column 'ts': 'yesterday' is not a time"):
        batches(workspace, source)


@pytest.mark.parametrize("word", ["", "NA", "n/a", "NaN", "null", "None", "-"])
def test_words_for_missing_values(word: str, tmp_path: Path, workspace: Workspace) -> None:
    rows = table()
    rows[3]["load"] = word
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    batch, counts = batches(workspace, source)
    assert np.flatnonzero(np.isnan(batch.values[0])).tolist() == [3]
    assert counts.out_of_range == 0


def test_infinite_and_huge_values_are_counted_and_missing(
    tmp_path: Path, workspace: Workspace
) -> None:
    rows = table()
    for row, value in enumerate(["inf", "-inf", "1e31", "1e400", "1e30"]):
        rows[row]["load"] = value
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    batch, counts = batches(workspace, source, values=("load",))
    assert counts.out_of_range == 4
    assert np.isnan(batch.values[0][:4]).all()
    assert batch.values[0][4] == 1e30


def test_rows_without_a_time_are_counted(tmp_path: Path, workspace: Workspace) -> None:
    rows = table()
    rows[9]["ts"] = ""
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    batch, counts = batches(workspace, source, time_field="ts")
    assert counts.rows_without_time == 1
    assert len(batch) == 49
    assert 9 * 60_000 + START_MS not in batch.timestamps
    assert batch.values[0].tolist() == [i / 4 for i in range(50) if i != 9]


def test_a_name_like_a_missing_word_is_a_name(tmp_path: Path, workspace: Workspace) -> None:
    rows = table()
    for i, row in enumerate(rows):
        row["host"] = ("NA", "EU", "")[i % 3]
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    batch, _ = batches(workspace, source, entities=("host",))
    assert texts(batch)[:3] == ["NA", "EU", ""]


def test_several_entity_columns_make_one_key(tmp_path: Path, workspace: Workspace) -> None:
    source = open_source(workspace, str(write(table(), tmp_path / "a.csv")))
    batch, _ = batches(
        workspace, source, entities=("host", "load"), features=("count",), interval="1m"
    )
    assert (texts(batch, 0)[4], texts(batch, 1)[4]) == ("h1", "1.0")
    names = EntityNames(("host", "load"), [("h1", "1.0"), ("", "2")])
    assert [names.label(i) for i in range(2)] == ["h1 / 1.0", "(none) / 2"]


# -- columns


def test_an_unknown_column_suggests_the_nearest(tmp_path: Path, workspace: Workspace) -> None:
    source = open_source(workspace, str(write(table(), tmp_path / "a.csv")))
    with pytest.raises(InvalidArgumentError) as caught:
        find_columns(["Laod"], source.columns, "--value")
    assert str(caught.value) == (
        "--value: there is no column 'Laod'; did you mean 'load'? The columns are: ts, host, load"
    )


def test_ten_thousand_columns(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "wide.csv"
    names = ["ts", *(f"c{i}" for i in range(10_000))]
    line = ",".join(["1.5"] * 10_000)
    times = [f"{START + timedelta(minutes=i):%Y-%m-%d %H:%M:%S}" for i in range(30)]
    path.write_text("\n".join([",".join(names), *(f"{t},{line}" for t in times)]) + "\n")
    source = open_source(workspace, str(path))
    assert len(source.columns) == 10_001
    with pytest.raises(InvalidArgumentError, match=r"10000 numeric columns.*--value"):
        make_plan(workspace, source, Request())
    batch, _ = batches(workspace, source, values=("c9999",))
    assert batch.values[0].tolist() == [1.5] * 30


def test_the_same_column_read_twice_is_read_once(tmp_path: Path, workspace: Workspace) -> None:
    source = open_source(workspace, str(write(table(), tmp_path / "a.csv")))
    request = Request(features=("mean(load)", "max(load)", "distinct(load)", "count", "mean(load)"))
    plan = make_plan(workspace, source, request)
    assert [feature.name for feature in plan.features] == [
        "mean(load)",
        "max(load)",
        "distinct(load)",
        "count",
    ]
    assert [feature.fields for feature in plan.bucket_features] == [("0",), ("0",), ("1",), ()]
    assert plan.reading.as_codes == (False, True)


def test_text_can_be_counted_but_not_averaged(tmp_path: Path, workspace: Workspace) -> None:
    source = open_source(workspace, str(write(table(), tmp_path / "a.csv")))
    batch, _ = batches(workspace, source, features=("distinct(host)",))
    assert len(set(batch.values[0].tolist())) == 3
    with pytest.raises(DataError, match="row 1, column 'host': 'h0' is not a number"):
        batches(workspace, source, features=("mean(host)",))


def test_without_a_numeric_column_one_is_asked_for(tmp_path: Path, workspace: Workspace) -> None:
    rows = [{"ts": row["ts"], "host": row["host"]} for row in table()]
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    with pytest.raises(DataError, match=r"no column is numeric.*ts, host.*--feature count"):
        make_plan(workspace, source, Request())


# -- times


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", "iso"),
        ("%Y-%m-%d %H:%M:%S", "iso"),
        ("%Y-%m-%d %H:%M:%S+00:00", "iso"),
        ("%Y/%m/%d %H:%M", "iso"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M"),
        ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M"),
        ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M %p"),
        ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S"),
        ("%Y%m%d%H%M%S", "%Y%m%d%H%M%S"),
        ("%d/%b/%Y:%H:%M:%S +0000", "%d/%b/%Y:%H:%M:%S %z"),
        ("%a, %d %b %Y %H:%M:%S +0000", "%a, %d %b %Y %H:%M:%S %z"),
    ],
)
def test_formats_of_times_are_guessed(
    pattern: str, name: str, tmp_path: Path, workspace: Workspace
) -> None:
    moments = [START + timedelta(hours=i) for i in range(24 * 20)]
    rows = [{"ts": moment.strftime(pattern), "load": 1} for moment in moments]
    source = open_source(workspace, str(write(rows, tmp_path / "a.jsonl")))
    found = guess_time_field(workspace.connection, source.columns)
    assert found is not None
    assert (found[0].name, found[1].name) == ("ts", name)
    batch, _ = batches(workspace, source)
    assert batch.timestamps.tolist() == [START_MS + 3_600_000 * i for i in range(24 * 20)]


@pytest.mark.parametrize(("unit", "scale"), [("s", 1e-3), ("ms", 1), ("us", 1e3), ("ns", 1e6)])
@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_units_of_epoch_times_are_guessed(
    unit: str, scale: float, name: str, tmp_path: Path, workspace: Workspace
) -> None:
    rows = [{"ts": int((START_MS + 1000 * i) * scale), "load": i} for i in range(50)]
    source = open_source(workspace, str(write(rows, tmp_path / name)))
    found = guess_time_field(workspace.connection, source.columns)
    assert found is not None
    assert found[1].name == unit
    batch, _ = batches(workspace, source, values=("load",))
    assert batch.timestamps.tolist() == [START_MS + 1000 * i for i in range(50)]


def test_a_day_without_a_time_is_no_number(tmp_path: Path, workspace: Workspace) -> None:
    rows = [{"date": f"{START + timedelta(days=i):%Y%m%d}", "load": i} for i in range(50)]
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    plan = make_plan(workspace, source, Request())
    assert plan.interval == 86_400_000
    assert plan.reading.time is not None
    assert plan.reading.time[1].name == "%Y%m%d"


def test_of_days_and_months_the_order_of_rows_decides(tmp_path: Path, workspace: Workspace) -> None:
    rows = [{"ts": f"{START + timedelta(days=i):%m/%d/%Y}", "load": i} for i in range(9)]
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    found = guess_format(workspace.connection, source.columns[0])
    assert found is not None
    assert found.name == "%m/%d/%Y"


def test_zones_are_respected_and_mixtures_counted(tmp_path: Path, workspace: Workspace) -> None:
    rows = table()
    rows[1]["ts"] = "2024-03-01T02:01:00+02:00"
    rows[2]["ts"] = "2024-02-29T19:02:00-05:00"
    rows[3]["ts"] = "2024-03-01T00:03:00Z"
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    batch, counts = batches(workspace, source)
    assert batch.timestamps.tolist() == [START_MS + 60_000 * i for i in range(50)]
    assert (counts.times_with_zone, counts.times_without_zone) == (3, 47)


def test_a_column_that_only_sounds_like_time_is_passed_over(
    tmp_path: Path, workspace: Workspace
) -> None:
    rows = [{"air_time": 90 + i, "when": row["ts"], "load": 1} for i, row in enumerate(table())]
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    found = guess_time_field(workspace.connection, source.columns)
    assert found is not None
    assert found[0].name == "when"


def test_without_times_rows_are_numbered(tmp_path: Path, workspace: Workspace) -> None:
    rows = [{"load": row["load"]} for row in table()]
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    plan = make_plan(workspace, source, Request())
    assert not plan.has_time
    assert any("rows are numbered" in guess for guess in plan.guesses)
    batch, _ = batches(workspace, source)
    assert batch.timestamps.tolist() == list(range(50))
    with pytest.raises(InvalidArgumentError, match="--interval needs times"):
        make_plan(workspace, source, Request(interval="5m"))


def test_a_chosen_time_column_without_times_shows_a_value(
    tmp_path: Path, workspace: Workspace
) -> None:
    source = open_source(workspace, str(write(table(), tmp_path / "a.csv")))
    with pytest.raises(DataError, match=r"'host' tells times in no known format.*'h0'"):
        make_plan(workspace, source, Request(time_field="host"))


@pytest.mark.parametrize(
    ("name", "text"), [("interval", "5 parsecs"), ("interval", "-5m"), ("lateness", "soon")]
)
def test_a_wrong_interval_names_its_option(
    name: str, text: str, tmp_path: Path, workspace: Workspace
) -> None:
    source = open_source(workspace, str(write(table(), tmp_path / "a.csv")))
    request = replace(Request(), **{name: text})  # type: ignore[arg-type]  # one of the texts
    with pytest.raises(InvalidArgumentError, match=f"--{name}.*'{text}'.*such as '5m'"):
        make_plan(workspace, source, request)


@pytest.mark.parametrize(
    ("time_format", "says"),
    [
        ("fortnights", "--time-format is 'fortnights', expected iso"),
        ("%Q", "--time-format is '%Q', expected iso, .*: .*Unrecognized format"),
        ("%Y-%m-%", "--time-format is '%Y-%m-%', expected iso, .*: .*Trailing"),
    ],
)
@pytest.mark.parametrize("time_field", ["ts", None])
def test_a_wrong_time_format_says_what_is_allowed(
    time_format: str, says: str, time_field: str | None, tmp_path: Path, workspace: Workspace
) -> None:
    source = open_source(workspace, str(write(table(), tmp_path / "a.csv")))
    with pytest.raises(InvalidArgumentError, match=says):
        make_plan(workspace, source, Request(time_field=time_field, time_format=time_format))


@pytest.mark.parametrize(
    ("time_field", "time_format"),
    [("ts", "%d/%m/%Y"), ("ts", "s"), ("load", "%d/%m/%Y"), ("load", "iso")],
)
def test_a_time_format_that_no_value_has_shows_one(
    time_field: str, time_format: str, tmp_path: Path, workspace: Workspace
) -> None:
    source = open_source(workspace, str(write(table(), tmp_path / "a.csv")))
    says = f"'{time_field}' tells times in another format than --time-format '{time_format}' .a val"
    with pytest.raises(DataError, match=says):
        make_plan(workspace, source, Request(time_field=time_field, time_format=time_format))


def test_a_time_format_without_a_column_of_times(tmp_path: Path, workspace: Workspace) -> None:
    rows = [{"host": row["host"], "load": row["load"]} for row in table()]
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    with pytest.raises(InvalidArgumentError, match=r"--time-format needs times.*--time-field"):
        make_plan(workspace, source, Request(time_format="iso"))


# -- intervals


def one(times: list[int]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return np.array(times, dtype=np.int64), np.zeros(len(times), dtype=np.uint32)


def test_the_usual_step_of_a_regular_series() -> None:
    times = [i * 300_000 for i in range(100) if i % 17]
    assert guess_interval(*one(times)) == 300_000


def test_the_step_is_that_of_each_entity() -> None:
    times = np.repeat(np.arange(50) * 60_000, 4) + np.tile([0, 1, 2, 3], 50)
    assert guess_interval(times, np.tile([0, 1, 2, 3], 50).astype(np.uint32)) == 60_000


def test_events_on_a_grid_keep_the_grid() -> None:
    hours = np.repeat(np.arange(24 * 7), 5) * 3_600_000
    working = hours[(hours // 3_600_000) % 24 > 5]
    assert guess_interval(*one(working.tolist())) == 3_600_000


def test_events_at_random_leave_few_intervals_empty() -> None:
    steps = np.random.default_rng(1).exponential(20_000, 5_000)
    assert guess_interval(*one(np.cumsum(steps).astype(int).tolist())) == 60_000


def test_no_interval_in_a_single_moment() -> None:
    assert guess_interval(*one([5, 5, 5])) is None
    assert guess_interval(*one([5])) is None


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(1, "1ms"), (1_500, "1500ms"), (300_000, "5m"), (3_600_000, "1h"), (604_800_000, "1w")],
)
def test_intervals_are_written_in_their_largest_unit(milliseconds: int, text: str) -> None:
    assert format_interval(milliseconds) == text


def test_rows_can_be_read_in_order_of_time(tmp_path: Path, workspace: Workspace) -> None:
    rows = list(reversed(table()))
    source = open_source(workspace, str(write(rows, tmp_path / "a.csv")))
    plan = make_plan(workspace, source, Request())
    parts = list(read_rows(workspace.cursor(), plan.reading, RowCounts(), by_time=True))
    times = np.concatenate([part.timestamps for part in parts])
    assert (np.diff(times) == 60_000).all()
    assert not math.isnan(parts[0].values[0][0])
