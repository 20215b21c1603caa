"""Whether a configuration fits its data: the first thing that does not, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adcore.config import choice
from adcore.detector.config import DetectorConfig
from adcore.detector.config_checks import Limits
from adcore.detector.errors import DetectorConfigError
from adcore.detector.scan import Source
from adcore.detector.validate_data import check_detector
from adcore.detector.validate_model import Finding, check_model
from adcore.errors import AdcoreError

__all__ = ["ASPECTS", "check_body", "find_issue", "model_issue"]

ASPECTS = ("detector", "model")
_INCOMPLETE = "Model validation experienced issues completing."


def check_body(
    body: Mapping[str, Any],
    source: Source | None,
    now: int | None,
    aspect: str = "detector",
    limits: Limits | None = None,
) -> dict[str, Any]:
    """The issue of a configuration that may not even be one; see :func:`find_issue`."""
    try:
        config = DetectorConfig.from_json(body, limits=limits)
    except DetectorConfigError as error:
        return _issue("detector", error)
    return find_issue(config, source, now, aspect)


def find_issue(
    config: DetectorConfig,
    source: Source | None,
    now: int | None,
    aspect: str = "detector",
    after_time_field: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """What stands in the way of a detector, or of its models.

    Parameters
    ----------
    config : DetectorConfig
    source : Source or None
        None: the index does not exist.
    now : int or None
        Epoch milliseconds; None: when the data ends.
    aspect : {"detector", "model"}
        "model" also looks at how dense the data is.
    after_time_field : callable, optional
        Further checks, as of :func:`check_detector`.

    Returns
    -------
    dict
        Empty, or ``{aspect: {field: {"message": ...}}}`` with one issue, as the API answers it.
    """
    choice("aspect", aspect, ASPECTS)
    if source is None:
        return _issue("detector", DetectorConfigError("index does not exist", "indices"))
    try:
        check_detector(config, source, after_time_field)
    except DetectorConfigError as error:
        return _issue("detector", error)
    return {} if aspect == "detector" else model_issue(config, source, now)


def model_issue(config: DetectorConfig, source: Source, now: int | None) -> dict[str, Any]:
    """What stands in the way of the models of a detector in whose way nothing stands.

    The answer is that of :func:`find_issue`, whose checks of the detector are not made again.
    """
    try:
        finding = check_model(config, source, now)
    except AdcoreError:
        finding = Finding("aggregation_issue", _INCOMPLETE)
    return {} if finding is None else {"model": {finding.field: finding.to_json()}}


def _issue(aspect: str, error: DetectorConfigError) -> dict[str, Any]:
    issue: dict[str, Any] = {"message": str(error)}
    if error.sub_issues:
        issue["sub_issues"] = error.sub_issues
    return {aspect: {error.field: issue}}
