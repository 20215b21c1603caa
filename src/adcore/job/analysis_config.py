"""What a job analyses: its buckets, detectors and influencers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adcore.job.detector_config import MLCATEGORY, JobDetector, read_detectors
from adcore.job.errors import bad_request, illegal_argument
from adcore.job.fields import Field, Reader, flag, object_of, raw_object, texts
from adcore.job.fields import text as read_text
from adcore.job.time_span import TimeSpan

__all__ = ["ANALYSIS_FIELDS", "AnalysisConfig", "Categorization", "check_prune_window"]

_DAY = 86_400
DEFAULT_SPAN = TimeSpan(300, "5m")
DEFAULT_PRUNE_WINDOW = TimeSpan(30 * _DAY, "30d")
_PRUNE_DAYS, _PRUNE_SPANS, _LEAST_PRUNE_SPANS = 30, 20, 2


@dataclass(frozen=True, slots=True)
class Categorization:
    """Whether messages are put into categories for each partition apart."""

    enabled: bool = False
    stop_on_warn: bool = False

    def to_api(self) -> dict[str, Any]:
        """As the API writes it."""
        written = {"enabled": self.enabled}
        return written | {"stop_on_warn": self.stop_on_warn} if self.enabled else written


@dataclass(frozen=True, slots=True)
class AnalysisConfig:
    """What is measured, per bucket.

    Attributes
    ----------
    detectors : tuple of JobDetector
    bucket_span : TimeSpan
    influencers : tuple of str
    latency : TimeSpan, optional
        How long a bucket is kept open for rows that come late.
    summary_count_field_name : str, optional
        Rows stand for as many events as this field says.
    multivariate_by_fields : bool, optional
    model_prune_window : TimeSpan
        Series that are idle for so long are forgotten.
    categorization_field_name, categorization_filters, categorization_analyzer, \
