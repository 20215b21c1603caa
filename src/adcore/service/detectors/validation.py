"""What stands in the way of a detector, before it is made."""

from __future__ import annotations

from typing import Any

from adcore.detector import DetectorConfig, DetectorConfigError
from adcore.detector.index_source import IndexSource
from adcore.detector.validate import find_issue, model_issue
from adcore.service.detectors.errors import ResultIndexError, refusal, used_name
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.registry import NO_FEATURES
from adcore.service.detectors.time_limit import time_limit
from adcore.service.errors import ApiError
from adcore.store.errors import IndexNotFoundError

__all__ = ["Validation"]

# How long may be looked for an interval that suits the data.
_MOST_SECONDS = 10.0
_TIMED_OUT = "Timed out getting interval recommendation"


class Validation:
    """Finds the first issue of configurations.

    Parameters
    ----------
    parts : Parts
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def validate(self, body: Any, aspect: str) -> dict[str, Any]:
        """The first issue of a detector, or of its data for a model; empty if there is none.

        Raises
        ------
        ApiError
            If the aspect is none, or the body no object.
        """
        if aspect not in ("detector", "model"):
            text = "The given validation type doesn't exist"
            raise refusal(text, self._parts.settings.fault_status, "illegal_state_exception")
        try:
            config = self._parts.registry.parse(body)
            self._parts.indices.check(config)
        except DetectorConfigError as error:
            return _issue(error.field, str(error))
        except ResultIndexError as error:
            return _issue("result_index", error.reason)
        issue = self._of_detector(config)
        return issue if issue or aspect == "detector" else self._of_model(config)

    def _of_detector(self, config: DetectorConfig) -> dict[str, Any]:
        registry = self._parts.registry
        try:
            source = registry.source(config)
        except IndexNotFoundError:
            source = None

        def check_limit() -> None:
            limit = registry.limit_reached(config)
            if limit is not None:
                raise DetectorConfigError(limit, "general_settings")

        issue = find_issue(config, source, self._parts.clock(), "detector", check_limit)
        if not issue and not config.enabled_features:
            issue = _issue("feature_attributes", NO_FEATURES)
        if not issue and registry.matches(config.name):
            issue = _issue("name", used_name(config.name))
        return issue

    def _of_model(self, config: DetectorConfig) -> dict[str, Any]:
        seconds = min(_MOST_SECONDS, self._parts.settings.request_timeout)
        try:
            with time_limit(seconds, _TIMED_OUT) as watch:
                documents = self._parts.store.documents
                source = IndexSource(documents, config.indices, watch=watch)
                return model_issue(config, source, self._parts.clock())
        except ApiError as error:
            return {"model": {"timeout": {"message": error.reason}}}


def _issue(field: str, message: str) -> dict[str, Any]:
    return {"detector": {field: {"message": message}}}
