"""What an administrator may set, by the names of the plugins' settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adcore.detector import Limits
from adcore.detector.settings import DEFAULT_MIN_SAMPLES

__all__ = ["DetectionSettings"]

_HOUR = 3_600_000


@dataclass(slots=True)
class DetectionSettings:
    """Limits and defaults of the Anomaly Detection API; a service has its own, which may change.

    Attributes
    ----------
    enabled : bool
        False: every request is refused.
    strict_status : bool
        Whether mistakes of a client are answered with the status that the plugins give them, which
        is 500 for most; 400 by default.
    min_samples, number_of_trees, seed, threads
        See :class:`adcore.detector.ModelSettings`.
    max_retry_for_end_run_exception : int
        Failures in a row after which a job is stopped.
    model_memory : int
        Bytes that the models of all jobs with category fields may hold together, with all their
        tables. Models that do not fit are kept in the store, and come back when they are needed. A
        job for which there is not even room for a single model is stopped.
    checkpoint_intervals : int
        Intervals in which all models of a job are kept once, those of many entities a part at each;
        the documents of up to twice as many intervals are read again after a crash.
    max_batch_task_per_node : int
        Historical analyses, or entities of them, at a time.
    batch_task_piece_size : int
        Intervals of a piece of a historical analysis.
    batch_task_piece_interval_seconds : float
        Pause between pieces.
    request_timeout : float
        Seconds that a preview, or a question for the top anomalies, may take.
    """

    enabled: bool = True
    request_timeout: float = 60.0
    strict_status: bool = False
    min_samples: int = DEFAULT_MIN_SAMPLES
    number_of_trees: int | None = None
    seed: int = 42
    threads: int = 1
    max_anomaly_detectors: int = 1_000
    max_multi_entity_anomaly_detectors: int = 10
    max_anomaly_features: int = 5
    category_field_limit: int = 2
    max_entities_for_preview: int = 5
    max_concurrent_preview: int = 2
    max_retry_for_end_run_exception: int = 6
    checkpoint_intervals: int = 10
    max_batch_task_per_node: int = 10
    batch_task_piece_size: int = 1_000
    batch_task_piece_interval_seconds: float = 0.0
    model_memory: int = 4 * 2**30
    max_old_ad_task_docs_per_detector: int = 1
    max_top_entities_for_historical_analysis: int = 1_000
    max_running_entities_per_detector_for_historical_analysis: int = 10
    delete_anomaly_result_when_delete_detector: bool = False
    max_model_size_per_node: int = 100
    ad_result_history_max_docs: int = 1_350_000_000
    ad_result_history_rollover_period: int = 12 * _HOUR
    ad_result_history_retention_period: int = 30 * 24 * _HOUR

    @property
    def fault_status(self) -> int:
        """The status of mistakes that the plugins take for their own."""
        return 500 if self.strict_status else 400

    @property
    def limits(self) -> Limits:
        """What a configuration may have at most."""
        return Limits(self.max_anomaly_features, self.category_field_limit)

    def model_settings(self) -> dict[str, Any]:
        """The keywords of :class:`adcore.Detector` for its models."""
        return {
            "min_samples": self.min_samples,
            "number_of_trees": self.number_of_trees,
            "seed": self.seed,
            "threads": self.threads,
        }
