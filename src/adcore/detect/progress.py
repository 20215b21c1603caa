"""A progress bar with rate and remaining time, on a terminal only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

__all__ = ["ProgressBar"]


class _RateColumn(ProgressColumn):
    """How much is done, and how much in a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed or 0.0
        return Text(f"{task.completed:,.0f} {task.fields['unit']}, {speed:,.0f}/s", style="cyan")


class ProgressBar:
    """One bar per step of a run; nothing at all where the console is no terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, title: str, unit: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Show a bar while the block runs; the block is given a function to tell what was done.

        ``total`` is None where nobody knows it, and may be an estimate.
        """
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            _RateColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        progress = Progress(
            *columns,
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        with progress:
            task = progress.add_task(title, total=total, unit=unit)
            yield lambda amount: progress.advance(task, amount)
