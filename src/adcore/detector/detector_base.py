"""What every part of a detector knows: its configuration, and how it is kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from adcore.checkpoints import CheckpointStore
from adcore.detector.config import DetectorConfig
from adcore.detector.config_checks import Limits
from adcore.detector.identity import new_id
from adcore.detector.init_progress import InitProgress
from adcore.detector.models import ModelRoom
from adcore.detector.settings import DEFAULT_MIN_SAMPLES, ModelSettings
from adcore.detector.stream import DetectionStream
from adcore.detector.windows import Windows
from adcore.errors import SnapshotError
from adcore.snapshot_parts import join_snapshot, split_snapshot
from adcore.times import TimeUnit, epoch_moment

__all__ = ["DetectorBase", "moment"]

_Self = TypeVar("_Self", bound="DetectorBase")
_NO_LIMITS = Limits(max_anomaly_features=2**31, category_field_limit=2**31)


class DetectorBase:
    """A configuration, the settings of models, and the stream of one that was started."""

    def __init__(
        self,
        config: DetectorConfig | None = None,
        *,
        detector_id: str | None = None,
        min_samples: int = DEFAULT_MIN_SAMPLES,
        number_of_trees: int | None = None,
        compact: bool | None = None,
        seed: int = 42,
        threads: int = 1,
        byte_budget: int | None = None,
        checkpoints: CheckpointStore | None = None,
        limits: Limits | None = None,
        **options: Any,
    ) -> None:
        if config is None:
            config = DetectorConfig.from_keywords(limits=limits, **options)
        elif options:
            config = config.changed(limits=limits, **options)
        self.config = config
        self.id = detector_id if detector_id is not None else new_id()
        self.settings = ModelSettings(min_samples, number_of_trees, compact, seed, threads)
        self._room = ModelRoom(byte_budget, checkpoints)
        self._stream: DetectionStream | None = None
        self._time_unit = TimeUnit()
        self._lock = threading.RLock()

    @classmethod
    def from_json(cls: type[_Self], body: Mapping[str, Any], **settings: Any) -> _Self:
        """A detector from the API's JSON; see :meth:`DetectorConfig.from_json`.

        Parameters
        ----------
        body : mapping
        **settings
            ``detector_id``, ``min_samples``, ``seed`` and so on, as for the class.
        """
        limits = settings.pop("limits", None)
        return cls(DetectorConfig.from_json(body, limits=limits), **settings)

    def to_json(self) -> dict[str, Any]:
        """The configuration as the API writes it."""
        return self.config.to_json()

    @property
    def init_progress(self) -> InitProgress:
        """How far the models are, and why they are not ready.

        Examples
        --------
        >>> from adcore import Detector
        >>> detector = Detector(time_field="t", features=["mean(x)"], min_samples=40)
        >>> detector.init_progress.state, detector.init_progress.to_json()
        ('INIT', {'percentage': '0%', 'needed_shingles': 40})
        """
        with self._lock:
            if self._stream is not None:
                return self._stream.init_progress()
        required = self.settings.samples_needed(self.config)
        return InitProgress(0, required, self.config.interval, ("the detector is not started",))

    def to_bytes(self) -> bytes:
        """All of it: configuration, settings, models, and intervals that still take rows.

        Models that have a checkpoint store are written to it, and are not in the bytes.
        """
        with self._lock:
            if self._stream is not None:
                self._stream.models.save()
            return self.state_bytes()

    def state_bytes(self) -> bytes:
        """As :meth:`to_bytes`, but models that have a checkpoint store are not written to it.

        For who writes them little by little with :meth:`save_models`: a detector that goes on from
        here and is fed again what came since then learns from it where a model has not yet.
        """
        facts: dict[str, Any] = {
            "id": self.id,
            "config": self.config.to_json(),
            "settings": self.settings.to_json(),
        }
        with self._lock:
            if self._stream is None:
                return join_snapshot(facts, [])
            facts["offset"] = self._stream.windows.offset
            facts["time_unit"] = self._time_unit.name
            facts["stream"], parts = self._stream.to_parts()
            return join_snapshot(facts, parts)

    @classmethod
    def from_bytes(
        cls: type[_Self],
        data: bytes,
        *,
        byte_budget: int | None = None,
        checkpoints: CheckpointStore | None = None,
    ) -> _Self:
        """A detector from :meth:`to_bytes`; it goes on as the one that was saved would have.

        Parameters
        ----------
        data : bytes
        byte_budget, checkpoints
            As for the class; ``checkpoints`` is needed where the one that was saved had it.

        Raises
        ------
        SnapshotError
            If the bytes are anything else, damaged, or from a newer release.
        """
        facts, parts = split_snapshot(bytes(data))
        try:
            config = DetectorConfig.from_json(
                facts["config"], limits=_NO_LIMITS, needs_indices=False
            )
            room: dict[str, Any] = {"byte_budget": byte_budget, "checkpoints": checkpoints}
            made = cls(config, detector_id=facts["id"], **room, **facts["settings"])
            if "stream" in facts:
                windows = Windows(config.interval, facts["offset"])
                made._stream = DetectionStream(
                    config, made.settings, windows, made.id, room=made._room
                )
                made._stream.restore(facts["stream"], parts)
                made._time_unit = TimeUnit(facts["time_unit"])
        except (KeyError, TypeError, ValueError) as error:
            raise SnapshotError(f"the detector cannot be read: {error}") from error
        return made

    def save(self, path: str | PathLike[str]) -> None:
        """Write :meth:`to_bytes` to a file, whole or not at all."""
        target = Path(path)
        draft = target.with_name(f".{target.name}.{new_id()}.tmp")
        try:
            draft.write_bytes(self.to_bytes())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    @classmethod
    def load(cls: type[_Self], path: str | PathLike[str]) -> _Self:
        """A detector from a file that :meth:`save` wrote."""
        return cls.from_bytes(Path(path).read_bytes())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)

    def __repr__(self) -> str:
        config = self.config
        of = f" by {', '.join(config.category_fields)}" if config.category_fields else ""
        features = ", ".join(config.feature_names)
        state = "not started" if self._stream is None else self.init_progress.state
        return f"Detector({config.name!r}: {features} per {config.detection_interval}{of}; {state})"

    def _windows(self, started_at: Any) -> Windows:
        at = moment(started_at, "started_at")
        if at is None:
            return Windows.historical(self.config.interval)
        return Windows.realtime(self.config.interval, self.config.window_delay.milliseconds, at)


def moment(value: Any, name: str) -> int | None:
    """Epoch milliseconds of a time in whatever form."""
    return None if value is None else epoch_moment(value, name)
