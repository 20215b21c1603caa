"""Many independent forests, fed with rows of all of them in one call."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from adcore import _core
from adcore.arrow import FloatArray
from adcore.base_forest import check_snapshot, snapshot_kind
from adcore.config import integer
from adcore.errors import InvalidArgumentError
from adcore.forest import CompactForest, RandomCutForest
from adcore.matrix import matrix
from adcore.options import MAXIMUM_THREADS, check_flag, forest_config
from adcore.stream_names import StreamNames, holds_text
from adcore.threads import Threaded

__all__ = ["ForestBank"]

_MAXIMUM_FORESTS = 2**32 - 1
_FRAME_BYTES = 28
_Self = TypeVar("_Self", bound="ForestBank")


class ForestBank(Threaded):
    """One forest per stream, all made alike.

    Parameters
    ----------
    number_of_forests : int
        Streams are numbered from 0, or have names, numbered in the order of first sight.
    input_dimensions : int
        Values in one row.
    compact : bool
        Whether the forests are :class:`CompactForest` (small) or :class:`RandomCutForest` (fast).
    threads : int
        Threads that one call may use, each for other forests; results are the same for any number.
    seed : int
        Forest i is seeded from this and i.
    shingle_size, number_of_trees, sample_size, time_decay, output_after, initial_accept_fraction, \
internal_shingling, internal_rotation
        As for :class:`RandomCutForest`.
    bounding_box_cache_fraction : float
        As for :class:`RandomCutForest`, but small by default: a bank holds many forests, and as
        they rarely fit the cache of a processor, more boxes would gain them little.

    Examples
    --------
    >>> import numpy as np
    >>> from adcore import ForestBank
    >>> streams = np.tile([0, 1, 2], 500)
    >>> rows = np.sin(np.arange(1500) / 7)
    >>> rows[1400] = 5.0
    >>> scores = ForestBank(3, 1, number_of_trees=30).process(streams, rows)
    >>> int(scores.argmax())
    1400
    >>> bank = ForestBank(10, 1)
    >>> bank.process(["web-1", "web-2", "web-1"], [5, 6, 5]).shape
    (3,)
    >>> bank.names
    ['web-1', 'web-2']
    """

    __slots__ = ("_bank", "_names")
    _kind = "ForestBank"

    def __init__(
        self,
        number_of_forests: int,
        input_dimensions: int,
        *,
        compact: bool = False,
        shingle_size: int = 1,
        number_of_trees: int = 50,
        sample_size: int = 256,
        time_decay: float | None = None,
        output_after: int | None = None,
        initial_accept_fraction: float = 0.125,
        bounding_box_cache_fraction: float = 0.125,
        internal_shingling: bool = True,
        internal_rotation: bool = False,
        threads: int = 1,
        seed: int = 42,
    ) -> None:
        config = forest_config(locals())
        size = integer("number_of_forests", number_of_forests, 1, _MAXIMUM_FORESTS)
        self._threads = integer("threads", threads, 1, MAXIMUM_THREADS)
        self._bank = _core.ForestBank(config, size, check_flag("compact", compact))
        self._names = StreamNames(size)

    def process(self, streams: Any, X: Any) -> FloatArray:
        """Score each row by the forest of its stream, then let that forest learn it.

        Parameters
        ----------
        streams : array-like of int or of str of shape (n,)
            The number or the name of each row's stream; rows of one stream are taken in order. A
            new name gets the lowest number that no name has.
        X : array-like or table of shape (n, input_dimensions), or (n,) when input_dimensions is 1
            Missing values are treated as by :meth:`RandomCutForest.process`.

        Returns
        -------
        float64 array of shape (n,)
            As by :meth:`RandomCutForest.process`.

        Raises
        ------
        InvalidArgumentError
            If a shape does not fit, there is no such stream, or more names than forests. Nothing is
            learnt then.
        DataError
            If a value is text, infinite, or of magnitude above 1e30. Nothing is learnt then.
        """
        rows = matrix(X, self._bank.config.row_size)
        if not holds_text(streams):
            return self._bank.process(_stream_numbers(streams, len(self)), rows, self._threads)
        numbers, new = self._names.numbers(streams)
        scores = self._bank.process(numbers, rows, self._threads)
        # Names are kept once their rows are learnt: a refused call leaves nothing behind.
        self._names.add(new)
        return scores

    @property
    def names(self) -> list[str]:
        """The names of streams seen so far, by number."""
        return self._names.names()

    def forest(self, stream: int | str) -> RandomCutForest | CompactForest:
        """A copy of the forest of one stream, by number or name."""
        number = self._names.number(stream) if isinstance(stream, str) else stream
        copied = self._bank.forest(integer("stream", number, 0, len(self) - 1))
        is_compact = snapshot_kind(copied.to_bytes()) == CompactForest._kind
        kind = CompactForest if is_compact else RandomCutForest
        return kind._around(copied, threads=1)

    def memory_bytes(self) -> int:
        """Bytes that all forests and names hold now."""
        return self._bank.memory_bytes() + self._names.memory_bytes()

    def to_bytes(self) -> bytes:
        """A snapshot of all forests: versioned and checksummed."""
        return self._bank.to_bytes() + (self._names.to_bytes() if len(self._names) else b"")

    @classmethod
    def from_bytes(cls: type[_Self], snapshot: bytes | bytearray | memoryview) -> _Self:
        """The bank of a snapshot; it goes on exactly as the one that was saved would have.

        Raises
        ------
        SnapshotError
            If the bytes are no snapshot of a bank, damaged, or from a newer release.
        """
        made = cls.__new__(cls)
        checked = check_snapshot(snapshot, cls._kind)
        end = _frame_length(checked)
        made._bank = _core.ForestBank.from_bytes(checked[:end])
        made._names = StreamNames(len(made), checked[end:] or None)
        made._threads = 1
        return made

    def __len__(self) -> int:
        return self._bank.size()

    def __copy__(self: _Self) -> _Self:
        return _restore(type(self), self.to_bytes(), self._threads)

    def __deepcopy__(self: _Self, memo: dict[int, Any]) -> _Self:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.to_bytes(), self._threads)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} forests)"


def _restore(cls: type[_Self], snapshot: bytes, threads: int) -> _Self:
    restored = cls.from_bytes(snapshot)
    restored._threads = threads
    return restored


def _frame_length(snapshot: bytes) -> int:
    """Where the frame of the forests ends; see docs/state_format.md."""
    return _FRAME_BYTES + int.from_bytes(snapshot[12:20], "little")


def _stream_numbers(streams: Any, forests: int) -> npt.NDArray[np.uint32]:
    numbers = np.asarray(streams)
    if numbers.size == 0:
        numbers = numbers.astype(np.uint32)
    if numbers.dtype.kind not in "iu" or numbers.ndim != 1:
        raise InvalidArgumentError(
            f"streams has dtype {numbers.dtype} and shape {numbers.shape}, expected integers (n,)"
        )
    wrong = np.flatnonzero((numbers < 0) | (numbers >= forests))
    if wrong.size:
        raise InvalidArgumentError(
            f"streams[{wrong[0]}] = {numbers[wrong[0]]} is not allowed: there are {forests} forests"
        )
    return np.ascontiguousarray(numbers, dtype=np.uint32)
