"""The endpoints of filters."""

from __future__ import annotations

from typing import Any

from adcore.job.fields import Reader, array_of, text
from adcore.job.paging import PAGE_FIELDS
from adcore.service.jobs.arguments import read_arguments
from adcore.service.jobs.endpoints import ACKNOWLEDGED, endpoint, one_page
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.routing import Endpoint

__all__ = ["filter_endpoints"]

_ITEMS = array_of(text)
_PUT: dict[str, Reader] = {"description": text, "items": _ITEMS}
_UPDATE: dict[str, Reader] = {"description": text, "add_items": _ITEMS, "remove_items": _ITEMS}


class _Handlers:
    def __init__(self, service: JobService) -> None:
        self._service = service
        self._filters = service.filters

    def put(self, call: Call) -> Any:
        name = call.value("id")
        given = read_arguments(call, "ml_filter", _PUT, filter_id=name)
        return self._filters.put(name, given.get("description"), given.get("items", ()))

    def update(self, call: Call) -> Any:
        name = call.value("id")
        given = read_arguments(call, "update_filter", _UPDATE, filter_id=name)
        changed = self._filters.update(
            name,
            given.get("description"),
            given.get("add_items", ()),
            given.get("remove_items", ()),
        )
        self._service.rules_changed()
        return changed

    def get(self, call: Call) -> Any:
        name = call.optional_value("id")
        given = read_arguments(call, "get_filters", PAGE_FIELDS, filter_id=name)
        return one_page("filters", self._filters.find(name), given, ("filter_id", name))

    def delete(self, call: Call) -> Any:
        self._filters.delete(call.value("id"))
        return ACKNOWLEDGED


def filter_endpoints(service: JobService) -> list[Endpoint]:
    """Those over a service."""
    do = _Handlers(service)
    return [
        *endpoint("PUT", "/filters/{id}", do.put, writes=True, body="json",
                  summary="Make a filter."),
        *endpoint("POST", "/filters/{id}/_update", do.update, writes=True, body="json",
                  summary="Change a filter."),
        *endpoint("GET POST", ["/filters", "/filters/{id}"], do.get, body="json",
                  parameters=("from", "size"), summary="Filters."),
        *endpoint("DELETE", "/filters/{id}", do.delete, writes=True, summary="Delete a filter."),
    ]  # fmt: skip
