"""The time of day, as something that is handed in."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Clock", "system_clock"]

# Epoch milliseconds, UTC.
Clock = Callable[[], int]


def system_clock() -> int:
    """Epoch milliseconds of the machine's clock."""
    return time.time_ns() // 1_000_000
