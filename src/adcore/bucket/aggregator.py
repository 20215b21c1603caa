"""Rows to buckets: one vector of features per interval and entity, as the stream goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from adcore import _core
from adcore.arrow import FloatArray, Int64Array, UInt32Array
from adcore.bucket.columns import numbers_of, numbers_or_hashes_of
from adcore.bucket.feature import BucketFeature, named_features
from adcore.bucket.keys import Keys
from adcore.bucket.table import BucketTable, join_parts, split_parts
from adcore.config import integer, parse_interval
from adcore.errors import InvalidArgumentError
from adcore.times import epoch_milliseconds

__all__ = ["BucketAggregator"]

# Functions that never look at the size of a value take text as well.
_COUNTING = {"cardinality", "value_count"}
_LONGEST = 2**60

Span: TypeAlias = "int | str"


class BucketAggregator:
    """Gathers rows into buckets of time, per entity, while they come.

    A bucket is finished, for good, as soon as ``bucket end + window_delay <= watermark``; the
    watermark is the largest timestamp seen, or given to :meth:`advance`. Until then rows may come
    in any order. Rows of finished buckets are late: they are counted and otherwise ignored. All of
    this is decided row by row, so results are the same, bit for bit, however the rows are cut into
    batches.

    Parameters
    ----------
    bucket_span : int or str
        Length of a bucket, in milliseconds or as text such as ``"5m"``.
    features : sequence of str or BucketFeature, or mapping of name to either
        What is computed per bucket: ``"mean(latency)"``, ``"p99(latency)"``,
        ``"weighted_mean(latency, requests)"``, ``"count"``; see :class:`BucketFeature`.
    keys : sequence of str
        The names of the key fields: their values together are an entity. Without any, there is
        one entity, or :meth:`add` is given ``entities``.
    window_delay : int or str
        How long after its end a bucket still takes rows.
    bucket_offset : int
        Buckets start at ``bucket_offset + k * bucket_span`` milliseconds.
    watermark_from_rows : bool
        False: only :meth:`advance` moves the watermark, so that one row from a wrong clock cannot
        finish every bucket.
    emit_empty : bool
        Whether an entity that was seen gets a vector for each later bucket without rows of it, up
        to ``maximum_gap`` buckets after its last row.
    maximum_gap : int
        See ``emit_empty``.
    maximum_entities : int
        Rows of further entities are dropped and counted.
    maximum_open_vectors : int
        Rows that would open more (bucket, entity) pairs at once are dropped and counted.

    Raises
    ------
    InvalidArgumentError
        If an argument is out of range; the message names it.

    Notes
    -----
    Missing values (``NaN``, ``None``) are skipped by every function. A bucket without any present
    value gives 0 for ``sum``, ``value_count``, ``count`` and ``cardinality``, and ``NaN`` for all
    others. Sums are compensated, in order of arrival. May be used from several threads; calls take
    turns.

    Examples
    --------
    >>> buckets = BucketAggregator("1m", ["mean(load)", "count"], keys=["host"])
    >>> buckets.add([0, 30_000, 59_999, 61_000], {"load": [1.0, 3.0, 5.0, 9.0]},
    ...             keys={"host": ["a", "a", "b", "a"]})
    >>> table = buckets.take_finished()
    >>> table.bucket_start, table.values.tolist(), buckets.keys_of(table.entity)
    (array([0, 0]), [[2.0, 2.0], [5.0, 1.0]], [('a',), ('b',)])
    >>> buckets.flush().values.tolist()
    [[9.0, 1.0]]
    """

    __slots__ = ("_counted", "_engine", "_features", "_fields", "_keys", "_names")

    def __init__(
        self,
        bucket_span: Span,
        features: Sequence[str | BucketFeature] | Mapping[str, str | BucketFeature],
        *,
        keys: Sequence[str] = (),
        window_delay: Span = 0,
        bucket_offset: int = 0,
        watermark_from_rows: bool = True,
        emit_empty: bool = False,
        maximum_gap: int = 1_000,
        maximum_entities: int = 2**24,
        maximum_open_vectors: int = 2**26,
    ) -> None:
        self._describe(named_features(features))
        self._keys = Keys(tuple(keys))
        self._engine = _core.BucketAggregator(
            _milliseconds("bucket_span", bucket_span, 1),
            [feature.positions(self._fields) for feature in self._features],
            value_columns=len(self._fields),
            bucket_offset=integer("bucket_offset", bucket_offset, -(2**63), 2**63 - 1),
            window_delay=_milliseconds("window_delay", window_delay, 0),
            watermark_from_rows=bool(watermark_from_rows),
            emit_empty=bool(emit_empty),
            maximum_gap=integer("maximum_gap", maximum_gap, 1, 2**32 - 1),
            maximum_entities=integer("maximum_entities", maximum_entities, 1, 2**32 - 1),
            maximum_open_vectors=integer("maximum_open_vectors", maximum_open_vectors, 1, 2**63),
        )

    def _describe(self, features: dict[str, BucketFeature]) -> None:
        self._names = tuple(features)
        self._features = tuple(features.values())
        self._fields = tuple(dict.fromkeys(f for feature in self._features for f in feature.fields))
        measured = {
            f
            for feature in self._features
            if feature.function not in _COUNTING
            for f in feature.fields
        }
        self._counted = frozenset(self._fields) - measured

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the features, in the order of the columns of ``values``."""
        return self._names

    @property
    def fields(self) -> tuple[str, ...]:
        """The value fields that :meth:`add` needs, in the order of first use by the features."""
        return self._fields

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the key fields."""
        return self._keys.fields

    def add(
        self,
        timestamps: Any,
        values: Any = (),
        keys: Mapping[str, Any] | Sequence[Any] = (),
        *,
        entities: Any = None,
    ) -> None:
        """Take rows.

        Parameters
        ----------
        timestamps : array-like of shape (n,)
            Epoch milliseconds, ``datetime64`` or datetimes. Milliseconds beyond +-2**62 are counted
            as invalid; int64 arrays are not copied.
        values : mapping of field to array-like of shape (n,), or array of shape (n, fields)
            An array has its columns in the order of :attr:`fields`. Float64 arrays are not copied,
            whatever their strides. Fields used by ``cardinality`` and ``value_count`` alone may
            hold text.
        keys : mapping of key field to column, or sequence of them
            A column is a sequence of texts, an Arrow array, or a pair of codes (integers of shape
            (n,), negative is missing) and labels (the text of each code). Rows with a missing key
            are counted as invalid.
        entities : uint32 array of shape (n,), optional
            Small dense numbers, instead of keys.

        Raises
        ------
        InvalidArgumentError
            If lengths or fields do not fit; no row is taken then.
        DataError
            If a value is no number or a time is missing; no row is taken then.
        """
        times = _times(timestamps)
        columns = self._columns(values)
        ids = self._entity_ids(keys, entities, len(times))
        self._engine.add(times, ids, columns)

    def _columns(self, values: Any) -> list[FloatArray]:
        if isinstance(values, Mapping):
            missing = [field for field in self._fields if field not in values]
            if missing:
                raise InvalidArgumentError(
                    f"values has no field {missing[0]!r}, expected {list(self._fields)}"
                )
            return [self._column(values[field], field) for field in self._fields]
        if not self._fields:
            return []
        table = np.asanyarray(values)
        table = table.reshape(-1, 1) if table.ndim == 1 else table
        if table.ndim != 2 or table.shape[1] != len(self._fields):
            raise InvalidArgumentError(
                f"values has shape {table.shape}, expected (n, {len(self._fields)}) "
                f"for the fields {list(self._fields)}"
            )
        return [numbers_of(table[:, i], field) for i, field in enumerate(self._fields)]

    def _column(self, column: Any, field: str) -> FloatArray:
        return (numbers_or_hashes_of if field in self._counted else numbers_of)(column, field)

    def _entity_ids(self, keys: Any, entities: Any, rows: int) -> UInt32Array | None:
        if self._keys.fields and entities is not None:
            raise InvalidArgumentError("entities is not allowed: the aggregator has key fields")
        ids = self._keys.entities(keys, rows)
        return ids if entities is None else np.asarray(entities, dtype=np.uint32)

    def advance(self, timestamp: Any) -> None:
        """Move the watermark: no row before ``timestamp - window_delay`` will come any more."""
        self._engine.advance(int(epoch_milliseconds([timestamp], name="timestamp")[0]))

    def take_finished(self) -> BucketTable:
        """The vectors of all buckets finished since the last call, by bucket and then entity."""
        return self._table(self._engine.take_finished())

    def flush(self) -> BucketTable:
        """Finish every open bucket and take the vectors; later rows of these buckets are late."""
        return self._table(self._engine.flush())

    def peek_open(self) -> BucketTable:
        """The vectors of the open buckets as they are now; changes nothing."""
        return self._table(self._engine.peek_open())

    def _table(self, columns: tuple[Any, ...]) -> BucketTable:
        bucket_start, entity, values, count = columns
        return BucketTable(bucket_start, entity, values, count, self._names)

    def keys_of(self, entities: Any) -> list[tuple[str, ...]]:
        """The key texts of entities, one tuple each; empty tuples where there are no key fields."""
        return self._keys.texts(np.asarray(entities, dtype=np.uint32))

    def entity_of(self, key: Sequence[str]) -> int | None:
        """The number of an entity by its key; None if no row of it has come."""
        return self._keys.find(tuple(key))

    @property
    def entities(self) -> int:
        """How many entities have come by their keys: their numbers are 0 to one less."""
        return len(self._keys)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what became of them.

        ``total_rows``; of these ``late_rows`` (their bucket was finished), ``invalid_rows`` (no
        valid time or no key) and ``dropped_rows`` (a limit was reached) went nowhere.
        ``skipped_vectors`` are empty buckets not made because one gap called for too many.
        """
        return dict(self._engine.counts)

    @property
    def watermark(self) -> int | None:
        """The largest timestamp seen or advanced to, in epoch milliseconds."""
        watermark: int | None = self._engine.watermark
        return watermark

    @property
    def open_vectors(self) -> int:
        """How many (bucket, entity) pairs still take rows."""
        return int(self._engine.open_vectors)

    def memory_bytes(self) -> int:
        """Bytes held now, by open buckets, finished vectors and the table of entities."""
        return int(self._engine.memory_bytes() + self._keys.memory_bytes())

    def to_bytes(self) -> bytes:
        """The whole state: a stream goes on from it as if nothing had happened."""
        facts = {
            "features": {n: f.to_json() for n, f in zip(self._names, self._features, strict=True)},
            "keys": self._keys.fields,
        }
        return join_parts(facts, self._engine.to_bytes(), self._keys.to_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> BucketAggregator:
        """An aggregator from :meth:`to_bytes`.

        Raises
        ------
        SnapshotError
            If the bytes are anything else, or damaged.
        """
        facts, engine, entities = split_parts(data)
        self = cls.__new__(cls)
        features = {name: BucketFeature(**given) for name, given in facts["features"].items()}
        self._describe(features)
        self._engine = _core.BucketAggregator.from_bytes(engine)
        self._keys = Keys(tuple(facts["keys"]), entities)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)


def _times(timestamps: Any) -> Int64Array:
    """Milliseconds; int64 arrays as they are: what is out of range is for the engine to count."""
    if isinstance(timestamps, np.ndarray) and timestamps.dtype == np.int64 and timestamps.ndim == 1:
        return np.ascontiguousarray(timestamps)
    return epoch_milliseconds(timestamps)


def _milliseconds(name: str, value: Span, minimum: int) -> int:
    if isinstance(value, str):
        value = parse_interval(value, name=name)
    return integer(name, value, minimum, _LONGEST)
