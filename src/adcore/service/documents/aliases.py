"""Other names of indices."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from adcore.service.documents.indices import aliases_of, check_alias_options
from adcore.service.documents.targets import INDEX_PARAMETERS, TIMEOUT_PARAMETERS, resolve
from adcore.service.errors import ApiError, parse_error, simple_error, validation_error
from adcore.service.json_content import texts_of
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.store.names import matching_names

__all__ = ["ENDPOINTS"]


def _show(call: Call) -> Reply:
    name = call.optional_value("name")
    patterns = None if name in (None, "*", "_all") else str(name).split(",")
    shown: dict[str, Any] = {}
    missing = set() if patterns is None else {each for each in patterns if "*" not in each}
    # Whoever names an alias means it, be it of a hidden index.
    where = call.optional_value("index") or (None if patterns is None else "*,.*")
    for target in resolve(call, where):
        found = aliases_of(call, target.index)
        if patterns is not None:
            found = {k: v for k, v in found.items() if any(fnmatchcase(k, p) for p in patterns)}
        missing -= found.keys()
        if found or patterns is None:
            shown[target.index] = {"aliases": found}
    if missing:
        plural = "es" if len(missing) > 1 else ""
        text = f"alias{plural} [{','.join(sorted(missing))}] missing"
        raise ApiError(404, "aliases_not_found_exception", text,
                       body={"error": text, "status": 404, **shown})  # fmt: skip
    return Reply(shown)


def _exists(call: Call) -> Reply:
    try:
        found = _show(call).body
    except ApiError:
        return Reply(None, 404)
    return Reply(None, 200 if found else 404)


def _put(call: Call) -> Reply:
    options = call.optional_object()
    check_alias_options(call.value("name"), options)
    add = {**options, "index": call.value("index"), "alias": call.value("name")}
    call.context.store.documents.update_aliases([{"add": add}])
    return Reply({"acknowledged": True})


def _remove(call: Call) -> Reply:
    documents = call.context.store.documents
    targets = resolve(call, call.value("index"), allow_no_indices=False)
    wanted = call.value("name").split(",")
    actions: list[Any] = []
    for target in targets:
        own = aliases_of(call, target.index)
        for each in wanted:
            pattern = "*" if each == "_all" else each
            actions += [
                {"remove": {"index": target.index, "alias": alias}}
                for alias in matching_names(pattern, own)
            ]
    if not actions:
        raise simple_error(404, f"aliases [{','.join(wanted)}] missing")
    documents.update_aliases(actions)
    return Reply({"acknowledged": True})


def _update(call: Call) -> Reply:
    actions = call.object().get("actions")
    if not isinstance(actions, list) or not actions:
        raise validation_error("Must specify at least one alias action")
    for action in actions:
        if not isinstance(action, dict) or len(action) != 1:
            raise parse_error("each action must be an object of one field")
        ((kind, options),) = action.items()
        _check_action(kind, options)
    call.context.store.documents.update_aliases(actions)
    return Reply({"acknowledged": True})


def _check_action(kind: str, options: Any) -> None:
    if kind not in ("add", "remove", "remove_index"):
        raise ApiError(400, "x_content_parse_exception", f"[aliases] unknown field [{kind}]")
    if not isinstance(options, dict):
        raise parse_error(f"[{kind}] must be an object")
    if not options.get("index") and not options.get("indices"):
        raise validation_error("One of [index] or [indices] is required")
    if kind != "remove_index" and not options.get("alias") and not options.get("aliases"):
        raise validation_error("One of [alias] or [aliases] is required")
    for key in ("alias", "aliases", "index", "indices"):
        texts_of(key, options.get(key, []))
    check_alias_options(str(options.get("alias", options.get("aliases"))), options)


_NAMED = ["/{index}/_alias/{name}", "/{index}/_aliases/{name}"]
_SHOWN = ["/_alias", "/_aliases", "/_alias/{name}", "/{index}/_alias", "/{index}/_alias/{name}"]
ENDPOINTS = [
    *endpoints("GET", _SHOWN, _show, parameters=INDEX_PARAMETERS, summary="Aliases by index."),
    *endpoints(
        "HEAD", ["/_alias/{name}", "/{index}/_alias", "/{index}/_alias/{name}"], _exists,
        parameters=INDEX_PARAMETERS, summary="Whether aliases exist.",
    ),
    *endpoints(
        "PUT POST", _NAMED, _put, parameters=TIMEOUT_PARAMETERS, writes=True, body="json",
        summary="Give indices another name.",
    ),
    *endpoints(
        "DELETE", _NAMED, _remove, parameters=TIMEOUT_PARAMETERS, writes=True,
        summary="Take names from indices.",
    ),
    *endpoints(
        "POST", "/_aliases", _update, parameters=TIMEOUT_PARAMETERS, writes=True, body="json",
        summary="Change aliases, all at once.",
    ),
]  # fmt: skip
