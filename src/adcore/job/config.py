"""The configuration of a job: from the API's JSON or from keywords, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adcore.job.analysis_config import AnalysisConfig
from adcore.job.analysis_limits import AnalysisLimits, check_memory, read_analysis_limits
from adcore.job.config_keywords import body_of
from adcore.job.config_retention import RETENTION_FIELDS, check_retention
from adcore.job.custom_settings import check_custom_settings, is_set
from adcore.job.data_description import DataDescription, read_data_description
from adcore.job.errors import bad_request, illegal_argument
from adcore.job.fields import Field, Reader, flag, raw_object, read_fields, text, texts, whole
from adcore.job.model_plot_config import ModelPlotConfig, read_model_plot_config
from adcore.job.names import SHARED, check_groups, check_job_id, results_index
from adcore.job.time_span import TimeSpan

__all__ = ["JOB_TYPE", "JobConfig", "Limits"]

JOB_TYPE = "anomaly_detector"
_OWNER = "job_details"
_LEGACY = ("overlapping_buckets", "result_finalization_window", "multiple_bucket_spans")


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that whoever runs jobs may set.

    Attributes
    ----------
    max_model_memory : int, optional
        Bytes; jobs may not ask for more.
    """

    max_model_memory: int | None = None


@dataclass(frozen=True, slots=True)
class JobConfig:
    """What a job analyses, how, and what becomes of its results.

    Attributes
    ----------
    job_id : str
        Lower case letters, digits, ``-``, ``_`` and ``.``; at most 64 characters.
    analysis_config : AnalysisConfig
    data_description : DataDescription
    analysis_limits : AnalysisLimits
    groups : tuple of str
    description : str, optional
    custom_settings : dict, optional
        Kept as given. ``{"shape_feature": true}`` is ours, see :attr:`shape_feature`.
    model_plot_config : ModelPlotConfig, optional
    renormalization_window_days : int, optional
        How far back scores are brought up to date; by default 30 days or 100 buckets, 0 for never.
    background_persist_interval : TimeSpan, optional
    model_snapshot_retention_days, daily_model_snapshot_retention_after_days : int
    results_retention_days : int, optional
        Days, counted from the latest bucket; for ever by default.
    results_index_name : str
    allow_lazy_open : bool
    datafeed_config : dict, optional
        Of a datafeed that shall be made with it; not part of the job.
    job_version, create_time, finished_time, model_snapshot_id, model_snapshot_min_version
        What the service notes, and nobody else may set.

    Examples
    --------
    >>> config = JobConfig.from_keywords(detectors=["mean(responsetime) by airline"],
    ...                                  bucket_span="15m", time_field="timestamp")
    >>> config.to_api()["analysis_config"]["detectors"][0]["detector_description"]
    'mean(responsetime) by airline'
    """

    job_id: str
    analysis_config: AnalysisConfig
    data_description: DataDescription = field(default_factory=DataDescription)
    analysis_limits: AnalysisLimits = field(default_factory=AnalysisLimits)
    groups: tuple[str, ...] = ()
    description: str | None = None
    custom_settings: dict[str, Any] | None = None
    model_plot_config: ModelPlotConfig | None = None
    renormalization_window_days: int | None = None
    background_persist_interval: TimeSpan | None = None
    model_snapshot_retention_days: int = 10
    daily_model_snapshot_retention_after_days: int = 1
    results_retention_days: int | None = None
    results_index_name: str = SHARED
    allow_lazy_open: bool = False
    datafeed_config: dict[str, Any] | None = None
    job_version: str | None = None
    create_time: int | None = None
    finished_time: int | None = None
    model_snapshot_id: str | None = None
    model_snapshot_min_version: str | None = None

    @classmethod
    def from_api(
        cls,
        job_id: str,
        body: Mapping[str, Any],
        *,
        limits: Limits | None = None,
        is_legacy: bool = False,
    ) -> JobConfig:
        """A configuration as somebody sends it to make a job; ``null`` stands for absent.

        Parameters
        ----------
        job_id : str
            Of the URL.
        body : mapping
        limits : Limits, optional
        is_legacy : bool
            Whether fields that long mean nothing any more are skipped, not refused.

        Raises
        ------
        JobError
            At the first field that is wrong, with status, type and reason as the API has them.
        """
        if is_legacy:
            body = _without_legacy(body)
        given = read_fields(Field(_OWNER), body, _SENT)
        internal = [name for name in _INTERNAL if name in given]
        if internal:
            raise bad_request(
                f"The job is configured with fields [{', '.join(internal)}] that are illegal to "
                "set at job creation"
            )
        _check_same_id(job_id, given.pop("job_id", job_id))
        return cls._checked(job_id, given, limits or Limits())

    @classmethod
    def from_stored(cls, body: Mapping[str, Any]) -> JobConfig:
        """A configuration that :meth:`to_api` wrote."""
        given = read_fields(Field(_OWNER), body, _SENT | _STORED)
        given.pop("job_type", None)
        return cls._checked(given.pop("job_id"), given, Limits())

    @classmethod
    def from_keywords(
        cls, *, job_id: str = "job", limits: Limits | None = None, **options: Any
    ) -> JobConfig:
        """A configuration from keywords: the API's fields, without the objects around them.

        Detectors may be texts such as ``"high_mean(price) by item partitionfield=shop"``.

        Raises
        ------
        JobError
            As :meth:`from_api`; also for a keyword that is no field, with the nearest that is.
        """
        return cls.from_api(job_id, body_of(options, tuple(_SENT)), limits=limits)

    @classmethod
    def _checked(cls, job_id: str, given: dict[str, Any], limits: Limits) -> JobConfig:
        for name in ("analysis_config", "data_description"):
            if name not in given:
                raise illegal_argument(f"{'An' if name[0] == 'a' else 'A'} {name} must be set")
        config = cls(check_job_id(job_id), **check_retention(given))
        config.check(limits)
        return config

    def check(self, limits: Limits) -> None:
        """Check what its parts have to do with each other.

        Raises
        ------
        JobError
            At the first thing that is wrong.
        """
        check_groups(self.job_id, self.groups)
        check_memory(self.analysis_limits, limits.max_model_memory)
        check_custom_settings(self.custom_settings)
        if self.data_description.time_field in self.analysis_config.fields:
            raise bad_request("data_description.time_field may not be used in the analysis_config")

    def to_api(self, *, exclude_generated: bool = False) -> dict[str, Any]:
        """As the API writes it, fields in its order; those that are not set are left out.

        Parameters
        ----------
        exclude_generated : bool
            Leave out what was not sent, so that it can be sent to make another job.
        """
        written: dict[str, Any] = {"job_id": self.job_id}
        for name in _WRITTEN:
            if not (exclude_generated and name in _GENERATED):
                value = _plain(JOB_TYPE if name == "job_type" else getattr(self, name))
                if value is not None and value != []:
                    written[name] = value
        if exclude_generated:
            written["analysis_config"] = self.analysis_config.to_api(with_generated=False)
        return written

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed, but better avoided."""
        return self.analysis_config.warnings

    @property
    def bucket_span(self) -> int:
        """The length of a bucket in milliseconds."""
        return self.analysis_config.bucket_span.milliseconds

    @property
    def shape_feature(self) -> bool:
        """Whether models look at the order of the last values as well.

        Of ``custom_settings``, as they are when models are made.
        """
        return is_set(self.custom_settings, "shape_feature")

    @property
    def renormalization_window(self) -> int:
        """How far back scores are brought up to date, in milliseconds."""
        days = self.renormalization_window_days
        if days is not None:
            return days * 86_400_000
        return max(30 * 86_400_000, 100 * self.bucket_span)


# How each field is read from what somebody sends, and from what was kept.
_SENT: dict[str, Reader] = {
    "job_id": text,
    "groups": texts,
    "description": text,
    "analysis_config": AnalysisConfig.read,
    "analysis_limits": read_analysis_limits,
    "data_description": read_data_description,
    "model_plot_config": read_model_plot_config,
    **RETENTION_FIELDS,
    "custom_settings": raw_object,
    "results_index_name": lambda field, value: results_index(text(field, value)),
    "allow_lazy_open": flag,
    "datafeed_config": raw_object,
    "model_snapshot_id": text,
    "finished_time": whole,
    "create_time": whole,
}
_INTERNAL = ("model_snapshot_id", "finished_time", "create_time")
_STORED: dict[str, Reader] = {
    "job_type": text,
    "job_version": text,
    "model_snapshot_min_version": text,
}
_GENERATED = (
    "job_type", "job_version", "create_time", "finished_time", "model_snapshot_id",
    "model_snapshot_min_version",
)  # fmt: skip
_WRITTEN = (
    "job_type", "job_version", "groups", "description", "create_time", "finished_time",
    "analysis_config", "analysis_limits", "data_description", "model_plot_config",
    *RETENTION_FIELDS, "custom_settings", "model_snapshot_id", "model_snapshot_min_version",
    "results_index_name", "allow_lazy_open",
)  # fmt: skip


def _check_same_id(url: str, body: str) -> None:
    if body != url:
        raise illegal_argument(
            f"Inconsistent job_id; '{body}' specified in the body differs from '{url}' specified "
            "as a URL argument"
        )


def _without_legacy(body: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(body)
    inner = kept.get("analysis_config")
    if isinstance(inner, Mapping):
        kept["analysis_config"] = {k: v for k, v in inner.items() if k not in _LEGACY}
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, TimeSpan):
        return str(value)
    return value.to_api() if hasattr(value, "to_api") else value
