"""Calendars: which jobs they hold for. Their events are in `adcore.service.jobs.events`."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from typing import Any

from adcore.job.names import check_job_id
from adcore.service.errors import ApiError
from adcore.service.jobs.errors import already_exists, bad_request, not_found
from adcore.service.jobs.expressions import expand
from adcore.service.jobs.shelf import Shelf

__all__ = ["Calendars"]


class Calendars:
    """All calendars."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()

    def put(
        self, calendar_id: str, job_ids: Iterable[str], description: str | None
    ) -> dict[str, Any]:
        """Make a calendar.

        Raises
        ------
        ApiError
            If it cannot be called so, or exists already.
        """
        check_job_id(calendar_id, field="calendar_id")
        with self._lock:
            if calendar_id in self._shelf:
                raise already_exists(
                    f"Cannot create calendar with id [{calendar_id}] as it already exists"
                )
            return self._store(calendar_id, job_ids, description)

    def get(self, calendar_id: str) -> dict[str, Any]:
        """A calendar.

        Raises
        ------
        ApiError
            404.
        """
        found = self._shelf.get(calendar_id)
        if found is None:
            raise _unknown(calendar_id)
        return found

    def find(self, expression: str | None) -> list[dict[str, Any]]:
        """The calendars of an expression, by their ids."""
        found = self._shelf.all()
        return [found[name] for name in expand(expression, found, _unknown)]

    def of_job(self, names: Collection[str]) -> list[str]:
        """The calendars that hold for a job, given its id and its groups."""
        return [
            calendar_id
            for calendar_id, calendar in self._shelf.all().items()
            if "_all" in calendar["job_ids"] or not set(names).isdisjoint(calendar["job_ids"])
        ]

    def add_jobs(self, calendar_id: str, job_ids: Iterable[str]) -> dict[str, Any]:
        """Let a calendar hold for more jobs."""
        with self._lock:
            found = self.get(calendar_id)
            return self._store(calendar_id, [*found["job_ids"], *job_ids], found.get("description"))

    def remove_jobs(self, calendar_id: str, job_ids: Iterable[str]) -> dict[str, Any]:
        """Let a calendar hold for some jobs no more.

        Raises
        ------
        ApiError
            If it does not hold for one of them.
        """
        with self._lock:
            found = self.get(calendar_id)
            kept = list(found["job_ids"])
            for job_id in job_ids:
                if job_id not in kept:
                    raise bad_request(
                        f"Cannot remove [{job_id}] as it is not present in calendar [{calendar_id}]"
                    )
                kept.remove(job_id)
            return self._store(calendar_id, kept, found.get("description"))

    def forget_job(self, job_id: str) -> None:
        """A job is deleted."""
        with self._lock:
            for calendar_id, found in self._shelf.all().items():
                if job_id in found["job_ids"]:
                    kept = [name for name in found["job_ids"] if name != job_id]
                    self._store(calendar_id, kept, found.get("description"))

    def delete(self, calendar_id: str) -> None:
        """Forget a calendar.

        Raises
        ------
        ApiError
            404.
        """
        with self._lock:
            self.get(calendar_id)
            self._shelf.delete(calendar_id)

    def _store(
        self, calendar_id: str, job_ids: Iterable[str], description: str | None
    ) -> dict[str, Any]:
        made: dict[str, Any] = {
            "calendar_id": calendar_id,
            "job_ids": list(dict.fromkeys(job_ids)),
        }
        if description is not None:
            made["description"] = description
        self._shelf.put(calendar_id, made)
        return made


def _unknown(calendar_id: str) -> ApiError:
    return not_found(f"No calendar with id [{calendar_id}]")
