"""What requests are refused with, and that no request does harm to others."""

from __future__ import annotations

import concurrent.futures
import gzip
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_process import Service, running

from adcore.service.filter_path import filter_response

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service"), "--max-body-mb", "2") as started:
        with started.client() as http:
            http.put("/data", json={"mappings": {"properties": {"n": {"type": "long"}}}})
            http.put("/data/_doc/1", json={"n": 1})
        yield started
        assert [each for each in started.log() if each["level"] == "error"] == []


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx.Client]:
    with service.client() as made:
        yield made


def body_of(kind: str, reason: str, **extra: str) -> dict[str, Any]:
    root = {"type": kind, "reason": reason, **extra}
    return {"root_cause": [root], **root}


ILLEGAL = "illegal_argument_exception"
REFUSED: list[tuple[str, str, Any, int, str, str]] = [
    ("GET", "/data/_search?colour=red", None, 400, ILLEGAL,
     "request [/data/_search] contains unrecognized parameter: [colour]"),
    ("GET", "/data/_doc/1?prety", None, 400, ILLEGAL,
     "request [/data/_doc/1] contains unrecognized parameter: [prety] -> did you mean [pretty]?"),
    ("GET", "/data/_search?a&b=1", None, 400, ILLEGAL,
     "request [/data/_search] contains unrecognized parameters: [a], [b]"),
    ("GET", "/data?pretty=yes", None, 400, ILLEGAL,
     "Failed to parse value [yes] as only [true] or [false] are allowed."),
    ("PUT", "/data/_doc/2?refresh=maybe", {"n": 1}, 400, ILLEGAL,
     "Unknown value for refresh: [maybe]."),
    ("PUT", "/data/_doc/2?op_type=new", {"n": 1}, 400, ILLEGAL,
     "opType must be 'create' or 'index', found: [new]"),
    ("GET", "/data/_search?size=many", None, 400, ILLEGAL,
     "Failed to parse int parameter [size] with value [many]"),
    ("GET", "/data/_search?format=yaml", None, 400, ILLEGAL,
     "format [yaml] is not supported, only [json] is"),
    ("GET", "/%FF/_search", None, 400, ILLEGAL,
     "the path is not UTF-8 in percent-encoding"),
    ("POST", "/data/_search", {"query": {"wild": {}}}, 400, "parsing_exception",
     "unknown query [wild]"),
    ("PUT", "/data/_doc/2", b"", 400, "parse_exception", "request body is required"),
    ("POST", "/_bulk", b"", 400, "parse_exception", "request body is required"),
    ("POST", "/_bulk", b'{"index":{"_index":"a"}}\n{}', 400, ILLEGAL,
     "The bulk request must be terminated by a newline [\\n]"),
    ("POST", "/_bulk", b'{"index":{"_index":"a"}}\n', 400, ILLEGAL,
     "The bulk request must be terminated by a newline [\\n]"),
    ("POST", "/_bulk", b'{"index":{"_index":"a"}}\n{}\n{"index":{"_index":"a"}}\n', 400, ILLEGAL,
     "The bulk request must be terminated by a newline [\\n]"),
    ("POST", "/_bulk", b'{"put":{"_index":"a"}}\n{}\n', 400, ILLEGAL,
     ("Malformed action/metadata line [1], expected field [create], [delete], [index] or [update] "
      "but found [put]")),
    ("POST", "/_bulk", b'"x"\n[]\n5\n', 400, ILLEGAL,
     "Malformed action/metadata line [1], expected START_OBJECT but found [VALUE_STRING]"),
    ("POST", "/_bulk", b'{"index":{"_index":"a","colour":1}}\n{}\n', 400, ILLEGAL,
     "Action/metadata line [1] contains an unknown parameter [colour]"),
    ("POST", "/_bulk", b'{"delete":{"_index":"a"}}\n{"index":{}}\n{}\n', 400,
     "action_request_validation_exception",
     "Validation Failed: 1: id is missing;2: index is missing;"),
    ("POST", "/data/_delete_by_query", {}, 400, "action_request_validation_exception",
     "Validation Failed: 1: query is missing;"),
    ("GET", "/_mget", {"docs": []}, 400, "action_request_validation_exception",
     "Validation Failed: 1: no documents to get;"),
    ("PUT", "/data/_doc/1?if_seq_no=0", {"n": 1}, 400, "action_request_validation_exception",
     "Validation Failed: 1: ifSeqNo is set, but primary term is [0];"),
    ("GET", "/data/_source/none", None, 404, "resource_not_found_exception",
     "Document not found [data]/[none]"),
    ("PUT", "/new", {"colours": {}}, 400, "parse_exception",
     "unknown key [colours] for create index"),
    ("POST", "/data/_update/1", {"document": {}}, 400, "x_content_parse_exception",
     "[UpdateRequest] unknown field [document]"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "kind", "reason"), REFUSED)
