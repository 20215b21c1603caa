"""Entities by number: their keys, what models know them by, and their order."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from adcore.arrow import Int64Array, UInt32Array
from adcore.detector.model_id import LONGEST_ENTITY_VALUE

__all__ = ["EntityDirectory", "Key", "entity_id"]

Key: TypeAlias = "tuple[str, ...]"
KeysOf: TypeAlias = Callable[[Any], "list[Key]"]

# Of so many new entities among all, sorting all anew is no slower than finding the place of each.
_MANY = 0.1
_NEVER = np.iinfo(np.int64).min


def entity_id(key: Key) -> int:
    """64 bits that stand for a key, always the same: models are seeded and kept by them.

    That two of a million entities have the same has a probability of 3e-8.

    >>> entity_id(("web-1",)), entity_id(("a", "b")) == entity_id(("ab", ""))
    (12573953745939573013, False)
    """
    return int.from_bytes(_digest(key), "little")


def _digest(key: Key) -> bytes:
    text = "".join([f"{len(part)}:{part}" for part in key])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class EntityDirectory:
    """What is known of entities, each found out once, by number.

    Parameters
    ----------
    keys_of : callable
        The keys of entities by number. Numbers are given out one after the other.

    Attributes
    ----------
    keys : list of tuple of str
        The values of the category fields.
    ids : uint64 array
        See :func:`entity_id`.
    is_short : bool array
        Whether no value is too long for a model.
    rank : intp array
        The place in the order of the keys.
    last_start : int64 array
        Start of the last interval with data, epoch milliseconds; see :meth:`last_seen`.
    """

    def __init__(self, keys_of: KeysOf) -> None:
        self._keys_of = keys_of
        self.keys: list[Key] = []
        self.ids = np.empty(0, np.uint64)
        self.is_short = np.empty(0, np.bool_)
        self.rank = np.empty(0, np.intp)
        self.last_start: Int64Array = np.empty(0, np.int64)
        self._order = np.empty(0, np.intp)

    def __len__(self) -> int:
        return len(self.keys)

    def meet(self, count: int) -> None:
        """Look up those that are new, up to the number ``count - 1``."""
        known = len(self.keys)
        if count <= known:
            return
        new = self._keys_of(np.arange(known, count, dtype=np.uint32))
        digests = b"".join(map(_digest, new))
        self.ids = np.concatenate([self.ids, np.frombuffer(digests, "<u8").astype(np.uint64)])
        short = [max(map(len, key), default=0) <= LONGEST_ENTITY_VALUE for key in new]
        self.is_short = np.concatenate([self.is_short, np.array(short, np.bool_)])
        never = np.full(len(new), _NEVER)
        self.last_start = np.concatenate([self.last_start, never])
        # Last, as other threads ask for those that are known by then.
        self.keys += new
        self._sort(known)

    def _sort(self, known: int) -> None:
        new = range(known, len(self.keys))
        key = self.keys.__getitem__
        if len(new) > _MANY * known:
            self._order = np.array(sorted(range(len(self.keys)), key=key), np.intp)
        else:
            among = sorted(new, key=key)
            places = [bisect_left(self._order, key(n), key=key) for n in among]
            self._order = np.insert(self._order, places, among)
        self.rank = np.empty(len(self._order), np.intp)
        self.rank[self._order] = np.arange(len(self._order))

    def see(self, entities: UInt32Array, starts: Int64Array) -> None:
        """These had data in the intervals that began then, given in the order of time."""
        self.last_start[entities] = starts

    def last_seen(self, entity: int) -> int | None:
        """Start of the last interval in which it had data, since this was made."""
        if entity >= len(self) or self.last_start[entity] == _NEVER:
            return None
        return int(self.last_start[entity])

    def order(self, entities: UInt32Array, starts: Int64Array) -> npt.NDArray[np.intp]:
        """By interval and then by key, however entities are numbered."""
        return np.lexsort((self.rank[entities], starts))
