"""The configuration of a datafeed: which documents a job is fed with, and how often."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from adcore.job import JobConfig
from adcore.job.errors import illegal_argument
from adcore.job.names import check_job_id
from adcore.job.time_span import TimeSpan
from adcore.query.computed.tables import script_queries
from adcore.query.limits import DEFAULT_LIMITS
from adcore.query.syntax.parse_query import parse_query
from adcore.service.jobs.arguments import check_same
from adcore.service.jobs.datafeed_aggregations import check_aggregations
from adcore.service.jobs.datafeed_fields import INDICES_OPTIONS, read_datafeed

__all__ = ["DatafeedConfig", "inline_datafeed"]

_OWNER = "datafeed_config"
_MATCH_ALL: dict[str, Any] = {"match_all": {"boost": 1.0}}
_MINUTE, _HOUR = 60, 3_600
_DEFAULT_SCROLL = 1_000
# Of a job, that are looked at for late documents.
_MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class DatafeedConfig:
    """Where the data of a job come from.

    Attributes
    ----------
    indices : tuple of str
        Names, patterns and aliases.
    query : dict
        Which of their documents.
    aggregations : dict, optional
        Then not the documents are the records, but what is made of them.
    query_delay : TimeSpan
        How long documents may take to come.
    frequency : TimeSpan, optional
        How often it looks for new ones.
    scroll_size : int
        Documents that are posted to the job at a time.
    chunking_config : dict
        Over how long it searches at a time.
    delayed_data_check_config : dict
        Whether, and how far back, it looks for documents that came late.
    runtime_mappings : dict
        Types as which fields are read, whatever the index says of them, or as which scripts
        compute them.
    script_fields : dict, optional
        Scripts that compute fields.
    """

    datafeed_id: str
    job_id: str
    indices: tuple[str, ...]
    query_delay: TimeSpan
    query: dict[str, Any] = field(default_factory=lambda: dict(_MATCH_ALL))
    aggregations: dict[str, Any] | None = None
    frequency: TimeSpan | None = None
    scroll_size: int = _DEFAULT_SCROLL
    chunking_config: dict[str, Any] = field(default_factory=lambda: {"mode": "auto"})
    delayed_data_check_config: dict[str, Any] = field(default_factory=lambda: {"enabled": True})
    indices_options: dict[str, Any] = field(default_factory=lambda: dict(INDICES_OPTIONS))
    max_empty_searches: int | None = None
    runtime_mappings: dict[str, Any] = field(default_factory=dict)
    script_fields: dict[str, Any] | None = None

    @classmethod
    def from_api(
        cls, datafeed_id: str, body: Mapping[str, Any], *, job_id: str | None = None
    ) -> DatafeedConfig:
        """A configuration as a client sends it.

        Parameters
        ----------
        job_id : str, optional
            Of the job that it is sent with.

        Raises
        ------
        JobError
        """
        given = read_datafeed(_OWNER, body)
        check_same("datafeed_id", given.pop("datafeed_id", datafeed_id), datafeed_id)
        given.setdefault("job_id", job_id)
        if given["job_id"] is None:
            raise illegal_argument("[job_id] must not be null.")
        given.setdefault("indices", ())
        given.setdefault("query_delay", _default_delay(given["job_id"]))
        made = cls(check_job_id(datafeed_id, field="datafeed_id"), **given)
        made.check()
        return made

    @classmethod
    def from_stored(cls, body: Mapping[str, Any]) -> DatafeedConfig:
        """A configuration that `to_api` wrote."""
        return cls(**read_datafeed(_OWNER, body))

    def updated(self, body: Mapping[str, Any]) -> DatafeedConfig:
        """The configuration after an update; what is not in it stays.

        Raises
        ------
        JobError
        """
        given = read_datafeed("datafeed_update", body)
        check_same("datafeed_id", given.pop("datafeed_id", self.datafeed_id), self.datafeed_id)
        if given.get("job_id", self.job_id) != self.job_id:
            raise illegal_argument("Datafeed's job_id cannot be changed")
        changed = replace(self, **given)
        if given.get("max_empty_searches") == -1:
            changed = replace(changed, max_empty_searches=None)
        changed.check()
        return changed

    def check(self) -> None:
        """Check its indices and query, and what its parts have to do with each other.

        Raises
        ------
        JobError, SearchError
        """
        if not self.indices or "" in self.indices:
            raise illegal_argument("[indices] must not be empty.")
        if self.query and any(script_queries(parse_query(self.query, DEFAULT_LIMITS))):
            raise illegal_argument("[script] queries are not supported in datafeeds")
        if self.aggregations is None:
            return
        check_aggregations(self.aggregations)
        if self.script_fields:
            raise illegal_argument("script_fields cannot be used in combination with aggregations")

    def check_job(self, job: JobConfig) -> None:
        """Check that it can feed a job.

        Raises
        ------
        JobError
        """
        analysis = job.analysis_config
        if analysis.latency is not None and analysis.latency.seconds > 0:
            raise illegal_argument("A job configured with datafeed cannot support latency")
        self._check_window(job.bucket_span)
        if self.aggregations is not None:
            if analysis.summary_count_field_name is None:
                raise illegal_argument(
                    "A job configured with a datafeed with aggregations must set "
                    "summary_count_field_name; use doc_count or suitable alternative"
                )
            check_aggregations(self.aggregations, job.data_description.time_field, job.bucket_span)

    def _check_window(self, bucket_span: int) -> None:
        given = self.delayed_data_check_config.get("check_window")
        if given is None:
            return
        window = TimeSpan.parse("check_window", given).milliseconds
        if not bucket_span < window <= _MOST_BUCKETS * bucket_span:
            kind = "greater than" if window <= bucket_span else f"at most {_MOST_BUCKETS:,} times"
            raise illegal_argument(
                f"delayed_data_check_config: check_window [{given}] must be {kind} the bucket_span "
                f"[{bucket_span // 1_000}s]"
            )

    def to_api(self, *, exclude_generated: bool = False) -> dict[str, Any]:
        """As the API writes it; what is not set is left out.

        Parameters
        ----------
        exclude_generated : bool
            Also what was not sent, so that it can be sent to make another.
        """
        generated = self._generated() if exclude_generated else {}
        written: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None and (each.name, value) not in generated.items():
                written[each.name] = _plain(value)
        return written

    def _generated(self) -> dict[str, Any]:
        """What it has if only a job and indices are sent."""
        made = DatafeedConfig(
            self.datafeed_id, self.job_id, self.indices, _default_delay(self.job_id)
        )
        sent = ("job_id", "indices")
        return {each.name: getattr(made, each.name) for each in fields(made)
                if each.name not in sent}  # fmt: skip

    def frequency_of(self, job: JobConfig) -> int:
        """How often it looks for new documents, in milliseconds."""
        if self.frequency is not None:
            return self.frequency.milliseconds
        return _default_frequency(job.analysis_config.bucket_span.seconds) * 1_000


def _default_frequency(span: int) -> int:
    """Seconds."""
    if span <= 2 * _MINUTE:
        return min(span, _MINUTE)
    if span <= 20 * _MINUTE:
        return span // 2
    return 10 * _MINUTE if span <= 12 * _HOUR else _HOUR


def _default_delay(job_id: str) -> TimeSpan:
    """One to two minutes, the same for a job each time, so that not all search at once."""
    milliseconds = 60_000 + zlib.crc32(job_id.encode()) % 60_000
    return TimeSpan(milliseconds // 1_000, f"{milliseconds}ms")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, TimeSpan) else value


def inline_datafeed(config: JobConfig) -> DatafeedConfig | None:
    """The datafeed that is configured with a job; None if there is none.

    Raises
    ------
    ApiError, JobError
    """
    body = config.datafeed_config
    if body is None:
        return None
    check_same("job_id", body.get("job_id"), config.job_id)
    datafeed_id = body.get("datafeed_id", config.job_id)
    return DatafeedConfig.from_api(datafeed_id, body, job_id=config.job_id)
