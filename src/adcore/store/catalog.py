"""Which indices and aliases a store has. Unchangeable while read: writers work on a copy."""

# ruff: noqa: S608 -- names are quoted by sql.identifier, values are parameters

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from adcore.store.aliases import Alias
from adcore.store.errors import (
    IndexExistsError,
    IndexNotFoundError,
    StoreCorruptError,
)  # fmt: skip
from adcore.store.index_entry import IndexEntry, Target
from adcore.store.mapping import Mapping
from adcore.store.names import check_index_name, matching_names
from adcore.store.sql import identifier
from adcore.store.templates import Template, best_template, composed

__all__ = ["FORMAT", "Catalog"]

FORMAT = 1

_TABLES = (
    "CREATE TABLE adcore_store (format INTEGER)",
    f"INSERT INTO adcore_store VALUES ({FORMAT})",
    "CREATE TABLE adcore_indices (name VARCHAR, state VARCHAR)",
    "CREATE TABLE adcore_aliases (name VARCHAR, state VARCHAR)",
    "CREATE TABLE adcore_sequences (uuid VARCHAR, next_seq_no BIGINT)",
)
# Stores that were made before there were templates get these when they are opened.
_TEMPLATES = ("adcore_templates", "adcore_components")


@dataclass
class Catalog:
    """All indices, aliases and sequence numbers.

    Attributes
    ----------
    indices : dict of str to IndexEntry
        By name.
    aliases : dict of str to Alias
        By name.
    sequences : dict of str to int
        By uuid of the index, the next sequence number.
    templates, components : dict of str to Template
        By name: templates of indices, and what these are made of.
    """

    indices: dict[str, IndexEntry] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    components: dict[str, Template] = field(default_factory=dict)

    @classmethod
    def load(cls, cursor: duckdb.DuckDBPyConnection, file: str) -> Catalog:
        """What the database says; a new database gets its tables.

        Raises
        ------
        StoreCorruptError
            If the database is another's, damaged, or from a newer release.
        """
        tables = {name for (name,) in cursor.execute("SHOW TABLES").fetchall()}
        if not tables:
            for statement in _TABLES:
                cursor.execute(statement)
            _add_templates(cursor)
            return cls()
        if "adcore_store" not in tables:
            raise StoreCorruptError(f"the file {file!r} is a database, but not one of a store")
        ((version,),) = cursor.execute("SELECT max(format) FROM adcore_store").fetchall()
        if version is None or version > FORMAT:
            raise StoreCorruptError(
                f"the file {file!r} has the format {version}; this release reads up to {FORMAT}"
            )
        _add_templates(cursor)
        indices = cursor.execute("SELECT name, state FROM adcore_indices").fetchall()
        aliases = cursor.execute("SELECT name, state FROM adcore_aliases").fetchall()
        sequences = cursor.execute("SELECT uuid, next_seq_no FROM adcore_sequences").fetchall()
        return cls(
            {name: IndexEntry.from_state(name, state) for name, state in indices},
            {name: Alias(name, json.loads(state)) for name, state in aliases},
            dict(sequences),
            *(_templates(cursor, table) for table in _TEMPLATES),
        )

    def copy(self) -> Catalog:
        """A catalog that may be changed."""
        return Catalog(
            dict(self.indices),
            dict(self.aliases),
            dict(self.sequences),
            dict(self.templates),
            dict(self.components),
        )

    def save(self, cursor: duckdb.DuckDBPyConnection, before: Catalog) -> None:
        """Write what differs from an earlier catalog."""
        for table, new, old in (
            ("adcore_indices", self.indices, before.indices),
            ("adcore_aliases", self.aliases, before.aliases),
            ("adcore_templates", self.templates, before.templates),
            ("adcore_components", self.components, before.components),
        ):
            for name in old.keys() - new.keys():
                cursor.execute(f"DELETE FROM {table} WHERE name = ?", [name])
            for name, entry in new.items():
                if old.get(name) is not entry:
                    _upsert(cursor, table, name, _state(entry), is_new=name not in old)
        for uuid in before.sequences.keys() - self.sequences.keys():
            cursor.execute("DELETE FROM adcore_sequences WHERE uuid = ?", [uuid])
        for uuid, number in self.sequences.items():
            if uuid not in before.sequences:
                cursor.execute("INSERT INTO adcore_sequences VALUES (?, ?)", [uuid, number])
            elif before.sequences[uuid] != number:
                cursor.execute(
                    "UPDATE adcore_sequences SET next_seq_no = ? WHERE uuid = ?", [number, uuid]
                )

    def composed(self, templates: Iterable[Template]) -> dict[str, Any]:
        """What templates of indices say, with all they are made of."""
        parts: list[Template] = []
        for template in templates:
            parts += [self.components[name] for name in template.components]
            parts.append(template)
        return composed(part.content for part in parts)

    def content_of(self, name: str, given: MappingABC[str, Any]) -> dict[str, Any]:
        """What a new index of a name is made with: what is given over what its template says."""
        best = best_template(self.templates.values(), name)
        if best is None:
            return {part: content or {} for part, content in given.items()}
        Mapping.from_json(given["mappings"])  # only what is one can be joined
        whole = composed([self.composed([best]), given])
        aliases = {alias.replace("{index}", name): o for alias, o in whole["aliases"].items()}
        return {**whole, "aliases": aliases}

    def check_new(self, name: str) -> None:
        """Raise an IndexExistsError if the name is taken."""
        if name in self.indices:
            uuid = self.indices[name].uuid
            raise IndexExistsError(f"index [{name}/{uuid}] already exists", index=name)
        if name in self.aliases:
            raise IndexExistsError(
                f"Invalid index name [{name}], already exists as alias", index=name
            )

    def add_alias(self, alias: str, index: str, options: MappingABC[str, Any]) -> None:
        """Give an index another name; the options replace those it had."""
        check_index_name(alias)
        if alias in self.indices:
            self.check_new(alias)
        present = self.aliases.get(alias, Alias(alias, {})).indices
        self.aliases[alias] = Alias(alias, {**present, index: dict(options)})

    def remove_alias(self, alias: str, index: str) -> None:
        """Take a name from an index; an IndexNotFoundError if it has none such."""
        present = self.aliases.get(alias)
        if present is None or index not in present.indices:
            raise IndexNotFoundError(f"aliases [{alias}] missing", index=index)
        rest = {name: options for name, options in present.indices.items() if name != index}
        if rest:
            self.aliases[alias] = Alias(alias, rest)
        else:
            del self.aliases[alias]

    def drop(self, cursor: duckdb.DuckDBPyConnection, name: str) -> None:
        """Delete an index, its documents and its aliases."""
        entry = self.indices.pop(name)
        cursor.execute(f"DROP {'VIEW' if entry.is_read_only else 'TABLE'} {entry.relation}")
        self.sequences.pop(entry.uuid, None)
        for alias in list(self.aliases.values()):
            if name in alias.indices:
                self.remove_alias(alias.name, name)

    def entry(self, name: str) -> IndexEntry:
        """The index that a name or an alias of one index means.

        Raises
        ------
        IndexNotFoundError
            If there is none.
        """
        if name in self.aliases:
            name = self.aliases[name].write_index()
        if name not in self.indices:
            raise IndexNotFoundError(f"no such index [{name}]", index=name)
        return self.indices[name]

    def resolve(
        self, expression: str, *, ignore_unavailable: bool = False, allow_no_indices: bool = True
    ) -> list[Target]:
        """The indices that an expression such as ``logs-*,-logs-old,alias`` means, each once.

        Raises
        ------
        IndexNotFoundError
            If a name without wildcard is none (unless `ignore_unavailable`), or nothing is left
            (unless `allow_no_indices`).
        """
        found: dict[str, Target] = {}
        parts = ["*"] if expression in ("", "_all") else expression.split(",")
        for number, part in enumerate(part.strip() for part in parts):
            if number and part.startswith("-") and "*" in "".join(parts[:number]):
                for name in self._names(part[1:]):
                    found.pop(name, None)
                continue
            targets = list(self._targets(part))
            if not targets and "*" not in part and not ignore_unavailable:
                raise IndexNotFoundError(f"no such index [{part}]", index=part)
            for target in targets:
                found.setdefault(target.index, target)
        if not found and not allow_no_indices:
            raise IndexNotFoundError(f"no such index [{expression}]", index=expression)
        return list(found.values())

    def _names(self, pattern: str) -> list[str]:
        return [target.index for target in self._targets(pattern)]

    def _targets(self, pattern: str) -> Iterable[Target]:
        if "*" in pattern:
            for name in matching_names(pattern, self.indices):
                yield self._target(name)
            aliases = matching_names(pattern, self.aliases)
        else:
            if pattern in self.indices:
                yield self._target(pattern)
            aliases = [pattern] if pattern in self.aliases else []
        for alias in aliases:
            for name, options in sorted(self.aliases[alias].indices.items()):
                yield replace(self._target(name), alias=alias, filter=options.get("filter"))

    def _target(self, name: str) -> Target:
        entry = self.indices[name]
        return Target(name, entry.relation, entry.mapping, is_read_only=entry.is_read_only)


def _add_templates(cursor: duckdb.DuckDBPyConnection) -> None:
    for table in _TEMPLATES:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {table} (name VARCHAR, state VARCHAR)")


def _templates(cursor: duckdb.DuckDBPyConnection, table: str) -> dict[str, Template]:
    rows = cursor.execute(f"SELECT name, state FROM {table}").fetchall()
    return {name: Template(name, json.loads(state)) for name, state in rows}


def _state(entry: IndexEntry | Alias | Template) -> str:
    if not isinstance(entry, Alias):
        return entry.to_state()
    return json.dumps({name: dict(options) for name, options in entry.indices.items()})


def _upsert(
    cursor: duckdb.DuckDBPyConnection, table: str, name: str, state: str, *, is_new: bool
) -> None:
    table = identifier(table)
    if is_new:
        cursor.execute(f"INSERT INTO {table} VALUES (?, ?)", [name, state])
    else:
        cursor.execute(f"UPDATE {table} SET state = ? WHERE name = ?", [state, name])
