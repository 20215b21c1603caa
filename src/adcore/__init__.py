"""adcore: streaming anomaly detection."""

from __future__ import annotations

from adcore._core import __version__
from adcore.errors import (
    AdcoreError,
    DataError,
    InvalidArgumentError,
    InvalidStateError,
    SnapshotError,
)

__all__ = [
    "AdcoreError",
    "DataError",
    "InvalidArgumentError",
    "InvalidStateError",
    "SnapshotError",
    "__version__",
]
