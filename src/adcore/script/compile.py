"""A tree as a function of the document: one closure for each node, made once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lark import Token

from adcore.script.calls import CONSTANTS, FUNCTIONS, METHODS, Signature
from adcore.script.errors import ScriptError, ValueFault
from adcore.script.nodes import name_of, path_of, subtree, token_of, unquoted
from adcore.script.operators import BINARY, cast, number, truth, whole
from adcore.script.parse import Node
from adcore.script.run import Run

__all__ = ["compile_script"]

Evaluate = Callable[[Run], Any]


def compile_script(tree: Node, params: Mapping[str, Any]) -> tuple[Evaluate, frozenset[str]]:
    """What runs a script, and the fields that it reads.

    Raises
    ------
    ScriptError
        That names what is not supported.
    """
    compiler = _Compiler(params)
    return compiler.statement(tree), frozenset(compiler.fields)


class _Compiler:
    def __init__(self, params: Mapping[str, Any]) -> None:
        self.fields: set[str] = set()
        self._params = params
        self._names: set[str] = set()

    # -- statements: they add to what is given, or end the run

    def statement(self, node: Node) -> Evaluate:
        return _of(self, "do", node)

    def do_block(self, *statements: Node) -> Evaluate:
        steps = [self.statement(each) for each in statements]

        def run(run: Run) -> None:
            for step in steps:
                if run.is_over:
                    return
                step(run)

        return run

    def do_give(self, value: Node) -> Evaluate:
        evaluate = self.value(value)

        def give(run: Run) -> None:
            run.given.append(evaluate(run))
            run.is_over = True

        return give

    def do_emit(self, value: Node) -> Evaluate:
        evaluate = self.value(value)
        return lambda run: run.given.append(evaluate(run))

    def do_choose(self, condition: Node, then: Node, other: Node | None = None) -> Evaluate:
        test, first = self.value(condition), self.statement(then)
        second = self.statement(other) if other is not None else _always(None)
        return lambda run: (first if truth(test(run)) else second)(run)

    def do_let(self, kind: Token, name: Token, value: Node) -> Evaluate:
        evaluate, key, wanted = self.value(value), str(name), str(kind)
        self._names.add(key)

        def let(run: Run) -> None:
            run.names[key] = cast(wanted, evaluate(run))

        return let

    # -- values

    def value(self, node: Node) -> Evaluate:
        return _of(self, "of", node)

    def of_number(self, token: Token) -> Evaluate:
        text = token.rstrip("lLfFdD")
        is_whole = text.isdigit() and token[-1] not in "fFdD"
        found: float = whole(int(text)) if is_whole else float(text)
        return _always(found)

    def of_text(self, token: Token) -> Evaluate:
        text = unquoted(token)
        return _always(text)

    def of_constant(self, token: Token) -> Evaluate:
        found = {"true": True, "false": False, "null": None}[token]
        return _always(found)

    def of_name(self, token: Token) -> Evaluate:
        name = str(token)
        if name not in self._names:
            raise _unsupported(name, "names are doc, params, and those that the script defines")
        return lambda run: run.names[name] if name in run.names else _fault()

    def of_binary(self, left: Node, operator: Token, right: Node) -> Evaluate:
        operation, a, b = BINARY[operator], self.value(left), self.value(right)
        return lambda run: operation(a(run), b(run))

    def of_either(self, left: Node, right: Node) -> Evaluate:
        a, b = self.value(left), self.value(right)
        return lambda run: truth(a(run)) or truth(b(run))

    def of_both(self, left: Node, right: Node) -> Evaluate:
        a, b = self.value(left), self.value(right)
        return lambda run: truth(a(run)) and truth(b(run))

    def of_not(self, inner: Node) -> Evaluate:
        evaluate = self.value(inner)
        return lambda run: not truth(evaluate(run))

    def of_sign(self, sign: Token, inner: Node) -> Evaluate:
        evaluate = self.value(inner)
        if sign == "-":
            return lambda run: BINARY["*"](-1, evaluate(run))
        return lambda run: number(evaluate(run))

    def of_cast(self, kind: Token, inner: Node) -> Evaluate:
        evaluate, wanted = self.value(inner), str(kind)
        return lambda run: cast(wanted, evaluate(run))

    def of_choose(self, condition: Node, then: Node, other: Node) -> Evaluate:
        test, first, second = self.value(condition), self.value(then), self.value(other)
        return lambda run: (first if truth(test(run)) else second)(run)

    def of_otherwise(self, value: Node, other: Node) -> Evaluate:
        evaluate, instead = self.value(value), self.value(other)

        def otherwise(run: Run) -> Any:
            found = evaluate(run)
            return instead(run) if found is None else found

        return otherwise

    # -- fields, parameters and calls

    def of_attribute(self, owner: Node, name: Token) -> Evaluate:
        key = self._field(owner)
        if key is not None:
            return self._of_field(key, str(name))
        named = name_of(owner)
        if named == "params":
            return self._parameter(str(name))
        constant = CONSTANTS.get(f"{named}.{name}")
        if constant is not None:
            return _always(constant)
        getter = f"get{name[:1].upper()}{name[1:]}"
        if getter in METHODS and self._is_value(owner):
            return self._method(owner, getter, [])
        raise _unsupported(f".{name}", "fields have value, empty and size()")

    def of_item(self, owner: Node, index: Node) -> Evaluate:
        key = self._field(owner)
        if key is not None:
            number_of = self.value(index)
            return lambda run: _item(run.values(key), number_of(run))
        if name_of(owner) == "params" and index.data == "text":
            return self._parameter(unquoted(token_of(index)))
        raise _unsupported("[]", "it may follow doc, params and fields")

    def of_call(self, owner: Node, name: Token, *arguments: Node | None) -> Evaluate:
        given = [each for each in arguments if each is not None]
        key = self._field(owner)
        if key is not None and not given:
            return self._of_field(key, f"{name}()")
        named = name_of(owner)
        if named == "doc" and name == "containsKey" and len(given) == 1:
            return self._contains(given[0])
        path = path_of(owner)
        function = FUNCTIONS.get(f"{path}.{name}")
        if function is not None:
            return self._called(f"{path}.{name}", function, given)
        return self._method(owner, str(name), given)

    def _is_value(self, owner: Node) -> bool:
        """Whether it is no name, or one that the script defines."""
        return name_of(owner) in (None, *self._names)

    def _method(self, owner: Node, name: str, given: list[Node]) -> Evaluate:
        if name not in METHODS or not self._is_value(owner):
            raise _unsupported(
                f"{name}()",
                f"functions are {', '.join(FUNCTIONS)}; methods {', '.join(sorted(METHODS))}",
            )
        kinds = METHODS[name]
        counts = {count + 1 for counts, _ in kinds.values() for count in counts}
        calls = {kind: call for kind, (_, call) in kinds.items()}
        return self._called(name, (tuple(counts), _by_type(calls)), [owner, *given])

    def _called(self, name: str, signature: Signature, arguments: list[Node]) -> Evaluate:
        counts, function = signature
        if len(arguments) not in counts:
            raise ScriptError(f"[{name}] takes other arguments in scripts")
        values = [self.value(each) for each in arguments]
        return lambda run: function(*[value(run) for value in values])

    def _contains(self, index: Node) -> Evaluate:
        key = self._key(index)

        def contains(run: Run) -> bool:
            try:
                return bool(run.values(key))
            except ValueFault:
                return False

        return contains

    def _field(self, node: Node) -> str | None:
        """The field that ``doc['name']`` is."""
        if node.data != "item" or name_of(subtree(node.children[0])) != "doc":
            return None
        return self._key(subtree(node.children[1]))

    def _key(self, index: Node) -> str:
        if index.data != "text":
            raise _unsupported("doc[...]", "fields are named by texts")
        key = unquoted(token_of(index))
        self.fields.add(key)
        return key

    def _of_field(self, key: str, name: str) -> Evaluate:
        if name in ("value", "getValue()"):
            return lambda run: _item(run.values(key), 0)
        if name in ("size()", "length"):
            return lambda run: len(run.values(key))
        if name in ("empty", "isEmpty()"):
            return lambda run: not run.values(key)
        raise _unsupported(f".{name}", "fields have value, empty and size()")

    def _parameter(self, name: str) -> Evaluate:
        found = self._params.get(name)
        if not isinstance(found, (str, int, float, bool)):
            raise ScriptError(f"[params.{name}] is no number, text or truth value")
        return _always(found)


def _of(compiler: _Compiler, kind: str, node: Node) -> Evaluate:
    found: Evaluate = getattr(compiler, f"{kind}_{node.data}")(*node.children)
    return found


def _always(value: Any) -> Evaluate:
    return lambda _: value


def _by_type(calls: Mapping[type, Callable[..., Any]]) -> Callable[..., Any]:
    def call(value: Any, *given: Any) -> Any:
        found = calls.get(type(value))
        return _fault() if found is None else found(value, *given)

    return call


def _item(values: Sequence[Any], index: Any) -> Any:
    if not values:
        raise ValueFault(
            "A document doesn't have a value for a field! Use doc[<field>].size()==0 to check if a "
            "document is missing a field!"
        )
    if not (isinstance(index, int) and 0 <= index < len(values)):
        raise ValueFault(f"Index {index} out of bounds for length {len(values)}")
    return values[index]


def _fault() -> Any:
    raise ValueFault


def _unsupported(what: str, known: str) -> ScriptError:
    return ScriptError(f"[{what}] is not supported in scripts: {known}")
