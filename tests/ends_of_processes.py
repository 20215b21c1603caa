"""Processes that end between any two writes to a store, as kill -9 ends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from adcore.store.checkpoints import Checkpoints
from adcore.store.documents import Documents


class EndOfProcessError(BaseException):
    """Nothing is done any more: as after kill -9."""


@contextmanager
def ending_after(writes: int) -> Iterator[list[int]]:
    """So many writes are done, and then the process ends: before or after the next one is."""
    done = [0]

    def counted(write: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **options: Any) -> Any:
            if done[0] == writes:
                raise EndOfProcessError
            done[0] += 1
            return write(*arguments, **options)

        return counting

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checkpoints, "put_many", counted(Checkpoints.put_many))
        patch.setattr(Checkpoints, "delete", counted(Checkpoints.delete))
        patch.setattr(Documents, "bulk", counted(Documents.bulk))
        yield done
