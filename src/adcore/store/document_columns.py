"""Many documents of one shape, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Column", "DocumentColumns", "NewDocuments"]

Values: TypeAlias = "npt.NDArray[Any] | Sequence[str]"


@dataclass(frozen=True, slots=True)
class Column:
    """Stands in the shape of documents where each has a value of its own."""

    name: str


@dataclass(frozen=True, slots=True)
class NewDocuments:
    """New documents of any shapes.

    Attributes
    ----------
    index : str
        A name or an alias.
    ids : sequence of str
        Of the documents: none of them is in the index.
    documents : sequence of mapping
    """

    index: str
    ids: Sequence[str]
    documents: Sequence[Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.ids)

    def document(self, row: int) -> Mapping[str, Any]:
        """One of the documents."""
        return self.documents[row]


@dataclass(frozen=True, slots=True)
class DocumentColumns:
    """New documents that are alike but for some of their values.

    Attributes
    ----------
    index : str
        A name or an alias.
    ids : sequence of str
        Of the documents: none of them is in the index.
    shape : mapping
        The document, with a :class:`Column` in place of what differs. No two keys are the same.
    columns : mapping of str to int64 or float64 array, or sequence of str
        The values, by name; numbers are finite.

    Examples
    --------
    >>> batch = DocumentColumns(
    ...     "results", ["a", "b"], {"kind": "x", "score": Column("s")}, {"s": np.array([0.5, 2.0])}
    ... )
    >>> [batch.document(row) for row in range(len(batch))]
    [{'kind': 'x', 'score': 0.5}, {'kind': 'x', 'score': 2.0}]
    """

    index: str
    ids: Sequence[str]
    shape: Mapping[str, Any]
    columns: Mapping[str, Values]

    def __len__(self) -> int:
        return len(self.ids)

    def document(self, row: int) -> dict[str, Any]:
        """One of the documents."""
        return {key: self._filled(value, row) for key, value in self.shape.items()}

    def _filled(self, value: Any, row: int) -> Any:
        if isinstance(value, Column):
            found = self.columns[value.name][row]
            return found.item() if isinstance(found, np.generic) else found
        if isinstance(value, Mapping):
            return {key: self._filled(item, row) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item, row) for item in value]
        return value

    def parts(self, most: int) -> Iterator[DocumentColumns]:
        """The same in parts of at most so many documents."""
        for first in range(0, len(self), most):
            rows = slice(first, first + most)
            columns = {name: values[rows] for name, values in self.columns.items()}
            yield DocumentColumns(self.index, self.ids[rows], self.shape, columns)
