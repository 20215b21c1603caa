"""Entities by their keys, while rows go by: numbered, counted, chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.detector.scan import RowBatch, ScanRequest, Source

__all__ = ["entity_numbers", "scan_top_entities"]

_Numbers = dict[tuple[Any, ...], int]


def entity_numbers(batch: RowBatch, numbers: _Numbers) -> npt.NDArray[np.intp]:
    """The number of each row's entity; new ones are added to ``numbers``."""
    if not batch.keys:
        return np.full(len(batch), numbers.setdefault((), 0), dtype=np.intp)
    codes = np.column_stack([codes for codes, _ in batch.keys])
    distinct, inverse = np.unique(codes, axis=0, return_inverse=True)
    labels = [labels for _, labels in batch.keys]
    own = [
        numbers.setdefault(
            tuple(texts[code] for code, texts in zip(row, labels, strict=True)), len(numbers)
        )
        for row in distinct.tolist()
    ]
    return np.array(own, dtype=np.intp)[inverse.reshape(-1)]


def scan_top_entities(source: Source, request: ScanRequest, most: int | None) -> Iterator[RowBatch]:
    """The rows of the entities that have most of them; of equals the first in key order.

    Parameters
    ----------
    most : int or None
        None: all rows, in a single pass.
    """
    if most is None or not request.key_fields:
        yield from source.scan(request)
        return
    numbers: _Numbers = {}
    counts = np.zeros(0, dtype=np.int64)
    for batch in source.scan(replace(request, columns=(), by_time=False)):
        found = np.bincount(entity_numbers(batch, numbers), minlength=len(numbers))
        found[: len(counts)] += counts
        counts = found
    ranked = sorted(numbers, key=lambda key: (-counts[numbers[key]], key))
    chosen = np.zeros(len(numbers), dtype=np.bool_)
    chosen[[numbers[key] for key in ranked[:most]]] = True
    if not ranked:
        return
    for batch in source.scan(request):
        # An entity may have come since the rows were counted.
        own = entity_numbers(batch, numbers)
        yield batch.rows((own < len(chosen)) & chosen[np.minimum(own, len(chosen) - 1)])
