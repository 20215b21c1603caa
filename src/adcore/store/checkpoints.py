"""Checkpoints of models: blobs by key, thousands in one durable write."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, islice, takewhile
from pathlib import Path

import lmdb

from adcore.store.errors import IllegalRequestError, StoreCorruptError, StoreFullError
from adcore.store.mapped_file import AT_ONCE, MappedFile

__all__ = ["Checkpoints"]

# Keys of the file are at most 511 bytes: longer ones are cut and told apart by a hash. No UTF-8
# has the byte 255, so that a cut key is never a whole one.
_LONGEST = 440
_CUT = b"\xff"
# A transaction keeps its pages in memory.
_DELETED_AT_ONCE = 10_000


class Checkpoints:
    """Blobs by key. All methods may be called from any thread.

    Parameters
    ----------
    directory : Path, optional
        None: a temporary one, gone with `close`.

    Examples
    --------
    >>> checkpoints = Checkpoints(None)
    >>> checkpoints.put_many({"a_model_1": b"one", "b_model_2": b"two"})
    >>> checkpoints.get_many(["a_model_1", "a_model_9"])
    {'a_model_1': b'one'}
    >>> list(checkpoints.keys("b"))
    ['b_model_2']
    >>> checkpoints.close()
    """

    def __init__(self, directory: Path | None) -> None:
        self._temporary = tempfile.TemporaryDirectory() if directory is None else None
        path = Path(self._temporary.name) if self._temporary is not None else directory
        assert path is not None  # noqa: S101 -- for the type checker
        durable = directory is not None
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._file = MappedFile(path, is_durable=durable)
        except (lmdb.InvalidError, lmdb.CorruptedError, lmdb.VersionMismatchError) as error:
            raise StoreCorruptError(
                f"the files in {str(path)!r} are no checkpoints of a store: {error}"
            ) from None
        except (lmdb.Error, OSError) as error:
            raise StoreFullError(
                f"the directory {str(path)!r} cannot be written: {error}"
            ) from None

    def put_many(self, blobs: dict[str, bytes] | Iterable[tuple[str, bytes]]) -> None:
        """Store blobs, all of them or none; on return they are on disk.

        Raises
        ------
        StoreFullError
            If they cannot be written; what was there before is.
        """
        items = blobs.items() if isinstance(blobs, dict) else blobs
        # In the order of the keys neighbours share pages, and are written together.
        pairs = sorted(dict(_packed(key, blob) for key, blob in items).items())
        if not pairs:
            return
        try:
            with self._file.transaction(len(pairs), write=True) as transaction:
                transaction.cursor().putmulti(pairs)
        except (lmdb.Error, OSError) as error:
            raise StoreFullError(f"checkpoints cannot be written: {error}") from None

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The blobs of those keys that have one."""
        found: dict[str, bytes] = {}
        for first in range(0, len(keys), AT_ONCE):
            part = keys[first : first + AT_ONCE]
            with self._file.transaction(len(part)) as transaction:
                for key in part:
                    blob = transaction.get(_key(key))
                    if blob is not None:
                        found[key] = _unpacked(key, blob)
        return found

    def delete(self, keys: Iterable[str]) -> int:
        """Delete blobs; returns how many there were."""
        raw = [_key(key) for key in keys]
        try:
            with self._file.transaction(len(raw), write=True) as transaction:
                return sum(map(transaction.delete, raw))
        except (lmdb.Error, OSError) as error:
            raise StoreFullError(f"checkpoints cannot be deleted: {error}") from None

    def delete_prefix(self, prefix: str) -> int:
        """Delete all blobs whose key begins so, some thousands at a time; returns how many."""
        keys = list(self.keys(prefix))
        parts = (keys[i : i + _DELETED_AT_ONCE] for i in range(0, len(keys), _DELETED_AT_ONCE))
        return sum(map(self.delete, parts))

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys that begin so, in the order of their bytes."""
        start, after = prefix.encode()[:_LONGEST], b""
        while found := self._keys_after(start, after):
            yield from (key for _, key in found if key.startswith(prefix))
            after, _ = found[-1]

    def _keys_after(self, start: bytes, after: bytes) -> list[tuple[bytes, str]]:
        """Some keys of the file that begin so, behind another one, and what they stand for."""
        with self._file.transaction(AT_ONCE) as transaction:
            cursor = transaction.cursor()
            if not cursor.set_range(after or start):
                return []
            pairs = ((bytes(raw), blob) for raw, blob in cursor)
            own = takewhile(lambda pair: pair[0].startswith(start), pairs)
            new = dropwhile(lambda pair: pair[0] == after, own)
            return [(raw, _whole_key(raw, blob)) for raw, blob in islice(new, AT_ONCE)]

    def count(self) -> int:
        """How many blobs there are."""
        return self._file.count()

    def close(self) -> None:
        """Close the file; what was put is on disk already."""
        self._file.close()
        if self._temporary is not None:
            self._temporary.cleanup()


def _key(key: str) -> bytes:
    whole = key.encode()
    if not whole:
        raise IllegalRequestError("the key of a checkpoint is empty; it must have a character")
    if len(whole) <= _LONGEST:
        return whole
    return whole[:_LONGEST] + _CUT + hashlib.sha256(whole).digest()


def _packed(key: str, blob: bytes) -> tuple[bytes, bytes]:
    packed = _key(key)
    if len(packed) <= _LONGEST:
        return packed, blob
    whole = key.encode()
    return packed, len(whole).to_bytes(4, "little") + whole + blob


def _unpacked(key: str, blob: memoryview) -> bytes:
    whole = key.encode()
    return bytes(blob if len(whole) <= _LONGEST else blob[4 + len(whole) :])


def _whole_key(packed: bytes, blob: memoryview) -> str:
    if len(packed) <= _LONGEST:
        return packed.decode()
    size = int.from_bytes(blob[:4], "little")
    return bytes(blob[4 : 4 + size]).decode()
