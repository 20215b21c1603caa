"""An iterator that works ahead in a thread of its own."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

from adcore.detect.interrupts import Interrupt

__all__ = ["prefetch"]

T = TypeVar("T")
_POLL_SECONDS = 0.1


def prefetch(
    items: Iterator[T], interrupt: Interrupt, cancel: Callable[[], None], depth: int = 2
) -> Generator[T, None, None]:
    """The items, made up to ``depth`` ahead by a thread; ends early once an interrupt is requested.

    Parameters
    ----------
    items : iterator
        Its errors are raised here.
    interrupt : Interrupt
    cancel : callable
        Called, possibly while the thread waits for the next item, when no more are wanted.
    depth : int
        Items that are held ready.
    """
    ready: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(depth)
    enough = threading.Event()

    def put(item: T | None, error: BaseException | None) -> None:
        while not enough.is_set():
            with contextlib.suppress(queue.Full):
                ready.put((item, error), timeout=_POLL_SECONDS)
                return

    def work() -> None:
        try:
            for item in items:
                put(item, None)
                if enough.is_set():
                    return
            put(None, None)
        except BaseException as error:  # noqa: BLE001 -- raised again by the consumer
            put(None, error)

    thread = threading.Thread(target=work, name="adcore-prefetch", daemon=True)
    thread.start()
    try:
        yield from _consume(ready, interrupt)
    finally:
        enough.set()
        if thread.is_alive():
            cancel()
        thread.join()


def _consume(
    ready: queue.Queue[tuple[T | None, BaseException | None]], interrupt: Interrupt
) -> Iterator[T]:
    while not interrupt.requested:
        try:
            item, error = ready.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            continue
        if error is not None:
            raise error
        if item is None:
            return
        yield item
