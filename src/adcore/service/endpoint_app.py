"""From the ASGI messages of one path to a handler in a thread, and back."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import anyio
import anyio.to_thread
from starlette.types import Receive, Scope, Send

from adcore.service.body import (
    ClientGoneError,
    check_content_type,
    decompress,
    receive_body,
)
from adcore.service.context import Context
from adcore.service.dialect import Dialect, dialect_of
from adcore.service.errors import ApiError, as_api_error, illegal_argument
from adcore.service.load import Load
from adcore.service.parameters import check_parameters, check_stars, to_boolean
from adcore.service.requests import Call
from adcore.service.responses import Rendered, Reply, Style, render
from adcore.service.routing import Endpoint

__all__ = ["EndpointApp", "send_rendered"]

_log = logging.getLogger("adcore.service")
_MOST_PARAMETERS = 100
_SENT_AT_ONCE = 1 << 20


class EndpointApp:
    """The ASGI app of one path: one endpoint per method."""

    def __init__(self, methods: Mapping[str, Endpoint], context: Context, load: Load) -> None:
        self._methods = methods
        self._context = context
        self._load = load

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        endpoint = self._methods[scope["method"]]
        record: dict[str, Any] = scope.setdefault("adcore.record", {})
        record["route"] = endpoint.path
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        style = Style()
        with self._load.body() as reserve:
            try:
                parameters = _parameters(scope["query_string"])
                style = _style(parameters, dialect_of(headers, self._context.settings), headers)
                body = await receive_body(
                    receive, headers.get("content-length"), self._context.settings.limits, reserve
                )
                record["bytes_in"] = len(body)
                if body:
                    check_content_type(headers.get("content-type", ""))
                check_parameters(scope["path"], parameters, endpoint.parameters)
                values = _values(scope["path_params"])
                call = Call(
                    self._context, scope["method"], scope["path"], values, parameters, headers,
                    body, scope.get("adcore.user"),
                )  # fmt: skip
                rendered = await self._run(endpoint, call, style)
            except ClientGoneError:
                record["status"] = 499
                return
            except Exception as error:  # noqa: BLE001 -- the last resort, which is logged
                rendered = _failed(error, style, record)
            await send_rendered(send, rendered, record)

    async def _run(self, endpoint: Endpoint, call: Call, style: Style) -> Rendered:
        limits = self._context.settings.limits
        limiter = self._load.writers if endpoint.writes else self._load.readers

        def work() -> Rendered:
            encoding = call.headers.get("content-encoding", "").strip().lower()
            if call.body:
                call.body = decompress(call.body, encoding, limits)
            return render(endpoint.handler(call), style)

        timer = asyncio.get_running_loop().call_later(limits.request_seconds, call.stop)
        try:
            return await anyio.to_thread.run_sync(work, limiter=limiter)
        finally:
            timer.cancel()


async def send_rendered(send: Send, rendered: Rendered, record: dict[str, Any]) -> None:
    """Send an answer, and note it for the log."""
    record["status"] = rendered.status
    record["bytes_out"] = len(rendered)
    headers = {"content-length": str(len(rendered)), **rendered.headers}
    encoded = [(name.encode("latin-1"), _header(value)) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": rendered.status, "headers": encoded})
    last = b""
    for piece in _pieces(rendered):
        if last:
            await send({"type": "http.response.body", "body": last, "more_body": True})
        last = piece
    await send({"type": "http.response.body", "body": last})


def _pieces(rendered: Rendered) -> Iterator[bytes]:
    """What is sent at a time: what the client does not take yet is copied by who sends it."""
    for part in rendered.parts:
        for at in range(0, len(part), _SENT_AT_ONCE):
            yield part[at : at + _SENT_AT_ONCE]


def _header(value: str) -> bytes:
    # Ids may hold line breaks, which would end the header.
    return "".join(letter for letter in value if letter.isprintable()).encode("latin-1", "replace")


def _parameters(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        shown = query[:200].decode("ascii", "replace")
        raise illegal_argument(f"invalid query string [{shown}]") from None
    parameters = dict(pairs)
    check_stars(parameters)
    return parameters


def _values(encoded: Mapping[str, str]) -> dict[str, str]:
    """The values of a path, which was matched before decoding so that they may hold slashes."""
    try:
        values = {name: unquote(value, errors="strict") for name, value in encoded.items()}
    except UnicodeDecodeError:
        raise illegal_argument("the path is not UTF-8 in percent-encoding") from None
    check_stars(values)
    return values


def _style(parameters: Mapping[str, str], dialect: Dialect, headers: Mapping[str, str]) -> Style:
    flags = {
        name: name in parameters and to_boolean(parameters[name])
        for name in ("pretty", "human", "error_trace")
    }
    form = parameters.get("format", "json")
    if form not in ("json", "text"):
        raise illegal_argument(f"format [{form}] is not supported, only [json] is")
    return Style(
        is_pretty=flags["pretty"],
        filter_path=parameters.get("filter_path", ""),
        shows_trace=flags["error_trace"],
        accepts_gzip="gzip" in headers.get("accept-encoding", ""),
        media_type=dialect.media_type,
    )


def _failed(error: Exception, style: Style, record: dict[str, Any]) -> Rendered:
    told: ApiError = as_api_error(error)
    record["error"] = told.type
    if told.status >= 500:
        _log.error(
            "%s", told.reason, exc_info=error, extra={"request_id": record.get("request_id")}
        )
    body = told.to_body()
    if style.shows_trace and isinstance(body["error"], dict):
        body["error"]["stack_trace"] = "".join(traceback.format_exception_only(told))
    unfiltered = replace(style, filter_path="")
    return render(Reply(body, told.status, told.headers), unfiltered)
