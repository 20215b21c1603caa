"""The machine that the service runs on."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from pathlib import Path

__all__ = ["disk_bytes", "load_percent", "memory_bytes", "resident_bytes"]

_STATM = Path("/proc/self/statm")


def memory_bytes() -> int:
    """All there is."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def resident_bytes() -> int:
    """What this process has of it; where the system does not say, the most it had so far."""
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def load_percent() -> int:
    """How busy the processors were during the last minute."""
    return min(100, round(100 * os.getloadavg()[0] / (os.cpu_count() or 1)))


def disk_bytes(directory: Path) -> tuple[int, int]:
    """All there is of the disk that a directory is on, and what is free of it."""
    usage = shutil.disk_usage(directory)
    return usage.total, usage.free
