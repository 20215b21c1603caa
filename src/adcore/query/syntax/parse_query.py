"""JSON to the syntax tree of a query."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import ClassVar

from adcore.query.computed.request import read_script
from adcore.query.errors import illegal_argument, parsing_error, query_error
from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.query.syntax import parse_terms, parse_text
from adcore.query.syntax.common import COMMON, read_boost, read_name
from adcore.query.syntax.queries import (
    Bool,
    Boosting,
    ConstantScore,
    DisMax,
    MatchAll,
    MatchNone,
    Nested,
    Query,
    ScriptQuery,
    ScriptScore,
)
from adcore.query.syntax.reader import (
    Json,
    JsonObject,
    boolean,
    number,
    objects,
    optional_text,
    refuse_unknown,
    text,
)

__all__ = ["parse_query"]

_CLAUSES = {
    "must": "must", "filter": "filter", "must_not": "must_not", "mustNot": "must_not",
    "should": "should",
}  # fmt: skip


def parse_query(content: Json, limits: Limits = DEFAULT_LIMITS) -> Query:
    """The syntax tree of a query.

    Parameters
    ----------
    content : object
        The parsed JSON, such as ``{"term": {"host": "a"}}``.
    limits : Limits, optional
        How deep it may be, and how many clauses it may have.

    Raises
    ------
    SearchError
        Type and reason as the API gives them.

    Examples
    --------
    >>> parse_query({"term": {"host": "a"}})
    Term(boost=1.0, name=None, field='host', value='a', case_insensitive=False)
    """
    return _Parser(limits).query(content, 0)


class _Parser:
    """One parse: it counts the clauses as it goes, so that no tree grows beyond the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.clauses = 0

    def query(self, content: Json, depth: int) -> Query:
        if not isinstance(content, Mapping):
            raise parsing_error("[_na] query malformed, must start with start_object")
        if depth > self.limits.depth:
            raise illegal_argument(
                "The nested depth of the query exceeds the maximum nested depth for queries set "
                "in [indices.query.bool.max_nested_depth]"
            )
        if not content:
            raise illegal_argument("query malformed, empty clause found")
        name, body = next(iter(content.items()))
        parse = self._parser(name)
        if not isinstance(body, Mapping):
            raise parsing_error(f"[{name}] query malformed, no start_object after query name")
        parsed = parse(name, body, depth)
        if len(content) > 1:
            raise parsing_error(
                f"[{name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]"
            )
        return parsed

    def _parser(self, name: str) -> Callable[[str, JsonObject, int], Query]:
        compound = self._COMPOUND.get(name)
        if compound is not None:
            return lambda name, body, depth: compound(self, name, body, depth)
        leaf = parse_terms.PARSERS.get(name) or parse_text.PARSERS.get(name)
        if leaf is None:
            raise parsing_error(f"unknown query [{name}]")
        self._count_clause()
        return lambda name, body, _: leaf(name, body)

    def _count_clause(self) -> None:
        self.clauses += 1
        if self.clauses > self.limits.clauses:
            raise query_error(f"maxClauseCount is set to {self.limits.clauses}", "too_many_clauses")

    def _list(self, content: Json, depth: int) -> tuple[Query, ...]:
        return tuple(self.query(item, depth + 1) for item in objects(content) if item is not None)

    def _bool(self, where: str, body: JsonObject, depth: int) -> Query:
        known = frozenset({*_CLAUSES, *COMMON, "minimum_should_match", "adjust_pure_negative"})
        refuse_unknown(where, body, known)
        clauses: dict[str, tuple[Query, ...]] = {}
        for key, content in body.items():
            if key in _CLAUSES:
                kind = _CLAUSES[key]
                clauses[kind] = clauses.get(kind, ()) + self._list(content, depth)
        minimum = optional_text(where, "minimum_should_match", body.get("minimum_should_match"))
        return Bool(
            must=clauses.get("must", ()),
            filter=clauses.get("filter", ()),
            must_not=clauses.get("must_not", ()),
            should=clauses.get("should", ()),
            minimum_should_match=minimum,
            adjust_pure_negative=boolean(body.get("adjust_pure_negative", True)),
            boost=read_boost(where, body),
            name=read_name(where, body),
        )

    def _nested(self, where: str, body: JsonObject, depth: int) -> Query:
        known = frozenset({"path", "query", "score_mode", "ignore_unmapped", "inner_hits"})
        refuse_unknown(where, body, known | COMMON)
        for key in ("query", "path"):
            if body.get(key) is None:
                raise parsing_error(f"[nested] requires '{key}' field")
        if body.get("inner_hits"):
            raise illegal_argument("[nested] inner_hits is not supported")
        mode = text(where, "score_mode", body.get("score_mode", "avg"))
        if mode not in {"none", "avg", "sum", "max", "min"}:
            raise illegal_argument(f"No score mode for child query [{mode}] found")
        return Nested(
            path=text(where, "path", body["path"]),
            query=self.query(body["query"], depth + 1),
            ignore_unmapped=boolean(body.get("ignore_unmapped", False)),
            score_mode=mode,
            boost=read_boost(where, body),
            name=read_name(where, body),
        )

    def _constant_score(self, where: str, body: JsonObject, depth: int) -> Query:
        refuse_unknown(where, body, frozenset({"filter", *COMMON}))
        if body.get("filter") is None:
            raise parsing_error("[constant_score] requires a 'filter' element")
        if isinstance(body["filter"], (list, tuple)):
            raise parsing_error("unexpected token [START_ARRAY]")
        return ConstantScore(
            filter=self.query(body["filter"], depth + 1),
            boost=read_boost(where, body),
            name=read_name(where, body),
        )

    def _dis_max(self, where: str, body: JsonObject, depth: int) -> Query:
        refuse_unknown(where, body, frozenset({"queries", "tie_breaker", *COMMON}))
        queries = self._list(body.get("queries", ()), depth)
        if not queries:
            raise parsing_error("[dis_max] requires 'queries' field with at least one clause")
        return DisMax(
            queries=queries,
            tie_breaker=number(where, "tie_breaker", body.get("tie_breaker", 0.0)),
            boost=read_boost(where, body),
            name=read_name(where, body),
        )

    def _boosting(self, where: str, body: JsonObject, depth: int) -> Query:
        known = frozenset({"positive", "negative", "negative_boost", *COMMON})
        refuse_unknown(where, body, known)
        for key in ("positive", "negative"):
            if body.get(key) is None:
                raise parsing_error(f"[boosting] query requires '{key}' query to be set'")
        factor = number(where, "negative_boost", body.get("negative_boost", -1))
        if factor < 0:
            raise parsing_error(
                "[boosting] query requires 'negative_boost' to be set to be a positive value'"
            )
        return Boosting(
            positive=self.query(body["positive"], depth + 1),
            negative=self.query(body["negative"], depth + 1),
            negative_boost=factor,
            boost=read_boost(where, body),
            name=read_name(where, body),
        )

    def _script(self, where: str, body: JsonObject, _depth: int) -> Query:
        refuse_unknown(where, body, frozenset({"script", *COMMON}))
        if body.get("script") is None:
            raise parsing_error("script must be provided with a [script] query")
        self._count_clause()
        return ScriptQuery(
            field=self._name_of_script(body["script"]),
            script=read_script(body["script"]),
            boost=read_boost(where, body),
            name=read_name(where, body),
        )

    def _script_score(self, where: str, body: JsonObject, depth: int) -> Query:
        refuse_unknown(where, body, frozenset({"query", "script", "min_score", *COMMON}))
        for key in ("query", "script"):
            if body.get(key) is None:
                raise parsing_error(f"{key} must be provided with a [script_score] query")
        least = body.get("min_score")
        self._count_clause()
        return ScriptScore(
            query=self.query(body["query"], depth + 1),
            field=self._name_of_script(body["script"]),
            script=read_script(body["script"]),
            min_score=None if least is None else number(where, "min_score", least),
            boost=read_boost(where, body),
            name=read_name(where, body),
        )

    def _name_of_script(self, script: Json) -> str:
        return f"script:{self.clauses}:{json.dumps(script, sort_keys=True)}"

    def _match_all(self, where: str, body: JsonObject, _depth: int) -> Query:
        refuse_unknown(where, body, COMMON)
        kind = MatchAll if where == "match_all" else MatchNone
        return kind(boost=read_boost(where, body), name=read_name(where, body))

    _COMPOUND: ClassVar = {
        "bool": _bool,
        "nested": _nested,
        "constant_score": _constant_score,
        "dis_max": _dis_max,
        "boosting": _boosting,
        "script": _script,
        "script_score": _script_score,
        "match_all": _match_all,
        "match_none": _match_all,
    }
