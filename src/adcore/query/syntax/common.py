"""What the parsers of leaf queries share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.syntax.queries import Operator
from adcore.query.syntax.reader import (
    Json,
    JsonObject,
    number,
    optional_text,
    refuse_unknown,
    token,
)

__all__ = ["COMMON", "FieldBody", "field_body", "read_boost", "read_name", "read_operator"]

COMMON = frozenset({"boost", "_name"})


@dataclass(frozen=True, slots=True)
class FieldBody:
    """The field of a query and its options, whichever way they were written."""

    field: str
    options: JsonObject
    boost: float
    name: str | None


def read_boost(where: str, body: JsonObject) -> float:
    """The factor of the score: not negative."""
    boost = number(where, "boost", body.get("boost", 1.0))
    if boost < 0:
        raise illegal_argument(
            f"negative [boost] are not allowed in [{where}], use a value between 0 and 1 to deboost"
        )
    return boost


def read_name(where: str, body: JsonObject) -> str | None:
    """The name that the user gave to the query."""
    return optional_text(where, "_name", body.get("_name"))


def read_operator(content: Json) -> Operator:
    """Whether all words count or any."""
    upper = str(content).upper()
    if upper == "AND":
        return "AND"
    if upper == "OR":
        return "OR"
    raise illegal_argument(f"No enum constant org.opensearch.index.query.Operator.{upper}")


def field_body(where: str, body: JsonObject, short: str | None, known: frozenset[str]) -> FieldBody:
    """Read ``{field: value}`` or ``{field: {option: value}}``.

    Parameters
    ----------
    where : str
        The name of the query.
    body : mapping
        What follows the name.
    short : str or None
        The option that a bare value stands for; None if there is no short form.
    known : frozenset of str
        The options allowed besides boost and name.
    """
    fields = [
        key for key, content in body.items() if key not in COMMON or isinstance(content, Mapping)
    ]
    if len(fields) > 1:
        raise parsing_error(
            f"[{where}] query doesn't support multiple fields, "
            f"found [{fields[0]}] and [{fields[1]}]"
        )
    if not fields or not fields[0]:
        raise illegal_argument("field name is null or empty")
    field = fields[0]
    content = body[field]
    if isinstance(content, Mapping):
        refuse_unknown(where, content, known | COMMON)
        options: JsonObject = content
    elif isinstance(content, (list, tuple)):
        raise parsing_error(f"[{where}] query does not support array of values")
    elif short is None:
        raise parsing_error(f"[{where}] unknown token [{token(content)}] after [{field}]")
    else:
        options = {short: content}
    merged = {key: content for key, content in body.items() if key in COMMON and key != field}
    merged |= {key: content for key, content in options.items() if key in COMMON}
    return FieldBody(field, options, read_boost(where, merged), read_name(where, merged))
