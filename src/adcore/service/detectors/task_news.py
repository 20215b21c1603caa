"""What the task of a job does not say yet."""

from __future__ import annotations

from typing import Any

from adcore.detector import InitProgress

__all__ = ["TaskNews"]


class TaskNews:
    """Tells the task of a job how far its models are, and what is wrong, once each.

    Parameters
    ----------
    task_id : str

    Attributes
    ----------
    error : str or None
        What it says is wrong.
    """

    def __init__(self, task_id: str) -> None:
        self.error: str | None = None
        self._task_id = task_id
        self._told: tuple[str, str, int] | None = None

    def forget(self, error: str | None = None) -> None:
        """Whatever it said: now there is only an error."""
        self.error, self._told = error, None

    def of(self, progress: InitProgress, error: str | None) -> list[tuple[str, dict[str, Any]]]:
        """The changes of its document."""
        news = (progress.state, error or "", progress.updates)
        if news == self._told:
            return []
        self.error, self._told = error or "", news
        change = {
            "state": progress.state,
            "error": error or "",
            "init_progress": progress.fraction,
            "estimated_minutes_left": progress.estimated_minutes_left,
        }
        return [(self._task_id, change)]
