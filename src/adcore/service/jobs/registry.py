"""The configurations of jobs in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adcore.job import JobConfig, Limits, updated
from adcore.service.jobs.errors import already_exists, bad_request, unknown_job
from adcore.service.jobs.expressions import expand
from adcore.service.jobs.shelf import Shelf
from adcore.store.clock import Clock

__all__ = ["JOB_VERSION", "JobRegistry"]

# The release of the API whose configurations these are.
JOB_VERSION = "8.19.3"


class JobRegistry:
    """Creates, reads, changes and forgets jobs.

    Parameters
    ----------
    shelf : Shelf
    clock : callable
    limits : Limits
    """

    def __init__(self, shelf: Shelf, clock: Clock, limits: Limits) -> None:
        self._shelf = shelf
        self._clock = clock
        self._limits = limits

    # -- reading

    def get(self, job_id: str) -> JobConfig:
        """The configuration of a job.

        Raises
        ------
        ApiError
            404.
        """
        found = self._shelf.get(job_id)
        if found is None:
            raise unknown_job(job_id)
        return JobConfig.from_stored(found)

    def check_exists(self, job_id: str) -> None:
        """Raise an ApiError unless there is such a job."""
        if job_id not in self._shelf:
            raise unknown_job(job_id)

    def find(self, expression: str | None, *, allow_no_match: bool = True) -> list[str]:
        """The ids of the jobs that an expression means: ids, groups, patterns.

        Raises
        ------
        ApiError
            404.
        """
        return expand(
            expression, self._shelf.ids(), unknown_job, groups=self.groups(),
            allow_no_match=allow_no_match,
        )  # fmt: skip

    def groups(self) -> dict[str, list[str]]:
        """The jobs of each group."""
        found: dict[str, list[str]] = {}
        for job_id, body in self._shelf.all().items():
            for group in body.get("groups", ()):
                found.setdefault(group, []).append(job_id)
        return found

    def using_filter(self, filter_id: str) -> list[str]:
        """The jobs whose rules refer to a filter."""
        return [job_id for job_id, body in self._shelf.all().items() if filter_id in _filters(body)]

    # -- writing

    def parse(self, job_id: str, body: Mapping[str, Any], *, is_legacy: bool = False) -> JobConfig:
        """A configuration as a client sends it.

        Raises
        ------
        JobError
        """
        return JobConfig.from_api(job_id, body, limits=self._limits, is_legacy=is_legacy)

    def check_new(self, config: JobConfig) -> None:
        """Raise an error unless a job may be made with its names.

        Raises
        ------
        ApiError
        """
        job_id = config.job_id
        if job_id in self._shelf:
            raise already_exists(
                f"The job cannot be created with the Id '{job_id}'. The Id is already used."
            )
        if job_id in self.groups():
            raise _same_name(job_id)
        self._check_groups(config)

    def create(self, config: JobConfig) -> JobConfig:
        """Keep a new job."""
        made = replace(
            config, job_version=JOB_VERSION, create_time=self._clock(), datafeed_config=None
        )
        self.store(made)
        return made

    def update(self, job_id: str, body: Mapping[str, Any], *, is_open: bool) -> JobConfig:
        """Change what may be changed of a job.

        Raises
        ------
        ApiError, JobError
        """
        changed = updated(self.get(job_id), body, is_open=is_open, limits=self._limits)
        self._check_groups(changed)
        self.store(changed)
        return changed

    def note(self, job_id: str, **changes: Any) -> None:
        """Keep what the service notes of a job, such as ``finished_time``."""
        self.store(replace(self.get(job_id), **changes))

    def store(self, config: JobConfig) -> None:
        """Keep a configuration instead of the one before."""
        self._shelf.put(config.job_id, config.to_api())

    def delete(self, job_id: str) -> None:
        """Forget a job."""
        self._shelf.delete(job_id)

    def _check_groups(self, config: JobConfig) -> None:
        for group in config.groups:
            if group in self._shelf:
                raise _same_name(group)


def _same_name(name: str) -> Exception:
    return bad_request(
        f"job and group names must be unique but job [{name}] and group [{name}] have the same name"
    )


def _filters(body: Mapping[str, Any]) -> set[str]:
    """The filters that a job's rules refer to."""
    return {
        scope["filter_id"]
        for detector in body["analysis_config"]["detectors"]
        for rule in detector.get("custom_rules", ())
        for scope in rule.get("scope", {}).values()
    }
