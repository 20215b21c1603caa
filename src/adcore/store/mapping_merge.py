"""What becomes of a mapping when fields are added, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from typing import Any

from adcore.store.errors import MappingError
from adcore.store.mapping_builder import wrong_mapping

__all__ = ["merged_properties", "sorted_properties"]

_OBJECTS = ("object", "nested")


def sorted_properties(properties: MappingABC[str, Any]) -> dict[str, Any]:
    """Properties in the order of their names, as the API shows them."""
    shown: dict[str, Any] = {}
    for name in sorted(properties):
        options = dict(properties[name])
        if "properties" in options:
            options["properties"] = sorted_properties(options["properties"])
            if options["properties"] and options.get("type") == "object":
                del options["type"]
            elif not options["properties"]:
                del options["properties"]
                options.setdefault("type", "object")
        shown[name] = options
    return shown


def merged_properties(
    present: MappingABC[str, Any], addition: MappingABC[str, Any], parent: str
) -> dict[str, Any]:
    """The present properties and the additional ones; a MappingError where they contradict."""
    if not isinstance(addition, MappingABC):
        raise wrong_mapping(f"Expected map for property [properties] on field [{parent[:-1]}]")
    merged = dict(present)
    for name, options in addition.items():
        merged[name] = (
            _merged_field(merged[name], options, f"{parent}{name}") if name in merged else options
        )
    return merged


def _merged_field(
    present: MappingABC[str, Any], addition: MappingABC[str, Any], path: str
) -> dict[str, Any]:
    if not isinstance(addition, MappingABC):
        raise wrong_mapping(f"Expected map for property [fields] on field [{path}]")
    before, after = _kind(present), _kind(addition)
    if before == "nested" and after == "object" and "type" not in addition:
        after = "nested"
    if before != after:
        if {before, after} == set(_OBJECTS):
            raise MappingError(f"cannot change object mapping from nested to non-nested: [{path}]")
        if {before, after} & set(_OBJECTS):
            raise MappingError(f"can't merge a non object mapping [{path}] with an object mapping")
        raise MappingError(f"mapper [{path}] cannot be changed from type [{before}] to [{after}]")
    merged = {**present, **addition}
    if before in _OBJECTS:
        merged["properties"] = merged_properties(
            present.get("properties", {}), addition.get("properties", {}), f"{path}."
        )
    elif present.get("fields"):
        merged["fields"] = merged_properties(
            present["fields"], addition.get("fields") or {}, f"{path}."
        )
    return merged


def _kind(options: MappingABC[str, Any]) -> str:
    return str(options.get("type", "object"))
