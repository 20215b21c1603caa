"""Documents as hits show them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import duckdb

from adcore.dates.formats import date_format
from adcore.errors import InvalidArgumentError
from adcore.query.compile.values import request_format
from adcore.query.errors import SearchError
from adcore.query.leaves import leaves
from adcore.query.limits import Limits
from adcore.query.source_filter import filter_source
from adcore.query.syntax.source import DocumentOptions, FieldRequest
from adcore.store.index_entry import Target
from adcore.store.mapping import Field, Mapping

__all__ = ["Document", "Documents", "Place", "render"]

Place = tuple[int, int]
"""Which target, and the ``_seq_no`` in it."""

_ISO = date_format("strict_date_optional_time")


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it is stored."""

    target: Target
    id: str
    seq_no: int
    version: int
    source: str


class Documents:
    """Reads the documents that a search has chosen, and counts their bytes."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, targets: Sequence[Target], limits: Limits
    ) -> None:
        self._cursor = cursor
        self._targets = targets
        self._limits = limits
        self._bytes = 0

    def fetch(self, places: Iterable[Place]) -> dict[Place, Document]:
        """The documents at some places.

        Raises
        ------
        SearchError
            If the response would be too large.
        """
        wanted: dict[int, list[int]] = {}
        for at, seq_no in dict.fromkeys(places):
            wanted.setdefault(at, []).append(seq_no)
        found: dict[Place, Document] = {}
        for at, seq_nos in wanted.items():
            for document in self._of_target(self._targets[at], seq_nos):
                found[at, document.seq_no] = document
        return found

    def _of_target(self, target: Target, seq_nos: list[int]) -> list[Document]:
        rows = self._cursor.execute(
            f'SELECT "_id", "_seq_no", "_version", "_source" FROM {target.relation} '  # noqa: S608 -- the relation is the caller's
            'WHERE "_seq_no" IN (SELECT unnest(?::BIGINT[]))',
            [seq_nos],
        ).fetchall()
        self._bytes += sum(len(row[3]) for row in rows)
        if self._bytes > self._limits.source_bytes:
            raise SearchError(
                "circuit_breaking_exception",
                f"[request] Data too large, documents of [{self._bytes}] bytes are larger than the "
                f"limit of [{self._limits.source_bytes}]",
                status=429,
            )
        return [Document(target, *row) for row in rows]


def render(document: Document, options: DocumentOptions, score: float | None) -> dict[str, object]:
    """A hit, without its sort values."""
    hit: dict[str, object] = {"_index": document.target.index, "_id": document.id}
    if options.shows_version:
        hit["_version"] = document.version
    if options.shows_seq_no:
        hit |= {"_seq_no": document.seq_no, "_primary_term": 1}
    hit["_score"] = score
    needs_source = options.source.is_shown or options.fields or options.docvalue_fields
    source = json.loads(document.source) if needs_source else {}
    if options.source.is_shown:
        hit["_source"] = filter_source(source, options.source)
    fields = {
        **_fields(source, document.target.mapping, options.docvalue_fields, is_sorted=True),
        **_fields(source, document.target.mapping, options.fields, is_sorted=False),
    }
    if fields:
        hit["fields"] = fields
    return hit


def _fields(
    source: dict[str, object],
    mapping: Mapping,
    requests: Sequence[FieldRequest],
    *,
    is_sorted: bool,
) -> dict[str, list[object]]:
    """The values of fields, as lists."""
    found: dict[str, list[object]] = {}
    for request in requests:
        for path, field in mapping.fields.items():
            if field.nested_path is not None or not fnmatchcase(path, request.pattern):
                continue
            values = list(leaves(source, field.parent_path or path))
            if is_sorted:
                values = sorted(dict.fromkeys(values), key=lambda each: (str(type(each)), each))
            if values:
                found[path] = [_formatted(each, field, request.format) for each in values]
    return found


def _formatted(content: object, field: Field, form: str | None) -> object:
    if not field.type.is_date or not isinstance(content, (str, int, float)):
        return content
    try:
        milliseconds = field.date_format.parse(content)
    except InvalidArgumentError:
        # A malformed value that the mapping lets pass is shown as it is.
        return content
    return (_ISO if form is None else request_format(field, form)).format(milliseconds)
