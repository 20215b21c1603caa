"""Tasks of clients that did not wait: all are over when they are answered."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from typing import Any

from adcore.service.jobs.errors import illegal_argument, not_found
from adcore.store.clock import Clock

__all__ = ["Tasks"]

_KEPT = 1_000


class Tasks:
    """The latest tasks, as long as the process lives.

    Parameters
    ----------
    node_id : str
    clock : callable

    Examples
    --------
    >>> tasks = Tasks("node", lambda: 5)
    >>> name = tasks.note("job/reset", "reset-job-j", {"acknowledged": True}, started=3)
    >>> name, tasks.get(name)["response"]
    ('node:1', {'acknowledged': True})
    """

    def __init__(self, node_id: str, clock: Clock) -> None:
        self._node_id = node_id
        self._clock = clock
        self._numbers = itertools.count(1)
        self._over: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def note(self, action: str, description: str, response: dict[str, Any], started: int) -> str:
        """Keep what came of a task; returns its id.

        Parameters
        ----------
        started : int
            Epoch milliseconds.
        """
        number = next(self._numbers)
        name = f"{self._node_id}:{number}"
        task = {
            "node": self._node_id,
            "id": number,
            "type": "transport",
            "action": f"cluster:admin/xpack/ml/{action}",
            "description": description,
            "start_time_in_millis": started,
            "running_time_in_nanos": (self._clock() - started) * 1_000_000,
            "cancellable": False,
            "headers": {},
        }
        self._over[name] = {"completed": True, "task": task, "response": response}
        if len(self._over) > _KEPT:
            self._over.popitem(last=False)
        return name

    def get(self, name: str) -> dict[str, Any]:
        """A task, with what came of it.

        Raises
        ------
        ApiError
            If it is no id, or of no task that is known.
        """
        node, _, number = name.rpartition(":")
        if not node or not number.isascii() or not number.isdigit():
            raise illegal_argument(f"malformed task id {name}")
        if name not in self._over:
            raise not_found(f"task [{name}] isn't running and hasn't stored its results")
        return self._over[name]
