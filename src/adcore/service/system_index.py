"""An index that the service keeps for itself, made when it is first written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import msgspec

from adcore.query.run import search
from adcore.store import Action, Document, WriteError, WriteResult
from adcore.store.clock import Clock
from adcore.store.documents import Documents
from adcore.store.errors import IndexExistsError

__all__ = ["Stored", "SystemIndex", "search_documents"]


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as clients see it."""

    id: str
    version: int
    seq_no: int
    source: dict[str, Any]
    primary_term: int = 1

    @classmethod
    def of(cls, document: Document) -> Stored:
        """What the store returned."""
        return cls(
            document.id, document.version, document.seq_no, msgspec.json.decode(document.source)
        )


def search_documents(
    documents: Documents, expression: str, body: Any, clock: Clock, **options: bool
) -> dict[str, Any]:
    """The response of a search in the indices of an expression.

    Raises
    ------
    SearchError, IndexNotFoundError
    """
    targets = documents.resolve(expression, **options)
    with closing(documents.cursor()) as cursor:
        return search(targets, body, cursor, clock)


class SystemIndex:
    """Documents of one kind.

    Parameters
    ----------
    documents : Documents
    name : str
    mapping : mapping
        Of the index, when it is made.
    clock : callable
    alias : str, optional
        Another name of it.
    """

    def __init__(
        self,
        documents: Documents,
        name: str,
        mapping: Mapping[str, Any],
        clock: Clock,
        alias: str | None = None,
    ) -> None:
        self.name = name
        self._documents = documents
        self._mapping = mapping
        self._clock = clock
        self._aliases: dict[str, Any] = {} if alias is None else {alias: {}}

    @property
    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self._documents.exists(self.name)

    def ensure(self) -> None:
        """Make the index if it is not there."""
        if not self.exists:
            try:
                self._documents.create_index(self.name, self._mapping, aliases=self._aliases)
            except IndexExistsError:
                return  # another thread was faster

    def get(self, id: str) -> Stored | None:  # noqa: A002 -- the API's word
        """A document; None if there is none."""
        if not self.exists:
            return None
        found = self._documents.get(self.name, id)
        return None if found is None else Stored.of(found)

    def put(
        self,
        source: Mapping[str, Any],
        id: str | None = None,  # noqa: A002 -- the API's word
        if_seq_no: int | None = None,
        if_primary_term: int | None = None,
    ) -> WriteResult:
        """Write a document, whole."""
        self.ensure()
        return self._documents.index(
            self.name, source, id, if_seq_no=if_seq_no, if_primary_term=if_primary_term
        )

    def write(self, actions: list[Action]) -> list[WriteResult]:
        """Apply several writes as one.

        Raises
        ------
        StoreError
            The first of the refused ones.
        """
        self.ensure()
        results = []
        for result in self._documents.bulk(actions):
            if isinstance(result, WriteError):
                raise result.error
            results.append(result)
        return results

    def delete(self, id: str) -> WriteResult:  # noqa: A002 -- the API's word
        """Delete a document."""
        return self._documents.delete(self.name, id)

    def find(self, query: Mapping[str, Any], **body: Any) -> list[Stored]:
        """The documents of a query, at most 10 000."""
        if not self.exists:
            return []
        request = {"query": query, "size": 10_000, "version": True, "seq_no_primary_term": True}
        response = search_documents(self._documents, self.name, request | body, self._clock)
        return [
            Stored(hit["_id"], hit["_version"], hit["_seq_no"], hit["_source"])
            for hit in response["hits"]["hits"]
        ]

    def sources(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The ids and contents of all documents."""
        if not self.exists:
            return
        (target,) = self._documents.resolve(self.name)
        query = f"SELECT _id, _source FROM {target.relation}"  # noqa: S608 -- quoted where made
        with closing(self._documents.cursor()) as cursor:
            for id, source in cursor.execute(query).fetchall():  # noqa: A001 -- the API's word
                yield id, msgspec.json.decode(source)

    def count(self, query: Mapping[str, Any]) -> int:
        """How many documents match."""
        if not self.exists:
            return 0
        request = {"query": query, "size": 0, "track_total_hits": True}
        response = search_documents(self._documents, self.name, request, self._clock)
        return int(response["hits"]["total"]["value"])
