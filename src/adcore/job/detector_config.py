"""The configuration of one detector of a job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from adcore.job.errors import JobError, bad_request
from adcore.job.fields import Field, array_of, flag, object_of, one_of, text, whole
from adcore.job.functions import FUNCTIONS, Function, find_function
from adcore.job.rules import DetectionRule, check_rule

__all__ = ["MLCATEGORY", "JobDetector", "read_detectors"]

MLCATEGORY = "mlcategory"
_OWNER = "detector"
_PLAIN = re.compile(r"\w+", re.ASCII)
_RESERVED = ("count", "by", "over")
_FORBIDDEN = re.compile(r'["\\\x00-\x1f\x7f]')


@dataclass(frozen=True, slots=True)
class JobDetector:
    """What a job measures, and by which fields it tells series apart.

    Attributes
    ----------
    function : str
        One of :data:`adcore.job.functions.FUNCTIONS`.
    field_name : str, optional
        What is measured.
    by_field_name : str, optional
        A series per value, each compared with its own past.
    over_field_name : str, optional
        Each value is compared with all the others.
    partition_field_name : str, optional
        A series per value, with a scale of scores of its own.
    detector_description : str
        Made from the others where none is given.
    use_null : bool
        Whether rows without a by or over value count, as a value of their own.
    exclude_frequent : {"none", "all", "by", "over"}
        Values that nearly everybody has are left out of results.
    custom_rules : tuple of DetectionRule

    Examples
    --------
    >>> JobDetector("mean", "responsetime", by_field_name="airline").detector_description
    'mean(responsetime) by airline'
    """

    function: str = "metric"
    field_name: str | None = None
    by_field_name: str | None = None
    over_field_name: str | None = None
    partition_field_name: str | None = None
    detector_description: str = ""
    use_null: bool = False
    exclude_frequent: str = "none"
    custom_rules: tuple[DetectionRule, ...] = ()

    def __post_init__(self) -> None:
        if not self.detector_description:
            object.__setattr__(self, "detector_description", self.default_description)

    @classmethod
    def read(cls, field: Field, value: Any) -> JobDetector:
        """A detector of a body, checked.

        Raises
        ------
        JobError
            At the first thing that is wrong, in the words of the API.
        """
        detector: JobDetector = _READ(field, value)
        detector.check()
        return detector

    @property
    def kind(self) -> Function:
        """What is known of its function."""
        return FUNCTIONS[self.function]

    @property
    def split_fields(self) -> tuple[str, ...]:
        """The by, over and partition fields that it has."""
        named = (self.by_field_name, self.over_field_name, self.partition_field_name)
        return tuple(name for name in named if name)

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields that it analyses."""
        return ((self.field_name,) if self.field_name else ()) + self.split_fields

    @property
    def default_description(self) -> str:
        """What it is called where nobody gave it a name."""
        parts = [self.function]
        if self.field_name:
            parts[0] += f"({_quoted(self.field_name)})"
        if self.by_field_name:
            parts.append(f"by {_quoted(self.by_field_name)}")
        if self.over_field_name:
            parts.append(f"over {_quoted(self.over_field_name)}")
        if self.use_null:
            parts.append("usenull=true")
        if self.partition_field_name:
            parts.append(f"partitionfield={_quoted(self.partition_field_name)}")
        if self.exclude_frequent != "none":
            parts.append(f"excludefrequent={self.exclude_frequent}")
        return " ".join(parts)

    def check(self) -> None:
        """Check what its parts have to do with each other.

        Raises
        ------
        JobError
            At the first thing that is wrong.
        """
        _check_needs(self)
        _check_names(self)
        for rule in self.custom_rules:
            check_rule(rule, self.kind, self.split_fields)

    def to_api(self, index: int | None = None) -> dict[str, Any]:
        """As the API writes it; without an index as it could have been sent."""
        written: dict[str, Any] = {}
        if index is not None or self.detector_description != self.default_description:
            written["detector_description"] = self.detector_description
        written["function"] = self.function
        for name in ("field_name", "by_field_name", "over_field_name", "partition_field_name"):
            if getattr(self, name):
                written[name] = getattr(self, name)
        if self.use_null:
            written["use_null"] = True
        if self.exclude_frequent != "none":
            written["exclude_frequent"] = self.exclude_frequent
        if self.custom_rules:
            written["custom_rules"] = [rule.to_api() for rule in self.custom_rules]
        if index is not None:
            written["detector_index"] = index
        return written


def read_detectors(field: Field, value: Any) -> tuple[JobDetector, ...]:
    """The detectors of a body; there has to be one, and none twice."""
    detectors = array_of(JobDetector.read)(field, value)
    if not detectors:
        raise bad_request("No detectors configured")
    written = [detector.to_api(0) for detector in detectors]
    if any(detector in written[:i] for i, detector in enumerate(written)):
        raise bad_request("Duplicate detectors are not allowed")
    return detectors


def _check_needs(detector: JobDetector) -> None:
    kind = detector.kind
    measured, by, over = detector.field_name, detector.by_field_name, detector.over_field_name
    if not (measured or by or over) and not kind.stands_alone:
        raise bad_request(
            "Unless a count or temporal function is used one of field_name, by_field_name or "
            "over_field_name must be set"
        )
    if measured and not kind.needs_field:
        raise bad_request(f"field_name cannot be used with function '{kind.name}'")
    for name, needed, given in (
        ("field_name", kind.needs_field, measured),
        ("by_field_name", kind.needs_by, by),
        ("over_field_name", kind.needs_over, over),
    ):
        if needed and not given:
            raise bad_request(f"{name} must be set when the '{kind.name}' function is used")
    if over and not kind.allows_over:
        raise bad_request(f"over_field_name cannot be used with function '{kind.name}'")


def _check_names(detector: JobDetector) -> None:
    named = {
        "over_field_name": detector.over_field_name,
        "partition_field_name": detector.partition_field_name,
        "by_field_name": detector.by_field_name,
    }
    for name in detector.fields:
        if _FORBIDDEN.search(name):
            raise _invalid_name(name)
    for option, value in named.items():
        if value in _RESERVED:
            raise bad_request(f"'{value}' is not a permitted value for {option}")
    given = {option: value for option, value in named.items() if value}
    for (option, one), (other, two) in combinations(given.items(), 2):
        if one == two:
            raise bad_request(f"{option} and {other} cannot be the same: '{one}'")


def _invalid_name(name: str) -> JobError:
    return bad_request(
        f"Invalid field name '{name}'. Field names including over, by and partition fields cannot "
        'contain any of these characters: ",\\'
    )


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def _function(field: Field, value: Any) -> str:
    name = text(field, value)
    found = find_function(name)
    if found is None:
        raise bad_request(f"Unknown function '{name}'")
    return found.name


def _make(detector_index: int | None = None, **given: Any) -> JobDetector:
    del detector_index  # it is the position, whatever is said
    return JobDetector(**given)


_READ = object_of(
    _OWNER,
    {
        "detector_description": text,
        "function": _function,
        "field_name": text,
        "by_field_name": text,
        "over_field_name": text,
        "partition_field_name": text,
        "use_null": flag,
        "exclude_frequent": one_of("all", "none", "by", "over"),
        "custom_rules": array_of(DetectionRule.read),
        "detector_index": whole,
    },
    _make,
)
