"""Rows for jobs: a day's wave with noise, the same each time, and a surprise where it is wanted."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

HOUR = 3_600_000
BEGIN = 1_454_976_000_000  # 2016-02-09
AIRLINES = ("AAL", "BA", "KLM")

WAVES: dict[str, Any] = {
    "analysis_config": {
        "bucket_span": "1h",
        "detectors": [
            {"function": "mean", "field_name": "responsetime", "by_field_name": "airline"}
        ],
        "influencers": ["airline"],
    },
    "data_description": {"time_field": "time", "time_format": "epoch_ms"},
}


def rows(first: int, last: int, surprise: int | None = None, by: float = 600.0) -> list[Any]:
    """Four rows an hour and airline, of the hours from one to before another after `BEGIN`.

    Parameters
    ----------
    surprise : int, optional
        The hour in which AAL is so much slower.
    """
    found = []
    for hour in range(first, last):
        rng = np.random.default_rng(hour)
        for quarter in range(4):
            for airline in AIRLINES:
                value = 100 + 30 * np.sin(hour / 24 * 2 * np.pi) + rng.normal(0, 4)
                if hour == surprise and airline == "AAL":
                    value += by
                time = BEGIN + hour * HOUR + quarter * 900_000
                found.append({"time": time, "airline": airline, "responsetime": float(value)})
    return found


def lines(listed: list[Any]) -> bytes:
    """As lines of JSON."""
    return msgspec.json.Encoder().encode_lines(listed)
