from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from adcore import Detector, DetectorResults
from adcore.detector.aggregation import ValueColumn
from adcore.detector.file_source import FileSource
from adcore.detector.index_source import IndexSource
from adcore.detector.scan import RowBatch, ScanRequest
from adcore.detector.table_source import TableSource
from adcore.errors import DataError, InvalidArgumentError
from adcore.store import Action, Store

Make = Callable[[pd.DataFrame, Path], Any]


def frame(intervals: int = 120) -> pd.DataFrame:
    generator = np.random.default_rng(3)
    rows = 3 * intervals
    made: pd.DataFrame = pd.DataFrame(
        {
            "ts": np.repeat(pd.date_range("2024-01-01", periods=intervals, freq="1min"), 3),
            "host": np.tile(["a", "b", "c"], intervals),
            "cpu": np.round(50 + 5 * generator.normal(size=rows), 3),
            "region": np.where(generator.random(rows) < 0.5, "eu", "us"),
            "user.name": [f"u{i}" for i in generator.integers(0, 9, rows)],
            "ok": generator.random(rows) < 0.5,
        }
    )
    made.loc[5, "cpu"] = np.nan
    made.loc[17, "host"] = None
    return made


def csv(data: pd.DataFrame, folder: Path) -> Path:
    path = folder / "rows.csv"
    data.to_csv(path, index=False)
    return path


def parquet(data: pd.DataFrame, folder: Path) -> Path:
    path = folder / "rows.parquet"
    data.to_parquet(path)
    return path


def ndjson(data: pd.DataFrame, folder: Path) -> Path:
    path = folder / "rows.ndjson"
    data.to_json(path, orient="records", lines=True, date_format="iso")
    return path


FORMS: dict[str, Make] = {
    "dicts": lambda data, _: data.to_dict("records"),
    "columns": lambda data, _: {name: data[name].to_numpy() for name in data},
    "polars": lambda data, _: pl.from_pandas(data),
    "arrow": lambda data, _: pa.Table.from_pandas(data),
    "arrow stream": lambda data, _: pa.Table.from_pandas(data).to_reader(),
    "duckdb": lambda data, _: duckdb.from_arrow(pa.Table.from_pandas(data)),
    "csv": csv,
    "parquet": parquet,
    "ndjson": ndjson,
}
FILTERS: list[dict[str, Any] | None] = [
    None,
    {"term": {"region": "eu"}},
    {"terms": {"region.keyword": ["us"]}},
    {"term": {"ok": True}},
    {"exists": {"field": "cpu"}},
    {"range": {"ts": {"gte": "2024-01-01T01:00:00Z"}}},
    {
        "bool": {
            "filter": [{"range": {"cpu": {"gt": 48}}}],
            "must_not": [{"term": {"user.name": "u3"}}],
        }
    },
]
FEATURES = {
    "cpu": "mean(cpu)",
    "n": "count",
    "users": "cardinality(user.name)",
    "eu": {
        "filter": {"term": {"region": "eu"}},
        "aggs": {"total": {"sum": {"field": "cpu", "missing": 1000}}},
    },
    "rank": {"percentile_ranks": {"field": "cpu", "values": [50]}},
}


def detector(filter_query: dict[str, Any] | None = None, **options: Any) -> Detector:
    given: dict[str, Any] = {
        "time_field": "ts",
        "features": FEATURES,
        "category_field": ["host"],
        "detection_interval": "1m",
        "filter_query": filter_query,
        "shingle_size": 2,
        "min_samples": 10,
        "number_of_trees": 3,
    }
    return Detector(**(given | options))


def oracle(data: pd.DataFrame, rows: Any) -> pd.DataFrame:
    """The features, by pandas."""
    chosen = data[rows & data["host"].notna()]
    groups = chosen.groupby(["ts", "host"])
    eu = chosen[chosen["region"] == "eu"].fillna({"cpu": 1000}).groupby(["ts", "host"])["cpu"]
    features: pd.DataFrame = pd.DataFrame(
        {
            "cpu": groups["cpu"].mean(),
            "n": groups.size(),
            "users": groups["user.name"].nunique(),
            "eu": eu.sum().reindex(groups.size().index).fillna(0),
            "rank": groups["cpu"].apply(
                lambda x: 100 * (x.dropna() <= 50).mean() if x.notna().any() else np.nan
            ),
        }
    )
    return features


