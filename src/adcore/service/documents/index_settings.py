"""Settings of indices. They are kept and shown; few have an effect on one machine."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from adcore.service.documents.targets import INDEX_PARAMETERS, resolve
from adcore.service.errors import ApiError, illegal_argument
from adcore.service.flat_settings import flat_settings, nested_settings, setting_text
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.store.index_entry import IndexEntry

__all__ = ["ENDPOINTS", "shown_settings", "stored_settings"]

_FIELD_LIMIT = "index.mapping.total_fields.limit"
_FIXED = frozenset({"index.creation_date", "index.provided_name", "index.uuid"})
_STATIC = frozenset({"index.number_of_shards", "index.codec"})
_MOST_FIELDS = 1_000_000


def stored_settings(given: dict[str, Any]) -> dict[str, Any]:
    """Settings by their whole names, such as ``index.number_of_shards``.

    >>> stored_settings({"number_of_shards": 1, "index": {"codec": "best"}})
    {'index.number_of_shards': '1', 'index.codec': 'best'}

    Raises
    ------
    ApiError
        If one has a value that no index can have.
    """
    flat: dict[str, Any] = {}
    for name, value in flat_settings(given):
        named = name if name.startswith("index.") else f"index.{name}"
        if named in _FIXED:
            raise illegal_argument(f"unknown setting [{named}]")
        flat[named] = setting_text(value)
    limit = flat.get(_FIELD_LIMIT)
    if limit is not None and not (str(limit).isdecimal() and 0 < int(limit) <= _MOST_FIELDS):
        raise illegal_argument(
            f"Failed to parse value [{limit}] for setting [{_FIELD_LIMIT}] must be from 1 to "
            f"{_MOST_FIELDS}"
        )
    return flat


def shown_settings(call: Call, entry: IndexEntry, *, is_flat: bool = False) -> dict[str, Any]:
    """The settings of an index as the API shows them."""
    flat = {
        "index.number_of_shards": "1",
        "index.number_of_replicas": "0",
        **{name: value for name, value in entry.settings.items() if value is not None},
        "index.creation_date": str(entry.created),
        "index.uuid": entry.uuid,
        "index.version.created": call.dialect.version,
        "index.provided_name": entry.name,
    }
    return flat if is_flat else nested_settings(flat)


def _show(call: Call) -> Reply:
    shown = {}
    name = call.optional_value("name")
    patterns = ["*"] if name in (None, "_all") else str(name).split(",")
    for target in resolve(call, call.optional_value("index")):
        entry = call.context.store.documents.entry(target.index)
        flat = shown_settings(call, entry, is_flat=True)
        kept = {k: v for k, v in flat.items() if any(fnmatchcase(k, p) for p in patterns)}
        shown[entry.name] = {
            "settings": kept if call.boolean("flat_settings") else nested_settings(kept)
        }
    return Reply(shown)


def _change(call: Call) -> Reply:
    body = call.object()
    given = body.get("settings", body)
    if not isinstance(given, dict):
        raise illegal_argument("settings must be an object")
    changed = stored_settings(given)
    static = sorted(_STATIC & set(changed))
    if static:
        raise ApiError(
            400,
            "illegal_argument_exception",
            f"Can't update non dynamic settings [{static}] for open indices",
        )
    targets = resolve(call, call.optional_value("index"), allow_no_indices=False)
    if changed:
        names = ",".join(target.index for target in targets)
        call.context.store.documents.put_settings(names, changed)
    return Reply({"acknowledged": True})


ENDPOINTS = [
    *endpoints(
        "GET",
        [
            "/_settings", "/_settings/{name}", "/{index}/_settings", "/{index}/_settings/{name}",
        ],
        _show, parameters=[*INDEX_PARAMETERS, "flat_settings", "include_defaults"],
        summary="Settings of indices.",
    ),
    *endpoints(
        "PUT", ["/_settings", "/{index}/_settings"], _change, writes=True, body="json",
        parameters=[*INDEX_PARAMETERS, "flat_settings", "preserve_existing"],
        summary="Change settings of indices.",
    ),
]  # fmt: skip
