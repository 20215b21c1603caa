"""pytest-benchmark: the hot calls of the store, each asserting its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adcore.store import Action, Document, Store, WriteResult

BULK = 5_000
SOURCES = [
    json.dumps({
        "@timestamp": f"2024-01-01T{i // 3600:02d}:{i // 60 % 60:02d}:{i % 60:02d}Z",
        "host": f"host-{i % 50}", "cpu": i * 0.5, "count": i, "ok": i % 2 == 0,
    }).encode()
    for i in range(BULK)
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("ids", ["new", "given", "replaced"])
def test_bulk(benchmark: Any, store: Store, ids: str) -> None:
    names = [None if ids == "new" else f"id-{i}" for i in range(BULK)]
    rounds = iter(range(1_000_000))

    def write() -> list[Any]:
        prefix = "x" if ids == "replaced" else f"{next(rounds)}-"
        return store.documents.bulk([
            Action("index", "logs", None if name is None else prefix + name, source)
            for name, source in zip(names, SOURCES, strict=True)
        ])  # fmt: skip

    results = benchmark(write)
    assert all(isinstance(result, WriteResult) for result in results)
    rows = sum(len(chunk) for chunk in store.documents.scan("logs", ["cpu"], ordered=False))
    assert rows == store.documents.stats("logs").documents
    assert rows == BULK if ids == "replaced" else rows % BULK == 0


def test_one_durable_write(benchmark: Any, store: Store) -> None:
    store.documents.index("configs", {"n": 0}, "x")
    result = benchmark(store.documents.index, "configs", {"n": 1}, "x")
    assert result.result == "updated"


def test_get(benchmark: Any, store: Store) -> None:
    store.documents.bulk([Action("index", "a", f"id-{i}", s) for i, s in enumerate(SOURCES)])
    found = benchmark(store.documents.get, "a", "id-77")
    assert found == Document("a", "id-77", 1, 77, SOURCES[77])


def test_put_checkpoints(benchmark: Any, store: Store) -> None:
    blobs = {f"model-{i:05d}": bytes([i % 251]) * 5_000 for i in range(1_000)}
    benchmark(store.checkpoints.put_many, blobs)
    assert store.checkpoints.get_many(list(blobs)) == blobs
