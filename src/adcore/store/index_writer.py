"""All writes of one transaction to one index: decided one by one, stored at once."""


# ruff: noqa: A001, A002 -- id is the word of the API

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import duckdb

from adcore.store.actions import Action, WriteResult
from adcore.store.column_storage import append_rows, fits_columns, varying
from adcore.store.document_columns import DocumentColumns, NewDocuments
from adcore.store.document_parser import DocumentParser
from adcore.store.errors import (
    DocumentMissingError,
    IllegalRequestError,
    MappingError,
    ReadOnlyIndexError,
    VersionConflictError,
)  # fmt: skip
from adcore.store.index_entry import IndexEntry
from adcore.store.json_text import decode_object, encode
from adcore.store.lookup import Lookup
from adcore.store.mapping_builder import TOTAL_FIELDS_LIMIT
from adcore.store.row_storage import StoredRow, delete_rows, store_rows
from adcore.store.schema import extend_table

__all__ = ["IndexWriter", "field_limit"]

_LONGEST_ID = 512
_SURELY_SHORT = 128  # characters, of at most 4 bytes


@dataclass(slots=True)
class _Current:
    """What is known about an id: None as version if it does not exist."""

    version: int | None
    seq_no: int
    source: bytes | None


class _Appended(NamedTuple):
    """Documents as columns, what they have in common, and the number of the first."""

    batch: DocumentColumns
    constants: MappingABC[str, Any]
    first: int


