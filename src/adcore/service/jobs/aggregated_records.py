"""Records that are the innermost buckets of aggregations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

from adcore.query.run import search
from adcore.service.jobs.datafeed_aggregations import (
    composite_name,
    histogram_interval,
    rows_of_aggregations,
    time_names,
)
from adcore.service.jobs.datafeed_config import DatafeedConfig
from adcore.service.jobs.datafeed_values import Record
from adcore.store.clock import Clock
from adcore.store.documents import Documents
from adcore.store.index_entry import Target

__all__ = ["INTERVALS", "AggregatedRecords"]

# Intervals of a histogram that are asked for at a time.
INTERVALS = 1_000
_COMPOSITE_PAGE = 1_000


class AggregatedRecords:
    """What a job is fed with by a datafeed that has aggregations.

    Parameters
    ----------
    documents : Documents
    targets : callable
        Gives the indices.
    config : DatafeedConfig
    time_field : str
        Of the job.
    clock : callable
        For ``now`` in queries.
    """

    def __init__(
        self,
        documents: Documents,
        targets: Callable[[], list[Target]],
        config: DatafeedConfig,
        time_field: str,
        clock: Clock,
    ) -> None:
        self._documents = documents
        self._targets = targets
        self._config = config
        self._time_field = time_field
        self._clock = clock

    def of(self, start: int, end: int) -> Iterator[tuple[int, Record]]:
        """Those of a period with their times, in order; the end is not part of it."""
        aggregations = self._config.aggregations or {}
        interval = histogram_interval(aggregations)
        times = time_names(aggregations)
        for first in range(start, end, interval * INTERVALS):
            last = min(end, first + interval * INTERVALS)
            found = [
                (row.pop(self._time_field), row)
                for answer in self._answers(aggregations, first, last)
                for row in rows_of_aggregations(answer, self._time_field, times)
            ]
            yield from sorted(found, key=lambda pair: pair[0])

    def _answers(
        self, aggregations: Mapping[str, Any], start: int, end: int
    ) -> Iterator[Mapping[str, Any]]:
        """What the aggregations are of a period; of a composite page by page."""
        name = composite_name(aggregations)
        after: Any = None
        while True:
            asked = dict(aggregations)
            if name is not None:
                asked[name] = _page_of_composite(aggregations[name], after)
            answer = self._search(asked, start, end)
            yield answer
            after = None if name is None else answer[name].get("after_key")
            if after is None:
                return

    def _search(self, aggregations: Mapping[str, Any], start: int, end: int) -> Any:
        period = {"range": {self._time_field: {"gte": start, "lt": end, "format": "epoch_millis"}}}
        body = {
            "size": 0,
            "query": {"bool": {"filter": [self._config.query, period]}},
            "aggregations": dict(aggregations),
        }
        with closing(self._documents.cursor()) as cursor:
            response = search(self._targets(), body, cursor, self._clock)
        return response.get("aggregations", {})


def _page_of_composite(body: Mapping[str, Any], after: Any) -> dict[str, Any]:
    composite = {"size": _COMPOSITE_PAGE, **body["composite"]}
    if after is not None:
        composite["after"] = after
    return {**body, "composite": composite}
