"""What all pages have in common: documents one by one, and all of them as a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy.typing as npt

from adcore.job.document_columns import as_arrow, as_pandas, as_polars

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["DocumentPage"]


class DocumentPage(ABC):
    """Documents as the API writes them, which are tables as well."""

    @property
    @abstractmethod
    def documents(self) -> Sequence[dict[str, Any]]:
        """All of them."""

    @abstractmethod
    def to_dict(self) -> dict[str, npt.NDArray[Any]]:
        """One array per column, times as datetime64 in UTC."""

    def to_pandas(self) -> pd.DataFrame:
        """The columns of :meth:`to_dict` as a pandas DataFrame."""
        return as_pandas(self.to_dict())

    def to_polars(self) -> pl.DataFrame:
        """The columns of :meth:`to_dict` as a Polars DataFrame."""
        return as_polars(self.to_dict())

    def to_arrow(self) -> pa.Table:
        """The columns of :meth:`to_dict` as a pyarrow Table."""
        return as_arrow(self.to_dict())

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | Sequence[dict[str, Any]]:
        return self.documents[index]

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.documents)
