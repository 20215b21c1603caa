"""Indices and aliases: made, deleted, found, measured."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingABC
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from adcore.store.aliases import Alias
from adcore.store.catalog import Catalog
from adcore.store.clock import Clock
from adcore.store.database import Database, database_error
from adcore.store.errors import IndexNotFoundError, MappingError, ReadOnlyIndexError
from adcore.store.files import files_mapping, files_relation
from adcore.store.ids import uuid_text
from adcore.store.index_entry import IndexEntry, Target
from adcore.store.index_writer import field_limit
from adcore.store.mapping import Mapping
from adcore.store.names import check_index_name, dated_name, matching_names, next_name
from adcore.store.schema import create_table, extend_table
from adcore.store.sql import identifier
from adcore.store.stats import IndexStats, count_documents, index_stats

__all__ = ["Indices"]


class Indices:
    """The indices of a store. All methods may be called from any thread.

    Attributes
    ----------
    changes : int
        How often they, or their documents, were written to since the store was opened.
    """

    def __init__(self, database: Database, clock: Clock, file: str) -> None:
        self._database = database
        self._clock = clock
        self.changes = 0
        with database.writing() as cursor:
            self._catalog = Catalog.load(cursor, file)

    @property
    def catalog(self) -> Catalog:
        """Everything there is, at this moment."""
        return self._catalog

    @contextmanager
    def changing(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, Catalog]]:
        """A transaction that changes tables and catalog together, for other parts of the store."""
        with self._database.exclusive():
            changed = self._catalog.copy()
            with self._database.writing() as cursor:
                yield cursor, changed
                changed.save(cursor, self._catalog)
            self._catalog = changed
            self.changes += 1

    def create_index(
        self,
        name: str,
        mapping_json: MappingABC[str, Any] | None = None,
        settings: MappingABC[str, Any] | None = None,
        aliases: MappingABC[str, MappingABC[str, Any]] | None = None,
    ) -> str:
        """Make an index; the name may hold ``{now/d}`` in angle brackets. Returns the name.

        Raises
        ------
        IndexExistsError, InvalidIndexNameError, MappingError
        """
        with self.changing() as (cursor, catalog):
            return self._create(cursor, catalog, name, mapping_json, settings, aliases).name

    def _create(
        self,
        cursor: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        name: str,
        mapping_json: MappingABC[str, Any] | None = None,
        settings: MappingABC[str, Any] | None = None,
        aliases: MappingABC[str, MappingABC[str, Any]] | None = None,
    ) -> IndexEntry:
        name = self._new_name(catalog, name)
        given = {"mappings": mapping_json, "settings": settings, "aliases": aliases}
        content = catalog.content_of(name, given)
        mapping = Mapping.from_json(content["mappings"])
        mapping.check_size(field_limit(content["settings"]))
        entry = self._entry(name, mapping, dict(content["settings"]))
        create_table(cursor, entry.relation, mapping)
        catalog.indices[name] = entry
        catalog.sequences[entry.uuid] = 0
        for alias, options in content["aliases"].items():
            catalog.add_alias(alias, name, options)
        return entry

    def _new_name(self, catalog: Catalog, name: str) -> str:
        name = dated_name(name, self._clock())
        check_index_name(name)
        catalog.check_new(name)
        return name

    def _entry(self, name: str, mapping: Mapping, settings: dict[str, Any]) -> IndexEntry:
        made = uuid.uuid4()
        return IndexEntry(
            name, uuid_text(made), identifier(f"index_{made.hex}"), mapping, settings, self._clock()
        )

    def register_files(self, name: str, path: str | Path) -> Mapping:
        """Make an index of the Parquet or CSV files of a directory, or of a glob; read only.

        Each row is a document; its ``_id`` is its position, its ``_source`` made from it.

        Raises
        ------
        IndexExistsError, InvalidIndexNameError
        MappingError
            If there are no such files, or they cannot be read.
        """
        with self.changing() as (cursor, catalog):
            name = self._new_name(catalog, name)
            scan = files_relation(path)
            mapping, view = files_mapping(cursor, scan)
            entry = replace(self._entry(name, mapping, {}), files=str(path), is_read_only=True)
            cursor.execute(f"CREATE VIEW {entry.relation} AS {view}")
            catalog.indices[name] = entry
            return mapping

    def delete_index(self, expression: str, *, ignore_unavailable: bool = False) -> list[str]:
        """Delete indices with all their documents (files stay). Returns their names.

        Raises
        ------
        IndexNotFoundError
            If a name without wildcard is no index; aliases are none here.
        """
        with self.changing() as (cursor, catalog):
            names: list[str] = []
            for part in expression.split(","):
                every = "*" if part == "_all" else part
                found = matching_names(every, catalog.indices) if "*" in every else [part]
                names += [name for name in found if name not in names]
            missing = [name for name in names if name not in catalog.indices]
            if missing and not ignore_unavailable:
                raise IndexNotFoundError(f"no such index [{missing[0]}]", index=missing[0])
            present = [name for name in names if name not in missing]
            for name in present:
                catalog.drop(cursor, name)
            return present

    def exists(self, expression: str) -> bool:
        """Whether every name of an expression is an index or alias (patterns: of one or more)."""
        catalog = self._catalog
        try:
            return bool(catalog.resolve(expression, allow_no_indices=False))
        except IndexNotFoundError:
            return False

    def entry(self, name: str) -> IndexEntry:
        """The index of a name, or of an alias of one index."""
        return self._catalog.entry(name)

    def mapping(self, name: str) -> Mapping:
        """The fields of an index."""
        return self._catalog.entry(name).mapping

    def resolve(
        self, expression: str, *, ignore_unavailable: bool = False, allow_no_indices: bool = True
    ) -> list[Target]:
        """The indices that an expression means, each once; see `Catalog.resolve`."""
        return self._catalog.resolve(
            expression, ignore_unavailable=ignore_unavailable, allow_no_indices=allow_no_indices
        )

    def put_mapping(self, expression: str, mapping_json: MappingABC[str, Any]) -> None:
        """Add fields to indices: to all or to none.

        Raises
        ------
        IndexNotFoundError, ReadOnlyIndexError
        MappingError
            If it contradicts the mapping of one.
        """
        with self.changing() as (cursor, catalog):
            for target in catalog.resolve(expression, allow_no_indices=False):
                entry = catalog.indices[target.index]
                if entry.is_read_only:
                    raise ReadOnlyIndexError(f"index [{entry.name}] can only be read")
                merged = entry.mapping.merge(mapping_json, limit=field_limit(entry.settings))
                extend_table(cursor, entry.relation, entry.mapping, merged)
                catalog.indices[entry.name] = replace(entry, mapping=merged)

    def put_settings(self, expression: str, settings: MappingABC[str, Any]) -> None:
        """Change settings of indices; those not named stay."""
        with self.changing() as (_, catalog):
            for target in catalog.resolve(expression, allow_no_indices=False):
                entry = catalog.indices[target.index]
                catalog.indices[entry.name] = replace(
                    entry, settings={**entry.settings, **settings}
                )

    def aliases(self) -> dict[str, Alias]:
        """All aliases by name."""
        return dict(self._catalog.aliases)

    def update_aliases(self, actions: list[MappingABC[str, Any]]) -> None:
        """Apply the ``actions`` of the alias API (add, remove, remove_index): all or none.

        Raises
        ------
        IndexNotFoundError, InvalidIndexNameError, MappingError
        """
        with self.changing() as (cursor, catalog):
            for action in actions:
                for kind, options in action.items():
                    self._alias_action(cursor, catalog, kind, options)

    def _alias_action(
        self, cursor: duckdb.DuckDBPyConnection, catalog: Catalog, kind: str,
        options: MappingABC[str, Any],
    ) -> None:  # fmt: skip
        given = options.get("indices", options.get("index"))
        expression = ",".join(map(str, given)) if isinstance(given, list) else str(given)
        names = options.get("aliases", options.get("alias")) or []
        listed = names if isinstance(names, list) else [names]
        indices = [t.index for t in catalog.resolve(expression, allow_no_indices=False)]
        rest = {k: v for k, v in options.items() if k in ("filter", "is_write_index", "routing")}
        for index in indices:
            if kind == "remove_index":
                catalog.drop(cursor, index)
            for alias in listed:
                if kind == "add":
                    catalog.add_alias(str(alias), index, rest)
                elif kind == "remove":
                    catalog.remove_alias(str(alias), index)
                else:
                    raise MappingError(f"[aliases] unknown field [{kind}]")

    def rollover(
        self,
        alias: str,
        *,
        max_docs: int | None = None,
        max_age: int | None = None,
        new_index: str | None = None,
        also: Sequence[str] = (),
    ) -> tuple[str, str, bool]:
        """Let an alias write to a new index, if the present one is large or old enough.

        Parameters
        ----------
        alias : str
            Its present write index names the next one unless `new_index` does.
        max_docs, max_age : int, optional
            Documents and milliseconds; with neither the rollover is made in any case.
        also : sequence of str
            Further aliases that the new index has.

        Returns
        -------
        tuple of (str, str, bool)
            The old index, the new one, and whether it was made.
        """
        with self.changing() as (cursor, catalog):
            old = catalog.entry(alias)
            new = new_index or next_name(old.name, self._clock())
            reached = max_docs is None and max_age is None
            if max_docs is not None:
                reached |= count_documents(cursor, old) >= max_docs
            if max_age is not None:
                # One made in the future, by a clock that was ahead, would stay for as long.
                reached |= not 0 <= self._clock() - old.created < max_age
            if not reached:
                return old.name, new, False
            mapping = old.mapping.to_json()
            made = self._create(cursor, catalog, new, mapping, old.settings)
            catalog.add_alias(alias, old.name, {"is_write_index": False})
            catalog.add_alias(alias, made.name, {"is_write_index": True})
            for name in also:
                catalog.add_alias(name, made.name, {})
            return old.name, made.name, True

    def delete_made_until(self, moment: int, pattern: str) -> list[str]:
        """Delete the indices of a pattern that were made by then; never a write index."""
        with self.changing() as (cursor, catalog):
            kept = {
                alias.write_index() for alias in catalog.aliases.values() if alias.has_write_index
            }
            names = [
                name
                for name in matching_names(pattern, catalog.indices)
                if name not in kept and catalog.indices[name].created <= moment
            ]
            for name in names:
                catalog.drop(cursor, name)
            return names

    def stats(self, name: str) -> IndexStats:
        """The sizes of an index."""
        cursor = self._database.cursor()
        try:
            return index_stats(cursor, self._catalog.entry(name))
        except duckdb.Error as error:
            raise database_error(error) from error
        finally:
            cursor.close()
