"""Series of many kinds with planted incidents, seeded: what detection is measured on.

A series is a level over time, seasonal or not, around which rows are drawn. Incidents change the
level, so that counts remain counts, and a bucket's many rows change together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Times = NDArray[np.int64]

HOUR = 3_600_000
DAY = 24 * HOUR
WEEK = 7 * DAY
MONDAY = 1_699_833_600_000  # 2023-11-13 00:00 UTC
LEARNED_WEEKS = 3
SCORED_WEEKS = 7
CLOCK_CHANGE = MONDAY + 5 * WEEK + 6 * DAY + HOUR


@dataclass(frozen=True)
class Shape:
    """How many buckets, by how much of a kind's `size` the level moves, and whether it stays."""

    buckets: int
    move: float
    stays: bool = False


SPIKE = Shape(1, 1.0)
DIP = Shape(1, -1.0)
BURST = Shape(3, 0.6)
SLUMP = Shape(6, -0.6)
RISE = Shape(24, 1.0, stays=True)
FALL = Shape(24, -1.0, stays=True)
BOTH_WAYS = (SPIKE, BURST, DIP, SLUMP)
UPWARDS = (SPIKE, BURST)


@dataclass(frozen=True)
class Kind:
    """`size` is about ten deviations of a bucket, more where tails are long."""

    title: str
    level: Callable[[Times], Column]
    draw: Callable[[np.random.Generator, Column], Column]
    size: float
    shapes: tuple[Shape, ...] = BOTH_WAYS
    function: str = "mean"
    span: int = HOUR
    rows: int | None = None
    """Poisson-many a bucket; exactly one without."""


@dataclass(frozen=True)
class Incident:
    first: int
    last: int


@dataclass(frozen=True)
class LabelledSeries:
    kind: Kind
    times: Times
    """Of the rows."""
    rows: Column
    values: Column
    """Of the buckets."""
    incidents: tuple[Incident, ...]

    @property
    def learned(self) -> int:
        """The first bucket that counts."""
        return LEARNED_WEEKS * WEEK // self.kind.span


def make_series(kind: Kind, seed: int) -> LabelledSeries:
    random = np.random.default_rng(seed)
    buckets = (LEARNED_WEEKS + SCORED_WEEKS) * WEEK // kind.span
    starts = MONDAY + np.arange(buckets, dtype=np.int64) * kind.span
    level = kind.level(starts + kind.span // 2)
    incidents = plant(kind, level, random)
    counts = np.ones(buckets, np.int64)
    if kind.rows is not None:
        counts = np.maximum(random.poisson(kind.rows, buckets), 1)
    at = np.repeat(np.arange(buckets), counts)
    rows = kind.draw(random, level[at])
    values = np.bincount(at, rows, buckets) / counts
    return LabelledSeries(kind, starts[at], rows, values, incidents)


def plant(kind: Kind, level: Column, random: np.random.Generator) -> tuple[Incident, ...]:
    """One incident a week, its shapes in turn; levels that have moved move back with the next."""
    week = WEEK // kind.span
    incidents = []
    for number in range(SCORED_WEEKS):
        shape = kind.shapes[number % len(kind.shapes)]
        first = int((LEARNED_WEEKS + number + random.uniform(0.1, 0.8)) * week)
        last = first + shape.buckets - 1
        level[first : None if shape.stays else last + 1] += shape.move * kind.size
        incidents.append(Incident(first, last))
    return tuple(incidents)


# -- levels


def flat(value: float) -> Callable[[Times], Column]:
    return lambda times: np.full(len(times), float(value))


def daily(middle: float, swing: float) -> Callable[[Times], Column]:
    def level(times: Times) -> Column:
        turn = 2 * np.pi * (times % DAY) / DAY
        return middle + swing * (np.sin(turn) + 0.5 * np.cos(2 * turn))

    return level


def office(times: Times) -> Column:
    """1 in working hours with a hump at noon, little at night, less at weekends."""
    hour = (times % DAY) / HOUR
    work = np.where((hour > 7) & (hour < 19), 1.0, 0.15)
    return (work + 0.3 * np.exp(-(((hour - 12) / 3) ** 2))) * np.where(is_weekend(times), 0.3, 1.0)


def office_of_changing_clock(times: Times) -> Column:
    return office(times + np.where(times >= CLOCK_CHANGE, HOUR, 0))


def is_weekend(times: Times) -> NDArray[np.bool_]:
    return (times - MONDAY) % WEEK >= 5 * DAY


def busy_weekend(times: Times) -> Column:
    return daily(100, 40)(times) + np.where(is_weekend(times), 20.0, 0.0)


def drifting(times: Times) -> Column:
    return daily(100, 20)(times) + 40 * (times - MONDAY) / (10 * WEEK)


# -- what is drawn around them


def normal(deviation: float) -> Callable[[np.random.Generator, Column], Column]:
    return lambda random, level: random.normal(level, deviation)


def poisson(random: np.random.Generator, level: Column) -> Column:
    return random.poisson(np.maximum(level, 0)).astype(np.float64)


def bursty(random: np.random.Generator, level: Column) -> Column:
    """Negative binomial: the rate itself is gamma with shape 2."""
    return random.poisson(np.maximum(level, 0) * random.gamma(2, 0.5, len(level))).astype(float)


def student(random: np.random.Generator, level: Column) -> Column:
    return level + random.standard_t(3, len(level))


def log_normal(random: np.random.Generator, level: Column) -> Column:
    return level * np.exp(random.normal(0, 0.3, len(level)))


def nearly_constant(random: np.random.Generator, level: Column) -> Column:
    """One value in fifty is a little off."""
    return level + np.where(random.random(len(level)) < 0.02, random.choice([-1, 1], len(level)), 0)


def scaled_office(
    middle: float, swing: float, clock: Callable[[Times], Column] = office
) -> Callable[[Times], Column]:
    return lambda times: middle + swing * clock(times)


KINDS = (
    Kind("noise", flat(100), normal(5), 50),
    Kind("daily", daily(100, 30), normal(3), 30),
    Kind("daily, 5 minutes", daily(100, 30), normal(3), 30, span=HOUR // 12),
    Kind("office week", scaled_office(100, 50), normal(3), 30),
    Kind("busy weekend, 20 rows a bucket", busy_weekend, normal(10), 22, rows=20),
    Kind("drift", drifting, normal(3), 30),
    Kind("level shifts", daily(100, 30), normal(3), 30, shapes=(RISE, FALL)),
    Kind("daylight saving", scaled_office(100, 50, office_of_changing_clock), normal(3), 30),
    Kind("heavy tails", flat(50), student, 40),
    Kind("log-normal", flat(100), log_normal, 400, shapes=UPWARDS),
    Kind("nearly constant", flat(500), nearly_constant, 20),
    Kind("Poisson, daily", daily(60, 20), poisson, 80, shapes=UPWARDS, function="count"),
    Kind("Poisson, sparse", flat(0.5), poisson, 12, shapes=UPWARDS, function="count"),
    Kind("bursty counts", flat(20), bursty, 250, shapes=UPWARDS, function="count"),
)
