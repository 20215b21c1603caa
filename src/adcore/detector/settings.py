"""The model of an entity: what the configuration asks for, and what the engine may choose."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from adcore import _core
from adcore.config import integer
from adcore.detector.config import DetectorConfig
from adcore.detector.rules import NearExpected
from adcore.options import MAXIMUM_THREADS, check_flag, thresholded_config

__all__ = ["ModelSettings"]

DEFAULT_MIN_SAMPLES = 128
PRESET = "opensearch"
_TREES, _COMPACT_TREES = 50, 8
_METHODS = {"ZERO": "zero", "FIXED_VALUES": "fixed_values", "PREVIOUS": "previous"}


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What is no part of the configuration that clients of the API know.

    Attributes
    ----------
    min_samples : int
        Intervals a model must have seen before it gives scores. Readiness, progress and what a
        cold start looks for all come from this one number.
    number_of_trees : int or None
        By default 8 of compact models, whose cuts are drawn anew for every point, else 50.
    compact : bool or None
        Whether a model is small rather than fast; by default where there are category fields.
    seed : int
        The same seed and rows give the same results, for any number of threads.
    threads : int
        Entities worked on at a time.
    """

    min_samples: int = DEFAULT_MIN_SAMPLES
    number_of_trees: int | None = None
    compact: bool | None = None
    seed: int = 42
    threads: int = 1

    def __post_init__(self) -> None:
        integer("min_samples", self.min_samples, 1, 2**31)
        if self.number_of_trees is not None:
            integer("number_of_trees", self.number_of_trees, 1, 10_000)
        integer("seed", self.seed, 0, 2**64 - 1)
        integer("threads", self.threads, 1, MAXIMUM_THREADS)
        if self.compact is not None:
            check_flag("compact", self.compact)

    def samples_needed(self, config: DetectorConfig) -> int:
        """Intervals until the first score: ``min_samples``, but more than a shingle."""
        return max(self.min_samples, config.shingle_size + 1)

    def is_cached(self, config: DetectorConfig) -> bool:
        """Whether the models are the small ones of a cache: of many entities, if nobody objects."""
        return bool(config.category_fields) and self.compact is not False

    def make_model(self, config: DetectorConfig) -> _core.ThresholdedForest:
        """A model of its own that has seen nothing."""
        compact = bool(self.compact)
        trees = _COMPACT_TREES if compact else _TREES
        options = self.model_options(config) | {
            "compact": compact,
            "number_of_trees": self.number_of_trees or trees,
            # Of many forests few are in the processor's cache: boxes would be read from memory.
            "bounding_box_cache_fraction": 0.125 if config.category_fields else 0.5,
        }
        return _core.ThresholdedForest(thresholded_config(options, PRESET))

    def cache_options(self, config: DetectorConfig) -> dict[str, Any]:
        """Those of a cache of models, see :class:`adcore.EntityCache`."""
        return self.model_options(config) | {
            "number_of_trees": self.number_of_trees or _COMPACT_TREES,
            "interval": config.interval,
            "threads": self.threads,
            "preset": PRESET,
        }

    def model_options(self, config: DetectorConfig) -> dict[str, Any]:
        """What all kinds of models have in common."""
        names = config.feature_names
        near = NearExpected.of(config.effective_rules, names)
        imputation = config.imputation_option
        return {
            "input_dimensions": len(names),
            "shingle_size": config.shingle_size,
            "mode": "streaming_impute" if config.shingle_size > 1 else "standard",
            "imputation": _METHODS[imputation.method] if imputation else "previous",
            "fill_values": imputation.fill_values(names) if imputation else None,
            # Points are whole shingles: the first is complete after so many intervals less.
            "output_after": self.samples_needed(config) - config.shingle_size + 1,
            "time_decay": config.time_decay,
            "seed": self.seed,
            "ignore_near_expected_above": near.above,
            "ignore_near_expected_below": near.below,
            "ignore_near_expected_above_by_ratio": near.above_by_ratio,
            "ignore_near_expected_below_by_ratio": near.below_by_ratio,
        }

    def to_json(self) -> dict[str, Any]:
        """The attributes as plain values."""
        return asdict(self)
