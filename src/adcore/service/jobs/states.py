"""What jobs are doing, and what they were like when they last did it."""

from __future__ import annotations

from typing import Any

from adcore.service.jobs.shelf import Shelf

__all__ = ["AWAITING_UPGRADE", "CLOSED", "DELETING", "FAILED", "OPENED", "JobStates"]

CLOSED, OPENED, FAILED, DELETING = "closed", "opened", "failed", "deleting"
# Why nobody works on what is open or started.
AWAITING_UPGRADE = "persistent task cannot be assigned while upgrade mode is enabled."


class JobStates:
    """The states of all jobs. Those that were never opened are closed.

    Parameters
    ----------
    shelf : Shelf
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._passing: dict[str, str] = {}

    def state(self, job_id: str) -> str:
        """``closed``, ``opening``, ``opened``, ``closing``, ``failed``, ``resetting`` or so."""
        return self._passing.get(job_id) or str(self.facts(job_id).get("state", CLOSED))

    def facts(self, job_id: str) -> dict[str, Any]:
        """What was last kept of a job: its state, counts and sizes."""
        return self._shelf.get(job_id) or {}

    def in_state(self, state: str) -> list[str]:
        """The jobs that are in a state."""
        return [name for name, facts in self._shelf.all().items() if facts.get("state") == state]

    def keep(self, job_id: str, **facts: Any) -> None:
        """Change what is kept of a job."""
        self._shelf.put(job_id, self.facts(job_id) | facts)

    def forget(self, job_id: str) -> None:
        """A job is deleted, or begins anew."""
        self._shelf.delete(job_id)

    def pass_through(self, job_id: str, state: str | None) -> None:
        """A job is on its way between two states; None: it has arrived."""
        if state is None:
            self._passing.pop(job_id, None)
        else:
            self._passing[job_id] = state
