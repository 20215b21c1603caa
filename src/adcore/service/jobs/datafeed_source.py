"""The records of a datafeed: documents of the store, or aggregations of them."""

# ruff: noqa: S608 -- relations are quoted where indices are made, values are parameters

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

import duckdb
import msgspec

from adcore.detector.filters import condition_of
from adcore.errors import DataError
from adcore.job import JobConfig
from adcore.job.time_span import TimeSpan
from adcore.query.computed.readers import runtime_readers
from adcore.query.computed.words import words_of
from adcore.query.sql import Sql, all_of, column, join, sql, value
from adcore.service.jobs.aggregated_records import INTERVALS, AggregatedRecords
from adcore.service.jobs.computed_fields import ComputedFields
from adcore.service.jobs.datafeed_aggregations import histogram_interval
from adcore.service.jobs.datafeed_config import DatafeedConfig
from adcore.service.jobs.datafeed_values import Record, analysed_fields, fields_of, time_writer
from adcore.service.jobs.errors import bad_request
from adcore.store.clock import Clock
from adcore.store.documents import Documents
from adcore.store.errors import IndexNotFoundError
from adcore.store.index_entry import Target

__all__ = ["DatafeedSource"]

_DECODER = msgspec.json.Decoder(dict[str, Any])
# Batches of documents that are searched for at a time.
_SCROLLS = 50


