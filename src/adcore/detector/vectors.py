"""Vectors of intervals in, results out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray
from adcore.bucket import BucketTable
from adcore.detect.batches import LARGEST_VALUE
from adcore.detector.cached_models import CachedModels
from adcore.detector.config import DetectorConfig
from adcore.detector.entity_directory import EntityDirectory
from adcore.detector.init_progress import InitProgress, Observations
from adcore.detector.last_values import LastValues
from adcore.detector.models import ModelFacts, ModelRoom, Models
from adcore.detector.pending import rows_of
from adcore.detector.resident_models import ResidentModels
from adcore.detector.result_context import ResultContext
from adcore.detector.results import DetectorResults
from adcore.detector.rules import suppressed
from adcore.detector.settings import ModelSettings
from adcore.detector.verdicts import Verdicts

__all__ = ["VectorDetector"]

_SCORED = 1


class VectorDetector:
    """Fills in what is missing, asks the model of each entity, and applies the rules.

    Parameters
    ----------
    config : DetectorConfig
    settings : ModelSettings
    directory : EntityDirectory
        Knows the entities that vectors name by number.
    room : ModelRoom
    detector_id : str, optional
    """

    def __init__(
        self,
        config: DetectorConfig,
        settings: ModelSettings,
        directory: EntityDirectory,
        room: ModelRoom,
        detector_id: str | None = None,
    ) -> None:
        self.config = config
        self.settings = settings
        self.models = _models(config, settings, directory, room)
        self._directory = directory
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

    def detect(self, table: BucketTable) -> DetectorResults:
        """Results of vectors, by interval and then by the values of the category fields.

        Parameters
        ----------
        table : BucketTable
            Those of one entity in the order of time.
        """
        self._directory.meet(int(table.entity.max(initial=0)) + 1 if len(table) else 0)
        table = self._without_long_keys(table)
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
        seen = table.count > 0
        self._directory.see(table.entity[seen], table.bucket_start[seen])
        return self._results(table, filled, missing & fed[:, None], fed, verdicts)

    def _without_long_keys(self, table: BucketTable) -> BucketTable:
        short = self._directory.is_short[table.entity]
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
        keys = self._directory.keys
        columns: dict[str, Any] = self._columns(table, fed, verdicts)
        results = DetectorResults(
            context=self.context,
            data_start_time=table.bucket_start,
            entity=entity.astype(np.uint32),
            entities=[keys[number] for number in entities.tolist()],
            entity_ids=self._directory.ids[entities],
            feature_data=filled,
            feature_imputed=imputed,
            **columns,
        )
        return results[self._directory.order(table.entity, table.bucket_start)]

    def _columns(
        self, table: BucketTable, fed: npt.NDArray[np.bool_], verdicts: Verdicts
    ) -> dict[str, npt.NDArray[Any]]:
        """What the models said, with rules applied; nothing in rows that they did not see."""
        scored = verdicts.status_code == _SCORED
        taken = self._taken_back(verdicts)
        grade = verdicts.grade.copy()
        grade[verdicts.anomalies.row[taken]] = 0.0
        columns = {
            "anomaly_score": _spread(verdicts.score, fed, np.nan),
            "anomaly_grade": _spread(grade, fed, 0.0),
            "confidence": _spread(np.where(scored, verdicts.confidence, 0.0), fed, 0.0),
            "threshold": _spread(np.where(scored, verdicts.threshold, np.nan), fed, np.nan),
        }
        return columns | self._explained(table, np.flatnonzero(fed), verdicts, ~taken)

    def _taken_back(self, verdicts: Verdicts) -> npt.NDArray[np.bool_]:
        """Which anomalies a rule takes back."""
        return suppressed(
            self.config.effective_rules,
            self.config.feature_names,
            verdicts.anomalies.past,
            verdicts.anomalies.expected,
        )

    @staticmethod
    def _explained(
        table: BucketTable,
        fed: npt.NDArray[np.intp],
        verdicts: Verdicts,
        kept: npt.NDArray[np.bool_],
    ) -> dict[str, npt.NDArray[Any]]:
        """What only anomalies have; ``NaN`` in other rows."""
        found = verdicts.anomalies
        rows = fed[found.row[kept]]
        attribution = found.attribution[kept]
        total = attribution.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(total > 0, attribution / total, np.nan)
        columns: dict[str, npt.NDArray[Any]] = {}
        for name, values in (
            ("relevant_attribution", shares),
            ("expected_values", found.expected[kept]),
            ("past_values", found.past[kept]),
        ):
            columns[name] = np.full(table.values.shape, np.nan)
            columns[name][rows] = values
        start = table.bucket_start.copy()
        start[rows] = found.anomaly_start[kept]
        return columns | {"approx_anomaly_start_time": start}

    def init_progress(
        self, rows: Mapping[str, int], model: ModelFacts | None = None
    ) -> InitProgress:
        """Of a model, or of the one that is furthest; ``rows`` are counted for the reasons."""
        required = self.settings.samples_needed(self.config)
        found = self.models.state() if model is None else model
        # Ready is what the model says: a count alone could run ahead of it.
        if found.is_ready:
            return InitProgress(required, required, self.config.interval)
        updates = min(found.updates, required - 1)
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


def _models(
    config: DetectorConfig, settings: ModelSettings, directory: EntityDirectory, room: ModelRoom
) -> Models:
    if settings.is_cached(config):
        return CachedModels(settings.cache_options(config), directory, room)
    return ResidentModels(lambda: settings.make_model(config), settings.threads)


def _spread(values: FloatArray, fed: npt.NDArray[np.bool_], other: float) -> FloatArray:
    """The values in the rows that were fed, another in the others."""
    spread = np.full(len(fed), other)
    spread[fed] = values
    return spread
