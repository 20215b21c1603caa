"""What scripts make of the documents that a response shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from adcore.dates.formats import date_format
from adcore.query.computed.request import RuntimeField
from adcore.query.computed.values import DocumentReader
from adcore.query.documents import Document, render
from adcore.query.syntax.source import DocumentOptions

__all__ = ["add_fields", "hit_of"]

_DECODER = msgspec.json.Decoder(dict[str, Any])
_ISO = "strict_date_optional_time"


def hit_of(
    document: Document,
    options: DocumentOptions,
    runtime: Mapping[str, RuntimeField],
    score: float | None,
) -> dict[str, object]:
    """A hit with the script fields and the runtime fields that are asked for.

    Raises
    ------
    ScriptException
        If a script fails for the document.
    """
    hit = render(document, options, score)
    add_fields(hit, _computed(document, options, runtime))
    return hit


def add_fields(hit: dict[str, object], values: Mapping[str, list[Any]]) -> None:
    """Show values among the fields of a hit."""
    if values:
        shown = hit.get("fields")
        hit["fields"] = {**(shown if isinstance(shown, dict) else {}), **values}


def _computed(
    document: Document, options: DocumentOptions, runtime: Mapping[str, RuntimeField]
) -> dict[str, list[Any]]:
    asked = dict(_asked(options, runtime))
    if not asked and not options.script_fields:
        return {}
    source = _DECODER.decode(document.source)
    values = DocumentReader(document.target.mapping.fields, runtime).of(source)
    found = {
        name: _written(values.computed(name), runtime[name], form) for name, form in asked.items()
    }
    for name, field in options.script_fields.items():
        found[name] = values.run(field.script, may_fail=field.may_fail)
    return {name: listed for name, listed in found.items() if listed}


def _asked(
    options: DocumentOptions, runtime: Mapping[str, RuntimeField]
) -> Iterable[tuple[str, str | None]]:
    """The runtime fields that are to be shown, and the format of dates."""
    for wanted in (*options.docvalue_fields, *options.fields):
        for name in runtime:
            if fnmatchcase(name, wanted.pattern):
                yield name, wanted.format


def _written(values: list[Any], field: RuntimeField, form: str | None) -> list[Any]:
    if not field.type.is_date:
        return values
    written = date_format(form or field.format or _ISO)
    return [written.format(each) for each in values]
