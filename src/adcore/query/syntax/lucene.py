"""The small language of search boxes (``status:500 AND NOT host:a*``) to a tree of its own.

Which fields a word without a field stands for is known only with a mapping, so the tree keeps the
words; `adcore.query.compile.query_string` makes queries of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from adcore.query.errors import SearchError, ShardSearchError
from adcore.query.syntax.queries import Operator

__all__ = ["Clause", "Group", "Leaf", "parse_lucene"]

_DEPTH = 30
_SPECIAL = r'\s\\:()"\[\]{}^~/'
_TOKENS = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<and>AND(?=[\s()]|$)|&&) | (?P<or>OR(?=[\s()]|$)|\|\|)
    | (?P<not>NOT(?=[\s()]|$)|!) | (?P<plus>\+) | (?P<minus>-)
    | (?P<open>\() | (?P<close>\))
    | (?P<colon>:(?P<compare>>=|<=|>|<)?)
    | (?P<boost>\^[0-9]+(?:\.[0-9]+)?)
    | (?P<fuzzy>~(?:[0-9]+(?:\.[0-9]+)?)?)
    | "(?P<phrase>(?:[^"\\]|\\.)*)"
    | /(?P<regexp>(?:[^/\\]|\\.)*)/
    | (?P<left>[\[{{])\s*(?P<lower>"(?:[^"\\]|\\.)*"|[^\s\]}}]+)\s+TO\s+
      (?P<upper>"(?:[^"\\]|\\.)*"|[^\s\]}}]+)\s*(?P<right>[\]}}])
    | (?P<word>(?:[^{_SPECIAL}]|\\.)(?:[^{_SPECIAL}]|\\.)*)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_WILD = re.compile(r"(?<!\\)(?:\\\\)*[*?]")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition.

    Attributes
    ----------
    kind : str
        ``words``, ``phrase``, ``wildcard``, ``regexp``, ``range`` or ``fuzzy``.
    text : str
        Unescaped, except for wildcards and regular expressions.
    field : str or None
        The field, if one was named.
    bounds : tuple
        Of a range: lower (None: open), upper, and whether each belongs to it.
    edits : int or None
        Of a fuzzy word: how many; None chooses by length. Of a phrase: its slop.
    """

    kind: str
    text: str = ""
    field: str | None = None
    bounds: tuple[str | None, str | None, bool, bool] = (None, None, True, True)
    edits: int | None = None
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a group, and whether it must match (``+``), must not (``-``), or should."""

    occur: str
    node: Leaf | Group


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses combined."""

    clauses: tuple[Clause, ...]
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    match: re.Match[str]


def parse_lucene(line: str, default: Operator) -> Group:
    """The tree of a line.

    Raises
    ------
    ShardSearchError
        ``Failed to parse query [...]``.

    Examples
    --------
    >>> [clause.occur for clause in parse_lucene("a AND NOT b", "OR").clauses]
    ['+', '-']
    """
    parser = _Parser(line, default)
    group = parser.group(None, 0)
    if parser.at < len(parser.tokens):
        raise parser.failed()
    return group


def unescape(text: str) -> str:
    """The text without the backslashes that protect its signs."""
    return _ESCAPE.sub(r"\1", text)