def test_a_refusal_says_why(
    http: httpx.Client, method: str, path: str, body: Any, status: int, kind: str, reason: str
) -> None:
    content = body if isinstance(body, bytes) or body is None else json.dumps(body)
    answer = http.request(method, path, content=content, headers=JSON)
    assert answer.status_code == status
    assert answer.json() == {"error": body_of(kind, reason), "status": status}
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"


def test_errors_of_indices_name_them(http: httpx.Client) -> None:
    missing = {"index": "none", "resource.id": "none", "resource.type": "index_or_alias",
               "index_uuid": "_na_"}  # fmt: skip
    expected = body_of("index_not_found_exception", "no such index [none]", **missing)
    for method, path in [("GET", "/none/_search"), ("GET", "/none"), ("DELETE", "/none"),
                         ("GET", "/none/_doc/1"), ("GET", "/data,none/_count")]:  # fmt: skip
        answer = http.request(method, path)
        assert (answer.status_code, answer.json()) == (404, {"error": expected, "status": 404})
    assert http.get("/data,none/_count?ignore_unavailable").json()["count"] == 1
    conflict = http.put("/data/_create/1", json={"n": 2})
    assert conflict.status_code == 409
    assert conflict.json()["error"]["root_cause"][0]["index"] == "data"
    assert conflict.json()["error"]["reason"] == (
        "[1]: version conflict, document already exists (current version [1])"
    )


def test_a_cause_stands_under_its_error(http: httpx.Client) -> None:
    error = http.put("/data/_doc/3", json={"n": "seven"}).json()["error"]
    assert error["type"] == "mapper_parsing_exception"
    assert error["caused_by"]["type"] == "illegal_argument_exception"
    assert "caused_by" not in error["root_cause"][0]
    cut = http.put("/data/_doc/3", content=b'{"n":', headers=JSON).json()["error"]
    assert cut["caused_by"]["type"] == "json_parse_exception"


def test_paths_and_methods_that_there_are_not(http: httpx.Client) -> None:
    answer = http.get("/a/b/c?x=1")
    assert answer.status_code == 400
    assert answer.json() == {"error": "no handler found for uri [/a/b/c?x=1] and method [GET]"}
    answer = http.post("/_cluster/health")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json() == {
        "error": "Incorrect HTTP method for uri [/_cluster/health] and method [POST], "
        "allowed: [GET]",
        "status": 405,
    }
    # A word that is no index leads to the methods of indices too.
    assert http.patch("/_search").headers["allow"] == "DELETE,GET,HEAD,POST,PUT"
    options = http.options("/data/_doc/1")
    assert (options.status_code, options.content) == (200, b"")
    assert options.headers["allow"] == "DELETE,GET,HEAD,POST,PUT"


@pytest.mark.parametrize("path", ["/data/_doc/1/", "/data/_doc/1//", "/data/_doc/1?pretty"])
def test_a_slash_at_the_end_changes_nothing(http: httpx.Client, path: str) -> None:
    assert http.get(path).json()["_source"] == {"n": 1}


@pytest.mark.parametrize(
    "name", ["..", ".", "%2e%2e", "a%2Fb", "a%5Cb", "%00", "A", "-a", "_a", "a%20b", "a%3Ab",
             "x" * 256]
)  # fmt: skip
def test_no_name_leads_out_of_the_store(http: httpx.Client, service: Service, name: str) -> None:
    status, body = raw_request(service, f"PUT /{name} HTTP/1.1")
    assert status in (400, 405)
    assert "error" in json.loads(body)
    listed = [each["index"] for each in http.get("/_cat/indices?format=json").json()]
    assert listed == ["data"]


