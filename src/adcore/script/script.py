"""A script of a body, ready to be run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from adcore.script.errors import ScriptError, ValueFault
from adcore.script.moments import DayOfWeek, Instant, LocalMoment, Moment, Month
from adcore.script.run import Document, Run

__all__ = ["Script"]

_KEYS = {"source", "inline", "lang", "params"}


class Script:
    """What computes values of a document from its fields.

    Parameters
    ----------
    body : str or mapping
        The source, or ``source``, ``params`` and ``lang`` (``painless``).

    Raises
    ------
    ScriptError
        That names what is not supported.

    Attributes
    ----------
    source : str
        Its text.
    fields : frozenset of str
        The fields that it reads.
    parts : int
        How many parts it has; no run has more steps.

    Examples
    --------
    >>> script = Script("doc['bytes'].value / params.unit")
    Traceback (most recent call last):
        ...
    adcore.script.errors.ScriptError: [params.unit] is no number, text or truth value
    >>> script = Script({"source": "doc['bytes'].value / params.unit", "params": {"unit": 1024}})
    >>> script({"bytes": [4096]}.get), script({"bytes": []}.get)
    ([4], [])
    """

    def __init__(self, body: Any) -> None:
        from adcore.script.compile import compile_script  # noqa: PLC0415 -- loads the parser,
        from adcore.script.parse import parse  # noqa: PLC0415 -- which few need

        self.source, params = _read(body)
        tree = parse(self.source)
        self.parts = sum(1 for _ in tree.iter_subtrees())
        self._run, self.fields = compile_script(tree, params)

    def __call__(self, values: Document) -> list[Any]:
        """The values that it gives; none where a field is missing, or is of another type.

        Parameters
        ----------
        values : callable
            The values of a field by its name, in their order.
        """
        try:
            return self.values_of(values)
        except ValueFault:
            return []

    def values_of(self, values: Document) -> list[Any]:
        """The values that it gives; dates are texts.

        Parameters
        ----------
        values : callable
            The values of a field by its name, in their order.

        Raises
        ------
        ValueFault
            If there is none, and why.
        """
        run = Run(values)
        self._run(run)
        return [_shown(value) for value in run.given if _is_value(value)]


def _shown(value: Any) -> Any:
    if isinstance(value, (DayOfWeek, LocalMoment, Month)):
        return str(value)
    if isinstance(value, (Moment, Instant)):
        at = Moment(value.milliseconds).fields.replace(tzinfo=None)
        return at.isoformat(timespec="milliseconds") + "Z"
    return value


def _is_value(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def _read(body: Any) -> tuple[str, Mapping[str, Any]]:
    given = {"source": body} if isinstance(body, str) else body
    if not isinstance(given, Mapping):
        raise ScriptError("a script is a text, or an object with [source]")
    for key in given.keys() - _KEYS:
        raise ScriptError(f"[{key}] is not supported of scripts: only [source], [params], [lang]")
    source = given.get("source", given.get("inline"))
    if not isinstance(source, str):
        raise ScriptError("a script must have a [source]")
    if given.get("lang", "painless") != "painless":
        raise ScriptError(f"script_lang not supported [{given['lang']}]")
    params = given.get("params") or {}
    if not isinstance(params, Mapping):
        raise ScriptError("[params] of a script must be an object")
    return source, params
