"""Previews: what a detector would find in a period."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from adcore.detector import DetectorConfig, DetectorConfigError, ScanRequest
from adcore.detector.index_source import IndexSource
from adcore.detector.preview import check_period, preview_documents
from adcore.errors import InvalidArgumentError
from adcore.service.detectors.errors import TextRefusal, refusal
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.time_limit import Watch, time_limit
from adcore.service.errors import ApiError

__all__ = ["Previews"]

# Two blanks, as in the API.
_TIMED_OUT = "timeout to get preview results.  Please retry later."


class Previews:
    """Runs as many at a time as the settings allow.

    Parameters
    ----------
    parts : Parts
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._running = 0
        self._lock = threading.Lock()

    def preview(self, body: Any, detector_id: str | None = None) -> dict[str, Any]:
        """The answer of the API.

        Parameters
        ----------
        body : mapping
            ``period_start``, ``period_end``, and ``detector`` or ``detector_id``.
        detector_id : str, optional
            That of the path.

        Raises
        ------
        TextRefusal, ApiError, IndexNotFoundError
        """
        request = body if isinstance(body, Mapping) else {}
        detector_id = detector_id or request.get("detector_id")
        try:
            start, end = check_period(request.get("period_start"), request.get("period_end"))
        except InvalidArgumentError as error:
            raise TextRefusal(str(error)) from error
        config, known = self._config(request, detector_id)
        if not config.enabled_features:
            raise refusal("Can't preview detector without feature")
        with self._turn(), time_limit(self._parts.settings.request_timeout, _TIMED_OUT) as watch:
            found = self._run(config, known, start, end, watch)
        return {"anomaly_result": found, "anomaly_detector": config.to_json()}

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One of those that may run at a time."""
        with self._lock:
            if self._running >= self._parts.settings.max_concurrent_preview:
                raise refusal("Request throttled. Please try again later.", 500)
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def _config(
        self, request: Mapping[str, Any], detector_id: str | None
    ) -> tuple[DetectorConfig, str | None]:
        """The configuration, and the id of the detector if it is a stored one."""
        given = request.get("detector")
        if given:
            config = self._parse(given)
            return config, detector_id
        if not detector_id:
            raise TextRefusal("Must set detector id or detector")
        try:
            return self._parts.registry.config(detector_id), detector_id
        except ApiError as error:
            raise refusal(f"Can't find anomaly detector with id:{detector_id}", 404) from error

    def _parse(self, given: Any) -> DetectorConfig:
        registry = self._parts.registry
        try:
            config = registry.parse(given)
        except DetectorConfigError as error:
            raise registry.refused(error) from error
        # It is not stored: its features get new ids, and it is nobody's.
        features = [
            {k: v for k, v in f.to_json().items() if k != "feature_id"}
            for f in config.feature_attributes
        ]
        fresh = {**config.to_json(), "feature_attributes": features}
        return replace(registry.parse(fresh), user=None, last_update_time=None)

    def _run(
        self, config: DetectorConfig, detector_id: str | None, start: int, end: int, watch: Watch
    ) -> list[dict[str, Any]]:
        documents = self._parts.store.documents
        source = IndexSource(documents, config.indices, watch=watch)
        if config.category_fields:
            request = ScanRequest.of_entities(config, start=start, end=end, now=end)
            most = self._parts.settings.max_entities_for_preview
            entities = source.top_entities(request, most)
            source = IndexSource(documents, config.indices, entities, watch=watch)
        detector = self._parts.detector(detector_id or "", config)
        results = detector.preview(source, start, end)
        if detector_id is None:
            results = replace(results, context=replace(results.context, detector_id=None))
        return preview_documents(results)
