"""What clients of the API stumble over: each of these was somebody's bug.

Each is pinned where it is cheapest to show, by tests that are marked with its number:
``pytest -m "trap(number=17)"``. Those that have no better place are here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import detection_api
import numpy as np
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE, sent

from adcore.service.detectors.names import DETECTORS
from adcore.store import Action

TRAPS = {
    1: "starting twice and stopping twice is answered with 200 and an error",
    2: "arguments of a preview are refused in plain text",
    3: "creating is 201 with Location, changing 200, deleting what there is not 200 too",
    4: "a change of what was changed meanwhile is refused with 400",
    5: "?_all and ?_all=true are the same; the stats have it as a part of the path",
    6: "types of a profile that are none are passed over, stats that are none refused",
    7: "a job or a task that is asked for and is none is null",
    8: "_primary_term is the last of a creation, and before _seq_no elsewhere",
    9: "the order of category fields is no change, and [] is none",
    10: "features sent without ids get new ones; results keep the old",
    11: "results name features by id; names of aggregations count for themselves",
    12: "a filter that lets nothing through is told by _validate/model alone",
    13: "_validate answers 200 and one issue",
    14: "windows lie on the start of the job, the grid of 1970, or the minute of a preview",
    15: "the end of a window is exclusive, that of top anomalies inclusive",
    16: "sums and counts of nothing are 0; an entity without documents has no result",
    17: "results of real time have no task, those of entities the task of their detector",
    18: "real time writes nothing before there are scores, an analysis every interval",
    19: "what explains an anomaly is with anomalies alone",
    20: "what is 0 is left out of the progress of a profile, and kept in that of a task",
    21: "running_entities are texts of JSON",
    22: "entities of two category fields are counted to 10 000, of an analysis to its limit",
    23: "max_score is 0 of filters, 1 of all, null where nothing is scored",
    24: "is_latest is true also as a text",
    25: "ui_metadata is for the dashboards, but stays in the tasks",
    26: "names of models: the value of one field, the hash of two in their order by name",
    27: "values of more than 256 characters have no models",
    28: "the top entities of an analysis, also of two fields, are those with most documents",
    29: "limits of detectors are 400, and the one of single streams counts all",
    30: "units are taken in any case; a delay of none is in Seconds",
    31: "a description of null is an empty one",
    32: "names differ by case",
    33: "a filter that was read is taken as it was answered",
    34: "progress has the digits of 32-bit floats",
    35: "_seq_no counts for the index; that of a stop is 0",
    36: "results in one's own index are neither deleted nor found unless it is named",
    37: "top anomalies of real time take no task; without an analysis there are none of it",
    38: "results of an earlier start do not make it run",
    39: "a preview of fewer than 400 intervals is empty",
    40: "an analysis is answered before it begins, and may have ended when it is asked for",
    41: "what has no meaning is left out of a task",
    42: "a detector that runs, or is analysed, is not deleted",
    43: "searches before the first detector find no index",
    44: "a slash at the end changes nothing; one node with one name of 22 signs",
}

NOW = START + 300 * MINUTE
RANGE = {"start_time": START, "end_time": NOW}
NOTHING = {"range": {"value": {"gt": 1e12}}}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """Both kinds of detectors, at work, with an analysis of each that is done."""
    with detection_api.opened(now=NOW, batch_task_piece_size=35) as opened:
        detection_api.feed(opened.store, 0, 310, hosts=2, spike=(290, 1))
        for name, changes in KINDS.items():
            created = opened.create(name=name, **changes)
            opened.ok("POST", f"detectors/{created}/_start")
            opened.ok("POST", f"detectors/{created}/_start", RANGE)
            assert opened.service.historical.wait(created, 60)
        opened.service.scheduler.run_due()
        opened.tick(3)
        yield opened


UI = {"features": {"test": {"featureType": "simple_aggs"}}, "filters": []}
KINDS: dict[str, dict[str, Any]] = {
    "one": {"ui_metadata": UI}, "many": {"category_field": ["ip", "error_type"]},
}  # fmt: skip


def id_of(api: Api, name: str) -> str:
    query = {"query": {"term": {"name.keyword": name}}}
    (hit,) = api.ok("POST", "detectors/_search", query)["hits"]["hits"]
    return str(hit["_id"])


def tasks(api: Api, **terms: Any) -> list[dict[str, Any]]:
    query = {"bool": {"filter": [{"term": {name: value}} for name, value in terms.items()]}}
    found = api.ok("POST", "detectors/tasks/_search", {"query": query, "size": 100})
    return [hit["_source"] for hit in found["hits"]["hits"]]


@pytest.fixture
def created(api: Api) -> Iterator[list[str]]:
    """The ids of detectors that go with the test."""
    ids: list[str] = []
    yield ids
    for each in ids:
        api.ok("DELETE", f"detectors/{each}")


@pytest.mark.trap(number=5)
def test_all_as_a_parameter_and_as_a_part_of_the_path(api: Api) -> None:
    one = id_of(api, "one")
    asked = api.ok("GET", f"detectors/{one}/_profile?_all")
    assert asked == api.ok("GET", f"detectors/{one}/_profile?_all=true")
    assert asked == api.ok("GET", f"detectors/{one}/_profile/_all")
    assert api.ok("GET", f"detectors/{one}/_profile?_all=false") == {
        "state": "RUNNING",
        "error": "",
    }
    assert api.ok("GET", "stats/_all") == api.ok("GET", "stats")


@pytest.mark.trap(number=9)
def test_the_order_of_category_fields_is_no_change_and_none_is_none(
    api: Api, created: list[str]
) -> None:
    created.append(api.create(name="order", category_field=["ip", "error_type"]))
    body = sent() | {"name": "order", "category_field": ["error_type", "ip"]}
    changed = api.ok("PUT", f"detectors/{created[0]}", body)["anomaly_detector"]
    assert changed["detector_type"] == "MULTI_ENTITY"
    created.append(api.create(name="none"))
    body = sent() | {"name": "none", "category_field": []}
    changed = api.ok("PUT", f"detectors/{created[1]}", body)["anomaly_detector"]
    assert changed["detector_type"] == "SINGLE_ENTITY"


@pytest.mark.trap(number=11)
def test_results_are_keyed_by_the_id_of_a_feature_not_by_its_aggregation(
    api: Api, created: list[str]
) -> None:
    feature = {"feature_name": "shown", "feature_enabled": True, "feature_id": "kept",
               "aggregation_query": {"other": {"max": {"field": "value"}}}}  # fmt: skip
    created.append(api.create(name="keyed", feature_attributes=[feature]))
    api.ok("POST", f"detectors/{created[0]}/_start", RANGE)
    assert api.service.historical.wait(created[0], 60)
    results = api.results({"term": {"detector_id": created[0]}})
    assert results[0]["feature_data"][0].keys() == {"feature_id", "feature_name", "data"}
    names = {(p["feature_id"], p["feature_name"]) for r in results for p in r["feature_data"]}
    assert names == {("kept", "shown")}


@pytest.mark.trap(number=12)
def test_a_filter_that_lets_nothing_through_is_told_by_the_model_aspect_only(
    api: Api, created: list[str]
) -> None:
    body = sent() | {"name": "filtered", "filter_query": NOTHING}
    assert api.ok("POST", "detectors/_validate", body) == {}
    assert list(api.ok("POST", "detectors/_validate/model", body)) == ["model"]
    created.append(api.create(name="filtered", filter_query=NOTHING))


@pytest.mark.trap(number=14)
def test_each_kind_of_window_lies_on_a_grid_of_its_own() -> None:
    begun = NOW + 17_123
    with detection_api.opened(now=begun, min_samples=20) as api:
        detection_api.feed(api.store, 0, 420)
        five = {"detection_interval": {"period": {"interval": 5, "unit": "Minutes"}}}
        created = api.create(name="grid", shingle_size=1, **five)
        api.ok("POST", f"detectors/{created}/_start")
        api.ok("POST", f"detectors/{created}/_start", {"start_time": START + 1, "end_time": begun})
        assert api.service.historical.wait(created, 60)
        api.service.scheduler.run_due()
        api.tick(5)
        of_it = {"term": {"detector_id": created}}
        is_live = {"bool": {"must_not": {"exists": {"field": "task_id"}}}}
        live = [r["data_end_time"] for r in api.results(of_it, is_live)]
        assert all((begun - MINUTE - end) % (5 * MINUTE) == 0 for end in live)
        old = [r["data_start_time"] for r in api.results(of_it, {"exists": {"field": "task_id"}})]
        assert live
        assert old
        assert all(start % (5 * MINUTE) == 0 for start in old)
        period = {"period_start": START + MINUTE + 7_000, "period_end": begun}
        minutely = sent() | {"name": "previewed"}
        shown = api.ok("POST", "detectors/_preview", period | {"detector": minutely})
        assert {r["data_start_time"] % MINUTE for r in shown["anomaly_result"]} <= {0}


@pytest.mark.trap(number=17)
@pytest.mark.trap(number=41)
def test_results_of_entities_have_the_task_of_their_detector(api: Api) -> None:
    many = id_of(api, "many")
    (parent,) = tasks(api, detector_id=many, task_type="HISTORICAL_HC_DETECTOR")
    children = tasks(api, detector_id=many, task_type="HISTORICAL_HC_ENTITY")
    assert len(children) == 2
    query = {"term": {"detector_id": many}}, {"exists": {"field": "task_id"}}
    (parent_id,) = {r["task_id"] for r in api.results(*query)}
    assert {child["parent_task_id"] for child in children} == {parent_id}
    # What has no meaning is left out; it is not null.
    for name in ("entity", "parent_task_id", "worker_node", "stopped_by", "checkpoint_id"):
        assert name not in parent
    (live,) = tasks(api, detector_id=many, task_type="REALTIME_HC_DETECTOR")
    for name in ("current_piece", "detection_date_range", "entity", "worker_node"):
        assert name not in live


@pytest.mark.trap(number=25)
def test_the_dashboards_part_of_a_detector_stays_in_its_tasks(api: Api) -> None:
    query = {"query": {"term": {"name.keyword": "one"}}}
    (hit,) = api.ok("POST", "detectors/_search", query)["hits"]["hits"]
    assert "ui_metadata" not in hit["_source"]
    (task,) = tasks(api, detector_id=hit["_id"], task_type="HISTORICAL_SINGLE_ENTITY")
    assert task["detector"]["ui_metadata"] == UI


@pytest.mark.trap(number=34)
def test_progress_has_the_digits_of_a_short_float(
    api: Api, created: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []
    write: Any = api.service.parts.tasks.updates

    def watched(changes: Any) -> Any:
        actions: Any = write(changes)
        told.extend(action.source["doc"].get("task_progress", 0.0) for action in actions)
        return actions

    monkeypatch.setattr(api.service.parts.tasks, "updates", watched)
    created.append(api.create(name="progress"))
    api.ok("POST", f"detectors/{created[0]}/_start", RANGE)
    assert api.service.historical.wait(created[0], 60)
    between = [value for value in told if 0 < value < 1]
    assert len(between) > 7
    assert all(value == float(str(np.float32(value))) for value in between)
    assert any(len(str(value)) > 6 for value in between)


@pytest.mark.trap(number=30)
def test_units_of_any_case_come_back_in_one_and_a_delay_of_none_in_seconds(
    api: Api, created: list[str]
) -> None:
    period = {"period": {"interval": 2, "unit": "MINUTES"}}
    body = {k: v for k, v in sent().items() if k != "window_delay"}
    body |= {"name": "units", "detection_interval": period}
    answer = api.ok("POST", "detectors", body)
    created.append(answer["_id"])
    assert answer["anomaly_detector"]["detection_interval"]["period"]["unit"] == "Minutes"
    assert answer["anomaly_detector"]["window_delay"] == {
        "period": {"interval": 0, "unit": "Seconds"}
    }


@pytest.mark.trap(number=31)
def test_a_description_of_none_breaks_no_reader(api: Api, created: list[str]) -> None:
    created.append(api.create(name="described", description=None))
    first = api.ok("GET", f"detectors/{created[0]}")["anomaly_detector"]
    assert first["description"] == ""
    # Documents of older versions have it so.
    documents = api.store.documents
    documents.index(DETECTORS, first | {"description": None}, created[0])
    assert api.ok("GET", f"detectors/{created[0]}")["anomaly_detector"]["name"] == "described"
    assert api.ok("GET", f"detectors/{created[0]}/_profile") == {"state": "DISABLED"}
    api.ok("POST", f"detectors/{created[0]}/_start", RANGE)
    assert api.service.historical.wait(created[0], 60)


def test_a_detector_that_nobody_can_read_keeps_no_others(api: Api, created: list[str]) -> None:
    custom = "searchguard-ad-result-readable"
    created += [api.create(name="broken"), api.create(name="whole", result_index=custom)]
    source = api.ok("GET", f"detectors/{created[0]}")["anomaly_detector"]
    api.store.documents.index(DETECTORS, source | {"shingle_size": 1_000}, created[0])
    assert api.ok("GET", f"detectors/{created[0]}")["anomaly_detector"]["shingle_size"] == 1_000
    only = f"detectors/results/_search/{custom}?only_query_custom_result_index=true"
    assert api.ok("POST", only)["hits"]["hits"] == []


@pytest.mark.trap(number=36)
def test_results_in_an_index_of_ones_own_are_not_deleted(api: Api, created: list[str]) -> None:
    custom = "searchguard-ad-result-kept"
    created.append(api.create(name="kept", result_index=custom))
    api.ok("POST", f"detectors/{created[0]}/_start", RANGE)
    assert api.service.historical.wait(created[0], 60)
    query = {"query": {"term": {"detector_id": created[0]}}}
    assert api.ok("DELETE", "detectors/results", query)["deleted"] == 0
    assert len(api.results(only=custom)) == 300


@pytest.mark.trap(number=38)
def test_results_of_an_earlier_start_do_not_make_it_run() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 302)
        detector = api.create(name="again")
        api.ok("POST", f"detectors/{detector}/_start")
        api.service.scheduler.run_due()
        api.tick(2)
        api.ok("POST", f"detectors/{detector}/_stop")
        assert len(api.results({"term": {"detector_id": detector}})) == 2
        api.clock.pass_minutes(1_000)
        api.ok("POST", f"detectors/{detector}/_start")
        api.service.scheduler.run_due()
        profile = api.ok("GET", f"detectors/{detector}/_profile/state,init_progress")
        assert profile["state"] == "INIT"
        assert profile["init_progress"]["percentage"] == "0%"


@pytest.mark.trap(number=32)
def test_names_differ_by_case(api: Api, created: list[str]) -> None:
    created += [api.create(name="Case"), api.create(name="case")]
    assert api.request("POST", "detectors", sent() | {"name": "case"}).status_code == 409


@pytest.mark.trap(number=35)
def test_numbers_of_writes_count_for_the_index_and_are_zero_of_stops(
    api: Api, created: list[str]
) -> None:
    answers = [api.ok("POST", "detectors", sent() | {"name": f"n{i}"}) for i in range(2)]
    created += [answer["_id"] for answer in answers]
    assert answers[1]["_seq_no"] == answers[0]["_seq_no"] + 1
    assert [answer["_version"] for answer in answers] == [1, 1]
    api.ok("POST", f"detectors/{created[0]}/_start")
    assert api.ok("POST", f"detectors/{created[0]}/_stop") == {
        "_id": created[0], "_version": 0, "_seq_no": 0, "_primary_term": 0,
    }  # fmt: skip


@pytest.mark.trap(number=44)
def test_one_node_with_one_name(api: Api) -> None:
    (node,) = api.ok("GET", "stats")["nodes"]
    assert len(node) == 22
    named = {task["coordinating_node"] for task in tasks(api, is_latest="true")}
    profile = api.ok("GET", f"detectors/{id_of(api, 'many')}/_profile?_all")
    named |= {model["node_id"] for model in profile["models"]}
    (single,) = tasks(api, detector_id=id_of(api, "one"), task_type="HISTORICAL_SINGLE_ENTITY")
    assert named | {single["worker_node"]} == {node}
    assert list(api.ok("GET", f"{node}/stats")["nodes"]) == [node]


@pytest.mark.trap(number=23)
def test_the_highest_score_says_how_was_asked(api: Api) -> None:
    where = "detectors/results/_search"
    filtered = {"query": {"bool": {"filter": {"term": {"detector_id": id_of(api, "one")}}}}}
    assert api.ok("POST", where, filtered)["hits"]["max_score"] == 0
    assert api.ok("POST", where)["hits"]["max_score"] == 1
    assert api.ok("POST", where, filtered | {"size": 0})["hits"]["max_score"] is None
    by_time = {"sort": [{"data_start_time": "desc"}]}
    assert api.ok("POST", where, by_time)["hits"]["max_score"] is None


@pytest.mark.trap(number=44)
def test_the_prefixes_lead_to_the_same(api: Api) -> None:
    paths: dict[str, set[tuple[str, str]]] = {}
    for path, operations in api.request("GET", "openapi.json", prefix="/").json()["paths"].items():
        for prefix in PREFIXES:
            if path.startswith(prefix):
                rest = path.removeprefix(prefix)
                paths.setdefault(prefix, set()).update((rest, method) for method in operations)
    first, *others = (paths[prefix] for prefix in PREFIXES)
    assert all(other == first for other in others)
    assert {rest for rest, _ in first if not rest.endswith("/")} == {
        rest.removesuffix("/") for rest, _ in first if rest.endswith("/")
    }
    assert len(first) >= 80


PREFIXES = (
    "/_anomaly_detection/api/", "/_plugins/_anomaly_detection/", "/_opendistro/_anomaly_detection/",
)  # fmt: skip


# -- numbers of their own


@pytest.mark.trap(number=3)
def test_statuses_of_creating_changing_and_deleting(api: Api) -> None:
    body = sent() | {"name": "statuses"}
    created = api.request("POST", "detectors", body)
    path = f"detectors/{created.json()['_id']}"
    assert (created.status_code, created.headers["location"]) == (201, detection_api.PREFIX + path)
    changed = api.request("PUT", path, body)
    assert (changed.status_code, "location" in changed.headers) == (200, False)
    for result in ("deleted", "not_found"):
        deleted = api.request("DELETE", path)
        assert (deleted.status_code, deleted.json()["result"]) == (200, result)


@pytest.mark.trap(number=15)
def test_a_document_at_the_end_of_a_window_belongs_to_the_next(api: Api) -> None:
    ended = NOW - 10 * MINUTE
    api.store.documents.create_index("ends", detection_api.MAPPING)
    moments = (ended - 1, ended, ended + MINUTE - 1, ended + MINUTE)
    for place, moment in enumerate(moments):
        document = {"timestamp": moment, "value": 10**place, "ip": "10.0.0.1"}
        api.store.documents.index("ends", document)
    detector = sent() | {"name": "ends", "indices": ["ends"], "filter_query": {"match_all": {}}}
    created = str(api.ok("POST", "detectors", detector)["_id"])
    one = api.ok(
        "POST", f"detectors/{created}/_run", {"period_start": ended, "period_end": ended + MINUTE}
    )
    assert [feature["data"] for feature in one["features"]] == [10 + 100]
    api.ok("DELETE", f"detectors/{created}")


@pytest.mark.trap(number=22)
@pytest.mark.parametrize(
    ("fields", "count"), [(["ip"], 10_050), (["ip", "error_type"], 10_000)], ids=["one", "two"]
)
def test_entities_of_two_category_fields_are_counted_to_10_000(
    fields: list[str], count: int
) -> None:
    with detection_api.opened(now=NOW) as api:
        documents = api.store.documents
        documents.create_index("wide", detection_api.MAPPING)
        rows = [
            {"timestamp": NOW - 3 * MINUTE, "value": 2.0, "error_type": "e",
             "ip": f"10.1.{i // 250}.{i % 250}"}
            for i in range(10_050)
        ]  # fmt: skip
        documents.bulk([Action("index", "wide", None, row) for row in rows])
        created = api.create(name="wide", indices=["wide"], category_field=fields)
        api.ok("POST", f"detectors/{created}/_start")
        profile = api.ok("GET", f"detectors/{created}/_profile/total_entities")
        assert profile == {"total_entities": count}


@pytest.mark.trap(number=24)
@pytest.mark.parametrize("given", ["true", True])
def test_the_latest_tasks_are_found_by_a_text_or_a_truth_value(api: Api, given: Any) -> None:
    latest = tasks(api, detector_id=id_of(api, "one"), is_latest=given)
    kinds = sorted(task["task_type"] for task in latest)
    assert kinds == ["HISTORICAL_SINGLE_ENTITY", "REALTIME_SINGLE_ENTITY"]
    assert {task["is_latest"] for task in latest} == {True}


@pytest.mark.trap(number=28)
def test_the_top_entities_of_two_fields_are_those_with_most_documents() -> None:
    with detection_api.opened(now=NOW, max_top_entities_for_historical_analysis=1) as api:
        detection_api.feed(api.store, 0, 300, hosts=3)
        most = {"timestamp": START + 5_000, "value": 2.0, "ip": "192.168.1.2",
                "error_type": "error0"}  # fmt: skip
        api.store.documents.index("server_log", most)
        created = api.create(category_field=["ip", "error_type"])
        api.ok("POST", f"detectors/{created}/_start", RANGE)
        assert api.service.historical.wait(created, 60)
        (child,) = tasks(api, task_type="HISTORICAL_HC_ENTITY")
        assert {part["name"]: part["value"] for part in child["entity"]} == {
            "ip": "192.168.1.2", "error_type": "error0",
        }  # fmt: skip


@pytest.mark.trap(number=33)
def test_a_filter_is_taken_as_it_was_answered(api: Api, created: list[str]) -> None:
    sent_filter = {"bool": {"filter": {"range": {"value": {"gte": 1, "lt": 1e9}}},
                            "must_not": {"term": {"ip": "10.0.0.9"}}}}  # fmt: skip
    created.append(api.create(name="round", filter_query=sent_filter))
    path = f"detectors/{created[0]}"
    answered = api.ok("GET", path)["anomaly_detector"]
    bounds = answered["filter_query"]["bool"]["filter"][0]["range"]["value"]
    assert bounds == {
        "from": 1, "to": 1e9, "include_lower": True, "include_upper": False, "boost": 1,
    }  # fmt: skip
    again = api.ok("PUT", path, answered)["anomaly_detector"]
    assert again["filter_query"] == answered["filter_query"]
    count = {"query": answered["filter_query"]}
    raw = {"query": sent_filter}
    found = [api.request("POST", "server_log/_count", q, prefix="/").json() for q in (count, raw)]
    assert found[0] == found[1]
    assert found[0]["count"] > 0


@pytest.mark.trap(number=37)
def test_top_anomalies_of_real_time_take_no_task(api: Api) -> None:
    path = f"detectors/{id_of(api, 'many')}/results/_topAnomalies"
    times = {"start_time_ms": START, "end_time_ms": NOW + 10 * MINUTE}
    live = api.ok("POST", path, times)
    assert api.ok("POST", path, times | {"task_id": "another"}) == live
    of_task = api.ok("POST", f"{path}?historical=true", times)
    assert of_task["buckets"]
    assert of_task != live
    another = api.ok("POST", f"{path}?historical=true", times | {"task_id": "another"})
    assert another == {"buckets": []}


# -- all of them


def test_each_is_pinned_by_a_test() -> None:
    tests = [path.read_text() for path in Path(__file__).parent.glob("test_*detector*.py")]
    marks = re.findall(r"pytest\.mark\.trap\(number=([0-9]+)\)", "".join(tests))
    assert {int(number) for number in marks} == set(TRAPS)
