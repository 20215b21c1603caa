"""What all endpoints of the machine learning API have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from adcore.service.errors import ApiError
from adcore.service.jobs.arguments import page_of
from adcore.service.jobs.errors import bad_request
from adcore.service.jobs.expressions import is_pattern
from adcore.service.jobs.human import with_texts_of_times
from adcore.service.jobs.registry import JOB_VERSION
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
        if is_legacy(call):
            _warn_of_prefix(call)
        with _parse_errors():
            found = handler(call)
        reply = found if isinstance(found, Reply) else Reply(found)
        if call.has("human") and call.boolean("human"):
            reply = replace(reply, body=with_texts_of_times(reply.body))
        if call.warnings:
            reply = replace(reply, headers={**reply.headers, "warning": _warnings(call)})
        return reply

    return endpoints(
        methods, whole, answer, parameters=parameters, summary=summary, writes=writes, body=body
    )


@contextmanager
def _parse_errors() -> Iterator[None]:
    """What is no JSON has another name here than in the document API."""
    try:
        yield
    except ApiError as error:
        if error.type != "json_parse_exception":
            raise
        raise ApiError(error.status, "x_content_parse_exception", error.reason) from None


def _warn_of_prefix(call: Call) -> None:
    newer = _PREFIX + call.path.removeprefix(_LEGACY)
    call.warn(f"[{call.method} {call.path}] is deprecated! Use [{call.method} {newer}] instead.")


def _warnings(call: Call) -> str:
    """The header that tells a client of warnings; clients look for the texts in it."""
    dialect = call.dialect
    version = dialect.version if dialect.distribution == "elasticsearch" else JOB_VERSION
    return ", ".join(f'299 Elasticsearch-{version} "{text}"' for text in call.warnings)


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
