"""The configurations of detectors in the store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from adcore.detector import DetectorConfig, DetectorConfigError
from adcore.detector.index_source import IndexSource
from adcore.detector.validate_data import check_detector
from adcore.query.syntax.reader import token
from adcore.service.detectors.errors import config_refusal, not_found, refusal, used_name
from adcore.service.detectors.mappings import DETECTOR_MAPPING
from adcore.service.detectors.names import DETECTORS, OPENSEARCH_NAMES
from adcore.service.detectors.result_indices import ResultIndices
from adcore.service.detectors.settings import DetectionSettings
from adcore.service.errors import ApiError
from adcore.service.parameters import check_stars
from adcore.service.system_index import Stored, SystemIndex
from adcore.store.clock import Clock
from adcore.store.documents import Documents
from adcore.store.errors import IndexNotFoundError, VersionConflictError

__all__ = ["DetectorRegistry"]

_log = logging.getLogger(__name__)

NO_FEATURES = "Can't start detector job as no features configured"


class DetectorRegistry:
    """Creates, reads, changes and deletes detectors.

    Parameters
    ----------
    documents : Documents
    settings : DetectionSettings
    results : ResultIndices
    clock : callable
    """

    def __init__(
        self,
        documents: Documents,
        settings: DetectionSettings,
        results: ResultIndices,
        clock: Clock,
    ) -> None:
        alias = OPENSEARCH_NAMES[DETECTORS]
        self.index = SystemIndex(documents, DETECTORS, DETECTOR_MAPPING, clock, alias)
        self._documents = documents
        self._settings = settings
        self._results = results
        self._clock = clock

    # -- reading

    def get(self, detector_id: str) -> Stored:
        """A detector.

        Raises
        ------
        IndexNotFoundError
            Before the first detector was made.
        ApiError
            404.
        """
        if not self.index.exists:
            raise IndexNotFoundError(f"no such index [{DETECTORS}]", index=DETECTORS)
        found = self.index.get(detector_id)
        if found is None:
            raise not_found(detector_id)
        return found

    def config(self, detector_id: str) -> DetectorConfig:
        """The configuration of a detector."""
        return self.read(self.get(detector_id).source)

    def read(self, source: Mapping[str, Any]) -> DetectorConfig:
        """A configuration as it was stored; limits may be tighter since."""
        return DetectorConfig.from_json(source, limits=_NO_LIMITS)

    def all(self) -> dict[str, DetectorConfig]:
        """All configurations by id, but for those that cannot be read."""
        configs = {}
        for found in self.index.find({"match_all": {}}):
            try:
                configs[found.id] = self.read(found.source)
            except DetectorConfigError as error:
                _log.warning("detector %s cannot be read: %s", found.id, error)
        return configs

    def count(self) -> int:
        """How many detectors there are."""
        return self.index.count({"match_all": {}})

    def count_multi_entity(self) -> int:
        """How many of them have category fields."""
        return self.index.count({"term": {"detector_type": "MULTI_ENTITY"}})

    def matches(self, name: str) -> bool:
        """Whether a detector has this name."""
        return bool(self._named(name))

    def _named(self, name: str) -> list[str]:
        found = self.index.find({"term": {"name.keyword": name}}, size=2)
        return [stored.id for stored in found]

    # -- writing

    def create(self, body: Any, user: Mapping[str, Any] | None) -> Stored:
        """Check a new detector against its data, and store it.

        Raises
        ------
        ApiError, IndexNotFoundError
        """
        config = self._parse(body)
        self._check(config, lambda: self._check_limit(config))
        self._check_name(config.name, None)
        self._results.ensure_for(config)
        return self._store(config, user, None)

    def update(
        self,
        detector_id: str,
        body: Any,
        user: Mapping[str, Any] | None,
        check_idle: Callable[[str], None],
        if_seq_no: int | None = None,
        if_primary_term: int | None = None,
    ) -> Stored:
        """Replace a detector whole.

        Parameters
        ----------
        check_idle : callable
            Raises if the detector runs.
        """
        config = self._parse(body)

        def check_change() -> None:
            before = self.read(self.get(detector_id).source)
            check_idle(detector_id)
            _check_unchanged(before, config)

        self._check(config, check_change)
        self._check_name(config.name, detector_id)
        try:
            return self._store(config, user, detector_id, if_seq_no, if_primary_term)
        except VersionConflictError as error:
            raise refusal(f"There was a problem updating the config:[{detector_id}]") from error

    def delete(self, detector_id: str) -> dict[str, Any]:
        """Delete a detector; the answer of the API, also if there is none of this id."""
        if not self.index.exists:
            raise IndexNotFoundError(f"no such index [{DETECTORS}]", index=DETECTORS)
        result = self.index.delete(detector_id)
        return {
            "_index": DETECTORS,
            "_id": detector_id,
            "_version": result.version,
            "result": result.result,
            "forced_refresh": True,
            "_shards": {"total": 1, "successful": 1, "failed": 0},
            "_seq_no": result.seq_no,
            "_primary_term": result.primary_term,
        }

    def _store(
        self,
        config: DetectorConfig,
        user: Mapping[str, Any] | None,
        detector_id: str | None,
        if_seq_no: int | None = None,
        if_primary_term: int | None = None,
    ) -> Stored:
        now = {"last_update_time": self._clock(), "user": None if user is None else dict(user)}
        source = _renewed(config, now)
        written = self.index.put(source, detector_id, if_seq_no, if_primary_term)
        return Stored(written.id, written.version, written.seq_no, source)

    # -- checks

    def parse(self, body: Any) -> DetectorConfig:
        """A configuration as a client sends it, with the limits of the service.

        Raises
        ------
        DetectorConfigError
        """
        if not isinstance(body, Mapping):
            text = "Failed to parse object: expecting token of type [START_OBJECT] but found [{}]"
            raise refusal(text.format(token(body)), 400, "parsing_exception")
        config = DetectorConfig.from_json(body, limits=self._settings.limits)
        try:
            check_stars({"indices": ",".join(config.indices)})
        except ApiError as error:
            raise DetectorConfigError(error.reason, "indices") from error
        return config

    def _parse(self, body: Any) -> DetectorConfig:
        try:
            return self.parse(body)
        except DetectorConfigError as error:
            raise self.refused(error) from error

    def refused(self, error: DetectorConfigError, name: str = "") -> ApiError:
        """A wrong configuration as the API answers it."""
        return config_refusal(error, name, self._settings.fault_status)

    def source(self, config: DetectorConfig) -> IndexSource:
        """The documents that a detector watches.

        Raises
        ------
        IndexNotFoundError
        """
        return IndexSource(self._documents, config.indices)

    def _check(self, config: DetectorConfig, after_time_field: Callable[[], None]) -> None:
        """Everything that needs data, in the order of the API."""
        self._results.check(config)
        source = self.source(config)
        try:
            check_detector(config, source, after_time_field)
        except DetectorConfigError as error:
            raise self.refused(error, config.name) from error

    def _check_limit(self, config: DetectorConfig) -> None:
        limit = self.limit_reached(config)
        if limit is not None:
            raise refusal(limit)

    def limit_reached(self, config: DetectorConfig) -> str | None:
        """What says that there are too many detectors already; None if there are not."""
        multi = self._settings.max_multi_entity_anomaly_detectors
        if config.category_fields and self.count_multi_entity() >= multi:
            return f"Can't create more than {multi} HC anomaly detectors."
        single = self._settings.max_anomaly_detectors
        if not config.category_fields and self.count() >= single:
            return f"Can't create more than {single} single-stream anomaly detectors."
        return None

    def _check_name(self, name: str, detector_id: str | None) -> None:
        if any(other != detector_id for other in self._named(name)):
            raise refusal(used_name(name), 409)


_NO_LIMITS = DetectionSettings(max_anomaly_features=2**31, category_field_limit=2**31).limits


def _check_unchanged(before: DetectorConfig, after: DetectorConfig) -> None:
    if set(before.category_fields) != set(after.category_fields):
        raise refusal("Can't change category field")
    if before.result_index != after.result_index:
        raise refusal("Can't change custom result index")
    if bool(before.flatten_custom_result_index) != bool(after.flatten_custom_result_index):
        raise refusal("Can't change flatten result index")


def _renewed(config: DetectorConfig, now: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with what the service sets, in the order of the API."""
    return DetectorConfig.from_json({**config.to_json(), **now}, limits=_NO_LIMITS).to_json()
