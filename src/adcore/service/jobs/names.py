"""Where the service keeps jobs and what belongs to them."""

from __future__ import annotations

__all__ = [
    "ANNOTATIONS", "ANNOTATIONS_READ", "ANNOTATIONS_WRITE", "CONFIG", "META", "MODELS",
    "NODE_NAME", "NOTIFICATIONS", "POSTED", "RESULTS_PATTERN", "SNAPSHOTS", "STATE", "SYSTEM_USER",
    "result_alias", "result_index",
]  # fmt: skip

# Configurations of jobs and datafeeds; calendars, events and filters; states.
CONFIG = ".ml-config"
META = ".ml-meta"
STATE = ".ml-state"
RESULTS_PATTERN = ".ml-anomalies-*"
# What users are told, under the names that clients of the API know.
ANNOTATIONS = ".ml-annotations-6"
ANNOTATIONS_READ, ANNOTATIONS_WRITE = ".ml-annotations-read", ".ml-annotations-write"
NOTIFICATIONS = ".ml-notifications-000002"
# Who writes there, if it is no user; and what the API shows as the name of who works on jobs.
SYSTEM_USER = "_xpack"
NODE_NAME = "adcore"
# Prefixes of keys among the checkpoints of the store, followed by the id of the job and a bar,
# which ids have not: models at work, what was posted since, and snapshots that clients see.
MODELS = "job-model:"
POSTED = "job-posted:"
SNAPSHOTS = "job-snapshot:"


def result_index(results_index_name: str) -> str:
    """The index that results are in.

    >>> result_index("shared")
    '.ml-anomalies-shared'
    """
    return f".ml-anomalies-{results_index_name}"


def result_alias(job_id: str) -> str:
    """The name under which the results of one job alone are found."""
    # ES calls it the same with a dot, which patterns of results must match too.
    return f".ml-anomalies-{job_id}"
