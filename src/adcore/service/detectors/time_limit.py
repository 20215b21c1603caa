"""How long a request about detectors may take."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeAlias

import duckdb

from adcore.errors import DataError
from adcore.service.detectors.errors import refusal

__all__ = ["Watch", "time_limit"]

Watch: TypeAlias = Callable[[duckdb.DuckDBPyConnection], None]


@contextlib.contextmanager
def time_limit(seconds: float, text: str) -> Iterator[Watch]:
    """Stop the connections that are handed to what it yields once the time is over.

    Raises
    ------
    ApiError
        With the text, in place of the error that the stop makes; also where the work was done after
        its time without a connection that could have been stopped.
    """
    guard = _Guard(seconds)
    timer = threading.Timer(seconds, guard.end)
    timer.daemon = True
    timer.start()
    try:
        yield guard.watch
    except (DataError, duckdb.Error) as error:
        if guard.is_over:
            raise refusal(text, 500) from error
        raise
    finally:
        timer.cancel()
    if guard.is_over:
        raise refusal(text, 500)


class _Guard:
    """The connections of one request."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: list[duckdb.DuckDBPyConnection] = []

    @property
    def is_over(self) -> bool:
        # By the clock, not by what the timer did: its thread may be late.
        return time.monotonic() >= self._deadline

    def watch(self, connection: duckdb.DuckDBPyConnection) -> None:
        with self._lock:
            if self.is_over:
                raise duckdb.InterruptException("the time of the request is over")
            self._watched.append(connection)

    def end(self) -> None:
        with self._lock:
            for connection in self._watched:
                # One that was closed in the meantime needs no stop.
                with contextlib.suppress(duckdb.Error):
                    connection.interrupt()