class DatafeedSource:
    """What a job is fed with.

    Parameters
    ----------
    documents : Documents
    config : DatafeedConfig
    job : JobConfig
    clock : callable
        For ``now`` in queries.

    Raises
    ------
    ApiError
        If an index does not exist, or a field has no mapping.
    """

    def __init__(
        self, documents: Documents, config: DatafeedConfig, job: JobConfig, clock: Clock
    ) -> None:
        self._documents = documents
        self._config = config
        self._job = job
        self._clock = clock
        self._runtime = runtime_readers(config.runtime_mappings)
        self._computed = ComputedFields(config.script_fields or {}, config.runtime_mappings)
        self._time_field = job.data_description.time_field
        self._aggregated = AggregatedRecords(
            documents, self._targets, config, self._time_field, clock
        )
        self._write_time = time_writer(job.data_description.time_format)

    # -- checks and bounds

    def check(self) -> None:
        """Raise an ApiError unless there is something to be fed with."""
        targets = self._targets()
        name = self._config.datafeed_id
        if not targets:
            listed = ", ".join(self._config.indices)
            raise bad_request(
                f"datafeed [{name}] cannot retrieve data because no index matches datafeed's "
                f"indices [{listed}]"
            )
        wanted = [self._time_field]
        if self._config.aggregations is None:
            fields = {*analysed_fields(self._job)} - self._runtime.keys() - self._computed.names
            wanted += sorted(fields | self._computed.sources)
        wanted += sorted(self._runtime.keys() & self._searched())
        for field in wanted:
            if not any(field in target.mapping.fields for target in targets):
                raise bad_request(
                    f"datafeed [{name}] cannot retrieve field [{field}] because it has no mappings"
                )

    def _searched(self) -> set[str]:
        """What searches may name: there a field needs a mapping of the index."""
        return {*words_of(self._config.query), *words_of(self._config.aggregations)}

    def _targets(self) -> list[Target]:
        options = self._config.indices_options
        try:
            return self._documents.resolve(
                ",".join(self._config.indices),
                ignore_unavailable=bool(options.get("ignore_unavailable")),
            )
        except IndexNotFoundError as error:
            raise bad_request(
                f"datafeed [{self._config.datafeed_id}] cannot retrieve data because index "
                f"[{error.index}] does not exist"
            ) from None

    def bounds(self, start: int | None = None, end: int | None = None) -> tuple[int, int] | None:
        """The times of the first and of the last document of a period; None if there is none."""
        selects = [
            sql("SELECT {} AS t FROM " + target.relation + " WHERE {}", time, where)
            for target, time, where in self._selected(start, end)
        ]
        if not selects:
            return None
        query = sql("SELECT min(t), max(t) FROM ({})", join(" UNION ALL ", selects))
        with closing(self._documents.cursor()) as cursor:
            ((first, last),) = cursor.execute(query.text, list(query.parameters)).fetchall()
        return None if first is None else (int(first), int(last))

    def chunks(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The periods that are searched one after the other: of some thousand documents each."""
        span = self._chunk_span(start, end)
        for first in range(start, end, span):
            yield first, min(end, first + span)

    def _chunk_span(self, start: int, end: int) -> int:
        chunking = self._config.chunking_config
        if "time_span" in chunking:
            return TimeSpan.parse("time_span", chunking["time_span"]).milliseconds
        if chunking["mode"] == "off":
            return end - start
        if self._config.aggregations is not None:
            return histogram_interval(self._config.aggregations) * INTERVALS
        wanted = (self._config.scroll_size or 1) * _SCROLLS
        pieces = -(-self._count(start, end) // wanted) or 1
        return max(-(-(end - start) // pieces), 1)

    def _count(self, start: int, end: int) -> int:
        return self.counts(start, end, end - start).get(start, 0)

    def counts(self, start: int, end: int, span: int) -> dict[int, int]:
        """How many documents there are in each interval of a period, by its start, if any."""
        counts = [
            sql("SELECT ({} - {}) // {} AS n, count(*) AS c FROM " + target.relation
                + " WHERE {} GROUP BY 1", time, value(start), value(span), where)
            for target, time, where in self._selected(start, end)
        ]  # fmt: skip
        if not counts:
            return {}
        query = sql("SELECT n, sum(c) FROM ({}) GROUP BY 1", join(" UNION ALL ", counts))
        with closing(self._documents.cursor()) as cursor:
            found = cursor.execute(query.text, list(query.parameters)).fetchall()
        return {start + int(number) * span: int(count) for number, count in found}

    # -- records

    def records(self, start: int, end: int) -> Iterator[list[Record]]:
        """The records of a period, in order of time, some at a time.

        Records of the same time come together, so that after any batch the next begins later.

        Parameters
        ----------
        start, end : int
            Epoch milliseconds; the end is not part of it.
        """
        found = self._of_documents if self._config.aggregations is None else self._aggregated.of
        yield from _batches(found(start, end), self._config.scroll_size or 1, self._written)

    def _written(self, time: int, record: Record) -> Record:
        return {self._time_field: self._write_time(time), **record}

    def _of_documents(self, start: int, end: int) -> Iterator[tuple[int, Record]]:
        selected = list(self._selected(start, end))
        selects = [
            sql("SELECT {} AS t, _seq_no AS n, _source AS s, {} AS i FROM " + target.relation
                + " WHERE {}", time, value(number), where)
            for number, (target, time, where) in enumerate(selected)
        ]  # fmt: skip
        if not selects:
            return
        query = sql("SELECT t, s, i FROM ({}) ORDER BY t, n", join(" UNION ALL ", selects))
        with closing(self._documents.cursor()) as cursor:
            try:
                cursor.execute(query.text, list(query.parameters))
                while rows := cursor.fetchmany(self._config.scroll_size or 1):
                    for time, source, number in rows:
                        yield int(time), self._record(_DECODER.decode(source), selected[number][0])
            except duckdb.Error as error:
                reason = str(error).strip().splitlines()[0]
                raise DataError(f"documents cannot be read: {reason}") from error

    def _record(self, source: Mapping[str, Any], target: Target) -> Record:
        """What the job sees of a document: its fields, as they are, declared and computed."""
        computed = self._computed.of(source, target.mapping.fields)
        given = self._computed.names
        fields = [name for name in analysed_fields(self._job) if name not in given]
        return self._read_anew(fields_of(source, fields)) | computed

    def _read_anew(self, record: Record) -> Record:
        """A record whose runtime fields have the types that are declared."""
        found = {
            name: self._runtime[name](content) if name in self._runtime else content
            for name, content in record.items()
        }
        return {name: content for name, content in found.items() if content is not None}

    def _selected(self, start: int | None, end: int | None) -> Iterator[tuple[Target, Sql, Sql]]:
        """The indices, where they have the time, and the condition of what is wanted of them."""
        now = self._clock()
        for target in self._targets():
            found = target.mapping.fields.get(self._time_field)
            if found is None:
                continue
            if not found.type.is_date:
                raise bad_request(f"field [{self._time_field}] is no date in [{target.index}]")
            time = column(found.column)
            conditions = [sql("{} IS NOT NULL", time)]
            if start is not None:
                conditions.append(sql("{} >= {}", time, value(start)))
            if end is not None:
                conditions.append(sql("{} < {}", time, value(end)))
            conditions += [
                condition_of(query, target.mapping, now, target.index)
                for query in (self._config.query, target.filter)
                if query
            ]
            yield target, time, all_of(conditions)


def _batches(
    found: Iterator[tuple[int, Record]], size: int, write: Callable[[int, Record], Record]
) -> Iterator[list[Record]]:
    batch: list[Record] = []
    last: int | None = None
    for time, record in found:
        if len(batch) >= size and time != last:
            yield batch
            batch = []
        batch.append(write(time, record))
        last = time
    if batch:
        yield batch
