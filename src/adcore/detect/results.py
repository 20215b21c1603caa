"""The results of a run: a table that may be larger than memory, and questions to it."""

# ruff: noqa: S608 -- the only texts put into SQL are numbers and names of our own

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray, Int64Array, UInt32Array
from adcore.detect.sql import ask, ask_one
from adcore.thresholded_result import ThresholdedResult

__all__ = ["Anomaly", "EntitySummary", "FeatureShare", "ResultTable"]

_FACTS = {
    "entity": "UINTEGER",
    "t": "BIGINT",
    "score": "DOUBLE",
    "threshold": "DOUBLE",
    "grade": "DOUBLE",
    "confidence": "DOUBLE",
    "relative_index": "INTEGER",
    "start": "BIGINT",
    "ready": "BOOLEAN",
}
# Per feature: the value, and of the interval to blame the value, the one expected, and its share.
_PER_FEATURE = ("value", "past", "expected", "attribution")
_STRONGEST_FIRST = "grade DESC, score - threshold DESC, t, entity"


@dataclass(frozen=True, slots=True)
class FeatureShare:
    """What one feature has to do with an anomaly.

    Attributes
    ----------
    feature : int
        Its position among the features.
    actual : float
        The value of the interval to blame; ``NaN`` where it was missing.
    expected : float
        ``NaN`` where no value is expected.
    share : float
        Of the anomaly, in 0..1; over all features it sums to 1.
    """

    feature: int
    actual: float
    expected: float
    share: float


@dataclass(frozen=True, slots=True)
class Anomaly:
    """An interval whose grade is above 0.

    ``start`` is the interval to blame, ``time`` the one in which that was noticed; both are epoch
    milliseconds, or row numbers. ``shares`` are ordered from the most to blame to the least.
    """

    entity: int
    start: int
    time: int
    grade: float
    score: float
    confidence: float
    shares: tuple[FeatureShare, ...]


@dataclass(frozen=True, slots=True)
class EntitySummary:
    """One entity at a glance: intervals, anomalies, and the strongest of them (0 if none)."""

    entity: int
    intervals: int
    anomalies: int
    strongest_grade: float


