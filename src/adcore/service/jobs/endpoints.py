"""What all endpoints of the machine learning API have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adcore.service.jobs.arguments import page_of
from adcore.service.jobs.errors import bad_request
from adcore.service.jobs.expressions import is_pattern
from adcore.service.jobs.human import with_texts_of_times
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import Body, Endpoint, endpoints

__all__ = ["ACKNOWLEDGED", "endpoint", "is_legacy", "one_page"]

_PREFIX, _LEGACY = "/_ml", "/_xpack/ml"
ACKNOWLEDGED = {"acknowledged": True}


def endpoint(
    methods: str,
    paths: str | Sequence[str],
    handler: Callable[[Call], Any],
    *,
    parameters: Iterable[str] = (),
    summary: str = "",
    writes: bool = False,
    body: Body = "none",
) -> list[Endpoint]:
    """The same handler for several methods and paths below both prefixes.

    Parameters
    ----------
    paths : str or sequence of str
        What comes after the prefix, such as ``/calendars/{id}``.
    handler : callable
        What it returns is a `Reply` or the body of one.
    """
    listed = [paths] if isinstance(paths, str) else paths
    whole = [prefix + path for prefix in (_PREFIX, _LEGACY) for path in listed]

    def answer(call: Call) -> Reply:
        found = handler(call)
        reply = found if isinstance(found, Reply) else Reply(found)
        if call.has("human") and call.boolean("human"):
            return replace(reply, body=with_texts_of_times(reply.body))
        return reply

    return endpoints(
        methods, whole, answer, parameters=parameters, summary=summary, writes=writes, body=body
    )


def is_legacy(call: Call) -> bool:
    """Whether a request came by the older prefix."""
    return call.path.startswith(_LEGACY)


def one_page(
    name: str, found: Sequence[Any], arguments: Mapping[str, Any], asked: tuple[str, str | None]
) -> dict[str, Any]:
    """A page of things, and how many there are.

    Parameters
    ----------
    name : str
        What the things are called in the answer.
    asked : tuple
        What their id is called, and the one that was asked for: one thing has no pages.

    Raises
    ------
    ApiError
    """
    id_name, expression = asked
    has_page = not {"from", "size", "page"}.isdisjoint(arguments)
    if has_page and expression is not None and not is_pattern(expression):
        raise bad_request(f"Params [from, size] are incompatible with [{id_name}].")
    return {"count": len(found), name: list(found[page_of(arguments).rows])}
