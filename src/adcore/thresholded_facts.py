"""What can be known about a thresholded forest at any time, and what may be set while it runs."""

from __future__ import annotations

from typing import Any

from adcore import _core
from adcore.config import number
from adcore.options import thresholded_options

__all__ = ["ThresholdedFacts"]


class ThresholdedFacts:
    """The properties of a thresholded forest."""

    __slots__ = ("_forest",)
    _forest: _core.ThresholdedForest

    @property
    def input_dimensions(self) -> int:
        """Values in one row."""
        return self._forest.config.forest.input_dimensions

    @property
    def shingle_size(self) -> int:
        """Consecutive rows that make one point."""
        return self._forest.config.forest.shingle_size

    @property
    def total_updates(self) -> int:
        """Rows learnt so far."""
        return self._forest.total_updates

    @property
    def is_ready(self) -> bool:
        """Whether scores are given."""
        return self._forest.is_ready

    @property
    def time_decay(self) -> float:
        """Rate at which old points lose weight, per row, >= 0. May be set while running."""
        return self._forest.config.forest.resolved_time_decay

    @time_decay.setter
    def time_decay(self, value: float) -> None:
        self._forest.set_time_decay(number("time_decay", value, 0.0, 1.0))

    @property
    def z_factor(self) -> float:
        """Deviations above the mean score that make an anomaly. May be set while running."""
        return self._forest.config.z_factor

    @z_factor.setter
    def z_factor(self, value: float) -> None:
        self._forest.set_z_factor(number("z_factor", value, 0.0))

    @property
    def lower_threshold(self) -> float | None:
        """No score below this is an anomaly; None: as ``auto_adjust`` has it. May be set."""
        return self._forest.config.lower_threshold

    @lower_threshold.setter
    def lower_threshold(self, value: float) -> None:
        self._forest.set_lower_threshold(number("lower_threshold", value, 0.0))

    @property
    def options(self) -> dict[str, Any]:
        """What the forest was made with, and what was set since."""
        config = self._forest.config
        return {
            name: getattr(config if hasattr(config, name) else config.forest, name)
            for name in thresholded_options()
        }

    def memory_bytes(self) -> int:
        """Bytes that the forest holds now."""
        return self._forest.memory_bytes()
