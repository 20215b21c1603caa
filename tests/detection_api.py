"""The Anomaly Detection API over a store, with a clock that is set by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from detector_bodies import MINUTE, sent

from adcore.service import create_app, routes_documents
from adcore.service.context import Context
from adcore.service.detectors.changeable import changeable_settings
from adcore.service.detectors.service import DetectionService
from adcore.service.detectors.settings import DetectionSettings
from adcore.service.node import load_node
from adcore.service.routes_detectors import detection_endpoints
from adcore.service.routing import Endpoint
from adcore.store import Action, Store, WriteResult

START = 1_633_046_400_000  # 2021-10-01 00:00
PREFIX = "/_anomaly_detection/api/"
MAPPING = {
    "properties": {
        "timestamp": {"type": "date"},
        "value": {"type": "double"},
        "ip": {"type": "ip"},
        "error_type": {"type": "keyword"},
        "message": {"type": "text"},
    }
}


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def pass_minutes(self, minutes: int) -> None:
        self.now += minutes * MINUTE


class Api:
    """A client of the service, and what stands behind it."""

    def __init__(self, store: Store, clock: Clock, settings: DetectionSettings) -> None:
        self.store = store
        self.clock = clock
        self.service = DetectionService(store, clock, load_node(store).id, settings)
        self._loop = asyncio.new_event_loop()

        def routes(context: Context) -> list[Endpoint]:
            context.cluster_settings.register(changeable_settings(self.service.settings))
            return detection_endpoints(self.service)

        app = create_app(store, clock=clock, modules=(routes_documents.routes, routes))
        transport = httpx.ASGITransport(app=app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9200")

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        prefix: str = PREFIX,
    ) -> httpx.Response:
        return self._loop.run_until_complete(
            self._client.request(method, prefix + path, json=body, headers=headers)
        )

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The body of an answer that is no error."""
        response = self.request(method, path, body)
        assert response.status_code in (200, 201), response.text
        assert "error" not in response.json() or response.json().get("status") is None
        return response.json()

    def create(self, **changes: Any) -> str:
        """A detector of the tests' data; returns its id."""
        return str(self.ok("POST", "detectors", sent() | changes)["_id"])

    def tick(self, minutes: int = 1) -> None:
        """So many minutes pass, and what is due is done each minute."""
        for _ in range(minutes):
            self.clock.pass_minutes(1)
            self.service.scheduler.run_due()

    def results(self, *filters: dict[str, Any], only: str | None = None) -> list[dict[str, Any]]:
        """The results that match, oldest first."""
        where = "detectors/results/_search"
        if only is not None:
            where += f"/{only}?only_query_custom_result_index=true"
        body = {
            "query": {"bool": {"filter": list(filters)}},
            "size": 10_000,
            "sort": [{"data_start_time": "asc"}, {"model_id": "asc"}],
        }
        return [hit["_source"] for hit in self.ok("POST", where, body)["hits"]["hits"]]

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()
        self.service.close()


@contextmanager
def opened(directory: Path | None = None, now: int = START, **settings: Any) -> Iterator[Api]:
    """The service over a store while the block runs."""
    clock = Clock(now)
    with Store.open(directory, clock=clock) as store:
        api = Api(store, clock, DetectionSettings(**settings))
        api.service.recover()
        try:
            yield api
        finally:
            api.close()


def feed(
    store: Store,
    first: int,
    last: int,
    *,
    hosts: int = 1,
    spike: tuple[int, int] | None = None,
    index: str = "server_log",
) -> None:
    """A row a minute and host, from one minute after START to before another.

    Parameters
    ----------
    spike : (minute, host), optional
        Where the value is ten times as large.
    """
    if not store.documents.exists(index):
        store.documents.create_index(index, MAPPING)
    documents = [
        row(minute, host, is_spike=spike == (minute, host))
        for minute in range(first, last)
        for host in range(hosts)
    ]
    written = store.documents.bulk(
        [Action("index", index, None, document) for document in documents]
    )
    assert all(isinstance(result, WriteResult) for result in written)


def row(minute: int, host: int = 0, *, is_spike: bool = False) -> dict[str, Any]:
    noise = np.random.default_rng([minute % 10_000, host]).normal()
    value = 50 + 10 * np.sin(minute / 5 + host) + noise
    return {
        "timestamp": START + minute * MINUTE + host * 1_000,
        "value": float(value * (10 if is_spike else 1)),
        "ip": f"192.168.1.{host}",
        "error_type": f"error{host % 2}",
        "message": "text",
    }
