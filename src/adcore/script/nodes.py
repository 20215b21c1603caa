"""Nodes of the tree of a script, read."""

from __future__ import annotations

import re

from lark import Token, Tree

from adcore.script.errors import ScriptError
from adcore.script.parse import Node

__all__ = ["name_of", "path_of", "subtree", "token_of", "unquoted"]

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def name_of(node: Node) -> str | None:
    """The name that it is; None if it is something else."""
    return str(node.children[0]) if node.data == "name" else None


def path_of(node: Node) -> str | None:
    """A name, or names with dots between them."""
    if node.data != "attribute":
        return name_of(node)
    owner = path_of(subtree(node.children[0]))
    return None if owner is None else f"{owner}.{node.children[1]}"


def subtree(node: Node | Token) -> Node:
    """The node, which must not be a token."""
    if not isinstance(node, Tree):
        raise ScriptError(f"[{node}] is not supported in scripts")
    return node


def token_of(node: Node) -> Token:
    """The token that it is made of."""
    found = node.children[0]
    if not isinstance(found, Token):
        raise ScriptError("a text is expected here in a script")
    return found


def unquoted(token: Token) -> str:
    """The text between quotes."""
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), token[1:-1])
