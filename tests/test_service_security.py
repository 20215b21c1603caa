"""Who may reach a service, and how much each may ask of it."""

from __future__ import annotations

import base64
import json
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from opensearchpy import AuthenticationException, OpenSearch
from service_process import Service, running

from adcore.errors import InvalidArgumentError
from adcore.service import ServiceLimits, Settings, create_app, security
from adcore.service.exposure import allowed_hosts, check_exposure, is_loopback
from adcore.service.passwords import hash_password, is_key, is_password
from adcore.service.users_file import add_key, add_user, read_users
from adcore.store import Store

PASSWORD = "correct horse"  # noqa: S105 -- of a test
JSON = {"content-type": "application/json"}


def run_users(*arguments: str, typed: str = "") -> str:
    command = [sys.executable, "-m", "adcore", "users", *arguments]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, str, Path]]:
    """A service with TLS and one user, and the user's API key."""
    folder = tmp_path_factory.mktemp("secured")
    users = folder / "users.json"
    run_users("add", "ann", "--users", str(users), typed=f"{PASSWORD}\n")
    key = run_users("key", "ann", "--users", str(users))
    certificate, private = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(private), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    options = ["--users", str(users), "--tls-certificate", str(certificate), "--tls-key",
               str(private), "--host", "0.0.0.0"]  # noqa: S104  # fmt: skip
    with running(folder, *options) as service:
        yield service, key, certificate


def secured_client(secured: tuple[Service, str, Path], **options: Any) -> httpx.Client:
    service, _, certificate = secured
    context = ssl.create_default_context(cafile=str(certificate))
    url = f"https://localhost:{service.port}"
    return httpx.Client(base_url=url, verify=context, timeout=30, **options)


def test_without_credentials_there_is_nothing(secured: tuple[Service, str, Path]) -> None:
    with secured_client(secured) as http:
        for method, path in [("GET", "/"), ("GET", "/_search"), ("GET", "/metrics"),
                             ("GET", "/nowhere"), ("OPTIONS", "/_search")]:  # fmt: skip
            answer = http.request(method, path)
            assert answer.status_code == 401
            assert "Basic" in answer.headers["www-authenticate"]
            assert answer.json()["error"]["type"] == "security_exception"


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !!!", "Basic YW5u", "Bearer x", "ApiKey YTpi", "Basic " + "A" * 10_000,
     "Basic " + base64.b64encode(b"ann:wrong").decode(),
     "Basic " + base64.b64encode(b"nobody:correct horse").decode(),
     "Basic " + base64.b64encode(b"ann:\xff").decode(),
     "Basic " + base64.b64encode(b"ann:" + b"x" * 5_000).decode()],
)  # fmt: skip
def test_wrong_credentials(secured: tuple[Service, str, Path], header: str) -> None:
    with secured_client(secured, headers={"authorization": header}) as http:
        assert http.get("/").status_code == 401


def test_a_password_and_a_key_open_it(secured: tuple[Service, str, Path]) -> None:
    service, key, certificate = secured
    client = OpenSearch(
        [{"host": "localhost", "port": service.port}], use_ssl=True, ca_certs=str(certificate),
        http_auth=("ann", PASSWORD),
    )  # fmt: skip
    assert client.index(index="mine", id="1", body={"n": 1})["result"] == "created"
    client.close()
    with secured_client(secured, headers={"authorization": f"ApiKey {key}"}) as http:
        assert http.get("/mine/_source/1").json() == {"n": 1}
    wrong = OpenSearch(
        [{"host": "localhost", "port": service.port}], use_ssl=True, ca_certs=str(certificate),
        http_auth=("ann", "guess"), max_retries=0,
    )  # fmt: skip
    with pytest.raises(AuthenticationException):
        wrong.info()
    wrong.close()
    assert {line.get("user") for line in service.log() if line.get("status") == 201} == {"ann"}
    log = service.log_file.read_text()
    assert PASSWORD not in log
    assert key not in log


def test_a_right_password_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def counted(password: str, kept: str) -> bool:
        tried.append(password)
        return is_password(password, kept)

    monkeypatch.setattr(security, "is_password", counted)
    add_user(tmp_path / "users.json", "ann", PASSWORD)
    users = security.KnownUsers(read_users(tmp_path / "users.json"))

    async def ask() -> None:
        for password in (PASSWORD, PASSWORD, "guess", "guess", PASSWORD):
            sent = "Basic " + base64.b64encode(f"ann:{password}".encode()).decode()
            known = await users.authenticate(sent)
            assert (known is not None) == (password == PASSWORD)

    anyio.run(ask)
    assert tried == [PASSWORD, "guess", "guess"]


