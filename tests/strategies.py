"""Streams for the tests: random ones for Hypothesis, and seeded ones with a known anomaly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

FloatArray = npt.NDArray[np.float64]

# Quarters and small ranges make duplicates and constant columns likely: the hard cases of a tree.
VALUES = st.integers(-20, 20).map(lambda quarter: quarter / 4)


@dataclass(frozen=True)
class Stream:
    """Rows, the options of a small forest for them, and where to split them into calls."""

    rows: FloatArray
    shingle_size: int
    sample_size: int
    internal_rotation: bool
    splits: tuple[int, ...]
    seed: int

    @property
    def options(self) -> dict[str, int | bool]:
        return {
            "input_dimensions": self.rows.shape[1],
            "shingle_size": self.shingle_size,
            "sample_size": self.sample_size,
            "internal_rotation": self.internal_rotation,
            "number_of_trees": 5,
            "seed": self.seed,
        }

    @property
    def parts(self) -> list[FloatArray]:
        return np.split(self.rows, self.splits)


@st.composite
def streams(draw: st.DrawFn, *, missing: bool = False) -> Stream:
    rows = draw(st.integers(1, 120))
    width = draw(st.integers(1, 3))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from(["smooth", "coarse", "constant"]))
    values = generator.normal(size=(rows, width))
    if kind == "coarse":
        values = np.round(values)
    if kind == "constant":
        values = np.full((rows, width), draw(VALUES))
    if missing:
        values[generator.random((rows, width)) < draw(st.sampled_from([0.05, 0.5]))] = np.nan
    return Stream(
        rows=values,
        shingle_size=draw(st.integers(1, 4)),
        sample_size=draw(st.sampled_from([1, 2, 16, 40])),
        internal_rotation=draw(st.booleans()),
        splits=tuple(sorted(draw(st.lists(st.integers(0, rows), max_size=4)))),
        seed=draw(st.integers(0, 2**64 - 1)),
    )


def wave(rows: int = 600, width: int = 1, *, spike_at: int | None = None) -> FloatArray:
    """A noisy wave per column; the first column leaves it at ``spike_at``."""
    generator = np.random.default_rng(7)
    phase = np.arange(rows)[:, None] / 5 + np.arange(width)
    values = np.sin(phase) + 0.05 * generator.normal(size=(rows, width))
    if spike_at is not None:
        values[spike_at, 0] += 4.0
    return values
