"""What of each document a response shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adcore.query.computed.request import ScriptField, parse_script_fields
from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.syntax.reader import (
    Json,
    JsonObject,
    boolean,
    objects,
    optional_text,
    text,
    texts,
    token,
)

__all__ = [
    "DEFAULT_DOCUMENTS",
    "DocumentOptions",
    "FieldRequest",
    "SourceFilter",
    "parse_documents",
]


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """Patterns of the paths that ``_source`` keeps and leaves out."""

    is_shown: bool = True
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldRequest:
    """A pattern of fields whose values are wanted, and the format of dates."""

    pattern: str
    format: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """What of each document a response shows."""

    source: SourceFilter = SourceFilter()
    fields: tuple[FieldRequest, ...] = ()
    docvalue_fields: tuple[FieldRequest, ...] = ()
    shows_version: bool = False
    shows_seq_no: bool = False
    script_fields: Mapping[str, ScriptField] = field(default_factory=dict)


DEFAULT_DOCUMENTS = DocumentOptions()


def parse_documents(body: JsonObject) -> DocumentOptions:
    """The options of a body that are about documents."""
    # Who asks for script fields has to ask for documents too.
    source = _source(body.get("_source", not body.get("script_fields")))
    if "_none_" in objects(body.get("stored_fields", ())):
        source = SourceFilter(False)
    return DocumentOptions(
        source=source,
        fields=_fields("fields", body.get("fields", ())),
        docvalue_fields=_fields("docvalue_fields", body.get("docvalue_fields", ())),
        shows_version=boolean(body.get("version", False)),
        shows_seq_no=boolean(body.get("seq_no_primary_term", False)),
        script_fields=parse_script_fields(body.get("script_fields")),
    )


def _source(content: Json) -> SourceFilter:
    if isinstance(content, bool) or content in ("true", "false"):
        return SourceFilter(boolean(content))
    if isinstance(content, Mapping):
        for key in content:
            if key not in {"includes", "include", "excludes", "exclude"}:
                raise parsing_error(f"Unknown key for a {token(content[key])} in [{key}].")
        includes = content.get("includes", content.get("include", ()))
        excludes = content.get("excludes", content.get("exclude", ()))
        return SourceFilter(
            True, texts("_source", "includes", includes), texts("_source", "excludes", excludes)
        )
    if content is None:
        raise parsing_error(
            "Expected one of [VALUE_BOOLEAN, START_OBJECT, VALUE_STRING, START_ARRAY] but found "
            "[VALUE_NULL]"
        )
    return SourceFilter(True, texts("_source", "_source", content))


def _fields(where: str, content: Json) -> tuple[FieldRequest, ...]:
    requests = []
    for item in objects(content):
        if isinstance(item, Mapping):
            if "field" not in item:
                raise illegal_argument("Required [field]")
            form = optional_text(where, "format", item.get("format"))
            requests.append(FieldRequest(text(where, "field", item["field"]), _no_default(form)))
        else:
            requests.append(FieldRequest(text(where, "field", item)))
    return tuple(requests)


def _no_default(form: str | None) -> str | None:
    return None if form == "use_field_mapping" else form
