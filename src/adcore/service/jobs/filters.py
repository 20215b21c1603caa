"""Filters: lists of words that the rules of detectors refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from adcore.job.names import check_job_id
from adcore.service.jobs.errors import already_exists, bad_request, conflict, not_found
from adcore.service.jobs.expressions import expand
from adcore.service.jobs.shelf import Shelf

__all__ = ["Filters"]

_MOST_ITEMS = 10_000


class Filters:
    """All filters.

    Parameters
    ----------
    shelf : Shelf
    users : callable
        From the id of a filter to those of the jobs that use it.
    """

    def __init__(self, shelf: Shelf, users: Callable[[str], Sequence[str]]) -> None:
        self._shelf = shelf
        self._users = users

    def put(self, filter_id: str, description: str | None, items: Iterable[str]) -> dict[str, Any]:
        """Make a filter.

        Raises
        ------
        ApiError
            If it cannot be called so, exists already, or has too many items.
        """
        check_job_id(filter_id, field="filter_id")
        if filter_id in self._shelf:
            raise already_exists(f"A filter with id [{filter_id}] already exists")
        return self._store(filter_id, description, items)

    def update(
        self,
        filter_id: str,
        description: str | None,
        added: Iterable[str],
        removed: Iterable[str],
    ) -> dict[str, Any]:
        """Change a filter; None leaves the description as it is.

        Raises
        ------
        ApiError
            If there is no such filter, or nothing such to be removed.
        """
        found = self.get(filter_id)
        items = set(found["items"]) | set(added)
        for item in removed:
            if item not in items:
                raise bad_request(
                    f"Cannot remove item [{item}] as it is not present in filter [{filter_id}]"
                )
            items.remove(item)
        shown = found.get("description") if description is None else description
        return self._store(filter_id, shown, items)

    def _store(
        self, filter_id: str, description: str | None, items: Iterable[str]
    ) -> dict[str, Any]:
        listed = sorted(set(items))
        if len(listed) > _MOST_ITEMS:
            raise bad_request(
                f"Filter [{filter_id}] contains too many items; up to [{_MOST_ITEMS}] items are "
                "allowed"
            )
        made: dict[str, Any] = {"filter_id": filter_id}
        if description is not None:
            made["description"] = description
        made["items"] = listed
        self._shelf.put(filter_id, made)
        return made

    def get(self, filter_id: str) -> dict[str, Any]:
        """A filter.

        Raises
        ------
        ApiError
            404.
        """
        found = self._shelf.get(filter_id)
        if found is None:
            raise _unknown(filter_id)
        return found

    def find(self, expression: str | None) -> list[dict[str, Any]]:
        """The filters of an expression, by their ids."""
        found = self._shelf.all()
        return [found[name] for name in expand(expression, found, _unknown)]

    def items(self) -> Mapping[str, Sequence[str]]:
        """The words of all filters, by their ids."""
        return {name: found["items"] for name, found in self._shelf.all().items()}

    def delete(self, filter_id: str) -> None:
        """Forget a filter that no job uses.

        Raises
        ------
        ApiError
            If there is none, or it is in use.
        """
        self.get(filter_id)
        users = self._users(filter_id)
        if users:
            raise conflict(
                f"Cannot delete filter [{filter_id}] currently used by jobs [{', '.join(users)}]"
            )
        self._shelf.delete(filter_id)


def _unknown(filter_id: str) -> Any:
    return not_found(f"No filter with id [{filter_id}] exists")
