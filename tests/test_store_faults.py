"""What a store does where the world does not play along: space, rights, files, processes."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import pytest

from adcore.store import Action, Store
from adcore.store.errors import (
    StoreClosedError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
)  # fmt: skip

PROCESSES = multiprocessing.get_context("forkserver")
# Text that does not become shorter by compression.
BLOCK = {"text": hashlib.shake_256(b"seed").hexdigest(1000)}


def blocks(number: int) -> list[Action]:
    texts = (hashlib.shake_256(b"%d:%d" % (number, i)).hexdigest(1000) for i in range(50))
    return [Action("index", "full", None, {"text": text}) for text in texts]


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The system refuses to write behind `size` bytes of any file, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(store: Store) -> int:
    """Write until it is refused; returns how many bulks were acknowledged."""
    for number in range(10_000):
        try:
            store.documents.bulk(blocks(number))
        except StoreFullError:
            return number
    raise AssertionError("the limit was never reached")


def count(store: Store, index: str) -> int:
    return sum(len(chunk) for chunk in store.documents.scan(index, ["_id"]))


@pytest.mark.parametrize("limit", [16 << 20, 100_000], ids=["in the log", "in the file"])
def test_a_full_disk_stops_writes_only_and_ends(tmp_path: Path, limit: int) -> None:
    with Store.open(tmp_path) as store:
        store.set_log_limit(limit)
        store.documents.index("full", BLOCK, id="first")
        with no_file_larger_than(3_000_000):
            bulks = fill(store)
            assert bulks > 2
            assert count(store, "full") == 1 + 50 * bulks
            assert store.documents.get("full", "first") is not None
            bulks += fill(store)
            assert count(store, "full") == 1 + 50 * bulks
            acknowledged = count(store, "full")
            # A field that came with a refused document is not in the mapping.
            with pytest.raises(StoreFullError):
                store.documents.index("full", {"new": "x" * 3_000_000})
            assert "new" not in store.documents.mapping("full").fields
        store.documents.index("full", BLOCK, id="last")
        assert count(store, "full") == acknowledged + 1
    with Store.open(tmp_path) as store:
        assert count(store, "full") == acknowledged + 1


def test_a_full_disk_stops_checkpoints_only_and_ends(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.checkpoints.put_many({"a": b"1"})
        with no_file_larger_than(500_000):
            with pytest.raises(StoreFullError, match="checkpoints cannot be written"):
                store.checkpoints.put_many({f"k{i}": b"x" * 5000 for i in range(1000)})
            assert store.checkpoints.get_many(["a", "k1"]) == {"a": b"1"}
        store.checkpoints.put_many({f"k{i}": b"x" * 5000 for i in range(1000)})
        assert store.checkpoints.count() == 1001


def _open_as_nobody(directory: str, tell: Connection) -> None:
    os.setgid(65534)
    os.setuid(65534)
    try:
        Store.open(directory)
    except StoreError as error:
        tell.send((type(error).__name__, str(error)))
    else:
        tell.send(("opened", ""))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without rights")
def test_an_unwritable_directory_is_named() -> None:
    directory = Path("/var/tmp/adcore-unwritable")  # noqa: S108 -- others must be able to reach it
    directory.mkdir(exist_ok=True)
    try:
        listen, tell = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=_open_as_nobody, args=(str(directory), tell))
        process.start()
        kind, message = listen.recv()
        process.join()
    finally:
        shutil.rmtree(directory)
    assert kind == "StoreFullError"
    assert message == f"the store directory '{directory}' cannot be written: Permission denied"


def test_a_path_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFullError, match="cannot be written"):
        Store.open(tmp_path / "file")


def _open_and_wait(directory: str, tell: Connection, go_on: Connection) -> None:
    with Store.open(directory):
        tell.send(os.getpid())
        go_on.recv()


def test_a_second_process_is_told_who_owns_the_directory(tmp_path: Path) -> None:
    listen, tell = PROCESSES.Pipe(duplex=False)
    wait, go_on = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_open_and_wait, args=(str(tmp_path), tell, wait))
    process.start()
    owner = listen.recv()
    with pytest.raises(StoreLockedError) as caught:
        Store.open(tmp_path)
    assert str(caught.value) == (
        f"the store directory '{tmp_path}' is in use by process {owner}; "
        "only one process may own it"
    )
    go_on.send("end")
    process.join()
    Store.open(tmp_path).close()


def test_the_same_process_may_not_open_it_twice(tmp_path: Path) -> None:
    with Store.open(tmp_path), pytest.raises(StoreLockedError, match=f"process {os.getpid()};"):
        Store.open(tmp_path)
    Store.open(tmp_path).close()


@pytest.mark.parametrize(
    "content", [b"", b"hello" * 1000, b"SQLite format 3\0" + b"\0" * 5000, b"\0" * 20_000]
)
def test_a_foreign_database_file_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "documents.duckdb"
    file.write_bytes(content)
    with pytest.raises(StoreCorruptError, match=re.escape(str(file))):
        Store.open(tmp_path)
    assert file.read_bytes() == content
    file.unlink()
    Store.open(tmp_path).close()  # the lock was let go of


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "documents.duckdb")) as other:
        other.execute("CREATE TABLE theirs (a INTEGER)").fetchall()
    with pytest.raises(StoreCorruptError, match="not one of a store"):
        Store.open(tmp_path)


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with duckdb.connect(str(tmp_path / "documents.duckdb")) as file:
        file.execute("UPDATE adcore_store SET format = 99").fetchall()
    with pytest.raises(StoreCorruptError, match="has the format 99; this release reads up to 1"):
        Store.open(tmp_path)


def test_damaged_bytes_are_noticed(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.documents.bulk([Action("index", "a", None, {"n": i}) for i in range(100)])
    file = tmp_path / "documents.duckdb"
    content = bytearray(file.read_bytes())
    for at in range(4096, len(content), 1000):
        content[at] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(StoreCorruptError, match=re.escape(str(file))):
        Store.open(tmp_path)


@pytest.mark.parametrize("content", [b"hello" * 10_000, b"\0" * 50_000])
def test_foreign_checkpoints_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "data.mdb").write_bytes(content)
    with pytest.raises(StoreCorruptError, match="are no checkpoints of a store"):
        Store.open(tmp_path)
    shutil.rmtree(tmp_path / "checkpoints")
    Store.open(tmp_path).close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.documents.index("a", {"n": 1})
    store.close()
    store.close()
    with pytest.raises(StoreClosedError):
        store.documents.index("a", {"n": 1})
    with pytest.raises(StoreClosedError):
        store.documents.cursor()
    with pytest.raises(StoreClosedError):
        store.checkpoints.count()
