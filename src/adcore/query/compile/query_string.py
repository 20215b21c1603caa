"""Lines of search boxes as queries of fields."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adcore.query.compile.dispatch import condition
from adcore.query.compile.fields import SearchedField, over_fields, searched_fields
from adcore.query.compile.scope import Scope
from adcore.query.errors import query_error
from adcore.query.sql import Sql
from adcore.query.syntax.lucene import Group, Leaf, parse_lucene, unescape
from adcore.query.syntax.queries import (
    Bool,
    Exists,
    Fuzzy,
    Match,
    MatchAll,
    MatchNone,
    MatchPhrase,
    Operator,
    Prefix,
    Query,
    QueryString,
    Range,
    Regexp,
    SimpleQueryString,
    Wildcard,
)
from adcore.query.syntax.simple_lucene import parse_simple_lucene
from adcore.store.mapping import FieldType

__all__ = ["lower_line"]

Line = QueryString | SimpleQueryString


@condition.register
def _query_string(query: QueryString, scope: Scope) -> Sql:
    return condition(lower_line(query, scope), scope)


@condition.register
def _simple_query_string(query: SimpleQueryString, scope: Scope) -> Sql:
    return condition(lower_line(query, scope), scope)


def lower_line(query: Line, scope: Scope) -> Query:
    """The same search as queries of one field each.

    Raises
    ------
    ShardSearchError
        If the line cannot be parsed, or has too many parts.
    """
    if isinstance(query, SimpleQueryString):
        group = parse_simple_lucene(query.query, query.default_operator)
        context = _Context(scope, query.fields, query.default_operator, query.lenient, None)
    else:
        group = parse_lucene(query.query, query.default_operator)
        fields = query.fields or ((query.default_field,) if query.default_field else ())
        context = _Context(scope, fields, query.default_operator, query.lenient, query.time_zone)
    _check_size(group, scope)
    lowered = context.group(group, query.minimum_should_match)
    return replace(lowered, boost=lowered.boost * query.boost)


def _check_size(group: Group, scope: Scope) -> None:
    if _size(group) > scope.limits.clauses:
        raise query_error(f"maxClauseCount is set to {scope.limits.clauses}", "too_many_clauses")


def _size(node: Group | Leaf) -> int:
    return 1 if isinstance(node, Leaf) else sum(_size(clause.node) for clause in node.clauses)


@dataclass(frozen=True, slots=True)
class _Context:
    scope: Scope
    fields: tuple[str, ...]
    operator: Operator
    lenient: bool
    time_zone: str | None

    def group(self, group: Group, minimum: str | None = None) -> Query:
        if not group.clauses:
            return MatchNone()
        parts: dict[str, list[Query]] = {"+": [], "-": [], "?": []}
        for clause in group.clauses:
            parts[clause.occur].append(self.node(clause.node))
        if len(group.clauses) == 1 and not parts["-"]:
            (single,) = parts["+"] or parts["?"]
            return replace(single, boost=single.boost * group.boost)
        return Bool(
            must=tuple(parts["+"]),
            must_not=tuple(parts["-"]),
            should=tuple(parts["?"]),
            minimum_should_match=minimum if parts["?"] else None,
            boost=group.boost,
        )

    def node(self, node: Group | Leaf) -> Query:
        if isinstance(node, Group):
            return self.group(node)
        return replace(self.leaf(node), boost=node.boost)

    def leaf(self, leaf: Leaf) -> Query:
        if leaf.field == "_exists_":
            return Exists(field=leaf.text)
        if leaf.kind == "wildcard" and leaf.text == "*":
            return self._anything(leaf.field)
        given = self.fields if leaf.field is None else (leaf.field,)
        return over_fields(
            searched_fields(given, self.scope), lambda field: self._on_field(leaf, field)
        )

    def _anything(self, field: str | None) -> Query:
        if field is not None and field != "*":
            return over_fields(
                searched_fields((field,), self.scope), lambda each: Exists(field=each.path)
            )
        if field is None and self.fields and "*" not in self.fields:
            fields = searched_fields(self.fields, self.scope)
            return over_fields(fields, lambda each: Exists(field=each.path))
        return MatchAll()

    def _on_field(self, leaf: Leaf, field: SearchedField) -> Query:
        if leaf.kind == "words":
            lenient = self.lenient or field.is_from_pattern
            return Match(field=field.path, query=leaf.text, operator=self.operator, lenient=lenient)
        if leaf.kind == "range":
            return self._lenient(self._range(leaf, field), field)
        if leaf.kind == "phrase":
            phrase = MatchPhrase(field=field.path, query=leaf.text, slop=leaf.edits or 0)
            return self._lenient(phrase, field)
        return self._pattern(leaf, field)

    def _pattern(self, leaf: Leaf, field: SearchedField) -> Query:
        bound = self.scope.find(field.path)
        is_lenient = self.lenient or field.is_from_pattern
        if is_lenient and bound is not None and not _holds_text(bound.field.type):
            return MatchNone()
        is_text = bound is not None and bound.field.type.is_text
        text = leaf.text.lower() if is_text else leaf.text
        if leaf.kind == "regexp":
            return Regexp(field=field.path, value=text)
        if leaf.kind == "fuzzy":
            edits = "AUTO" if leaf.edits is None else str(min(leaf.edits, 2))
            return Fuzzy(field=field.path, value=text, fuzziness=edits)
        body, star = text[:-1], text[-1:]
        if star == "*" and not any(sign in body for sign in "*?\\"):
            return Prefix(field=field.path, value=unescape(body))
        return Wildcard(field=field.path, value=text)

    def _range(self, leaf: Leaf, field: SearchedField) -> Query:
        lower, upper, include_lower, include_upper = leaf.bounds
        bound = self.scope.find(field.path)
        is_date = bound is not None and bound.field.type.is_date
        return Range(
            field=field.path,
            lower=lower,
            upper=upper,
            include_lower=include_lower,
            include_upper=include_upper,
            time_zone=self.time_zone if is_date else None,
        )

    def _lenient(self, query: Query, field: SearchedField) -> Query:
        """The query, or none at all where the field cannot have such values and that is fine."""
        if not (self.lenient or field.is_from_pattern):
            return query
        try:
            condition(query, self.scope)
        except ValueError:
            return MatchNone()
        return query


def _holds_text(kind: FieldType) -> bool:
    return kind.is_text or kind.is_keyword
