"""The mapping of an index: which fields its documents have, and in which columns they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from adcore.config import shorten
from adcore.errors import InvalidArgumentError
from adcore.store.dates import date_format
from adcore.store.errors import MappingError
from adcore.store.field import Field, FieldType

__all__ = ["RESERVED_COLUMNS", "Field", "FieldType", "Mapping", "NestedObject", "ObjectField"]

RESERVED_COLUMNS = ("_id", "_seq_no", "_version", "_source")
TOTAL_FIELDS_LIMIT = 1000
DEPTH_LIMIT = 20
_OBJECTS = ("object", "nested")
_ROOT_OPTIONS = (
    "dynamic", "_meta", "_source", "_routing", "date_detection", "numeric_detection",
    "dynamic_date_formats", "dynamic_templates",
)  # fmt: skip


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


@dataclass(frozen=True)
class Mapping:
    """The fields of an index. Unchangeable: `merge` and `with_multi_valued` make new ones.

    Attributes
    ----------
    fields : mapping of str to Field
        By path: leaves, their sub-fields and aliases.
    nested : mapping of str to NestedObject
        By path.
    objects : mapping of str to ObjectField
        By path; the root is ``""``.

    Examples
    --------
    >>> mapping = Mapping.from_json({"properties": {"host": {"properties": {
    ...     "name": {"type": "text", "fields": {"keyword": {"type": "keyword"}}}}}}})
    >>> sorted(mapping.fields)
    ['host.name', 'host.name.keyword']
    >>> mapping.fields["host.name.keyword"].column
    'host.name'
    """

    _json: MappingABC[str, Any]
    _columns: MappingABC[str, str]
    _multi_valued: frozenset[str]
    fields: MappingABC[str, Field] = field(repr=False, compare=False)
    nested: MappingABC[str, NestedObject] = field(repr=False, compare=False)
    objects: MappingABC[str, ObjectField] = field(repr=False, compare=False)

    @classmethod
    def from_json(
        cls,
        mapping: MappingABC[str, Any] | None = None,
        *,
        multi_valued: Iterable[str] = (),
        columns: MappingABC[str, str] | None = None,
    ) -> Mapping:
        """Read ``{"properties": {...}, "dynamic": ...}``.

        Parameters
        ----------
        mapping : mapping
            As the API has it.
        multi_valued : iterable of str
            Paths that have had several values in one document.
        columns : mapping
            Columns of the fields whose column is not their path.

        Raises
        ------
        MappingError
            If it is no mapping; the message names the field.
        """
        given = dict(mapping or {})
        unknown = [key for key in given if key not in (*_ROOT_OPTIONS, "properties")]
        if unknown:
            raise _failed(f"Root mapping definition has unsupported parameters: {unknown}")
        builder = _Builder(frozenset(multi_valued), dict(columns or {}))
        builder.root(given)
        return cls(
            MappingProxyType(given),
            MappingProxyType(builder.columns),
            frozenset(multi_valued),
            MappingProxyType(builder.fields),
            MappingProxyType(builder.nested_objects()),
            MappingProxyType(builder.objects),
        )

    def to_json(self) -> dict[str, Any]:
        """The mapping as the API shows it."""
        shown = {**self._json, "properties": _sorted_properties(self._json.get("properties", {}))}
        if "dynamic" in shown:
            shown["dynamic"] = _dynamic(shown["dynamic"], "_doc")
        if not shown["properties"]:
            del shown["properties"]
        return shown

    def to_state(self) -> dict[str, Any]:
        """What `from_state` needs to make an equal mapping."""
        return {
            "mapping": dict(self._json),
            "columns": dict(self._columns),
            "multi_valued": sorted(self._multi_valued),
        }

    @classmethod
    def from_state(cls, state: MappingABC[str, Any]) -> Mapping:
        """The mapping that `to_state` wrote."""
        return cls.from_json(
            state["mapping"], multi_valued=state["multi_valued"], columns=state["columns"]
        )

    def merge(self, addition: MappingABC[str, Any], *, limit: int = TOTAL_FIELDS_LIMIT) -> Mapping:
        """A mapping with more fields.

        Raises
        ------
        MappingError
            If a field would change its type, or there would be more than `limit` fields.
        """
        merged = {**self._json, **{k: v for k, v in addition.items() if k != "properties"}}
        properties = _merged_properties(
            self._json.get("properties", {}), addition.get("properties", {}), ""
        )
        result = Mapping.from_json(
            {**merged, "properties": properties},
            multi_valued=self._multi_valued,
            columns=self._all_columns(),
        )
        result.check_size(limit)
        return result

    def _all_columns(self) -> dict[str, str]:
        own = {leaf.path: leaf.column for leaf in self.leaves()}
        return {**own, **{nested.path: nested.column for nested in self.nested.values()}}

    def with_multi_valued(self, paths: Iterable[str]) -> Mapping:
        """An equal mapping, the fields of these paths having list columns."""
        return Mapping.from_json(
            self._json, multi_valued=self._multi_valued | set(paths), columns=self._columns
        )

    def check_size(self, limit: int = TOTAL_FIELDS_LIMIT) -> None:
        """Raise a MappingError if there are more than `limit` fields and objects."""
        if len(self.fields) + len(self.objects) - 1 > limit:
            raise MappingError(f"Limit of total fields [{limit}] has been exceeded")

    @property
    def root_options(self) -> MappingABC[str, Any]:
        """What stands beside ``properties``, such as ``dynamic`` and ``_meta``."""
        return MappingProxyType({k: v for k, v in self._json.items() if k != "properties"})

    def leaves(self) -> Iterator[Field]:
        """The fields that have columns or members of their own, in their order."""
        return (
            f
            for f in self.fields.values()
            if f.parent_path is None or f.column == _member(f.path, f.nested_path)
        )


class _Builder:
    """Walks a mapping and gives each leaf its column."""

    def __init__(self, multi_valued: frozenset[str], columns: dict[str, str]) -> None:
        self.fields: dict[str, Field] = {}
        self.objects: dict[str, ObjectField] = {}
        self.columns: dict[str, str] = {}  # of the fields whose column is not their path
        self._given = columns
        self._multi_valued = multi_valued
        self._nested: dict[str, str | None] = {}
        # Per nested path (None: the table), the names taken; SQL does not tell "a" from "A".
        self._taken: dict[str | None, set[str]] = {None: set(RESERVED_COLUMNS)}
        # Columns once given stay: a new field must not take the column of an older one.
        self._kept = {path: column.lower() for path, column in columns.items()}
        self._aliases: list[tuple[str, str]] = []

    def root(self, mapping: MappingABC[str, Any]) -> None:
        dynamic = _dynamic(mapping.get("dynamic", "true"), "_doc")
        self.objects[""] = ObjectField("", dynamic)
        self._properties(mapping.get("properties", {}), self.objects[""], 1)
        for path, target in self._aliases:
            self._alias(path, target)

    def nested_objects(self) -> dict[str, NestedObject]:
        own: dict[str, list[Field]] = {path: [] for path in self._nested}
        for leaf in self.fields.values():
            if leaf.nested_path is not None:
                own[leaf.nested_path].append(leaf)
        return {
            path: NestedObject(path, self.columns.get(path) or _member(path, parent), parent,
                               tuple(own[path]))
            for path, parent in self._nested.items()
        }  # fmt: skip

    def _properties(self, properties: Any, parent: ObjectField, depth: int) -> None:
        if not isinstance(properties, MappingABC):
            raise _failed(f"Expected map for property [properties] on field [{parent.path}]")
        if depth > DEPTH_LIMIT:
            raise MappingError(
                f"Limit of mapping depth [{DEPTH_LIMIT}] has been exceeded due to object field "
                f"[{parent.path}]"
            )
        for name, options in properties.items():
            path = _child_path(parent.path, name)
            if not isinstance(options, MappingABC):
                raise _failed(f"Expected map for property [fields] on field [{name}] but got "
                              f"{shorten(options)}")  # fmt: skip
            kind = options.get("type", "object" if "properties" in options else None)
            if kind in _OBJECTS or (kind is None and set(options) & {"dynamic", "enabled"}):
                self._object(path, str(kind or "object"), options, parent, depth)
            elif kind is None:
                raise _failed(f"No type specified for field [{name}]")
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
            _dynamic(options.get("dynamic", parent.dynamic), path),
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
        subfields = options.get("fields") or {}
        self.fields[path] = self._field(path, kind, options, column, parent.nested_path, None)
        for name, sub in subfields.items():
            self._subfield(_child_path(path, name), sub, self.fields[path])

    def _subfield(self, path: str, options: Any, parent: Field) -> None:
        if not isinstance(options, MappingABC) or "type" not in options:
            raise _failed(f"No type specified for field [{path}]")
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
            subfields=tuple(f"{path}.{name}" for name in options.get("fields") or {}),
            parent_path=parent_path,
            format=None if form is None else str(form),
            ignore_above=None if ignore_above is None else int(ignore_above),
            is_indexed=str(options.get("index", True)).lower() not in ("false", "no"),
            options={k: v for k, v in options.items() if k not in ("type", "fields")},
        )
        if made.type.is_date and made.format is not None:
            try:
                date_format(made.format)
            except InvalidArgumentError as error:
                raise _failed(str(error)) from None
        return made

    def _alias(self, path: str, target: str) -> None:
        found = self.fields.get(target)
        if found is None:
            raise _failed(f"Invalid [path] value [{target}] for field alias [{path}]: an alias "
                          "must refer to an existing field in the mappings.")  # fmt: skip
        self.fields[path] = Field(
            **{**vars_of(found), "path": path, "parent_path": target, "subfields": ()}
        )

    def _take(self, path: str, nested_path: str | None) -> str:
        """The column of a field: its path, or with a number where SQL would mix up two."""
        taken = self._taken[nested_path]
        plain = _member(path, nested_path)
        column, number = self._given.get(path) or plain, 2
        kept = {name for other, name in self._kept.items() if other != path}
        while column.lower() in taken or (path not in self._given and column.lower() in kept):
            column, number = f"{plain}#{number}", number + 1
        taken.update((column.lower(), f"{column.lower()}[]"))
        if column != plain:
            self.columns[path] = column
        return column


def vars_of(field_: Field) -> dict[str, Any]:
    """The attributes of a field, by name."""
    return {name: getattr(field_, name) for name in Field.__dataclass_fields__}


def _member(path: str, nested_path: str | None) -> str:
    return path if nested_path is None else path[len(nested_path) + 1 :]


def _child_path(parent: str, name: str) -> str:
    if not name or name.startswith(".") or name.endswith(".") or ".." in name:
        raise _failed(f"field name [{name}] cannot contain only whitespace or start or end with "
                      "a [.]" if name else "field name cannot be an empty string")  # fmt: skip
    return f"{parent}.{name}" if parent else name


def _field_type(name: str, path: str) -> FieldType:
    try:
        return FieldType(name)
    except ValueError:
        raise _failed(
            f"No handler for type [{name}] declared on field [{path.rpartition('.')[2]}]"
        ) from None


def _dynamic(value: Any, path: str) -> str:
    text = str(value).lower()
    if text not in ("true", "false", "strict"):
        raise _failed(f"Could not convert [{path}.dynamic] to [true], [false] or [strict]: "
                      f"{shorten(value)}")  # fmt: skip
    return text


def _failed(reason: str) -> MappingError:
    error = MappingError(reason)
    error.type = "mapper_parsing_exception"
    return error


def _sorted_properties(properties: MappingABC[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in sorted(properties):
        options = dict(properties[name])
        if "properties" in options:
            options["properties"] = _sorted_properties(options["properties"])
            if options.get("type") == "object":
                del options["type"]
        shown[name] = options
    return shown


def _merged_properties(
    present: MappingABC[str, Any], addition: MappingABC[str, Any], parent: str
) -> dict[str, Any]:
    merged = dict(present)
    for name, options in addition.items():
        merged[name] = (
            _merged_field(merged[name], options, f"{parent}{name}") if name in merged else options
        )
    return merged


def _merged_field(
    present: MappingABC[str, Any], addition: MappingABC[str, Any], path: str
) -> dict[str, Any]:
    before, after = _kind(present), _kind(addition)
    if before == "nested" and after == "object" and "type" not in addition:
        after = "nested"
    if before != after:
        if {before, after} & set(_OBJECTS):
            raise MappingError(
                f"can't merge a non object mapping [{path}] with an object mapping"
                if "object" in (before, after)
                else f"cannot change object mapping from nested to non-nested: [{path}]"
            )
        raise MappingError(f"mapper [{path}] cannot be changed from type [{before}] to [{after}]")
    merged = {**present, **addition}
    if before in _OBJECTS:
        merged["properties"] = _merged_properties(
            present.get("properties", {}), addition.get("properties", {}), f"{path}."
        )
    elif "fields" in present:
        merged["fields"] = _merged_properties(
            present["fields"], addition.get("fields", {}), f"{path}."
        )
    return merged


def _kind(options: MappingABC[str, Any]) -> str:
    return str(options.get("type", "object"))
