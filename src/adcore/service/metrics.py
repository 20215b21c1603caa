"""Figures of a running service, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.registry import Collector

from adcore.service.load import Load

__all__ = ["METRICS_TYPE", "Metrics"]

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)


class Metrics:
    """The figures of one app; modules of routes may register more.

    Attributes
    ----------
    registry : CollectorRegistry
        Of this app alone, so that several may live in one process.

    Parameters
    ----------
    load : Load
    collectors : iterable of Collector
        Those of modules.
    """

    def __init__(self, load: Load, collectors: Iterable[Collector] = ()) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "adcore_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "adcore_http_request_seconds",
            "From the first byte of a request to the last of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        running = Gauge(
            "adcore_http_requests_running", "Requests worked on.", registry=self.registry
        )
        running.set_function(lambda: load.requests)
        pending = Gauge("adcore_http_body_bytes", "Bytes of their bodies.", registry=self.registry)
        pending.set_function(lambda: load.body_bytes)
        for collector in collectors:
            self.registry.register(collector)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; the route, not the path, so that there are few of them."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route or "none", str(status)).inc()
        self._seconds.labels(route or "none").observe(seconds)

    def text(self) -> bytes:
        """All figures in the text format of Prometheus."""
        return generate_latest(self.registry)


_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