def test_the_file_tells_no_secrets(tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    add_user(file, "ann", PASSWORD)
    id_, key = add_key(file, "ann")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert PASSWORD not in text
    assert key not in text
    add_user(file, "ann", "new")
    users = read_users(file)
    assert is_password("new", users.users["ann"].password)
    assert not is_password(PASSWORD, users.users["ann"].password)
    assert is_key(key, users.api_keys[id_].sha256)
    assert not is_key(key + "x", users.api_keys[id_].sha256)
    assert [path.name for path in tmp_path.iterdir()] == ["users.json"]


def test_hashes_of_equal_passwords_differ() -> None:
    first, second = hash_password("a"), hash_password("a")
    assert first != second
    assert is_password("a", first)
    assert is_password("a", second)
    for broken in ("", "scrypt", "md5$1$1$1$YQ==$YQ==", first[:-8], first.replace("$8$", "$x$")):
        assert not is_password("a", broken)


@pytest.mark.parametrize(
    ("content", "fault"),
    [("{", "truncated"), ('{"people":{}}', "unknown field `people`"),
     ('{"users":{},"api_keys":{"k":{"sha256":"x","user":"bob"}}}', "'bob', who is no user"),
     ('{"users":{"a":{"password":5}}}', "`$.users[...].password`")],
)  # fmt: skip
def test_files_that_are_none_of_users(tmp_path: Path, content: str, fault: str) -> None:
    file = tmp_path / "users.json"
    file.write_text(content)
    with pytest.raises(InvalidArgumentError) as refused:
        read_users(file)
    assert str(file) in str(refused.value)
    assert fault in str(refused.value)


@pytest.mark.parametrize("name", ["", "a:b", "a\n"])
def test_names_that_no_client_can_send(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidArgumentError, match="name must be"):
        add_user(tmp_path / "users.json", name, "x")


def test_other_machines_need_more() -> None:
    file = Path("x.pem")
    open_to_all = "0.0.0.0"  # noqa: S104
    with pytest.raises(InvalidArgumentError, match="needs --tls-certificate, --tls-key, --users"):
        check_exposure(open_to_all, certificate=None, key=None, users=None, is_insecure=False)
    with pytest.raises(InvalidArgumentError, match="needs --users; or --insecure"):
        check_exposure("example.org", certificate=file, key=file, users=None, is_insecure=False)
    with pytest.raises(InvalidArgumentError, match="go together"):
        check_exposure("127.0.0.1", certificate=file, key=None, users=None, is_insecure=True)
    check_exposure(open_to_all, certificate=None, key=None, users=None, is_insecure=True)
    check_exposure(open_to_all, certificate=file, key=file, users=file, is_insecure=False)
    for host in ("127.0.0.1", "::1", "localhost", "127.8.8.8"):
        assert is_loopback(host)
        check_exposure(host, certificate=None, key=None, users=None, is_insecure=False)
    for host in ("::", "10.0.0.1", "localhost.example.org", "", "0"):
        assert not is_loopback(host)


def test_the_command_refuses_what_is_not_safe(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "adcore", "serve", "--data", str(tmp_path / "d"), "--host"]
    done = subprocess.run([*command, "0.0.0.0"], capture_output=True, text=True, check=False)  # noqa: S104
    assert done.returncode == 2
    assert "--tls-certificate, --tls-key, --users" in done.stderr
    assert not (tmp_path / "d").exists()


def test_a_port_and_a_directory_that_are_taken(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    command = [sys.executable, "-m", "adcore", "serve"]
    with running(tmp_path, "--data", data) as first:
        port = [*command, "--in-memory", "--port", str(first.port)]
        taken = subprocess.run(port, capture_output=True, text=True, check=False)
        assert (taken.returncode, "cannot listen on 127.0.0.1" in taken.stderr) == (2, True)
        folder = [*command, "--data", data, "--port", "0"]
        owned = subprocess.run(folder, capture_output=True, text=True, check=False)
        assert (owned.returncode, str(first.process.pid) in owned.stderr) == (3, True)


def test_the_memory_for_models_is_a_size(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "adcore", "serve", "--data", str(tmp_path / "d")]
    done = subprocess.run(
        [*command, "--model-memory", "lots"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--model-memory = 'lots' is not allowed: it must be a number and a unit" in done.stderr
    with running(tmp_path, "--model-memory", "512MiB") as service, service.client() as http:
        assert http.get("/").status_code == 200


def test_web_pages_cannot_give_it_a_name_of_theirs(tmp_path: Path) -> None:
    with running(tmp_path) as service, service.client() as http:
        for host in ("evil.example", "evil.example:9200", "localhost.evil.example", ""):
            answer = http.get("/", headers={"host": host})
            assert answer.status_code == 403, host
        for host in (f"localhost:{service.port}", "127.0.0.1", "[::1]:9200", "LOCALHOST"):
            assert http.get("/", headers={"host": host}).status_code == 200, host
        local = {"host": "localhost:9200"}
        for origin in ("https://evil.example", "http://localhost:3000", "null"):
            page = {**local, "origin": origin}
            assert http.post("/a/_delete_by_query?q=*", headers=page).status_code == 403
        own = http.post("/_refresh", headers={**local, "origin": "http://localhost:9200"})
        assert own.status_code == 200
    assert allowed_hosts("127.0.0.1", has_users=True, given=()) is None
    assert allowed_hosts("10.0.0.1", has_users=False, given=("DB",)) == ("10.0.0.1", "db")


def embedded(store: Store, **limits: Any) -> httpx.AsyncClient:
    app = create_app(store, settings=Settings(limits=ServiceLimits(**limits)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


def test_too_many_requests_are_turned_away() -> None:
    async def ask(store: Store) -> list[int]:
        async with embedded(store, requests=3, readers=1) as http:
            answers: list[int] = []

            async def one() -> None:
                answers.append((await http.get("/_search")).status_code)

            async with anyio.create_task_group() as group:
                for _ in range(10):
                    group.start_soon(one)
            answers.append((await http.get("/_search")).status_code)
            return answers

    with Store.open(None) as store:
        answers = anyio.run(ask, store)
    assert sorted(answers[:-1]) == [200] * 3 + [429] * 7
    assert answers[-1] == 200


def test_all_bodies_together_have_a_limit() -> None:
    async def ask(store: Store) -> tuple[httpx.Response, httpx.Response]:
        async with embedded(store, pending_body_bytes=1_000) as http:
            refused = await http.put(
                "/a/_doc/1", content=b'{"t":"' + b"x" * 2_000 + b'"}', headers=JSON
            )
            return refused, await http.put("/a/_doc/1", content=b"{}", headers=JSON)

    with Store.open(None) as store:
        refused, accepted = anyio.run(ask, store)
    assert refused.status_code == 429
    assert refused.json()["error"]["type"] == "circuit_breaking_exception"
    assert accepted.status_code == 201


def test_a_search_that_takes_too_long_is_stopped() -> None:
    async def ask(store: Store) -> httpx.Response:
        async with embedded(store, request_seconds=0.2) as http:
            # All pairs of many rows, of which none is told apart by an index.
            body = {"query": {"regexp": {"t": "(a|b|ab)*c"}}, "size": 0, "track_total_hits": True,
                    "aggs": {"x": {"terms": {"field": "n", "size": 60_000}, "aggs": {
                        "p": {"percentiles": {"field": "n"}}}}}}  # fmt: skip
            return await http.post("/slow/_search", json=body)

    with Store.open(None, threads=1) as store:
        store.documents.create_index(
            "slow", {"properties": {"t": {"type": "keyword"}, "n": {"type": "long"}}}
        )
        relation = store.documents.entry("slow").relation
        cursor = store.documents.cursor()
        cursor.execute(
            f"INSERT INTO {relation} (_id, _seq_no, _version, _source, t, n) "  # noqa: S608
            "SELECT i::VARCHAR, i, 1, '{}', repeat('ab', 200) || 'c', i % 50000 "
            "FROM range(400000) r(i)"
        )
        cursor.close()
        answer = anyio.run(ask, store)
    assert answer.status_code == 408
    assert answer.json()["error"]["type"] == "timeout_exception"


def test_modules_of_routes_are_told_of_start_and_end() -> None:
    told: list[tuple[str, bool]] = []

    def routes(context: Any) -> list[Any]:
        main = threading.get_ident()
        context.at_start.append(lambda: told.append(("start", threading.get_ident() != main)))
        context.at_end.append(lambda: told.append(("end", threading.get_ident() != main)))
        return []

    async def live(store: Store) -> None:
        app = create_app(store, modules=[routes])
        async with app.router.lifespan_context(app):
            assert told == [("start", True)]

    with Store.open(None) as store:
        anyio.run(live, store)
    assert told == [("start", True), ("end", True)]


def test_clients_of_the_other_distribution_find_their_kind() -> None:
    async def ask(store: Store) -> httpx.Response:
        app = create_app(store, settings=Settings(distribution="elasticsearch"))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            return await http.get("/")

    with Store.open(None) as store:
        answer = anyio.run(ask, store)
    assert answer.headers["x-elastic-product"] == "Elasticsearch"
    assert json.loads(answer.text)["version"]["build_flavor"] == "default"
