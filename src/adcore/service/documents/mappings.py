"""Mappings: the fields of indices, their types, and what can be done with them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from adcore.service.documents.targets import INDEX_PARAMETERS, resolve
from adcore.service.errors import validation_error
from adcore.service.json_content import texts_of
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.store.mapping import Field, Mapping

__all__ = ["ENDPOINTS"]


def _show(call: Call) -> Reply:
    shown = {}
    for target in resolve(call, call.optional_value("index"), allow_no_indices=True):
        shown[target.index] = {"mappings": target.mapping.to_json()}
    return Reply(shown)


def _add(call: Call) -> Reply:
    body = call.object()
    targets = resolve(call, call.value("index"), allow_no_indices=False)
    names = ",".join(target.index for target in targets)
    call.context.store.documents.put_mapping(names, body)
    return Reply({"acknowledged": True})


def _show_fields(call: Call) -> Reply:
    patterns = call.value("fields").split(",")
    shown: dict[str, Any] = {}
    for target in resolve(call, call.optional_value("index")):
        found = {}
        for path in target.mapping.fields:
            if any(fnmatchcase(path, pattern) for pattern in patterns):
                leaf = {path.rpartition(".")[2]: _definition(target.mapping, path)}
                found[path] = {"full_name": path, "mapping": leaf}
        shown[target.index] = {"mappings": found}
    return Reply(shown)


def _definition(mapping: Mapping, path: str) -> Any:
    """The JSON of a field: of a property, or of a sub-field of one."""
    place: Any = mapping.to_json()
    rest = path
    while rest:
        inside = {**place.get("fields", {}), **place.get("properties", {})}
        step = next(key for key in inside if rest == key or rest.startswith(f"{key}."))
        place, rest = inside[step], rest[len(step) + 1 :]
    return place


def _capabilities(call: Call) -> Reply:
    body = call.optional_object()
    given = call.words("fields") or body.get("fields") or []
    patterns = texts_of("fields", given)
    if not patterns:
        raise validation_error("no fields specified")
    targets = resolve(call, call.optional_value("index"))
    found: dict[str, dict[str, list[str]]] = {}
    is_aggregatable: dict[str, bool] = {}
    for target in targets:
        for path, name, can_aggregate in _types(target.mapping):
            if any(fnmatchcase(path, pattern) for pattern in patterns):
                found.setdefault(path, {}).setdefault(name, []).append(target.index)
                is_aggregatable[name] = can_aggregate
    fields = {
        path: {
            name: _capability(
                name, indices, can_aggregate=is_aggregatable[name], alone=len(types) == 1
            )
            for name, indices in types.items()
        }
        for path, types in sorted(found.items())
    }
    return Reply({"indices": [target.index for target in targets], "fields": fields})


def _types(mapping: Mapping) -> list[tuple[str, str, bool]]:
    """Path, type, and whether aggregations take it, of all fields and objects."""
    fields = [
        (path, _type(field), _type(field) != "text") for path, field in mapping.fields.items()
    ]
    nested = [(path, "nested", False) for path in mapping.nested]
    return [*fields, *nested]


def _type(field: Field) -> str:
    return str(getattr(field.type, "value", field.type))


def _capability(
    name: str, indices: list[str], *, can_aggregate: bool, alone: bool
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": name,
        "searchable": name != "nested",
        "aggregatable": can_aggregate,
    }
    return body if alone else {**body, "indices": indices}


_MAPPINGS = ["/{index}/_mapping", "/{index}/_mappings"]
ENDPOINTS = [
    *endpoints(
        "GET", ["/_mapping", "/_mappings", *_MAPPINGS], _show, parameters=INDEX_PARAMETERS,
        summary="The fields of indices.",
    ),
    *endpoints(
        "PUT POST", _MAPPINGS, _add, writes=True, body="json",
        parameters=[*INDEX_PARAMETERS, "write_index_only"], summary="Add fields to indices.",
    ),
    *endpoints(
        "GET", ["/_mapping/field/{fields}", "/{index}/_mapping/field/{fields}"], _show_fields,
        parameters=[*INDEX_PARAMETERS, "include_defaults"], summary="Some fields of indices.",
    ),
    *endpoints(
        "GET POST", ["/_field_caps", "/{index}/_field_caps"], _capabilities, body="json",
        parameters=[*INDEX_PARAMETERS, "fields", "include_unmapped"],
        summary="What can be done with fields.",
    ),
]  # fmt: skip
