"""Dynamic mapping: what a field that nobody declared becomes, from its first value."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from typing import Any

from adcore.dates.formats import DYNAMIC_FORMATS, date_format
from adcore.errors import InvalidArgumentError
from adcore.store.errors import MappingError, StrictDynamicMappingError
from adcore.store.mapping import RESERVED_COLUMNS, Mapping
from adcore.store.nested_lists import flattened

__all__ = ["inferred_properties"]

_DEEPEST = 20


def inferred_properties(document: MappingABC[str, Any], mapping: Mapping) -> dict[str, Any]:
    """The properties to add to a mapping so that it has every field of a document.

    Raises
    ------
    StrictDynamicMappingError
        If a strict object has a field that it does not know.
    MappingError
        If objects are in objects too deep, or a name is none.
    """
    return _Inference(mapping).object(document, "", 1)


class _Inference:
    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        options = mapping.root_options
        self._templates: Sequence[MappingABC[str, Any]] = options.get("dynamic_templates") or ()
        self._detects_dates = options.get("date_detection", True) not in (False, "false")
        self._detects_numbers = options.get("numeric_detection", False) in (True, "true")
        formats = options.get("dynamic_date_formats", DYNAMIC_FORMATS)
        self._formats = tuple(date_format(text) for text in formats)

    def object(self, value: MappingABC[str, Any], path: str, depth: int) -> dict[str, Any]:
        if depth > _DEEPEST:
            raise MappingError(
                f"Limit of mapping depth [{_DEEPEST}] has been exceeded due to object field "
                f"[{path}]"
            )
        added: dict[str, Any] = {}
        for key, item in value.items():
            _check_name(key)
            if not path and key in RESERVED_COLUMNS:
                raise MappingError(
                    f"Field [{key}] is a metadata field and cannot be added inside a document. "
                    "Use the index API request parameters."
                )
            self._entry(key, item, path, depth, added)
        return added

    def _entry(self, key: str, value: Any, parent: str, depth: int, added: dict[str, Any]) -> None:
        """Add what a key needs; a dotted key opens one object after another."""
        head, _, rest = key.partition(".")
        path = f"{parent}.{head}" if parent else head
        known = self._mapping.objects.get(path)
        if path in self._mapping.fields and not rest:
            return
        if known is not None and not known.is_enabled:
            return
        if rest:
            inner: dict[str, Any] = {}
            self._entry(rest, value, path, depth + 1, inner)
            if inner:
                _add(added, head, {"properties": inner})
            return
        self._value(head, path, value, depth, added)

    def _value(self, name: str, path: str, value: Any, depth: int, added: dict[str, Any]) -> None:
        items = list(flattened(value))
        objects = [item for item in items if isinstance(item, dict)]
        first = next((item for item in items if item is not None), None)
        if first is None:
            return
        known = path in self._mapping.objects
        if not known and not self._may_add(name, path):
            return
        if objects:
            declared = {} if known else self._declared(name, path, "object", {"type": "object"})
            _add(added, name, dict(declared))
            for item in objects:
                _add(added, name, {"properties": self.object(item, path, depth + 1)})
            if known and not added[name].get("properties"):
                del added[name]
        elif not known:
            _add(added, name, self._leaf(name, path, first))

    def _may_add(self, name: str, path: str) -> bool:
        owner = path.rpartition(".")[0]
        while owner not in self._mapping.objects:
            owner = owner.rpartition(".")[0]
        dynamic = self._mapping.objects[owner].dynamic
        if dynamic == "strict":
            raise StrictDynamicMappingError(
                f"mapping set to strict, dynamic introduction of [{name}] within "
                f"[{owner or '_doc'}] is not allowed"
            )
        return dynamic == "true"

    def _leaf(self, name: str, path: str, value: Any) -> MappingABC[str, Any]:
        if isinstance(value, bool):
            return self._declared(name, path, "boolean", {"type": "boolean"})
        if isinstance(value, int):
            return self._declared(name, path, "long", {"type": "long"})
        if isinstance(value, float):
            return self._declared(name, path, "double", {"type": "float"})
        return self._text(name, path, str(value))

    def _text(self, name: str, path: str, value: str) -> MappingABC[str, Any]:
        if self._detects_dates and not _is_number(value):
            for form in self._formats:
                if _fits(form.parse, value):
                    options: dict[str, Any] = {"type": "date"}
                    if form.text != DYNAMIC_FORMATS[0]:
                        options["format"] = form.text
                    return self._declared(name, path, "date", options)
        if self._detects_numbers and _is_number(value):
            whole = value.lstrip("+-").isdigit()
            kind = ("long", "long") if whole else ("double", "float")
            return self._declared(name, path, kind[0], {"type": kind[1]})
        keyword = {"keyword": {"type": "keyword", "ignore_above": 256}}
        return self._declared(name, path, "string", {"type": "text", "fields": keyword})

    def _declared(
        self, name: str, path: str, kind: str, default: MappingABC[str, Any]
    ) -> MappingABC[str, Any]:
        """What a dynamic template says about the field, else the default."""
        for entry in self._templates:
            for template in entry.values():
                if _matches(template, name, path, kind):
                    return _filled(template.get("mapping", {}), name, kind) or default
        return default


def _matches(template: MappingABC[str, Any], name: str, path: str, kind: str) -> bool:
    def wanted(key: str, value: str) -> bool:
        return key not in template or _any(template[key], value)

    def refused(key: str, value: str) -> bool:
        return key in template and _any(template[key], value)

    return (
        wanted("match_mapping_type", kind)
        and wanted("match", name)
        and wanted("path_match", path)
        and not refused("unmatch", name)
        and not refused("path_unmatch", path)
    )


def _any(patterns: Any, value: str) -> bool:
    listed = patterns if isinstance(patterns, list) else [patterns]
    return any(fnmatch.fnmatchcase(value, str(pattern)) for pattern in listed)


def _filled(options: Any, name: str, kind: str) -> Any:
    if isinstance(options, dict):
        return {key: _filled(value, name, kind) for key, value in options.items()}
    if isinstance(options, str):
        dynamic_type = {"string": "text", "double": "float"}.get(kind, kind)
        return options.replace("{name}", name).replace("{dynamic_type}", dynamic_type)
    return options


def _add(added: dict[str, Any], name: str, options: MappingABC[str, Any]) -> None:
    """Merge options into those of a name; the first type wins, properties are joined."""
    present = added.setdefault(name, {})
    for key, value in options.items():
        if key in ("properties", "fields") and key in present:
            for inner, declared in value.items():
                _add(present[key], inner, declared)
        else:
            present.setdefault(key, dict(value) if isinstance(value, dict) else value)


def _check_name(name: str) -> None:
    if not name.strip() or name.startswith(".") or name.endswith(".") or ".." in name:
        reason = f"field name [{name}] cannot be empty, or start or end with [.]"
        error = MappingError(reason)
        raise error


def _is_number(text: str) -> bool:
    return _fits(float, text)


def _fits(read: Any, value: str) -> bool:
    try:
        read(value)
    except (ValueError, InvalidArgumentError):
        return False
    return True
