"""What a request asks for, whether its body or its parameters say it: parameters win."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from adcore.job.errors import JobFault
from adcore.job.fields import Field, Reader, flag, read_fields, read_parameter, text
from adcore.job.paging import Page, read_page
from adcore.query.intervals import parse_duration
from adcore.service.errors import illegal_argument
from adcore.service.jobs.place import place_of
from adcore.service.parameters import to_boolean
from adcore.service.requests import Call

__all__ = [
    "INDICES_PARAMETERS", "allows_none", "any_value", "boolean", "check_same", "page_of",
    "read_arguments", "refusals", "timeout", "with_indices_options", "words",
]  # fmt: skip

# How the indices of a datafeed are looked for; as parameters they say what `indices_options` says.
INDICES_PARAMETERS = (
    "allow_no_indices", "expand_wildcards", "ignore_throttled", "ignore_unavailable",
)  # fmt: skip


def read_arguments(
    call: Call, owner: str, readers: Mapping[str, Reader], **path_values: str | None
) -> dict[str, Any]:
    """The arguments of a request by name.

    Parameters
    ----------
    owner : str
        What the API calls the object that the body is.
    readers : mapping
        By the names of the arguments that there may be.
    **path_values
        What the path says already, if it does; a body may repeat it, but not differ.

    Raises
    ------
    ApiError, JobError
    """
    body = call.optional_object()
    for name, value in path_values.items():
        if value is not None:
            check_same(name, body.pop(name, None), value)
    at = Field(owner)
    with refusals(call):
        given = read_fields(at, body, readers)
    asked = {name: call.text(name) for name in readers if call.has(name)}
    return given | {name: read_parameter(name, asked[name], readers[name]) for name in asked}


def check_same(name: str, value: Any, expected: str) -> None:
    """Raise an ApiError if a body says something else than the path of the request."""
    if value is not None and value != expected:
        raise illegal_argument(
            f"Inconsistent {name}; '{value}' specified in the body differs from '{expected}' "
            "specified as a URL argument"
        )


@contextmanager
def refusals(call: Call) -> Iterator[None]:
    """Tell where in the body of a request a field stands that is refused."""
    try:
        yield
    except JobFault as error:
        place = place_of(call.content(), error.path) if error.path else None
        raise (error if place is None else error.located(*place)) from None


def allows_none(call: Call, body: Mapping[str, Any], *older: str) -> bool:
    """Whether a pattern may mean nothing; older clients have another word for it."""
    for name in ("allow_no_match", *older):
        if name in older and (call.has(name) or name in body):
            call.warn(f"Deprecated field [{name}] used, expected [allow_no_match] instead")
        if call.has(name):
            return call.boolean(name)
        if name in body:
            return flag(Field("request", (name,)), body[name])
    return True


def with_indices_options(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a datafeed with what parameters say of indices."""
    given: dict[str, Any] = {}
    for name in INDICES_PARAMETERS:
        if call.has(name):
            given[name] = call.words(name) if name == "expand_wildcards" else call.boolean(name)
    if not given:
        return dict(body)
    return {**body, "indices_options": {**body.get("indices_options", {}), **given}}


# -- kinds of arguments


def boolean(field: Field, value: Any) -> bool:
    """A truth value; as a parameter it may be without a value, and as Python writes it."""
    return to_boolean(value) if isinstance(value, str) else flag(field, value)


def words(field: Field, value: Any) -> tuple[str, ...]:
    """Texts, as a list or with commas between them."""
    listed = value if isinstance(value, (list, tuple)) else str(value).split(",")
    if not all(isinstance(each, str) for each in listed):
        raise field.wrong_kind(value)
    return tuple(each for each in listed if each)


def timeout(field: Field, value: Any) -> str:
    """How long a client waits; nobody waits here, but it has to be a length of time."""
    given = text(field, value)
    if given not in ("-1", "0"):
        parse_duration(field.name, given)
    return given


def any_value(field: Field, value: Any) -> Any:
    """What is looked at later."""
    del field
    return value


def page_of(arguments: Mapping[str, Any]) -> Page:
    """The page that arguments ask for, of those that `PAGE_FIELDS` read.

    Raises
    ------
    JobError
        If it is outside of what can be had.
    """
    return read_page({}, arguments)
