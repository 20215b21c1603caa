"""A job as bytes and files, and its models taken back to what they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from adcore import _core
from adcore.detect.files import replacing
from adcore.errors import SnapshotError
from adcore.job.config import JobConfig
from adcore.job.job_stream import JobStream
from adcore.job.model_snapshot import ModelSnapshot
from adcore.job.results_bytes import read_results, write_results
from adcore.job.row_reader import InputCounts
from adcore.snapshot_parts import join_snapshot, split_snapshot

__all__ = ["JobSnapshots"]

_Self = TypeVar("_Self", bound="JobSnapshots")
_MAGIC = b"adcJ"


class JobSnapshots(JobStream):
    """What is kept of a job."""

    def snapshot(self, *, now: int | None = None, description: str = "") -> ModelSnapshot:
        """The models as they are.

        Parameters
        ----------
        now : int, optional
            The time of day in ms; the id is made from it. The time of the latest record by default.
        description : str
            By default says that nobody asked for it.
        """
        with self._lock:
            stats = self._engine.model_size_stats()
            counts = self._engine.counts()
            now = counts.get("latest_record_timestamp", 0) if now is None else now
            latest = self._engine.last_finalized_bucket_end
            result = None if latest is None else latest - self.config.bucket_span
            return ModelSnapshot(
                snapshot_id=str(now // 1_000),
                timestamp=now,
                state=self._engine.to_bytes(),
                description=description or "Periodic background persist",
                latest_record_time_stamp=counts.get("latest_record_timestamp"),
                latest_result_time_stamp=result if "timestamp" in stats else None,
                model_size_stats=self.model_size_stats,
            )

    def revert(self, snapshot: ModelSnapshot, *, delete_intervening_results: bool = False) -> None:
        """Take the models back to a snapshot; results stay unless they are to be deleted.

        Rows from there on are then analysed again, and their results replace those there are.

        Raises
        ------
        SnapshotError
            If its bytes are no models.
        """
        with self._lock:
            self._engine = _core.JobEngine.from_bytes(snapshot.state)
            self._take_config(self.config)
            if self._calendar:
                self.set_calendar(self._calendar)
            self._scored_until = self._engine.last_finalized_bucket_end
            if delete_intervening_results:
                self._store.drop(self._engine.last_finalized_bucket_end, None)

    def to_bytes(self) -> bytes:
        """All of it: configuration, models, final results, and counts.

        Changes that nobody has taken are not in it: see :meth:`take_changes`.
        """
        with self._lock:
            facts, results = write_results(self._store.final)
            described: dict[str, Any] = {
                "config": self.config.to_api(),
                "filters": self.filters,
                "calendar": self._calendar,
                "keep_results": self.keep_results,
                "threads": self.threads,
                "given": asdict(self._given),
                "last_data_time": self._last_data_time,
                "scored_until": self._scored_until,
                "results": facts,
            }
            return join_snapshot(described, [self._engine.to_bytes(), results], magic=_MAGIC)

    @classmethod
    def from_bytes(cls: type[_Self], data: bytes) -> _Self:
        """A job from :meth:`to_bytes`, open; it goes on as the one that was saved would have.

        Raises
        ------
        SnapshotError
            If the bytes are anything else, damaged, or from a newer release.
        """
        facts, parts = split_snapshot(bytes(data), magic=_MAGIC, name="job")
        try:
            engine, results = parts
            made = cls(
                JobConfig.from_stored(facts["config"]),
                filters=facts["filters"],
                keep_results=facts["keep_results"],
                threads=facts["threads"],
            )
            made._restore(facts, engine, results)
        except (KeyError, TypeError, ValueError) as error:
            raise SnapshotError(f"the job cannot be read: {error}") from error
        return made

    def _restore(self, facts: Mapping[str, Any], engine: bytes, results: bytes) -> None:
        self._engine = _core.JobEngine.from_bytes(engine)
        self._calendar = [dict(event) for event in facts["calendar"]]
        self._given = InputCounts(**facts["given"])
        self._last_data_time = facts["last_data_time"]
        self._scored_until = facts["scored_until"]
        self._store.restore(read_results(self._store.context, facts["results"], results))

    def save(self, path: str | PathLike[str]) -> None:
        """Write :meth:`to_bytes` to a file, whole or not at all."""
        with replacing(Path(path)) as draft:
            draft.write_bytes(self.to_bytes())

    @classmethod
    def load(cls: type[_Self], path: str | PathLike[str]) -> _Self:
        """A job from a file that :meth:`save` wrote."""
        return cls.from_bytes(Path(path).read_bytes())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)
