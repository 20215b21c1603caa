"""What of a document an answer shows."""

from __future__ import annotations

from typing import Any

import msgspec

from adcore.query.source_filter import filter_source
from adcore.query.syntax.source import SourceFilter, parse_documents
from adcore.service.requests import Call

__all__ = ["SOURCE_PARAMETERS", "shown_source", "source_option", "wanted_source"]

SOURCE_PARAMETERS = ("_source", "_source_excludes", "_source_includes")


def source_option(call: Call) -> Any:
    """The ``_source`` that the parameters ask for, as a body would have it; None if none do."""
    included, excluded = call.words("_source_includes"), call.words("_source_excludes")
    asked = call.text("_source")
    if asked in ("true", "false") and not included and not excluded:
        return asked == "true"
    if not call.has("_source") and not included and not excluded:
        return None
    named = [] if asked in ("", "true", "false") else call.words("_source")
    return {"includes": [*named, *included], "excludes": excluded}


def wanted_source(option: Any) -> SourceFilter:
    """The filter of a ``_source`` as bodies have it; None shows all."""
    return parse_documents({} if option is None else {"_source": option}).source


def shown_source(source: bytes, wanted: SourceFilter) -> Any:
    """The document, or what a filter keeps of it; whole documents stay the bytes they are."""
    if not wanted.includes and not wanted.excludes:
        return msgspec.Raw(source)
    return filter_source(msgspec.json.decode(source), wanted)
