"""Documents: written one by one or in bulk, read by id, scanned."""

# ruff: noqa: S608 -- names are quoted by sql.identifier, values are parameters
# ruff: noqa: A001, A002 -- id is the word of the API

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingABC
from contextlib import contextmanager
from typing import Any

import duckdb

from adcore.store.actions import Action, Document, Operation, WriteError, WriteResult
from adcore.store.bulk import BulkWriter, in_pieces
from adcore.store.clock import Clock
from adcore.store.database import Database, database_error
from adcore.store.document_columns import DocumentColumns, NewDocuments
from adcore.store.errors import (
    IndexNotFoundError,
    ReadOnlyIndexError,
    StoreError,
)  # fmt: skip
from adcore.store.ids import IdGenerator
from adcore.store.index_entry import IndexEntry
from adcore.store.indices import Indices
from adcore.store.lookup import Lookup
from adcore.store.scan import Scan

__all__ = ["Documents"]


class Documents(Indices):
    """The documents of a store, in indices. All methods may be called from any thread.

    What a method has returned is on disk: it survives the end of the process at any moment.
    """

    def __init__(self, database: Database, clock: Clock, file: str) -> None:
        super().__init__(database, clock, file)
        self._ids = IdGenerator(clock)
        self._lookup = Lookup()

    def index(
        self,
        index: str,
        source: bytes | MappingABC[str, Any],
        id: str | None = None,
        op_type: str = "index",
        if_seq_no: int | None = None,
        if_primary_term: int | None = None,
    ) -> WriteResult:
        """Store a document; ``op_type="create"`` refuses to replace one.

        Raises
        ------
        VersionConflictError, MapperParsingError, StrictDynamicMappingError, MappingError,
        ReadOnlyIndexError, InvalidIndexNameError, IllegalRequestError, StoreFullError
        """
        operation: Operation = "create" if op_type == "create" else "index"
        return self._one(Action(operation, index, id, source, if_seq_no, if_primary_term))

    def update(
        self,
        index: str,
        id: str,
        body: bytes | MappingABC[str, Any],
        if_seq_no: int | None = None,
        if_primary_term: int | None = None,
    ) -> WriteResult:
        """Merge a partial document (``{"doc": {...}}``, ``upsert``, ``doc_as_upsert``) into one.

        Raises
        ------
        DocumentMissingError
            If it does not exist and there is no upsert. Others as for `index`.
        """
        return self._one(Action("update", index, id, body, if_seq_no, if_primary_term))

    def delete(
        self,
        index: str,
        id: str,
        if_seq_no: int | None = None,
        if_primary_term: int | None = None,
    ) -> WriteResult:
        """Delete a document; one that does not exist gives the result ``not_found``.

        Raises
        ------
        IndexNotFoundError, VersionConflictError, StoreFullError
        """
        return self._one(Action("delete", index, id, None, if_seq_no, if_primary_term))

    def _one(self, action: Action) -> WriteResult:
        (result,) = self.bulk([action])
        if isinstance(result, WriteError):
            raise result.error
        return result

    def bulk(
        self, actions: Iterable[Action], appended: Sequence[DocumentColumns | NewDocuments] = ()
    ) -> list[WriteResult | WriteError]:
        """Apply writes in their order, in one transaction; a refused one does not stop others.

        Parameters
        ----------
        actions : iterable of Action
        appended : sequence of DocumentColumns or NewDocuments
            New documents, many at a time, stored after the others. They are not checked for ids
            that are there already; where one does not fit its index, nothing is written.

        Raises
        ------
        StoreFullError
            If nothing can be written; then nothing of it is.
        StoreError
            If documents that are appended cannot be.
        """
        listed = list(actions)
        batches = [batch for batch in appended if len(batch)]
        results: list[WriteResult | WriteError] = []
        if listed or batches:
            with self.writing() as writer:
                for piece in in_pieces(listed, _bytes_of):
                    results += writer.write(piece)
                writer.append(batches)
        return results

    @contextmanager
    def writing(self) -> Iterator[BulkWriter]:
        """One transaction for as many writes as come while the block runs, a few at a time.

        They are on disk when the block has ended. If it ends with an error, none of them is.
        Others who want to write wait meanwhile.

        Examples
        --------
        >>> from adcore.store import Action, Store
        >>> with Store.open(None) as store, store.documents.writing() as writer:
        ...     first = writer.write([Action("index", "logs", "1", {"cpu": 0.5})])
        ...     again = writer.write([Action("index", "logs", "1", {"cpu": 0.6})])
        >>> [result.result for result in first + again]
        ['created', 'updated']
        """
        with self.changing() as (cursor, catalog):
            yield BulkWriter(
                cursor, catalog, self._lookup, self._create, self._clock(), self._ids.take
            )

    def new_ids(self, count: int) -> list[str]:
        """As many ids that no document has."""
        return self._ids.take(count)

    def get(self, index: str, id: str) -> Document | None:
        """A document by its id; None if there is none.

        Raises
        ------
        IndexNotFoundError
        """
        (found,) = self.mget(index, [id])
        return found

    def mget(self, index: str, ids: Sequence[str]) -> list[Document | None]:
        """Documents by their ids, in the order asked; None for those that do not exist.

        Raises
        ------
        IndexNotFoundError
        """
        entry = self._catalog.entry(index)
        cursor = self.cursor()
        try:
            rows = self._lookup.rows(
                cursor,
                entry,
                "_id, _version, _seq_no, _source",
                list(dict.fromkeys(ids)),
                writes=self._catalog.sequences.get(entry.uuid, 0),
            )
        except duckdb.Error as error:
            raise self._read_error(error, entry) from error
        finally:
            cursor.close()
        found = {
            row[0]: Document(entry.name, row[0], row[1], row[2], row[3].encode()) for row in rows
        }
        return [found.get(id) for id in ids]

    def delete_by_rows(self, index: str, where_sql: str, params: Sequence[Any] = ()) -> int:
        """Delete the documents for which a condition of SQL holds; returns how many.

        Parameters
        ----------
        index : str
            A name, or an alias of one index.
        where_sql : str
            A condition on the columns of the index, with ``?`` for `params`.
        """
        with self.changing() as (cursor, catalog):
            entry = catalog.entry(index)
            if entry.is_read_only:
                raise ReadOnlyIndexError(f"index [{entry.name}] can only be read")
            deleted = cursor.execute(
                f"DELETE FROM {entry.relation} WHERE {where_sql}",
                list(params),
            ).fetchall()
            count = int(deleted[0][0])
            catalog.sequences[entry.uuid] += count
            return count

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for reading; one query at a time, to be closed after use."""
        return self._database.cursor()

    def scan(
        self,
        expression: str,
        columns: Sequence[str],
        where_sql: str = "",
        params: Sequence[Any] = (),
        *,
        time_field: str | None = None,
        start: int | None = None,
        end: int | None = None,
        ordered: bool = True,
    ) -> Iterator[Any]:
        """The values of fields, as a stream of Arrow arrays of structs.

        Parameters
        ----------
        expression : str
            The indices; those without one of the fields give NULL for it.
        columns : sequence of str
            Paths of fields (not of nested objects), or ``_id``, ``_seq_no``, ``_version``,
            ``_source``.
        where_sql, params
            A condition on columns, with ``?`` for the parameters.
        time_field : str, optional
            A date; with `start` and `end` in epoch ms: ``start <= time < end``.
        ordered : bool
            By time, then by the order of writing.
        """
        targets = self.resolve(expression)
        if not targets:
            return
        scan = Scan(columns, where_sql, params, time_field, start, end, ordered)
        cursor = self.cursor()
        try:
            yield from scan.run(cursor, targets)
        except duckdb.Error as error:
            raise database_error(error) from error
        finally:
            cursor.close()

    def delete_index(self, expression: str, *, ignore_unavailable: bool = False) -> list[str]:
        """Delete indices with all their documents: see `Indices.delete_index`."""
        names = super().delete_index(expression, ignore_unavailable=ignore_unavailable)
        self._lookup.keep({entry.uuid for entry in self._catalog.indices.values()})
        return names

    def _read_error(self, error: duckdb.Error, entry: IndexEntry) -> StoreError:
        """An index may be deleted between its being found and its being read."""
        if entry.name not in self._catalog.indices:
            return IndexNotFoundError(f"no such index [{entry.name}]", index=entry.name)
        return database_error(error)


def _bytes_of(action: Action) -> int:
    return len(action.source) if isinstance(action.source, bytes) else 0