class ResultTable:
    """One row per entity and interval, in a table ``results`` of a workspace's database.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    features : int
        Values per row.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, features: int) -> None:
        self.connection = connection
        self.features = features
        columns = _FACTS | {
            f"{kind}_{i}": "DOUBLE" for kind in _PER_FEATURE for i in range(features)
        }
        declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        ask(connection, f"CREATE TABLE results ({declared})")

    def append(
        self, entities: UInt32Array, values: FloatArray, results: Sequence[ThresholdedResult]
    ) -> None:
        """Add intervals: of each its entity (n,), its values (n, features) and what was found."""

        def joined(name: str) -> npt.NDArray[Any]:
            return np.concatenate([getattr(result, name) for result in results])

        tables = (values, joined("past"), joined("expected"), joined("attribution"))
        batch = {
            "entity": entities,
            "t": joined("timestamp"),
            "score": joined("score"),
            "threshold": joined("threshold"),
            "grade": joined("grade"),
            "confidence": joined("confidence"),
            "relative_index": joined("relative_index"),
            "start": joined("anomaly_start"),
            "ready": joined("status_code") == 1,
        } | {
            f"{kind}_{i}": np.ascontiguousarray(table[:, i])
            for kind, table in zip(_PER_FEATURE, tables, strict=True)
            for i in range(self.features)
        }
        self.connection.register("batch", batch)
        ask(self.connection, "INSERT INTO results SELECT * FROM batch")
        self.connection.unregister("batch")

    def count(self, condition: str = "true") -> int:
        """The number of rows for which a condition of ours holds."""
        return int(ask_one(self.connection, f"SELECT count(*) FROM results WHERE {condition}")[0])

    def feature_ranges(self) -> list[tuple[float, float] | None]:
        """Per feature the smallest and the largest value of all entities; None without values."""
        columns = ", ".join(f"min(value_{i}), max(value_{i})" for i in range(self.features))
        finite = ", ".join(
            f"CASE WHEN NOT isnan(value_{i}) THEN value_{i} END AS value_{i}"
            for i in range(self.features)
        )
        row = ask_one(self.connection, f"SELECT {columns} FROM (SELECT {finite} FROM results)")
        pairs = zip(row[::2], row[1::2], strict=True)
        return [None if low is None else (low, high) for low, high in pairs]

    def time_range(self) -> tuple[int, int]:
        """The first and the last interval; (0, 0) of an empty table."""
        query = "SELECT coalesce(min(t), 0), coalesce(max(t), 0) FROM results"
        first, last = ask_one(self.connection, query)
        return first, last

    def entities(self, limit: int) -> list[EntitySummary]:
        """The entities with the strongest anomalies first."""
        rows = ask(
            self.connection,
            "SELECT entity, count(*), count(*) FILTER (WHERE grade > 0), max(grade) FROM results "
            "GROUP BY entity ORDER BY max(grade) DESC, 3 DESC, entity LIMIT ?",
            [limit],
        )
        return [EntitySummary(*row) for row in rows]

    def strongest(self, limit: int, apart: int, entities: list[int] | None = None) -> list[Anomaly]:
        """The strongest anomalies, one per run of them.

        Parameters
        ----------
        limit : int
            At most so many.
        apart : int
            Anomalies of an entity nearer to a stronger one than this, in units of time, belong
            to it.
        entities : list of int, optional
            Only theirs.
        """
        chosen: list[Anomaly] = []
        for anomaly in self._anomalies(entities):
            near = any(
                abs(anomaly.time - other.time) <= apart and anomaly.entity == other.entity
                for other in chosen
            )
            if not near:
                chosen.append(anomaly)
            if len(chosen) == limit:
                break
        return chosen

    def series(self, entity: int) -> tuple[Int64Array, FloatArray, FloatArray]:
        """Times (n,), values (n, features) and grades (n,) of one entity, in order of time."""
        names = ", ".join(f"value_{i}" for i in range(self.features))
        columns = self.connection.execute(
            f"SELECT t, grade, {names} FROM results WHERE entity = ? ORDER BY t", [entity]
        ).fetchnumpy()
        values = np.column_stack(
            [np.ma.filled(columns[f"value_{i}"], np.nan) for i in range(self.features)]
        )
        return np.asarray(columns["t"]), values, np.asarray(columns["grade"])

    def grades_by_stretch(
        self, start: int, width: int, entities: list[int]
    ) -> list[tuple[int, int, float]]:
        """(entity, number of the stretch, highest grade) where it is above 0.

        Stretches are ``width`` units of time long, the first begins at ``start``.
        """
        rows = ask(
            self.connection,
            f"SELECT entity, (t - {start}) // {width}, max(grade) FROM results WHERE grade > 0 "
            f"AND entity IN ({', '.join(map(str, entities))}) GROUP BY ALL",
        )
        return [(entity, stretch, grade) for entity, stretch, grade in rows]

    def _anomalies(self, entities: list[int] | None) -> Iterator[Anomaly]:
        """All of them, the strongest first, a few at a time."""
        among = "" if entities is None else f"AND entity IN ({', '.join(map(str, entities))})"
        names = ", ".join(f"{kind}_{i}" for i in range(self.features) for kind in _PER_FEATURE[1:])
        reader = self.connection.cursor().execute(
            f"SELECT entity, start, t, grade, score, confidence, {names} FROM results "
            f"WHERE grade > 0 {among} ORDER BY {_STRONGEST_FIRST}"
        )
        while rows := reader.fetchmany(256):
            for row in rows:
                entity, start, time, grade, score, confidence, *shares = row
                yield Anomaly(entity, start, time, grade, score, confidence, _shares(shares))


def _shares(values: Sequence[float]) -> tuple[FeatureShare, ...]:
    """From (past, expected, attribution) per feature, end to end."""
    triples = list(zip(values[::3], values[1::3], values[2::3], strict=True))
    total = sum(attribution for *_, attribution in triples) or 1.0
    shares = [
        FeatureShare(i, actual, expected, attribution / total)
        for i, (actual, expected, attribution) in enumerate(triples)
    ]
    return tuple(sorted(shares, key=lambda share: -share.share))
