"""The indices that a request is about."""

from __future__ import annotations

from collections.abc import Sequence

from adcore.service.errors import illegal_argument
from adcore.service.requests import Call
from adcore.store.errors import InvalidIndexNameError
from adcore.store.index_entry import Target
from adcore.store.names import dated_name

__all__ = ["INDEX_PARAMETERS", "TIMEOUT_PARAMETERS", "expression", "resolve", "shards"]

TIMEOUT_PARAMETERS = ("cluster_manager_timeout", "master_timeout", "timeout")
INDEX_PARAMETERS = (
    "allow_no_indices", "expand_wildcards", "ignore_throttled", "ignore_unavailable", "local",
    *TIMEOUT_PARAMETERS,
)  # fmt: skip
_WILDCARDS = frozenset({"all", "closed", "hidden", "none", "open"})


def expression(call: Call, given: str | None) -> str:
    """An expression of index names as the store understands it.

    Raises
    ------
    ApiError
        If ``expand_wildcards`` is not known.
    InvalidIndexNameError
        If a name begins with an underscore, which no index does.
    """
    states = set(call.words("expand_wildcards")) or {"open"}
    if states - _WILDCARDS:
        unknown = ", ".join(sorted(states - _WILDCARDS))
        raise illegal_argument(f"No valid expand wildcard value [{unknown}]")
    if given in (None, "", "_all", "*"):
        return "*,.*" if states & {"all", "hidden"} else "*"
    now = call.context.clock()
    parts = [dated_name(part.strip(), now) for part in str(given).split(",")]
    for part in parts:
        if part.startswith("_") and part != "_all":
            reason = f"Invalid index name [{part}], must not start with '_'."
            raise InvalidIndexNameError(reason, index=part)
    if states & {"all", "hidden"}:
        parts = [name for part in parts for name in _with_hidden(part)]
    return ",".join("*" if part == "_all" else part for part in parts)


def _with_hidden(part: str) -> Sequence[str]:
    return (part, f".{part}") if part.startswith("*") else (part,)


def resolve(call: Call, given: str | None, *, allow_no_indices: bool | None = None) -> list[Target]:
    """The indices that an expression of names, aliases and wildcards means; None: all.

    Raises
    ------
    IndexNotFoundError
        If one does not exist, and ``ignore_unavailable`` does not say that this is well.
    """
    allows = call.boolean("allow_no_indices", default=True)
    return call.context.store.documents.resolve(
        expression(call, given),
        ignore_unavailable=call.boolean("ignore_unavailable"),
        allow_no_indices=allows if allow_no_indices is None else allow_no_indices,
    )


def shards(total: int) -> dict[str, int]:
    """The ``_shards`` of an answer: an index has one."""
    return {"total": total, "successful": total, "failed": 0}
