"""Progress of a run: a bar on a terminal, or whatever the caller does with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from adcore.detector.history import Piece

__all__ = ["showing"]


@contextmanager
def showing(
    progress: bool | Callable[[Piece], None], title: str
) -> Iterator[Callable[[Piece], None]]:
    """What is to be called with each piece while the block runs."""
    if callable(progress):
        yield progress
    elif progress:
        yield from _bar(title)
    else:
        yield lambda _: None


def _bar(title: str) -> Iterator[Callable[[Piece], None]]:
    # Only who wants a bar waits for the library.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, TimeRemainingColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (
        *Progress.get_default_columns()[:-1],
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda piece: bar.update(task, completed=piece.task_progress)
