"""The document API, driven by the clients people have, against a process of its own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opensearchpy import (
    AsyncOpenSearch,
    ConflictError,
    NotFoundError,
    OpenSearch,
    TransportError,
    helpers,
)
from service_process import Service, running

NDJSON = {"content-type": "application/x-ndjson"}
MAPPING = {
    "properties": {
        "time": {"type": "date"},
        "host": {"type": "keyword"},
        "cpu": {"type": "double"},
    }
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture
def client(service: Service) -> Iterator[OpenSearch]:
    made = OpenSearch([service.url], timeout=30)
    yield made
    made.indices.delete(index="*", expand_wildcards="open")
    made.close()


@pytest.fixture
def http(service: Service) -> Iterator[httpx.Client]:
    with service.client() as made:
        yield made


def rows(number: int) -> list[dict[str, Any]]:
    chance = random.Random(number)  # noqa: S311 -- of a test
    return [
        {"time": 1_700_000_000_000 + at * 60_000, "host": f"h{at % 5}", "cpu": chance.random()}
        for at in range(number)
    ]


def info_of(error: TransportError) -> dict[str, Any]:
    assert isinstance(error.info, dict)
    return error.info


def test_the_client_finds_a_kind_it_knows(client: OpenSearch) -> None:
    assert client.ping()
    info = client.info()
    assert info["version"]["distribution"] == "opensearch"
    assert len(info["cluster_uuid"]) == 22
    assert client.cluster.health()["status"] == "green"


def test_a_bulk_of_rows_is_counted_searched_and_aggregated(client: OpenSearch) -> None:
    client.indices.create(index="metrics", body={"mappings": MAPPING})
    data = rows(1_000)
    actions = ({"_index": "metrics", "_id": str(at), **row} for at, row in enumerate(data))
    assert helpers.bulk(client, actions, chunk_size=300, refresh=True) == (1_000, [])
    assert client.count(index="metrics")["count"] == 1_000
    answer = client.search(
        index="metrics",
        body={
            "query": {"term": {"host": "h3"}},
            "sort": [{"time": "desc"}],
            "size": 2,
            "aggs": {"max": {"max": {"field": "cpu"}}, "h": {"terms": {"field": "host"}}},
        },
    )
    own = [row for row in data if row["host"] == "h3"]
    assert answer["hits"]["total"] == {"value": 200, "relation": "eq"}
    assert [hit["_source"] for hit in answer["hits"]["hits"]] == own[:-3:-1]
    assert answer["aggregations"]["max"]["value"] == max(row["cpu"] for row in own)
    assert [b["doc_count"] for b in answer["aggregations"]["h"]["buckets"]] == [200]


def test_the_life_of_a_document(client: OpenSearch) -> None:
    made = client.index(index="life", id="a", body={"n": 1, "deep": {"x": 1}}, refresh="wait_for")
    assert (made["result"], made["_version"], made["_seq_no"]) == ("created", 1, 0)
    again = client.index(index="life", id="a", body={"n": 2, "deep": {"x": 1}})
    assert (again["result"], again["_version"], again["_seq_no"]) == ("updated", 2, 1)
    updated = client.update(index="life", id="a", body={"doc": {"deep": {"y": 2}}})
    assert (updated["result"], updated["_version"]) == ("updated", 3)
    found = client.get(index="life", id="a")
    assert found["_source"] == {"n": 2, "deep": {"x": 1, "y": 2}}
    assert client.get(index="life", id="a", _source_includes="deep.y")["_source"] == {
        "deep": {"y": 2}
    }
    assert client.get_source(index="life", id="a")["n"] == 2
    assert client.exists(index="life", id="a")
    assert client.delete(index="life", id="a")["result"] == "deleted"
    assert not client.exists(index="life", id="a")
    with pytest.raises(NotFoundError) as gone:
        client.get(index="life", id="a")
    assert gone.value.info == {"_index": "life", "_id": "a", "found": False}
    with pytest.raises(NotFoundError) as missing:
        client.delete(index="life", id="a")
    assert info_of(missing.value)["result"] == "not_found"


def test_a_writer_who_has_not_seen_the_last_write_is_refused(client: OpenSearch) -> None:
    client.index(index="seq", id="a", body={"n": 1})
    client.index(index="seq", id="a", body={"n": 2}, if_seq_no=0, if_primary_term=1)
    with pytest.raises(ConflictError) as refused:
        client.index(index="seq", id="a", body={"n": 3}, if_seq_no=0, if_primary_term=1)
    assert refused.value.error == "version_conflict_engine_exception"
    with pytest.raises(ConflictError):
        client.create(index="seq", id="a", body={"n": 4})
    assert client.get(index="seq", id="a")["_source"] == {"n": 2}


def test_refused_items_of_a_bulk_leave_the_others_alone(http: httpx.Client) -> None:
    http.put("/items", json={"mappings": MAPPING})
    lines = [
        '{"index":{"_id":"1"}}', '{"time":0,"host":"a"}',
        '{"create":{"_id":"1"}}', '{"host":"b"}',
        '{"index":{"_id":"2"}}', '{"time":"no time"}',
        '{"index":{"_id":"3"}}', '{no json',
        '{"update":{"_id":"1"}}', '{"doc":{"host":"c"}}',
        '{"update":{"_id":"9"}}', '{"doc":{"host":"c"}}',
        '{"update":{"_id":"1"}}', '{"doc":5}',
        '{"delete":{"_id":"9"}}',
        '{"delete":{"_index":"nowhere","_id":"9"}}',
        '{"index":{"_index":"Bad","_id":"9"}}', '{}',
    ]  # fmt: skip
    answer = http.post(
        "/items/_bulk",
        content="\n".join(lines) + "\n",
        headers=NDJSON,
    ).json()
    assert answer["errors"] is True
    shown = [(op, i["status"], i.get("result"), i.get("error", {}).get("type"))
             for item in answer["items"] for op, i in item.items()]  # fmt: skip
    assert shown == [
        ("index", 201, "created", None),
        ("create", 409, None, "version_conflict_engine_exception"),
        ("index", 400, None, "mapper_parsing_exception"),
        ("index", 400, None, "mapper_parsing_exception"),
        ("update", 200, "updated", None),
        ("update", 404, None, "document_missing_exception"),
        ("update", 400, None, "illegal_argument_exception"),
        ("delete", 404, "not_found", None),
        ("delete", 404, None, "index_not_found_exception"),
        ("index", 400, None, "invalid_index_name_exception"),
    ]
    assert http.get("/items/_source/1").json() == {"time": 0, "host": "c"}
    http.delete("/items")


def test_lines_of_a_bulk_that_are_no_actions_fail_alone(http: httpx.Client) -> None:
    lines = [
        '{"index":{"_id":"1"}}', '{"n":1}',
        '{"index":{"_id":"2"', '{"n":2}',                         # cut: its document goes with it
        '{"index":{"_id":"3"}}', '{"n":3}',
        '"x"', '[5]', '', '{"n":4}', '{"put":{}}', '{"n":5}',      # one run of lines, one item
        '{"delete":{"_id":"1"}}',
        '{"update":{"_id":"3","colour":1}}', '{"doc":{"n":6}}',   # its operation can be read
        '{"create":{"_id":[7]}}', '{"index":{"_id":"no action"}}',  # so this is its document
        '{"delete":{"_id":"3","version":1}}',                      # which has none
        '{"index":{"_id":"8"}}', '{"n":8}',
        '\x00\x01', '{"index":[]}',                                # nothing follows
    ]  # fmt: skip
    answer = http.post(
        "/lines/_bulk",
        content="\n".join(lines) + "\n",
        headers=NDJSON,
    ).json()
    assert answer["errors"] is True
    shown = [(op, i["_id"], i["status"], i.get("error", {}).get("reason", "")[:34])
             for item in answer["items"] for op, i in item.items()]  # fmt: skip
    assert shown == [
        ("index", "1", 201, ""),
        ("index", None, 400, "Malformed action/metadata line [3]"),
        ("index", "3", 201, ""),
        ("index", None, 400, "Malformed action/metadata line [7]"),
        ("delete", "1", 200, ""),
        ("update", None, 400, "Action/metadata line [14] contains"),
        ("create", None, 400, "Action/metadata line [16] contains"),
        ("delete", None, 400, "Action/metadata line [18] contains"),
        ("index", "8", 201, ""),
        ("index", None, 400, "Malformed action/metadata line [21"),
    ]
    assert {item["_index"] for pair in answer["items"] for item in pair.values()} == {"lines"}
    found = http.get("/lines/_search?sort=n").json()["hits"]["hits"]
    assert [(hit["_id"], hit["_source"]) for hit in found] == [("3", {"n": 3}), ("8", {"n": 8})]
    http.delete("/lines")


def test_a_bulk_of_many_pieces_is_answered_in_order(http: httpx.Client) -> None:
    lines = []
    for i in range(12_000):  # written 10 000 at a time
        lines += ['{"index":{}}', f'{{"n":{i}}}'] if i % 5_000 else ["no action"]
        lines += ['{"create":{"_id":"one"}}', "{}"] if i % 6_000 == 5_999 else []
    body = "\n".join([*lines, ""])
    answer = http.post("/pieces/_bulk", content=body, headers=NDJSON)
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
    found = answer.json()
    items = [item for pair in found["items"] for item in pair.values()]
    assert (found["errors"], len(items)) == (True, 12_002)
    faults = {at: item["status"] for at, item in enumerate(items) if "error" in item}
    assert faults == {0: 400, 5_000: 400, 10_001: 400, 12_001: 409}
    numbers = [item["_seq_no"] for item in items if "error" not in item]
    assert numbers == list(range(12_002 - 4))
    assert http.get("/pieces/_count").json()["count"] == len(numbers)
    # The same with less of an answer, and with more of it.
    http.delete("/pieces")
    path = "/pieces/_bulk?filter_path=errors,items.*.error.type"
    short = http.post(path, content=body, headers=NDJSON).json()
    kinds = [pair.popitem()[1]["error"]["type"] for pair in short["items"]]
    assert (len(kinds), set(short)) == (4, {"errors", "items"})
    assert sorted(set(kinds)) == ["illegal_argument_exception", "version_conflict_engine_exception"]
    pretty = http.post("/pieces/_bulk?pretty&filter_path=-items", content=body, headers=NDJSON)
    assert re.fullmatch(r'\{\n  "took": \d+,\n  "errors": true\n\}\n', pretty.text)
    http.delete("/pieces")


def test_a_bulk_that_is_refused_at_its_end_leaves_nothing(http: httpx.Client) -> None:
    line = '{"index":{"_index":"whole"}}\n{"n":1}\n' * 12_000
    for end, reason in (
        ('{"index":{}}\n{"n":1}\n', "Validation Failed: 1: index is missing;"),
        (
            '{"index":{"_index":"whole"}}\n',
            "The bulk request must be terminated by a newline [\\n]",
        ),
    ):
        answer = http.post("/_bulk", content=line + end, headers=NDJSON)
        assert (answer.status_code, answer.json()["error"]["reason"]) == (400, reason)
        assert http.head("/whole").status_code == 404


def test_many_documents_by_id_and_many_searches(client: OpenSearch) -> None:
    for id_ in ("1", "2"):
        client.index(index="many", id=id_, body={"n": int(id_)})
    docs = [{"_index": "many", "_id": "2", "_source": False}, {"_index": "many", "_id": "3"},
            {"_index": "none", "_id": "1"}]  # fmt: skip
    found = client.mget(body={"docs": docs})["docs"]
    assert [doc.get("found") for doc in found] == [True, False, None]
    assert "_source" not in found[0]
    assert found[2]["error"]["type"] == "index_not_found_exception"
    assert [d["_source"]["n"] for d in client.mget(index="many", body={"ids": ["2", "1"]})["docs"]]
    searches = [{"index": "many"}, {"query": {"range": {"n": {"gt": 1}}}},
                {"index": "none"}, {}, {}, {"query": {"nonsense": {}}}]  # fmt: skip
    responses = client.msearch(body=searches)["responses"]
    assert [answer["status"] for answer in responses] == [200, 404, 400]
    assert responses[0]["hits"]["total"]["value"] == 1
    assert responses[2]["error"]["type"] == "parsing_exception"


def test_what_a_query_finds_is_deleted(client: OpenSearch) -> None:
    helpers.bulk(client, ({"_index": "gone", "_id": str(n), "n": n} for n in range(50)))
    client.indices.put_alias(
        index="gone", name="low", body={"filter": {"range": {"n": {"lt": 20}}}}
    )
    answer = client.delete_by_query(
        index="low", body={"query": {"range": {"n": {"gte": 10}}}}, max_docs=4
    )
    assert (answer["deleted"], answer["total"], answer["batches"]) == (4, 4, 1)
    client.delete_by_query(index="low", body={"query": {"match_all": {}}})
    found = client.search(index="gone", body={"size": 100, "sort": "n"})["hits"]["hits"]
    assert [hit["_source"]["n"] for hit in found] == list(range(20, 50))


def test_indices_mappings_settings_and_aliases(client: OpenSearch) -> None:
    body = {"mappings": MAPPING, "settings": {"number_of_shards": 3}, "aliases": {"all": {}}}
    assert client.indices.create(index="i-1", body=body) == {
        "acknowledged": True, "shards_acknowledged": True, "index": "i-1",
    }  # fmt: skip
    assert client.indices.exists(index="i-1")
    assert client.indices.exists(index="all")
    assert not client.indices.exists(index="i-2")
    client.indices.put_mapping(index="i-1", body={"properties": {"more": {"type": "ip"}}})
    properties = client.indices.get_mapping(index="i-*")["i-1"]["mappings"]["properties"]
    assert properties == {**MAPPING["properties"], "more": {"type": "ip"}}
    shown = client.indices.get(index="all")["i-1"]
    assert shown["aliases"] == {"all": {}}
    assert shown["settings"]["index"]["number_of_shards"] == "3"
    client.indices.put_settings(index="i-1", body={"index": {"refresh_interval": "5s"}})
    settings = client.indices.get_settings(index="i-1", flat_settings=True)["i-1"]["settings"]
    assert settings["index.refresh_interval"] == "5s"
    actions = [
        {"add": {"index": "i-1", "alias": "b"}},
        {"remove": {"index": "i-1", "alias": "all"}},
    ]
    client.indices.update_aliases(body={"actions": actions})
    assert client.indices.get_alias(index="i-1") == {"i-1": {"aliases": {"b": {}}}}
    assert client.indices.exists_alias(name="b")
    client.indices.delete_alias(index="i-1", name="b")
    assert not client.indices.exists_alias(name="b")
    fields = client.field_caps(index="i-1", fields="c*,more")["fields"]
    assert {name: list(types) for name, types in fields.items()} == {
        "cpu": ["double"], "more": ["ip"],
    }  # fmt: skip
    assert client.indices.refresh(index="i-1")["_shards"] == {
        "total": 1, "successful": 1, "failed": 0,
    }  # fmt: skip
    assert client.indices.delete(index="i-1") == {"acknowledged": True}


def test_tables_for_people(client: OpenSearch, http: httpx.Client) -> None:
    client.index(index="cat-b", id="1", body={"n": 1})
    client.indices.create(index="cat-a")
    assert client.cat.count(index="cat-*", h="count").strip() == "1"
    table = client.cat.indices(index="cat-*", h="index,docs.count", v=True)
    assert [line.split() for line in table.splitlines()] == [
        ["index", "docs.count"], ["cat-a", "0"], ["cat-b", "1"],
    ]  # fmt: skip
    listed = http.get("/_cat/indices/cat-*?format=json&s=docs.count:desc&h=i").json()
    assert listed == [{"index": "cat-b"}, {"index": "cat-a"}]
    assert client.cat.health(h="status").strip() == "green"


def test_clients_find_the_address_of_the_node(service: Service, client: OpenSearch) -> None:
    (node,) = client.nodes.info(metric="http")["nodes"].values()
    assert node["http"]["publish_address"] == f"127.0.0.1:{service.port}"
    sniffing = OpenSearch([service.url], sniff_on_start=True)
    assert sniffing.ping()
    sniffing.close()
    assert client.nodes.stats()["_nodes"]["total"] == 1
    client.index(index="resolved", id="1", body={})
    names = client.transport.perform_request("GET", "/_resolve/index/res*")
    assert [each["name"] for each in names["indices"]] == ["resolved"]


def test_searches_in_the_address(client: OpenSearch) -> None:
    helpers.bulk(client, ({"_index": "uri", "_id": str(n), "n": n, "w": "x"} for n in range(9)))
    answer = client.search(
        index="uri", q="n:>=3", sort="n:desc", size=2, from_=1, _source_includes="n",
        track_total_hits=4, seq_no_primary_term=True,
    )  # fmt: skip
    assert answer["hits"]["total"] == {"value": 4, "relation": "gte"}
    assert [hit["_source"] for hit in answer["hits"]["hits"]] == [{"n": 7}, {"n": 6}]
    assert [hit["_seq_no"] for hit in answer["hits"]["hits"]] == [7, 6]


def test_a_compressed_body_and_a_compressed_answer(service: Service, client: OpenSearch) -> None:
    packed = OpenSearch([service.url], http_compress=True)
    helpers.bulk(packed, ({"_index": "gz", "_id": str(n), "text": "word " * 50} for n in range(90)))
    assert len(packed.search(index="gz", body={"size": 90})["hits"]["hits"]) == 90
    packed.close()
    assert client.count(index="gz")["count"] == 90


def test_the_asynchronous_client(service: Service, client: OpenSearch) -> None:
    async def drive() -> int:
        async with AsyncOpenSearch([service.url]) as made:
            await asyncio.gather(
                *(made.index(index="aio", id=str(n), body={"n": n}) for n in range(20))
            )
            found = await made.search(index="aio", body={"aggs": {"s": {"sum": {"field": "n"}}}})
            return int(found["aggregations"]["s"]["value"])

    assert asyncio.run(drive()) == sum(range(20))
    assert client.count(index="aio")["count"] == 20


def test_concurrent_writers_lose_nothing(service: Service, client: OpenSearch) -> None:
    client.index(index="race", id="sum", body={"n": 0})

    def add(_: int) -> int:
        """Read, add one, write if nobody else has; returns how often it had to try."""
        with service.client() as http:
            for attempt in range(1_000):
                found = http.get("/race/_doc/sum").json()
                seen = {"if_seq_no": found["_seq_no"], "if_primary_term": 1}
                body = {"n": found["_source"]["n"] + 1}
                if http.put("/race/_doc/sum", params=seen, json=body).status_code == 200:
                    return attempt
        raise AssertionError("never written")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    found = client.get(index="race", id="sum")
    assert found["_source"] == {"n": 40}
    assert found["_version"] == 41


def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    with running(tmp_path, *data) as first, first.client() as http:
        uuid = http.get("/").json()["cluster_uuid"]
        assert http.put("/kept/_doc/1", json={"n": 1}).status_code == 201
        first.process.kill()
        first.process.wait()
    with running(tmp_path, *data) as second, second.client() as http:
        assert http.get("/").json()["cluster_uuid"] == uuid
        assert http.get("/kept/_source/1").json() == {"n": 1}
        assert second.stop() == 0
        assert second.log()[-1]["message"] == "stopped"


def test_figures_description_and_log(service: Service, http: httpx.Client) -> None:
    request_id = http.get("/_cluster/health", headers={"x-opaque-id": "me"}).headers["x-request-id"]
    figures = http.get("/metrics").text
    assert (
        'adcore_http_requests_total{method="GET",route="/_cluster/health",status="200"}' in figures
    )
    description = http.get("/openapi.json").json()
    assert description["paths"]["/{index}/_doc/{id}"].keys() == {
        "get", "head", "put", "post", "delete",
    }  # fmt: skip
    (line,) = [each for each in service.log() if each.get("request_id") == request_id]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/_cluster/health", 200)
    assert (line["opaque_id"], line["route"]) == ("me", "/_cluster/health")
    assert line["ms"] > 0


def test_everything_is_read_page_by_page(client: OpenSearch) -> None:
    helpers.bulk(client, ({"_index": "pages", "_id": str(n), "n": n % 7} for n in range(1_000)))
    scan = helpers.scan(client, index="pages", query={"query": {"match_all": {}}}, size=90)
    first = [next(scan) for _ in range(100)]
    # The pages are of one state: what is changed meanwhile is not seen twice, nor missed.
    client.index(index="pages", id="0", body={"n": 99})
    client.delete_by_query(index="pages", body={"query": {"term": {"n": 3}}})
    ids = [hit["_id"] for hit in [*first, *scan]]
    assert sorted(ids, key=int) == [str(n) for n in range(1_000)]
    with pytest.raises(NotFoundError) as gone:
        client.scroll(scroll_id="none")
    root = info_of(gone.value)["error"]["root_cause"][0]
    assert root["type"] == "search_context_missing_exception"


def test_pages_of_a_scroll_keep_order_total_and_aggregations(client: OpenSearch) -> None:
    helpers.bulk(client, ({"_index": "pages", "_id": str(n), "n": n % 7} for n in range(50)))
    body = {"sort": [{"n": "desc"}], "size": 20, "aggs": {"m": {"max": {"field": "n"}}}}
    page = client.search(index="pages", body=body, scroll="1m")
    assert page["aggregations"]["m"]["value"] == 6
    seen = []
    while page["hits"]["hits"]:
        assert page["hits"]["total"]["value"] == 50
        seen += [(hit["_source"]["n"], hit["sort"]) for hit in page["hits"]["hits"]]
        page = client.scroll(body={"scroll_id": page["_scroll_id"], "scroll": "1m"})
        assert "aggregations" not in page
    assert seen == [(n, [n]) for n in sorted((n % 7 for n in range(50)), reverse=True)]
    assert client.clear_scroll(scroll_id=page["_scroll_id"])["num_freed"] == 1


def test_a_point_in_time_does_not_move(client: OpenSearch) -> None:
    helpers.bulk(client, ({"_index": "pit", "_id": str(n), "n": n % 3} for n in range(30)))
    point = client.create_pit(index="pit", keep_alive="1m")["pit_id"]
    client.delete_by_query(index="pit", body={"query": {"match_all": {}}})
    assert client.count(index="pit")["count"] == 0
    ids: list[str] = []
    body: dict[str, Any] = {"pit": {"id": point}, "size": 7, "sort": [{"n": "asc"}]}
    while hits := client.search(body=body)["hits"]["hits"]:
        ids += [hit["_id"] for hit in hits]
        body["search_after"] = hits[-1]["sort"]
    assert ids == sorted((str(n) for n in range(30)), key=lambda id_: (int(id_) % 3, int(id_)))
    assert client.delete_pit(body={"pit_id": [point]})["pits"][0]["successful"]
    with pytest.raises(NotFoundError):
        client.search(body={"pit": {"id": point}})


def test_a_point_in_time_as_elasticsearch_has_it(client: OpenSearch, http: httpx.Client) -> None:
    helpers.bulk(client, ({"_index": "pit2", "n": n, "t": "9000-01-01"} for n in range(9)))
    opened = http.post("/pit2/_pit?keep_alive=1m").json()
    client.delete_by_query(index="pit2", body={"query": {"match_all": {}}})
    body: dict[str, Any] = {
        "pit": {"id": opened["id"], "keep_alive": "1m"}, "size": 4, "sort": "n",
        "aggs": {"all": {"sum": {"field": "t"}}, "few": {"stats": {"field": "t"}}},
    }  # fmt: skip
    first = http.post("/_search", json=body).json()
    assert first["pit_id"] == opened["id"]
    assert [hit["_source"]["n"] for hit in first["hits"]["hits"]] == [0, 1, 2, 3]
    # A sum of dates may be one that no calendar has.
    assert first["aggregations"]["all"] == {"value": 9 * 221_845_392_000_000.0}
    assert "sum_as_string" not in first["aggregations"]["few"]
    assert first["aggregations"]["few"]["max_as_string"] == "9000-01-01T00:00:00.000Z"
    body["search_after"] = first["hits"]["hits"][-1]["sort"]
    later = http.post("/_search", json=body).json()["hits"]["hits"]
    assert [hit["_source"]["n"] for hit in later] == [4, 5, 6, 7]
    closed = http.request("DELETE", "/_pit", json={"id": opened["id"]})
    assert closed.json() == {"succeeded": True, "num_freed": 1}
    again = http.request("DELETE", "/_pit", json={"id": opened["id"]})
    assert (again.status_code, again.json()) == (404, {"succeeded": False, "num_freed": 0})


def test_every_endpoint_is_documented(http: httpx.Client) -> None:
    docs = Path(__file__).parent.parent / "docs"
    pages = ("service.md", "detectors_api.md", "jobs_api.md")
    text = "".join((docs / page).read_text() for page in pages)
    paths = http.get("/openapi.json").json()["paths"]
    words = {word for path in paths for word in path.split("/") if word and word[0] != "{"}
    assert [w for w in sorted(words) if not re.search(rf"[/`]{re.escape(w)}\b", text)] == []
