"""What the machine learning API says about itself: ``GET /_ml/info``."""

from __future__ import annotations

from typing import Any

from adcore import _core
from adcore.service.jobs.settings import JobSettings
from adcore.service.machine import memory_bytes

__all__ = ["job_info"]

_MB = 1024 * 1024
_ANALYZER = {
    "char_filter": ["first_line_with_letters"],
    "tokenizer": "ml_standard",
    "filter": [
        {
            "type": "stop",
            "stopwords": [
                *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
                *("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
                *("January", "February", "March", "April", "May", "June", "July", "August"),
                *("September", "October", "November", "December"),
                *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"),
                *("Dec", "GMT", "UTC"),
            ],
        },
        {"type": "limit", "max_token_count": "100"},
    ],
}


def job_info(settings: JobSettings, *, is_upgrading: bool) -> dict[str, Any]:
    """Defaults and limits."""
    memory = memory_bytes()
    limit = settings.max_model_memory
    limits = {
        "effective_max_model_memory_limit": _megabytes(memory if limit is None else limit),
        "total_ml_memory": _megabytes(memory),
    }
    if limit is not None:
        limits["max_model_memory_limit"] = _megabytes(limit)
    return {
        "defaults": {
            "anomaly_detectors": {
                "categorization_analyzer": _ANALYZER,
                "model_memory_limit": "1gb",
                "categorization_examples_limit": 4,
                "model_snapshot_retention_days": 10,
                "daily_model_snapshot_retention_after_days": 1,
            },
            "datafeeds": {"scroll_size": 1000},
        },
        "upgrade_mode": is_upgrading,
        "native_code": {"version": _core.__version__, "build_hash": "adcore"},
        "limits": limits,
    }


def _megabytes(size: int) -> str:
    return f"{size // _MB}mb"
