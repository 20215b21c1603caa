"""One field of a mapping, and where its values are."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from adcore.dates.formats import DEFAULT_FORMAT, DateFormat, date_format

__all__ = ["Field", "FieldType"]


class FieldType(str, Enum):
    """The types a field may have in a mapping; objects and nested objects are no fields."""

    KEYWORD = "keyword"
    CONSTANT_KEYWORD = "constant_keyword"
    WILDCARD = "wildcard"
    TEXT = "text"
    MATCH_ONLY_TEXT = "match_only_text"
    IP = "ip"
    DATE = "date"
    DATE_NANOS = "date_nanos"
    LONG = "long"
    INTEGER = "integer"
    SHORT = "short"
    BYTE = "byte"
    UNSIGNED_LONG = "unsigned_long"
    DOUBLE = "double"
    FLOAT = "float"
    HALF_FLOAT = "half_float"
    SCALED_FLOAT = "scaled_float"
    BOOLEAN = "boolean"
    BINARY = "binary"
    FLATTENED = "flattened"
    GEO_POINT = "geo_point"

    @property
    def sql_type(self) -> str:
        """The SQL type of one value."""
        return _SQL_TYPES.get(self, "VARCHAR")

    @property
    def is_date(self) -> bool:
        """Whether values are BIGINT epoch milliseconds."""
        return self in (FieldType.DATE, FieldType.DATE_NANOS)

    @property
    def is_whole_number(self) -> bool:
        """Whether values are integers."""
        return self in _WHOLE

    @property
    def is_number(self) -> bool:
        """Whether values are numbers (dates and booleans are not)."""
        return self in _WHOLE or self in _FRACTIONAL

    @property
    def is_text(self) -> bool:
        """Whether values are analysed text, searched by token."""
        return self in (FieldType.TEXT, FieldType.MATCH_ONLY_TEXT)

    @property
    def is_keyword(self) -> bool:
        """Whether values are strings compared as a whole."""
        return self in (FieldType.KEYWORD, FieldType.CONSTANT_KEYWORD, FieldType.WILDCARD)


_WHOLE = frozenset(
    (
        FieldType.LONG,
        FieldType.INTEGER,
        FieldType.SHORT,
        FieldType.BYTE,
        FieldType.UNSIGNED_LONG,
    )
)
_FRACTIONAL = frozenset(
    (FieldType.DOUBLE, FieldType.FLOAT, FieldType.HALF_FLOAT, FieldType.SCALED_FLOAT)
)
_SQL_TYPES = {
    **dict.fromkeys(_WHOLE, "BIGINT"),
    **dict.fromkeys(_FRACTIONAL, "DOUBLE"),
    FieldType.UNSIGNED_LONG: "UBIGINT",
    FieldType.DATE: "BIGINT",
    FieldType.DATE_NANOS: "BIGINT",
    FieldType.BOOLEAN: "BOOLEAN",
}


@dataclass(frozen=True)
class Field:
    """A leaf of a mapping.

    Attributes
    ----------
    path : str
        The dotted path as searches name it, such as ``host.name`` or ``host.name.keyword``.
    type : FieldType
        How values are read and compared.
    column : str
        The column with the first value of a document (NULL: none). Inside a nested object: the
        member of its STRUCT. It is the path as a rule; a sub-field reads the column of its parent.
    is_multi_valued : bool
        Whether some document has had several values. Then `list_column` exists; it holds all
        values of the documents that have two or more and is NULL for the others.
    nested_path : str or None
        The innermost nested object this field lives in.
    subfields : tuple of str
        Paths of the sub-fields (``fields`` in the mapping).
    parent_path : str or None
        Of a sub-field, or an alias: the field whose values these are.
    format : str or None
        Of a date: its format, if it is not the default one.
    ignore_above : int or None
        Of a keyword: longer values (in characters) are not found by searches on this field.
    is_indexed : bool
        Whether the field may be searched (``index: true``).
    options : mapping
        The parameters of the mapping as given, ``type`` and ``fields`` left out.
    """

    path: str
    type: FieldType
    column: str
    is_multi_valued: bool = False
    nested_path: str | None = None
    subfields: tuple[str, ...] = ()
    parent_path: str | None = None
    format: str | None = None
    ignore_above: int | None = None
    is_indexed: bool = True
    options: MappingABC[str, Any] = field(default_factory=dict, hash=False)

    @property
    def list_column(self) -> str:
        """The column (or member) with all values, where `is_multi_valued`."""
        return f"{self.column}[]"

    @property
    def sql_type(self) -> str:
        """The SQL type of `column`."""
        return self.type.sql_type

    @cached_property
    def date_format(self) -> DateFormat:
        """How a date is read and written."""
        return date_format(self.format or DEFAULT_FORMAT)
