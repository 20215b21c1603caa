"""Leaf queries that compare values: term, terms, range, exists, ids, and patterns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.limits import DEFAULT_LIMITS
from adcore.query.syntax.common import COMMON, FieldBody, field_body, read_boost, read_name
from adcore.query.syntax.queries import (
    Exists,
    Fuzzy,
    Ids,
    Prefix,
    Query,
    Range,
    Regexp,
    Scalar,
    Term,
    Terms,
    TermsSet,
    Wildcard,
)
from adcore.query.syntax.reader import (
    Json,
    JsonObject,
    boolean,
    integer,
    optional_text,
    refuse_unknown,
    scalar,
    text,
    texts,
    token,
)

__all__ = ["PARSERS"]

_RANGE = frozenset(
    {
        "from", "to", "include_lower", "include_upper", "gt", "gte", "lt", "lte", "ge", "le",
        "time_zone", "format", "relation",
    }
)  # fmt: skip
_MAX_TERMS = DEFAULT_LIMITS.terms


def _term(where: str, body: JsonObject) -> Query:
    read = field_body(where, body, "value", frozenset({"value", "term", "case_insensitive"}))
    return Term(
        field=read.field,
        value=scalar(where, read.options.get("value", read.options.get("term"))),
        case_insensitive=boolean(read.options.get("case_insensitive", False)),
        boost=read.boost,
        name=read.name,
    )


def _terms(where: str, body: JsonObject) -> Query:
    fields = [key for key in body if key not in COMMON]
    if len(fields) > 1:
        raise parsing_error("[terms] query does not support multiple fields")
    if not fields:
        raise parsing_error(
            "[terms] query requires a field name, followed by array of terms or a document "
            "lookup specification"
        )
    (field,) = fields
    return Terms(
        field=field,
        values=_values(where, field, body[field]),
        boost=read_boost(where, body),
        name=read_name(where, body),
    )


def _values(where: str, field: str, content: Json) -> tuple[Scalar, ...]:
    if content is None:
        raise illegal_argument("No value specified for terms query")
    if isinstance(content, Mapping):
        raise illegal_argument(f"[{where}] lookup of terms in a document is not supported")
    if not isinstance(content, (list, tuple)):
        raise parsing_error(f"[{where}] query does not support [{field}]")
    if len(content) > _MAX_TERMS:
        raise illegal_argument(
            f"The number of terms [{len(content)}] used in the Terms Query request has exceeded "
            f"the allowed maximum of [{_MAX_TERMS}]. This maximum can be set by changing the "
            "[index.max_terms_count] index level setting."
        )
    return tuple(scalar(where, item) for item in content)


def _terms_set(where: str, body: JsonObject) -> Query:
    known = frozenset({"terms", "minimum_should_match_field"})
    read = field_body(where, body, None, known)
    if read.options.get("minimum_should_match_field") is None:
        raise illegal_argument("No minimum should match has been specified")
    field = text(where, "minimum_should_match_field", read.options["minimum_should_match_field"])
    return TermsSet(
        field=read.field,
        values=_values(where, read.field, read.options.get("terms")),
        minimum_should_match_field=field,
        boost=read.boost,
        name=read.name,
    )


def _range(where: str, body: JsonObject) -> Query:
    read = field_body(where, body, None, _RANGE)
    relation = optional_text(where, "relation", read.options.get("relation"))
    if relation is not None and relation.upper() not in {"INTERSECTS", "CONTAINS", "WITHIN"}:
        raise illegal_argument(f"{relation} is not a valid relation")
    lower, upper, include_lower, include_upper = _bounds(read)
    return Range(
        field=read.field,
        lower=lower,
        upper=upper,
        include_lower=include_lower,
        include_upper=include_upper,
        format=optional_text(where, "format", read.options.get("format")),
        time_zone=optional_text(where, "time_zone", read.options.get("time_zone")),
        relation=relation,
        boost=read.boost,
        name=read.name,
    )


def _bounds(read: FieldBody) -> tuple[Scalar | None, Scalar | None, bool, bool]:
    """Both bounds and whether they belong to the range; later keys win over earlier ones."""
    lower: Scalar | None = None
    upper: Scalar | None = None
    include_lower = include_upper = True
    for key, content in read.options.items():
        bound = None if content is None or key in COMMON else content
        if key == "include_lower":
            include_lower = boolean(content)
        elif key == "include_upper":
            include_upper = boolean(content)
        elif key in {"from", "gt", "gte", "ge"}:
            lower = None if bound is None else scalar("range", bound)
            include_lower = include_lower if key == "from" else key != "gt"
        elif key in {"to", "lt", "lte", "le"}:
            upper = None if bound is None else scalar("range", bound)
            include_upper = include_upper if key == "to" else key != "lt"
    return lower, upper, include_lower, include_upper


def _exists(where: str, body: JsonObject) -> Query:
    refuse_unknown(where, body, frozenset({"field", *COMMON}))
    field = body.get("field")
    if not isinstance(field, str):
        raise parsing_error("[exists] must be provided with a [field]")
    return Exists(field=field, boost=read_boost(where, body), name=read_name(where, body))


def _pattern(kind: type[Wildcard] | type[Prefix]) -> Callable[[str, JsonObject], Query]:
    def parse(where: str, body: JsonObject) -> Query:
        known = frozenset({"value", where, "rewrite", "case_insensitive"})
        read = field_body(where, body, "value", known)
        pattern = read.options.get("value", read.options.get(where))
        return kind(
            field=read.field,
            value=text(where, read.field, scalar(where, pattern)),
            case_insensitive=boolean(read.options.get("case_insensitive", False)),
            boost=read.boost,
            name=read.name,
        )

    return parse


def _regexp(where: str, body: JsonObject) -> Query:
    known = frozenset(
        {"value", "flags", "flags_value", "max_determinized_states", "rewrite", "case_insensitive"}
    )
    read = field_body(where, body, "value", known)
    pattern = text(where, read.field, scalar(where, read.options.get("value")))
    if len(pattern) > 1000:
        raise query_length_error(pattern)
    return Regexp(
        field=read.field,
        value=pattern,
        case_insensitive=boolean(read.options.get("case_insensitive", False)),
        boost=read.boost,
        name=read.name,
    )


def query_length_error(pattern: str) -> Exception:
    """The error of a regular expression that is too long."""
    return illegal_argument(
        f"The length of regex [{len(pattern)}] used in the Regexp Query request has exceeded the "
        "allowed maximum of [1000]. This maximum can be set by changing the "
        "[index.max_regex_length] index level setting."
    )


def _fuzzy(where: str, body: JsonObject) -> Query:
    known = frozenset(
        {"value", "fuzziness", "prefix_length", "max_expansions", "transpositions", "rewrite"}
    )
    read = field_body(where, body, "value", known)
    return Fuzzy(
        field=read.field,
        value=text(where, read.field, scalar(where, read.options.get("value"))),
        fuzziness=text(where, "fuzziness", read.options.get("fuzziness", "AUTO")),
        prefix_length=integer(where, "prefix_length", read.options.get("prefix_length", 0)),
        boost=read.boost,
        name=read.name,
    )


def _ids(where: str, body: JsonObject) -> Query:
    refuse_unknown(where, body, frozenset({"values", "type", *COMMON}))
    if "values" not in body:
        raise parsing_error("[ids] requires a field 'values'")
    if isinstance(body["values"], Mapping):
        raise parsing_error(f"[ids] unknown token [{token(body['values'])}] after [values]")
    return Ids(
        values=texts(where, "values", body["values"]),
        boost=read_boost(where, body),
        name=read_name(where, body),
    )


PARSERS: dict[str, Callable[[str, JsonObject], Query]] = {
    "term": _term,
    "terms": _terms,
    "terms_set": _terms_set,
    "range": _range,
    "exists": _exists,
    "wildcard": _pattern(Wildcard),
    "prefix": _pattern(Prefix),
    "regexp": _regexp,
    "fuzzy": _fuzzy,
    "ids": _ids,
}
