"""adcore: anomalies in streams and tables.

>>> import numpy as np
>>> from adcore import ThresholdedForest
>>> values = np.sin(np.arange(1000) / 5)
>>> values[700] = 4.0
>>> ThresholdedForest(1).process(values).anomalies().row.tolist()
[700]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from adcore._core import __version__
from adcore.checkpoints import CheckpointBatch, CheckpointStore, MemoryCheckpoints
from adcore.entity_cache import EntityCache
from adcore.entity_result import EntityProfile, EntityResult
from adcore.errors import (
    AdcoreError,
    DataError,
    InvalidArgumentError,
    InvalidStateError,
    SnapshotError,
)
from adcore.forest import CompactForest, RandomCutForest
from adcore.forest_bank import ForestBank
from adcore.thresholded import ThresholdedForest
from adcore.thresholded_result import ThresholdedResult

if TYPE_CHECKING:
    from adcore.detector import Detector, DetectorConfig, DetectorResults
    from adcore.job import Job, JobConfig, JobResults

__all__ = [
    "AdcoreError",
    "CheckpointBatch",
    "CheckpointStore",
    "CompactForest",
    "DataError",
    "Detector",
    "DetectorConfig",
    "DetectorResults",
    "EntityCache",
    "EntityProfile",
    "EntityResult",
    "ForestBank",
    "InvalidArgumentError",
    "InvalidStateError",
    "Job",
    "JobConfig",
    "JobResults",
    "MemoryCheckpoints",
    "RandomCutForest",
    "SnapshotError",
    "ThresholdedForest",
    "ThresholdedResult",
    "__version__",
]

_LATER = {
    "Detector": "adcore.detector",
    "DetectorConfig": "adcore.detector",
    "DetectorResults": "adcore.detector",
    "Job": "adcore.job",
    "JobConfig": "adcore.job",
    "JobResults": "adcore.job",
}


def __getattr__(name: str) -> object:
    """Detectors and jobs, when they are asked for: with them comes all that reads documents."""
    room = _LATER.get(name)
    if room is None:
        raise AttributeError(f"module 'adcore' has no attribute {name!r}")
    return getattr(import_module(room), name)
