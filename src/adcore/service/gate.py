"""What every request passes before it is routed: its path, its log line, limits and rights."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adcore.service.access import Access
from adcore.service.context import Context
from adcore.service.endpoint_app import send_rendered
from adcore.service.errors import ApiError
from adcore.service.load import Load
from adcore.service.metrics import Metrics
from adcore.service.responses import Reply, Style, render

__all__ = ["Gate"]

_log = logging.getLogger("adcore.service.access")


class Gate:
    """The middleware around all routes."""

    def __init__(
        self, app: ASGIApp, context: Context, load: Load, access: Access, metrics: Metrics
    ) -> None:
        self._app = app
        self._context = context
        self._load = load
        self._access = access
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = uuid.uuid4().hex
        record: dict[str, Any] = {"request_id": request_id, "route": "", "status": 0}
        scope["path"] = _path(scope)
        scope["adcore.record"] = record
        started = time.perf_counter()
        sent = self._with_headers(send, request_id)
        try:
            with self._load.request():
                user = await self._access.check(scope["method"], headers)
                scope["adcore.user"] = user
                record["user"] = None if user is None else user.name
                await self._app(scope, receive, sent)
        except ApiError as error:
            record["error"] = error.type
            body = render(Reply(error.to_body(), error.status, error.headers), Style())
            await send_rendered(sent, body, record)
        finally:
            seconds = time.perf_counter() - started
            self._metrics.observe(scope["method"], record["route"], record["status"], seconds)
            self._write_log(scope, headers, record, seconds)

    def _with_headers(self, send: Send, request_id: str) -> Send:
        added = [(b"x-request-id", request_id.encode())]
        if self._context.settings.distribution != "opensearch":
            added.append((b"x-elastic-product", b"Elasticsearch"))

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *added]
            await send(message)

        return sent

    def _write_log(
        self, scope: Scope, headers: Headers, record: dict[str, Any], seconds: float
    ) -> None:
        if not _log.isEnabledFor(logging.INFO):
            return
        client = scope.get("client")
        fields = {
            **record,
            "method": scope["method"],
            "path": scope["path"],
            "ms": round(seconds * 1000, 3),
            "client": None if client is None else client[0],
            "opaque_id": headers.get("x-opaque-id"),
        }
        _log.info("request", extra={"fields": fields})


def _path(scope: Scope) -> str:
    """The path still encoded, so that an id may hold a slash, without a slash at its end."""
    raw = scope.get("raw_path")
    path = quote(scope["path"]) if raw is None else raw.decode("latin-1").partition("?")[0]
    stripped: str = re.sub(r"/+$", "", path)
    return stripped or "/"
