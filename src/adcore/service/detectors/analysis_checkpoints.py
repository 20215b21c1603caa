"""What an analysis needs to go on in another process."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from adcore.detector.stream import DetectionStream
from adcore.errors import SnapshotError
from adcore.service.detectors.names import ANALYSES
from adcore.snapshot_parts import join_snapshot, split_snapshot
from adcore.store.checkpoints import Checkpoints

__all__ = ["AnalysisCheckpoints", "AnalysisPlan", "Key"]

_log = logging.getLogger(__name__)

Key = tuple[str, ...]
_MAGIC, _NAME = b"adcA", "analysis"
# Processes that may end while the same piece is at work: it may be what ends them.
_MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """What was decided at the start, by the documents of that moment.

    Attributes
    ----------
    first, last : int
        The range, epoch milliseconds.
    entities : list of tuple of str
        Those that are analysed, in this order; none of a single series.
    """

    first: int
    last: int
    entities: list[Key] = field(default_factory=list)


class AnalysisCheckpoints:
    """The plan of each analysis, and its models after the last piece.

    Parameters
    ----------
    checkpoints : Checkpoints
    """

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints

    def begin(self, task_id: str, plan: AnalysisPlan) -> None:
        """Keep a plan."""
        self._checkpoints.put_many({_key(task_id, "plan"): json.dumps(asdict(plan)).encode()})

    def plan(self, task_id: str) -> AnalysisPlan | None:
        """The plan of an analysis; None if it did not come so far."""
        key = _key(task_id, "plan")
        found = self._checkpoints.get_many([key]).get(key)
        if found is None:
            return None
        facts = json.loads(found)
        return AnalysisPlan(facts["first"], facts["last"], list(map(tuple, facts["entities"])))

    def take_up(self, task_id: str) -> bool:
        """Whether to work on its next piece: not if too many processes have ended meanwhile."""
        key = _key(task_id, "attempts")
        attempts = len(self._checkpoints.get_many([key]).get(key, b""))
        self._checkpoints.put_many({key: b"." * (attempts + 1)})
        return attempts < _MOST_ATTEMPTS

    def keep(self, task_id: str, group: int, reached: int, stream: DetectionStream) -> None:
        """Keep the models after a piece.

        Parameters
        ----------
        task_id : str
        group : int
            Entities that were done before those of the stream.
        reached : int
            The end of the piece.
        stream : DetectionStream
        """
        facts, parts = stream.to_parts()
        told = {"group": group, "reached": reached, "stream": facts}
        state = join_snapshot(told, parts, magic=_MAGIC)
        self._checkpoints.put_many({_key(task_id, "models"): state, _key(task_id, "attempts"): b""})

    def restore(self, task_id: str, group: int, stream: DetectionStream) -> int | None:
        """Let a stream go on where that of a group was; returns where. None: from the start."""
        key = _key(task_id, "models")
        state = self._checkpoints.get_many([key]).get(key)
        if state is None:
            return None
        try:
            facts, parts = split_snapshot(state, magic=_MAGIC, name=_NAME)
            if facts["group"] != group:
                return None
            stream.restore(facts["stream"], parts)
        except SnapshotError as error:
            _log.warning("historical analysis %s begins anew: %s", task_id, error)
            return None
        reached: int = facts["reached"]
        return reached

    def delete(self, task_id: str) -> None:
        """Forget an analysis that has ended."""
        self._checkpoints.delete_prefix(_key(task_id))

    def forget_others(self, task_ids: Iterable[str]) -> None:
        """Forget all analyses but these."""
        kept = tuple(_key(task_id) for task_id in task_ids)
        known = self._checkpoints.keys(ANALYSES)
        self._checkpoints.delete([key for key in known if not key.startswith(kept)])


def _key(task_id: str, part: str = "") -> str:
    return f"{ANALYSES}{task_id}:{part}"
