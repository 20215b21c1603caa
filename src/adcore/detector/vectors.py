"""Vectors of intervals in, results out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray
from adcore.bucket import BucketTable
from adcore.detect.batches import LARGEST_VALUE
from adcore.detector.config import DetectorConfig
from adcore.detector.entity_models import EntityModels, Verdicts
from adcore.detector.init_progress import InitProgress, Observations
from adcore.detector.last_values import LastValues
from adcore.detector.model_id import LONGEST_ENTITY_VALUE
from adcore.detector.pending import rows_of
from adcore.detector.result_context import ResultContext
from adcore.detector.results import DetectorResults
from adcore.detector.rules import suppressed
from adcore.detector.settings import ModelSettings

__all__ = ["VectorDetector"]

KeysOf: TypeAlias = Callable[[Any], list[tuple[str, ...]]]

_SCORED = 1


class VectorDetector:
    """Fills in what is missing, asks the model of each entity, and applies the rules.

    Parameters
    ----------
    config : DetectorConfig
    settings : ModelSettings
    detector_id : str, optional
    """

    def __init__(
        self, config: DetectorConfig, settings: ModelSettings, detector_id: str | None = None
    ) -> None:
        self.config = config
        self.settings = settings
        self.models = EntityModels(lambda: settings.make_model(config), settings.threads)
        self.observations = Observations(0, 0, [0] * len(config.feature_names))
        self._last = LastValues(len(config.feature_names))
        self.context = ResultContext(
            detector_id,
            tuple(feature.feature_id for feature in config.enabled_features),
            tuple(config.feature_names),
            config.category_fields,
            config.interval,
            config.user,
        )

    def detect(self, table: BucketTable, keys_of: KeysOf) -> DetectorResults:
        """Results of vectors, by interval and then by the values of the category fields.

        Parameters
        ----------
        table : BucketTable
            Those of one entity in the order of time.
        keys_of : callable
            The values of the category fields of entities.
        """
        table = self._without_long_keys(table, keys_of)
        if len(table) == 0:
            return DetectorResults.empty(self.context)
        values = self._given_values(table)
        missing = np.isnan(values)
        fed = np.ones(len(table), dtype=np.bool_)
        if self.config.imputation_option is None:
            fed = np.count_nonzero(missing, axis=1) < missing.shape[1]
        self._observe(missing, fed)
        verdicts = self.models.process(
            table.entity[fed], table.bucket_start[fed], np.ascontiguousarray(values[fed])
        )
        filled = np.full_like(values, np.nan)
        filled[fed] = self._filled(table, values, fed)
        return self._results(table, filled, missing & fed[:, None], fed, verdicts, keys_of)

    def _without_long_keys(self, table: BucketTable, keys_of: KeysOf) -> BucketTable:
        if not self.config.category_fields or len(table) == 0:
            return table
        entities, inverse = np.unique(table.entity, return_inverse=True)
        short = np.array(
            [all(len(part) <= LONGEST_ENTITY_VALUE for part in key) for key in keys_of(entities)]
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
        keys_of: KeysOf,
    ) -> DetectorResults:
        entities, entity = np.unique(table.entity, return_inverse=True)
        columns: dict[str, Any] = self._columns(table, fed, verdicts)
        results = DetectorResults(
            context=self.context,
            data_start_time=table.bucket_start,
            entity=entity.astype(np.uint32),
            entities=keys_of(entities),
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

    def init_progress(self, rows: Mapping[str, int], entity: int | None = None) -> InitProgress:
        """Of an entity, or of the one that is furthest; ``rows`` are counted for the reasons."""
        required = self.settings.samples_needed(self.config)
        known = self.models.entities() if entity is None else [entity]
        # Ready is what the model says: a count alone could run ahead of it.
        if any(map(self.models.is_ready, known)):
            return InitProgress(required, required, self.config.interval)
        updates = min(max(map(self.models.updates, known), default=0), required - 1)
        told = self.observations.reasons(self.config.feature_names, rows)
        reasons = (f"{updates} of {required} intervals are learnt", *told)
        return InitProgress(updates, required, self.config.interval, reasons)

    def to_parts(self) -> tuple[dict[str, Any], list[bytes]]:
        """Facts and parts that :meth:`restore` takes."""
        facts = {
            "observations": asdict(self.observations),
            "last_shape": list(self._last.values.shape),
        }
        last = np.ascontiguousarray(self._last.values, dtype="<f8").tobytes()
        return facts, [self.models.to_bytes(), last]

    def restore(self, facts: dict[str, Any], parts: list[bytes]) -> None:
        """Go on where :meth:`to_parts` was.

        Raises
        ------
        SnapshotError
            If the parts are damaged.
        """
        models, last = parts
        self.models.restore(models)
        self.observations = Observations(**facts["observations"])
        self._last.values = np.frombuffer(last, dtype="<f8").reshape(facts["last_shape"]).copy()


def _spread(values: FloatArray, fed: npt.NDArray[np.bool_]) -> FloatArray:
    """The values in the rows that were fed, ``NaN`` in the others."""
    spread = np.full((len(fed), *values.shape[1:]), np.nan)
    spread[fed] = values
    return spread
