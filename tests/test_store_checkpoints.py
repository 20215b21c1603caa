"""Checkpoints: blobs by key, against a dictionary as the reference."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore.store import Store, mapped_file
from adcore.store import checkpoints as store_checkpoints
from adcore.store.checkpoints import Checkpoints
from adcore.store.errors import IllegalRequestError


@pytest.fixture(scope="module")
def checkpoints() -> Iterator[Checkpoints]:
    opened = Checkpoints(None)
    yield opened
    opened.close()


# Keys that share beginnings, some longer than the file's own keys may be.
KEYS = st.one_of(
    st.text("ab_é", min_size=1, max_size=4),
    st.tuples(st.integers(430, 450), st.text("ab_é", max_size=2)).map(lambda k: "a" * k[0] + k[1]),
)


@given(
    st.lists(st.one_of(
        st.tuples(st.just("put"), st.dictionaries(KEYS, st.binary(max_size=5), max_size=5)),
        st.tuples(st.just("delete"), st.lists(KEYS, max_size=3)),
        st.tuples(st.just("delete_prefix"), KEYS),
    )),
    KEYS,
)  # fmt: skip
@settings(deadline=None)
def test_blobs_are_those_of_a_dictionary(
    checkpoints: Checkpoints, writes: list[tuple[str, object]], prefix: str
) -> None:
    checkpoints.delete_prefix("")
    stored: dict[str, bytes] = {}
    for kind, content in writes:
        if kind == "put" and isinstance(content, dict):
            checkpoints.put_many(content)
            stored.update(content)
        elif kind == "delete" and isinstance(content, list):
            gone = {key for key in content if key in stored}
            assert checkpoints.delete(content) == len(gone)
            stored = {key: blob for key, blob in stored.items() if key not in gone}
        elif isinstance(content, str):
            gone = {key for key in stored if key.startswith(content)}
            assert checkpoints.delete_prefix(content) == len(gone)
            stored = {key: blob for key, blob in stored.items() if key not in gone}
    assert checkpoints.get_many([*stored, "never"]) == stored
    assert sorted(checkpoints.keys()) == sorted(stored)
    assert sorted(checkpoints.keys(prefix)) == sorted(k for k in stored if k.startswith(prefix))
    assert checkpoints.count() == len(stored)


def test_the_last_of_equal_keys_wins(checkpoints: Checkpoints) -> None:
    checkpoints.put_many([("k", b"2"), ("k", b"1")])
    assert checkpoints.get_many(["k"]) == {"k": b"1"}


def test_blobs_of_any_size(checkpoints: Checkpoints) -> None:
    blobs = {f"size-{n}": bytes(n) for n in (0, 1, 4096, 3_000_000)}
    checkpoints.put_many(blobs)
    assert checkpoints.get_many(list(blobs)) == blobs


def test_a_key_has_a_character(checkpoints: Checkpoints) -> None:
    with pytest.raises(IllegalRequestError, match="empty"):
        checkpoints.put_many({"": b"x"})


def test_blobs_are_there_after_opening_again(tmp_path: Path) -> None:
    long = "é" * 16_000
    with Store.open(tmp_path) as store:
        store.checkpoints.put_many({f"d_{i}": b"%d" % i for i in range(5000)})
        store.checkpoints.put_many({long: b"long", long + "x": b"longer"})
    with Store.open(tmp_path) as store:
        assert store.checkpoints.count() == 5002
        assert store.checkpoints.get_many(["d_17", long]) == {"d_17": b"17", long: b"long"}
        assert list(store.checkpoints.keys(long)) in ([long, long + "x"], [long + "x", long])


def _mapped_bytes(path: Path) -> int:
    """Of a file, in the memory of this process."""
    parts = Path("/proc/self/smaps").read_text().split("VmFlags")
    (own,) = (part for part in parts if str(path) in part)
    return int(own.split("Rss:")[1].split()[0]) * 1024


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs /proc")
def test_pages_of_the_file_do_not_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (mapped_file, store_checkpoints):
        monkeypatch.setattr(module, "AT_ONCE", 100)
    checkpoints = Checkpoints(tmp_path)
    blobs = {f"{i:05}": bytes([i % 256]) * 10_000 for i in range(2_000)}
    checkpoints.put_many(blobs)
    assert checkpoints.get_many(list(blobs)) == blobs
    assert checkpoints.delete_prefix("000") == 100
    assert (tmp_path / "data.mdb").stat().st_size > 2e7
    assert _mapped_bytes(tmp_path / "data.mdb") < 5e6
    checkpoints.close()


def test_readers_and_writers_beside_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (mapped_file, store_checkpoints):
        monkeypatch.setattr(module, "AT_ONCE", 3)  # the file is mapped anew all the time
    checkpoints = Checkpoints(tmp_path)
    names = [[f"{who}-{i}" for i in range(20)] for who in range(4)]

    def work(own: list[str]) -> None:
        for turn in range(20):
            blobs = dict.fromkeys(own, b"%d" % turn)
            checkpoints.put_many(blobs)
            assert checkpoints.get_many(own) == blobs
            assert list(checkpoints.keys(own[0][:2])) == sorted(own)
            assert checkpoints.count() >= len(own)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, names))
    checkpoints.close()
