"""Messages become categories before a job sees them: the field ``mlcategory`` of its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.job import JobConfig
from adcore.job.flatten import flat_row
from adcore.job.json_stream import read_json_rows
from adcore.job.message_filters import MessageFilters
from adcore.service.jobs.categorizer import Categorizer, Category, expression_of

__all__ = ["CategoryStage"]

_FIELD = "mlcategory"


class CategoryStage:
    """Puts the category of its message into each record.

    Parameters
    ----------
    config : JobConfig
        With a ``categorization_field_name``.
    """

    def __init__(self, config: JobConfig) -> None:
        analysis = config.analysis_config
        self._job_id = config.job_id
        self._message = str(analysis.categorization_field_name)
        self._partition = _partition_field(config)
        self._filters = MessageFilters(analysis.categorization_filters)
        self.categorizer = Categorizer(config.analysis_limits.categorization_examples_limit)

    @classmethod
    def of(cls, config: JobConfig) -> CategoryStage | None:
        """That of a job; None if it has no messages."""
        return cls(config) if config.analysis_config.categorization_field_name else None

    def records(self, body: bytes) -> list[dict[str, Any]]:
        """The records of a body, with their categories.

        Raises
        ------
        JobError
            As `adcore.Job.process`.
        """
        rows = [dict(flat_row(row)) for row in read_json_rows(body)]
        told = [row for row in rows if isinstance(row.get(self._message), str)]
        told = [row for row in told if row[self._message]]
        texts = self._filters.cut([row[self._message] for row in told])
        for row, text in zip(told, texts, strict=True):
            partition = self._partition_of(row)
            found = self.categorizer.category_of(row[self._message], partition, text=text)
            if found is not None:
                row[_FIELD] = str(found)
        return rows

    def _partition_of(self, row: Mapping[str, Any]) -> str | None:
        return None if self._partition is None else str(row.get(self._partition, ""))

    def documents(self) -> dict[str, dict[str, Any]]:
        """The categories that had messages since the last time, by the ids of their documents."""
        return {
            f"{self._job_id}_category_definition_{category.category_id}": self._document(category)
            for category in self.categorizer.take_changed()
        }

    def _document(self, category: Category) -> dict[str, Any]:
        expression = expression_of(category.words)
        document: dict[str, Any] = {"job_id": self._job_id, "category_id": category.category_id}
        if self._partition is not None:
            document |= {
                "partition_field_name": self._partition,
                "partition_field_value": category.partition or "",
            }
        return document | {
            "terms": " ".join(category.words),
            "regex": expression,
            "max_matching_length": category.longest,
            "examples": sorted(category.examples),
            "grok_pattern": expression,
            "num_matches": category.matches,
            "preferred_to_categories": [],
        }


def _partition_field(config: JobConfig) -> str | None:
    """The field whose values have categories of their own; None: all share theirs."""
    analysis = config.analysis_config
    apart = analysis.per_partition_categorization
    if apart is None or not apart.enabled:
        return None
    return next(
        (d.partition_field_name for d in analysis.detectors if _FIELD in d.split_fields), None
    )