class IndexWriter:
    """Decides writes to an index in their order, and stores what is left of them.

    Attributes
    ----------
    entry : IndexEntry
        With the mapping as the documents have made it.
    next_seq_no : int
        The next number.
    """

    def __init__(
        self,
        entry: IndexEntry,
        next_seq_no: int,
        cursor: duckdb.DuckDBPyConnection,
        lookup: Lookup,
    ) -> None:
        if entry.is_read_only:
            raise ReadOnlyIndexError(
                f"index [{entry.name}] is made of files and can only be read", index=entry.name
            )
        self.entry = entry
        self.next_seq_no = next_seq_no
        self._writes_before = next_seq_no
        self._is_prepared = False
        self._cursor = cursor
        self._lookup = lookup
        self._parser = DocumentParser(entry.mapping, field_limit=field_limit(entry.settings))
        self._current: dict[str, _Current] = {}
        self._stored: dict[str, int] = {}  # sequence numbers in the table, by id
        self._rows: dict[str, StoredRow] = {}
        self._gone: set[str] = set()
        self._appended: list[_Appended] = []

    def prefetch(self, ids: Sequence[str], *, with_source: bool) -> None:
        """Look up what is stored under ids, so that `apply` need not.

        `with_source` also reads the documents, which updates need.
        """
        columns = f"_id, _version, _seq_no, {'_source' if with_source else 'NULL'}"
        if not self._is_prepared:
            self._lookup.prepare(self._cursor, self.entry, self._writes_before)
            self._is_prepared = True
        before = self._writes_before
        found = self._lookup.rows(
            self._cursor, self.entry, columns, ids,
            writes=before, own=self.next_seq_no - before, is_writer=True,
        )  # fmt: skip
        for id, version, seq_no, text in found:
            self._stored[id] = seq_no
            self._current[id] = _Current(version, seq_no, None if text is None else text.encode())

    def apply(self, action: Action, id: str) -> WriteResult:
        """Decide one write; it is stored by `flush`.

        Raises
        ------
        VersionConflictError, DocumentMissingError, IllegalRequestError
            If the document is not as the writer expects.
        MapperParsingError, StrictDynamicMappingError, MappingError
            If it does not fit the mapping.
        """
        if action.id is None:
            # A new id, which nobody can ask for before this is done.
            return self._put(action, id, action.source, None)
        if not 0 < len(id) <= _SURELY_SHORT:
            _check_id(id)
        current = self._current.get(id)
        exists = current is not None and current.version is not None
        self._check_conflict(action, id, current if exists else None)
        if action.operation == "delete":
            return self._delete(id, current)
        if action.operation == "update":
            return self._update(action, id, current if exists else None)
        if action.operation == "create" and exists:
            raise self._conflict(
                id, f"document already exists (current version [{_version(current)}])"
            )
        return self._put(action, id, action.source, current)

    def append(self, batch: DocumentColumns | NewDocuments) -> None:
        """Take new documents; they are stored by `flush`.

        Raises
        ------
        MapperParsingError, StrictDynamicMappingError, MappingError
            If they do not fit the mapping.
        """
        if isinstance(batch, DocumentColumns) and self._append_columns(batch):
            return
        for row, id in enumerate(batch.ids):
            document = self._parser.parse(batch.document(row), id)
            self._rows[id] = StoredRow(document, 1, self._take_seq_no())

    def _append_columns(self, batch: DocumentColumns) -> bool:
        """Whether the mapping takes their columns as they are."""
        own = varying(batch.shape)
        same = {key: value for key, value in batch.shape.items() if key not in own}
        parsed = self._parser.parse(same, batch.ids[0])
        if not fits_columns(batch, self._parser.mapping):
            return False
        self._appended.append(_Appended(batch, parsed.values, self.next_seq_no))
        self.next_seq_no += len(batch)
        return True

    def _check_conflict(self, action: Action, id: str, current: _Current | None) -> None:
        if action.if_seq_no is None and action.if_primary_term is None:
            return
        if action.if_seq_no is None or action.if_primary_term is None:
            missing = "if_seq_no" if action.if_seq_no is None else "if_primary_term"
            raise IllegalRequestError(
                f"Validation Failed: 1: {missing} must be set together with the other;"
            )
        wanted = f"required seqNo [{action.if_seq_no}], primary term [{action.if_primary_term}]"
        if current is None:
            raise self._conflict(id, f"{wanted}. but no document was found")
        if (current.seq_no, 1) != (action.if_seq_no, action.if_primary_term):
            has = f"current document has seqNo [{current.seq_no}] and primary term [1]"
            raise self._conflict(id, f"{wanted}. {has}")

    def _conflict(self, id: str, text: str) -> VersionConflictError:
        return VersionConflictError(
            f"[{id}]: version conflict, {text}", index=self.entry.name, id=id
        )

    def _put(
        self,
        action: Action,
        id: str,
        source: Any,
        current: _Current | None,
    ) -> WriteResult:
        if source is None:
            raise IllegalRequestError("Validation Failed: 1: source is missing;")
        try:
            parsed = self._parser.parse(source, id)
        except MappingError as error:
            error.index, error.id = self.entry.name, id
            raise
        version = _version(current) + 1
        seq_no = self._take_seq_no()
        self._rows[id] = StoredRow(parsed, version, seq_no)
        if action.id is not None:
            self._gone.discard(id)
            self._current[id] = _Current(version, seq_no, parsed.source)
        result = "created" if current is None or current.version is None else "updated"
        return WriteResult(action.operation, self.entry.name, id, version, seq_no, result)

    def _delete(self, id: str, current: _Current | None) -> WriteResult:
        seq_no = self._take_seq_no()
        exists = current is not None and current.version is not None
        version = _version(current) + 1
        self._rows.pop(id, None)
        if id in self._stored:
            self._gone.add(id)
        self._current[id] = _Current(None, seq_no, None)
        result = "deleted" if exists else "not_found"
        return WriteResult("delete", self.entry.name, id, version, seq_no, result)

    def _update(self, action: Action, id: str, current: _Current | None) -> WriteResult:
        body = action.source
        if isinstance(body, bytes):
            body = decode_object(body)
        body = body or {}
        if "script" in body:
            raise IllegalRequestError("updates by script are not supported; send a partial doc")
        part = body.get("doc")
        for key in ("doc", "upsert"):
            if not isinstance(body.get(key, {}), MappingABC):
                raise IllegalRequestError(f"[UpdateRequest] [{key}] must be an object")
        if current is None:
            upsert = part if body.get("doc_as_upsert") else body.get("upsert")
            if upsert is None:
                raise DocumentMissingError(
                    f"[{id}]: document missing", index=self.entry.name, id=id
                )
            return self._put(action, id, upsert, None)
        if part is None:
            raise IllegalRequestError("Validation Failed: 1: script or doc is missing;")
        stored = decode_object(current.source or b"{}")
        merged = _merged(stored, part)
        if merged == stored and body.get("detect_noop", True):
            return WriteResult(
                "update", self.entry.name, id, _version(current), current.seq_no, "noop"
            )
        return self._put(action, id, encode(merged), current)

    def _take_seq_no(self) -> int:
        self.next_seq_no += 1
        return self.next_seq_no - 1

    def flush(self) -> None:
        """Store everything that was decided, into the transaction; more may follow."""
        before, after = self.entry.mapping, self._parser.mapping
        if after is not before:
            extend_table(self._cursor, self.entry.relation, before, after)
            self.entry = replace(self.entry, mapping=after)
        if self._gone:
            delete_rows(self._cursor, self.entry, [self._stored[id] for id in self._gone])
        store_rows(self._cursor, self.entry, self._rows, self._stored)
        for batch, constants, first in self._appended:
            append_rows(self._cursor, self.entry, batch, constants, first)
        # From here on the table knows.
        for known in (self._current, self._stored, self._rows, self._gone, self._appended):
            known.clear()


def field_limit(settings: MappingABC[str, Any]) -> int:
    """The setting ``index.mapping.total_fields.limit``."""
    found: Any = settings.get("index", settings)
    for part in ("mapping", "total_fields", "limit"):
        found = found.get(part) if isinstance(found, dict) else None
    flat = settings.get("index.mapping.total_fields.limit", found)
    return TOTAL_FIELDS_LIMIT if flat is None else int(flat)


def _version(current: _Current | None) -> int:
    return 0 if current is None or current.version is None else current.version


def _check_id(id: str) -> None:
    size = len(id.encode("utf-8", "surrogatepass"))
    if size == 0:
        raise IllegalRequestError("if _id is specified it must not be empty")
    if size > _LONGEST_ID:
        raise IllegalRequestError(
            f"id [{id[:60]}] is too long, must be no longer than {_LONGEST_ID} bytes "
            f"but was: {size}"
        )


def _merged(stored: MappingABC[str, Any], part: MappingABC[str, Any]) -> dict[str, Any]:
    merged = dict(stored)
    for key, value in part.items():
        before = merged.get(key)
        both = isinstance(before, dict) and isinstance(value, MappingABC)
        merged[key] = _merged(before, value) if both and before is not None else value
    return merged
