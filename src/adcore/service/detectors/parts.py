"""What all parts of the service that watch data have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adcore.detector import Detector, DetectorConfig
from adcore.service.detectors.analysis_checkpoints import AnalysisCheckpoints
from adcore.service.detectors.checkpoint import JobCheckpoints
from adcore.service.detectors.counters import Counters
from adcore.service.detectors.jobs import Jobs
from adcore.service.detectors.model_memory import ModelMemory
from adcore.service.detectors.registry import DetectorRegistry
from adcore.service.detectors.result_indices import ResultIndices
from adcore.service.detectors.result_writer import ResultWriter
from adcore.service.detectors.settings import DetectionSettings
from adcore.service.detectors.tasks import Tasks
from adcore.store import Store
from adcore.store.clock import Clock

__all__ = ["Parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """The stores of one service, its clock and its counters."""

    store: Store
    clock: Clock
    settings: DetectionSettings
    node_id: str
    indices: ResultIndices
    registry: DetectorRegistry
    jobs: Jobs
    tasks: Tasks
    writer: ResultWriter
    checkpoints: JobCheckpoints
    analyses: AnalysisCheckpoints
    memory: ModelMemory
    counters: Counters

    @classmethod
    def of(cls, store: Store, clock: Clock, settings: DetectionSettings, node_id: str) -> Parts:
        """Those of a store."""
        documents = store.documents
        indices = ResultIndices(documents, settings)
        return cls(
            store=store,
            clock=clock,
            settings=settings,
            node_id=node_id,
            indices=indices,
            registry=DetectorRegistry(documents, settings, indices, clock),
            jobs=Jobs(documents, clock),
            tasks=Tasks(documents, clock, settings),
            writer=ResultWriter(documents, indices),
            checkpoints=JobCheckpoints(store.checkpoints),
            analyses=AnalysisCheckpoints(store.checkpoints),
            memory=ModelMemory(settings.model_memory),
            counters=Counters(),
        )

    def detector(self, detector_id: str, config: DetectorConfig, **room: Any) -> Detector:
        """A detector that has seen nothing; ``room`` says where its models live."""
        return Detector(config, detector_id=detector_id, **room, **self.settings.model_settings())
