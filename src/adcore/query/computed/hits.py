"""What scripts make of the documents that a response shows."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from adcore.query.computed.request import RuntimeField
from adcore.query.computed.values import DocumentReader
from adcore.query.documents import Document
from adcore.query.syntax.request import SearchRequest
from adcore.store.dates import date_format

__all__ = ["computed_of_hit"]

_DECODER = msgspec.json.Decoder(dict[str, Any])
_ISO = "strict_date_optional_time"


def computed_of_hit(document: Document, request: SearchRequest) -> dict[str, list[Any]]:
    """The script fields and the runtime fields that are asked for, by name.

    Raises
    ------
    ScriptException
        If a script fails for the document.
    """
    runtime = request.runtime_fields
    asked = dict(_asked(request))
    if not asked and not request.script_fields:
        return {}
    source = _DECODER.decode(document.source)
    values = DocumentReader(document.target.mapping.fields, runtime).of(source)
    found = {
        name: _written(values.computed(name), runtime[name], form) for name, form in asked.items()
    }
    for name, field in request.script_fields.items():
        found[name] = values.run(field.script, may_fail=field.may_fail)
    return {name: listed for name, listed in found.items() if listed}


def _asked(request: SearchRequest) -> Iterable[tuple[str, str | None]]:
    """The runtime fields that are to be shown, and the format of dates."""
    for wanted in (*request.documents.docvalue_fields, *request.documents.fields):
        for name in request.runtime_fields:
            if fnmatchcase(name, wanted.pattern):
                yield name, wanted.format


def _written(values: list[Any], field: RuntimeField, form: str | None) -> list[Any]:
    if not field.type.is_date:
        return values
    written = date_format(form or field.format or _ISO)
    return [written.format(each) for each in values]