@pytest.mark.parametrize("id_", ["a/b", "../x", "ü ☃", "%", "a?b=c", " ", "\t", "+", "x" * 512])
def test_any_text_may_be_an_id(http: httpx.Client, id_: str) -> None:
    path = "/ids/_doc/" + "".join(f"%{byte:02X}" for byte in id_.encode())
    made = http.put(path, json={"a": 1})
    assert (made.status_code, made.json()["_id"]) == (201, id_)
    assert http.get(path).json()["_id"] == id_
    assert http.get(made.headers["location"]).json()["found"] is True
    assert http.get("/_mget", params={"source": json.dumps(
        {"docs": [{"_index": "ids", "_id": id_}]})}).json()["docs"][0]["found"]  # fmt: skip
    http.delete("/ids")


def test_ids_that_are_too_long(http: httpx.Client) -> None:
    error = http.put(f"/data/_doc/{'x' * 513}", json={}).json()["error"]
    assert error["reason"].endswith("must be no longer than 512 bytes but was: 513")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
def test_only_json_is_taken(http: httpx.Client, kind: str) -> None:
    answer = http.put("/data/_doc/9", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 406
    assert answer.json() == {
        "error": f"Content-Type header [{kind}] is not supported", "status": 406,
    }  # fmt: skip
    assert http.head("/data/_doc/9").status_code == 404


def test_bodies_that_are_too_long(http: httpx.Client, service: Service) -> None:
    large = b'{"text":"' + b"x" * 3_000_000 + b'"}'
    told = http.put("/data/_doc/9", content=large, headers=JSON)
    assert (told.status_code, told.json()["error"]["type"]) == (413, "content_too_long_exception")
    untold = http.put("/data/_doc/9", content=iter([large]), headers=JSON)
    assert untold.status_code == 413
    bomb = gzip.compress(large)
    packed = http.put("/data/_doc/9", content=bomb, headers={**JSON, "content-encoding": "gzip"})
    assert (len(bomb) < 10_000, packed.status_code) == (True, 413)
    status, _ = raw_request(
        service, "PUT /data/_doc/9 HTTP/1.1\r\nContent-Length: 100000000000000000000"
    )
    assert status in (400, 413)
    assert http.head("/data/_doc/9").status_code == 404


def test_broken_compression(http: httpx.Client) -> None:
    for body in (b"no gzip", gzip.compress(b'{"n":1}' * 50)[:-9]):
        answer = http.put(
            "/data/_doc/9", content=body, headers={**JSON, "content-encoding": "gzip"}
        )
        assert answer.status_code == 400
    brotli = http.put("/data/_doc/9", content=b"x", headers={**JSON, "content-encoding": "br"})
    assert brotli.status_code == 415


@pytest.mark.parametrize("depth", [100, 300, 5_000, 300_000])
def test_json_that_is_deep(http: httpx.Client, depth: int) -> None:
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    for method, path in [("PUT", "/data/_doc/9"), ("POST", "/data/_search"), ("PUT", "/deep"),
                         ("POST", "/data/_update/1")]:  # fmt: skip
        answer = http.request(method, path, content=deep, headers=JSON)
        assert answer.status_code == 400, path
    lists = b"[" * depth + b"]" * depth
    assert http.post("/data/_search", content=lists, headers=JSON).status_code == 400
    answer = http.post(
        "/data/_bulk",
        content=b'{"index":{"_id":"d"}}\n' + deep + b'\n{"index":{"_id":"e"}}\n{"n":1}\n',
        headers=JSON,
    ).json()
    assert [item["index"]["status"] for item in answer["items"]] == [400, 201]
    http.delete("/data/_doc/e")


def test_bytes_that_are_no_text(http: httpx.Client) -> None:
    for body in (b'{"a":"\xff"}', b"\x00", b"\xef\xbb\xbf{}", b'{"a":"\\ud800"}', b"{} {}", b"NaN"):
        answer = http.put("/data/_doc/9", content=body, headers=JSON)
        assert (answer.status_code, answer.json()["error"]["type"]) == (
            400, "mapper_parsing_exception",
        )  # fmt: skip
        assert http.post("/data/_search", content=body, headers=JSON).status_code == 400


def test_a_field_whose_name_no_column_can_have(http: httpx.Client) -> None:
    name = {"deep": [{"a\0b": 1}]}
    lines = ['{"index":{"_id":"z"}}', json.dumps(name), '{"index":{"_id":"y"}}', "{}"]
    answer = http.post("/data/_bulk", content="\n".join([*lines, ""]), headers=JSON).json()
    assert [item["index"]["status"] for item in answer["items"]] == [400, 201]
    assert "[NUL]" in json.dumps(answer["items"][0]["index"]["error"])
    http.delete("/data/_doc/y")


def test_names_with_many_stars(http: httpx.Client) -> None:
    bomb = "*a" * 99 + "*"
    assert http.get(f"/{bomb}/_search").json()["hits"]["total"]["value"] == 0
    assert http.get(f"/data/_doc/1?filter_path={'**.' * 49}x").json() == {}
    assert http.get(f"/_settings/{bomb}").json()["data"] == {"settings": {}}
    for path in (f"/{'*a' * 101}/_search", f"/data/_doc/1?filter_path={'*' * 101}"):
        assert (
            http.get(path)
            .json()["error"]["reason"]
            .endswith("has [101] wildcards, at most [100] may be")
        )


def test_bytes_that_are_no_http(service: Service, http: httpx.Client) -> None:
    for text in ("\x16\x03\x01", "GET", "GET / HTTP/1.1\r\n" + "a: b\r\n" * 20_000):
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as sent:
            try:
                sent.sendall(text.encode("latin-1") + b"\r\n\r\n")
                sent.shutdown(socket.SHUT_WR)
                while sent.recv(65_536):
                    pass
            except ConnectionError:
                continue
    assert http.get("/").status_code == 200


def test_clients_that_go_away(service: Service, http: httpx.Client) -> None:
    head = b"PUT /data/_doc/9 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", service.port)) as sent:
            sent.sendall(head + b'Content-Length: 1000\r\n\r\n{"n":')
    assert http.get("/data/_count").json()["count"] == 1
    # The server hears of it a moment later than the client knows.
    give_up = time.monotonic() + 30
    while "adcore_http_body_bytes 0.0" not in http.get("/metrics").text:
        assert time.monotonic() < give_up, "bodies of clients that went away are still held"
        time.sleep(0.05)


