"""How much memory the models of a job will take, before there is any data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.job.analysis_config import AnalysisConfig
from adcore.job.custom_settings import check_custom_settings, is_set
from adcore.job.detector_config import JobDetector
from adcore.job.fields import Field, Reader, raw_object, read_fields
from adcore.service.jobs.errors import illegal_argument

__all__ = ["estimate_memory"]

_MB = 1024 * 1024
# A job without series; a series with its model, the forest of its shape; a value of an influencer.
_BASE, _SERIES, _SHAPE, _VALUE = 10 * _MB, 4_096 + 512, 4_672, 1_024
# What `metric` measures at once: min, max and mean, each with a model.
_FEATURES = {"metric": 3}
# Models of the population of an attribute keep a value of each of its members.
_PERSON = 512


def estimate_memory(body: Mapping[str, Any]) -> str:
    """The estimate, in the words of a memory limit.

    Parameters
    ----------
    body : mapping
        ``analysis_config``; ``overall_cardinality`` of by, over and partition fields, and
        ``max_bucket_cardinality`` of influencers; ``custom_settings`` with ``shape_feature``.

    Raises
    ------
    JobError, ApiError

    Examples
    --------
    >>> estimate_memory({"analysis_config": {"detectors": [{"function": "count"}]}})
    '11mb'
    """
    given = read_fields(Field("estimate_model_memory"), body, _READERS)
    if "analysis_config" not in given:
        raise illegal_argument("[analysis_config] must not be null")
    analysis: AnalysisConfig = given["analysis_config"]
    overall, per_bucket = (
        given.get("overall_cardinality", {}),
        given.get("max_bucket_cardinality", {}),
    )
    has_shapes = is_set(given.get("custom_settings"), "shape_feature")
    size = _BASE
    for detector in analysis.detectors:
        size += _of_detector(detector, overall, has_shapes=has_shapes)
    split_fields = {name for d in analysis.detectors for name in _split(d)}
    for name in set(analysis.influencers) - split_fields:
        size += per_bucket.get(name, 0) * _VALUE
    return f"{-(-size // _MB)}mb"


def _split(detector: JobDetector) -> list[str]:
    names = detector.by_field_name, detector.over_field_name, detector.partition_field_name
    return [name for name in names if name is not None]


def _of_detector(detector: JobDetector, cardinality: Mapping[str, int], *, has_shapes: bool) -> int:
    series = _many(detector.partition_field_name, cardinality)
    by = _many(detector.by_field_name, cardinality)
    features = _FEATURES.get(detector.function, 1)
    if detector.over_field_name is None:
        # Populations have no shape.
        return series * by * features * (_SERIES + (_SHAPE if has_shapes else 0))
    people = _many(detector.over_field_name, cardinality)
    return series * (by * features * _SERIES + people * _PERSON)


def _many(name: str | None, cardinality: Mapping[str, int]) -> int:
    return 1 if name is None else max(cardinality.get(name, 1), 1)


def _settings(field: Field, value: Any) -> dict[str, Any]:
    found = raw_object(field, value)
    check_custom_settings(found)
    return found


def _cardinality(field: Field, value: Any) -> dict[str, int]:
    found = raw_object(field, value)
    for name, count in found.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise field.inner(name).wrong_kind(count)
    return found


_READERS: dict[str, Reader] = {
    "analysis_config": AnalysisConfig.read,
    "overall_cardinality": _cardinality,
    "max_bucket_cardinality": _cardinality,
    "custom_settings": _settings,
}
