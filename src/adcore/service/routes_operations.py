"""What those who run a service ask it: figures, and the description of its endpoints."""

from __future__ import annotations

from collections.abc import Sequence

from adcore.service.metrics import METRICS_TYPE, Metrics
from adcore.service.openapi import describe
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import Endpoint, endpoints

__all__ = ["routes"]


def routes(listed: Sequence[Endpoint], metrics: Metrics) -> list[Endpoint]:
    """The endpoints about a service with some endpoints."""

    def figures(call: Call) -> Reply:
        del call
        return Reply(metrics.text(), media_type=METRICS_TYPE)

    own = endpoints("GET", "/metrics", figures, summary="Figures for Prometheus.")

    def description(call: Call) -> Reply:
        del call
        return Reply(describe([*listed, *own]))

    own += endpoints("GET", "/openapi.json", description, summary="This description.")
    return own
