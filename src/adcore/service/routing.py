"""Endpoints, and the routes made of them: what a path and a method lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from starlette.routing import Match, Route
from starlette.types import ASGIApp, Scope

from adcore.service.requests import Call
from adcore.service.responses import Reply

__all__ = ["Body", "Endpoint", "Handler", "allowed_methods", "endpoints", "make_routes"]

Handler = Callable[[Call], Reply]
Body = Literal["none", "json", "ndjson"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path.

    Attributes
    ----------
    path : str
        Such as ``/{index}/_doc/{id}``. Where several fit, words win over names in braces.
    handler : callable
        From a `Call` to a `Reply`, run in a thread. It refuses by raising.
    parameters : tuple of str
        The parameters it knows besides those that all have.
    writes : bool
        Whether it changes the store, and so waits with the other writers.
    body : {"none", "json", "ndjson"}
        What it takes.
    refuses_in_text : bool
        Whether some refusals are plain text, as those of previews are in the API.
    """

    method: str
    path: str
    handler: Handler
    parameters: tuple[str, ...] = ()
    summary: str = ""
    writes: bool = False
    body: Body = "none"
    refuses_in_text: bool = False


def endpoints(
    methods: str,
    paths: str | Sequence[str],
    handler: Handler,
    *,
    parameters: Iterable[str] = (),
    summary: str = "",
    writes: bool = False,
    body: Body = "none",
    refuses_in_text: bool = False,
) -> list[Endpoint]:
    """The same handler for several methods and paths.

    Parameters
    ----------
    methods : str
        With blanks between them: ``GET POST``.
    paths : str or sequence of str
        One or several.

    Examples
    --------
    >>> [each.method for each in endpoints("GET POST", "/_search", lambda call: Reply())]
    ['GET', 'POST']
    """
    listed = [paths] if isinstance(paths, str) else paths
    # What clients cannot send as a body, they may send as a parameter.
    instead = ("source", "source_content_type") if body == "json" else ()
    known = tuple(dict.fromkeys([*parameters, *instead]))
    return [
        Endpoint(method, path, handler, known, summary, writes, body, refuses_in_text)
        for path in listed
        for method in methods.split()
    ]


def make_routes(
    listed: Iterable[Endpoint], make_app: Callable[[Mapping[str, Endpoint]], ASGIApp]
) -> list[Route]:
    """One route per path, in the order in which they are to be tried.

    Raises
    ------
    ValueError
        If two endpoints have the same method and path.
    """
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in listed:
        methods = by_path.setdefault(endpoint.path, {})
        if endpoint.method in methods:
            raise ValueError(f"two endpoints for {endpoint.method} {endpoint.path}")
        methods[endpoint.method] = endpoint
    return [_route(path, by_path[path], make_app) for path in sorted(by_path, key=_order)]


def _route(
    path: str,
    methods: Mapping[str, Endpoint],
    make_app: Callable[[Mapping[str, Endpoint]], ASGIApp],
) -> Route:
    route = Route(path, make_app(methods), methods=list(methods))
    # Starlette answers HEAD wherever there is a GET; here it is an endpoint like others.
    route.methods = set(methods)
    return route


def _order(path: str) -> tuple[tuple[bool, str], ...]:
    return tuple((step.startswith("{"), step) for step in path.split("/"))


def allowed_methods(routes: Iterable[object], scope: Scope) -> list[str]:
    """The methods that a path has, on whichever of the routes that fit it."""
    found: set[str] = set()
    for route in routes:
        if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)
