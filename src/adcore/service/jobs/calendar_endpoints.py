"""The endpoints of calendars and their events."""

from __future__ import annotations

from typing import Any

from adcore.job.dates import read_moment
from adcore.job.fields import Field, Reader, array_of, flag, moment, object_of, text, whole
from adcore.job.paging import PAGE_FIELDS
from adcore.service.errors import validation_error
from adcore.service.jobs.arguments import read_arguments, words
from adcore.service.jobs.endpoints import ACKNOWLEDGED, endpoint, one_page
from adcore.service.jobs.errors import illegal_argument
from adcore.service.jobs.expressions import is_pattern
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.routing import Endpoint

__all__ = ["calendar_endpoints"]

_PUT: dict[str, Reader] = {"description": text, "job_ids": words}
_FIND_EVENTS: dict[str, Reader] = {
    "start": moment,
    "end": moment,
    "job_id": text,
    **PAGE_FIELDS,
}


class _Handlers:
    def __init__(self, service: JobService) -> None:
        self._service = service
        self._calendars = service.calendars
        self._events = service.events

    def put(self, call: Call) -> Any:
        name = call.value("id")
        given = read_arguments(call, "calendar", _PUT, calendar_id=name)
        made = self._calendars.put(name, given.get("job_ids", ()), given.get("description"))
        self._service.rules_changed()
        return made

    def get(self, call: Call) -> Any:
        name = call.optional_value("id")
        given = read_arguments(call, "get_calendars", PAGE_FIELDS, calendar_id=name)
        return one_page("calendars", self._calendars.find(name), given, ("calendar_id", name))

    def delete(self, call: Call) -> Any:
        name = call.value("id")
        self._calendars.delete(name)
        self._events.forget_calendar(name)
        self._service.rules_changed()
        return ACKNOWLEDGED

    def add_jobs(self, call: Call) -> Any:
        changed = self._calendars.add_jobs(call.value("id"), call.value("job").split(","))
        self._service.rules_changed()
        return changed

    def remove_jobs(self, call: Call) -> Any:
        changed = self._calendars.remove_jobs(call.value("id"), call.value("job").split(","))
        self._service.rules_changed()
        return changed

    # -- events

    def add_events(self, call: Call) -> Any:
        name = call.value("id")
        now = call.context.clock()
        given = read_arguments(call, "post_calendar_events", {"events": _events_at(now)})
        self._calendars.get(name)
        events = self._events.add(name, given.get("events", ()))
        self._service.rules_changed()
        return {"events": events}

    def find_events(self, call: Call) -> Any:
        name = call.value("id")
        given = read_arguments(call, "get_calendar_events", _FIND_EVENTS)
        now = call.context.clock()
        bounds = [
            read_moment(bound, given[bound], now) if bound in given else None
            for bound in ("start", "end")
        ]
        found = self._events.find(self._holders(name, given.get("job_id")), *bounds)
        return one_page("events", found, given, ("calendar_id", None))

    def _holders(self, expression: str, job_id: str | None) -> set[str]:
        """The calendars whose events are asked for."""
        names = {found["calendar_id"] for found in self._calendars.find(expression)}
        if job_id is None:
            return names
        if not is_pattern(expression):
            raise validation_error("If job_id is used calendar_id must be '_all' or '*'")
        return names.intersection(self._calendars.of_job(self._service.names_of(job_id)))

    def delete_event(self, call: Call) -> Any:
        self._calendars.get(call.value("id"))
        self._events.delete(call.value("id"), call.value("event"))
        self._service.rules_changed()
        return ACKNOWLEDGED


def _events_at(now: int) -> Reader:
    """What reads events, whose times may be said relative to a present time."""

    def time(field: Field, value: Any) -> int | None:
        return read_moment(field.name, value, now)

    readers: dict[str, Reader] = {
        "description": text,
        "start_time": time,
        "end_time": time,
        "calendar_id": text,
        "event_id": text,
        "skip_result": flag,
        "skip_model_update": flag,
        "force_time_shift": whole,
    }
    return array_of(object_of("calendar_event", readers, _event))


def _event(**given: Any) -> dict[str, Any]:
    for name in ("description", "start_time", "end_time"):
        if name not in given:
            raise illegal_argument(f"Field [{name}] cannot be null")
    return {name: value for name, value in given.items() if name not in _OWN}


# What the service decides itself.
_OWN = ("calendar_id", "event_id")


def calendar_endpoints(service: JobService) -> list[Endpoint]:
    """Those over a service."""
    do = _Handlers(service)
    return [*_of_calendars(do), *_of_events(do)]


def _of_calendars(do: _Handlers) -> list[Endpoint]:
    jobs = "/calendars/{id}/jobs/{job}"
    return [
        *endpoint("PUT", "/calendars/{id}", do.put, writes=True, body="json",
                  summary="Make a calendar."),
        *endpoint("GET POST", ["/calendars", "/calendars/{id}"], do.get, body="json",
                  parameters=("from", "size"), summary="Calendars."),
        *endpoint("DELETE", "/calendars/{id}", do.delete, writes=True,
                  summary="Delete a calendar with its events."),
        *endpoint("PUT", jobs, do.add_jobs, writes=True, summary="Let a calendar hold for jobs."),
        *endpoint("DELETE", jobs, do.remove_jobs, writes=True,
                  summary="Let a calendar hold for jobs no more."),
    ]  # fmt: skip


def _of_events(do: _Handlers) -> list[Endpoint]:
    events = "/calendars/{id}/events"
    return [
        *endpoint("POST", events, do.add_events, writes=True, body="json",
                  summary="Add events to a calendar."),
        *endpoint("GET", events, do.find_events, body="json",
                  parameters=("start", "end", "from", "size", "job_id"),
                  summary="Events of calendars."),
        *endpoint("DELETE", events + "/{event}", do.delete_event, writes=True,
                  summary="Delete an event."),
    ]  # fmt: skip
