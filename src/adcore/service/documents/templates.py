"""Templates of indices, and the components that they are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adcore.service.documents.indices import content_of
from adcore.service.documents.table import CAT_PARAMETERS, Column, table
from adcore.service.documents.targets import TIMEOUT_PARAMETERS
from adcore.service.errors import ApiError, validation_error
from adcore.service.flat_settings import nested_settings
from adcore.service.json_content import texts_of
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.store.errors import TemplateMissingError
from adcore.store.templates import Template, best_template

__all__ = ["ENDPOINTS", "shown_template"]

_COMPONENT = ("template", "version", "_meta")
_INDEX = (*_COMPONENT, "index_patterns", "composed_of", "priority")
_TABLE = (
    Column("name", ("n",), "template name"),
    Column("index_patterns", ("t",), "template index patterns"),
    Column("order", ("o", "p"), "template application order", is_number=True),
    Column("version", ("v",), "version"),
    Column("composed_of", ("c",), "component templates"),
)
_KINDS: dict[str, type] = {"template": dict, "version": int, "_meta": dict, "priority": int}


def _body(call: Call, kind: str, known: tuple[str, ...]) -> dict[str, Any]:
    """The body of a template, as it is stored."""
    body = {key: content for key, content in call.object().items() if content is not None}
    for key, content in body.items():
        if key == "data_stream":
            raise _wrong(kind, "data streams are not supported")
        if key not in known:
            raise _wrong(kind, f"unknown field [{key}]")
        expected = _KINDS.get(key, object)
        if not isinstance(content, expected) or (expected is int and isinstance(content, bool)):
            raise _wrong(kind, f"failed to parse field [{key}]")
    if "template" in body:
        body["template"] = content_of(body["template"], f"{kind} [template]")
    return body


def _wrong(kind: str, text: str) -> ApiError:
    return ApiError(400, "x_content_parse_exception", f"[{kind}] {text}")


def _put(call: Call) -> Reply:
    body = _body(call, "index_template", _INDEX)
    for key in ("index_patterns", "composed_of"):
        if key in body:
            body[key] = texts_of(key, body[key])
    if not body.get("index_patterns"):
        raise validation_error("index patterns are missing")
    if body.get("priority", 0) < 0:
        raise validation_error("index template priority must be >= 0")
    name = call.value("name")
    call.context.store.templates.put(name, body, is_new=call.boolean("create"))
    return Reply({"acknowledged": True})


def _put_component(call: Call) -> Reply:
    body = _body(call, "component_template", _COMPONENT)
    if "template" not in body:
        raise _wrong("component_template", "Required [template]")
    templates = call.context.store.templates
    templates.put_component(call.value("name"), body, is_new=call.boolean("create"))
    return Reply({"acknowledged": True})


def shown_template(call: Call, template: Template) -> dict[str, Any]:
    """A template as the API shows it."""
    shown = dict(template.body)
    if "template" in shown:
        shown["template"] = _content(call, shown["template"])
    if "index_patterns" in shown:
        shown.setdefault("composed_of", [])
    return shown


def _content(call: Call, content: Any) -> dict[str, Any]:
    made = {part: each for part, each in content.items() if each}
    if "settings" in made and not call.boolean("flat_settings"):
        made["settings"] = nested_settings(made["settings"])
    return made


def _show(call: Call) -> Reply:
    found = call.context.store.templates.shown(call.optional_value("name") or "*,.*")
    shown = [{"name": each.name, "index_template": shown_template(call, each)} for each in found]
    return Reply({"index_templates": shown})


def _show_components(call: Call) -> Reply:
    found = call.context.store.templates.shown_components(call.optional_value("name") or "*")
    shown = [
        {"name": each.name, "component_template": shown_template(call, each)} for each in found
    ]
    return Reply({"component_templates": shown})


def _exists(call: Call) -> Reply:
    return _is_there(call, call.context.store.templates.shown)


def _component_exists(call: Call) -> Reply:
    return _is_there(call, call.context.store.templates.shown_components)


def _is_there(call: Call, shown: Callable[[str], list[Template]]) -> Reply:
    try:
        return Reply(None, 200 if shown(call.value("name")) else 404)
    except TemplateMissingError:
        return Reply(None, 404)


def _delete(call: Call) -> Reply:
    call.context.store.templates.delete(call.value("name"))
    return Reply({"acknowledged": True})


def _delete_component(call: Call) -> Reply:
    call.context.store.templates.delete_component(call.value("name"))
    return Reply({"acknowledged": True})


def _simulate(call: Call) -> Reply:
    """What an index of a name would be made with."""
    catalog, name = call.context.store.documents.catalog, call.value("name")
    best = best_template(catalog.templates.values(), name)
    if best is None:
        return Reply({"template": {}, "overlapping": []})
    content = catalog.content_of(name, dict.fromkeys(("settings", "mappings", "aliases")))
    others = [
        {"name": each.name, "index_patterns": each.patterns}
        for each in catalog.templates.values()
        if each is not best and best_template([each], name)
    ]
    return Reply({"template": _content(call, content), "overlapping": others})


def _table(call: Call) -> Reply:
    found = call.context.store.templates.shown(call.optional_value("name") or "*,.*")
    rows = [
        {
            "name": each.name, "index_patterns": f"[{', '.join(each.patterns)}]",
            "order": each.priority, "version": each.body.get("version", ""),
            "composed_of": f"[{', '.join(each.components)}]",
        }
        for each in sorted(found, key=lambda each: each.name)
    ]  # fmt: skip
    return table(call, _TABLE, rows)


_PUT = [*TIMEOUT_PARAMETERS, "cause", "create"]
_GET = [*TIMEOUT_PARAMETERS, "flat_settings", "local"]
ENDPOINTS = [
    *endpoints(
        "PUT POST", "/_index_template/{name}", _put, parameters=_PUT, writes=True, body="json",
        summary="Add or replace a template of indices.",
    ),
    *endpoints(
        "GET", ["/_index_template", "/_index_template/{name}"], _show, parameters=_GET,
        summary="Templates of indices.",
    ),
    *endpoints(
        "HEAD", "/_index_template/{name}", _exists, parameters=_GET,
        summary="Whether there are such templates of indices.",
    ),
    *endpoints(
        "DELETE", "/_index_template/{name}", _delete, parameters=TIMEOUT_PARAMETERS, writes=True,
        summary="Delete templates of indices; indices stay as they are.",
    ),
    *endpoints(
        "POST", "/_index_template/_simulate_index/{name}", _simulate, parameters=_GET,
        summary="What an index of a name would be made with.",
    ),
    *endpoints(
        "PUT POST", "/_component_template/{name}", _put_component, parameters=_PUT, writes=True,
        body="json", summary="Add or replace a component of templates.",
    ),
    *endpoints(
        "GET", ["/_component_template", "/_component_template/{name}"], _show_components,
        parameters=_GET, summary="Components of templates.",
    ),
    *endpoints(
        "HEAD", "/_component_template/{name}", _component_exists, parameters=_GET,
        summary="Whether there are such components.",
    ),
    *endpoints(
        "DELETE", "/_component_template/{name}", _delete_component, writes=True,
        parameters=TIMEOUT_PARAMETERS, summary="Delete components that no template is made of.",
    ),
    *endpoints(
        "GET", ["/_cat/templates", "/_cat/templates/{name}"], _table, parameters=CAT_PARAMETERS,
        summary="Templates of indices, as a table.",
    ),
]  # fmt: skip
