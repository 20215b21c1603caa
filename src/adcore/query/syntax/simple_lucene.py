"""The search-box language that never fails: ``+`` is and, ``|`` or, ``-`` not."""

from __future__ import annotations

import re

from adcore.query.syntax.lucene import Clause, Group, Leaf
from adcore.query.syntax.queries import Operator

__all__ = ["parse_simple_lucene"]

_DEPTH = 30
_TOKENS = re.compile(
    r"""
      (?P<space>\s+) | (?P<and>\+) | (?P<or>\|) | (?P<not>-) | (?P<open>\() | (?P<close>\))
    | "(?P<phrase>(?:[^"\\]|\\.)*)"(?:~(?P<slop>[0-9]{1,4}))?
    | (?P<word>(?:[^\s+|()"\\]|\\.)+|["\\])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def parse_simple_lucene(line: str, default: Operator) -> Group:
    """The tree of a line; what makes no sense is left out.

    >>> [clause.occur for clause in parse_simple_lucene("a + b -c", "OR").clauses]
    ['+', '+', '-']
    """
    tokens = [match for match in _TOKENS.finditer(line) if match.lastgroup != "space"]
    return _Parser(tokens, default).group(0)


class _Parser:
    def __init__(self, tokens: list[re.Match[str]], default: Operator) -> None:
        self.tokens = tokens
        self.default = default
        self.at = 0

    def group(self, depth: int) -> Group:
        """Clauses up to the closing bracket or the end."""
        clauses: list[Clause] = []
        joint = sign = ""
        while self.at < len(self.tokens):
            match = self.tokens[self.at]
            kind = match.lastgroup or ""
            self.at += 1
            if kind == "close" and depth:
                break
            if kind in {"and", "or"}:
                joint = kind
            elif kind == "not":
                sign = "" if sign else "-"
            elif kind != "close":
                node = self.group(depth + 1) if kind == "open" and depth < _DEPTH else _leaf(match)
                if isinstance(node, Leaf) or node.clauses:
                    self._add(clauses, joint, sign, node)
                joint = sign = ""
        return Group(tuple(clauses))

    def _add(self, clauses: list[Clause], joint: str, sign: str, node: Leaf | Group) -> None:
        required = joint == "and" or (self.default == "AND" and joint != "or")
        if clauses and clauses[-1].occur != "-" and joint:
            clauses[-1] = Clause("+" if joint == "and" else "?", clauses[-1].node)
        clauses.append(Clause("-" if sign else "+" if required else "?", node))


def _leaf(match: re.Match[str]) -> Leaf:
    if match["phrase"] is not None:
        slop = int(match["slop"]) if match["slop"] else None
        return Leaf("phrase", _ESCAPE.sub(r"\1", match["phrase"]), edits=slop)
    word = match[0]
    fuzzy = re.fullmatch(r"(.+[^\\])~([0-9]?)", word, re.DOTALL)
    if fuzzy is not None:
        return Leaf("fuzzy", fuzzy[1], edits=int(fuzzy[2]) if fuzzy[2] else None)
    if word.endswith("*") and not word.endswith("\\*"):
        # Only the last star is an operator here; others are plain signs.
        plain = _ESCAPE.sub(r"\1", word[:-1])
        return Leaf("wildcard", re.sub(r"([*?\\])", r"\\\1", plain) + "*")
    return Leaf("words", _ESCAPE.sub(r"\1", word))
