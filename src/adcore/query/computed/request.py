"""The fields of a search that scripts compute, as its body names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adcore.errors import InvalidArgumentError
from adcore.query.computed.errors import compile_error
from adcore.query.computed.readers import RUNTIME_TYPES, Reader, reader_of
from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.syntax.reader import Json, JsonObject, boolean, token
from adcore.script import Script, ScriptError
from adcore.store.field import FieldType

__all__ = ["RuntimeField", "ScriptField", "parse_runtime_mappings", "parse_script_fields",
           "read_script"]  # fmt: skip

_RUNTIME_KEYS = {"type", "script", "format", "on_script_error"}


@dataclass(frozen=True, slots=True)
class RuntimeField:
    """A field that the index does not have.

    Attributes
    ----------
    type : FieldType
    read : callable
        Reads one value as one of the type; None if it is none.
    script : Script or None
        What computes it; None: it is read from the documents.
    format : str or None
        Of a date.
    may_fail : bool
        Whether documents for which the script fails lack the field, and the search goes on.
    """

    type: FieldType
    read: Reader
    script: Script | None = None
    format: str | None = None
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class ScriptField:
    """What is shown of each hit."""

    script: Script
    may_fail: bool = False


def parse_runtime_mappings(content: Json) -> dict[str, RuntimeField]:
    """The runtime fields of a body, by name.

    Raises
    ------
    SearchError

    Examples
    --------
    >>> fields = parse_runtime_mappings({"hour": {"type": "long", "script": "emit(1)"}})
    >>> fields["hour"].type.value
    'long'
    """
    return {
        name: _runtime_field(name, _object(f"runtime field [{name}]", given))
        for name, given in _object("runtime_mappings", content).items()
    }


def _runtime_field(name: str, given: JsonObject) -> RuntimeField:
    for key in given.keys() - _RUNTIME_KEYS:
        raise illegal_argument(f"unknown parameter [{key}] on runtime field [{name}]")
    kind, form = given.get("type"), given.get("format")
    if kind not in RUNTIME_TYPES:
        raise illegal_argument(
            f"runtime field [{name}] of type [{kind}]: the type must be one of "
            f"[{', '.join(RUNTIME_TYPES)}]"
        )
    if form is not None and (kind != "date" or not isinstance(form, str)):
        raise illegal_argument(f"unknown parameter [format] on runtime field [{name}]")
    may_fail = given.get("on_script_error", "fail")
    if may_fail not in ("fail", "continue"):
        raise illegal_argument(
            f"Unknown value [{may_fail}] for field [on_script_error] - accepted values are "
            "[fail, continue]"
        )
    try:
        read = reader_of({"type": kind, "format": form})
    except InvalidArgumentError as error:
        raise illegal_argument(str(error)) from None
    script = read_script(given["script"]) if "script" in given else None
    return RuntimeField(FieldType(str(kind)), read, script, form, may_fail == "continue")


def parse_script_fields(content: Json) -> dict[str, ScriptField]:
    """The script fields of a body, by name.

    Raises
    ------
    SearchError
    """
    found = {}
    for name, given in _object("script_fields", content).items():
        body = _object(name, given)
        for key in body.keys() - {"script", "ignore_failure"}:
            raise parsing_error(f"Unknown key for a {token(body[key])} in [{key}].")
        script = read_script(body.get("script"))
        found[name] = ScriptField(script, boolean(body.get("ignore_failure", False)))
    return found


def read_script(content: Json) -> Script:
    """A script of a body.

    Raises
    ------
    ScriptException
        If it cannot be compiled.
    """
    try:
        return Script(content)
    except ScriptError as error:
        raise compile_error(content, str(error)) from None


def _object(where: str, content: Json) -> JsonObject:
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise parsing_error(f"Expected [START_OBJECT] in [{where}] but found [{token(content)}]")
    return content
