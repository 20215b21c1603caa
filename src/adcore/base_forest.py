"""What every kind of random cut forest does; the kinds themselves are in adcore.forest."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

import numpy as np

from adcore import _core
from adcore.arrow import FloatArray
from adcore.config import integer, number
from adcore.errors import InvalidArgumentError, SnapshotError
from adcore.facts import ForestFacts
from adcore.matrix import matrix
from adcore.options import MAXIMUM_THREADS, forest_config
from adcore.results import Attribution, Density, Forecast, Imputation, Neighbors

__all__ = ["BaseForest", "check_snapshot", "snapshot_kind"]

_MAXIMUM_HORIZON = 100_000
# By the four characters in the frame of a snapshot.
_KINDS = {
    "rcft": "RandomCutForest",
    "cmpt": "CompactForest",
    "thrf": "ThresholdedForest",
    "fcst": "Forecaster",
    "bank": "ForestBank",
}
_Self = TypeVar("_Self", bound="BaseForest")


class BaseForest(ForestFacts):
    """What RandomCutForest and CompactForest share: all but the engine."""

    __slots__ = ()
    _kind: ClassVar[str]

    def __init__(
        self,
        input_dimensions: int,
        *,
        shingle_size: int = 1,
        number_of_trees: int = 50,
        sample_size: int = 256,
        time_decay: float | None = None,
        output_after: int | None = None,
        initial_accept_fraction: float = 0.125,
        bounding_box_cache_fraction: float = 0.5,
        internal_shingling: bool = True,
        internal_rotation: bool = False,
        threads: int = 1,
        seed: int = 42,
    ) -> None:
        config = forest_config(locals())
        self._threads = integer("threads", threads, 1, MAXIMUM_THREADS)
        self._forest = _core.Forest(config, self._kind == "CompactForest")

    @classmethod
    def _around(cls: type[_Self], forest: _core.Forest, threads: int) -> _Self:
        made = cls.__new__(cls)
        made._forest = forest
        made._threads = threads
        return made

    # -- learning

    def process(self, X: Any) -> FloatArray:
        """Score each row, then learn it, in order.

        Parameters
        ----------
        X : array-like or table of shape (n, input_dimensions), or (n,) when input_dimensions is 1
            ``NaN`` is missing: it is imputed by the forest once it is ready, until then it is taken
            from the row before. A row with missing values is scored with the imputed ones and
            moves the shingle, but is not sampled.

        Returns
        -------
        float64 array of shape (n,)
            Scores >= 0: about 1 is usual, higher is more anomalous. 0 until the forest is ready;
            ``NaN`` where every value of the row is missing.

        Raises
        ------
        InvalidArgumentError
            If the shape of ``X`` does not fit.
        DataError
            If a value is text, infinite, or of magnitude above 1e30. Nothing is learnt then.

        Notes
        -----
        The scores are the same for any split of the rows into calls and for any number of threads.
        Ctrl-C stops a long call; the rows done by then are learnt.
        """
        return self._forest.process(self._rows(X), self._threads)

    def update(self, X: Any) -> None:
        """Learn each row, in order, without scoring: as :meth:`process`, but faster."""
        self._forest.update(self._rows(X))

    # -- asking

    def score(self, X: Any) -> FloatArray:
        """Score points and learn nothing.

        Parameters
        ----------
        X : array-like or table of shape (n, input_dimensions) or (n, dimensions)
            Each row is taken as the possible next row, or as a whole point. Missing values are
            treated as by :meth:`process`.

        Returns
        -------
        float64 array of shape (n,)
            As by :meth:`process`.
        """
        return self._forest.score(self._points(X), self._threads)

    def displacement(self, X: Any) -> FloatArray:
        """How much each point would displace the points sampled: float64 of shape (n,).

        The collusive displacement of Guha et al., "Robust random cut forest based anomaly
        detection on streams" (ICML 2016), >= 0. ``X`` as for :meth:`score`.
        """
        return self._forest.displacement(self._points(X), self._threads)

    def attribution(self, X: Any) -> Attribution:
        """The scores of points, split over their values. ``X`` as for :meth:`score`."""
        return Attribution(*self._forest.attribution(self._points(X), self._threads))

    def density(self, X: Any) -> Density:
        """The density of what was seen around points. ``X`` as for :meth:`score`."""
        return Density(*self._forest.density(self._points(X), self._threads))

    def near_neighbors(self, x: Any, radius: float) -> Neighbors:
        """Sampled points within ``radius`` of ``x``, among the leaves that the trees reach.

        Parameters
        ----------
        x : array-like of shape (input_dimensions,) or (dimensions,)
        radius : float
            Euclidean, >= 0.
        """
        return Neighbors(
            *self._forest.near_neighbors(self._point(x), number("radius", radius, 0.0))
        )

    def impute(self, x: Any, missing: Any = None, *, centrality: float = 1.0) -> Imputation:
        """Fill in missing values with what the forest holds likely.

        Parameters
        ----------
        x : array-like of shape (input_dimensions,) or (dimensions,)
            The possible next row, or a whole point; ``NaN`` is missing.
        missing : sequence of int, optional
            Positions in ``x`` to be treated as missing too.
        centrality : float
            1 takes each tree's best leaf, 0 a random one.

        Returns
        -------
        Imputation
            Of the shape of ``x``.
        """
        point = self._point(x)
        if missing is not None:
            point = point.copy()
            point[[integer("missing", i, 0, len(point) - 1) for i in missing]] = np.nan
        return Imputation(*self._forest.impute(point, number("centrality", centrality, 0.0, 1.0)))

    def extrapolate(self, horizon: int, *, centrality: float = 1.0) -> Forecast:
        """Forecast the next ``horizon`` rows. Needs ``shingle_size`` > 1.

        Raises
        ------
        InvalidArgumentError
            If ``horizon`` is out of range, or the shingle is a single row.
        """
        steps = integer("horizon", horizon, 1, _MAXIMUM_HORIZON)
        return Forecast(
            *self._forest.extrapolate(steps, number("centrality", centrality, 0.0, 1.0))
        )

    # -- state

    def to_bytes(self) -> bytes:
        """A snapshot: versioned, checksummed, the same for the same seed and rows."""
        return self._forest.to_bytes()

    @classmethod
    def from_bytes(cls: type[_Self], snapshot: bytes | bytearray | memoryview) -> _Self:
        """The forest of a snapshot; it goes on exactly as the one that was saved would have.

        Raises
        ------
        SnapshotError
            If the bytes are no snapshot of such a forest, damaged, or from a newer release.
        """
        return cls._around(_core.Forest.from_bytes(check_snapshot(snapshot, cls._kind)), threads=1)

    def __copy__(self: _Self) -> _Self:
        return self._around(self._forest.clone(), self._threads)

    def __deepcopy__(self: _Self, memo: dict[int, Any]) -> _Self:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.to_bytes(), self._threads)

    def __repr__(self) -> str:
        config = self._forest.config
        return (
            f"{type(self).__name__}({config.input_dimensions}, shingle_size={config.shingle_size}, "
            f"number_of_trees={config.number_of_trees}, sample_size={config.sample_size}) "
            f"after {self.total_updates} rows"
        )

    # -- arguments

    def _rows(self, X: Any) -> FloatArray:
        return matrix(X, self._forest.config.row_size)

    def _points(self, X: Any) -> FloatArray:
        config = self._forest.config
        return matrix(X, tuple(dict.fromkeys((config.row_size, config.dimensions))))

    def _point(self, x: Any) -> FloatArray:
        config = self._forest.config
        allowed = tuple(dict.fromkeys((config.row_size, config.dimensions)))
        if np.shape(x)[1:] not in {(), (1,)}:
            shapes = " or ".join(f"({count},)" for count in allowed)
            raise InvalidArgumentError(f"x has shape {np.shape(x)}, expected {shapes}")
        values = matrix(x if np.ndim(x) else [x], 1, name="x")[:, 0]
        if len(values) not in allowed:
            raise InvalidArgumentError(
                f"x has {len(values)} values, expected {' or '.join(map(str, allowed))}"
            )
        return np.ascontiguousarray(values)


def snapshot_kind(snapshot: bytes) -> str:
    """The class that a snapshot holds, or what stands in its place."""
    code = _core.snapshot_kind(snapshot).decode("latin-1")
    return _KINDS.get(code, repr(code))


def check_snapshot(snapshot: Any, kind: str) -> bytes:
    """The bytes of a snapshot, if they say they are of the kind."""
    if not isinstance(snapshot, (bytes, bytearray, memoryview)):
        raise InvalidArgumentError(f"snapshot is a {type(snapshot).__name__}, expected bytes")
    data = bytes(snapshot)
    found = snapshot_kind(data)
    if found != kind:
        raise SnapshotError(f"the snapshot holds a {found}, expected a {kind}")
    return data


def _restore(cls: type[_Self], snapshot: bytes, threads: int) -> _Self:
    restored = cls.from_bytes(snapshot)
    restored._threads = threads
    return restored
