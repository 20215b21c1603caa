"""Detectors: what an anomaly detection service does, for data at hand."""

from __future__ import annotations

from adcore.detector.cancel import CancelToken
from adcore.detector.config import DetectorConfig
from adcore.detector.config_checks import Limits
from adcore.detector.detector import Detector
from adcore.detector.errors import DetectorConfigError
from adcore.detector.history import Piece
from adcore.detector.init_progress import InitProgress
from adcore.detector.results import DetectorResults
from adcore.detector.scan import RowBatch, ScanRequest, Source
from adcore.detector.settings import ModelSettings
from adcore.detector.windows import Windows

__all__ = [
    "CancelToken",
    "Detector",
    "DetectorConfig",
    "DetectorConfigError",
    "DetectorResults",
    "InitProgress",
    "Limits",
    "ModelSettings",
    "Piece",
    "RowBatch",
    "ScanRequest",
    "Source",
    "Windows",
]
