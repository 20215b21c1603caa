"""Searches in what the service keeps, and the deletion of results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any, TypeAlias

import duckdb

from adcore.query.filter import filter_sql
from adcore.query.limits import DEFAULT_LIMITS
from adcore.query.run import search
from adcore.query.syntax.request import parse_request
from adcore.service.deletion import deletion_body
from adcore.service.detectors.errors import refusal
from adcore.service.detectors.names import CUSTOM_RESULTS, RESULTS_PATTERN
from adcore.service.detectors.parts import Parts
from adcore.service.errors import ApiError, validation_error
from adcore.service.system_index import SystemIndex
from adcore.store import Target
from adcore.store.errors import IndexNotFoundError
from adcore.store.names import matching_names

__all__ = ["Searches"]


Cursors: TypeAlias = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


class Searches:
    """Finds detectors, tasks and results.

    Searches take the connections they read with, so that whoever asks may stop them.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def detectors(self, body: Any, cursor: Cursors, *, shows_ui: bool = False) -> dict[str, Any]:
        """Detectors; what the dashboards keep in them is for the dashboards.

        Raises
        ------
        SearchError, IndexNotFoundError
        """
        return _without_ui(self._in(self._parts.registry.index, body, cursor), shows_ui)

    def tasks(self, body: Any, cursor: Cursors, *, shows_ui: bool = False) -> dict[str, Any]:
        """Tasks.

        Raises
        ------
        SearchError, IndexNotFoundError
        """
        return _without_ui(self._in(self._parts.tasks.index, body, cursor), shows_ui)

    def _in(self, index: SystemIndex, body: Any, cursor: Cursors) -> dict[str, Any]:
        if not index.exists:
            raise IndexNotFoundError(f"no such index [{index.name}]", index=index.name)
        return self._search(self._parts.store.documents.resolve(index.name), body, cursor)

    def _search(self, targets: list[Target], body: Any, cursor: Cursors) -> dict[str, Any]:
        if body is None or isinstance(body, Mapping):
            body = {**(body or {}), "version": True, "seq_no_primary_term": True}
        with cursor() as connection:
            return search(targets, body, connection, self._parts.clock)

    # -- results

    def results(
        self, body: Any, cursor: Cursors, custom: str | None = None, *, only_custom: bool = False
    ) -> dict[str, Any]:
        """Results in the default indices, and in those of detectors that are named.

        Raises
        ------
        SearchError, ApiError
        """
        documents = self._parts.store.documents
        targets = [] if only_custom else documents.resolve(RESULTS_PATTERN)
        if custom is None:
            if only_custom:
                status = self._parts.settings.fault_status
                text = "No custom result index set."
                raise refusal(text, status, "illegal_state_exception")
            return self._search(targets, body, cursor)
        named = self._custom(custom)
        if only_custom and not named:
            raise refusal("No custom result indices found")
        for name in named:
            targets += documents.resolve(name)
        distinct = list({target.index: target for target in targets}.values())
        return self._search(distinct, body, cursor)

    def _custom(self, expression: str) -> list[str]:
        """The existing indices of detectors that an expression names; others are no results."""
        configs = self._parts.registry.all().values()
        known = {c.result_index for c in configs if c.result_index is not None}
        named: dict[str, None] = {}
        for pattern in expression.split(","):
            if pattern.startswith(CUSTOM_RESULTS) or "*" in pattern:
                named.update(dict.fromkeys(matching_names(pattern, known)))
        return [name for name in named if self._parts.store.documents.exists(name)]

    def delete_results(self, body: Any) -> dict[str, Any]:
        """Delete results of a query from the default indices.

        Raises
        ------
        SearchError, ApiError
        """
        if not isinstance(body, Mapping) or not body.get("query"):
            raise validation_error("query is missing")
        _check_query(body)
        started = perf_counter()
        documents, now = self._parts.store.documents, self._parts.clock()
        deleted = 0
        for target in documents.resolve(RESULTS_PATTERN):
            where, values = filter_sql(body["query"], target.mapping, now=now, index=target.index)
            deleted += documents.delete_by_rows(target.index, where, values)
        return deletion_body(deleted, started)


def _check_query(body: Mapping[str, Any]) -> None:
    """A query is one also where there are no results yet."""
    unknown = next((key for key in body if key != "query"), None)
    if unknown is not None:
        raise ApiError(400, "parsing_exception", f"request does not support [{unknown}]")
    parse_request({"query": body["query"]}, DEFAULT_LIMITS)


def _without_ui(response: dict[str, Any], shows_ui: bool) -> dict[str, Any]:
    if not shows_ui:
        for hit in response["hits"]["hits"]:
            hit.get("_source", {}).pop("ui_metadata", None)
    return response