def test_features_are_those_that_pandas_computes() -> None:
    data = frame()
    results = detector().run(data)
    expected = oracle(data, np.ones(len(data), dtype=np.bool_))
    found = results.to_pandas().set_index(["data_start_time", "entity_host"])
    for name in FEATURES:
        values = found[f"feature_data_{name}"].where(~found[f"feature_imputed_{name}"])
        np.testing.assert_allclose(values.to_numpy(), expected[name].to_numpy())


def test_a_filter_leaves_the_rows_that_match() -> None:
    data = frame()
    results = detector({"term": {"region": "eu"}}).run(data)
    expected = oracle(data, data["region"] == "eu")
    np.testing.assert_array_equal(results.feature_data[:, 1], expected["n"].to_numpy())


@pytest.mark.parametrize("query", FILTERS, ids=str)
def test_all_forms_of_the_data_give_the_same_results(
    query: dict[str, Any] | None, tmp_path: Path
) -> None:
    data = frame()
    expected = detector(query).run(data)
    assert 0 < len(expected) <= len(data)
    for name, make in FORMS.items():
        assert_equal(detector(query).run(make(data, tmp_path)), expected, name)


def store_rows(store: Store, data: pd.DataFrame) -> IndexSource:
    """The rows as documents of an index, and those of the second half under another name."""
    keyword = {"type": "keyword"}
    properties = {
        "ts": {"type": "date"},
        "host": keyword,
        "region": keyword | {"fields": {"keyword": keyword}},
        "cpu": {"type": "double"},
        "ok": {"type": "boolean"},
        "user": {"properties": {"name": keyword}},
    }
    names = ["rows-1", "rows-2"]
    for name in names:
        store.documents.create_index(name, {"properties": properties})
    actions = []
    for i, row in enumerate(data.to_dict("records")):
        known = {str(k): v for k, v in row.items() if v is not None and v == v}  # noqa: PLR0124
        document = known | {"ts": row["ts"].isoformat() + "Z"}
        actions.append(Action("index", names[i >= len(data) // 2], None, document))
    store.documents.bulk(actions)
    return IndexSource(store.documents, ["rows-*"])


@pytest.mark.parametrize("query", FILTERS, ids=str)
def test_indices_of_the_store_give_the_same_results(query: dict[str, Any] | None) -> None:
    data = frame()
    with Store.open(None) as store:
        source = store_rows(store, data)
        assert_equal(detector(query).run(source), detector(query).run(data), "store")


def test_indices_of_the_store_are_validated_as_the_api_does() -> None:
    with Store.open(None) as store:
        source = store_rows(store, frame())
        assert detector().validate(source) == {}
        wrong = detector(category_field=["ok"]).validate(source)
        text = "Categorical field ok must be of type keyword or ip."
        assert wrong == {"detector": {"category_field": {"message": text}}}
        text = "Timestamp field: (host) must be of type date"
        assert detector(time_field="host").validate(source) == {
            "detector": {"time_field": {"message": text}}
        }
        empty = detector(features={"a": "mean(nothing)"}).validate(source)
        assert empty["detector"]["feature_attributes"]["sub_issues"] == {
            "a": "Feature has invalid query returning empty aggregated data"
        }
        failing = detector(features={"a": "mean(region)"}).validate(source)
        assert failing["detector"]["feature_attributes"]["sub_issues"] == {
            "a": "Feature has an invalid query causing a runtime exception"
        }


def assert_equal(found: DetectorResults, expected: DetectorResults, message: str) -> None:
    assert found.entities == expected.entities, message
    for name in ("data_start_time", "entity", "feature_data", "anomaly_score", "threshold"):
        one, other = getattr(found, name), getattr(expected, name)
        np.testing.assert_array_equal(one, other, err_msg=f"{message} {name}")


@pytest.mark.parametrize("form", ["columns", "csv", "parquet"])
def test_rows_may_be_in_any_order(form: str, tmp_path: Path) -> None:
    data = frame()
    shuffled = data.sample(frac=1, random_state=1).reset_index(drop=True)
    expected = detector(features=["max(cpu)"]).run(data)
    found = detector(features=["max(cpu)"]).run(FORMS[form](shuffled, tmp_path))
    np.testing.assert_array_equal(found.data_start_time, expected.data_start_time)
    np.testing.assert_array_equal(found.feature_data, expected.feature_data)


@pytest.mark.parametrize("make", [lambda d, _: TableSource(d), lambda d, p: FileSource(csv(d, p))])
def test_a_scan_gives_the_range_it_is_asked_for(make: Make, tmp_path: Path) -> None:
    data = frame()
    source = make(data, tmp_path)
    first, last = source.time_bounds("ts")
    assert last - first == 119 * 60_000
    request = ScanRequest(
        "ts", (ValueColumn("cpu"),), ("host",), start=first + 60_000, end=first + 180_000
    )
    batches = list(source.scan(request))
    times = np.concatenate([batch.timestamps for batch in batches])
    assert sorted(set(times.tolist())) == [first + 60_000, first + 120_000]
    values = np.concatenate([batch.values[0] for batch in batches])
    np.testing.assert_array_equal(values, data["cpu"][3:9])


def test_kinds_of_fields(tmp_path: Path) -> None:
    data = frame()
    expected = {
        "ts": "time", "host": "text", "cpu": "number", "region": "text", "user.name": "text",
        "ok": "boolean",
    }  # fmt: skip
    for name, make in FORMS.items():
        given = make(data, tmp_path)
        source = FileSource(given) if isinstance(given, Path) else TableSource(given)
        # JSON has no times, and their texts are not parsed to find out.
        assert source.fields() == expected | ({"ts": "text"} if name == "ndjson" else {}), name


def test_an_unknown_column_meets_a_suggestion(tmp_path: Path) -> None:
    wrong = detector(features=["mean(cpus)"])
    for given in (frame(), csv(frame(), tmp_path)):
        with pytest.raises(InvalidArgumentError, match="did you mean 'cpu'"):
            wrong.run(given)


def test_text_where_numbers_are_expected_is_an_error(tmp_path: Path) -> None:
    wrong = detector(features=["mean(region)"])
    for given in (frame(), csv(frame(), tmp_path)):
        with pytest.raises(DataError, match=r"column 'region.*': 'us' is (text, )?not a number$"):
            wrong.run(given)


def test_times_may_be_texts() -> None:
    data = frame()
    data["ts"] = data["ts"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(detector().run(data)) == len(detector().run(frame()))
    data["ts"] = "yesterday"
    with pytest.raises(InvalidArgumentError, match="ISO 8601"):
        detector().run(data)


def test_data_of_another_kind_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="expected a table with named columns"):
        detector().run(5)


def test_no_rows_and_no_rows_in_the_range_are_told_apart() -> None:
    with pytest.raises(DataError, match=r"^There is no data in the time field$"):
        detector().run(frame()[:0])
    with pytest.raises(DataError, match=r"^There is no data in the detection date range$"):
        detector().run(frame(), start=4_000_000_000_000)


class Halves:
    """A source of one's own: the rows of two tables, one after the other."""

    name = "halves"

    def __init__(self, data: pd.DataFrame) -> None:
        middle = len(data) // 2
        self.parts = [TableSource(data[:middle]), TableSource(data[middle:])]

    def fields(self) -> dict[str, str]:
        return self.parts[0].fields()

    def time_bounds(self, time_field: str) -> tuple[int, int] | None:
        bounds = [part.time_bounds(time_field) for part in self.parts]
        return min(b[0] for b in bounds if b), max(b[1] for b in bounds if b)

    def scan(self, request: ScanRequest) -> Any:
        for part in self.parts:
            yield from part.scan(request)


class Growing(TableSource):
    """A source that gets rows of one more host between two scans."""

    scans = 0

    def scan(self, request: ScanRequest) -> Any:
        self.scans += 1
        for batch in super().scan(request):
            codes, labels = batch.keys[0]
            kept = np.array([labels[code] != "b" or self.scans > 1 for code in codes])
            yield RowBatch(
                batch.timestamps[kept],
                [values[kept] for values in batch.values],
                [(codes[kept], labels)],
            )


def test_entities_that_come_while_the_best_are_chosen_are_not_among_them() -> None:
    source = Growing(frame())
    assert detector().run(source, max_entities=5).entities == [("a",), ("c",)]
    assert source.scans == 2


def test_whatever_scans_is_a_source() -> None:
    assert_equal(detector().run(Halves(frame())), detector().run(frame()), "halves")
