"""Names that jobs, groups and their indices may have."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adcore.job.errors import bad_request, illegal_argument

__all__ = ["check_groups", "check_job_id", "results_index"]

_ID = re.compile(r"[a-z0-9](?:[a-z0-9_\-.]*[a-z0-9])?")
_LONGEST = 64
_ALLOWED = (
    "can contain lowercase alphanumeric (a-z and 0-9), hyphens or underscores; must start and end "
    "with alphanumeric"
)
SHARED = "shared"


def check_job_id(name: str, *, field: str = "job_id") -> str:
    """A name that a job may have.

    Raises
    ------
    JobError
        If it is none, in the words of the API.

    Examples
    --------
    >>> check_job_id("it-ops.kpi_1")
    'it-ops.kpi_1'
    """
    if not _ID.fullmatch(name) or name == "_all":
        raise illegal_argument(f"Invalid {field}; '{name}' {_ALLOWED}")
    if len(name) > _LONGEST:
        raise illegal_argument(f"The job id cannot contain more than {_LONGEST} characters.")
    return name


def check_groups(job_id: str, groups: Iterable[str]) -> None:
    """Check the groups of a job.

    Raises
    ------
    JobError
        If one has no proper name, or that of the job, or is there twice.
    """
    seen: set[str] = set()
    for group in groups:
        if not _ID.fullmatch(group):
            raise illegal_argument(
                f"Invalid group id '{group}'; must be non-empty string and may contain lowercase "
                "alphanumeric (a-z and 0-9), hyphens or underscores; must start and end with "
                "alphanumeric"
            )
        if group in seen:
            raise bad_request(f"Duplicate group [{group}]")
        seen.add(group)
    if job_id in seen:
        raise bad_request(
            f"job and group names must be unique but job [{job_id}] and group [{job_id}] have the "
            "same name"
        )


def results_index(name: str) -> str:
    """The name of a results index as jobs show it.

    Examples
    --------
    >>> results_index("shared"), results_index("mine")
    ('shared', 'custom-mine')
    """
    check_job_id(name, field="results_index_name")
    return name if name == SHARED or name.startswith("custom-") else f"custom-{name}"
