"""The thresholded forest: streams in, anomalies with grade, expected value and reason out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from adcore import _core
from adcore.base_forest import check_snapshot
from adcore.config import choice, integer, number
from adcore.frames import field_names
from adcore.matrix import matrix
from adcore.options import thresholded_config, thresholded_options
from adcore.results import Forecast
from adcore.thresholded_facts import ThresholdedFacts
from adcore.thresholded_result import ThresholdedResult
from adcore.times import epoch_milliseconds

__all__ = ["ThresholdedForest"]

_MAXIMUM_HORIZON = 100_000
_MANY = 2**53
_Self = TypeVar("_Self", bound="ThresholdedForest")


class ThresholdedForest(ThresholdedFacts):
    """A random cut forest that says which rows are anomalies, and why.

    Values are transformed and missing ones filled in, the forest scores the last ``shingle_size``
    rows, a threshold that follows the scores grades them, and corrections take back what is noise,
    an echo of an earlier anomaly, or near the expected value.

    Parameters
    ----------
    input_dimensions : int
        Values in one row.
    shingle_size : int
        Consecutive rows that make one point.
    transform : {"none", "normalize", "weighted", "difference", "normalize_difference", \
"subtract_moving_average"}, optional
        What is done to a value before the forest sees it. By default nothing to a single column
        without weights, whose scale is the same throughout, and "normalize" to several.
    mode : {"standard", "time_augmented", "streaming_impute"}
        Whether the time since the row before is one more value, or rows missing in time are filled
        in.
    imputation : {"forest", "previous", "zero", "fixed_values", "linear", "next"}
        Where missing values are taken from.
    fill_values : float or sequence of float, optional
        The values for ``imputation="fixed_values"``.
    use_imputed_fraction : float
        A point is learnt while the imputed part of it is less than this, more than 0, at most 1.
    late_rows : {"learn", "skip", "refuse"}
        What happens to a row whose timestamp is not later than those before.
    compact : bool
        Whether the forest is a :class:`CompactForest` (small) or a :class:`RandomCutForest` (fast).
    number_of_trees, sample_size, time_decay, output_after, initial_accept_fraction, \
