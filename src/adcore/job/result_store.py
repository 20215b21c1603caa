"""The results that a job keeps: final ones, interim ones, and which of them are new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray
from adcore.job.changes import KINDS, Changes, documents_by_id
from adcore.job.result_context import ResultContext
from adcore.job.result_schema import Table
from adcore.job.result_tables import compact_texts
from adcore.job.results import JobResults

__all__ = ["Rescore", "ResultStore"]

_SCORES = {
    "buckets": "anomaly_score",
    "bucket_influencers": "anomaly_score",
    "records": "record_score",
    "influencers": "influencer_score",
}
_FLAT = ("records", "influencers")

# Columns that the engine gave, and scores, to new scores and where they are to be changed.
Rescore = Callable[..., "tuple[FloatArray, npt.NDArray[np.bool_]]"]


@dataclass(slots=True, eq=False)
class _Part:
    """Results of some time, and which rows of each kind changed since somebody fetched them."""

    results: JobResults
    changed: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)

    @classmethod
    def of(cls, results: JobResults, *, is_new: bool) -> _Part:
        rows = {name: len(results.tables[name]["timestamp"]) for name in KINDS}
        return cls(results, {name: np.full(rows[name], is_new) for name in KINDS})

    @classmethod
    def joined(cls, first: _Part, second: _Part) -> _Part:
        results = JobResults.concat(first.results.context, [first.results, second.results])
        changed = {
            name: np.concatenate([flags, second.changed[name]])
            for name, flags in first.changed.items()
        }
        return cls(results, changed)

    def since(self, start: int) -> _Part:
        """The same without what is earlier."""
        flags = {
            name: changed[self.results.tables[name]["timestamp"] >= start]
            for name, changed in self.changed.items()
        }
        cut = self.results.between(start, None)
        return _Part(JobResults(cut.context, *compact_texts(cut.texts, cut.tables)), flags)

    def __len__(self) -> int:
        return sum(map(len, self.changed.values()))


class ResultStore:
    """Keeps results in the order of time.

    Parts of like size are joined, so that a score is copied a few times only, however small the
    pieces are in which results come.

    Parameters
    ----------
    context : ResultContext
    """

    def __init__(self, context: ResultContext) -> None:
        self.context = context
        self._parts: list[_Part] = []
        self._interim = JobResults(context)
        self._deleted: set[str] = set()
        self._interim_changed = False
        self._whole: JobResults | None = None

    @property
    def everything(self) -> JobResults:
        """All of them, the interim ones last."""
        if self._whole is None:
            parts = [*(part.results for part in self._parts), self._interim]
            self._whole = JobResults.concat(self.context, parts)
        return self._whole

    @property
    def final(self) -> JobResults:
        """Those that are not interim."""
        return JobResults.concat(self.context, [part.results for part in self._parts])

    def add(self, results: JobResults) -> None:
        """Add what an engine gave; interim results take the place of those before."""
        is_interim = results.tables["buckets"]["is_interim"]
        final = results if not is_interim.any() else results.where(~is_interim)
        if is_interim.any():
            self._replace_interim(results.where(is_interim))
        if len(final) or len(final.tables["model_plot"]["timestamp"]):
            self._drop_interim(final.tables["buckets"]["timestamp"])
            self._append(_Part.of(_with_own_scores(final), is_new=True))
        self._whole = None

    def restore(self, final: JobResults) -> None:
        """Take final results that were fetched before."""
        self._parts = [_Part.of(_with_own_scores(final), is_new=False)]
        self._whole = None

    def _append(self, part: _Part) -> None:
        while self._parts and len(self._parts[-1]) <= 2 * len(part):
            part = _Part.joined(self._parts.pop(), part)
        self._parts.append(part)

    def _replace_interim(self, interim: JobResults) -> None:
        self._deleted |= documents_by_id(self._interim).keys()
        self._interim = interim
        self._interim_changed = True

    def _drop_interim(self, finished: npt.NDArray[Any]) -> None:
        times = self._interim.tables["buckets"]["timestamp"]
        over = np.isin(times, finished)
        if over.any():
            self._deleted |= documents_by_id(self._interim.where(over)).keys()
            self._interim = self._interim.where(~over)

    def rescore(self, start: int, end: int, rescore: Rescore) -> int:
        """Score final results of a time again.

        Parameters
        ----------
        start, end : int
            Of the buckets, in ms, the end not included.
        rescore : callable
            See ``JobEngine.renormalise``.

        Returns
        -------
        int
            How many scores changed.
        """
        changed = 0
        for part in self._parts:
            times = part.results.tables["buckets"]["timestamp"]
            if len(times) and times[0] < end and times[-1] >= start:
                changed += _rescore_part(part, start, end, rescore)
        if changed:
            self._whole = None
        return changed

    def drop(self, start: int | None, end: int | None) -> None:
        """Forget results of a time; interim ones all."""
        kept = self.final
        times = kept.tables["buckets"]["timestamp"]
        gone = np.ones(len(times), np.bool_)
        gone &= True if start is None else times >= start
        gone &= True if end is None else times < end
        self._deleted |= documents_by_id(kept.where(gone)).keys()
        self._deleted |= documents_by_id(self._interim).keys()
        self._interim = JobResults(self.context)
        self.restore(kept.where(~gone))

    def trim(self, before: int) -> None:
        """Keep no results of earlier buckets; whoever fetched their documents keeps those.

        What is cut off is at least as much as what stays, so that not every call copies it all.
        """
        parts = []
        for part in self._parts:
            old = part.results.tables["buckets"]["timestamp"] < before
            if 2 * np.count_nonzero(old) < max(len(old), 1):
                parts.append(part)
            elif not old.all():
                parts.append(part.since(before))
        if len(parts) != len(self._parts) or parts != self._parts:
            self._parts, self._whole = parts, None

    def take_changes(self) -> Changes:
        """Documents of what is new or changed since the last time, and ids of what is gone."""
        written: dict[str, dict[str, Any]] = {}
        for part in self._parts:
            written |= documents_by_id(part.results, part.changed)
            for flags in part.changed.values():
                flags[:] = False
        if self._interim_changed:
            written |= documents_by_id(self._interim)
            self._interim_changed = False
        deleted = sorted(self._deleted - written.keys())
        self._deleted = set()
        return Changes(written, deleted)


def _with_own_scores(results: JobResults) -> JobResults:
    """The same with scores that nobody else has: they will be changed in place."""
    tables = dict(results.tables)
    for name, score in _SCORES.items():
        tables[name] = {**tables[name], score: tables[name][score].copy()}
    return JobResults(results.context, results.texts, tables)


def _rescore_part(part: _Part, start: int, end: int, rescore: Rescore) -> int:
    tables, total = part.results.tables, 0
    for name in _FLAT:
        rows = _rescored(tables[name], _SCORES[name], start, end, rescore)
        part.changed[name][rows] = True
        total += len(rows)
    inner = tables["bucket_influencers"]
    rows = _rescored(inner, _SCORES["bucket_influencers"], start, end, rescore)
    part.changed["bucket_influencers"][rows] = True
    buckets = np.unique(inner["bucket"][rows])
    for bucket in buckets.tolist():
        first = int(tables["buckets"]["first_bucket_influencer"][bucket])
        count = int(tables["buckets"]["bucket_influencers"][bucket])
        scores = inner["anomaly_score"][first : first + count]
        tables["buckets"]["anomaly_score"][bucket] = scores.max()
    part.changed["buckets"][buckets] = True
    return total + len(rows)


def _rescored(
    table: Table, score: str, start: int, end: int, rescore: Rescore
) -> npt.NDArray[np.int64]:
    """The rows whose score changed, after they did."""
    rows = np.flatnonzero((table["timestamp"] >= start) & (table["timestamp"] < end))
    if not len(rows):
        return rows
    given = (table[name][rows] for name in ("level", "class_id", "scope_id", "log_probability"))
    scores, changed = rescore(*given, table[score][rows])
    table[score][rows[changed]] = scores[changed]
    return np.asarray(rows[changed])
