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
    from rich.console import Console  # noqa: PLC0415 -- only who wants a bar waits for rich

    from adcore.detect.progress import ProgressBar  # noqa: PLC0415

    with ProgressBar(Console(stderr=True)).step(title, "intervals", None) as advance:
        yield lambda piece: advance(len(piece.results))
