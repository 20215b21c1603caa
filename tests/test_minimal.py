"""The one file to run if only one can be: every kind of forest and every call, with exact values.

The values are worked out by hand from the definition (Guha et al. 2016, in the form of the AWS
library), on streams whose trees are the same however the cuts fall. The score is the expectation
over the cuts of 1 / (depth + 1) where a new point is cut off, 1 / (depth + log2(mass + 1)) where it
equals a sampled point of that mass, times log2(points + 1).
"""

from __future__ import annotations

from math import log2
from typing import Any

import numpy as np
import pytest

import adcore
from adcore import CompactForest, ForestBank, RandomCutForest, ThresholdedForest

KINDS = pytest.mark.parametrize("kind", [RandomCutForest, CompactForest])
CONSTANT = np.full((40, 2), 3.0)
OPTIONS: dict[str, Any] = {"number_of_trees": 8, "sample_size": 64, "initial_accept_fraction": 1.0}


@KINDS
def test_points_all_equal(kind: Any) -> None:
    """One leaf holds all 40: the same point scores 1 / log2(41), halved, times log2(41)."""
    forest = kind(2, output_after=1, **OPTIONS)
    forest.update(CONSTANT)
    assert forest.score([[3.0, 3.0]]) == pytest.approx(0.5, rel=1e-6)
    assert forest.score([[4.0, 3.0]]) == pytest.approx(log2(41), rel=1e-6)
    attribution = forest.attribution([[4.0, 2.0]])
    assert attribution.high[0] == pytest.approx([log2(41) / 2, 0], rel=1e-6)
    assert attribution.low[0] == pytest.approx([0, log2(41) / 2], rel=1e-6)


@KINDS
def test_two_values(kind: Any) -> None:
    """10 zeros and 10 ones. At 2 the first cut falls into [1, 2] with probability 1/2."""
    forest = kind(1, output_after=1, **OPTIONS)
    forest.update([0.0, 1.0] * 10)
    assert forest.score([2.0]) == pytest.approx((1 / 2 + 1 / 2 / 2) * log2(21), rel=1e-6)
    assert forest.score([-3.0]) == pytest.approx((3 / 4 + 1 / 4 / 2) * log2(21), rel=1e-6)
    seen = 1 / (1 + log2(11)) * (1 - 10 / (2 * 20)) * log2(21)
    assert forest.score([0.0]) == pytest.approx(seen, rel=1e-6)
    assert forest.attribution([2.0]).low == pytest.approx(0.0)


@KINDS
def test_scores_begin_when_the_forest_is_ready(kind: Any) -> None:
    scores = kind(2, output_after=10, **OPTIONS).process(CONSTANT)
    assert (scores[:10] == 0).all()
    assert scores[10:] == pytest.approx(0.5, rel=1e-6)


@KINDS
def test_every_call_answers(kind: Any) -> None:
    forest = kind(2, shingle_size=2, threads=2, **OPTIONS)
    assert forest.process(CONSTANT).shape == (40,)
    assert forest.displacement(CONSTANT).shape == (40,)
    assert forest.density(CONSTANT).value.shape == (40,)
    assert forest.near_neighbors([3.0, 3.0], 1.0).points.tolist() == [[3.0, 3.0, 3.0, 3.0]]
    assert forest.impute([3.0, np.nan]).value.tolist() == [3.0, 3.0]
    assert forest.extrapolate(2).value.tolist() == [[3.0, 3.0], [3.0, 3.0]]
    assert forest.shingle.tolist() == [3.0, 3.0, 3.0, 3.0]
    restored = kind.from_bytes(forest.to_bytes())
    np.testing.assert_array_equal(restored.score(CONSTANT), forest.score(CONSTANT))


def test_a_bank_is_its_forests() -> None:
    bank = ForestBank(2, 2, threads=2, output_after=10, **OPTIONS)
    scores = bank.process(np.repeat([0, 1], 40), np.concatenate([CONSTANT, CONSTANT + 1]))
    assert (scores.reshape(2, 40)[:, :10] == 0).all()
    assert scores.reshape(2, 40)[:, 10:] == pytest.approx(0.5, rel=1e-6)


def test_a_spike_is_an_anomaly_with_its_reason() -> None:
    rows = np.sin(np.arange(600) / 5)[:, None] * [1, 2]
    rows[500, 1] += 9
    result = ThresholdedForest(2).process(rows)
    assert result.grade.argmax() == 500
    assert result.past[500].tolist() == rows[500].tolist()
    assert result.attribution[500, 1] > result.attribution[500, 0]
    assert abs(result.expected[500, 1] - (rows[500, 1] - 9)) < 1


def test_the_package_names_its_version() -> None:
    assert adcore.__version__.count(".") >= 2
