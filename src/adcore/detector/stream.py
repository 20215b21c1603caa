"""Rows in, results out: the one way that replay, real time and preview all take."""

from __future__ import annotations

from typing import Any

from adcore.arrow import UInt32Array
from adcore.bucket import BucketAggregator, BucketTable
from adcore.detect.batches import RowBatch
from adcore.detector.config import DetectorConfig
from adcore.detector.entity_directory import EntityDirectory
from adcore.detector.feature_plan import FeaturePlan
from adcore.detector.init_progress import InitProgress
from adcore.detector.models import ModelFacts, ModelRoom, Models
from adcore.detector.pending import PendingBuckets
from adcore.detector.result_context import ResultContext
from adcore.detector.results import DetectorResults
from adcore.detector.settings import ModelSettings
from adcore.detector.vectors import VectorDetector
from adcore.detector.windows import Windows

__all__ = ["DetectionStream"]

# Intervals without rows that are noticed after an entity's last row: of a single series as many as
# anyone waits for, of an entity a sample of its forest; one that stays away longer is gone.
_LONGEST_GAP = 100_000
_LONGEST_ENTITY_GAP = 256


class DetectionStream:
    """Gathers rows into vectors of intervals, and has them judged when they are due.

    Parameters
    ----------
    config : DetectorConfig
    settings : ModelSettings
    windows : Windows
        Where intervals begin.
    detector_id : str, optional
    window_delay : int, optional
        Milliseconds an interval is kept open; by default that of the configuration.
    watermark_from_rows : bool
        False: only :meth:`advance` ends intervals, whatever times rows have.
    room : ModelRoom
        Where models of many entities live; in memory by default.
    """

    def __init__(
        self,
        config: DetectorConfig,
        settings: ModelSettings,
        windows: Windows,
        detector_id: str | None = None,
        window_delay: int | None = None,
        *,
        watermark_from_rows: bool = True,
        room: ModelRoom | None = None,
    ) -> None:
        self.config = config
        self.settings = settings
        self.windows = windows
        self.plan = FeaturePlan.of(config)
        delay = config.window_delay.milliseconds if window_delay is None else window_delay
        self._aggregator = self._make_aggregator(delay, watermark_from_rows)
        self.directory = EntityDirectory(self._keys_of)
        self._vectors = VectorDetector(
            config, settings, self.directory, room or ModelRoom(), detector_id
        )
        frequency = config.frequency.milliseconds if config.frequency else config.interval
        self._pending = PendingBuckets(windows, frequency, delay)

    def _keys_of(self, entities: UInt32Array) -> list[tuple[str, ...]]:
        # Of whatever aggregator there is: another comes with `restore`.
        return self._aggregator.keys_of(entities)

    def _make_aggregator(self, delay: int, watermark_from_rows: bool) -> BucketAggregator:
        single = not self.config.category_fields
        return BucketAggregator(
            self.config.interval,
            {str(i): function for i, function in enumerate(self.plan.functions)},
            keys=self.config.category_fields,
            window_delay=delay,
            watermark_from_rows=watermark_from_rows,
            bucket_offset=self.windows.offset,
            # An entity that is not seen has no result, unless someone said what to take instead.
            emit_empty=single or self.config.imputation_option is not None,
            maximum_gap=_LONGEST_GAP if single else _LONGEST_ENTITY_GAP,
        )

    # -- rows

    def add(self, batch: RowBatch) -> None:
        """Take rows; their columns are those of ``plan.request``."""
        values = {str(i): column for i, column in enumerate(batch.values)}
        wanted = {field: values[field] for field in self._aggregator.fields}
        self._aggregator.add(batch.timestamps, wanted, batch.keys)

    def advance(self, timestamp: int) -> None:
        """No row before ``timestamp - window_delay`` will come any more."""
        self._aggregator.advance(timestamp)

    def take_tables(self) -> BucketTable:
        """The vectors of intervals finished since the last call."""
        table = self._aggregator.take_finished()
        return self._pending.release(table, self._aggregator.watermark)

    def flush_tables(self) -> BucketTable:
        """The vectors of all intervals, also those that would still take rows."""
        return self._pending.release_all(self._aggregator.flush())

    def take(self) -> DetectorResults:
        """The results of intervals finished since the last call."""
        return self.detect(self.take_tables())

    def take_all(self) -> DetectorResults:
        """As :meth:`take`, also what the frequency would hold back: the past is not waited for."""
        return self.detect(self._pending.release_all(self._aggregator.take_finished()))

    def flush(self) -> DetectorResults:
        """The results of all intervals, also those that would still take rows."""
        return self.detect(self.flush_tables())

    def detect(self, table: BucketTable) -> DetectorResults:
        """The results of vectors that were taken."""
        return self._vectors.detect(table)

    # -- what is known

    @property
    def context(self) -> ResultContext:
        """Whose results they are."""
        return self._vectors.context

    @property
    def watermark(self) -> int | None:
        """The largest time seen or advanced to."""
        return self._aggregator.watermark

    @property
    def models(self) -> Models:
        """The model of each entity."""
        return self._vectors.models

    @property
    def row_counts(self) -> dict[str, int]:
        """Rows by what became of them; see :attr:`BucketAggregator.counts`."""
        return self._aggregator.counts

    def key_of(self, entity: int) -> tuple[str, ...]:
        """The values of the category fields of an entity."""
        return self._aggregator.keys_of([entity])[0]

    def entity_of(self, key: tuple[str, ...]) -> int | None:
        """The number of an entity; None if no row of it has come."""
        return self._aggregator.entity_of(key)

    def init_progress(self, model: ModelFacts | None = None) -> InitProgress:
        """Of a model, or of the one that is furthest."""
        return self._vectors.init_progress(self.row_counts, model)

    # -- state

    def to_parts(self) -> tuple[dict[str, Any], list[bytes]]:
        """Facts and parts that :meth:`restore` takes."""
        facts, parts = self._vectors.to_parts()
        facts["pending"] = self._pending.to_json()
        return facts, [self._aggregator.to_bytes(), *parts]

    def restore(self, facts: dict[str, Any], parts: list[bytes]) -> None:
        """Go on where the stream of :meth:`to_parts` was.

        Raises
        ------
        SnapshotError
            If the parts are damaged.
        """
        aggregator, *others = parts
        self._aggregator = BucketAggregator.from_bytes(aggregator)
        self.directory.meet(self._aggregator.entities)
        self._vectors.restore(facts, others)
        self._pending.restore(facts["pending"])
