"""The endpoints of insights."""

from __future__ import annotations

from typing import Any

from adcore.service.detectors.endpoints import DetectionHandlers, answered, at
from adcore.service.detectors.service import DetectionService
from adcore.service.detectors.users import user_of
from adcore.service.requests import Call
from adcore.service.routing import Endpoint, endpoints

__all__ = ["insight_endpoints"]

_PARAMETERS = ("detector_id", "from", "index", "size")


class _Handlers(DetectionHandlers):
    """From a call to what the service answers."""

    @answered()
    def start(self, call: Call) -> Any:
        frequency = str(call.optional_object().get("frequency", "24h"))
        return {"message": self.service.insights.start(frequency, user_of(call.user))}

    @answered()
    def stop(self, call: Call) -> Any:
        del call
        return {"message": self.service.insights.stop()}

    @answered()
    def status(self, call: Call) -> Any:
        del call
        return self.service.insights.status()

    @answered()
    def results(self, call: Call) -> Any:
        first, size = call.integer("from", 0) or 0, call.integer("size", 20)
        return self.service.insights.results(
            call.text("detector_id") or None,
            call.text("index") or None,
            first,
            20 if size is None else size,
        )


def insight_endpoints(service: DetectionService) -> list[Endpoint]:
    """The endpoints over a service."""
    do = _Handlers(service)
    return [
        *endpoints("POST", at("insights/_start"), do.start, writes=True, body="json",
                   summary="Look now and then for anomalies that happened together."),
        *endpoints("POST", at("insights/_stop"), do.stop, writes=True,
                   summary="Look for them no more."),
        *endpoints("GET POST", at("insights/_status"), do.status,
                   summary="Whether they are looked for."),
        *endpoints("GET POST", at("insights/_results"), do.results, parameters=_PARAMETERS,
                   summary="What was found, the newest first."),
    ]  # fmt: skip
