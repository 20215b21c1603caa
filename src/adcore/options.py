"""The options of forests: each checked by kind and range, then handed to the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from adcore import _core
from adcore.config import choice, integer, not_allowed, number, vector

__all__ = [
    "MAXIMUM_THREADS",
    "check_flag",
    "forest_config",
    "thresholded_config",
    "thresholded_options",
]

MAXIMUM_THREADS = 1024
_MAXIMUM_DIMENSIONS = 65_535
_MAXIMUM_SAMPLE_SIZE = 32_768
_MAXIMUM_TREES = 10_000
_MANY = 2**40

# Checks are called with the option's name, its value and the number of columns.
_Check: TypeAlias = Callable[[str, Any, int], Any]


def _integer(minimum: int, maximum: int) -> _Check:
    return lambda name, value, _: integer(name, value, minimum, maximum)


def _number(minimum: float, maximum: float) -> _Check:
    return lambda name, value, _: number(name, value, minimum, maximum)


def check_flag(name: str, value: Any, _: int = 0) -> bool:
    """``value`` if it is a truth value."""
    if value is True or value is False:
        return value
    raise not_allowed(name, value, "it must be True or False")


def _choice(*allowed: str) -> _Check:
    return lambda name, value, _: choice(name, value, allowed)


def _optional(check: _Check) -> _Check:
    return lambda name, value, width: None if value is None else check(name, value, width)


def _vector(minimum: float) -> _Check:
    def check(name: str, value: Any, width: int) -> list[float]:
        return [] if value is None else vector(name, value, width, minimum)

    return check


_ANY = 1e300
_FRACTION = _number(0.0, 1.0)
_AMOUNT = _number(0.0, _ANY)

_FOREST: dict[str, _Check] = {
    "input_dimensions": _integer(1, _MAXIMUM_DIMENSIONS),
    "shingle_size": _integer(1, _MAXIMUM_DIMENSIONS),
    "number_of_trees": _integer(1, _MAXIMUM_TREES),
    "sample_size": _integer(1, _MAXIMUM_SAMPLE_SIZE),
    "time_decay": _optional(_FRACTION),
    "output_after": _optional(_integer(1, _MANY)),
    "initial_accept_fraction": _FRACTION,
    "bounding_box_cache_fraction": _FRACTION,
    "internal_shingling": check_flag,
    "internal_rotation": check_flag,
    "seed": _integer(0, 2**64 - 1),
}

_THRESHOLDED: dict[str, _Check] = {
    "compact": check_flag,
    "transform": _choice(
        "none",
        "weighted",
        "difference",
        "normalize",
        "normalize_difference",
        "subtract_moving_average",
    ),
    "mode": _choice("standard", "time_augmented", "streaming_impute"),
    "imputation": _choice("previous", "zero", "fixed_values", "linear", "next", "forest"),
    "late_rows": _choice("learn", "skip", "refuse"),
    "fill_values": _vector(-_ANY),
    "use_imputed_fraction": _FRACTION,
    "transform_decay": _optional(_FRACTION),
    "start_normalization": _integer(1, 10_000),
    "stop_normalization": _optional(_integer(0, _MANY)),
    "clip": _AMOUNT,
    "weights": _vector(0.0),
    "time_weight": _AMOUNT,
    "normalize_time": check_flag,
    "z_factor": _AMOUNT,
    "lower_threshold": _optional(_AMOUNT),
    "initial_threshold": _AMOUNT,
    "score_differencing": _FRACTION,
    "anomaly_rate": _FRACTION,
    "auto_adjust": check_flag,
    "alert_once": check_flag,
    "noise_factor": _AMOUNT,
    "maximum_attributors": _integer(0, _MAXIMUM_DIMENSIONS),
    "sampling_support": _number(0.0, 0.2),
    "ignore_near_expected_above": _vector(0.0),
    "ignore_near_expected_below": _vector(0.0),
    "ignore_near_expected_above_by_ratio": _vector(0.0),
    "ignore_near_expected_below_by_ratio": _vector(0.0),
    "minimum_relative_change": _AMOUNT,
    "minimum_absolute_change": _AMOUNT,
}


def _set_all(
    config: Any, options: Mapping[str, Any], checks: Mapping[str, _Check], width: int
) -> None:
    for name, check in checks.items():
        if name in options:
            setattr(config, name, check(name, options[name], width))


def forest_config(options: Mapping[str, Any]) -> _core.ForestConfig:
    """The engine's configuration of a forest; names that are no options of it are left alone.

    Raises
    ------
    InvalidArgumentError
        If an option is of the wrong kind or out of range; the message names it.
    """
    config = _core.ForestConfig()
    _set_all(config, options, _FOREST, 0)
    config.validate()
    return config


def thresholded_config(
    options: Mapping[str, Any], preset: str = "default"
) -> _core.ThresholdedForestConfig:
    """The engine's configuration of a thresholded forest: a preset, and options that differ.

    Raises
    ------
    InvalidArgumentError
        If an option is of the wrong kind or out of range; the message names it.
    """
    width = integer("input_dimensions", options["input_dimensions"], 1, _MAXIMUM_DIMENSIONS)
    options = {
        name: value for name, value in options.items() if name != "transform" or value is not None
    }
    config = _core.ThresholdedForestConfig.preset(preset, width)
    if config.transform == "none" and preset == "default" and options.get("weights") is not None:
        config.transform = "weighted"
    _set_all(config.forest, options, _FOREST, width)
    _set_all(config, options, _THRESHOLDED, width)
    config.validate()
    return config


def thresholded_options() -> tuple[str, ...]:
    """The names of all options of a thresholded forest."""
    return (*_FOREST, *_THRESHOLDED)
