"""The fields of a detector's configuration, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adcore.detector.feature import DetectorFeature
from adcore.detector.imputation import ImputationOption
from adcore.detector.period import Period
from adcore.detector.queries import MATCH_ALL
from adcore.detector.rules import SuppressionRule, default_rules

__all__ = ["ConfigFields"]

DEFAULT_INTERVAL = Period(10)
NO_DELAY = Period(0, "Seconds")
DEFAULT_SHINGLE = 8
DEFAULT_RECENCY_EMPHASIS = 2560
# Intervals of history beyond those that a model needs, where nobody says how many: some may lack
# data, and the last often does.
EXTRA_HISTORY = 32


@dataclass(frozen=True, slots=True)
class ConfigFields:
    """What a detector watches, and how; ``DetectorConfig`` says what each field is."""

    name: str
    time_field: str
    indices: tuple[str, ...] = ()
    feature_attributes: tuple[DetectorFeature, ...] = ()
    description: str = ""
    filter_query: dict[str, Any] = field(default_factory=lambda: dict(MATCH_ALL))
    detection_interval: Period = DEFAULT_INTERVAL
    window_delay: Period = NO_DELAY
    shingle_size: int = DEFAULT_SHINGLE
    schema_version: int = 0
    ui_metadata: dict[str, Any] | None = None
    last_update_time: int | None = None
    category_field: tuple[str, ...] | None = None
    user: dict[str, Any] | None = None
    detection_date_range: dict[str, Any] | None = None
    result_index: str | None = None
    imputation_option: ImputationOption | None = None
    recency_emphasis: int | None = None
    suggested_seasonality: int | None = None
    history: int | None = None
    rules: tuple[SuppressionRule, ...] = ()
    frequency: Period | None = None
    result_index_min_size: int | None = None
    result_index_min_age: int | None = None
    result_index_ttl: int | None = None
    flatten_custom_result_index: bool | None = None
    last_ui_breaking_change_time: int | None = None
    auto_created: bool | None = None

    @property
    def detector_type(self) -> str:
        """``SINGLE_ENTITY`` or ``MULTI_ENTITY``."""
        return "MULTI_ENTITY" if self.category_fields else "SINGLE_ENTITY"

    @property
    def category_fields(self) -> tuple[str, ...]:
        """The category fields; empty where there are none."""
        return self.category_field or ()

    @property
    def enabled_features(self) -> tuple[DetectorFeature, ...]:
        """The features that are watched."""
        return tuple(f for f in self.feature_attributes if f.feature_enabled)

    @property
    def feature_names(self) -> list[str]:
        """The names of the enabled features."""
        return [feature.feature_name for feature in self.enabled_features]

    @property
    def interval(self) -> int:
        """The detection interval in milliseconds."""
        return self.detection_interval.milliseconds

    @property
    def effective_rules(self) -> tuple[SuppressionRule, ...]:
        """The rules, or the default ones where none are given."""
        return self.rules or default_rules(self.feature_names)

    @property
    def time_decay(self) -> float:
        """The rate per interval at which a model forgets."""
        return 1.0 / (self.recency_emphasis or DEFAULT_RECENCY_EMPHASIS)

    def history_intervals(self, samples: int) -> int:
        """Intervals before now that a model starts from.

        ``samples`` are what it needs to be ready: where nobody says how long to look back, that is
        far enough, also where some intervals lack data.
        """
        return self.history or samples + EXTRA_HISTORY