per_partition_categorization
        How messages become values of the field ``mlcategory``.
    """

    detectors: tuple[JobDetector, ...]
    bucket_span: TimeSpan = DEFAULT_SPAN
    influencers: tuple[str, ...] = ()
    latency: TimeSpan | None = None
    summary_count_field_name: str | None = None
    multivariate_by_fields: bool | None = None
    model_prune_window: TimeSpan = DEFAULT_PRUNE_WINDOW
    categorization_field_name: str | None = None
    categorization_filters: tuple[str, ...] = ()
    categorization_analyzer: Any = None
    per_partition_categorization: Categorization | None = None

    @classmethod
    def read(cls, field: Field, value: Any) -> AnalysisConfig:
        """What a body says, checked.

        Raises
        ------
        JobError
            At the first thing that is wrong, in the words of the API.
        """
        config: AnalysisConfig = _READ(field, value)
        config.check()
        return config

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields of rows but the time that have a part in it, each once, in order."""
        named = [name for detector in self.detectors for name in detector.fields]
        named += [self.summary_count_field_name or "", self.categorization_field_name or ""]
        named += self.influencers
        return tuple(name for name in dict.fromkeys(named) if name not in ("", MLCATEGORY))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed, but better avoided."""
        span = self.bucket_span
        if span.seconds <= _DAY and _DAY % span.seconds == 0:
            return ()
        text = (
            f"bucket_span {span} [{span.seconds}s] is not an integral divisor of the number of "
            f"seconds in 1d [{_DAY}s]. This is now deprecated."
        )
        return (text,)

    def check(self) -> None:
        """Check what its parts have to do with each other.

        Raises
        ------
        JobError
            At the first thing that is wrong.
        """
        if self.bucket_span.seconds <= 0:
            raise illegal_argument(
                f"bucket_span cannot be less or equal than 0. Value = {self.bucket_span}"
            )
        if self.latency is not None and self.latency.seconds < 0:
            raise illegal_argument(f"latency cannot be less than 0. Value = {self.latency}")
        check_prune_window(self.model_prune_window, self.bucket_span)
        if self.summary_count_field_name is not None:
            self._check_summary()
        self._check_categorization()
        self._check_overlap()

    def _check_summary(self) -> None:
        if any(detector.function == "metric" for detector in self.detectors):
            raise bad_request(
                "The 'metric' function cannot be used in jobs that will take pre-summarized input"
            )

    def _check_categorization(self) -> None:
        categorised = [d for d in self.detectors if MLCATEGORY in d.split_fields]
        if self.categorization_field_name is None:
            if categorised:
                raise bad_request(
                    "categorization_field_name must be set for mlcategory to be available"
                )
            for option in ("categorization_filters", "categorization_analyzer"):
                if getattr(self, option):
                    raise bad_request(f"{option} require setting categorization_field_name")
            return
        if not categorised:
            raise bad_request(
                "categorization_field_name is set but mlcategory is not used in any detector "
                "by/over/partition field"
            )
        if self.categorization_filters and self.categorization_analyzer is not None:
            raise bad_request("categorization_filters cannot be used with categorization_analyzer")
        if self.categorization_filters:
            from adcore.job.message_filters import check_patterns  # noqa: PLC0415 -- loads DuckDB

            check_patterns(self.categorization_filters)
        per_partition = self.per_partition_categorization
        if per_partition is not None and per_partition.enabled:
            _check_partitions(categorised)

    def _check_overlap(self) -> None:
        names = sorted(self.fields)
        for name in names:
            inner = next((other for other in names if other.startswith(f"{name}.")), None)
            if inner is not None:
                raise bad_request(
                    f"Fields [{name}] and [{inner}] cannot both be used in the same analysis_config"
                )

    def to_api(self, *, with_generated: bool = True) -> dict[str, Any]:
        """As the API writes it."""
        written: dict[str, Any] = {"bucket_span": str(self.bucket_span)}
        for name in _OPTIONAL:
            value = getattr(self, name)
            if value is not None and value != ():
                written[name] = _plain(value)
        written["detectors"] = [
            detector.to_api(i if with_generated else None)
            for i, detector in enumerate(self.detectors)
        ]
        written["influencers"] = list(self.influencers)
        if self.multivariate_by_fields is not None:
            written["multivariate_by_fields"] = self.multivariate_by_fields
        written["model_prune_window"] = str(self.model_prune_window)
        return written


_OPTIONAL = (
    "categorization_field_name", "categorization_filters", "categorization_analyzer",
    "per_partition_categorization", "latency", "summary_count_field_name",
)  # fmt: skip


def check_prune_window(window: TimeSpan, bucket_span: TimeSpan) -> None:
    """Check how long idle series are kept.

    Raises
    ------
    JobError
        If it is no multiple of the bucket span, or less than two.
    """
    if window.seconds < _LEAST_PRUNE_SPANS * bucket_span.seconds:
        raise illegal_argument(
            f"model_prune_window [{window}] must be at least {_LEAST_PRUNE_SPANS} times greater "
            f"than bucket_span [{bucket_span}]"
        )
    if window.seconds % bucket_span.seconds:
        raise illegal_argument(
            f"model_prune_window [{window}] must be a multiple of bucket_span [{bucket_span}]"
        )


def _check_partitions(detectors: list[JobDetector]) -> None:
    partitions = {detector.partition_field_name for detector in detectors}
    if None in partitions:
        raise bad_request(
            "partition_field_name must be set for detectors that reference mlcategory when "
            "per-partition categorization is enabled"
        )
    if len(partitions) > 1:
        first, second = sorted(str(name) for name in partitions)[:2]
        raise bad_request(
            "partition_field_name cannot vary between detectors when per-partition categorization "
            f"is enabled: [{first}] and [{second}] are used"
        )


def _default_prune_window(span: TimeSpan) -> TimeSpan:
    """The longer of 30 days and 20 buckets, in whole buckets."""
    wanted = max(_PRUNE_DAYS * _DAY, _PRUNE_SPANS * span.seconds)
    return TimeSpan.of_seconds(-(-wanted // span.seconds) * span.seconds)


def _make(period: Any = None, **given: Any) -> AnalysisConfig:
    del period  # legacy, of no meaning any more
    if "detectors" not in given:
        raise bad_request("No detectors configured")
    span = given.get("bucket_span", DEFAULT_SPAN)
    if "model_prune_window" not in given and span.seconds > 0:
        given["model_prune_window"] = _default_prune_window(span)
    return AnalysisConfig(**given)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, TimeSpan):
        return str(value)
    return value.to_api() if hasattr(value, "to_api") else value


def _analyzer(field: Field, value: Any) -> Any:
    return value if isinstance(value, str) else raw_object(field, value)


def _influencers(field: Field, value: Any) -> tuple[str, ...]:
    names = texts(field, value)
    if "" in names:
        raise field.unreadable("a field has no name")
    return names


_PER_PARTITION = object_of(
    "per_partition_categorization", {"enabled": flag, "stop_on_warn": flag}, Categorization
)
ANALYSIS_FIELDS: dict[str, Reader] = {
    "bucket_span": TimeSpan.read,
    "categorization_field_name": read_text,
    "categorization_filters": texts,
    "categorization_analyzer": _analyzer,
    "per_partition_categorization": _PER_PARTITION,
    "latency": TimeSpan.read,
    "summary_count_field_name": read_text,
    "detectors": read_detectors,
    "influencers": _influencers,
    "multivariate_by_fields": flag,
    "model_prune_window": TimeSpan.read,
    "period": lambda _, value: value,
}
_READ = object_of("analysis_config", ANALYSIS_FIELDS, _make)
