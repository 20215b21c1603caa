"""A document to the values of its columns, by the mapping of its index."""

# ruff: noqa: A002 -- id is the word of the API

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from typing import Any, NamedTuple

from adcore.store.document_row import Leaf, Row, make_leaf
from adcore.store.errors import MapperParsingError, MappingError, StrictDynamicMappingError
from adcore.store.field import Field
from adcore.store.inference import inferred_properties
from adcore.store.json_text import check_duplicates, decode_object, encode
from adcore.store.mapping import Mapping, ObjectField
from adcore.store.nested_lists import flattened
from adcore.store.values import ValueReadError, preview

__all__ = ["DocumentParser", "ParsedDocument"]


class ParsedDocument(NamedTuple):
    """A document that fits its mapping.

    Attributes
    ----------
    values : dict
        By column; lists and nested objects as JSON text.
    source : bytes
        The document as JSON.
    """

    values: dict[str, Any]
    source: bytes


class DocumentParser:
    """Reads documents, and makes their mapping grow with them.

    Attributes
    ----------
    mapping : Mapping
        With what the documents read so far have added. A document that is refused adds nothing.
    """

    def __init__(self, mapping: Mapping, *, field_limit: int = 1000) -> None:
        self._field_limit = field_limit
        self._compile(mapping)

    def _compile(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self._leaves = {
            f.path: make_leaf(f, mapping) for f in mapping.fields.values() if f.parent_path is None
        }
        self._multi_columns = {
            (f.nested_path, f.column) for f in mapping.leaves() if f.is_multi_valued
        }
        self._paths = {(f.nested_path, f.column): f.parent_path or f.path for f in mapping.leaves()}

    def parse(self, source: bytes | MappingABC[str, Any], id: str) -> ParsedDocument:
        """The columns of a document.

        Raises
        ------
        MapperParsingError, StrictDynamicMappingError, MappingError
            If it is no JSON or does not fit the mapping.
        """
        text = source if isinstance(source, bytes) else encode(source)
        try:
            return self._parse(text, decode_object(text), id)
        except RecursionError:
            cause = ("json_parse_exception", "the document is nested too deeply")
            raise MapperParsingError("failed to parse", id=id, caused_by=cause) from None

    def _parse(self, source: bytes, document: dict[str, Any], id: str) -> ParsedDocument:
        walk = _Walk(self, id)
        row = walk.document(document)
        check_duplicates(source, walk.keys)
        if walk.has_unknown or walk.new_lists:
            grown = self._grown(document, walk)
            if grown is not self.mapping:
                row = self._grow(document, grown, id)
        return ParsedDocument(row, source)

    def _grow(self, document: MappingABC[str, Any], grown: Mapping, id: str) -> dict[str, Any]:
        """Read a document once more, with what it adds to the mapping."""
        before = self.mapping
        try:
            self._compile(grown)
            again = _Walk(self, id)
            row = again.document(document)
            if again.new_lists:
                self._compile(self.mapping.with_multi_valued(again.new_lists))
                row = _Walk(self, id).document(document)
        except (MapperParsingError, StrictDynamicMappingError, MappingError):
            self._compile(before)
            raise
        return row

    def _grown(self, document: MappingABC[str, Any], walk: _Walk) -> Mapping:
        mapping = self.mapping
        if walk.has_unknown:
            added = inferred_properties(document, mapping)
            if added:
                try:
                    mapping = mapping.merge({"properties": added}, limit=self._field_limit)
                except MappingError as error:
                    if error.reason.startswith("Limit of"):
                        raise
                    raise MapperParsingError(
                        "failed to parse", caused_by=(error.type, error.reason)
                    ) from None
        return mapping.with_multi_valued(walk.new_lists) if walk.new_lists else mapping


class _Walk:
    """One reading of one document."""

    def __init__(self, parser: DocumentParser, id: str) -> None:
        self._parser = parser
        self._leaves = parser._leaves
        self._mapping = parser.mapping
        self._id = id
        self.keys = 0
        self.has_unknown = False
        self.new_lists: set[str] = set()

    def document(self, document: MappingABC[str, Any]) -> dict[str, Any]:
        row = Row()
        self._object(document, "", row)
        return self._finished(row, None)

    def _object(self, value: MappingABC[str, Any], prefix: str, row: Row) -> None:
        self.keys += len(value)
        leaves, first = self._leaves, row.first
        for key, item in value.items():
            path = prefix + key
            leaf = leaves.get(path)
            if leaf is None:
                self._no_leaf(path, item, row)
            elif type(item) is leaf.plain_type and leaf.column not in first:
                first[leaf.column] = item
            elif type(item) is list:
                self._list(leaf, item, row)
            elif item is not None:
                self._put(leaf, item, row)
            elif leaf.null_value is not None:
                self._put(leaf, leaf.null_value, row)

    def _put(self, leaf: Leaf, value: Any, row: Row) -> None:
        try:
            read = leaf.read(value)
            if read is not None:
                row.put(leaf.column, read)
            for column, reader in leaf.others:
                other = reader(value)
                if other is not None:
                    row.put(column, other)
        except ValueReadError as error:
            raise self._refused(leaf.field, value, error) from None
        if type(value) is dict:
            self.keys += _keys_in(value)

    def _list(self, leaf: Leaf, value: list[Any], row: Row) -> None:
        for item in flattened(value):
            if item is not None:
                self._put(leaf, item, row)

    def _no_leaf(self, path: str, value: Any, row: Row) -> None:
        known = self._mapping.objects.get(path)
        if known is None or not known.is_enabled or not path:
            self._unknown(path, value, known)
        elif path in self._mapping.nested:
            self._nested(path, value, row)
        elif type(value) is dict:
            self._object(value, f"{path}.", row)
        elif type(value) is list:
            for item in flattened(value):
                self._no_leaf(path, item, row)
        elif value is not None:
            raise _not_an_object(path)

    def _unknown(self, path: str, value: Any, known: ObjectField | None) -> None:
        self.keys += _keys_in(value)
        found = self._mapping.fields.get(path)
        if found is not None and found.path not in self._leaves:
            raise MapperParsingError(
                f"Cannot write to a field alias or sub-field [{path}].", id=self._id
            )
        if known is None or not path:
            self.has_unknown |= value is not None and value != [] and self._is_dynamic(path)

    def _is_dynamic(self, path: str) -> bool:
        owner = path.rpartition(".")[0]
        while owner not in self._mapping.objects:
            owner = owner.rpartition(".")[0]
        return self._mapping.objects[owner].dynamic != "false"

    def _nested(self, path: str, value: Any, row: Row) -> None:
        inner = self._mapping.nested[path]
        members: list[dict[str, Any]] = []
        for item in flattened(value):
            if type(item) is dict:
                nested_row = Row()
                self._object(item, f"{path}.", nested_row)
                members.append(self._finished(nested_row, path, as_text=False))
            elif item is not None:
                raise _not_an_object(path)
        if members and (inner.fields or self._has_nested(path)):
            row.first.setdefault(inner.column, []).extend(members)

    def _has_nested(self, path: str) -> bool:
        return any(n.parent_path == path and n.fields for n in self._mapping.nested.values())

    def _finished(
        self, row: Row, nested_path: str | None, *, as_text: bool = True
    ) -> dict[str, Any]:
        """The values by column: with lists where there are several, nested objects as text."""
        values = row.first
        for column, several in row.several.items():
            if (nested_path, column) not in self._parser._multi_columns:
                self.new_lists.add(self._parser._paths[nested_path, column])
            values[f"{column}[]"] = _json(several) if as_text else several
        if as_text and self._mapping.nested:
            for column, value in values.items():
                if type(value) is list:
                    values[column] = _json(value)
        return values

    def _refused(self, leaf: Field, value: Any, error: ValueReadError) -> MapperParsingError:
        return MapperParsingError(
            f"failed to parse field [{leaf.path}] of type [{leaf.type.value}] in document with id "
            f"'{self._id}'. Preview of field's value: '{preview(value)}'",
            id=self._id,
            caused_by=(error.type, str(error)),
        )


def _not_an_object(path: str) -> MapperParsingError:
    return MapperParsingError(
        f"object mapping for [{path}] tried to parse field [{path.rpartition('.')[2]}] as object, "
        "but found a concrete value"
    )


def _json(value: Any) -> str:
    return encode(value).decode()


def _keys_in(value: Any) -> int:
    """The keys of all objects in a value."""
    if type(value) is dict:
        return len(value) + sum(_keys_in(item) for item in value.values())
    if type(value) is list:
        return sum(_keys_in(item) for item in value)
    return 0
