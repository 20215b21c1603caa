"""The machine learning API over a store, with a clock that is set by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from adcore.service import create_app, routes_documents
from adcore.service.context import Context
from adcore.service.jobs.service import JobService
from adcore.service.jobs.settings import JobSettings
from adcore.service.node import load_node
from adcore.service.routes_jobs import all_job_endpoints
from adcore.service.routing import Endpoint
from adcore.store import Store

START = 1_454_944_200_000  # 2016-02-08 15:10, a bucket of ten minutes


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Api:
    """A client of the service, and what stands behind it."""

    def __init__(self, store: Store, clock: Clock, settings: JobSettings) -> None:
        self.store = store
        self.clock = clock
        self.service = JobService(store, clock, load_node(store).id, settings)
        self._loop = asyncio.new_event_loop()

        def routes(context: Context) -> list[Endpoint]:
            del context
            return all_job_endpoints(self.service)

        app = create_app(store, clock=clock, modules=(routes_documents.routes, routes))
        transport = httpx.ASGITransport(app=app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9200")

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        sent: dict[str, Any] = {"content": content} if content is not None else {"json": body}
        if body is None and content is None:
            sent = {}
        if content is not None:
            headers = {"content-type": "application/json", **(headers or {})}
        where = path if path.startswith("/") else f"/_ml/{path}"
        return self._loop.run_until_complete(
            self._client.request(method, where, headers=headers, **sent)
        )

    def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The body of an answer that is no error."""
        response = self.request(method, path, body, **options)
        assert response.status_code in (200, 202), response.text
        return response.json()

    def refused(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[Any, ...]:
        """Status, type and reason of an answer that is an error."""
        response = self.request(method, path, body, **options)
        answer = response.json()
        assert "error" in answer, response.text
        assert answer["status"] == response.status_code
        root = answer["error"]["root_cause"][0]
        assert root["reason"]
        return response.status_code, answer["error"]["type"], answer["error"]["reason"]

    def create(self, job_id: str = "farequote", **changes: Any) -> Any:
        """A job of the tests' data; returns its configuration."""
        return self.ok("PUT", f"anomaly_detectors/{job_id}", job(**changes))

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()
        self.service.close()


def job(**changes: Any) -> dict[str, Any]:
    """A configuration as a client sends it."""
    return {
        "analysis_config": {
            "bucket_span": "1h",
            "detectors": [
                {"function": "metric", "field_name": "responsetime", "by_field_name": "airline"}
            ],
        },
        "data_description": {"time_field": "time", "time_format": "epoch"},
    } | changes


@contextmanager
def opened(directory: Path | None = None, now: int = START, **settings: Any) -> Iterator[Api]:
    """The service over a store while the block runs."""
    clock = Clock(now)
    with Store.open(directory, clock=clock) as store:
        api = Api(store, clock, JobSettings(**settings))
        api.service.recover()
        try:
            yield api
        finally:
            api.close()
