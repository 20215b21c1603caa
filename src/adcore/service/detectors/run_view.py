"""What others may see of a job while it is at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adcore.detector import Detector, DetectorConfig, InitProgress
from adcore.detector.model_id import model_id_of
from adcore.detector.models import NO_MODELS, ModelsState

__all__ = ["RunView", "ShownModel", "last_active"]

# A profile lists so many models: of a million the answer would take minutes.
_MOST_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class ShownModel:
    """A model in memory.

    Attributes
    ----------
    entity : dict
        The values of the category fields, sorted by their names; empty of a single series.
    bytes : int
        What it holds.
    last_active : int or None
        The last firing for which its entity had data since the models were loaded.
    """

    entity: dict[str, str]
    bytes: int
    last_active: int | None

    def identity(self, detector_id: str) -> dict[str, Any]:
        """How the API names it."""
        found: dict[str, Any] = {"model_id": model_id_of(detector_id, self.entity)}
        if self.entity:
            named = self.entity.items()
            found["entity"] = [{"name": name, "value": value} for name, value in named]
        return found


@dataclass(frozen=True, slots=True)
class RunView:
    """All of one moment: the end of the last look. Who asks does not wait for the next.

    Attributes
    ----------
    progress : InitProgress or None
        How far the models are; None while they are being loaded.
    entities : int
        Those that have come so far.
    models : ModelsState
        The counts of their models.
    shown : tuple of ShownModel
        Those that had one in memory, at most a thousand.
    """

    progress: InitProgress | None = None
    entities: int = 0
    models: ModelsState = NO_MODELS
    shown: tuple[ShownModel, ...] = ()

    @classmethod
    def of(cls, detector: Detector) -> RunView:
        """What there is to see of a detector now."""
        fields = detector.config.category_fields
        shown = []
        for key, size, last_seen in detector.some_models(_MOST_SHOWN):
            named = dict(sorted(zip(fields, key, strict=True)))
            shown.append(ShownModel(named, size, last_active(detector.config, last_seen)))
        return cls(
            detector.init_progress, detector.entity_count, detector.models_state(), tuple(shown)
        )


def last_active(config: DetectorConfig, last_seen: int | None) -> int | None:
    """The firing that looked at the interval that starts at a time."""
    if last_seen is None:
        return None
    return last_seen + config.interval + config.window_delay.milliseconds
