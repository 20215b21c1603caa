"""What can be known about a forest at any time, and what may be set while it runs."""

from __future__ import annotations

from adcore import _core
from adcore.arrow import FloatArray
from adcore.config import number
from adcore.threads import Threaded

__all__ = ["ForestFacts"]


class ForestFacts(Threaded):
    """The properties of a forest."""

    __slots__ = ("_forest",)
    _forest: _core.Forest

    @property
    def input_dimensions(self) -> int:
        """Values in one row."""
        return self._forest.config.input_dimensions

    @property
    def shingle_size(self) -> int:
        """Consecutive rows that make one point."""
        return self._forest.config.shingle_size

    @property
    def dimensions(self) -> int:
        """Values in one point: ``input_dimensions * shingle_size``."""
        return self._forest.config.dimensions

    @property
    def number_of_trees(self) -> int:
        """Trees in the forest."""
        return self._forest.config.number_of_trees

    @property
    def sample_size(self) -> int:
        """Points that each tree keeps."""
        return self._forest.config.sample_size

    @property
    def output_after(self) -> int:
        """Points before the first score other than 0."""
        return self._forest.config.resolved_output_after

    @property
    def seed(self) -> int:
        """What all randomness follows from."""
        return self._forest.config.seed

    @property
    def time_decay(self) -> float:
        """Rate at which old points lose weight, per row, >= 0. May be set while running."""
        return self._forest.config.resolved_time_decay

    @time_decay.setter
    def time_decay(self, value: float) -> None:
        self._forest.set_time_decay(number("time_decay", value, 0.0))

    @property
    def bounding_box_cache_fraction(self) -> float:
        """Fraction of the bounding boxes kept in memory, 0 to 1. May be set while running."""
        return self._forest.config.bounding_box_cache_fraction

    @bounding_box_cache_fraction.setter
    def bounding_box_cache_fraction(self, value: float) -> None:
        fraction = number("bounding_box_cache_fraction", value, 0.0, 1.0)
        self._forest.set_bounding_box_cache_fraction(fraction)

    @property
    def total_updates(self) -> int:
        """Rows learnt so far."""
        return self._forest.total_updates

    @property
    def is_ready(self) -> bool:
        """Whether scores are given."""
        return self._forest.is_ready

    @property
    def shingle(self) -> FloatArray:
        """The current point, float64 of shape (dimensions,); zeros where no row came yet."""
        return self._forest.shingle

    def memory_bytes(self) -> int:
        """Bytes that the forest holds now."""
        return self._forest.memory_bytes()
