"""adcore: streaming anomaly detection."""

from __future__ import annotations

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
]
