"""Templates of indices, and what clients and dashboards ask of a cluster, by opensearch-py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from opensearchpy import NotFoundError, OpenSearch, RequestError, helpers
from service_process import Service, running

from adcore.store import Store
from adcore.store.templates import overlap

HOST, TIME = {"type": "keyword"}, {"type": "date"}
BASE = {
    "template": {
        "settings": {"number_of_replicas": 0, "codec": "base"},
        "mappings": {"properties": {"host": HOST, "n": {"type": "long"}}},
    }
}
LOGS: dict[str, Any] = {
    "index_patterns": ["logs-*"], "composed_of": ["base"], "priority": 10, "version": 3,
    "_meta": {"by": "test"},
    "template": {
        "settings": {"index": {"codec": "best_compression"}},
        "mappings": {"dynamic": "strict", "properties": {"time": TIME, "n": {"type": "double"}}},
        "aliases": {"all-logs": {}, "{index}-alias": {}},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    with running(folder, "--data", str(folder / "data")) as started:
        yield started


@pytest.fixture
def client(service: Service) -> Iterator[OpenSearch]:
    made = OpenSearch([service.url], timeout=30)
    made.cluster.put_component_template(name="base", body=BASE)
    made.indices.put_index_template(name="logs", body=LOGS)
    yield made
    made.indices.delete(index="*", expand_wildcards="open")
    made.indices.delete_index_template(name="*")
    made.cluster.delete_component_template(name="*")
    made.close()


@pytest.fixture
def http(service: Service) -> Iterator[httpx.Client]:
    with service.client() as made:
        yield made


def reason(error: Any) -> tuple[int, str, str]:
    told = error.value.info["error"]
    return error.value.status_code, told["type"], told["reason"]


def test_new_indices_are_made_with_their_template(client: OpenSearch) -> None:
    # By a bulk, which makes the index by itself.
    row = {"_index": "logs-1", "time": 1_700_000_000_000, "host": "a", "n": 1}
    assert helpers.bulk(client, [row]) == (1, [])
    index = client.indices.get(index="logs-1")["logs-1"]
    assert index["mappings"] == {
        "dynamic": "strict",
        "properties": {"host": HOST, "n": {"type": "double"}, "time": TIME},
    }
    assert index["settings"]["index"]["codec"] == "best_compression"
    assert set(index["aliases"]) == {"all-logs", "logs-1-alias"}
    assert client.count(index="all-logs")["count"] == 1
    with pytest.raises(RequestError) as refused:
        client.index(index="logs-1", body={"unknown": 1})
    assert refused.value.error == "strict_dynamic_mapping_exception"
    # By itself: what is asked for counts before the template.
    mine = {"mappings": {"dynamic": True, "properties": {"n": {"type": "integer"}}}}
    client.indices.create(index="logs-2", body=mine)
    assert client.indices.get_mapping(index="logs-2")["logs-2"]["mappings"] == {
        "dynamic": "true", "properties": {"host": HOST, "n": {"type": "integer"}, "time": TIME},
    }  # fmt: skip
    # Others are as before, also those that the template would match but for their dot.
    client.indices.create(index="other")
    assert client.indices.get(index="other")["other"]["mappings"] == {}


def test_the_highest_priority_counts_and_those_there_are_stay(client: OpenSearch) -> None:
    client.indices.create(index="logs-old")
    better = {"index_patterns": "logs-*", "priority": 11,
              "template": {"mappings": {"properties": {"other": HOST}}}}  # fmt: skip
    client.indices.put_index_template(name="better", body=better)
    client.indices.create(index="logs-new")
    mappings = client.indices.get_mapping(index="logs-*")
    assert set(mappings["logs-new"]["mappings"]["properties"]) == {"other"}
    assert set(mappings["logs-old"]["mappings"]["properties"]) == {"host", "n", "time"}
    simulated = client.indices.simulate_index_template(name="logs-x")
    assert simulated["template"]["mappings"] == {"properties": {"other": HOST}}
    assert simulated["overlapping"] == [{"name": "logs", "index_patterns": ["logs-*"]}]


def test_they_are_shown_as_they_were_given(client: OpenSearch) -> None:
    (found,) = client.indices.get_index_template(name="lo*")["index_templates"]
    settings = {"index": {"codec": "best_compression"}}
    template = LOGS["template"] | {"settings": settings}
    assert found == {"name": "logs", "index_template": LOGS | {"template": template}}
    flat = client.indices.get_index_template(name="logs", flat_settings=True)["index_templates"][0]
    shown = flat["index_template"]["template"]["settings"]
    assert shown == {"index.codec": "best_compression"}
    (component,) = client.cluster.get_component_template()["component_templates"]
    assert component["component_template"]["template"]["mappings"] == BASE["template"]["mappings"]
    assert client.indices.exists_index_template(name="logs")
    assert not client.indices.exists_index_template(name="none")
    assert client.cluster.exists_component_template(name="base")
    assert not client.cluster.exists_component_template(name="none")
    table = client.cat.templates(name="logs", h="name,index_patterns,order,composed_of")
    assert table.split() == ["logs", "[logs-*]", "10", "[base]"]


def test_they_are_deleted(client: OpenSearch) -> None:
    with pytest.raises(RequestError) as used:
        client.cluster.delete_component_template(name="base")
    assert reason(used)[:2] == (400, "illegal_argument_exception")
    text = "component templates [base] cannot be removed as they are still in use by index "
    assert reason(used)[2] == text + "templates [logs]"
    assert client.indices.delete_index_template(name="logs") == {"acknowledged": True}
    assert client.cluster.delete_component_template(name="base") == {"acknowledged": True}
    client.indices.create(index="logs-1")
    assert client.indices.get(index="logs-1")["logs-1"]["mappings"] == {}
    for call, text in (
        (client.indices.get_index_template, "index template matching [logs] not found"),
        (client.indices.delete_index_template, "index_template [logs] missing"),
        (client.cluster.get_component_template, "component template matching [logs] not found"),
    ):
        with pytest.raises(NotFoundError) as missing:
            call(name="logs")
        assert reason(missing)[::2] == (404, text)
    assert client.indices.get_index_template(name="no*") == {"index_templates": []}


NO_PART = (
    "index_template [made] invalid, cause [index template [made] specifies component templates "
    "[none] that do not exist]"
)
SAME = (
    "index template [made] has index patterns [*-x] matching patterns from existing templates "
    "[logs] with patterns (logs => [logs-*]) that have the same priority [10], multiple index "
    "templates may not match during index creation, please use a different priority"
)
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "action_request_validation_exception",
     "Validation Failed: 1: index patterns are missing;"),
    ({"index_patterns": ["a"], "nope": 1}, "x_content_parse_exception",
     "[index_template] unknown field [nope]"),
    ({"index_patterns": ["a"], "data_stream": {}}, "x_content_parse_exception",
     "[index_template] data streams are not supported"),
    ({"index_patterns": ["a"], "priority": "high"}, "x_content_parse_exception",
     "[index_template] failed to parse field [priority]"),
    ({"index_patterns": ["a"], "template": {"nope": {}}}, "parse_exception",
     "unknown key [nope] for index_template [template]"),
    ({"index_patterns": ["a"], "template": {"mappings": {"properties": {"x": {"type": "no"}}}}},
     "mapper_parsing_exception", "No handler for type [no] declared on field [x]"),
    ({"index_patterns": [f"a{i}*" for i in range(101)]}, "illegal_argument_exception",
     "index template [made] has more than [100] index patterns"),
    ({"index_patterns": ["A"]}, "invalid_index_name_exception",
     "Invalid index name [A], must be lowercase"),
    ({"index_patterns": ["a"], "composed_of": ["none"]}, "invalid_index_template_exception",
     NO_PART),
    ({"index_patterns": ["*-x"], "priority": 10}, "illegal_argument_exception",
     SAME),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "text"), REFUSED, ids=[r[2][:60] for r in REFUSED])
def test_what_is_no_template(
    client: OpenSearch, body: dict[str, Any], kind: str, text: str
) -> None:
    with pytest.raises(RequestError) as refused:
        client.indices.put_index_template(name="made", body=body)
    status, told, why = reason(refused)
    assert (status, told) == (400, kind)
    assert text in why
    assert not client.indices.exists_index_template(name="made")


def test_one_that_must_be_new(client: OpenSearch) -> None:
    with pytest.raises(RequestError) as there:
        client.indices.put_index_template(name="logs", body=LOGS, create=True)
    assert reason(there)[2] == "index template [logs] already exists"


def test_a_component_must_fit_what_it_is_used_for(client: OpenSearch) -> None:
    text = {"template": {"mappings": {"properties": {"n": {"type": "no"}}}}}
    with pytest.raises(RequestError):
        client.cluster.put_component_template(name="base", body=text)
    (kept,) = client.cluster.get_component_template(name="base")["component_templates"]
    assert kept["component_template"]["template"]["mappings"] == BASE["template"]["mappings"]


def test_what_is_asked_for_is_read_before_it_is_joined(client: OpenSearch) -> None:
    with pytest.raises(RequestError) as wrong:
        client.indices.create(index="logs-1", body={"mappings": {"properties": ["n"]}})
    assert wrong.value.error == "mapper_parsing_exception"


def test_detectors_keep_their_own_indices_whatever_templates_say(client: OpenSearch) -> None:
    hostile = {"index_patterns": ["*"], "priority": 99, "template": {"mappings": {
        "dynamic": "strict", "properties": {"name": {"type": "long"}}}}}  # fmt: skip
    client.indices.put_index_template(name="hostile", body=hostile)
    client.transport.perform_request("POST", "/any/_doc", body={"name": 1})
    client.transport.perform_request(
        "PUT", "/watched", body={"mappings": {"dynamic": True, "properties": {"t": TIME}}}
    )
    client.transport.perform_request("POST", "/watched/_doc", body={"t": 1, "v": 1.5})
    detector = {
        "name": "hostile",
        "time_field": "t",
        "indices": ["watched"],
        "result_index": "opensearch-ad-plugin-result-mine",
        "feature_attributes": [
            {
                "feature_name": "v",
                "feature_enabled": True,
                "aggregation_query": {"v": {"max": {"field": "v"}}},
            }
        ],
    }
    path = "/_plugins/_anomaly_detection/detectors"
    made = client.transport.perform_request("POST", path, body=detector)
    assert client.transport.perform_request("DELETE", f"{path}/{made['_id']}")


def test_a_store_keeps_them(tmp_path: Path) -> None:
    body = {"index_patterns": ["a*"], "template": {"mappings": {"properties": {"x": TIME}}}}
    with Store.open(tmp_path) as store:
        store.templates.put("kept", body)
    with Store.open(tmp_path) as store:
        assert [each.body for each in store.templates.shown()] == [body]
        store.documents.index("abc", {"x": 5})
        assert store.documents.mapping("abc").fields["x"].type.is_date


def test_a_store_of_before_has_room_for_them(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.documents.index("old", {"x": 1})
    with duckdb.connect(tmp_path / "documents.duckdb") as connection:
        for table in ("adcore_templates", "adcore_components"):
            connection.execute(f"DROP TABLE {table}")
    with Store.open(tmp_path) as store:
        store.templates.put_component("part", {"template": {}})
        assert store.documents.exists("old")
    with Store.open(tmp_path) as store:
        assert [each.name for each in store.templates.shown_components()] == ["part"]


@pytest.mark.parametrize(("one", "other", "expected"), [
    ("logs-*", "logs-*", True), ("*", "x", True), ("a*", "b*", False), ("a*b", "a*c", False),
    ("*-a-*", "*-b-*", True), ("a", "a", True), ("a", "b", False), ("abc", "a*d", False),
    ("*a", "*ba", True),
])  # fmt: skip
def test_patterns_that_some_name_fits(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) is expected
    assert overlap(other, one) is expected


# -- the cluster


def test_the_state_of_the_cluster(client: OpenSearch) -> None:
    client.indices.create(index="logs-1")
    state = client.cluster.state()
    node = state["cluster_manager_node"]
    assert node == state["master_node"] == next(iter(state["nodes"]))
    index = state["metadata"]["indices"]["logs-1"]
    assert index["mappings"]["_doc"] == client.indices.get(index="logs-1")["logs-1"]["mappings"]
    assert set(index["aliases"]) == {"all-logs", "logs-1-alias"}
    assert list(state["metadata"]["index_template"]["index_template"]) == ["logs"]
    (shard,) = state["routing_table"]["indices"]["logs-1"]["shards"]["0"]
    assert (shard["state"], shard["primary"], shard["node"]) == ("STARTED", True, node)
    part = client.cluster.state(metric="metadata", index="logs-*")
    assert set(part) == {"cluster_name", "cluster_uuid", "metadata"}
    assert list(part["metadata"]["indices"]) == ["logs-1"]
    before = client.cluster.state(metric="version")
    client.index(index="logs-1", body={"n": 1})
    after = client.cluster.state(metric="version")
    assert after["version"] > before["version"]
    assert after["state_uuid"] != before["state_uuid"]
    with pytest.raises(RequestError) as unknown:
        client.cluster.state(metric="nope")
    assert reason(unknown)[1] == "illegal_argument_exception"


def test_the_figures_of_the_cluster(client: OpenSearch) -> None:
    before = client.cluster.stats()
    client.index(index="counted", body={"n": 1})
    after = client.cluster.stats()
    assert after["indices"]["count"] == before["indices"]["count"] + 1
    assert after["indices"]["docs"]["count"] == before["indices"]["docs"]["count"] + 1
    assert after["indices"]["shards"]["total"] == after["indices"]["count"]
    assert (after["status"], after["nodes"]["count"]["total"]) == ("green", 1)
    assert after["nodes"]["versions"] == [client.info()["version"]["number"]]
    assert 0 < after["nodes"]["fs"]["free_in_bytes"] < after["nodes"]["fs"]["total_in_bytes"]
    memory = after["nodes"]["os"]["mem"]
    assert 0 < memory["used_in_bytes"] < memory["total_in_bytes"]


def test_the_node_and_what_it_answers_as_tables(client: OpenSearch, http: httpx.Client) -> None:
    (node,) = http.get("/_cat/nodes?format=json").json()
    assert list(node) == [
        "ip", "heap.percent", "ram.percent", "cpu", "load_1m", "load_5m", "load_15m", "node.role",
        "node.roles", "cluster_manager", "name",
    ]  # fmt: skip
    assert (node["node.role"], node["cluster_manager"]) == ("dim", "*")
    assert 0 <= int(node["ram.percent"]) <= 100
    (state,) = client.cluster.state(metric="nodes")["nodes"]
    assert client.cat.nodes(h="id", full_id=True).strip() == state
    assert client.cat.cluster_manager(h="id").strip() == state
    plugins = client.cat.plugins(format="json")
    components = {each["component"]: each["version"] for each in plugins}
    assert "opensearch-anomaly-detection" in components
    assert client.cluster.remote_info() == {}
    (shown,) = client.nodes.info()["nodes"].values()
    assert {each["name"]: each["version"] for each in shown["plugins"]} == components


def test_settings_with_their_defaults(client: OpenSearch) -> None:
    given = client.cluster.get_settings(include_defaults=True, flat_settings=True)
    assert set(given) == {"persistent", "transient", "defaults"}
    limit = "plugins.anomaly_detection.max_anomaly_features"
    assert given["defaults"][limit] == "5"
    client.cluster.put_settings(body={"persistent": {limit: 7}})
    changed = client.cluster.get_settings(include_defaults=True, flat_settings=True)
    assert changed["persistent"][limit] == "7"
    assert limit not in changed["defaults"]
    client.cluster.put_settings(body={"persistent": {limit: None}})
