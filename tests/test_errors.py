"""Every wrong argument is answered with its name, its value and what is allowed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adcore
from adcore import (
    AdcoreError,
    CompactForest,
    DataError,
    InvalidArgumentError,
    InvalidStateError,
    RandomCutForest,
    SnapshotError,
    ThresholdedForest,
)
from adcore.config import choice, parse_interval, vector

FORESTS = pytest.mark.parametrize("kind", [RandomCutForest, CompactForest, ThresholdedForest])


def message_of(call: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(InvalidArgumentError) as caught:
        call(*arguments, **options)
    return str(caught.value)


def test_the_tree_of_exceptions() -> None:
    assert issubclass(InvalidArgumentError, (AdcoreError, ValueError))
    assert issubclass(InvalidStateError, RuntimeError)
    assert issubclass(SnapshotError, ValueError)
    assert issubclass(DataError, ValueError)
    for error in (InvalidArgumentError, InvalidStateError, SnapshotError, DataError):
        assert issubclass(error, AdcoreError)
        assert getattr(adcore, error.__name__) is error


@FORESTS
@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("input_dimensions", 0, "it must be an integer from 1 to 65535"),
        ("input_dimensions", -3, "it must be an integer from 1 to 65535"),
        ("input_dimensions", 1.5, "it must be an integer from 1 to 65535"),
        ("input_dimensions", "3", "it must be an integer from 1 to 65535"),
        ("input_dimensions", True, "it must be an integer from 1 to 65535"),
        ("input_dimensions", 2**70, "it must be an integer from 1 to 65535"),
        ("shingle_size", 0, "it must be an integer from 1 to 65535"),
        ("number_of_trees", 0, "it must be an integer from 1 to 10000"),
        ("sample_size", 40_000, "it must be an integer from 1 to 32768"),
        ("time_decay", -0.5, "it must be a number from 0 to 1"),
        ("time_decay", "fast", "it must be a number from 0 to 1"),
        ("time_decay", float("nan"), "it must be a number from 0 to 1"),
        ("output_after", 0, "it must be an integer from 1 to 1099511627776"),
        ("initial_accept_fraction", 1.5, "it must be a number from 0 to 1"),
        ("bounding_box_cache_fraction", -1, "it must be a number from 0 to 1"),
        ("internal_rotation", "yes", "it must be True or False"),
        ("seed", -1, f"it must be an integer from 0 to {2**64 - 1}"),
    ],
)
def test_options_of_forests(kind: Any, option: str, value: Any, allowed: str) -> None:
    options = {"input_dimensions": 2} | {option: value}
    assert message_of(kind, **options) == f"{option} = {value!r} is not allowed: {allowed}"


@FORESTS
def test_options_that_do_not_fit_together(kind: Any) -> None:
    message = message_of(kind, 10_000, shingle_size=10)
    assert message.startswith(
        "dimensions (input_dimensions * shingle_size) = 100000 is not allowed"
    )


def test_an_accept_fraction_of_zero() -> None:
    message = message_of(RandomCutForest, 1, initial_accept_fraction=0.0)
    assert message == "initial_accept_fraction = 0 is not allowed: it must be in (0, 1]"


@pytest.mark.parametrize("threads", [0, -1, 1.0, None, 2000])
def test_threads(threads: Any) -> None:
    allowed = "it must be an integer from 1 to 1024"
    message = message_of(RandomCutForest, 1, threads=threads)
    assert message == f"threads = {threads!r} is not allowed: {allowed}"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "transform",
            "log",
            "transform = 'log' is not allowed: it must be one of 'none', 'weighted'",
        ),
        ("mode", 3, "mode = 3 is not allowed: it must be one of 'standard', 'time_augmented'"),
        ("imputation", "mean", "imputation = 'mean' is not allowed: it must be one of 'previous'"),
        ("late_rows", "drop", "late_rows = 'drop' is not allowed: it must be one of 'learn'"),
        ("weights", [1, 2, 3], "weights = [1, 2, 3] is not allowed: it must have 2 values"),
        ("weights", [1, -1], "weights[1] = -1 is not allowed: it must be a number from 0"),
        ("fill_values", ["a", 1], "fill_values[0] = 'a' is not allowed: it must be a number"),
        ("sampling_support", 0.5, "sampling_support = 0.5 is not allowed: it must be a number"),
        ("auto_adjust", 1, "auto_adjust = 1 is not allowed: it must be True or False"),
        ("start_normalization", 0, "start_normalization = 0 is not allowed"),
    ],
)
def test_options_of_thresholded_forests(option: str, value: Any, message: str) -> None:
    assert message_of(ThresholdedForest, 2, **{option: value}).startswith(message)


def test_presets() -> None:
    assert "'nothing'" in message_of(
        ThresholdedForest.preset, "nothing", 1
    ) or "nothing" in message_of(ThresholdedForest.preset, "nothing", 1)
    assert message_of(ThresholdedForest.preset, "aws", 1, trees=3).startswith("option = 'trees'")


def test_shapes_of_rows() -> None:
    forest = RandomCutForest(2, shingle_size=3)
    expected = "X has shape (1, 3), expected (n, 2)"
    assert message_of(forest.process, [[1, 2, 3]]) == expected
    assert message_of(forest.score, [[1, 2, 3]]) == expected + " or (n, 6)"
    assert message_of(forest.near_neighbors, [1, 2, 3], 1.0) == "x has 3 values, expected 2 or 6"
    assert message_of(forest.impute, 1.0) == "x has 1 values, expected 2 or 6"
    assert message_of(forest.impute, [[1, 2]]) == "x has shape (1, 2), expected (2,) or (6,)"


def test_arguments_of_questions() -> None:
    forest = RandomCutForest(2, shingle_size=3)
    assert message_of(forest.near_neighbors, [1, 2], -1).startswith("radius = -1 is not allowed")
    assert message_of(forest.impute, [1, 2], [2]).startswith("missing = 2 is not allowed")
    assert message_of(forest.impute, [1, 2], centrality=2).startswith(
        "centrality = 2 is not allowed"
    )
    assert message_of(forest.extrapolate, 0).startswith("horizon = 0 is not allowed")
    single = RandomCutForest(2)
    with pytest.raises(AdcoreError, match="shingle_size"):
        single.extrapolate(3)


def test_numbers_of_timestamps() -> None:
    forest = ThresholdedForest(1)
    message = message_of(forest.process, [1, 2, 3], [1, 2])
    assert message == "timestamps has shape (2,), expected (3,)"


def test_the_engine_checks_for_itself() -> None:
    """The wrappers check first; should one forget, C++ answers in the same words."""
    engine = RandomCutForest(2)._forest
    with pytest.raises(InvalidArgumentError, match="number of columns = 3 is not allowed: 2"):
        engine.process(np.zeros((1, 3)), 1)
    with pytest.raises(InvalidArgumentError, match="dimensions of rows = 1 is not allowed: 2"):
        engine.process(np.zeros(3), 1)


def test_choices_vectors_and_intervals() -> None:
    assert choice("mode", "a", ("a", "b")) == "a"
    assert vector("weights", np.array([1, 2]), 2) == [1.0, 2.0]
    assert vector("weights", 3, 2) == [3.0, 3.0]
    assert [parse_interval(text) for text in ("5m", "1.5h", " 250 ms ", "2d")] == [
        300_000,
        5_400_000,
        250,
        172_800_000,
    ]


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "0s", "0.5ms", "5 parsecs", None, 5])
def test_what_is_no_interval(text: Any) -> None:
    message = message_of(parse_interval, text)
    assert message.startswith(f"interval = {text!r} is not allowed: it must be a number and a unit")
