"""Snapshots of models that clients see: to go back to, to keep, to delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.job import JobConfig
from adcore.job.paging import Page
from adcore.service.jobs.errors import conflict, not_found
from adcore.service.jobs.expressions import expand
from adcore.service.jobs.names import SNAPSHOTS
from adcore.service.jobs.result_store import ResultStore
from adcore.store.checkpoints import Checkpoints

__all__ = ["EMPTY", "Snapshots"]

# The snapshot of a job that has seen nothing.
EMPTY = "empty"
_IS_SNAPSHOT = {"exists": {"field": "snapshot_id"}}


class Snapshots:
    """The snapshots of all jobs: documents beside the results, models among the checkpoints.

    Parameters
    ----------
    checkpoints : Checkpoints
    results : ResultStore
    """

    def __init__(self, checkpoints: Checkpoints, results: ResultStore) -> None:
        self._checkpoints = checkpoints
        self._results = results

    # -- making

    def make(self, config: JobConfig, model: bytes, told: Mapping[str, Any]) -> str:
        """Keep models for good; returns the id of the snapshot.

        Parameters
        ----------
        told : mapping
            What clients are told of it.
        """
        snapshot_id = self._new_id(config, told["timestamp"])
        # Models first: there must be no snapshot without them.
        self._checkpoints.put_many({_key(config, snapshot_id): model})
        document = {**told, "snapshot_id": snapshot_id}
        self._results.write(config, {_document_id(config, snapshot_id): document})
        return snapshot_id

    def _new_id(self, config: JobConfig, now: int) -> str:
        """The present second, or the next that is free."""
        second = now // 1_000
        while self._results.get(config, _document_id(config, str(second))) is not None:
            second += 1
        return str(second)

    # -- reading

    def get(self, config: JobConfig, snapshot_id: str) -> dict[str, Any]:
        """A snapshot.

        Raises
        ------
        ApiError
            404.
        """
        found = self._results.get(config, _document_id(config, snapshot_id))
        if found is None:
            raise not_found(f"No model snapshot with id [{snapshot_id}] exists for job "
                            f"[{config.job_id}]")  # fmt: skip
        return found

    def model(self, config: JobConfig, snapshot_id: str) -> bytes:
        """The models of a snapshot.

        Raises
        ------
        ApiError
            404.
        """
        self.get(config, snapshot_id)
        key = _key(config, snapshot_id)
        found = self._checkpoints.get_many([key]).get(key)
        if found is None:
            raise not_found(f"the models of snapshot [{snapshot_id}] are gone")
        return found

    def all(self, config: JobConfig) -> list[dict[str, Any]]:
        """All snapshots of a job, the newest first."""
        return self._results.find(config, _IS_SNAPSHOT, sort=[{"timestamp": "desc"}])

    def page(
        self,
        config: JobConfig,
        expression: str | None,
        period: Mapping[str, int],
        order: tuple[str, bool],
        page: Page,
    ) -> dict[str, Any]:
        """Snapshots, and how many there are.

        Parameters
        ----------
        expression : str or None
            Ids and patterns; None: all.
        period : mapping
            ``gte`` and ``lt`` of when they were made.
        order : tuple of str and bool
            The field to sort by, and whether the greatest comes first.

        Raises
        ------
        ApiError
            404, if one that is named does not exist.
        """
        filters: list[dict[str, Any]] = [_IS_SNAPSHOT]
        if period:
            filters.append({"range": {"timestamp": dict(period)}})
        if expression not in (None, "_all", "*"):
            filters.append({"terms": {"snapshot_id": self._named(config, expression)}})
        field, descending = order
        direction = {"order": "desc" if descending else "asc", "missing": "_last"}
        body = {
            "query": {"bool": {"filter": filters}},
            "sort": [{field: direction}, {"snapshot_id": direction}][
                : 2 - (field == "snapshot_id")
            ],
            "from": page.from_,
            "size": page.size,
        }
        hits = self._results.search(config, body)["hits"]
        listed = [hit["_source"] for hit in hits["hits"]]
        return {"count": hits["total"]["value"], "model_snapshots": listed}

    def _named(self, config: JobConfig, expression: str | None) -> list[str]:
        ids = [each["snapshot_id"] for each in self.all(config)]
        return expand(
            expression,
            ids,
            lambda word: not_found(
                f"No model snapshot with id [{word}] exists for job [{config.job_id}]"
            ),
        )

    # -- changing

    def update(
        self, config: JobConfig, snapshot_id: str, changes: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Change the description of a snapshot, or whether it is kept for ever."""
        changed = self.get(config, snapshot_id) | dict(changes)
        self._results.write(config, {_document_id(config, snapshot_id): changed})
        return changed

    def delete(self, config: JobConfig, snapshot_id: str) -> None:
        """Delete a snapshot.

        Raises
        ------
        ApiError
            If there is none, or the job stands on it.
        """
        self.get(config, snapshot_id)
        if config.model_snapshot_id == snapshot_id:
            raise conflict(
                f"Model snapshot '{snapshot_id}' is the active snapshot for job "
                f"'{config.job_id}', so cannot be deleted"
            )
        self._results.write(config, {}, deleted=[_document_id(config, snapshot_id)])
        self._checkpoints.delete([_key(config, snapshot_id)])

    def forget(self, config: JobConfig) -> None:
        """A job is deleted, or begins anew."""
        ids = [_document_id(config, each["snapshot_id"]) for each in self.all(config)]
        self._results.write(config, {}, deleted=ids)
        self._checkpoints.delete_prefix(_key(config, ""))


def _document_id(config: JobConfig, snapshot_id: str) -> str:
    return f"{config.job_id}_model_snapshot_{snapshot_id}"


def _key(config: JobConfig, snapshot_id: str) -> str:
    return f"{SNAPSHOTS}{config.job_id}|{snapshot_id}"
