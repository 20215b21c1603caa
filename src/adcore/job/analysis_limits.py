"""How much memory a job's models may take, and sizes as the API writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from adcore.job.errors import JobError, bad_request, illegal_argument
from adcore.job.fields import Field, Reader, object_of, whole

__all__ = [
    "LIMIT_FIELDS", "AnalysisLimits", "check_memory", "parse_size", "read_analysis_limits",
    "size_text",
]  # fmt: skip

_UNITS = {"b": 0, "kb": 1, "mb": 2, "gb": 3, "tb": 4, "pb": 5}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgtp]?b|[kmgtp])\s*", re.IGNORECASE)
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class AnalysisLimits:
    """Limits of a job.

    Attributes
    ----------
    model_memory_mb : int
        In MiB; beyond it no new series are modelled.
    categorization_examples_limit : int
    """

    model_memory_mb: int = 1024
    categorization_examples_limit: int = 4

    @property
    def model_memory_bytes(self) -> int:
        """The memory limit in bytes."""
        return self.model_memory_mb * _MIB

    def to_api(self) -> dict[str, Any]:
        """As the API writes it."""
        return {
            "model_memory_limit": f"{self.model_memory_mb}mb",
            "categorization_examples_limit": self.categorization_examples_limit,
        }


def parse_size(name: str, value: str) -> int:
    """Bytes of a text such as ``1gb`` or ``512k``.

    Raises
    ------
    JobError
        If it is no size.

    Examples
    --------
    >>> parse_size("model_memory_limit", "1.5gb")
    1610612736
    """
    match = _SIZE.fullmatch(value)
    if match is None:
        if value.strip() in ("0", "-1"):
            return 0
        raise JobError(
            f"failed to parse setting [{name}] with value [{value}] as a size in bytes: unit is "
            "missing or unrecognized",
            type="parse_exception",
        )
    unit = match[2].lower()
    return int(float(match[1]) * 1024 ** _UNITS[unit if unit.endswith("b") else f"{unit}b"])


def size_text(size: int) -> str:
    """A size in the largest unit that it reaches, with at most one decimal, cut.

    >>> size_text(10 << 30), size_text(1536 << 20), size_text(100)
    ('10gb', '1.5gb', '100b')
    """
    unit, power = max(
        ((unit, power) for unit, power in _UNITS.items() if size >= 1024**power or not power),
        key=lambda pair: pair[1],
    )
    tenths = size * 10 // 1024**power
    return f"{tenths // 10}{unit}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}{unit}"


def check_memory(limits: AnalysisLimits, most: int | None) -> None:
    """Check the memory against what all jobs are allowed, in bytes; None: no such limit.

    Raises
    ------
    JobError
        If it is more.
    """
    if most is not None and limits.model_memory_bytes > most:
        raise bad_request(
            f"model_memory_limit [{size_text(limits.model_memory_bytes)}] must be less than the "
            "value of the xpack.ml.max_model_memory_limit setting "
            f"[{size_text(most)}]"
        )


def _memory(field: Field, value: Any) -> int:
    if isinstance(value, str) and not value.strip().lstrip("-").isdecimal():
        megabytes = parse_size(field.name, value) // _MIB
    else:
        megabytes = whole(field, value)
    if megabytes < 1:
        raise bad_request(f"model_memory_limit must be at least 1 MiB. Value = {megabytes}")
    return megabytes


def _examples(field: Field, value: Any) -> int:
    limit = whole(field, value)
    if limit < 0:
        raise illegal_argument(f"{field.name} cannot be less than 0. Value = {limit}")
    return limit


LIMIT_FIELDS: dict[str, Reader] = {
    "model_memory_limit": _memory,
    "categorization_examples_limit": _examples,
}


def _make(model_memory_limit: int = 1024, categorization_examples_limit: int = 4) -> AnalysisLimits:
    return AnalysisLimits(model_memory_limit, categorization_examples_limit)


read_analysis_limits = object_of("analysis_limits", LIMIT_FIELDS, _make)
