"""Rows in, results out: the one way that replay, real time and preview all take."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray
from adcore.bucket import BucketAggregator, BucketTable
from adcore.detect.batches import LARGEST_VALUE, RowBatch
from adcore.detector.config import DetectorConfig
from adcore.detector.entity_models import EntityModels, Verdicts
from adcore.detector.feature_plan import FeaturePlan
from adcore.detector.init_progress import InitProgress, Observations
from adcore.detector.last_values import LastValues
from adcore.detector.model_id import LONGEST_ENTITY_VALUE
from adcore.detector.pending import PendingBuckets, rows_of
from adcore.detector.result_context import ResultContext
from adcore.detector.results import DetectorResults
from adcore.detector.rules import suppressed
from adcore.detector.settings import ModelSettings
from adcore.detector.windows import Windows

__all__ = ["DetectionStream"]

# Intervals without rows that are noticed after an entity's last row: of a single series as many as
# anyone waits for, of an entity a sample of its forest; one that stays away longer is gone.
_LONGEST_GAP = 100_000
_LONGEST_ENTITY_GAP = 256
_SCORED = 1


class DetectionStream:
    """Aggregates rows, fills in what is missing, asks the models and applies the rules.

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
    ) -> None:
        self.config = config
        self.settings = settings
        self.windows = windows
        self.plan = FeaturePlan.of(config)
        delay = config.window_delay.milliseconds if window_delay is None else window_delay
        self._aggregator = self._make_aggregator(delay, watermark_from_rows)
        self._models = EntityModels(lambda: settings.make_model(config), settings.threads)
        self._last = LastValues(len(config.feature_names))
        frequency = config.frequency.milliseconds if config.frequency else config.interval
        self._pending = PendingBuckets(windows, frequency, delay)
        self.observations = Observations(0, 0, [0] * len(config.feature_names))
        self.context = ResultContext(
            detector_id,
            tuple(feature.feature_id for feature in config.enabled_features),
            tuple(config.feature_names),
            config.category_fields,
            config.interval,
            config.user,
        )

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

    def flush(self) -> DetectorResults:
        """The results of all intervals, also those that would still take rows."""
        return self.detect(self.flush_tables())

    # -- vectors

    def detect(self, table: BucketTable) -> DetectorResults:
        """Results of vectors, by interval and then by the values of the category fields."""
        table = self._without_long_keys(table)
        if len(table) == 0:
            return DetectorResults.empty(self.context)
        values = self._given_values(table)
        missing = np.isnan(values)
        fed = np.ones(len(table), dtype=np.bool_)
        if self.config.imputation_option is None:
            fed = np.count_nonzero(missing, axis=1) < missing.shape[1]
        self._observe(missing, fed)
        verdicts = self._models.process(
            table.entity[fed], table.bucket_start[fed], np.ascontiguousarray(values[fed])
        )
        filled = np.full_like(values, np.nan)
        filled[fed] = self._filled(table, values, fed)
        return self._results(table, filled, missing & fed[:, None], fed, verdicts)

    def _without_long_keys(self, table: BucketTable) -> BucketTable:
        if not self.config.category_fields or len(table) == 0:
            return table
        entities, inverse = np.unique(table.entity, return_inverse=True)
        short = np.array(
            [
                all(len(part) <= LONGEST_ENTITY_VALUE for part in key)
                for key in self._aggregator.keys_of(entities)
            ]
        )[inverse]
        self.observations.long_keys += int(np.count_nonzero(~short))
        return table if short.all() else rows_of(table, short)

    def _given_values(self, table: BucketTable) -> FloatArray:
        """The features; ``NaN`` where nobody could know them."""
        outside = np.abs(table.values) > LARGEST_VALUE
        self.observations.out_of_range += int(np.count_nonzero(outside))
        values = np.where(outside, np.nan, table.values)
        if self.config.category_fields:
            # Of an entity that was not seen, also a sum of 0 is a guess.
            values[table.count == 0] = np.nan
        return values

    def _observe(self, missing: npt.NDArray[np.bool_], fed: npt.NDArray[np.bool_]) -> None:
        seen = self.observations
        seen.intervals += len(fed)
        partly = np.count_nonzero(missing, axis=1) < missing.shape[1]
        seen.without_data += int(np.count_nonzero(~fed))
        counts = np.count_nonzero(missing[partly], axis=0).tolist()
        seen.missing = [had + more for had, more in zip(seen.missing, counts, strict=True)]

    def _filled(
        self, table: BucketTable, values: FloatArray, fed: npt.NDArray[np.bool_]
    ) -> FloatArray:
        """The values with what is missing filled in, as the models do."""
        option = self.config.imputation_option
        fixed = option.fill_values(self.config.feature_names) if option is not None else None
        if fixed is not None:
            return np.where(np.isnan(values[fed]), fixed, values[fed])
        return self._last.fill(table.entity[fed], values[fed])

    def _results(
        self,
        table: BucketTable,
        filled: FloatArray,
        imputed: npt.NDArray[np.bool_],
        fed: npt.NDArray[np.bool_],
        verdicts: Verdicts,
    ) -> DetectorResults:
        entities, entity = np.unique(table.entity, return_inverse=True)
        columns: dict[str, Any] = self._columns(table, fed, verdicts)
        results = DetectorResults(
            context=self.context,
            data_start_time=table.bucket_start,
            entity=entity.astype(np.uint32),
            entities=self._aggregator.keys_of(entities),
            feature_data=filled,
            feature_imputed=imputed,
            **columns,
        )
        return results[self._order(results)]

    def _columns(
        self, table: BucketTable, fed: npt.NDArray[np.bool_], verdicts: Verdicts
    ) -> dict[str, npt.NDArray[Any]]:
        """What the models said, with rules applied; nothing in rows that they did not see."""
        scored = verdicts.status_code == _SCORED
        grade = self._graded(verdicts)
        is_anomaly = (grade > 0)[:, None]
        total = verdicts.attribution.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(is_anomaly & (total > 0), verdicts.attribution / total, np.nan)
        start = table.bucket_start.copy()
        start[fed] = np.where(grade > 0, verdicts.anomaly_start, start[fed])
        spread = {
            "anomaly_score": verdicts.score,
            "anomaly_grade": grade,
            "confidence": np.where(scored, verdicts.confidence, 0.0),
            "threshold": np.where(scored, verdicts.threshold, np.nan),
            "relevant_attribution": shares,
            "expected_values": np.where(is_anomaly, verdicts.expected, np.nan),
            "past_values": np.where(is_anomaly, verdicts.past, np.nan),
        }
        columns = {name: _spread(values, fed) for name, values in spread.items()}
        columns["anomaly_grade"] = np.nan_to_num(columns["anomaly_grade"])
        columns["confidence"] = np.nan_to_num(columns["confidence"])
        return columns | {"approx_anomaly_start_time": start}

    def _graded(self, verdicts: Verdicts) -> FloatArray:
        """Grades, 0 where a rule takes an anomaly back."""
        taken = suppressed(
            self.config.effective_rules,
            self.config.feature_names,
            verdicts.past,
            verdicts.expected,
        )
        return np.where(taken, 0.0, verdicts.grade)

    def _order(self, results: DetectorResults) -> npt.NDArray[np.intp]:
        """By interval and then by key, however entities are numbered."""
        if not self.config.category_fields:
            return np.arange(len(results))
        ranks = np.empty(len(results.entities), dtype=np.intp)
        ranks[sorted(range(len(ranks)), key=results.entities.__getitem__)] = np.arange(len(ranks))
        return np.lexsort((ranks[results.entity], results.data_start_time))

    # -- what is known

    @property
    def watermark(self) -> int | None:
        """The largest time seen or advanced to."""
        return self._aggregator.watermark

    @property
    def models(self) -> EntityModels:
        """The model of each entity."""
        return self._models

    @property
    def row_counts(self) -> dict[str, int]:
        """Rows by what became of them; see :attr:`BucketAggregator.counts`."""
        return self._aggregator.counts

    def key_of(self, entity: int) -> tuple[str, ...]:
        """The values of the category fields of an entity."""
        return self._aggregator.keys_of([entity])[0]

    def init_progress(self, entity: int | None = None) -> InitProgress:
        """Of an entity, or of the one that is furthest."""
        required = self.settings.samples_needed(self.config)
        known = self._models.entities() if entity is None else [entity]
        updates = max((self._updates(e, required) for e in known), default=0)
        reasons: tuple[str, ...] = ()
        if updates < required:
            told = self.observations.reasons(self.config.feature_names, self.row_counts)
            reasons = (f"{updates} of {required} intervals are learnt", *told)
        return InitProgress(updates, required, self.config.interval, reasons)

    def _updates(self, entity: int, required: int) -> int:
        """Ready is what the model says: a count alone could run ahead of it."""
        if self._models.is_ready(entity):
            return required
        return min(self._models.updates(entity), required - 1)

    # -- state

    def to_parts(self) -> tuple[dict[str, Any], list[bytes]]:
        """Facts and parts that :meth:`restore` takes."""
        facts = {
            "observations": asdict(self.observations),
            "last_shape": list(self._last.values.shape),
            "pending": self._pending.to_json(),
        }
        last = np.ascontiguousarray(self._last.values, dtype="<f8").tobytes()
        return facts, [self._aggregator.to_bytes(), self._models.to_bytes(), last]

    def restore(self, facts: dict[str, Any], parts: list[bytes]) -> None:
        """Go on where the stream of :meth:`to_parts` was.

        Raises
        ------
        SnapshotError
            If the parts are damaged.
        """
        aggregator, models, last = parts
        self._aggregator = BucketAggregator.from_bytes(aggregator)
        self._models.restore(models)
        self.observations = Observations(**facts["observations"])
        self._last.values = np.frombuffer(last, dtype="<f8").reshape(facts["last_shape"]).copy()
        self._pending.restore(facts["pending"])


def _spread(values: FloatArray, fed: npt.NDArray[np.bool_]) -> FloatArray:
    """The values in the rows that were fed, ``NaN`` in the others."""
    spread = np.full((len(fed), *values.shape[1:]), np.nan)
    spread[fed] = values
    return spread
