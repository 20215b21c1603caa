"""Whatever a user hands over, as a source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adcore.detector.scan import Source
from adcore.detector.table_source import TableSource
from adcore.times import TimeUnit

__all__ = ["opened"]


@contextmanager
def opened(data: Any, unit: TimeUnit | None = None) -> Iterator[Source]:
    """Data as a source while the block runs.

    Parameters
    ----------
    data : table, path or Source
        A DataFrame, an Arrow table or stream, a list of dicts, a dict of array-likes, a NumPy
        structured array; the path of a file; or anything that scans, such as an index of the store.
    unit : TimeUnit, optional
        Of numbers that are times, where others came before; decided by these if there were none.
    """
    if isinstance(data, (str, Path)):
        # Only who reads files waits for the database.
        from adcore.detector.file_source import FileSource  # noqa: PLC0415

        with FileSource(data, unit) as source:
            yield source
    elif isinstance(data, Source):
        yield data
    else:
        yield TableSource(data, unit)
