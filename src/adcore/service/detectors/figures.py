"""The figures of detectors for Prometheus: those of the stats API, under names of their kind."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adcore.service.detectors.service import DetectionService

__all__ = ["DetectorFigures"]

_COUNTERS = {
    "ad_execute_request_count": ("adcore_detector_runs", "Intervals worked on in real time."),
    "ad_execute_failure_count": ("adcore_detector_run_failures", "Of these, failed."),
    "ad_hc_execute_request_count": (
        "adcore_detector_entity_runs", "Intervals of detectors with entities."),
    "ad_hc_execute_failure_count": ("adcore_detector_entity_run_failures", "Of these, failed."),
    "ad_total_batch_task_execution_count": (
        "adcore_historical_tasks", "Historical analyses begun, each entity for itself."),
    "ad_canceled_batch_task_count": ("adcore_historical_tasks_cancelled", "Of these, cancelled."),
    "ad_batch_task_failure_count": ("adcore_historical_task_failures", "Of these, failed."),
}  # fmt: skip
_GAUGES = {
    "ad_executing_batch_task_count": (
        "adcore_historical_tasks_running", "Historical analyses at work, entities counted."),
    "model_count": ("adcore_detector_models", "Models of real-time detectors in memory."),
}  # fmt: skip


class DetectorFigures(Collector):
    """Reads the figures when Prometheus asks.

    Parameters
    ----------
    service : DetectionService
    """

    def __init__(self, service: DetectionService) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """All figures."""
        stats = self._service.stats.stats("/metrics")
        (node,) = stats["nodes"].values()
        for name, (metric, text) in _COUNTERS.items():
            yield CounterMetricFamily(metric, text, value=node[name])
        for name, (metric, text) in _GAUGES.items():
            yield GaugeMetricFamily(metric, text, value=node[name])
        kinds = GaugeMetricFamily("adcore_detectors", "Detectors configured.", labels=["kind"])
        for kind in ("single", "multi"):
            kinds.add_metric([f"{kind}_entity"], stats[f"{kind}_entity_detector_count"])
        yield kinds
        runs = self._service.scheduler.runs()
        yield GaugeMetricFamily("adcore_detector_jobs", "Detectors in real time.", value=len(runs))
        held = sum(run.view.models.bytes for run in runs)
        text = "Bytes their models hold in memory, with all tables."
        yield GaugeMetricFamily("adcore_detector_model_bytes", text, value=held)

    def describe(self) -> list[Metric]:
        """Nothing: the figures are asked for, not when they are registered."""
        return []
