"""The ASGI app of the service, to be served alone or inside another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.service import (
    routes_detectors,
    routes_documents,
    routes_jobs,
    routes_operations,
)
from adcore.service.access import Access, Users
from adcore.service.cluster_settings import ClusterSettings
from adcore.service.context import Context
from adcore.service.endpoint_app import EndpointApp
from adcore.service.errors import ApiError, simple_error
from adcore.service.gate import Gate
from adcore.service.load import Load
from adcore.service.metrics import Metrics
from adcore.service.node import load_node
from adcore.service.responses import Reply, Style, render
from adcore.service.routing import Endpoint, allowed_methods, make_routes
from adcore.service.settings import Settings
from adcore.store.clock import Clock, system_clock
from adcore.store.store import Store

__all__ = ["MODULES", "Routes", "create_app"]

Routes = Callable[[Context], Sequence[Endpoint]]
MODULES: tuple[Routes, ...] = (
    routes_documents.routes,
    routes_detectors.routes,
    routes_jobs.routes,
)


def create_app(
    store: Store,
    *,
    settings: Settings | None = None,
    clock: Clock = system_clock,
    users: Users | None = None,
    modules: Sequence[Routes] = MODULES,
    query_limits: Limits = DEFAULT_LIMITS,
) -> Starlette:
    """The service over a store.

    Parameters
    ----------
    store : Store
        Stays open until the app has ended; the caller closes it.
    settings : Settings, optional
        Names and limits.
    clock : callable
        Gives epoch milliseconds.
    users : Users, optional
        Those who may use it; None: everybody who can reach it.
    modules : sequence of callables
        Each gives endpoints; it may have the context call it at start and end.

    Examples
    --------
    >>> with Store.open(None) as store:
    ...     app = create_app(store)
    >>> "/_bulk" in [route.path for route in app.routes]
    True
    """
    settings = settings or Settings()
    node, changeable = load_node(store), ClusterSettings(store)
    context = Context(store, settings, clock, node, clock(), changeable, query_limits)
    load = Load(settings.limits)
    listed = [endpoint for module in modules for endpoint in module(context)]
    metrics = Metrics(load, context.collectors)
    listed += routes_operations.routes(listed, metrics)

    def endpoint_app(methods: Mapping[str, Endpoint]) -> ASGIApp:
        return EndpointApp(methods, context, load)

    access = Access(settings, users)
    app = Starlette(
        routes=make_routes(listed, endpoint_app),
        middleware=[Middleware(Gate, context=context, load=load, access=access, metrics=metrics)],
        exception_handlers={HTTPException: _not_routed},
        lifespan=_lifespan(context),
    )
    app.router.redirect_slashes = False
    app.state.context = context
    return app


def _lifespan(context: Context) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        for call in context.at_start:
            await anyio.to_thread.run_sync(call)
        try:
            yield
        finally:
            for call in reversed(context.at_end):
                await anyio.to_thread.run_sync(call)

    return lifespan


async def _not_routed(request: Request, error: Exception) -> Response:
    """No path, or no method of it, fits."""
    scope = request.scope
    query = scope["query_string"].decode("latin-1")
    uri = f"{scope['path']}?{query}" if query else scope["path"]
    allowed = allowed_methods(scope["app"].routes, scope)
    if not allowed or not isinstance(error, HTTPException):
        text = f"no handler found for uri [{uri}] and method [{request.method}]"
        told = ApiError(400, "no_handler", text, body={"error": text})
    elif request.method == "OPTIONS":
        return Response(headers={"allow": ",".join(allowed)})
    else:
        text = (
            f"Incorrect HTTP method for uri [{uri}] and method [{request.method}], "
            f"allowed: [{', '.join(allowed)}]"
        )
        told = simple_error(405, text, allow=",".join(allowed))
    sent = render(Reply(told.to_body(), told.status, told.headers), Style())
    scope["adcore.record"]["status"] = sent.status
    return Response(sent.content, sent.status, sent.headers)
