"""Forecasts after every row, with intervals calibrated by how earlier forecasts did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from adcore import _core
from adcore.arrow import FloatArray
from adcore.base_forest import check_snapshot
from adcore.config import choice, integer, number, vector
from adcore.frames import field_names
from adcore.matrix import matrix
from adcore.options import thresholded_config, thresholded_options
from adcore.results import Forecast
from adcore.thresholded_result import ThresholdedResult
from adcore.times import epoch_milliseconds

__all__ = ["Forecaster"]

_MAXIMUM_HORIZON = 1024
_Self = TypeVar("_Self", bound="Forecaster")


class Forecaster:
    """A :class:`ThresholdedForest` that forecasts after every row and learns from its errors.

    Parameters
    ----------
    input_dimensions : int
        Values in one row.
    horizon : int
        Rows to come that are forecast, 1 to 1024.
    calibration : {"simple", "minimal", "none"}
        "minimal" widens the interval to the errors seen, "simple" moves its centre too.
    percentile : float
        The fraction of values that may lie outside the interval, between 0 and 0.5.
    error_horizon : int, optional
        Rows over which errors are remembered, at most 1024; by default
        ``max(sample_size, 2 * horizon)``.
    lower_limit, upper_limit : float or sequence of float, optional
        Bounds, one per value, that no forecast leaves.
    **options
        As for :class:`ThresholdedForest`; mode "standard" and ``shingle_size`` > 1.

    Examples
    --------
    >>> import numpy as np
    >>> from adcore.forecaster import Forecaster
    >>> forecaster = Forecaster(1, horizon=3, lower_limit=0)
    >>> found = forecaster.process(100 + 10 * np.sin(np.arange(500) / 5))
    >>> forecaster.forecast().value.shape
    (3, 1)
    """

    __slots__ = ("_forecaster",)
    _kind = "Forecaster"

    def __init__(
        self,
        input_dimensions: int,
        *,
        horizon: int = 1,
        calibration: str = "simple",
        percentile: float = 0.1,
        error_horizon: int | None = None,
        lower_limit: float | Sequence[float] | None = None,
        upper_limit: float | Sequence[float] | None = None,
        **options: Any,
    ) -> None:
        for option in options:
            choice("option", option, thresholded_options())
        config = _core.ForecasterConfig()
        config.detector = thresholded_config(options | {"input_dimensions": input_dimensions})
        width = config.detector.forest.input_dimensions
        config.horizon = integer("horizon", horizon, 1, _MAXIMUM_HORIZON)
        config.calibration = choice("calibration", calibration, ("none", "minimal", "simple"))
        config.percentile = number("percentile", percentile, 0.0, 0.5)
        if error_horizon is not None:
            config.error_horizon = integer("error_horizon", error_horizon, 1, _MAXIMUM_HORIZON)
        config.lower_limit = _limits("lower_limit", lower_limit, width)
        config.upper_limit = _limits("upper_limit", upper_limit, width)
        self._forecaster = _core.Forecaster(config)

    @classmethod
    def _around(cls: type[_Self], forecaster: _core.Forecaster) -> _Self:
        made = cls.__new__(cls)
        made._forecaster = forecaster
        return made

    def process(self, X: Any, timestamps: Any = None) -> ThresholdedResult:
        """Detect as :meth:`ThresholdedForest.process` does, learn, and forecast anew."""
        rows = matrix(X, self.input_dimensions)
        times = None if timestamps is None else epoch_milliseconds(timestamps, len(rows))
        return ThresholdedResult(
            row=np.arange(len(rows), dtype=np.int64),
            fields=field_names(X, self.input_dimensions),
            **self._forecaster.process(rows, times),
        )

    def forecast(self) -> Forecast:
        """The calibrated forecast made after the newest row; zeros before :attr:`is_ready`."""
        return Forecast(*self._forecaster.forecast())

    @property
    def mean_error(self) -> FloatArray:
        """Mean of actual minus forecast, float64 of shape (horizon, input_dimensions)."""
        return self._forecaster.mean_error()

    @property
    def error_deviation(self) -> FloatArray:
        """Standard deviation of the errors, float64 of shape (horizon, input_dimensions)."""
        return self._forecaster.deviation()

    @property
    def hit_rate(self) -> FloatArray:
        """Fraction of values inside the interval, float64 of shape (horizon, input_dimensions)."""
        return self._forecaster.hit_rate()

    @property
    def input_dimensions(self) -> int:
        """Values in one row."""
        return self._forecaster.config.detector.forest.input_dimensions

    @property
    def horizon(self) -> int:
        """Rows to come that are forecast."""
        return self._forecaster.config.horizon

    @property
    def is_ready(self) -> bool:
        """Whether forecasts are given."""
        return self._forecaster.is_ready

    def memory_bytes(self) -> int:
        """Bytes that the forecaster holds now."""
        return self._forecaster.memory_bytes()

    def to_bytes(self) -> bytes:
        """A snapshot: versioned, checksummed, the same for the same options and rows."""
        return self._forecaster.to_bytes()

    @classmethod
    def from_bytes(cls: type[_Self], snapshot: bytes | bytearray | memoryview) -> _Self:
        """The forecaster of a snapshot; it goes on exactly as the one that was saved would have.

        Raises
        ------
        SnapshotError
            If the bytes are no snapshot of a forecaster, damaged, or from a newer release.
        """
        return cls._around(_core.Forecaster.from_bytes(check_snapshot(snapshot, cls._kind)))

    def __copy__(self: _Self) -> _Self:
        return self._around(self._forecaster.clone())

    def __deepcopy__(self: _Self, memo: dict[int, Any]) -> _Self:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.input_dimensions}, horizon={self.horizon})"


def _limits(name: str, value: float | Sequence[float] | None, width: int) -> list[float]:
    return [] if value is None else vector(name, value, width)
