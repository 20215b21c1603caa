"""The profile of a detector at work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adcore.detector.model_id import model_id_of
from adcore.errors import InvalidArgumentError

if TYPE_CHECKING:
    from adcore.detector.stream import DetectionStream

__all__ = ["PROFILE_TYPES", "entity_profile", "profile"]

PROFILE_TYPES = (
    "state", "error", "models", "shingle_size", "coordinating_node", "total_size_in_bytes",
    "init_progress", "total_entities", "active_entities", "ad_task",
)  # fmt: skip
_DEFAULT_TYPES = ("state", "error")


def wanted_types(types: str | Sequence[str] | None) -> tuple[str, ...]:
    """The types asked for, in the order of the answer; names that are no type are dropped.

    Raises
    ------
    InvalidArgumentError
        If nothing is left.
    """
    if types is None:
        return _DEFAULT_TYPES
    given = types.split(",") if isinstance(types, str) else list(types)
    names = {name.strip() for name in given}
    wanted = tuple(name for name in PROFILE_TYPES if name in names or "_all" in names)
    if not wanted:
        raise InvalidArgumentError("profiles to collect are missing or invalid")
    return wanted


def profile(
    stream: DetectionStream | None,
    detector_id: str,
    types: str | Sequence[str] | None = None,
    *,
    error: str = "",
) -> dict[str, Any]:
    """What can be said of a detector now; see :meth:`Detector.profile`."""
    wanted = wanted_types(types)
    if stream is None:
        return {"state": "DISABLED"} if "state" in wanted else {}
    progress = stream.init_progress()
    models = stream.models
    state = models.state()
    is_single = not stream.config.category_fields
    facts: dict[str, Any] = {
        "state": progress.state,
        "error": error,
        "shingle_size": stream.config.shingle_size if is_single else None,
        "total_size_in_bytes": state.model_bytes,
        "init_progress": progress.to_json(),
        "total_entities": None if is_single else len(stream.directory),
        "active_entities": None if is_single else state.active,
    }
    if "models" in wanted:
        facts["models"] = [_model(stream, detector_id, entity) for entity in models.entities()]
    found = {name: facts[name] for name in wanted if facts.get(name) is not None}
    if "models" in found and state.active:
        found["model_count"] = state.active
    return found


def _model(stream: DetectionStream, detector_id: str, entity: int) -> dict[str, Any]:
    named = _named(stream, entity)
    facts: dict[str, Any] = {"model_id": model_id_of(detector_id, named)}
    if named:
        facts["entity"] = [{"name": name, "value": named[name]} for name in sorted(named)]
    return facts | {"model_size_in_bytes": stream.models.model_bytes(entity)}


def _named(stream: DetectionStream, entity: int) -> dict[str, str]:
    return dict(zip(stream.config.category_fields, stream.key_of(entity), strict=True))


def entity_profile(
    stream: DetectionStream | None,
    fields: Sequence[str],
    detector_id: str,
    entity: dict[str, str],
) -> dict[str, Any]:
    """What can be said of one entity; see :meth:`Detector.entity_profile`."""
    if not fields:
        raise InvalidArgumentError("This is not a high cardinality detector")
    if not entity:
        raise InvalidArgumentError("Empty entity attributes")
    for name in entity:
        if name not in fields:
            raise InvalidArgumentError(f"Cannot find {name}")
    if len(entity) != len(fields):
        raise InvalidArgumentError("Cannot find entity")
    number = None if stream is None else stream.entity_of(tuple(entity[name] for name in fields))
    if stream is None or number is None:
        return {"is_active": False}
    model = stream.models.facts(number)
    if not model.bytes:
        return {"is_active": False}
    progress = stream.init_progress(model)
    return {
        "is_active": True,
        "init_progress": progress.to_json(),
        "model": {
            "model_id": model_id_of(detector_id, entity),
            "model_size_in_bytes": model.bytes,
        },
        "state": progress.state,
    }
