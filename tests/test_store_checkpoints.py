"""Checkpoints: blobs by key, against a dictionary as the reference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore.store import Store
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
