"""Where results go: dated indices behind an alias, or an index of the detector's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.detector import DetectorConfig
from adcore.service.detectors.errors import ResultIndexError
from adcore.service.detectors.mappings import INSIGHT_MAPPING, RESULT_MAPPING
from adcore.service.detectors.names import (
    INSIGHTS,
    INSIGHTS_FIRST,
    INSIGHTS_HISTORY,
    OPENSEARCH_NAMES,
    RESULTS,
    RESULTS_FIRST,
    RESULTS_HISTORY,
)
from adcore.service.detectors.settings import DetectionSettings
from adcore.store.documents import Documents
from adcore.store.errors import IndexExistsError

__all__ = ["ResultIndices", "flattened_index"]

_MEGABYTE = 1 << 20
_DAY = 86_400_000


class ResultIndices:
    """Makes, checks, rolls over and deletes indices of results.

    Parameters
    ----------
    documents : Documents
    settings : DetectionSettings
    """

    def __init__(self, documents: Documents, settings: DetectionSettings) -> None:
        self._documents = documents
        self._settings = settings

    def ensure_default(self) -> str:
        """The alias of the default results, made if need be."""
        self._make(RESULTS, RESULTS_FIRST)
        return RESULTS

    def ensure_insights(self) -> None:
        """Make the index of insights if need be."""
        self._make(INSIGHTS, INSIGHTS_FIRST, INSIGHT_MAPPING)

    def ensure_for(self, config: DetectorConfig) -> None:
        """Make the indices that a detector writes to.

        Raises
        ------
        ResultIndexError
            If its own index exists and cannot hold results.
        """
        if config.result_index is None:
            self.ensure_default()
            return
        self.check(config)
        rolls = (config.result_index_min_size, config.result_index_min_age, config.result_index_ttl)
        if any(limit is not None for limit in rolls):
            self._make(config.result_index, f"<{config.result_index}-history-{{now/d}}-1>")
        else:
            self._make(config.result_index, None)
        if config.flatten_custom_result_index:
            self._make(flattened_index(config), None, {})

    def require_for(self, config: DetectorConfig) -> None:
        """As :meth:`ensure_for`, of a detector at work: who has deleted its own index meant it.

        Raises
        ------
        ResultIndexError
        """
        name = config.result_index
        if name is not None and not self._documents.exists(name):
            raise self._unusable(f"Can't find result index {name}")
        self.ensure_for(config)

    def existing(self, config: DetectorConfig) -> list[str]:
        """The indices that have results of a detector."""
        names = [config.result_index or RESULTS]
        if config.result_index is not None and config.flatten_custom_result_index:
            names.append(flattened_index(config))
        return [name for name in names if self._documents.exists(name)]

    def _make(
        self, name: str, first: str | None, mapping: Mapping[str, Any] = RESULT_MAPPING
    ) -> None:
        if self._documents.exists(name):
            return
        try:
            if first is None:
                self._documents.create_index(name, mapping)
            else:
                aliases: dict[str, Any] = {other: {} for other in _also(name)}
                aliases[name] = {"is_write_index": True}
                self._documents.create_index(first, mapping, aliases=aliases)
        except IndexExistsError:
            if not self._documents.exists(name):
                raise

    def check(self, config: DetectorConfig) -> None:
        """Whether the detector's own index can hold results, if it exists.

        Raises
        ------
        ResultIndexError
        """
        name = config.result_index
        if name is None or not self._documents.exists(name):
            return
        for target in self._documents.resolve(name):
            fields = target.mapping.fields
            for path, kind in _required(RESULT_MAPPING["properties"]).items():
                if path not in fields or fields[path].type.value != kind:
                    raise self._unusable(f"Result index mapping is not correct for index: {name}")

    def _unusable(self, reason: str) -> ResultIndexError:
        return ResultIndexError(reason, self._settings.fault_status)

    def roll_over(self, configs: Mapping[str, DetectorConfig]) -> None:
        """Begin new indices where the present ones are large or old."""
        settings = self._settings
        for alias in (RESULTS, INSIGHTS):
            if self._documents.exists(alias):
                self._documents.rollover(
                    alias,
                    max_docs=settings.ad_result_history_max_docs,
                    max_age=settings.ad_result_history_rollover_period,
                    also=_also(alias),
                )
        for config in configs.values():
            if config.result_index in self._documents.aliases():
                self._roll_over_custom(config, config.result_index)

    def delete_old(self, configs: Mapping[str, DetectorConfig], now: int) -> None:
        """Delete the indices that are too old at a moment."""
        retention = self._settings.ad_result_history_retention_period
        for pattern in (RESULTS_HISTORY, INSIGHTS_HISTORY):
            self._documents.delete_made_until(now - retention, pattern)
        for config in configs.values():
            if config.result_index is not None and config.result_index_ttl is not None:
                until = now - config.result_index_ttl * _DAY
                self._documents.delete_made_until(until, f"{config.result_index}-history-*")

    def _roll_over_custom(self, config: DetectorConfig, alias: str) -> None:
        size, age = config.result_index_min_size, config.result_index_min_age
        current = self._documents.entry(alias).name
        if size is not None and self._documents.stats(current).bytes >= size * _MEGABYTE:
            self._documents.rollover(alias)
        elif age is not None:
            self._documents.rollover(alias, max_age=age * _DAY)


def _also(alias: str) -> list[str]:
    """The other aliases of what one stands for."""
    return [OPENSEARCH_NAMES[alias]] if alias in OPENSEARCH_NAMES else []


def flattened_index(config: DetectorConfig) -> str:
    """Where results without lists go: names of indices have small letters only."""
    return f"{config.result_index}-flattened-{config.name.lower()}"


def _required(properties: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The leaves that an index of results must have: those that every result may carry."""
    leaves: dict[str, str] = {}
    for name, field in properties.items():
        if name in ("user", "is_anomaly", "feature_imputed", "threshold", "past_values"):
            continue
        if "properties" in field:
            leaves |= _required(field["properties"], f"{prefix}{name}.")
        else:
            leaves[prefix + name] = field["type"]
    return leaves