def test_readers_do_not_wait_for_writers(service: Service) -> None:
    lines = b"".join(b'{"index":{}}\n{"n":%d}\n' % n for n in range(2_000))

    def write() -> int:
        with service.client() as own:
            return own.post("/load/_bulk", content=lines, headers=JSON).status_code

    def read() -> int:
        with service.client() as own:
            return own.get("/data/_doc/1").status_code

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        writes = [pool.submit(write) for _ in range(4)]
        reads = [pool.submit(read) for _ in range(50)]
        assert {each.result() for each in reads} == {200}
        assert {each.result() for each in writes} == {200}
    with service.client() as own:
        assert own.get("/load/_count").json()["count"] == 8_000
        own.delete("/load")


def test_the_parts_of_an_answer(http: httpx.Client) -> None:
    assert http.get("/data/_doc/1?filter_path=_id,_source.*").json() == {
        "_id": "1", "_source": {"n": 1},
    }  # fmt: skip
    assert http.get("/data/_doc/1?filter_path=-_*").json() == {"found": True}
    assert http.get("/data/_search?filter_path=hits.hits._id").json() == {
        "hits": {"hits": [{"_id": "1"}]},
    }  # fmt: skip
    pretty = http.get("/data/_doc/1?pretty").text
    assert pretty.splitlines()[1] == '  "_index": "data",'
    traced = http.get("/none?error_trace").json()["error"]
    assert "no such index [none]" in traced["stack_trace"]


names = st.sampled_from(["a", "b", "ab"])
bodies = st.recursive(
    st.integers(0, 3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(names, bodies, max_size=3)


def leaves(body: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all leaves: what is no object and no list."""
    if isinstance(body, dict):
        for key, item in body.items():
            yield from leaves(item, (*path, key))
    elif isinstance(body, list):
        for item in body:
            yield from leaves(item, path)
    else:
        yield path


@given(objects, names, names)
def test_a_kept_path_has_exactly_its_leaves(body: Any, first: str, second: str) -> None:
    kept = list(leaves(filter_response(body, f"{first}.{second}")))
    assert kept == [path for path in leaves(body) if path[:2] == (first, second)]
    everywhere = list(leaves(filter_response(body, f"**.{first}")))
    assert everywhere == [path for path in leaves(body) if first in path]
    without = list(leaves(filter_response(body, f"-{first}.{second}")))
    assert without == [path for path in leaves(body) if path[:2] != (first, second)]


def raw_request(service: Service, head: str) -> tuple[int, bytes]:
    """What is answered to bytes that no client would send."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as sent:
        sent.sendall(f"{head}\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := sent.recv(65_536):
            answer += part
    start, _, body = answer.partition(b"\r\n\r\n")
    return int(start.split()[1]), body
