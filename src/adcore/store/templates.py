"""What new indices are made with beside what is asked for: templates, by patterns of names."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Any

from adcore.store.names import matching_names

__all__ = ["Template", "best_template", "composed", "overlap"]

_PARTS = ("settings", "mappings", "aliases")


@dataclass(frozen=True, slots=True)
class Template:
    """A template of indices, or a component of such.

    Attributes
    ----------
    name : str
    body : mapping
        ``template`` with settings by whole names, mappings and aliases; of a template of indices
        ``index_patterns``, ``priority`` and ``composed_of`` too.
    """

    name: str
    body: MappingABC[str, Any]

    @property
    def content(self) -> MappingABC[str, Any]:
        """Settings, mappings and aliases."""
        return self.body.get("template") or {}

    @property
    def patterns(self) -> list[str]:
        """Of names of indices."""
        return list(self.body["index_patterns"])

    @property
    def priority(self) -> int:
        """Of several that match, the highest counts."""
        return int(self.body.get("priority") or 0)

    @property
    def components(self) -> list[str]:
        """What it is made of, the later over the earlier."""
        return list(self.body.get("composed_of") or ())

    def to_state(self) -> str:
        """As the catalog keeps it."""
        return json.dumps(dict(self.body))


def best_template(templates: Iterable[Template], index: str) -> Template | None:
    """The template for an index of a name: patterns meet names as those of a search do."""
    fits = [t for t in templates if any(matching_names(each, [index]) for each in t.patterns)]
    return max(fits, key=lambda template: template.priority, default=None)


def composed(contents: Iterable[MappingABC[str, Any]]) -> dict[str, Any]:
    """Settings, mappings and aliases together; what comes later counts.

    Examples
    --------
    >>> first = {"settings": {"a": "1"}, "mappings": {"properties": {"x": {"type": "long"}}}}
    >>> later = {"mappings": {"properties": {"x": {"type": "ip"}, "y": {"type": "date"}}}}
    >>> composed([first, later])["mappings"]
    {'properties': {'x': {'type': 'ip'}, 'y': {'type': 'date'}}}
    """
    made: dict[str, Any] = {part: {} for part in _PARTS}
    for content in contents:
        made["settings"] |= content.get("settings") or {}
        made["aliases"] |= content.get("aliases") or {}
        made["mappings"] = _over(made["mappings"], content.get("mappings") or {})
    return made


def _over(before: MappingABC[str, Any], later: MappingABC[str, Any]) -> dict[str, Any]:
    """A mapping, or an object in it, with what is said of it later."""
    made = {**before, **later}
    properties = dict(before.get("properties") or {})
    for name, field in (later.get("properties") or {}).items():
        known = properties.get(name, {})
        are_objects = "properties" in known and "properties" in field
        properties[name] = _over(known, field) if are_objects else field
    if properties:
        made["properties"] = properties
    listed = [*(later.get("dynamic_templates") or ()), *(before.get("dynamic_templates") or ())]
    if listed:
        # Of the same name the later; and the first that matches a field counts.
        named = {name: each for each in reversed(listed) for name in each}
        made["dynamic_templates"] = [each for each in listed if named.get(next(iter(each))) is each]
    return made


def overlap(one: str, other: str) -> bool:
    """Whether there may be a name that fits two patterns.

    Examples
    --------
    >>> overlap("logs-*", "*-2024"), overlap("logs-*", "metrics-*"), overlap("a*c", "abc")
    (True, False, True)
    """
    if "*" not in one or "*" not in other:
        return bool(matching_names(one, [other]) or matching_names(other, [one]))
    # Between what they begin and what they end with, stars have room for all of the other.
    begins = one.split("*", maxsplit=1)[0], other.split("*", maxsplit=1)[0]
    ends = one.rsplit("*", maxsplit=1)[-1], other.rsplit("*", maxsplit=1)[-1]
    return _is_one(begins, str.startswith) and _is_one(ends, str.endswith)


def _is_one(pair: tuple[str, str], holds: Any) -> bool:
    return bool(holds(pair[0], pair[1]) or holds(pair[1], pair[0]))
