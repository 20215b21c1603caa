"""Walks the JSON of a mapping and gives each leaf its column."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Any

from adcore.config import shorten
from adcore.dates.formats import date_format
from adcore.errors import InvalidArgumentError
from adcore.store.errors import MappingError
from adcore.store.field import Field, FieldType

__all__ = [
    "RESERVED_COLUMNS",
    "TOTAL_FIELDS_LIMIT",
    "MappingBuilder",
    "NestedObject",
    "ObjectField",
    "dynamic_word",
    "member",
    "wrong_mapping",
]

RESERVED_COLUMNS = ("_id", "_seq_no", "_version", "_source")
DEPTH_LIMIT = 20
TOTAL_FIELDS_LIMIT = 1000
_OBJECTS = ("object", "nested")


@dataclass(frozen=True, slots=True)
class ObjectField:
    """An object of a mapping; the root has the path ``""``.

    Attributes
    ----------
    path : str
        The dotted path.
    dynamic : str
        ``true``, ``false`` or ``strict``; inherited where not given.
    is_enabled : bool
        False: its content is kept in ``_source`` only.
    nested_path : str or None
        The innermost nested object it lives in, or is.
    """

    path: str
    dynamic: str
    is_enabled: bool = True
    nested_path: str | None = None


@dataclass(frozen=True, slots=True)
class NestedObject:
    """A nested object: a list of STRUCTs.

    Attributes
    ----------
    path : str
        The dotted path.
    column : str
        The column of LIST(STRUCT(...)); inside another nested object: the member of its STRUCT.
    parent_path : str or None
        The nested object it lives in.
    fields : tuple of Field
        Its own leaves, whose `Field.column` are members; those of nested objects in it left out.
    """

    path: str
    column: str
    parent_path: str | None
    fields: tuple[Field, ...]


class MappingBuilder:
    """Walks a mapping and gives each leaf its column."""

    def __init__(
        self,
        multi_valued: frozenset[str],
        columns: MappingABC[str, str],
        kept: MappingABC[str, tuple[str | None, str]],
    ) -> None:
        self.fields: dict[str, Field] = {}
        self.objects: dict[str, ObjectField] = {}
        self.columns: dict[str, str] = {}  # of the fields whose column is not their path
        self._given = {**columns, **{path: column for path, (_, column) in kept.items()}}
        self._multi_valued = multi_valued
        self._nested: dict[str, str | None] = {}
        # Per nested path (None: the table), the names taken; SQL does not tell "a" from "A".
        self._taken: dict[str | None, set[str]] = {None: set(RESERVED_COLUMNS)}
        # A new field must not take the column of an older one that is walked later.
        self._kept: dict[str | None, set[str]] = {}
        for nested_path, column in kept.values():
            names = (column.lower(), f"{column.lower()}[]")
            self._kept.setdefault(nested_path, set()).update(names)
        self._aliases: list[tuple[str, str]] = []

    def root(self, mapping: MappingABC[str, Any]) -> None:
        """Read the whole mapping."""
        dynamic = dynamic_word(mapping.get("dynamic", "true"), "_doc")
        self.objects[""] = ObjectField("", dynamic)
        self._properties(mapping.get("properties", {}), self.objects[""], 1)
        for path, target in self._aliases:
            self._alias(path, target)

    def nested_objects(self) -> dict[str, NestedObject]:
        """The nested objects with their own leaves, by path."""
        own: dict[str, list[Field]] = {path: [] for path in self._nested}
        for leaf in self.fields.values():
            if leaf.nested_path is not None:
                own[leaf.nested_path].append(leaf)
        return {
            path: NestedObject(path, self.columns.get(path) or member(path, parent), parent,
                               tuple(own[path]))
            for path, parent in self._nested.items()
        }  # fmt: skip

    def _properties(self, properties: Any, parent: ObjectField, depth: int) -> None:
        if not isinstance(properties, MappingABC):
            raise wrong_mapping(f"Expected map for property [properties] on field [{parent.path}]")
        if depth > DEPTH_LIMIT:
            raise MappingError(
                f"Limit of mapping depth [{DEPTH_LIMIT}] has been exceeded due to object field "
                f"[{parent.path}]"
            )
        for name, options in properties.items():
            path = _child_path(parent.path, name)
            if not isinstance(options, MappingABC):
                raise wrong_mapping(f"Expected map for property [fields] on field [{name}] but got "
                              f"{shorten(options)}")  # fmt: skip
            kind = options.get("type", "object" if "properties" in options else None)
            if kind in _OBJECTS or (kind is None and set(options) & {"dynamic", "enabled"}):
                self._object(path, str(kind or "object"), options, parent, depth)
            elif kind is None:
                raise wrong_mapping(f"No type specified for field [{name}]")
            else:
                self._leaf(path, str(kind), options, parent)

    def _object(
        self, path: str, kind: str, options: MappingABC[str, Any], parent: ObjectField, depth: int
    ) -> None:
        nested_path = parent.nested_path
        if kind == "nested":
            self._nested[path] = parent.nested_path
            self._taken[path] = set()
            self._take(path, parent.nested_path)
            nested_path = path
        self.objects[path] = ObjectField(
            path,
            dynamic_word(options.get("dynamic", parent.dynamic), path),
            parent.is_enabled and str(options.get("enabled", True)).lower() != "false",
            nested_path,
        )
        self._properties(options.get("properties", {}), self.objects[path], depth + 1)

    def _leaf(
        self, path: str, kind: str, options: MappingABC[str, Any], parent: ObjectField
    ) -> None:
        if kind == "alias":
            self._aliases.append((path, str(options.get("path"))))
            return
        column = self._take(path, parent.nested_path)
        subfields = _subfields(options, path)
        self.fields[path] = self._field(path, kind, options, column, parent.nested_path, None)
        for name, sub in subfields.items():
            self._subfield(_child_path(path, name), sub, self.fields[path])

    def _subfield(self, path: str, options: Any, parent: Field) -> None:
        if not isinstance(options, MappingABC) or "type" not in options:
            raise wrong_mapping(f"No type specified for field [{path}]")
        kind = _field_type(str(options["type"]), path)
        shares = (kind.sql_type, kind.is_date) == (parent.sql_type, parent.type.is_date)
        column = parent.column if shares else self._take(path, parent.nested_path)
        self.fields[path] = self._field(
            path, kind.value, options, column, parent.nested_path, parent.path
        )

    def _field(
        self, path: str, kind: str, options: MappingABC[str, Any], column: str,
        nested_path: str | None, parent_path: str | None,
    ) -> Field:  # fmt: skip
        form = options.get("format")
        ignore_above = options.get("ignore_above")
        made = Field(
            path=path,
            type=_field_type(kind, path),
            column=column,
            is_multi_valued=(parent_path or path) in self._multi_valued,
            nested_path=nested_path,
            subfields=tuple(f"{path}.{name}" for name in _subfields(options, path)),
            parent_path=parent_path,
            format=None if form is None else str(form),
            ignore_above=None if ignore_above is None else _whole(path, ignore_above),
            is_indexed=str(options.get("index", True)).lower() not in ("false", "no"),
            options={k: v for k, v in options.items() if k not in ("type", "fields")},
        )
        if made.type.is_date and made.format is not None:
            try:
                date_format(made.format)
            except InvalidArgumentError as error:
                raise wrong_mapping(str(error)) from None
        return made

    def _alias(self, path: str, target: str) -> None:
        found = self.fields.get(target)
        if found is None:
            raise wrong_mapping(
                f"Invalid [path] value [{target}] for field alias [{path}]: "
                "an alias must refer to an existing field in the mappings."
            )
        self.fields[path] = Field(
            **{**_attributes(found), "path": path, "parent_path": target, "subfields": ()}
        )

    def _take(self, path: str, nested_path: str | None) -> str:
        """The column of a field: its path, or with a number where SQL would mix up two."""
        taken = self._taken[nested_path]
        plain = member(path, nested_path)
        column, number = self._given.get(path) or plain, 2
        kept = set() if path in self._given else self._kept.get(nested_path, set())
        while column.lower() in taken or column.lower() in kept:
            column, number = f"{plain}#{number}", number + 1
        taken.update((column.lower(), f"{column.lower()}[]"))
        if column != plain:
            self.columns[path] = column
        return column


def _subfields(options: MappingABC[str, Any], path: str) -> MappingABC[str, Any]:
    found = options.get("fields") or {}
    if not isinstance(found, MappingABC):
        raise wrong_mapping(f"Expected map for property [fields] on field [{path}] but got "
                            f"{shorten(found)}")  # fmt: skip
    return found


def _whole(path: str, value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or len(text) > 10:
        raise wrong_mapping(f"[ignore_above] of field [{path}] must be a whole number, got "
                            f"{shorten(value)}")  # fmt: skip
    return int(text)


def _attributes(field_: Field) -> dict[str, Any]:
    """The attributes of a field, by name."""
    return {name: getattr(field_, name) for name in Field.__dataclass_fields__}


def member(path: str, nested_path: str | None) -> str:
    """The name of a field inside its nested object."""
    return path if nested_path is None else path[len(nested_path) + 1 :]


def _child_path(parent: str, name: str) -> str:
    if not name:
        raise wrong_mapping("field name cannot be an empty string")
    if name.startswith(".") or name.endswith(".") or ".." in name:
        raise wrong_mapping(f"field name [{name}] cannot start or end with [.] or contain [..]")
    if "\0" in name:
        # No column can be called so.
        raise wrong_mapping("field name cannot contain the character [NUL]")
    return f"{parent}.{name}" if parent else name


def _field_type(name: str, path: str) -> FieldType:
    try:
        return FieldType(name)
    except ValueError:
        raise wrong_mapping(
            f"No handler for type [{name}] declared on field [{path.rpartition('.')[2]}]"
        ) from None


def dynamic_word(value: Any, path: str) -> str:
    """``true``, ``false`` or ``strict``, however it was written."""
    text = str(value).lower()
    if text not in ("true", "false", "strict"):
        raise wrong_mapping(f"Could not convert [{path}.dynamic] to [true], [false] or [strict]: "
                      f"{shorten(value)}")  # fmt: skip
    return text


def wrong_mapping(reason: str) -> MappingError:
    """The error of a mapping that cannot be read."""
    error = MappingError(reason)
    error.type = "mapper_parsing_exception"
    return error
