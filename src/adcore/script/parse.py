"""The text of a script as a tree."""

from __future__ import annotations

from functools import cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from adcore.script.errors import ScriptError

__all__ = ["Node", "parse"]

Node = Tree[Token]

_LONGEST = 10_000  # characters
_MOST_NODES = 2_000
_DEEPEST = 100

_GRAMMAR = r"""
block: statement*
?statement: simple ";"
    | "if" "(" expression ")" body ["else" body] -> choose
    | ";" -> block
?simple: "return" expression -> give
    | "emit" "(" expression ")" -> emit
    | TYPE NAME "=" expression -> let
    | expression -> give
?body: "{" statement* simple? "}" -> block
    | statement

?expression: either
    | either "?" expression ":" expression -> choose
    | either "?:" expression -> otherwise
?either: both | either "||" both -> either
?both: equality | both "&&" equality -> both
?equality: comparison | equality EQUALITY comparison -> binary
?comparison: sum | comparison COMPARISON sum -> binary
?sum: product | sum SIGN product -> binary
?product: unary | product FACTOR unary -> binary
?unary: member | SIGN unary -> sign | "!" unary -> not | "(" TYPE ")" unary -> cast
?member: atom
    | member "." NAME -> attribute
    | member "." NAME "(" [expression ("," expression)*] ")" -> call
    | member "[" expression "]" -> item
?atom: "(" expression ")" | NUMBER -> number | STRING -> text | CONSTANT -> constant | NAME -> name

EQUALITY: "==" | "!="
COMPARISON: "<=" | ">=" | "<" | ">"
SIGN: "+" | "-"
FACTOR: "*" | "/" | "%"
TYPE.2: /(?:def|double|float|long|int|boolean|String)\b/
CONSTANT.2: /(?:true|false|null)\b/
NAME: /[A-Za-z_]\w*/
NUMBER: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[lLfFdD]?/
STRING: /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/
%ignore /\s+|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\//
"""


def parse(source: str) -> Node:
    """The tree of a script.

    Raises
    ------
    ScriptError
        With the place of what is not supported, or if it is too long.

    Examples
    --------
    >>> parse("doc['a'].value + 1").children[0].data
    'give'
    """
    if len(source) > _LONGEST:
        raise ScriptError(f"a script may have {_LONGEST} characters, this has {len(source)}")
    text = source.rstrip()
    try:
        tree = _parser().parse(text if text.endswith((";", "}")) else text + "\n;")
    except UnexpectedInput as error:
        raise ScriptError(_unexpected(error, text)) from None
    _check_size(tree)
    return tree


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", start="block")


def _unexpected(error: UnexpectedInput, source: str) -> str:
    start: int = getattr(error, "pos_in_stream", None) or 0
    if (isinstance(error, UnexpectedToken) and error.token.type == "$END") or start >= len(source):
        return "the script ends before it is complete"
    what, _, _ = source[start : start + 20].partition("\n")
    return f"[{what}] at line {error.line}, column {error.column} is not supported in scripts"


def _check_size(tree: Node) -> None:
    nodes = 0
    waiting: list[tuple[Node, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if nodes > _MOST_NODES or depth > _DEEPEST:
            raise ScriptError(
                f"a script may have {_MOST_NODES} parts, {_DEEPEST} within each other"
            )
        waiting += [(child, depth + 1) for child in node.children if isinstance(child, Tree)]
