"""Bodies of detectors as clients of the anomaly detection API send and receive them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

MINUTE = 60_000
USER = {
    "name": "admin",
    "backend_roles": ["admin"],
    "roles": ["own_index", "all_access"],
    "custom_attribute_names": [],
    "user_requested_tenant": "__user__",
}


def sent() -> dict[str, Any]:
    """A detector as a client creates it."""
    return {
        "name": "test-detector",
        "description": "Test detector",
        "time_field": "timestamp",
        "indices": ["server_log*"],
        "feature_attributes": [
            {
                "feature_name": "test",
                "feature_enabled": True,
                "aggregation_query": {"test": {"sum": {"field": "value"}}},
            }
        ],
        "filter_query": {
            "bool": {
                "filter": [{"range": {"value": {"gt": 1}}}],
                "adjust_pure_negative": True,
                "boost": 1,
            }
        },
        "detection_interval": {"period": {"interval": 1, "unit": "Minutes"}},
        "window_delay": {"period": {"interval": 1, "unit": "Minutes"}},
    }


def received() -> dict[str, Any]:
    """The same as the service answers it, fields in its order."""
    bounds = {"from": 1, "to": None, "include_lower": False, "include_upper": True, "boost": 1}
    return {
        "name": "test-detector",
        "description": "Test detector",
        "time_field": "timestamp",
        "indices": ["server_log*"],
        "filter_query": {
            "bool": {
                "filter": [{"range": {"value": bounds}}],
                "adjust_pure_negative": True,
                "boost": 1,
            }
        },
        "detection_interval": {"period": {"interval": 1, "unit": "Minutes"}},
        "window_delay": {"period": {"interval": 1, "unit": "Minutes"}},
        "shingle_size": 8,
        "schema_version": 0,
        "feature_attributes": [
            {
                "feature_id": "bkHRTXwBwf_U8gjUw43K",
                "feature_name": "test",
                "feature_enabled": True,
                "aggregation_query": {"test": {"sum": {"field": "value"}}},
            }
        ],
        "last_update_time": 1633393165265,
        "category_field": ["ip"],
        "user": USER,
        "detector_type": "MULTI_ENTITY",
    }


def waves(
    intervals: int = 400, hosts: int = 1, seed: int = 5, minutes: int = 1
) -> dict[str, npt.NDArray[Any]]:
    """A noisy wave per host, one row per host and interval."""
    generator = np.random.default_rng(seed)
    step = np.repeat(np.arange(intervals), hosts)
    host = np.tile(np.arange(hosts), intervals)
    return {
        "ts": step * minutes * MINUTE,
        "host": np.array([f"h{i}" for i in host], dtype=object),
        "cpu": 50 + 10 * np.sin(step / 5 + host) + generator.normal(size=len(step)),
        "net": 20 + 3 * np.cos(step / 7 + host) + 0.3 * generator.normal(size=len(step)),
    }
