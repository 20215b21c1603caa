"""Events of calendars: times at which nothing shall be reported."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from adcore.service.jobs.errors import bad_request, not_found
from adcore.service.jobs.shelf import Shelf
from adcore.store.ids import uuid_text

__all__ = ["Events"]


class Events:
    """All events. Times are epoch milliseconds, the end is not part of an event."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add(self, calendar_id: str, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Add events with ``start_time``, ``end_time`` and ``description`` to a calendar.

        Raises
        ------
        ApiError
            If there is none, or one ends before it starts.
        """
        if not events:
            raise bad_request("At least 1 event is required")
        for event in events:
            _check_order(event)
        made = [{**event, "calendar_id": calendar_id, "event_id": uuid_text()} for event in events]
        self._shelf.put_many({event["event_id"]: event for event in made})
        return made

    def find(
        self,
        calendar_ids: Collection[str],
        start: int | None = None,
        end: int | None = None,
    ) -> list[dict[str, Any]]:
        """The events of some calendars that overlap a period, by their start."""
        found = [
            event
            for event in self._shelf.all().values()
            if event["calendar_id"] in calendar_ids
            and (start is None or event["end_time"] > start)
            and (end is None or event["start_time"] < end)
        ]
        return sorted(found, key=lambda event: (event["start_time"], event["event_id"]))

    def delete(self, calendar_id: str, event_id: str) -> None:
        """Delete an event of a calendar.

        Raises
        ------
        ApiError
            If there is none of that id, or it is another calendar's.
        """
        found = self._shelf.get(event_id)
        if found is None:
            raise not_found(f"No event with id [{event_id}]")
        if found["calendar_id"] != calendar_id:
            raise bad_request(
                f"Event [{event_id}] has [calendar_id] [{found['calendar_id']}] which does not "
                f"match the request [calendar_id] [{calendar_id}]"
            )
        self._shelf.delete(event_id)

    def forget_calendar(self, calendar_id: str) -> None:
        """A calendar is deleted."""
        self._shelf.delete_if(lambda _, event: event["calendar_id"] == calendar_id)


def _check_order(event: Mapping[str, Any]) -> None:
    start, end = event["start_time"], event["end_time"]
    if start >= end:
        raise bad_request(f"Event start time [{start}] must come before end time [{end}]")
