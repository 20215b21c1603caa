"""Calendars, their events, and filters over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from job_api import Api, job, opened

DAY = 86_400_000
BEGIN = 1_454_976_000_000  # 2016-02-09
END = BEGIN + DAY
EVENT = {"description": "sale", "start_time": BEGIN, "end_time": END}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with opened() as served:
        served.ok("PUT", "calendars/holidays", {"description": "All", "job_ids": ["a", "web"]})
        served.ok("PUT", "filters/safe", {"description": "Known", "items": ["b.com", "a.com"]})
        yield served


def test_the_life_of_a_calendar() -> None:
    with opened() as api:
        made = api.ok("PUT", "calendars/planet", {"description": "P", "job_ids": ["x", "x", "y"]})
        assert made == {"calendar_id": "planet", "job_ids": ["x", "y"], "description": "P"}
        assert api.ok("PUT", "calendars/empty") == {"calendar_id": "empty", "job_ids": []}
        assert api.ok("POST", "calendars") == {
            "count": 2,
            "calendars": [{"calendar_id": "empty", "job_ids": []}, made],
        }
        assert api.ok("GET", "calendars?from=1&size=1")["calendars"] == [made]
        assert api.ok("POST", "calendars", {"page": {"from": 1}})["calendars"] == [made]
        assert api.ok("GET", "calendars/pl*")["count"] == 1
        assert api.ok("GET", "calendars/zz*") == {"count": 0, "calendars": []}
        assert api.ok("PUT", "calendars/planet/jobs/z")["job_ids"] == ["x", "y", "z"]
        assert api.ok("DELETE", "calendars/planet/jobs/x,y")["job_ids"] == ["z"]
        assert api.ok("DELETE", "calendars/planet") == {"acknowledged": True}
        assert api.ok("GET", "calendars/_all")["count"] == 1


def test_events_go_with_their_calendar() -> None:
    with opened() as api:
        api.ok("PUT", "calendars/c")
        made = api.ok("POST", "calendars/c/events", {"events": [EVENT]})["events"]
        assert made[0] | {"event_id": ""} == EVENT | {"calendar_id": "c", "event_id": ""}
        event_id = made[0]["event_id"]
        assert api.ok("GET", "calendars/c/events") == {"count": 1, "events": made}
        assert api.ok("DELETE", f"calendars/c/events/{event_id}") == {"acknowledged": True}
        assert api.ok("GET", "calendars/*/events") == {"count": 0, "events": []}
        api.ok("POST", "calendars/c/events", {"events": [EVENT]})
        api.ok("DELETE", "calendars/c")
        assert api.ok("GET", "calendars/_all/events")["count"] == 0


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 1),
        (f"?end={BEGIN}", 0),
        (f"?end={BEGIN + 1}", 1),
        (f"?start={END}", 0),
        (f"?start={END - 1}", 1),
        ("?start=2016-02-09T12:00:00Z&end=2016-02-09T12:00:01Z", 1),
        # Numbers of up to ten digits are seconds.
        (f"?start={END // 1000}", 0),
    ],
)
def test_events_of_a_period_are_those_that_overlap_it(query: str, count: int) -> None:
    with opened() as api:
        api.ok("PUT", "calendars/c")
        api.ok("POST", "calendars/c/events", {"events": [EVENT]})
        assert api.ok("GET", f"calendars/c/events{query}")["count"] == count


def test_events_of_a_job_are_those_of_its_groups_too() -> None:
    with opened() as api:
        api.create("a", groups=["web"])
        api.create("b")
        for name, members in (("own", ["a"]), ("group", ["web"]), ("all", ["_all"])):
            api.ok("PUT", f"calendars/{name}", {"job_ids": members})
            api.ok("POST", f"calendars/{name}/events", {"events": [EVENT]})
        assert api.ok("GET", "calendars/_all/events?job_id=a")["count"] == 3
        assert api.ok("GET", "calendars/*/events?job_id=b")["count"] == 1
        assert api.refused("GET", "calendars/own/events?job_id=a") == (
            400,
            "action_request_validation_exception",
            "Validation Failed: 1: If job_id is used calendar_id must be '_all' or '*';",
        )
        api.ok("DELETE", "anomaly_detectors/a")
        assert api.ok("GET", "calendars/own")["calendars"][0]["job_ids"] == []


def test_the_life_of_a_filter() -> None:
    with opened() as api:
        made = api.ok("PUT", "filters/f", {"items": ["b", "a", "b"]})
        assert made == {"filter_id": "f", "items": ["a", "b"]}
        changed = api.ok(
            "POST", "filters/f/_update",
            {"description": "D", "add_items": ["c"], "remove_items": ["a"]},
        )  # fmt: skip
        assert changed == {"filter_id": "f", "description": "D", "items": ["b", "c"]}
        assert api.ok("GET", "filters/f") == {"count": 1, "filters": [changed]}
        assert api.ok("DELETE", "filters/f") == {"acknowledged": True}
        assert api.ok("GET", "filters") == {"count": 0, "filters": []}


def test_more_filters_than_a_page_of_ten() -> None:
    with opened() as api:
        for number in range(15):
            api.ok("PUT", f"filters/f{number:02}", {"items": []})
        found = api.ok("GET", "filters")
        assert [each["filter_id"] for each in found["filters"]] == [f"f{n:02}" for n in range(15)]
        assert api.ok("GET", "filters?size=0") == {"count": 15, "filters": []}


def test_a_filter_in_use_stays() -> None:
    with opened() as api:
        api.ok("PUT", "filters/safe", {"items": ["a"]})
        config = job()
        config["analysis_config"]["detectors"][0]["custom_rules"] = [
            {"actions": ["skip_result"], "scope": {"airline": {"filter_id": "safe"}}}
        ]
        api.ok("PUT", "anomaly_detectors/j", config)
        assert api.refused("DELETE", "filters/safe") == (
            409,
            "status_exception",
            "Cannot delete filter [safe] currently used by jobs [j]",
        )
        api.ok("DELETE", "anomaly_detectors/j")
        api.ok("DELETE", "filters/safe")


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as api:
        api.ok("PUT", "calendars/c", {"job_ids": ["a"]})
        events = api.ok("POST", "calendars/c/events", {"events": [EVENT]})["events"]
        api.ok("PUT", "filters/f", {"items": ["x"]})
        api.ok("PUT", "filters/gone", {"items": ["x"]})
        api.ok("DELETE", "filters/gone")
    with opened(tmp_path) as api:
        assert api.ok("GET", "calendars/c")["calendars"][0]["job_ids"] == ["a"]
        assert api.ok("GET", "calendars/c/events")["events"] == events
        assert api.ok("GET", "filters") == {
            "count": 1,
            "filters": [{"filter_id": "f", "items": ["x"]}],
        }


NOT_FOUND, TAKEN = "resource_not_found_exception", "resource_already_exists_exception"
ILLEGAL, STATUS, PARSE = "illegal_argument_exception", "status_exception", "parse_exception"
CONTENT = "x_content_parse_exception"
LETTERS = (
    "can contain lowercase alphanumeric (a-z and 0-9), hyphens or underscores; must start and end "
    "with alphanumeric"
)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind", "reason"),
    [
        ("GET", "calendars/nope", None, 404, NOT_FOUND, "No calendar with id [nope]"),
        ("DELETE", "calendars/nope", None, 404, NOT_FOUND, "No calendar with id [nope]"),
        ("PUT", "calendars/nope/jobs/a", None, 404, NOT_FOUND, "No calendar with id [nope]"),
        ("GET", "calendars/nope/events", None, 404, NOT_FOUND, "No calendar with id [nope]"),
        ("PUT", "calendars/holidays", None, 400, TAKEN,
         "Cannot create calendar with id [holidays] as it already exists"),
        ("PUT", "calendars/_all", None, 400, ILLEGAL,
         f"Invalid calendar_id; '_all' {LETTERS}"),
        ("PUT", "calendars/Big", None, 400, ILLEGAL,
         f"Invalid calendar_id; 'Big' {LETTERS}"),
        ("PUT", "calendars/x", {"calendar_id": "y"}, 400, ILLEGAL,
         ("Inconsistent calendar_id; 'y' specified in the body differs from 'x' specified as a "
          "URL argument")),
        ("DELETE", "calendars/holidays/jobs/z", None, 400, STATUS,
         "Cannot remove [z] as it is not present in calendar [holidays]"),
        ("GET", "calendars/holidays?from=0&size=1", None, 400, STATUS,
         "Params [from, size] are incompatible with [calendar_id]."),
        ("GET", "calendars?from=-1", None, 400, ILLEGAL, "Parameter [from] cannot be < 0"),
        ("POST", "calendars", {"page": {"size": -1}}, 400, ILLEGAL,
         "Parameter [size] cannot be < 0"),
        ("POST", "calendars", {"page": {"from": 9_999, "size": 2}}, 400, ILLEGAL,
         "The sum of parameters [from] and [size] cannot be higher than 10000."),
        ("POST", "calendars/holidays/events", {"events": []}, 400, STATUS,
         "At least 1 event is required"),
        ("POST", "calendars/holidays/events", None, 400, STATUS, "At least 1 event is required"),
        ("POST", "calendars/holidays/events",
         {"events": [{"description": "x", "start_time": 2, "end_time": 2}]}, 400, STATUS,
         "Event start time [2000] must come before end time [2000]"),
        ("POST", "calendars/holidays/events", {"events": [{"start_time": 1, "end_time": 2}]}, 400,
         ILLEGAL, "Field [description] cannot be null"),
        ("POST", "calendars/holidays/events",
         {"events": [{"description": "x", "start_time": "abc", "end_time": 2}]}, 400, PARSE,
         ("Query param [start_time] with value [abc] cannot be parsed as a date or converted to a "
          "number (epoch).")),
        ("DELETE", "calendars/holidays/events/nope", None, 404, NOT_FOUND,
         "No event with id [nope]"),
        ("GET", "filters/nope", None, 404, NOT_FOUND, "No filter with id [nope] exists"),
        ("DELETE", "filters/nope", None, 404, NOT_FOUND, "No filter with id [nope] exists"),
        ("POST", "filters/nope/_update", {"add_items": ["a"]}, 404, NOT_FOUND,
         "No filter with id [nope] exists"),
        ("PUT", "filters/safe", {"items": []}, 400, TAKEN,
         "A filter with id [safe] already exists"),
        ("POST", "filters/safe/_update", {"remove_items": ["z"]}, 400, STATUS,
         "Cannot remove item [z] as it is not present in filter [safe]"),
        ("PUT", "filters/f", {"items": [str(n) for n in range(10_001)]}, 400, STATUS,
         "Filter [f] contains too many items; up to [10000] items are allowed"),
        ("PUT", "filters/f", {"item": []}, 400, CONTENT, "[1:2] [ml_filter] unknown field [item]"),
        ("PUT", "filters/f", {"items": 7}, 400, CONTENT,
         "[1:2] [ml_filter] items doesn't support values of type: VALUE_NUMBER"),
        ("GET", "filters?sized=3", None, 400, ILLEGAL,
         "request [/_ml/filters] contains unrecognized parameter: [sized] -> did you mean [size]?"),
    ],
)  # fmt: skip
def test_what_is_refused(
    api: Api, method: str, path: str, body: Any, status: int, kind: str, reason: str
) -> None:
    assert api.refused(method, path, body) == (status, kind, reason)
    # The older prefix is the same.
    found = api.refused(method, f"/_xpack/ml/{path}", body)
    assert found == (status, kind, reason.replace("/_ml/", "/_xpack/ml/"))
