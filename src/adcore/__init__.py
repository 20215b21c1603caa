"""adcore: anomalies in streams and tables.

>>> import numpy as np
>>> from adcore import ThresholdedForest
>>> values = np.sin(np.arange(1000) / 5)
>>> values[700] = 4.0
>>> ThresholdedForest(1).process(values).anomalies().row.tolist()
[700]
"""

from __future__ import annotations

from adcore._core import __version__
from adcore.checkpoints import CheckpointBatch, CheckpointStore, MemoryCheckpoints
from adcore.detector import Detector, DetectorConfig, DetectorResults
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
    "MemoryCheckpoints",
    "RandomCutForest",
    "SnapshotError",
    "ThresholdedForest",
    "ThresholdedResult",
    "__version__",
]