bounding_box_cache_fraction, internal_rotation, seed
        As for :class:`RandomCutForest`.
    transform_decay : float, optional
        Rate at which the statistics of the transform forget; by default ``1 / sample_size``.
    start_normalization : int
        Rows that are held back until their mean and deviation are known, 1 to 10 000.
    stop_normalization : int, optional
        Rows after which these statistics stay as they are; by default they never do.
    clip : float
        Normalised values are kept within ± this.
    weights : float or sequence of float, optional
        One per value, >= 0; 0 hides a value. Not with ``transform="none"``.
    time_weight, normalize_time
        The weight of the time column of mode "time_augmented", and whether it is normalised.
    z_factor : float
        Deviations above the mean score that make an anomaly, > 0. May be set while running.
    lower_threshold : float, optional
        No score below this is an anomaly; by default 0.8, less where ``auto_adjust`` lowers it.
        May be set while running.
    initial_threshold : float
        The threshold until the statistics of the scores are known.
    score_differencing : float
        Between the deviation of scores (1) and that of their differences (0).
    anomaly_rate : float
        The fraction of anomalies expected.
    auto_adjust : bool
        Whether the threshold and the corrections adapt to drift.
    alert_once : bool
        Whether a run of anomalies is reported once; if not, each of its rows is.
    noise_factor : float
        Deviations of the usual step that count as noise.
    maximum_attributors : int
        An expected value is given when at most this many values of a row are to blame.
    sampling_support : float
        Fraction of the trees that have to have seen the like, 0 to 0.2 (``auto_adjust``).
    ignore_near_expected_above, ignore_near_expected_below : float or sequence of float, optional
        A value is no anomaly within this distance of the one expected.
    ignore_near_expected_above_by_ratio, ignore_near_expected_below_by_ratio
        The same as a fraction of the value's magnitude.
    minimum_relative_change, minimum_absolute_change : float
        Smaller changes are within the precision of the data and never an anomaly.

    Notes
    -----
    ``ThresholdedForest.preset("opensearch", n)`` has the settings of OpenSearch anomaly detection,
    ``preset("aws", n)`` those of the AWS random cut forest library. A forest may be used from
    several threads at once.

    Examples
    --------
    >>> import numpy as np
    >>> from adcore import ThresholdedForest
    >>> values = np.sin(np.arange(1000) / 5)
    >>> values[700] = 4.0
    >>> anomalies = ThresholdedForest(1).process(values).anomalies()
    >>> anomalies.row.tolist()
    [700]
    """

    __slots__ = ()
    _kind = "ThresholdedForest"

    def __init__(
        self,
        input_dimensions: int,
        *,
        shingle_size: int = 8,
        transform: str | None = None,
        mode: str = "standard",
        imputation: str = "forest",
        fill_values: float | Sequence[float] | None = None,
        use_imputed_fraction: float = 0.5,
        late_rows: str = "learn",
        compact: bool = False,
        number_of_trees: int = 50,
        sample_size: int = 256,
        time_decay: float | None = None,
        output_after: int | None = None,
        initial_accept_fraction: float = 0.125,
        bounding_box_cache_fraction: float = 0.5,
        internal_rotation: bool = False,
        seed: int = 42,
        transform_decay: float | None = None,
        start_normalization: int = 10,
        stop_normalization: int | None = None,
        clip: float = 100.0,
        weights: float | Sequence[float] | None = None,
        time_weight: float = 1.0,
        normalize_time: bool = True,
        z_factor: float = 3.0,
        lower_threshold: float | None = None,
        initial_threshold: float = 1.5,
        score_differencing: float = 0.5,
        anomaly_rate: float = 0.01,
        auto_adjust: bool = True,
        alert_once: bool = True,
        noise_factor: float = 1.0,
        maximum_attributors: int = 5,
        sampling_support: float = 0.1,
        ignore_near_expected_above: float | Sequence[float] | None = None,
        ignore_near_expected_below: float | Sequence[float] | None = None,
        ignore_near_expected_above_by_ratio: float | Sequence[float] | None = None,
        ignore_near_expected_below_by_ratio: float | Sequence[float] | None = None,
        minimum_relative_change: float = 1e-4,
        minimum_absolute_change: float = 1e-9,
    ) -> None:
        self._forest = _core.ThresholdedForest(thresholded_config(locals()))

    @classmethod
    def preset(cls: type[_Self], name: str, input_dimensions: int, **options: Any) -> _Self:
        """A forest with published settings, except for the ``options`` given.

        Parameters
        ----------
        name : {"default", "aws", "opensearch"}
            "aws": the AWS random cut forest library 4.3 (no transform). "opensearch": OpenSearch
            anomaly detection (shingle of 8, normalised, ``auto_adjust`` and ``alert_once``).
        input_dimensions : int
            Values in one row.
        **options
            As for the class.

        Examples
        --------
        >>> ThresholdedForest.preset("opensearch", 2, seed=7).options["mode"]
        'streaming_impute'
        """
        for option in options:
            choice("option", option, thresholded_options())
        config = thresholded_config(options | {"input_dimensions": input_dimensions}, name)
        return cls._around(_core.ThresholdedForest(config))

    @classmethod
    def _around(cls: type[_Self], forest: _core.ThresholdedForest) -> _Self:
        made = cls.__new__(cls)
        made._forest = forest
        return made

    def process(self, X: Any, timestamps: Any = None) -> ThresholdedResult:
        """Score, grade and learn each row, in order.

        Parameters
        ----------
        X : array-like or table of shape (n, input_dimensions), or (n,) when input_dimensions is 1
            ``NaN`` is missing and filled in by ``imputation``.
        timestamps : array-like of shape (n,), optional
            Int64 milliseconds since 1970-01-01 UTC, ``datetime64``, or datetimes of pandas, Polars
            or Python; by default every row comes one usual gap after the one before.

        Returns
        -------
        ThresholdedResult
            One entry per row. The same for any split of the rows into calls.

        Raises
        ------
        InvalidArgumentError
            If a shape does not fit.
        DataError
            If a value is text, infinite, or of magnitude above 1e30, or a time is missing, or late
            while ``late_rows`` is "refuse". Nothing is learnt then.
        """
        rows = matrix(X, self.input_dimensions)
        times = None if timestamps is None else epoch_milliseconds(timestamps, len(rows))
        return ThresholdedResult(
            row=np.arange(len(rows), dtype=np.int64),
            fields=field_names(X, self.input_dimensions),
            **self._forest.process(rows, times),
        )

    def extrapolate(
        self, horizon: int, *, corrected: bool = True, centrality: float = 1.0
    ) -> Forecast:
        """Forecast the next ``horizon`` rows. Needs ``shingle_size`` > 1.

        Parameters
        ----------
        horizon : int
            Rows to come.
        corrected : bool
            As if the last anomaly had not happened.
        centrality : float
            1 takes each tree's best leaf, 0 a random one.

        Returns
        -------
        Forecast
            Zeros before the forest is ready.
        """
        steps = integer("horizon", horizon, 1, _MAXIMUM_HORIZON)
        centre = number("centrality", centrality, 0.0, 1.0)
        return Forecast(*self._forest.extrapolate(steps, bool(corrected), centre))

    def to_bytes(self) -> bytes:
        """A snapshot: versioned, checksummed, the same for the same options and rows."""
        return self._forest.to_bytes()

    @classmethod
    def from_bytes(cls: type[_Self], snapshot: bytes | bytearray | memoryview) -> _Self:
        """The forest of a snapshot; it goes on exactly as the one that was saved would have.

        Raises
        ------
        SnapshotError
            If the bytes are not a snapshot of such a forest, damaged, or from a newer release.
        """
        return cls._around(_core.ThresholdedForest.from_bytes(check_snapshot(snapshot, cls._kind)))

    def __copy__(self: _Self) -> _Self:
        return self._around(self._forest.clone())

    def __deepcopy__(self: _Self, memo: dict[int, Any]) -> _Self:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)

    def __repr__(self) -> str:
        config = self._forest.config
        return (
            f"{type(self).__name__}({self.input_dimensions}, shingle_size={self.shingle_size}, "
            f"transform={config.transform!r}, mode={config.mode!r}) after {self.total_updates} rows"
        )
