"""The mapping of an index: which fields its documents have, and in which columns they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from adcore.store.errors import MappingError
from adcore.store.field import Field, FieldType
from adcore.store.mapping_builder import (
    RESERVED_COLUMNS,
    TOTAL_FIELDS_LIMIT,
    MappingBuilder,
    NestedObject,
    ObjectField,
    dynamic_word,
    wrong_mapping,
)
from adcore.store.mapping_merge import merged_properties, sorted_properties

__all__ = ["RESERVED_COLUMNS", "Field", "FieldType", "Mapping", "NestedObject", "ObjectField"]

_ROOT_OPTIONS = (
    "dynamic", "_meta", "_source", "_routing", "date_detection", "numeric_detection",
    "dynamic_date_formats", "dynamic_templates",
)  # fmt: skip


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
        present: Mapping | None = None,
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
        present : Mapping
            One whose fields keep their columns, whatever comes before them.

        Raises
        ------
        MappingError
            If it is no mapping; the message names the field.
        """
        given = dict(mapping or {})
        unknown = [key for key in given if key not in (*_ROOT_OPTIONS, "properties")]
        if unknown:
            raise wrong_mapping(f"Root mapping definition has unsupported parameters: {unknown}")
        kept = {} if present is None else present._places()
        builder = MappingBuilder(frozenset(multi_valued), dict(columns or {}), kept)
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
        shown = {**self._json, "properties": sorted_properties(self._json.get("properties", {}))}
        if "dynamic" in shown:
            shown["dynamic"] = dynamic_word(shown["dynamic"], "_doc")
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
        properties = merged_properties(
            self._json.get("properties", {}), addition.get("properties", {}), ""
        )
        result = Mapping.from_json(
            {**merged, "properties": properties},
            multi_valued=self._multi_valued,
            columns=self._columns,
            present=self,
        )
        result.check_size(limit)
        return result

    def _places(self) -> dict[str, tuple[str | None, str]]:
        """By path, the nested object and the column of all that has a column of its own."""
        places = {leaf.path: (leaf.nested_path, leaf.column) for leaf in self.leaves()}
        for nested in self.nested.values():
            places[nested.path] = (nested.parent_path, nested.column)
        return places

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
        return (f for f in self.fields.values() if self._owns_column(f))

    def _owns_column(self, leaf: Field) -> bool:
        return leaf.parent_path is None or leaf.column != self.fields[leaf.parent_path].column