class _Parser:
    def __init__(self, line: str, default: Operator) -> None:
        self.line = line
        self.default = default
        self.at = 0
        self.tokens = self._tokenize()

    def failed(self) -> SearchError:
        reason = f"Failed to parse query [{self.line}]"
        cause = SearchError("parse_exception", f"Cannot parse '{self.line}'")
        return ShardSearchError("query_shard_exception", reason, cause=cause)

    def _tokenize(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while at < len(self.line):
            match = _TOKENS.match(self.line, at)
            if match is None or match.end() == at:
                raise self.failed()
            kind = match.lastgroup or ""
            if match["colon"]:
                kind = "colon"
            if match["left"]:
                kind = "range"
            if kind != "space":
                tokens.append(_Token(kind, match[0], match))
            at = match.end()
        return tokens

    def _peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at].kind if at < len(self.tokens) else ""

    def _take(self) -> _Token:
        if self.at >= len(self.tokens):
            raise self.failed()
        self.at += 1
        return self.tokens[self.at - 1]

    def group(self, field: str | None, depth: int) -> Group:
        """Clauses up to the closing bracket or the end."""
        if depth > _DEPTH:
            raise self.failed()
        clauses: list[Clause] = []
        while self._peek() not in {"", "close"}:
            joint = self._take().kind if self._peek() in {"and", "or"} else ""
            if joint and (not clauses or self._peek() in {"", "close"}):
                raise self.failed()
            sign = self._take().kind if self._peek() in {"not", "plus", "minus"} else ""
            node = self._node(field, depth, is_plain=not sign)
            self._add(clauses, joint, sign, node)
        return Group(tuple(clauses))

    def _add(self, clauses: list[Clause], joint: str, sign: str, node: Leaf | Group) -> None:
        """AND binds the clause before it too; OR frees it where all are bound by default."""
        if clauses and joint == "and" and clauses[-1].occur != "-":
            clauses[-1] = replace(clauses[-1], occur="+")
        if clauses and joint == "or" and self.default == "AND" and clauses[-1].occur == "+":
            clauses[-1] = replace(clauses[-1], occur="?")
        if sign in {"not", "minus"}:
            occur = "-"
        elif sign == "plus" or joint == "and" or (self.default == "AND" and joint != "or"):
            occur = "+"
        else:
            occur = "?"
        clauses.append(Clause(occur, node))

    def _node(self, field: str | None, depth: int, *, is_plain: bool) -> Leaf | Group:
        if self._peek() == "word" and self._peek(1) == "colon":
            field = unescape(self._take().text)
            compare = self._take().match["compare"]
            if compare:
                return self._boosted(self._comparison(field, compare))
        if self._peek() == "open":
            self._take()
            group = self.group(field, depth + 1)
            if self._take().kind != "close" or not group.clauses:
                raise self.failed()
            return self._boosted(group)
        return self._boosted(self._leaf(field, is_plain=is_plain))

    def _comparison(self, field: str, compare: str) -> Leaf:
        token = self._take()
        if token.kind not in {"word", "phrase"}:
            raise self.failed()
        bound = unescape(token.match[token.kind])
        inclusive = compare.endswith("=")
        if compare.startswith(">"):
            return Leaf("range", "", field, (bound, None, inclusive, True))
        return Leaf("range", "", field, (None, bound, True, inclusive))

    def _leaf(self, field: str | None, *, is_plain: bool) -> Leaf:
        token = self._take()
        if token.kind == "phrase":
            phrase = unescape(token.match["phrase"])
            return Leaf("phrase", phrase, field, edits=self._edits())
        if token.kind == "regexp":
            return Leaf("regexp", token.match["regexp"], field)
        if token.kind == "range":
            return Leaf("range", "", field, _bounds(token.match))
        if token.kind != "word":
            raise self.failed()
        if _WILD.search(token.text):
            return Leaf("wildcard", token.text, field)
        if self._peek() == "fuzzy":
            return Leaf("fuzzy", unescape(token.text), field, edits=self._edits())
        return Leaf("words", self._words(token.text, is_plain=is_plain), field)

    def _words(self, first: str, *, is_plain: bool) -> str:
        """Words in a row without operators go to the analyser together."""
        words = [unescape(first)]
        while (
            is_plain
            and self._peek() == "word"
            and self._peek(1) in {"", "close", "word"}
            and not _WILD.search(self.tokens[self.at].text)
        ):
            words.append(unescape(self._take().text))
        return " ".join(words)

    def _edits(self) -> int | None:
        if self._peek() != "fuzzy":
            return None
        digits = self._take().text[1:]
        return int(float(digits)) if digits else None

    def _boosted(self, node: Leaf | Group) -> Leaf | Group:
        if self._peek() != "boost":
            return node
        return replace(node, boost=float(self._take().text[1:]))


def _bounds(match: re.Match[str]) -> tuple[str | None, str | None, bool, bool]:
    lower, upper = (_bound(match[side]) for side in ("lower", "upper"))
    return lower, upper, match["left"] == "[", match["right"] == "]"


def _bound(text: str) -> str | None:
    if text == "*":
        return None
    return unescape(text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text)
