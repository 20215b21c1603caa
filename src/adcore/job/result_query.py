"""What is asked of results: the same question for those in memory and those in a store."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from adcore.job.dates import read_result_time
from adcore.job.errors import illegal_argument
from adcore.job.paging import Page
from adcore.job.result_kind import RECORDS, ResultKind

__all__ = ["ResultQuery"]


@dataclass(frozen=True, slots=True)
class ResultQuery:
    """A question for results of one kind.

    Attributes
    ----------
    kind : ResultKind
    start, end : int, optional
        Bounds of the bucket's start in ms, with the first and without the last.
    score : float
        The least score; 0 lets those pass that have none.
    sort : str
        The field that they are sorted by; results without it come last.
    desc : bool
    exclude_interim : bool
    page : Page
    timestamp : int, optional
        Only the bucket that starts then, whatever its score.
    expand : bool
        Whether buckets have their records with them.
    partition_value : str, optional
        With ``expand``: only records of this partition.

    Examples
    --------
    >>> ResultQuery.of(RECORDS, start="1970-01-02", record_score=75).sort
    'record_score'
    """

    kind: ResultKind
    start: int | None = None
    end: int | None = None
    score: float = 0.0
    sort: str = ""
    desc: bool = False
    exclude_interim: bool = False
    page: Page = Page()  # noqa: RUF009 -- it cannot be changed
    timestamp: int | None = None
    expand: bool = False
    partition_value: str | None = None

    @classmethod
    def of(
        cls,
        kind: ResultKind,
        *,
        start: Any = None,
        end: Any = None,
        sort: str | None = None,
        desc: bool | None = None,
        exclude_interim: bool = False,
        from_: int = 0,
        size: int | None = 100,
        timestamp: Any = None,
        expand: bool = False,
        partition_value: str | None = None,
        now: int | None = None,
        **scores: float,
    ) -> ResultQuery:
        """A question with the defaults of its kind; times in whatever form.

        Parameters
        ----------
        kind : ResultKind
        **scores
            ``record_score``, ``anomaly_score`` or ``influencer_score``, as the kind has it.

        Raises
        ------
        JobError
            If a time, the page or a keyword is none.
        """
        score = scores.pop(kind.score, 0.0)
        if scores:
            raise illegal_argument(
                f"{kind.name} have no {next(iter(scores))!r}; they have {kind.score!r}"
            )
        return cls(
            kind,
            start=read_result_time(start, now),
            end=read_result_time(end, now),
            score=_least(kind, score),
            sort=_sort_field(kind, sort),
            desc=kind.desc if desc is None else desc,
            exclude_interim=exclude_interim,
            page=Page(from_, size),
            timestamp=read_result_time(timestamp, now),
            expand=expand,
            partition_value=partition_value,
        )

    @property
    def sort_fields(self) -> tuple[str, ...]:
        """All fields that they are sorted by, the first counts most."""
        return tuple(dict.fromkeys((self.sort, *self.kind.then_by)))

    def to_search(self, job_id: str) -> dict[str, Any]:
        """The same question in the search language, for documents of a store.

        Examples
        --------
        >>> ResultQuery.of(RECORDS, size=1).to_search("it-ops")["sort"][0]
        {'record_score': {'order': 'desc', 'missing': '_last'}}
        """
        order = "desc" if self.desc else "asc"
        return {
            "query": {"bool": {"filter": self._conditions(job_id), "must_not": self._exceptions()}},
            "sort": [{name: {"order": order, "missing": "_last"}} for name in self.sort_fields],
            "from": self.page.from_,
            "size": self.page.size,
            "track_total_hits": True,
        }

    def _conditions(self, job_id: str) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = [
            {"term": {"job_id": job_id}},
            {"term": {"result_type": self.kind.result_type}},
        ]
        if self.timestamp is not None:
            return [*made, {"term": {"timestamp": self.timestamp}}]
        between = {"gte": self.start, "lt": self.end}
        bounds = {name: at for name, at in between.items() if at is not None}
        if bounds:
            made.append({"range": {"timestamp": bounds}})
        if self.score > 0:
            made.append({"range": {self.kind.score: {"gte": self.score}}})
        if self.filtered_partition is not None:
            made.append({"term": {"partition_field_value": self.filtered_partition}})
        return made

    def _exceptions(self) -> list[dict[str, Any]]:
        if not self.exclude_interim or self.timestamp is not None:
            return []
        return [{"term": {"is_interim": True}}]

    @property
    def filtered_partition(self) -> str | None:
        """The partition that records have to be of."""
        return self.partition_value if self.expand and self.kind is RECORDS else None

    def for_records(self, timestamp: int) -> ResultQuery:
        """The question for the records of an expanded bucket."""
        return replace(
            self,
            kind=RECORDS,
            start=timestamp,
            end=timestamp + 1,
            score=0.0,
            sort="probability",
            desc=False,
            page=Page(0, 10_000),
            timestamp=None,
        )


def _least(kind: ResultKind, score: Any) -> float:
    number = float(score)
    if math.isnan(number):
        raise illegal_argument(f"{kind.score} = {score!r} is not allowed: it must be a number")
    return number


def _sort_field(kind: ResultKind, name: str | None) -> str:
    if not name:
        return kind.sort
    # What records were sorted by was called so once.
    return "record_score" if kind is RECORDS and name == "anomaly_score" else name
