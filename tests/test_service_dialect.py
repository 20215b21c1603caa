"""Each client finds its own kind: distribution, version, media types, the product header."""

from __future__ import annotations

from typing import Any

import anyio
import httpx
import pytest

from adcore.service import Settings, create_app
from adcore.store import Store

VENDOR = "application/vnd.elasticsearch+json"
PY7 = {
    "user-agent": "elasticsearch-py/7.17.13 (Python 3.11.7)",
    "accept": "application/json",
    "x-elastic-client-meta": "es=7.17.13,py=3.11.7,t=7.17.13,ur=2.8.0",
}
PY8 = {
    "user-agent": "elasticsearch-py/8.19.3 (Python/3.11.7; elastic-transport/8.19.0)",
    "accept": f"{VENDOR}; compatible-with=8",
}
PY9 = {"user-agent": "elasticsearch-py/9.5.1", "accept": f"{VENDOR}; compatible-with=9"}


def ask(
    headers: dict[str, str], method: str = "GET", path: str = "/", **options: Any
) -> httpx.Response:
    async def send(store: Store) -> httpx.Response:
        transport = httpx.ASGITransport(create_app(store, settings=Settings(**options)))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            return await http.request(method, path, headers=headers)

    with Store.open(None) as store:
        return anyio.run(send, store)


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        (PY7, "7.17.29"),
        (PY8, "8.19.3"),
        (PY9, "9.2.0"),
        ({"user-agent": "elasticsearch-js/8.19.2 (linux)"}, "8.19.3"),
        ({"user-agent": "go-http", "x-elastic-client-meta": "es=8.1.0,go=1.2"}, "8.19.3"),
        ({"accept": VENDOR}, "8.19.3"),
        ({"user-agent": "elasticsearch-py/6.8.0"}, "7.17.29"),
        # Made after this release: it asks for no version of its own.
        ({"user-agent": "elasticsearch-py/11.0.0"}, "9.2.0"),
    ],
)
def test_clients_of_elasticsearch_find_their_version(headers: dict[str, str], number: str) -> None:
    answer = ask(headers)
    body = answer.json()
    assert body["version"]["number"] == number
    assert body["version"]["build_flavor"] == "default"
    assert body["tagline"] == "You Know, for Search"
    assert answer.headers["x-elastic-product"] == "Elasticsearch"


@pytest.mark.parametrize("agent", ["opensearch-py/3.2.0 (Python 3.11.7)", "curl/8.0", ""])
def test_others_find_opensearch(agent: str) -> None:
    version = ask({"user-agent": agent}).json()["version"]
    assert (version["distribution"], version["number"]) == ("opensearch", "2.19.0")


def test_what_the_settings_say_counts_more() -> None:
    assert "distribution" in ask(PY8, distribution="opensearch").json()["version"]
    assert ask({}, distribution="elasticsearch").json()["version"]["number"] == "8.19.3"
    assert ask(PY9, version="8.1.2").json()["version"]["number"] == "8.1.2"


@pytest.mark.parametrize(
    ("headers", "media_type"),
    [
        (PY7, "application/json; charset=UTF-8"),
        (PY8, f"{VENDOR};compatible-with=8"),
        (PY9, f"{VENDOR};compatible-with=9"),
        ({"accept": f"{VENDOR};compatible-with=7"}, f"{VENDOR};compatible-with=7"),
        ({"accept": f"text/plain,{VENDOR};compatible-with=8"}, f"{VENDOR};compatible-with=8"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/missing/_doc/1"])
def test_json_has_the_media_type_that_was_asked_for(
    headers: dict[str, str], media_type: str, path: str
) -> None:
    assert ask(headers, path=path).headers["content-type"] == media_type


def test_a_version_that_there_is_not() -> None:
    answer = ask({"accept": f"{VENDOR};compatible-with=10"})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "media_type_header_exception"


@pytest.mark.parametrize("path", ["/", "/missing/_doc/1", "/_nowhere", "/?unknown=1"])
def test_errors_have_the_product_header_too(path: str) -> None:
    assert ask(PY8, path=path).headers["x-elastic-product"] == "Elasticsearch"


def test_a_content_type_without_a_body_is_no_matter() -> None:
    headers = PY9 | {"content-type": f"{VENDOR}; compatible-with=9", "content-length": "0"}
    assert ask(headers, "POST", "/_search").status_code == 200
