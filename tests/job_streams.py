"""Rows of streams with something unusual in them."""

from __future__ import annotations

from typing import Any

import numpy as np

START = 1_700_006_400_000  # 2023-11-15 00:00 UTC
MINUTE = 60_000
SPAN = 5 * MINUTE


def hosts(buckets: int = 400, *, seed: int = 1, burst: int | None = None) -> dict[str, Any]:
    """Five rows per bucket and host; ``web-2`` is far too high in one bucket."""
    random = np.random.default_rng(seed)
    names = ["web-1", "web-2"]
    at = np.repeat(np.arange(buckets), len(names) * 5)
    host = np.tile(np.repeat(np.arange(len(names)), 5), buckets)
    load = 50 + 5 * host + random.normal(0, 2, len(at))
    if burst is not None:
        load[(at == burst) & (host == 1)] += 60
    return {
        "time": START + at * SPAN + np.tile(np.arange(5 * len(names)) * 20_000, buckets),
        "host": np.array(names, dtype=object)[host],
        "load": load,
    }


def rows_of(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """The same as dicts."""
    names = list(columns)
    values = zip(*(columns[name].tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in values]


def part(columns: dict[str, Any], first: int, last: int) -> dict[str, Any]:
    """Some of the rows."""
    return {name: column[first:last] for name, column in columns.items()}
